//===- TensorList.h - what files hold, without importing it -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A list needs no builder of the architecture and no reader of the types, so it
// shows what a model that cannot be compiled yet is made of.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_TENSORLIST_H
#define LLMC_WEIGHTS_TENSORLIST_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace llmc {

struct ListedTensor {
  std::string name, type;            // the type as its format spells it
  llvm::SmallVector<int64_t> shape;  // outermost first
  std::optional<uint64_t> sizeBytes; // none where the type's number is unknown
  uint64_t offset;                   // of its bytes in the file
};

struct ListedFile {
  std::string path, format; // GGUF or safetensors
  uint64_t sizeBytes;
  std::vector<ListedTensor> tensors; // in the order of the file
};

/// Lists a GGUF or safetensors file, all parts of a split GGUF file when one of
/// them is named, or all such files of a folder by name. Whatever the parsers
/// check is checked here too.
llvm::Expected<std::vector<ListedFile>> listTensors(llvm::StringRef path);

} // namespace llmc

#endif // LLMC_WEIGHTS_TENSORLIST_H

//===- Safetensors.h - reading safetensors files ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   u64 header length | JSON header | data
//
// The header maps names to `{"dtype", "shape", "data_offsets": [begin, end]}`,
// offsets from the start of the data; tensors cover the data without gap or
// overlap (github.com/huggingface/safetensors).
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_SAFETENSORS_H
#define LLMC_WEIGHTS_SAFETENSORS_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace llmc {

/// One tensor of the file.
struct SafeTensor {
  std::string name;
  std::string dtype; // any of the format; checked again when it is used
  llvm::SmallVector<int64_t> shape; // outermost first
  llvm::ArrayRef<uint8_t> bytes;
};

/// Reads the bytes of a whole file, which must outlive the result. Tensors come
/// in the order of their bytes.
llvm::Expected<std::vector<SafeTensor>>
parseSafetensors(llvm::StringRef fileName, llvm::ArrayRef<uint8_t> bytes);

/// The encoding of F32, F16 or BF16; null for every other dtype.
mlir::llm::EncodingAttrInterface
getSafetensorsEncoding(llvm::StringRef dtype, mlir::MLIRContext *context);

/// Reads `model.safetensors.index.json`: tensor name to shard file name. A
/// shard is a plain file name; anything with a path in it is an error.
llvm::Expected<llvm::StringMap<std::string>>
parseSafetensorsIndex(llvm::StringRef fileName, llvm::StringRef text);

} // namespace llmc

#endif // LLMC_WEIGHTS_SAFETENSORS_H

//===- SafetensorsWriter.h - writing safetensors files ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Safetensors.h draws, the other way round: tensors in one file, or in several
// with an index, named as transformers names them.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_SAFETENSORSWRITER_H
#define LLMC_WEIGHTS_SAFETENSORSWRITER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <string>
#include <vector>

namespace llmc {

/// A tensor of files to come.
struct SafetensorsPlace {
  std::string name, dtype;
  llvm::SmallVector<int64_t> shape; // outermost first
  uint64_t bytes = 0;
  size_t file = 0;     // set by `layOutSafetensors`, as is
  uint64_t offset = 0; // from the start of that file
};

/// A file to come.
struct SafetensorsLayout {
  std::string name;   // "model-00001-of-00002.safetensors"
  std::string header; // all that stands before the tensors
  uint64_t bytes = 0; // of the whole file
};

/// Texts by name that a file says of itself.
using SafetensorsMetadata = std::vector<std::pair<std::string, std::string>>;

/// The files that hold `tensors` in their order, none with more than `mostBytes` of
/// them but for one that is larger by itself. Places the tensors; in each file those
/// of the widest elements come first, so that all are aligned.
std::vector<SafetensorsLayout>
layOutSafetensors(llvm::MutableArrayRef<SafetensorsPlace> tensors,
                  uint64_t mostBytes, const SafetensorsMetadata &metadata = {});

/// model.safetensors.index.json of several files.
std::string makeSafetensorsIndex(llvm::ArrayRef<SafetensorsPlace> tensors,
                                 llvm::ArrayRef<SafetensorsLayout> files);

} // namespace llmc

#endif // LLMC_WEIGHTS_SAFETENSORSWRITER_H

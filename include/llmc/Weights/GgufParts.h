//===- GgufParts.h - one model in several GGUF files ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// llama-gguf-split cuts large models: NAME-00001-of-00003.gguf and so on. The
// first part has the metadata; each says by `split.no` which it is, from 0, of
// `split.count`, and by `split.tensors.count` how many tensors all have together.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_GGUFPARTS_H
#define LLMC_WEIGHTS_GGUFPARTS_H

#include "llmc/Weights/Gguf.h"

#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace llmc {

/// The names of all parts, in order; the path alone if its name is no part's.
std::vector<std::string> getGgufPartNames(llvm::StringRef path);

/// The name that the parts have in common: NAME of NAME-00001-of-00003.gguf.
llvm::StringRef getGgufStem(llvm::StringRef path);

/// One file with the first part's keys and the tensors of all. Fails where the
/// parts are not those of one model, whole and in order.
llvm::Expected<GgufFile> joinGgufParts(std::vector<GgufFile> parts);

/// A model with the buffers that it points into.
struct OpenedGguf {
  GgufFile file;
  std::vector<std::string> paths;
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> buffers; // of the paths
  std::vector<size_t> partOf; // of each tensor, the place of its path
};

/// Opens the file, and with any part of a model all others.
llvm::Expected<OpenedGguf> openGgufFiles(llvm::StringRef path);

} // namespace llmc

#endif // LLMC_WEIGHTS_GGUFPARTS_H

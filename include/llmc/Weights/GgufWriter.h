//===- GgufWriter.h - writing GGUF files ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Gguf.h draws, the other way round: a file's metadata with tensors of other
// types.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_GGUFWRITER_H
#define LLMC_WEIGHTS_GGUFWRITER_H

#include "llmc/Weights/Gguf.h"

namespace llmc {

/// A tensor of a file to come.
struct GgufPlace {
  std::string name;
  llvm::SmallVector<int64_t> shape; // outermost first
  GgmlType type;
  uint64_t bytes = 0;
  uint64_t offset = 0; // from the start of the file; set by `makeGgufHeader`
};

/// The type whose blocks hold what those of `encoding` hold, and so the numbers
/// themselves; nothing if GGML has none.
std::optional<GgmlType> findGgmlType(mlir::llm::EncodingAttrInterface encoding);

/// The same blocks, as bytes of that type.
std::vector<uint8_t> toGgmlBlocks(llvm::ArrayRef<uint8_t> bytes,
                                  mlir::llm::EncodingAttrInterface encoding,
                                  GgmlType type);

/// Keys whose values are to be other integers, or that are to be there.
using GgufIntegers = std::vector<std::pair<std::string, uint32_t>>;

/// All that stands before the tensors: the keys of `from` but for what says how it
/// was split, with `changed` ones, and the file type of most bytes. Places the tensors.
std::string makeGgufHeader(const GgufFile &from, const GgufIntegers &changed,
                           llvm::MutableArrayRef<GgufPlace> tensors);

} // namespace llmc

#endif // LLMC_WEIGHTS_GGUFWRITER_H

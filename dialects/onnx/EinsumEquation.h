//===- EinsumEquation.h - what the letters of Einsum pair -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_ONNX_EINSUMEQUATION_H
#define LLMC_DIALECTS_ONNX_EINSUMEQUATION_H

#include "mlir/Support/LLVM.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <string>

namespace mlir::onnx {

/// "ij, jk -> ik" as loops: those of the result first, in the order of its dims, then
/// of what is summed up. "..." are the dims that have no letter.
class EinsumEquation {
public:
  /// For tensors of these ranks. `error()` says what is wrong with it, if anything.
  EinsumEquation(StringRef text, ArrayRef<int64_t> ranks);

  StringRef error() const { return reason; }
  int64_t keptLoops() const { return kept; }
  int64_t allLoops() const { return loops.size(); }
  /// The loop of each dim of a tensor.
  ArrayRef<int64_t> loopsOf(size_t tensor) const { return places[tensor]; }

private:
  StringRef reason;
  int64_t kept = 0,
          ellipsis = 0; // dims that "..." stands for, the most of them
  std::map<std::string, int64_t> loops;
  SmallVector<SmallVector<int64_t>> places;

  void fail(StringRef why);
  SmallVector<std::string> labelsOf(StringRef term, int64_t hidden);
  void addTerm(StringRef term, int64_t rank);
};

} // namespace mlir::onnx

#endif // LLMC_DIALECTS_ONNX_EINSUMEQUATION_H

//===- Explain.h - passes say what they did and what they declined ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Remarks of MLIR's remark engine: nothing is built unless `llmc --explain` or
// `llmc-opt --remarks-filter` listens.
//===----------------------------------------------------------------------===//
#ifndef LLMC_SUPPORT_EXPLAIN_H
#define LLMC_SUPPORT_EXPLAIN_H

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace llmc {

/// `pass` rewrote something at `loc`; `text()` says what, if anybody listens.
template <typename Text>
void explainApplied(mlir::Location loc, llvm::StringRef pass, Text text) {
  auto options = mlir::remark::RemarkOpts::name("applied").category(pass);
  if (auto remark = mlir::remark::passed(loc, options))
    remark << llvm::StringRef(std::string(text()));
}

/// `pass` looked for a rewrite at `loc` and declined; `text()` says why.
template <typename Text>
void explainMissed(mlir::Location loc, llvm::StringRef pass, Text text) {
  auto options = mlir::remark::RemarkOpts::name("missed").category(pass);
  if (auto remark = mlir::remark::missed(loc, options))
    remark << llvm::StringRef(std::string(text()));
}

} // namespace llmc

#endif // LLMC_SUPPORT_EXPLAIN_H

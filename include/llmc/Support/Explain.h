//===- Explain.h - passes say what they did and what they declined ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Remarks of MLIR's remark engine: no text is built unless `llmc --explain` or
// `llmc-opt --remarks-filter` listens. A pass that looks at an op and leaves it
// alone says why, or nobody can tell a missing rewrite from a broken one.
//===----------------------------------------------------------------------===//
#ifndef LLMC_SUPPORT_EXPLAIN_H
#define LLMC_SUPPORT_EXPLAIN_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Remarks.h"

#include <string>
#include <type_traits>

namespace llmc {

namespace detail {

/// `text` is a string, or a function that makes one when somebody listens.
template <typename Text>
void say(mlir::remark::detail::InFlightRemark remark, const Text &text) {
  if (!remark)
    return;
  if constexpr (std::is_invocable_v<Text>)
    remark << llvm::StringRef(std::string(text()));
  else
    remark << llvm::StringRef(text);
}

} // namespace detail

/// The pass rewrote something at `op`; `text` says what. Texts of equal rewrites
/// are equal: `--explain` counts them and names their places.
template <typename Text>
void applied(mlir::Operation *op, llvm::StringRef pass, const Text &text) {
  auto options = mlir::remark::RemarkOpts::name("applied").category(pass);
  detail::say(mlir::remark::passed(op->getLoc(), options), text);
}

/// The pass left `op` as it is; `reason` says why.
template <typename Text>
void decline(mlir::Operation *op, llvm::StringRef pass, const Text &reason) {
  auto options = mlir::remark::RemarkOpts::name("declined").category(pass);
  detail::say(mlir::remark::missed(op->getLoc(), options), reason);
}

} // namespace llmc

#endif // LLMC_SUPPORT_EXPLAIN_H

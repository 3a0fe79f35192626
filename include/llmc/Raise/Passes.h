//===- Passes.h - graphs become language models -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_RAISE_PASSES_H
#define LLMC_RAISE_PASSES_H

#include "llmc/Weights/WeightStore.h"

#include "mlir/Pass/Pass.h"

namespace llmc {

/// Why the module's graph is no step, once make-stateful has declined it.
constexpr llvm::StringLiteral declinedAttrName = "onnx.declined";

#define GEN_PASS_DECL_RAISEROTARY
#include "llmc/Raise/Passes.h.inc"

// Passes read small weights (tables of cosines) from `store`; made without one,
// as in llmc-opt, they know those that have their value in the IR.
std::unique_ptr<mlir::Pass> createDecomposePass();
std::unique_ptr<mlir::Pass> createFoldPass();
std::unique_ptr<mlir::Pass> createDropRoundingPass();
std::unique_ptr<mlir::Pass>
createInferShapesPass(const WeightStore *store = nullptr);
std::unique_ptr<mlir::Pass>
createRaiseActivationsPass(const WeightStore *store = nullptr);
std::unique_ptr<mlir::Pass>
createRaiseNormsPass(const WeightStore *store = nullptr);
std::unique_ptr<mlir::Pass>
createRaiseRotaryPass(const WeightStore *store = nullptr, int64_t context = 0);
std::unique_ptr<mlir::Pass>
createRaiseAttentionPass(const WeightStore *store = nullptr);
std::unique_ptr<mlir::Pass>
createRaiseRoutingPass(const WeightStore *store = nullptr);
std::unique_ptr<mlir::Pass>
createMakeStatefulPass(const WeightStore *store = nullptr);
std::unique_ptr<mlir::Pass> createCacheLatentsPass();

std::unique_ptr<mlir::Pass>
createOnnxToLinalgPass(const WeightStore *store = nullptr);

#define GEN_PASS_REGISTRATION
#include "llmc/Raise/Passes.h.inc"

} // namespace llmc

#endif // LLMC_RAISE_PASSES_H

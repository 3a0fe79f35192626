//===- LLVMPipeline.cpp - from emitted tiles to the LLVM dialect ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Lower/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace llmc {

void buildLLVMPipeline(OpPassManager &manager) {
  // Branches are LLVM's to simplify, once for all.
  GreedyRewriteConfig inBlocks;
  inBlocks.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  manager.addPass(createDeviceMath());
  manager.addPass(createApproximateMath());
  // Addresses are spelled out per access; what does not change leaves the loops.
  manager.addPass(createCanonicalizerPass(inBlocks));
  manager.addPass(createCSEPass());
  manager.addPass(createLoopInvariantCodeMotionPass());
  manager.addPass(createSCFToControlFlowPass());
  // Strided views become offsets before memrefs become pointers.
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  // bf16 as integer arithmetic: x86-64-v3 has no instruction for it, and the
  // call that LLVM makes instead is not in every compiler's support library.
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  manager.addPass(arith::createArithExpandOpsPass(expand));
  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createCanonicalizerPass(inBlocks));
  manager.addPass(createCSEPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createIntegerBFloat16()); // knows the LLVM dialect only
}

} // namespace llmc

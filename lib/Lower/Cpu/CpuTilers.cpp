//===- CpuTilers.cpp - which tiler builds a kernel --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Tilers.h"

#include "llmc/Lower/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

#include "llmc/Lower/Cpu/CpuInterfaces.cpp.inc"

namespace llmc {

void registerCpuTilers(DialectRegistry &registry) {
  registry.addExtension(
      +[](MLIRContext *context, LLMDialect *, tensor::TensorDialect *) {
        attachAttentionTiler(context);
        attachCacheWriteTiler(context);
        attachColumnTilers(context);
        attachElementwiseTiles(context);
        attachEmbedTiler(context);
        attachExpertTilers(context);
        attachPositionTilers(context);
        attachProductTiler(context);
        attachRotationTiler(context);
        attachRouteTiler(context);
        attachRowTilers(context);
        attachSampleTiler(context);
      });
}

void tileKernel(TileBuilder &b, const KernelArgs &args) {
  KernelOp kernel = args.kernel;
  for (Operation &op : kernel.getBody().front())
    if (auto tiler = dyn_cast<CpuTilerOpInterface>(op))
      return tiler.tile(b, args);
  tileRows(b, args);
}

} // namespace llmc

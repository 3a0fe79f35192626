//===- CallKernels.cpp - kernels of a bound function become calls ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels work on memory. Their inputs become buffers, their results are new ones,
// which bufferisation then treats as any other.
//===----------------------------------------------------------------------===//
#include "CallKernels.h"
#include "../KernelFunctions.h"
#include "CallFields.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace llmc {

using namespace mlir;
using namespace mlir::llm;

Value findRows(KernelOp kernel) {
  Value rows = kernel.getInputs()[0];
  while (isa<PackedType>(rows.getType()))
    rows = rows.getDefiningOp<KernelOp>().getInputs()[0];
  return rows;
}

namespace {

class KernelCaller {
public:
  KernelCaller(func::FuncOp function, size_t inputs)
      : function(function), symbols(function->getParentOfType<ModuleOp>()),
        functions(function), arguments(function.getArguments(), inputs),
        b(function.getLoc(), function.getContext()) {}

  LogicalResult run() {
    SmallVector<KernelOp> kernels;
    function.walk([&](KernelOp kernel) { kernels.push_back(kernel); });
    for (KernelOp kernel : kernels)
      if (failed(call(kernel)))
        return failure();
    // Behind all calls: functions of equal kernels are found by their kernels.
    for (KernelOp kernel : llvm::reverse(kernels))
      kernel.erase();
    function.walk([](ParamOp param) {
      if (param.use_empty())
        param.erase();
    });
    return kernels.empty() ? success() : settleRows();
  }

private:
  /// Leads the rows of kernels back to the sizes of the call: behind bufferisation
  /// nothing looks through views of computed tensors.
  LogicalResult settleRows() {
    RewritePatternSet patterns(b.getContext());
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    memref::populateResolveShapedTypeResultDimsPatterns(patterns);
    tensor::DimOp::getCanonicalizationPatterns(patterns, b.getContext());
    bufferization::ToTensorOp::getCanonicalizationPatterns(patterns,
                                                           b.getContext());
    memref::DimOp::getCanonicalizationPatterns(patterns, b.getContext());
    if (failed(applyPatternsGreedily(function, std::move(patterns))))
      return function.emitError("the rows of its kernels do not settle");
    return success();
  }

  LogicalResult call(KernelOp kernel) {
    if (kernel.getScratch().value_or(0))
      return kernel.emitError("no lowering yet for a kernel with scratch in a "
                              "function");
    b.setLoc(kernel.getLoc());
    b.setInsertionPoint(kernel);
    SmallVector<Value> operands;
    for (Value input : kernel.getInputs())
      operands.push_back(toBuffer(input));
    Value rows = tensor::DimOp::create(b, findRows(kernel), 0);
    SmallVector<Value> results;
    for (Value result : kernel.getResults()) {
      auto type = cast<MemRefType>(getArgumentType(result.getType()));
      results.push_back(memref::AllocOp::create(b, type, rows));
    }
    llvm::append_range(operands, results);
    operands.append({arguments.getWorker(), arguments.getWorkers()});
    auto call = func::CallOp::create(
        b,
        functions.get(kernel, ValueRange(operands).getTypes(),
                      /*usesBatch=*/false),
        operands);
    call->setAttr(kernelResultsAttr, b.getI64IntegerAttr(results.size()));
    for (auto [result, buffer] : llvm::zip(kernel.getResults(), results))
      if (isa<PackedType>(result.getType())) // which only kernels read
        packed[result] = buffer;
      else
        result.replaceAllUsesWith(bufferization::ToTensorOp::create(
            b, result.getType(), buffer, /*restrict=*/true, /*writable=*/true));
    return success();
  }

  /// What the kernel's function takes for a value.
  Value toBuffer(Value value) {
    if (Value buffer = packed.lookup(value))
      return buffer;
    Type type = getArgumentType(value.getType());
    if (auto param = value.getDefiningOp<ParamOp>()) {
      auto weight = symbols.lookup<WeightOp>(param.getWeight());
      Value at = arith::ConstantIndexOp::create(b, weight.getOffset().value());
      return memref::ViewOp::create(b, cast<MemRefType>(type),
                                    arguments.getWeights(), at, ValueRange());
    }
    return bufferization::ToBufferOp::create(b, type, value,
                                             /*read_only=*/true);
  }

  func::FuncOp function;
  SymbolTable symbols;
  KernelFunctions functions;
  CallArguments arguments;
  DenseMap<Value, Value> packed; // buffers of rows of integers
  ImplicitLocOpBuilder b;
};

} // namespace

LogicalResult callKernels(func::FuncOp function, size_t inputs) {
  return KernelCaller(function, inputs).run();
}

} // namespace llmc

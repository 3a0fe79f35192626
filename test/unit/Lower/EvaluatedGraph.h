//===- EvaluatedGraph.h - what a graph of onnx ops computes -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_TEST_LOWER_EVALUATEDGRAPH_H
#define LLMC_TEST_LOWER_EVALUATEDGRAPH_H

#include "llmc/Reference/Interpreter.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc::test {

/// The results of @main by the meaning of its ops; `store` has its weights. A graph
/// without meaning fails the test.
std::vector<ReferenceTensor>
evaluateGraph(mlir::ModuleOp graph, const WeightStore &store,
              llvm::ArrayRef<ReferenceTensor> inputs);

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_EVALUATEDGRAPH_H

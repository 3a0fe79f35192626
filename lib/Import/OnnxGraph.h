//===- OnnxGraph.h - an ONNX graph becomes a function -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_ONNXGRAPH_H
#define LLMC_LIB_IMPORT_ONNXGRAPH_H

#include "llmc/Weights/Onnx.h"
#include "llmc/Weights/WeightStore.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// Emits the file's graph as `@main` into the module: an argument per input, an
/// op per node (functions of the file inlined, forms of old operator sets
/// brought to the newest), an `llm.weight` per large initializer, with its tensor
/// in `weights`. Results are unranked tensors of their element types. Fails with
/// one message that names node and cause.
llvm::Error buildOnnxGraph(OnnxFile &file, WeightStore &weights,
                           mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_ONNXGRAPH_H

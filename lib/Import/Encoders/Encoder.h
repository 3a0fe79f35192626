//===- Encoder.h - what encoders are written of -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An encoder has no cache: it becomes a graph, as an export of it would be, and
// from there a function program (docs/architecture.md). So its folder and its ONNX
// file are one path behind the importer.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_ENCODERS_ENCODER_H
#define LLMC_LIB_IMPORT_ENCODERS_ENCODER_H

#include "../KeyReader.h"
#include "../WeightCatalog.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/Create.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {

/// The sizes of an encoder, by the keys that all of them have.
struct EncoderSizes {
  int64_t layers, hidden, heads, feedForward; // L, E, H, F
  int64_t vocabulary, context;                // V, positions
  int64_t headDim() const { return hidden / heads; }
};

/// Reads the sizes; fails where heads do not divide the hidden size.
llvm::Expected<EncoderSizes> readEncoderSizes(Source &source);

/// The activation by its key; fails on one that no encoder has.
llvm::Expected<mlir::llm::ActFn> readEncoderActivation(HfConfig &config,
                                                       llvm::StringRef key);

/// What heads that predict tokens or classes add to an encoder: a program gives the
/// hidden states, so it is left out, with a warning where it was trained.
/// `suffixes` are those of its tensors.
llvm::Error leaveOutHead(Source &source, WeightCatalog &catalog,
                         llvm::ArrayRef<llvm::StringRef> suffixes);

/// Writes `@main`: ids, masks and what else there is [B, S] to hidden states
/// `last_hidden_state` [B, S, E].
class EncoderWriter {
public:
  using Value = mlir::Value;

  EncoderWriter(mlir::ModuleOp module, llvm::ArrayRef<llvm::StringRef> inputs);

  /// The op by its name in ONNX, of operands.
  Value make(llvm::StringRef name, llvm::ArrayRef<Value> operands,
             mlir::NamedAttrList attributes = {}) {
    return graph.make(name, operands, attributes);
  }
  Value input(unsigned index) { return function.getArgument(index); }
  Value param(const WeightRef &weight); // as f32
  Value embed(const WeightRef &table, Value ids);
  Value linear(Value x, const Affine &affine);
  Value layerNorm(Value x, const Affine &affine, double eps);
  Value activate(Value x, mlir::llm::ActFn fn);
  /// 0 to S-1, int64 [S].
  Value positions();
  /// Whether keys are no padding, [B, 1, 1, S].
  Value keysAllowed(Value mask);
  Value unsqueeze(Value x, llvm::ArrayRef<int64_t> axes);
  /// Rows [B, S, E] of queries, keys and values to rows.
  Value attention(Value q, Value k, Value v, Value allowed, int64_t heads);
  void finish(Value hidden);

  mlir::onnx::GraphWriter &writer() { return graph; }

private:
  mlir::OpBuilder builder;
  mlir::func::FuncOp function;
  mlir::onnx::GraphWriter graph;
};

/// Emit `@main` and the weights of a folder's model.
llvm::Error buildBert(Source &source, mlir::ModuleOp module);
llvm::Error buildModernBert(Source &source, mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_ENCODERS_ENCODER_H

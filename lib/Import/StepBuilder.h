//===- StepBuilder.h - what step functions are made of ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emits `@step` in the one shape that docs/architecture.md shows, so that every
// architecture gives the later stages the same patterns to find.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_STEPBUILDER_H
#define LLMC_LIB_IMPORT_STEPBUILDER_H

#include "WeightCatalog.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {

/// Rotary positions: inverse frequencies [R/2] and what cos and sin are
/// multiplied by.
struct Rotary {
  mlir::llm::Pairing pairing;
  WeightRef inv;
  double mscale = 1.0;
};

class StepBuilder {
public:
  /// Opens `@step(batch, kv) -> (tensor<?xV>, kv)` at the module's end.
  StepBuilder(mlir::ModuleOp module, mlir::llm::KVType kvType,
              int64_t vocabulary);

  mlir::Value tokens() { return ids; }
  mlir::Value positions();

  /// Reads a weight here that several layers use, so that layers stay alike.
  void share(WeightRef weight) { param(weight); }
  /// Names the place of what follows, for diagnostics and `--explain`.
  void enter(const llvm::Twine &place);

  mlir::Value embed(mlir::Value ids, WeightRef table);
  mlir::Value norm(mlir::llm::NormKind kind, mlir::Value input, Affine weights,
                   double eps);
  mlir::Value linear(mlir::Value input, Affine weights);
  mlir::Value activate(mlir::llm::ActFn fn, mlir::Value input);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value multiply(mlir::Value a, mlir::Value b);
  mlir::Value splitHeads(mlir::Value rows,
                         int64_t heads);     // [T, H*D] -> [T, H, D]
  mlir::Value mergeHeads(mlir::Value heads); // [T, H, D] -> [T, H*D]
  mlir::Value rotate(mlir::Value heads, const Rotary &rotary);
  /// Stores key and value in slot `layer` and attends to the cache; `left` is
  /// the window to the past, -1 for all of it.
  mlir::Value attend(int64_t layer, mlir::Value query, mlir::Value key,
                     mlir::Value value, double scale, int64_t left = -1);
  /// Logits of the rows that were asked for, and the function's return.
  void finish(mlir::Value hidden, WeightRef head);

private:
  mlir::OpBuilder builder;
  mlir::Location loc;
  mlir::func::FuncOp function;
  mlir::Value batch, kv, ids, rows, position;
  llvm::DenseMap<mlir::StringAttr, mlir::Value> params; // shared ones

  mlir::Value param(WeightRef weight);
  mlir::Value optionalParam(WeightRef weight);
  mlir::RankedTensorType rowsOf(int64_t columns); // tensor<?x columns xf32>
};

} // namespace llmc

#endif // LLMC_LIB_IMPORT_STEPBUILDER_H

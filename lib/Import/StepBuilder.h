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

/// How scores of attention are made; the window is -1 for all of the past.
struct Scores {
  double scale = 1.0;
  int64_t left = -1;
  double softcap = 0;
  WeightRef slopes = {}; // [H], where distance costs something
};

struct CachePlace;
struct Mixture;

/// The experts of each row, [T, k], and what their results are weighed by.
struct Routing {
  mlir::Value indices, weights;
};

class StepBuilder {
public:
  /// Opens `@step(batch, caches) -> (tensor<?xV>, caches)` at the module's end.
  StepBuilder(mlir::ModuleOp module,
              llvm::ArrayRef<mlir::llm::KVType> cacheTypes, int64_t vocabulary);

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
  /// [T, H, K], each head by its matrix of [H, N, K], to [T, H, N].
  mlir::Value headLinear(mlir::Value heads, WeightRef matrices);
  mlir::Value activate(mlir::llm::ActFn fn, mlir::Value input);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value multiply(mlir::Value a, mlir::Value b);
  /// `value` itself where the factor is 1.
  mlir::Value scale(mlir::Value value, double factor);
  mlir::Value clip(mlir::Value value, double limit); // to [-limit, limit]
  mlir::Value splitHeads(mlir::Value rows,
                         int64_t heads);     // [T, H*D] -> [T, H, D]
  mlir::Value mergeHeads(mlir::Value heads); // [T, H, D] -> [T, H*D]
  /// Columns of heads side by side, [T, H, A] and [T, H, B] to [T, H, A + B].
  mlir::Value join(mlir::Value left, mlir::Value right);
  mlir::Value rotate(mlir::Value heads, const Rotary &rotary);
  /// Stores key and value in a layer's place and attends to its cache; null where
  /// the value is the beginning of the key.
  mlir::Value attend(CachePlace place, mlir::Value query, mlir::Value key,
                     mlir::Value value, const Scores &scores);

  Routing route(mlir::Value logits, WeightRef selectBias,
                const Mixture &mixture);
  /// Rows [T, K], or [T, k, K] of what experts computed, to [T, k, N].
  mlir::Value expertLinear(mlir::Value input, const Routing &routing,
                           WeightRef weight);
  mlir::Value combine(mlir::Value results, mlir::Value weights); // -> [T, E]
  /// Each row times its number of `weights` [T, 1].
  mlir::Value weigh(mlir::Value rows, mlir::Value weights);

  /// Logits of the rows that were asked for, times `scale`, within
  /// [-softcap, softcap] unless that is 0, and the function's return.
  void finish(mlir::Value hidden, Affine head, double scale = 1,
              double softcap = 0);

private:
  mlir::OpBuilder builder;
  mlir::Location loc;
  mlir::func::FuncOp function;
  mlir::Value batch, ids, position;
  mlir::Value rows; // how many: of all tokens, at the end of those asked for
  llvm::SmallVector<mlir::Value> caches; // as they are written so far
  llvm::DenseMap<mlir::StringAttr, mlir::Value> params; // shared ones

  mlir::Value param(WeightRef weight);
  mlir::Value optionalParam(WeightRef weight);
  mlir::RankedTensorType rowsOf(int64_t columns); // tensor<?x columns xf32>
  mlir::Value countRows(mlir::Value ids);
  mlir::Value splat(mlir::Value like, double number);
};

} // namespace llmc

#endif // LLMC_LIB_IMPORT_STEPBUILDER_H

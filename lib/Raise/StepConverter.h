//===- StepConverter.h - a graph's ops on rows ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_STEPCONVERTER_H
#define LLMC_LIB_RAISE_STEPCONVERTER_H

#include "Rows.h"
#include "StepWeights.h"

#include <map>

namespace llmc {

/// What a decoder's step is, besides its ops.
struct StepFacts {
  int64_t layers = 0, heads = 0, kvHeads = 0, headDim = 0, valueDim = 0;
  int64_t hidden = 0, vocabulary = 0;
  int64_t positions = 0; // rows of a table of positions; 0: there is none
  bool tiedHead = false;
  mlir::Type cacheType; // elements of the graph's own caches, or null
};

/// Converts the ops that the logits are made of, in the order of the graph.
class StepConverter {
public:
  StepConverter(const Graph &graph, mlir::ModuleOp module);

  /// Whether a value can be logits: [B, S, V], or [B, 1, V] or [B, V] of the last
  /// token.
  static bool isLogits(const Graph &graph, mlir::Value value);

  /// Emits `@step` behind `@main`. Fails with the op that cannot be one of rows
  /// and the reason; `@step` is gone then.
  mlir::LogicalResult convert(mlir::Value logits);

  const StepFacts &facts() const { return known; }
  StepWeights &weights() { return made; }
  mlir::Operation *failedAt() const { return culprit; }
  const std::string &reason() const { return why; }

private:
  /// A linear, so that a bias or a split can become part of it.
  struct Linear {
    mlir::Value input;
    WeightSource weight;
    mlir::Value bias; // of the graph, or null
    llvm::SmallVector<RowChoice> biasRows;
  };
  /// Of a weight per expert those that `experts` [T, k] choose.
  struct ChosenWeights {
    WeightSource source; // [X, N, K], or [X, N]: a bias
    Rows experts;
  };
  /// What experts compute, so that a bias or a split can become part of it.
  struct ExpertProduct {
    mlir::Value input;
    WeightSource weight;              // [X, N, K]
    std::optional<WeightSource> bias; // [X, N]
    Rows experts;
  };
  /// Some of a dim's places: `count`, every `step`-th from `begin` on.
  struct Columns {
    int64_t begin, count, step;
  };
  /// Results of experts times their weights, which a sum then adds.
  struct WeightedRows {
    Rows rows;           // [T, k, N]
    mlir::Value weights; // [T, k]
  };
  /// What codes of rows mean: all have one scale and one zero.
  struct RowScale {
    double scale, zero;
  };
  using Handler = Rows (StepConverter::*)(mlir::Operation *);

  const Graph &graph;
  mlir::ModuleOp module;
  StepWeights made;
  StepFacts known;
  mlir::OpBuilder builder;
  mlir::Location loc;
  mlir::func::FuncOp step;
  mlir::Value batch, ids, rowCount, askedRows, positionIds;
  /// The cache of the layers that see equally far back.
  struct Cache {
    int64_t left = -1;           // -1: all of it
    int64_t layers = 0;          // that it has
    mlir::Value value = nullptr; // as it is written so far
    int64_t slot = 0;            // of the next layer
  };
  llvm::SmallVector<Cache> caches; // in the order of their first layers
  llvm::DenseMap<mlir::Value, Rows> views, asked; // all rows; those asked for
  llvm::DenseSet<mlir::Operation *> needed, behindHead;
  llvm::DenseMap<mlir::Value, Linear> linears;         // by the step's value
  llvm::DenseMap<mlir::Value, ExpertProduct> products; // by the step's value
  llvm::DenseMap<mlir::Value, ChosenWeights> chosen;   // by the graph's value
  llvm::DenseMap<mlir::Value, WeightedRows> weighted;  // by the graph's value
  llvm::DenseSet<mlir::Value> unscaled; // norms of the step without a weight
  std::optional<WeightSource> table;    // that the tokens choose rows of
  mlir::Operation *culprit = nullptr;
  std::string why;

  // The step (StepConverter.cpp).
  bool findNeeded(mlir::Value logits);
  void findHead(mlir::Value logits);
  bool findLastRows(mlir::Value logits);
  bool takesLastRow(mlir::Operation *op) const;
  bool findCaches();
  Cache *findCache(int64_t left);
  void openStep(int64_t vocabulary);
  Rows convertOp(mlir::Operation *op);
  Rows view(mlir::Operation *reader, mlir::Value value);
  Rows select(const Rows &rows);
  Rows fail(mlir::Operation *op, const llvm::Twine &reason);
  mlir::Value positions();
  mlir::RankedTensorType rowsType(llvm::ArrayRef<int64_t> inner);
  Rows sameAs(const Rows &rows, mlir::Value value);

  // Rows and matrices (StepLinears.cpp).
  Rows embed(mlir::Operation *op);
  Rows embedBlocks(mlir::Operation *op);
  Rows embedTokens(const WeightSource &source, llvm::ArrayRef<RowDim> tokens);
  Rows embedPositions(mlir::Operation *op);
  Rows matmul(mlir::Operation *op);
  Rows gemm(mlir::Operation *op);
  Rows matmulBlocks(mlir::Operation *op);
  Rows linear(mlir::Operation *op, const Rows &input, WeightSource weight);
  mlir::Value createLinear(const Linear &linear);
  Rows rotary(mlir::Operation *op);
  Rows attention(mlir::Operation *op);

  // Norms (StepNorms.cpp).
  Rows norm(mlir::Operation *op);
  mlir::Value scaleHeads(mlir::Value reader, const Rows &heads,
                         mlir::Value constant);

  // Mixtures of experts (StepExperts.cpp).
  Rows route(mlir::Operation *op);
  bool choosesExperts(mlir::Operation *op);
  Rows chooseWeights(mlir::Operation *op);
  Rows expertLinear(mlir::Operation *op);
  mlir::Value dropOneChoice(mlir::Value results);
  mlir::Value asOneChoice(mlir::Value rows);
  mlir::Value createExpertLinear(const ExpertProduct &product);
  Rows takeExpertColumns(mlir::Operation *op, const Rows &rows, int64_t inner,
                         Columns columns);
  Rows expertBias(mlir::Operation *op);
  Rows repeat(mlir::Operation *op);

  // The contributed MoE nodes (StepMixture.cpp).
  Rows mixture(mlir::Operation *op);
  mlir::Value betweenProducts(mlir::Operation *op, const Rows &input,
                              const Rows &experts);
  mlir::Value gatedUnit(mlir::Operation *op, mlir::Value gate,
                        mlir::Value linear);
  std::optional<WeightSource> expertMatrix(mlir::Operation *op, unsigned which,
                                           int64_t columns);
  Rows expertProduct(mlir::Operation *op, unsigned which, mlir::Value input,
                     const Rows &experts);
  Rows sum(mlir::Operation *op);
  bool weighs(mlir::Operation *op, const Rows &a, const Rows &b);
  mlir::Value gate(const Rows &rows, const Rows &gate);

  // Elementwise ops and moves (StepElementwise.cpp).
  Rows binary(mlir::Operation *op);
  Rows unary(mlir::Operation *op);
  Rows power(mlir::Operation *op);
  std::optional<RowScale> findRowScale(mlir::Operation *op);
  Rows quantize(mlir::Operation *op);
  Rows dequantize(mlir::Operation *op);
  mlir::Value square(mlir::Value x);
  mlir::Value countRows(mlir::Operation *op);
  mlir::Value divide(mlir::Operation *op, const Rows &rows, double number);
  mlir::Value splat(mlir::Operation *op, const Rows &rows, double number);
  Rows clip(mlir::Operation *op);
  Rows activation(mlir::Operation *op);
  bool isPast(mlir::Value value) const;
  Rows forward(mlir::Operation *op);

  // Joined values (StepConcat.cpp).
  Rows concat(mlir::Operation *op);
  Rows joinCache(mlir::Operation *op, int64_t axis);
  Rows joinColumns(mlir::Operation *op, int64_t axis);
  mlir::Value repeatAs(const Rows &rows, const Rows &like);
  mlir::Value insertOnes(mlir::Value rows, llvm::ArrayRef<int64_t> shape);

  // Moves (StepMoves.cpp).
  Rows reshape(mlir::Operation *op);
  Rows move(mlir::Operation *op);
  Rows gather(mlir::Operation *op);
  Rows moveResult(mlir::Operation *op, const Rows &rows, mlir::Value result);
  Rows takeColumns(mlir::Operation *op, const Rows &rows, int64_t inner,
                   Columns columns);
  /// Which rows of a matrix make these of a linear's columns; nothing if no one
  /// choice of rows does.
  static std::optional<RowChoice> chooseRows(llvm::ArrayRef<int64_t> shape,
                                             int64_t inner, Columns columns);
  Rows dropOnes(const Rows &rows);
  Rows asHeads(const Rows &rows);
  Rows constantLike(mlir::Operation *op, const Rows &rows, mlir::Value constant,
                    llvm::ArrayRef<int64_t> result);

  static Handler findHandler(llvm::StringRef opName);
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_STEPCONVERTER_H

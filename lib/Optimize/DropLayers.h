//===- DropLayers.h - layers that go as a whole -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_OPTIMIZE_DROPLAYERS_H
#define LLMC_LIB_OPTIMIZE_DROPLAYERS_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// The layers of a step, unrolled. A layer has one attention; between two of them there
/// is a value that alone is handed on.
class StepLayers {
public:
  /// Finds them in `step`. Returns why there are none, or an empty string.
  std::string find(mlir::func::FuncOp step);
  int64_t size() const { return attentions.size(); }
  /// What each layer is given, and what the last one leaves.
  llvm::ArrayRef<mlir::Value> getHanded() const { return handed; }
  /// Has those in `without` (in order, not all) go with their weights and slots of
  /// caches. Returns why they cannot, or an empty string; then nothing has changed.
  std::string drop(llvm::ArrayRef<int64_t> without);

private:
  std::string findObstacle(llvm::ArrayRef<int64_t> without) const;
  void dropWrites(llvm::ArrayRef<int64_t> without);
  void renumberSlots();

  mlir::func::FuncOp step;
  llvm::SmallVector<mlir::llm::AttentionOp> attentions;
  llvm::SmallVector<mlir::Value> handed; // to each layer, and behind the last
};

/// Ops that nobody reads go, and weights that nobody reads any more.
void eraseUnread(mlir::func::FuncOp step);

} // namespace llmc

#endif // LLMC_LIB_OPTIMIZE_DROPLAYERS_H

//===- UnitGroups.h - weights that lose units together ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A channel of a feed-forward part is a row of what makes it and a column of what reads
// it; a head likewise. Which weights those are follows from the step's data flow, not
// from names (the dependency groups of arXiv:2305.11627).
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_OPTIMIZE_UNITGROUPS_H
#define LLMC_LIB_OPTIMIZE_UNITGROUPS_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

#include <string>

namespace llmc {

/// What the units of one layer run through.
struct UnitGroup {
  int64_t units = 0;
  llvm::SetVector<mlir::Operation *> makers; // llm.param: rows, or numbers
  llvm::SetVector<mlir::Operation *>
      readers;                         // llm.linear: columns of its weight
  llvm::SetVector<mlir::Value> values; // dimension 1 is of the units
  llvm::SetVector<mlir::Operation *> attentions;
  llvm::SetVector<mlir::OpOperand *> spreads; // read a number in all places
  std::string obstacle;                       // why units cannot go, or empty
  mlir::Operation *where = nullptr;           // the obstacle's
};

class UnitGroups {
public:
  explicit UnitGroups(mlir::ModuleOp module);
  /// The channels that `act` computes; of a gate also those that it multiplies.
  UnitGroup findChannels(mlir::llm::ActOp act) const;
  /// The heads of keys and values that `attention` reads, and their queries.
  UnitGroup findHeads(mlir::llm::AttentionOp attention) const;
  mlir::llm::WeightOp getWeight(mlir::llm::ParamOp param) const;

private:
  mlir::SymbolTable symbols;
  llvm::StringMap<int> readers; // llm.params of each weight
};

} // namespace llmc

#endif // LLMC_LIB_OPTIMIZE_UNITGROUPS_H

//===- MethodTable.h - the strategies of a kind, by name --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_METHODTABLE_H
#define LLMC_LIB_WEIGHTS_METHODTABLE_H

#include "InputStatistics.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace llmc {

/// What a table has a row of for each strategy: `Row` has a `name` and, where some need
/// none, says whether it `needsStatistics` of the product's input.
template <typename Row> class MethodTable {
public:
  /// `does`: "prunes weights".
  template <size_t count>
  constexpr MethodTable(const Row (&rows)[count], llvm::StringLiteral does)
      : rows(rows), does(does) {}

  const Row *find(llvm::StringRef name) const {
    const auto *it =
        llvm::find_if(rows, [&](const Row &row) { return row.name == name; });
    return it == rows.end() ? nullptr : it;
  }
  /// "magnitude, wanda".
  std::string list() const {
    return llvm::join(
        llvm::map_range(rows, [](const Row &row) { return row.name; }), ", ");
  }
  bool needsStatistics(llvm::StringRef name) const {
    const Row *row = find(name);
    return row && row->needsStatistics;
  }
  /// What is wrong with a step that names what `find` does not.
  std::string refuse(llvm::StringRef name) const {
    return "there is no method " + quote(name) + " that " + does.str();
  }
  /// Why `step` has no statistics of an input of `cols` columns to work on; empty if it
  /// has, or needs none.
  template <typename Step>
  std::string check(const WeightStore &store, Step step, int64_t cols) const {
    if (step.getStats())
      return checkSums(store, step.getStats().getValue(), cols);
    return needsStatistics(step.getMethod())
               ? ("the method " + step.getMethod().getValue() +
                  " needs statistics of its input")
                     .str()
               : "";
  }

private:
  llvm::ArrayRef<Row> rows;
  llvm::StringLiteral does;
};

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_METHODTABLE_H

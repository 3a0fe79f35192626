//===- Explain.h - what passes say of themselves ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pass speaks once per op: 210 equal lines for a model of 30 layers. They are
// collected and told as one: "x7 in each of 30 layers".
//===----------------------------------------------------------------------===//
#ifndef LLMC_DRIVER_EXPLAIN_H
#define LLMC_DRIVER_EXPLAIN_H

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>
#include <vector>

namespace llmc {

/// The remarks of passes since the last print.
class Explanation {
public:
  /// Hears every remark of passes in `context` until that is destroyed. At most
  /// one per context.
  static std::shared_ptr<Explanation> listen(mlir::MLIRContext &context);

  /// `text` of `pass` at `place`, which may be empty; declined or done.
  void add(llvm::StringRef pass, llvm::StringRef text, bool declined,
           std::string place);
  /// One line per pass and text, in the order in which they came first; forgets
  /// them.
  void print(llvm::raw_ostream &stream);

private:
  struct Remark {
    std::string pass, text;
    bool declined;
    std::vector<std::string> places;
  };
  std::vector<Remark> remarks;
};

} // namespace llmc

#endif // LLMC_DRIVER_EXPLAIN_H

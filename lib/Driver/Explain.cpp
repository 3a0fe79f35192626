//===- Explain.cpp - what passes say of themselves ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes speak through MLIR's remark engine, which builds no text unless
// somebody listens.
//===----------------------------------------------------------------------===//
#include "Explain.h"

#include "Diagnostics.h"

#include "mlir/IR/Remarks.h"

using namespace llmc;

namespace {

class RemarkPrinter : public mlir::remark::detail::MLIRRemarkStreamerBase {
public:
  explicit RemarkPrinter(llvm::raw_ostream &stream) : stream(stream) {}

  void streamOptimizationRemark(
      const mlir::remark::detail::Remark &remark) override {
    stream << "  " << remark.getCategoryName() << ": ";
    if (remark.getRemarkName() == "missed")
      stream << "declined: ";
    for (const auto &argument : remark.getArgs())
      stream << argument.val;
    stream << describeLocation(remark.getLocation()) << "\n";
  }

private:
  llvm::raw_ostream &stream;
};

} // namespace

void llmc::explainTo(mlir::MLIRContext &context, llvm::raw_ostream &stream) {
  mlir::remark::RemarkCategories categories;
  categories.passed = categories.missed = ".*";
  mlir::LogicalResult enabled = mlir::remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkPrinter>(stream),
      std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), categories);
  assert(mlir::succeeded(enabled) && "the pattern is valid");
  (void)enabled;
}

//===- Diagnostics.cpp - MLIR's diagnostics as errors of llmc -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A user gets one line per error: the first one, with its place.
//===----------------------------------------------------------------------===//
#include "Diagnostics.h"

#include "mlir/IR/Location.h"

using namespace llmc;

std::string llmc::describeLocation(mlir::Location location) {
  if (auto file = location->findInstanceOf<mlir::FileLineColLoc>())
    return " at " + file.getFilename().str() + ":" +
           std::to_string(file.getLine()) + ":" +
           std::to_string(file.getColumn());
  if (auto name = location->findInstanceOf<mlir::NameLoc>())
    return " at " + name.getName().str();
  return "";
}

DiagnosticCollector::DiagnosticCollector(mlir::MLIRContext *context)
    : handler(context, [this](mlir::Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
          return mlir::failure();
        if (message.empty())
          message =
              diagnostic.str() + describeLocation(diagnostic.getLocation());
        return mlir::success();
      }) {}

llvm::Error DiagnosticCollector::takeError(const llvm::Twine &fallback) {
  return llvm::createStringError(message.empty() ? fallback.str() : message);
}

//===- Diagnostics.cpp - MLIR's diagnostics as errors of llmc -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A user gets one line per error: the first one, with its place.
//===----------------------------------------------------------------------===//
#include "Diagnostics.h"

#include "mlir/IR/Location.h"

using namespace llmc;

std::string llmc::getPlace(mlir::Location location) {
  if (auto file = location->findInstanceOf<mlir::FileLineColLoc>())
    return file.getFilename().str() + ":" + std::to_string(file.getLine()) +
           ":" + std::to_string(file.getColumn());
  if (auto name = location->findInstanceOf<mlir::NameLoc>())
    return name.getName().str();
  return "";
}

std::string llmc::describeLocation(mlir::Location location) {
  std::string place = getPlace(location);
  return place.empty() ? "" : " at " + place;
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

//===- Diagnostics.h - MLIR's diagnostics as errors of llmc -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_DIAGNOSTICS_H
#define LLMC_LIB_DRIVER_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llmc {

/// "file:line:column" or a name; empty if nothing is known.
std::string getPlace(mlir::Location location);

/// The same after " at ".
std::string describeLocation(mlir::Location location);

/// Keeps the first error while it lives; everything else goes on to the handler
/// outside.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext *context);
  /// The first error, or `fallback` if there was none.
  llvm::Error takeError(const llvm::Twine &fallback);

private:
  std::string message;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_DIAGNOSTICS_H

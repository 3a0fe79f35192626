//===- MlirFlags.cpp - the flags of mlir-opt on llmc ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MlirFlags.h"

#include "llmc/Driver/Registration.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/CommandLine.h"

using namespace llmc;

static bool isMlirFlag(llvm::StringRef argument) {
  return argument.starts_with("--mlir-");
}

llvm::Error llmc::takeMlirFlags(std::vector<const char *> &arguments) {
  std::vector<const char *> flags = {"llmc"};
  llvm::copy_if(arguments, std::back_inserter(flags), isMlirFlag);
  if (flags.size() == 1)
    return llvm::Error::success();
  llvm::erase_if(arguments, isMlirFlag);
  registerPasses(); // --mlir-print-ir-after names them
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  // IR of several threads would be printed through one another.
  flags.push_back("--mlir-disable-threading");
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  if (llvm::cl::ParseCommandLineOptions(flags.size(), flags.data(), "",
                                        &stream))
    return llvm::Error::success();
  return llvm::createStringError(
      llvm::StringRef(errors).split('\n').first.trim() +
      " (a flag of mlir-opt, with its value behind '=')");
}

void llmc::applyMlirFlags(mlir::PassManager &manager) {
  // Fails where nothing was registered: no flag was given.
  (void)mlir::applyPassManagerCLOptions(manager);
  mlir::applyDefaultTimingPassManagerCLOptions(manager);
}

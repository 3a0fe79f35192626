//===- llmc-opt.cpp - runs passes over llm IR -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mlir-opt with the project's dialects and passes: one pass or a textual
// pipeline at a time, for tests and for looking into a compilation.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Pipelines.h"
#include "llmc/Driver/Registration.h"

#include "mlir/Tools/Plugins/PassPlugin.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

/// A model where IR is wanted would be a screen of binary.
static bool isModel(llvm::StringRef path) {
  if (path.starts_with("-"))
    return false;
  if (llvm::sys::fs::is_directory(path))
    return true;
  auto start = llvm::MemoryBuffer::getFileSlice(path, 4, 0);
  return start && (*start)->getBuffer() == "GGUF";
}

/// The plugin that an argument asks for cannot be loaded. MLIR says so, goes on
/// without its passes and ends with 0.
static llvm::Error checkPlugin(llvm::StringRef argument) {
  argument.consume_front("-");
  if (!argument.consume_front("-load-pass-plugin=") || argument.empty())
    return llvm::Error::success();
  auto plugin = mlir::PassPlugin::load(argument.str());
  if (plugin)
    return llvm::Error::success();
  std::string why = llvm::toString(plugin.takeError());
  return llvm::createStringError(
      llvm::StringRef(why).split('\n').first +
      ": give a shared object with mlirGetPassPluginInfo (test/plugin)");
}

/// Passes report at the module where a whole step is wrong; printing that is
/// thousands of lines behind one sentence. The option brings it back.
static void keepDiagnosticsShort() {
  mlir::registerMLIRContextCLOptions();
  auto &options = llvm::cl::getRegisteredOptions();
  if (auto found = options.find("mlir-print-op-on-diagnostic");
      found != options.end())
    static_cast<llvm::cl::opt<bool> *>(found->second)->setInitialValue(false);
}

int main(int argc, char **argv) {
  for (const char *argument : llvm::ArrayRef(argv, argc).drop_front())
    if (isModel(argument)) {
      llvm::errs() << "llmc-opt: error: " << argument
                   << ": is a model, not IR: llmc import " << argument
                   << " | llmc-opt ...\n";
      return 1;
    }
  for (const char *argument : llvm::ArrayRef(argv, argc).drop_front())
    if (llvm::Error error = checkPlugin(argument)) {
      llvm::errs() << "llmc-opt: error: " << llvm::toString(std::move(error))
                   << "\n";
      return 1;
    }
  keepDiagnosticsShort();
  mlir::DialectRegistry registry;
  llmc::registerDialects(registry);
  llmc::registerPasses();
  llmc::registerPipelines();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "llmc optimizer driver\n", registry));
}

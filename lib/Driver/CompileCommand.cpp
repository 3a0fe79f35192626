//===- CompileCommand.cpp - llmc compile, llmc import ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stops after the stage asked for and writes what it left: IR, assembly, an
// object, or the program.
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Emit/Emit.h"
#include "llmc/Emit/PendingFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;

/// Writes text or an object to a file, or to stdout.
static llvm::Error writeOutput(llvm::StringRef output,
                               llvm::StringRef contents) {
  if (output.empty() || output == "-") {
    llvm::outs() << contents;
    llvm::outs().flush();
    std::error_code code = llvm::outs().error();
    llvm::outs().clear_error();
    return code ? llvm::createStringError(code, "cannot write to stdout: " +
                                                    code.message())
                : llvm::Error::success();
  }
  auto file = PendingFile::create(output);
  if (!file)
    return file.takeError();
  if (llvm::Error error = file->write(contents))
    return error;
  return file->commit();
}

static std::string printModule(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  stream << "\n";
  return text;
}

static llvm::Error writeCode(Compiler &compiler,
                             const CompileCommand &command) {
  ObjectKind kind = command.emit == EmitKind::llvm       ? ObjectKind::llvmIR
                    : command.emit == EmitKind::assembly ? ObjectKind::assembly
                                                         : ObjectKind::object;
  auto bytes = emitObject(compiler.getModule(), kind);
  if (!bytes)
    return bytes.takeError();
  return writeOutput(command.output,
                     llvm::StringRef(bytes->data(), bytes->size()));
}

llvm::Error llmc::runCompile(const CompileCommand &command) {
  Progress progress(!command.quiet);
  Compiler compiler([&](Stage stage) { progress.startStage(stage); });
  if (command.explain)
    compiler.explain();
  if (llvm::Error error = compiler.import(command.model, command.options))
    return error;
  Stage last = command.stopAfter.value_or(Stage::lower);
  if (llvm::Error error = compiler.runUntil(std::min(last, Stage::lower)))
    return error;
  if (command.emit == EmitKind::mlir || command.stopAfter)
    return writeOutput(command.output, printModule(compiler.getModule()));
  progress.startStage(Stage::emit);
  if (command.emit != EmitKind::exe && command.emit != EmitKind::so)
    return writeCode(compiler, command);
  if (llvm::Error error = emitProgram(
          compiler, command.emit, command.output,
          [&](uint64_t done, uint64_t all) { progress.showBytes(done, all); }))
    return error;
  progress.finish();
  if (!command.quiet)
    printSummary(llvm::errs(), compiler, command.output, progress.seconds());
  return llvm::Error::success();
}

llvm::Error llmc::runImport(const ImportCommand &command) {
  Compiler compiler;
  if (llvm::Error error = compiler.import(command.model, {}))
    return error;
  return writeOutput(command.output, printModule(compiler.getModule()));
}

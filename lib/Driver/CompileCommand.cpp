//===- CompileCommand.cpp - llmc compile, llmc import ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stops after the stage asked for and writes what it left: IR, assembly, an
// object, or the program.
//===----------------------------------------------------------------------===//
#include "Destination.h"
#include "EncodingSearch.h"
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Emit/Emit.h"
#include "llmc/Lower/Passes.h"

#include "llvm/Support/raw_ostream.h"

using namespace llmc;

static std::string printModule(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  stream << "\n";
  return text;
}

/// The kernels of the one device that was asked.
static llvm::Error writeDevice(Compiler &compiler,
                               const CompileCommand &command,
                               Destination &destination) {
  auto devices = llvm::to_vector(compiler.getModule().getOps<mlir::ModuleOp>());
  if (devices.size() != 1)
    return llvm::createStringError(
        "--emit=" + getChoiceName(command.emit) +
        " writes the code of one device, --target=" + command.options.target +
        " has " + std::to_string(devices.size()) +
        ": give --target=cuda:" + getKnownDevices().back());
  auto code = emitDevice(devices.front(), command.emit == EmitKind::cubin);
  if (!code)
    return code.takeError();
  return destination.write(*code);
}

static llvm::Error writeCode(Compiler &compiler, const CompileCommand &command,
                             Destination &destination) {
  if (command.emit == EmitKind::ptx || command.emit == EmitKind::cubin)
    return writeDevice(compiler, command, destination);
  ObjectKind kind = command.emit == EmitKind::llvm       ? ObjectKind::llvmIR
                    : command.emit == EmitKind::assembly ? ObjectKind::assembly
                                                         : ObjectKind::object;
  auto bytes = emitObject(compiler.getModule(), kind);
  if (!bytes)
    return bytes.takeError();
  return destination.write(llvm::StringRef(bytes->data(), bytes->size()));
}

bool llmc::isModuleFile(llvm::StringRef path) {
  return path.ends_with(".mlir") || path.ends_with(".mlirbc");
}

llvm::Error llmc::runCompile(const CompileCommand &command) {
  auto destination = Destination::open(command.output, command.model);
  if (!destination)
    return destination.takeError();
  Progress progress(!command.quiet);
  CompileOptions options = command.options;
  llvm::FileRemover statistics;
  if (llvm::Error error = prepareQuantizing(
          command.model, {CodeFormats::panels, command.explain, command.quiet},
          options, statistics))
    return error;
  Compiler compiler([&](Stage stage) { progress.startStage(stage); });
  if (command.explain)
    compiler.explain();
  llvm::Error read =
      isModuleFile(command.model)
          ? compiler.resume(command.model, command.weightsFrom, options)
          : compiler.import(command.model, options);
  if (read)
    return read;
  Stage last = command.stopAfter.value_or(Stage::lower);
  if (llvm::Error error = compiler.runUntil(std::min(last, Stage::lower)))
    return error;
  if (command.emit == EmitKind::mlir || command.stopAfter)
    return destination->write(printModule(compiler.getModule()));
  progress.startStage(Stage::emit);
  if (command.emit != EmitKind::exe && command.emit != EmitKind::so)
    return writeCode(compiler, command, *destination);
  if (llvm::Error error = emitProgram(
          compiler, command.emit, command.output, destination->getFile(),
          [&](uint64_t done, uint64_t all) { progress.showBytes(done, all); }))
    return error;
  progress.finish();
  if (!command.quiet)
    printSummary(llvm::errs(), compiler, command.output, progress.seconds());
  return llvm::Error::success();
}

llvm::Error llmc::runImport(const ImportCommand &command) {
  auto destination = Destination::open(command.output, command.model);
  if (!destination)
    return destination.takeError();
  Compiler compiler;
  if (llvm::Error error = command.graph
                              ? compiler.importGraph(command.model, Raise::no)
                              : compiler.import(command.model, {}))
    return error;
  return destination->write(printModule(compiler.getModule()));
}

//===- QuantizeCommand.cpp - llmc quantize and llmc prune -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers that llmc compile would put into a program, for other tools.
//===----------------------------------------------------------------------===//
#include "EncodingSearch.h"
#include "ModelOutput.h"
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Optimize/EqualizeSpec.h"
#include "llmc/Optimize/ShrinkSpec.h"
#include "llmc/Weights/Equalizing.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"

using namespace llmc;

static llvm::Expected<std::unique_ptr<ModelOutput>>
openOutput(const QuantizeCommand &command) {
  if (command.output == "-")
    return llvm::createStringError(
        "cannot write a model to stdout: give a name with -o");
  return llvm::sys::fs::is_directory(command.model) ? openFolderOutput(command)
                                                    : openGgufOutput(command);
}

static mlir::DictionaryAttr getFacts(Compiler &compiler) {
  return compiler.getModule()->getAttrOfType<mlir::DictionaryAttr>("llm.model");
}

static llvm::Error finish(Compiler &compiler, ModelOutput &output,
                          const SmallerModel &smaller,
                          const QuantizeCommand &command, Progress &progress) {
  if (llvm::Error error =
          output.write(compiler, smaller, [&](uint64_t done, uint64_t all) {
            progress.showBytes(done, all);
          }))
    return error;
  if (llvm::Error error = compiler.getModel().watch.check())
    return error;
  progress.finish();
  if (!command.quiet)
    llvm::errs() << command.output << ": " << formatBytes(output.getSizeBytes())
                 << " in " << llvm::format("%.1f s", progress.seconds())
                 << "\n";
  return output.commit();
}

/// Biases that a model does not have are no tensors of its files.
static llvm::Error checkShifts(const CompileOptions &options) {
  auto spec = parseEqualizeSpec(options.equalize);
  if (!spec) {
    llvm::consumeError(spec.takeError()); // others say what it is
    return llvm::Error::success();
  }
  if (!shiftsColumns(spec->method))
    return llvm::Error::success();
  return llvm::createStringError(
      "--equalize=" + options.equalize +
      ": a model's files have no place for the biases that osplus adds: take "
      "smooth or lae, or use llmc compile");
}

llvm::Error llmc::runQuantize(const QuantizeCommand &command) {
  if (llvm::Error error = checkShifts(command.options))
    return error;
  auto output = openOutput(command);
  if (!output)
    return output.takeError();
  Progress progress(!command.quiet);
  CompileOptions options = command.options;
  options.activations = Activations::f32; // files say nothing of them
  llvm::FileRemover statistics;
  if (llvm::Error error = prepareQuantizing(
          command.model,
          {(*output)->getFormats(), command.explain, command.quiet}, options,
          statistics))
    return error;
  Compiler compiler([&](Stage stage) { progress.startStage(stage); });
  if (command.explain)
    compiler.explain();
  if (llvm::Error error = compiler.import(command.model, options))
    return error;
  mlir::DictionaryAttr before = getFacts(compiler);
  std::vector<int64_t> without;
  if (!options.shrink.empty())
    without = llvm::cantFail(parseShrinkSpec(options.shrink)).without;
  if (std::string problem = findMixedLayers(compiler.getModule());
      !without.empty() && !problem.empty())
    return llvm::createStringError(command.model + ": " + problem);
  if (llvm::Error error = compiler.runUntil(Stage::optimize))
    return error;
  const SmallerModel smaller(before, getFacts(compiler), std::move(without));
  progress.startStage(Stage::emit);
  return finish(compiler, **output, smaller, command, progress);
}

//===- Calibration.cpp - statistics that nobody collected -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any text is better than none: what matters most is which columns of an input are
// large, and that is much the same whatever is read.
//===----------------------------------------------------------------------===//
#include "Calibration.h"

#include "Quantization.h"
#include "llmc/Driver/Commands.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;

asm(".section .rodata.llmc_text,\"a\",@progbits\n"
    ".globl llmc_text_begin\n"
    "llmc_text_begin:\n"
    ".incbin \"" LLMC_CALIBRATION_TEXT "\"\n"
    ".globl llmc_text_end\n"
    "llmc_text_end:\n"
    ".byte 0\n"
    ".text\n");
extern "C" const char llmc_text_begin[], llmc_text_end[];

llvm::StringRef llmc::getBundledText() {
  return {llmc_text_begin, size_t(llmc_text_end - llmc_text_begin)};
}

llvm::Error llmc::calibrateIfNeeded(llvm::StringRef model, bool quiet,
                                    CompileOptions &options,
                                    llvm::FileRemover &file) {
  if (!needsStatistics(options) || !options.stats.empty() ||
      isModuleFile(model))
    return llvm::Error::success();
  // What is wrong with them should not cost a calibration.
  CompileOptions alone = options;
  alone.stats = "to come";
  if (llvm::Error error = checkWeightOptions(alone))
    return error;
  llvm::SmallString<128> path;
  if (std::error_code code =
          llvm::sys::fs::createTemporaryFile("llmc", "stats", path))
    return llvm::createStringError(code, "cannot write a temporary file: " +
                                             code.message());
  file.setFile(path);
  if (!quiet)
    llvm::errs() << "llmc: calibrating on a text that llmc brings; llmc "
                    "calibrate takes another, once for many builds\n";
  CalibrateCommand calibrate;
  calibrate.model = model.str();
  calibrate.output = path.str().str();
  calibrate.context = 0;
  calibrate.isTemporary = true;
  calibrate.quiet = quiet;
  if (llvm::Error error = runCalibrate(calibrate))
    return llvm::createStringError(
        "cannot calibrate the model, and no --stats=FILE is given: " +
        llvm::toString(std::move(error)));
  // Not only at the end: who stops the compiler finds no statistics left behind.
  llvm::sys::RemoveFileOnSignal(calibrate.output);
  options.stats = calibrate.output;
  return llvm::Error::success();
}

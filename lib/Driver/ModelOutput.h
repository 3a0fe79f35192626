//===- ModelOutput.h - a changed model in files of its own kind -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers that llmc compile would put into a program, in files that other tools
// read: metadata and what does not change are those of the model's own files, so the
// format is theirs. A new one is a file that implements this, and a line of
// QuantizeCommand.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_MODELOUTPUT_H
#define LLMC_LIB_DRIVER_MODELOUTPUT_H

#include "SmallerModel.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Optimize/EncodingUnits.h"

#include <memory>

namespace llmc {

struct QuantizeCommand;

class ModelOutput {
public:
  virtual ~ModelOutput() = default;
  /// What --quantize=auto may choose between.
  virtual CodeFormats getFormats() const = 0;
  /// Writes what the optimized module says; it appears under its name at `commit`.
  virtual llvm::Error
  write(Compiler &compiler, const SmallerModel &smaller,
        llvm::function_ref<void(uint64_t, uint64_t)> progress) = 0;
  virtual llvm::Error commit() = 0;
  /// What was written, in bytes.
  virtual uint64_t getSizeBytes() const = 0;
};

/// Claims the output, before anything takes time. They fail on a model that has no
/// files of that kind, or an output that can be none.
llvm::Expected<std::unique_ptr<ModelOutput>>
openGgufOutput(const QuantizeCommand &command);
llvm::Expected<std::unique_ptr<ModelOutput>>
openFolderOutput(const QuantizeCommand &command);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_MODELOUTPUT_H

//===- ObservedProgram.h - a step that shows what it computes ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_OBSERVEDPROGRAM_H
#define LLMC_LIB_DRIVER_OBSERVEDPROGRAM_H

#include "LoadedProgram.h"
#include "llmrt/Engine.h"

namespace llmc {

/// Makes a build one that is looked at: of one sequence, on this CPU. A window of 0
/// tokens: the usual ones, or the model's limit.
void observeRows(CompileOptions &options, Observe observe, int64_t window);

/// Such a build with floats.
CompileOptions getObservingOptions(Observe observe, int64_t window);

/// How many tokens a window has where 0 were asked for.
int64_t chooseWindow(const CompileOptions &options, int64_t window);

/// The tokens of `text` in whole windows of `window`: `tokens` of them, 0 for all.
/// Errors name the text `name`.
llvm::Expected<std::vector<int32_t>>
readWindows(const ImportedModel &model, llvm::StringRef text,
            llvm::StringRef name, int64_t window, int64_t tokens);

/// A step whose rows are results (`CompileOptions::observe`), run over windows of
/// tokens.
class ObservedProgram {
public:
  /// Of a compiler that has imported the model; lowers it.
  static llvm::Expected<std::unique_ptr<ObservedProgram>>
  create(Compiler &compiler, int64_t window, int64_t threads);

  /// The number of the result `input of WEIGHT`; fails where there is none.
  llvm::Expected<int64_t> find(llvm::StringRef weight) const;
  /// All such weights, in the order of the step.
  std::vector<std::string> list() const;

  /// The next tokens are the first of a window.
  llvm::Error restart();
  llvm::Error step(llvm::ArrayRef<int32_t> tokens);
  /// Rows of the last step: [tokens, `columns`].
  llvm::Expected<const float *> result(int64_t number);
  int64_t columns(int64_t number) const {
    return program.model().results[number].columns;
  }
  int64_t rowsPerStep() const { return program.model().rowsPerStep; }

private:
  explicit ObservedProgram(LoadedProgram program)
      : program(std::move(program)) {}

  LoadedProgram program;
  std::unique_ptr<llmrt::Engine> engine;
  int32_t sequence = 0;
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_OBSERVEDPROGRAM_H

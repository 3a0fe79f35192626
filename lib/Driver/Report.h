//===- Report.h - progress and summaries ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_REPORT_H
#define LLMC_LIB_DRIVER_REPORT_H

#include "llmc/Driver/Compiler.h"
#include "llmc/Driver/Isolation.h"
#include "llmrt/Console.h"

#include "llvm/Support/raw_ostream.h"

#include <chrono>

namespace llmc {

using llmrt::formatBytes;

/// "49152x576".
std::string formatShape(llvm::ArrayRef<int64_t> shape);

/// "q4_1" for #llm.q4_1, "f32" for #llm.float<f32>.
std::string getEncodingName(mlir::llm::EncodingAttrInterface encoding);

/// Stages on stderr, a line each; a terminal sees below the last what it is busy with
/// and how bytes move.
class Progress {
public:
  explicit Progress(bool enabled);
  ~Progress();
  void startStage(Stage stage);
  /// A line like that of a stage.
  void say(llvm::StringRef what);
  void showBytes(uint64_t done, uint64_t all);
  /// Takes away what is below the last stage.
  void finish();
  /// Since the beginning.
  double seconds() const;

private:
  void show(llvm::StringRef what);

  bool enabled;
  bool terminal;          // that is to see it
  size_t columns = 0;     // below the last stage
  ActivityWatcher before; // who watched
  std::chrono::steady_clock::time_point begin;
};

/// What was made: sizes, types, the memory contract, the time.
void printSummary(llvm::raw_ostream &stream, Compiler &compiler,
                  llvm::StringRef output, double seconds);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_REPORT_H

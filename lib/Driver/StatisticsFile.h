//===- StatisticsFile.h - statistics that are written input by input ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_STATISTICSFILE_H
#define LLMC_LIB_DRIVER_STATISTICSFILE_H

#include "llmc/Emit/PendingFile.h"
#include "llmc/Weights/Statistics.h"

namespace llmc {

/// A file of statistics on its way. Until it is whole it is PATH.part: the beginning of
/// the file to come, as far as its inputs are known. The beginning says of what they
/// are, so that who comes to a part left behind can tell whether to go on with it.
class StatisticsFile {
public:
  enum class Found { nothing, inputs, others };

  /// Takes over what a calibration of the same left, of another one nothing. Fails where
  /// the file cannot be written, or another process is at it.
  static llvm::Expected<std::unique_ptr<StatisticsFile>>
  open(llvm::StringRef path, StatisticsLayout layout);
  /// Removes what was not kept.
  ~StatisticsFile();

  Found getFound() const { return found; }
  /// How many inputs it has.
  size_t size() const { return count; }
  llvm::Error add(const InputStatistics &input);
  /// What is there outlives this process, however it ends.
  llvm::Error keep();
  /// Gives the file, which has all inputs, its name.
  llvm::Error commit();

  /// "PATH.part".
  const std::string &partPath() const { return part; }

private:
  StatisticsFile(StatisticsLayout layout, PendingFile whole, std::string part)
      : layout(std::move(layout)), whole(std::move(whole)),
        part(std::move(part)) {}
  llvm::Error lock();
  llvm::Error recognise();
  llvm::Error write(llvm::StringRef bytes);
  llvm::Error fail() const;

  StatisticsLayout layout;
  PendingFile whole; // claims the name
  std::string part;
  int descriptor = -1; // of the part; its lock
  Found found = Found::nothing;
  size_t count = 0, kept = 0; // inputs
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_STATISTICSFILE_H

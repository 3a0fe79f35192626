//===- Arguments.h - what a kernel is given on the command line -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_TOOLS_PTXSIM_ARGUMENTS_H
#define LLMC_TOOLS_PTXSIM_ARGUMENTS_H

#include "llmc/PtxSim/Module.h"

#include <string>
#include <vector>

namespace llmc::ptxsim {

/// Arguments as they are written, and the device's arrays behind them:
///   in:FILE.npy           an array, copied to the device
///   out:FILE.npy:TYPE:DIMS an array of the device, written to the file at the end
///   inout:FILE.npy:OUT.npy  both
///   zeros:BYTES           bytes of the device, all zero
///   u32:7 s32:-1 u64:1 f32:0.5 f64:2   a number
class Arguments {
public:
  explicit Arguments(DeviceMemory &memory) : memory(memory) {}
  /// Throws Error.
  void add(const std::string &text);
  /// The bytes of the kernel's parameters; throws where they do not fit.
  std::vector<uint8_t> bytesFor(const Module &module,
                                const Function &kernel) const;
  void writeFiles() const;

private:
  struct Output {
    std::string file, type;
    std::vector<int64_t> shape;
    uint64_t address, bytes;
  };
  void addValue(const void *value, size_t bytes, const std::string &text);
  void addIn(const std::string &rest);
  void addOut(const std::string &rest);
  void addInOut(const std::string &rest);
  void addZeros(const std::string &rest);
  bool addNumber(const std::string &type, const std::string &rest);
  uint64_t allocate(uint64_t bytes, const std::string &text);

  DeviceMemory &memory;
  struct Value {
    std::vector<uint8_t> bytes;
    std::string text;
  };
  std::vector<Value> values;
  std::vector<Output> outputs;
};

} // namespace llmc::ptxsim

#endif // LLMC_TOOLS_PTXSIM_ARGUMENTS_H

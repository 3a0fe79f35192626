//===- PackedMemory.h - a model's weights as its code reads them -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_PACKEDMEMORY_H
#define LLMC_LIB_DRIVER_PACKEDMEMORY_H

#include "llmc/Driver/Compiler.h"
#include "llmc/Emit/WeightStream.h"

#include <cstdlib>
#include <memory>
#include <span>

namespace llmc {

/// The weight section of a program, in memory.
class PackedMemory {
public:
  /// Of a model that is scheduled. Fails, saying what it was `wanted` for, where
  /// memory is short.
  static llvm::Expected<PackedMemory> make(Compiler &compiler,
                                           llvm::StringRef wanted);

  std::span<uint8_t> bytes() { return {memory.get(), size}; }
  /// What lies in it, by ascending offset.
  llvm::ArrayRef<PlannedWeight> weights() const { return planned; }

private:
  struct Free {
    void operator()(uint8_t *bytes) const { std::free(bytes); }
  };
  std::unique_ptr<uint8_t, Free> memory;
  size_t size = 0;
  std::vector<PlannedWeight> planned;
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_PACKEDMEMORY_H

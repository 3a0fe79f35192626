//===- DeviceTiler.h - who builds a kernel for a device -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel that no tiler below takes is built by the CPU's, and every thread is a
// worker of it. A new one is a file and its line in `chooseDeviceTilers`.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_DEVICETILER_H
#define LLMC_LIB_LOWER_NVPTX_DEVICETILER_H

#include "llmc/Lower/Cpu/TileBuilder.h"

#include <functional>

namespace llmc {

/// What a step has, index: rows, ranges of them, and rows of prompts. Of a kernel that
/// computes some rows, `rows` are these.
struct LaunchCounts {
  mlir::Value rows, ranges, promptRows;
};

struct DeviceTiler {
  int64_t threads; // of a block
  /// A worker is a block, whose threads share its work; else every thread is one.
  bool blocksWork;
  /// The blocks of a launch, an index; 0 where it has nothing to do. Results do not
  /// depend on it.
  std::function<mlir::Value(TileBuilder &b, const LaunchCounts &counts)>
      countBlocks;
  /// Builds the kernel's code; the builder knows its worker.
  std::function<void(TileBuilder &b, const KernelArgs &args)> tile;
  /// The fewest rows that are worth this form, and what its functions are called by.
  int64_t leastRows = 0;
  llvm::StringRef suffix = "";
  /// Launched behind the forms before it, not in their place: it computes rows that they
  /// leave.
  bool sharesRows = false;
  /// Calls `awaitLaunches` where it has begun to copy weights; else that comes first.
  bool awaitsLaunches = false;
  /// Of a block, beside what its code declares: more than 48 KB are asked for at the launch.
  int64_t sharedBytes = 0;
};

/// The forms of a kernel, from the one for any number of rows to the one for the most.
/// They compute the same bits: the number of rows chooses at run time. Then those that
/// share its rows.
llvm::SmallVector<DeviceTiler> chooseDeviceTilers(mlir::llm::KernelOp kernel);

/// Each is nothing where the kernel is none of its kind.
std::optional<DeviceTiler> getDeviceRows(mlir::llm::KernelOp kernel);
std::optional<DeviceTiler> getDeviceProduct(mlir::llm::KernelOp kernel);
/// Rows times one of many matrices: of heads, of experts.
std::optional<DeviceTiler> getDeviceMatrices(mlir::llm::KernelOp kernel);
/// Of no, one or two forms: generated rows and prompts may go ways of their own.
llvm::SmallVector<DeviceTiler> getDeviceAttention(mlir::llm::KernelOp kernel);
std::optional<DeviceTiler> getDeviceSample(mlir::llm::KernelOp kernel);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_DEVICETILER_H

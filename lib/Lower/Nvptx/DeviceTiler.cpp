//===- DeviceTiler.cpp - who builds a kernel for a device -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DeviceProduct.h"

#include "../Cpu/Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// Elements of one row of the widest result.
static int64_t getWidestRow(KernelOp kernel) {
  int64_t widest = 1;
  for (Type type : kernel.getResultTypes())
    if (!isa<KVType>(type))
      widest = std::max(widest, ShapedType::getNumElements(
                                    getMatrixShape(type).drop_front()));
  return widest;
}

/// The CPU's, whose vectors have one lane where they follow the target.
static DeviceTiler getCpuTiler(KernelOp kernel) {
  constexpr int64_t threads = 128;
  // More threads than a large GPU holds find no work.
  constexpr int64_t mostBlocks = 2048;
  return {threads, /*blocksWork=*/false,
          [kernel](TileBuilder &b, const LaunchCounts &counts) -> Value {
            Value elements = b.mulIndex(counts.rows, getWidestRow(kernel));
            Value full = b.divIndex(b.addIndex(elements, threads - 1), threads);
            return arith::MinUIOp::create(b, full, b.index(mostBlocks));
          },
          tileKernel};
}

std::optional<DeviceTiler> getDeviceRows(KernelOp kernel) {
  // What has no anchor is rows as well.
  for (Operation &op : kernel.getBody().front())
    if (isa<CpuTilerOpInterface>(op)) {
      if (!isa<NormOp, QuantizeActOp>(op))
        return std::nullopt;
      break;
    }
  constexpr int64_t threads = 128;
  return DeviceTiler{
      threads, /*blocksWork=*/true,
      [](TileBuilder &, const LaunchCounts &counts) { return counts.rows; },
      tileRows};
}

/// `few` is for what no tiler of its own takes.
static SmallVector<DeviceTiler> chooseProductTilers(KernelOp kernel,
                                                    const DeviceTiler &few) {
  SmallVector<DeviceTiler> forms = getFloatProduct(kernel);
  if (forms.empty()) {
    std::optional<DeviceTiler> codes = getSparseCodeProduct(kernel);
    forms.push_back(codes ? *codes : getCodeProduct(kernel).value_or(few));
    if (std::optional<DeviceTiler> many = getTensorProduct(kernel))
      forms.push_back(*many);
  }
  if (DeviceProduct::hasPrompts(kernel))
    forms.append(getHalfProducts(kernel));
  return forms;
}

SmallVector<DeviceTiler> chooseDeviceTilers(KernelOp kernel) {
  if (std::optional<DeviceTiler> few = getDeviceProduct(kernel))
    return chooseProductTilers(kernel, *few);
  if (SmallVector<DeviceTiler> forms = getDeviceAttention(kernel);
      !forms.empty())
    return forms;
  for (auto get : {getDeviceMatrices, getDeviceSample, getDeviceRows})
    if (std::optional<DeviceTiler> tiler = get(kernel))
      return {*tiler};
  assert(!kernel.getScratch().value_or(0) &&
         "the runtime has scratch for a worker per asked row only");
  return {getCpuTiler(kernel)};
}

} // namespace llmc

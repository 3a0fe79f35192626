//===- FloatQuantized.cpp - FP8 as compressed-tensors stores it -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/FloatQuantized.h"

#include <algorithm>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

std::string llmc::refuseFloatQuantized(FloatCodesAttr codes) {
  if (isa_and_nonnull<mlir::Float8E4M3FNType>(codes.getType()))
    return "";
  return codes.getType() ? "has E4M3 alone: take values=e4m3"
                         : "has floats of 8 bits alone: take values=e4m3 with "
                           "bits=8, or values=uniform";
}

std::vector<uint8_t> FloatQuantized::unpack(ArrayRef<uint8_t> blocks) const {
  const int64_t group = codes.getGroup(), scaleBytes = getScaleBytes();
  assert(cols % group == 0 && codes.getBlockBytes() == scaleBytes + group &&
         "a block is a scale and its codes");
  const size_t count = blocks.size() / codes.getBlockBytes();
  std::vector<uint8_t> made(blocks.size());
  uint8_t *code = made.data(), *scale = made.data() + count * group;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t *block = &blocks[i * codes.getBlockBytes()];
    scale = std::copy_n(block, scaleBytes, scale);
    code = std::copy_n(block + scaleBytes, group, code);
  }
  return made;
}

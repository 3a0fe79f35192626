//===- Barriers.cpp - where the workers of a step must meet -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Barriers.h"

#include "dialects/llm/LLMDialect.h"

using namespace mlir;

namespace llmc {

static bool meet(ArrayRef<Access> a, ArrayRef<Access> b) {
  return llvm::any_of(a, [&](const Access &x) {
    return llvm::any_of(b, [&](const Access &y) { return x.meets(y); });
  });
}

void Barriers::separate(ImplicitLocOpBuilder &b, ArrayRef<Access> reads,
                        ArrayRef<Access> writes) {
  if (meet(reads, written) || meet(writes, written) || meet(writes, read))
    place(b);
  llvm::append_range(read, reads);
  llvm::append_range(written, writes);
}

void Barriers::place(ImplicitLocOpBuilder &b) {
  if (!read.empty() || !written.empty()) {
    llm::BarrierOp::create(b);
    ++placed;
  }
  read.clear();
  written.clear();
}

} // namespace llmc

//===- BlockPanel.cpp - which blocks of a panel are there -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/BlockPanel.h"

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir::llm;

KeptBlocks mlir::llm::getKept(PanelsLayoutAttr layout) {
  return {layout.getKeep(), layout.getOf(), layout.getBlockRows(),
          layout.getBlockCols()};
}

llvm::SmallVector<int64_t>
mlir::llm::chooseBlocks(int64_t keep, int64_t of,
                        llvm::function_ref<bool(int64_t)> holds) {
  llvm::SmallVector<int64_t> chosen, empty;
  for (int64_t block : llvm::seq(of))
    (holds(block) ? chosen : empty).push_back(block);
  const auto count = static_cast<int64_t>(chosen.size());
  if (count > keep)
    return {};
  chosen.append(empty.begin(), empty.begin() + (keep - count));
  llvm::sort(chosen);
  return chosen;
}

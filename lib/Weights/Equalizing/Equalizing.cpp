//===- Equalizing.cpp - factors for the columns of an input ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Equalizing.h"

#include "../MethodTable.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

namespace {
struct Method {
  StringRef name;
  FindFactors find;
  bool shifts = false;
};
} // namespace

static const Method rows[] = {{"awq", findAwqFactors},
                              {"lae", findLaeFactors},
                              {"osplus", findOsPlusFactors, true},
                              // Where nothing can be shifted.
                              {"osplus-scale", findOsPlusFactors},
                              {"quip", findQuipFactors},
                              {"smooth", findSmoothFactors}};
static const MethodTable<Method> methods(rows, "scales columns");

std::string llmc::findFactors(const EqualizingInput &input,
                              std::vector<float> &factors) {
  const Method *method = methods.find(input.step.getMethod());
  return method ? method->find(input, factors)
                : methods.refuse(input.step.getMethod());
}

bool llmc::shiftsColumns(StringRef name) {
  const Method *method = methods.find(name);
  return method && method->shifts;
}

std::string llmc::joinHeads(EqualizeAttr step,
                            function_ref<float(float, float)> join,
                            std::vector<float> &numbers) {
  const auto cols = static_cast<int64_t>(numbers.size());
  const int64_t head = step.getRepeat() > 1 ? step.getHead() : cols;
  const int64_t span = head * step.getRepeat();
  if (cols % span)
    return "its input has " + std::to_string(cols) + " columns, no heads of " +
           std::to_string(head) + " in groups of " +
           std::to_string(step.getRepeat());
  const std::vector<float> each = numbers;
  for (int64_t i = 0; i < cols; ++i) {
    const int64_t first = i / span * span + i % head;
    numbers[i] = each[first];
    for (int64_t j = first + head; j < (i / span + 1) * span; j += head)
      numbers[i] = join(numbers[i], each[j]);
  }
  return "";
}

int64_t llmc::getColumnOfRow(EqualizeAttr step, int64_t row) {
  if (step.getRepeat() == 1)
    return row;
  return row / step.getHead() * step.getRepeat() * step.getHead() +
         row % step.getHead();
}

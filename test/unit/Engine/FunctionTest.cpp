//===- FunctionTest.cpp - calls of a function without a compiler ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Function.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace llmrt;

namespace {

// y[rows, 2] = x[rows, 2] doubled by way of the workspace, for z of as many rows.
const int64_t pairs[] = {-1, 2}, ones[] = {-1};
const char *const names[] = {"rows", ""};
const LlmrtTensor inputs[] = {
    {"x", pairs, names, LLMRT_ELEMENT_F32, 2},
    {"z", ones, names, LLMRT_ELEMENT_I64, 1},
};
const LlmrtTensor outputs[] = {{"y", pairs, names, LLMRT_ELEMENT_F32, 2}};

int64_t planRows(const int64_t *in, int64_t *out, int64_t) {
  out[0] = in[0];
  out[1] = 2;
  if (in[0] == 13)
    return -1;
  return in[0] > 1000000 ? INT64_MAX : in[0] * 8;
}

void doubleRows(const LlmrtCall *call, int64_t worker, int64_t workers) {
  auto *x = static_cast<const float *>(call->inputs[0]);
  auto *y = static_cast<float *>(call->outputs[0]);
  auto *between = reinterpret_cast<float *>(call->workspace);
  const int64_t count = call->sizes[0] * 2;
  for (int64_t i = worker; i < count; i += workers)
    between[i] = x[i];
  llmrt_barrier(call->barrier);
  for (int64_t i = worker; i < count; i += workers)
    y[i] = between[count - 1 - i] * 2;
}

const LlmrtVariant variants[] = {{"any", 0, nullptr, nullptr, doubleRows}};
const LlmrtSignature signature = {inputs, outputs, 2, 1, planRows};

LlmrtModel makeModel() {
  LlmrtModel model = {};
  model.abiVersion = LLMRT_ABI_VERSION;
  model.variantCount = 1;
  model.variants = variants;
  model.signature = &signature;
  return model;
}
const LlmrtModel model = makeModel();

std::unique_ptr<Function> create(int64_t threads = 1) {
  auto function = Function::create(model, {}, threads);
  EXPECT_TRUE(function) << function.message();
  return function ? std::move(*function) : nullptr;
}

std::string planError(const std::vector<Sizes> &sizes) {
  auto plan = create()->plan(sizes);
  return plan ? "" : plan.message();
}

TEST(Function, runsOnCallersBuffersWithAnyTeam) {
  for (int64_t threads : {1, 2}) {
    auto function = create(threads);
    for (int64_t rows : {3, 1, 40}) { // the workspace grows, and is kept
      auto plan = function->plan(std::vector<Sizes>{{rows, 2}, {rows}});
      ASSERT_TRUE(plan) << plan.message();
      EXPECT_EQ(plan->workspaceBytes, rows * 8);
      EXPECT_EQ(plan->outputs, std::vector<Sizes>({{rows, 2}}));
      std::vector<float> x(rows * 2), y(rows * 2);
      for (size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(i);
      std::vector<int64_t> z(rows);
      const void *read[] = {x.data(), z.data()};
      void *written[] = {y.data()};
      ASSERT_TRUE(function->call(*plan, read, written));
      for (size_t i = 0; i < y.size(); ++i)
        EXPECT_EQ(y[i], 2 * x[x.size() - 1 - i]);
    }
  }
}

TEST(Function, saysWhichSizesItTakes) {
  EXPECT_EQ(planError({{3, 2}}), "a call with 1 inputs: the program takes 2");
  EXPECT_EQ(planError({{3}, {3}}),
            "input x has sizes [3]: the program takes float32 [rows, 2], of 2 "
            "dimensions");
  EXPECT_EQ(planError({{3, 4}, {3}}),
            "input x has sizes [3, 4]: the program takes float32 [rows, 2]; "
            "give an array of that shape");
  EXPECT_EQ(planError({{3, 2}, {4}}),
            "input z has sizes [4]: the program takes int64 [rows]; rows is 3 "
            "in input x: give both the same");
  EXPECT_NE(planError({{-1, 2}, {-1}}).find("a size is at least 0"),
            std::string::npos);
  EXPECT_NE(planError({{int64_t(1) << 31, 2}, {1}}).find("less than 2^31"),
            std::string::npos);
}

TEST(Function, saysWhatDoesNotFit) {
  EXPECT_EQ(planError({{13, 2}, {13}}),
            "the inputs do not fit one another, or the program: x [13, 2], z "
            "[13]");
  EXPECT_EQ(planError({{2000000, 2}, {2000000}}),
            "no machine has the memory for a call with x [2000000, 2], z "
            "[2000000]: give smaller inputs");
}

TEST(Function, namesTypesAsNumPyAndMlDtypesDo) {
  const LlmrtTensor bytes = {"b", pairs, names, LLMRT_ELEMENT_U8, 2};
  EXPECT_EQ(describeTensor(bytes), "uint8 [rows, 2]");
  const LlmrtTensor small = {"s", ones, names, LLMRT_ELEMENT_F8E4M3FN, 1};
  EXPECT_EQ(describeTensor(small), "float8_e4m3fn [rows]");
  EXPECT_EQ(findElementType("<u4")->kind, LLMRT_ELEMENT_U32);
  EXPECT_EQ(findElementType(99), nullptr);
}

TEST(Function, takesNarrowElementsByTheirWidthAlone) {
  // NumPy writes what it does not know as bytes without a meaning.
  for (uint32_t kind = LLMRT_ELEMENT_I4; kind <= LLMRT_ELEMENT_F4E2M1FN;
       ++kind) {
    EXPECT_TRUE(isSpelled(*findElementType(kind), "|V1")) << kind;
    EXPECT_FALSE(isSpelled(*findElementType(kind), "|u1")) << kind;
  }
  EXPECT_TRUE(isSpelled(*findElementType(LLMRT_ELEMENT_F8E5M2), "<f1"));
  EXPECT_FALSE(isSpelled(*findElementType(LLMRT_ELEMENT_F8E4M3FN), "<f1"));
  EXPECT_FALSE(isSpelled(*findElementType(LLMRT_ELEMENT_U8), "|i1"));
}

TEST(Function, refusesStepsAndOtherLayouts) {
  LlmrtModel step = model;
  step.signature = nullptr;
  EXPECT_EQ(Function::create(step, {}).message(),
            "this program completes text: it has no function to call");
  LlmrtModel other = model;
  other.abiVersion = 99;
  EXPECT_NE(Function::create(other, {}).message().find("layout version 99"),
            std::string::npos);
}

TEST(Function, countsElementsWithoutWrappingRound) {
  EXPECT_EQ(countElements(std::vector<int64_t>{}), 1);
  EXPECT_EQ(countElements(std::vector<int64_t>{0, int64_t(1) << 62}), 0);
  EXPECT_EQ(
      countElements(std::vector<int64_t>{int64_t(1) << 32, int64_t(1) << 32}),
      -1);
}

} // namespace

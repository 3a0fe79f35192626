//===- StatisticsTest.cpp - files of what calibration knows ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Safetensors.h"
#include "llmc/Weights/Statistics.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;

namespace {

const std::vector<ObservedInput> twoInputs = {{{"q", "k", "v"}, 3}, {{"d"}, 2}};
constexpr int64_t tokens = 5;

InputStatistics makeInput(int64_t cols, float first) {
  InputStatistics made;
  auto fill = [&](std::vector<float> &numbers, int64_t count) {
    for (int64_t i = 0; i < count; ++i)
      numbers.push_back(first++);
  };
  fill(made.xtx, cols * cols);
  for (auto *each : {&made.absmax, &made.mean, &made.l2, &made.min, &made.max})
    fill(*each, cols);
  fill(made.quantiles, std::size(quantileShares));
  fill(made.sample, tokens * cols);
  return made;
}

class StatisticsTest : public testing::Test {
protected:
  void SetUp() override {
    context.loadDialect<mlir::llm::LLMDialect>();
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("some", "stats", path));
    remover.setFile(path);
  }

  std::array<uint8_t, 16> getModel() { return fingerprintModel(store); }

  /// A file of two inputs.
  std::string make(const SafetensorsMetadata &made = {}) {
    StatisticsLayout layout(twoInputs, tokens, getModel(), made);
    std::string text = layout.getBeginning();
    float first = 1;
    for (size_t i = 0; i < twoInputs.size(); ++i, first += 100) {
      EXPECT_EQ(text.size(), layout.getEnd(i));
      EXPECT_FALSE(bool(writeInput(makeInput(twoInputs[i].cols, first),
                                   [&](llvm::StringRef bytes) {
                                     text += bytes;
                                     return llvm::Error::success();
                                   })));
    }
    EXPECT_EQ(text.size(), layout.getEnd(2));
    return text + layout.getEnding();
  }

  std::string read(llvm::StringRef text) {
    std::error_code code;
    llvm::raw_fd_ostream(path, code) << text;
    EXPECT_FALSE(code);
    llvm::Error error = readStatistics(path, context, store);
    return error ? llvm::toString(std::move(error)) : "";
  }

  std::vector<float> find(llvm::StringRef weight, llvm::StringRef statistic) {
    const SourceTensor *found = store.find(getStatisticName(weight, statistic));
    if (!found)
      return {};
    std::vector<float> numbers(found->bytes.size() / sizeof(float));
    std::memcpy(numbers.data(), found->bytes.data(), found->bytes.size());
    return numbers;
  }

  mlir::MLIRContext context;
  WeightStore store;
  llvm::SmallString<64> path;
  llvm::FileRemover remover;
};

/// The same text with one word of the header for another as long.
std::string change(std::string text, llvm::StringRef from, llvm::StringRef to) {
  EXPECT_EQ(from.size(), to.size());
  const size_t at = text.find(from.str());
  EXPECT_NE(at, std::string::npos) << from.str();
  return text.replace(at, from.size(), to.str());
}

} // namespace

TEST_F(StatisticsTest, ReadsWhatWasWritten) {
  ASSERT_EQ(read(make()), "");
  const InputStatistics first = makeInput(3, 1), second = makeInput(2, 101);
  for (llvm::StringRef weight : {"q", "k", "v"}) {
    EXPECT_EQ(find(weight, "xtx"), first.xtx);
    EXPECT_EQ(find(weight, "absmax"), first.absmax);
    EXPECT_EQ(find(weight, "sample"), first.sample);
  }
  EXPECT_EQ(find("d", "mean"), second.mean);
  EXPECT_EQ(find("d", "l2"), second.l2);
  EXPECT_EQ(find("d", "min"), second.min);
  EXPECT_EQ(find("d", "max"), second.max);
  EXPECT_EQ(find("d", "quantiles"), second.quantiles);
  EXPECT_EQ(store.find(getStatisticName("d", "sample"))->shape,
            (llvm::SmallVector<int64_t>{tokens, 2}));
  EXPECT_EQ(store.find(getStatisticName("d", "xtx"))->shape,
            (llvm::SmallVector<int64_t>{2, 2}));
}

TEST_F(StatisticsTest, ASampleHasNoMoreRowsThanAsked) {
  StatisticsLayout few({{{"w"}, 1}}, mostSampleRows - 1, getModel(), {});
  StatisticsLayout most({{{"w"}, 1}}, mostSampleRows, getModel(), {});
  StatisticsLayout more({{{"w"}, 1}}, 1000, getModel(), {});
  auto bytes = [](const StatisticsLayout &layout) {
    return layout.getEnd(1) - layout.getEnd(0);
  };
  EXPECT_EQ(bytes(most) - bytes(few), sizeof(float));
  EXPECT_EQ(bytes(most), bytes(more));
}

TEST_F(StatisticsTest, TheBeginningSaysOfWhatTheyAre) {
  auto begin = [&](int64_t rows, const SafetensorsMetadata &made) {
    return StatisticsLayout(twoInputs, rows, getModel(), made).getBeginning();
  };
  const std::string one = begin(5, {{"text", "1"}});
  EXPECT_NE(one.find(R"("text":"1")"), std::string::npos);
  EXPECT_EQ(begin(5, {{"text", "1"}}), one);
  EXPECT_NE(begin(5, {{"text", "2"}}), one);
  EXPECT_NE(begin(6, {{"text", "1"}}), one);
  EXPECT_EQ(read(make({{"text", "1"}})), "");
}

/// Files of before have four tensors of each input.
TEST_F(StatisticsTest, FilesOfBeforeAreRead) {
  SafetensorsMetadata none;
  std::vector<SafetensorsPlace> places = {
      {"tokens", "I64", {1}, 8},   {"w/xtx", "F32", {2, 2}, 16},
      {"w/absmax", "F32", {2}, 8}, {"w/mean", "F32", {2}, 8},
      {"w/l2", "F32", {2}, 8},     {"model", "U8", {16}, 16}};
  std::string text = layOutSafetensors(places, UINT64_MAX).front().header;
  text.append(8 + 16 + 3 * 8, 0);
  auto model = getModel();
  text.append(model.begin(), model.end());
  ASSERT_EQ(read(text), "");
  EXPECT_EQ(find("w", "xtx").size(), 4u);
  EXPECT_TRUE(find("w", "min").empty());
  EXPECT_TRUE(find("w", "sample").empty());
}

TEST_F(StatisticsTest, DamagedOnesAreRefused) {
  const std::string good = make();
  const std::tuple<const char *, const char *, const char *> damages[] = {
      {"\"d/mean\"", "\"d/maen\"", "'mean' is missing, or not F32 [2]"},
      {"\"d/xtx\"", "\"d/xxx\"", ""},
      {"\"q/xtx\"", "\"q/xxx\"", "has no square of sums 'xtx'"},
      {R"("d/min":{"dtype":"F32","shape":[2])",
       R"("d/min":{"dtype":"I32","shape":[2])", "'min' is missing, or not F32"},
      {R"("q/quantiles":{"dtype":"F32","shape":[3])",
       R"("q/quantilez":{"dtype":"F32","shape":[3])", ""},
      {R"("q/sample":{"dtype":"F32","shape":[5,3])",
       R"("q/sample":{"dtype":"F32","shape":[3,5])",
       "'sample' is missing, or not F32 [3, 3]"},
      {"\"q/max\"", "\"q/mxx\"", ""}};
  for (const auto &[from, to, says] : damages) {
    WeightStore fresh;
    std::swap(store, fresh);
    const std::string said = read(change(good, from, to));
    if (llvm::StringRef(says).empty())
      EXPECT_EQ(said, "") << from; // an optional one, or an input less
    else
      EXPECT_NE(said.find(says), std::string::npos) << said;
  }
  EXPECT_NE(read(good.substr(0, good.size() - 1)), "");
}

TEST_F(StatisticsTest, OfAnotherModelTheyAreRefused) {
  std::string text = make();
  text[text.size() - 3] ^= 1; // of an `as`
  EXPECT_NE(read(text), "");
  text = make();
  text[text.rfind(make().substr(make().size() - 18, 16))] ^= 1;
  EXPECT_NE(read(text).find("of another model"), std::string::npos);
}

TEST_F(StatisticsTest, AFailingDiskIsReported) {
  int pieces = 0;
  llvm::Error error =
      writeInput(makeInput(2, 0), [&](llvm::StringRef) -> llvm::Error {
        return ++pieces == 3 ? llvm::createStringError("full")
                             : llvm::Error::success();
      });
  EXPECT_EQ(llvm::toString(std::move(error)), "full");
  EXPECT_EQ(pieces, 3);
}

//===- ShiftTest.cpp - columns of inputs that lie around 0 ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Equalizing.h"
#include "llmc/Weights/Rounding.h"

#include "mlir/AsmParser/AsmParser.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

constexpr int64_t cols = 64, count = 32, outputs = 48;

/// An input some of whose columns lie far from 0, in one direction, and a weight.
class ShiftTest : public RecipeTest {
protected:
  ShiftTest() : x(noise(count * cols, 1)), w(noise(outputs * cols, 2)) {
    for (int64_t i = 0; i < count; ++i)
      for (int64_t j : {5, 23, 42})
        x[i * cols + j] = x[i * cols + j] * 4 + (j == 23 ? -60.0F : 60.0F);
    add("w", {outputs, cols}, f32(), floats(w));
    addStatistics();
  }

  void addStatistics() {
    Floats least(cols, INFINITY), most(cols, -INFINITY), absmax(cols),
        mean(cols), xtx(cols * cols);
    for (int64_t i = 0; i < count; ++i)
      for (int64_t j = 0; j < cols; ++j) {
        const float number = x[i * cols + j];
        least[j] = std::min(least[j], number);
        most[j] = std::max(most[j], number);
        absmax[j] = std::max(absmax[j], std::abs(number));
        mean[j] += number / count;
        for (int64_t k = 0; k < cols; ++k)
          xtx[j * cols + k] += number * x[i * cols + k];
      }
    auto addStatistic = [&](const char *name, llvm::SmallVector<int64_t> shape,
                            const Floats &numbers) {
      add(getStatisticName("w", name).c_str(), std::move(shape), f32(),
          floats(numbers));
    };
    addStatistic("min", {cols}, least);
    addStatistic("max", {cols}, most);
    addStatistic("absmax", {cols}, absmax);
    addStatistic("mean", {cols}, mean);
    addStatistic("xtx", {cols, cols}, xtx);
    addStatistic("sample", {count, cols}, x);
    addStatistic("tokens", {1}, {count});
  }

  static std::string by(const std::string &method) {
    return "#llm.equalize<method = \"" + method +
           "\", weights = [@w], stats = \"w\">";
  }
  std::string type() { return "tensor<48x64xf32> source \"w\""; }
  /// W with its columns scaled by `method`.
  Floats scale(const std::string &method) {
    return values(type() + " recipe [#llm.scale<by = " + by(method) + ">]");
  }
  Floats findShift(const std::string &method) {
    mlir::llm::WeightOp op = weight(type());
    auto attribute = llvm::cast<mlir::llm::EqualizeAttr>(
        mlir::parseAttribute(by(method), &context));
    return llvm::cantFail(
        findShifts(attribute, op->getParentOfType<mlir::ModuleOp>(), store));
  }

  /// Each row of so many columns to 8 bits, in place.
  static void roundRows(Floats &numbers) {
    for (size_t first = 0; first < numbers.size(); first += cols) {
      float most = 0;
      for (int64_t j = 0; j < cols; ++j)
        most = std::max(most, std::abs(numbers[first + j]));
      for (int64_t j = 0; j < cols; ++j)
        numbers[first + j] =
            std::nearbyint(numbers[first + j] / most * 127) * most / 127;
    }
  }
  static std::vector<double> multiply(const Floats &x, const Floats &w) {
    std::vector<double> product;
    for (int64_t i = 0; i < count; ++i)
      for (int64_t n = 0; n < outputs; ++n) {
        product.push_back(0);
        for (int64_t j = 0; j < cols; ++j)
          product.back() += double{x[i * cols + j]} * w[n * cols + j];
      }
    return product;
  }
  /// Of the product, in dB, with both sides rounded to 8 bits.
  double getSignalToNoise(const Floats &scaled, const Floats &shift) {
    Floats input = x, matrix = scaled;
    Floats constant(outputs);
    for (size_t i = 0; i < input.size(); ++i) {
      const size_t j = i % cols;
      // How much more the weight is, the input is less.
      input[i] = (input[i] - shift[j]) * w[j] / scaled[j];
    }
    for (int64_t n = 0; n < outputs; ++n)
      for (int64_t j = 0; j < cols; ++j)
        constant[n] += w[n * cols + j] * shift[j];
    roundRows(input);
    roundRows(matrix);
    const std::vector<double> right = multiply(x, w),
                              found = multiply(input, matrix);
    double signal = 0, noise = 0;
    for (size_t i = 0; i < right.size(); ++i) {
      signal += right[i] * right[i];
      const double error = found[i] + constant[i % outputs] - right[i];
      noise += error * error;
    }
    return 10 * std::log10(signal / noise);
  }

  Floats x, w;
};

} // namespace

TEST_F(ShiftTest, IsTheMiddleOfWhatWasSeenOfAColumn) {
  const Floats shift = findShift("osplus");
  for (int64_t j = 0; j < cols; ++j)
    EXPECT_NEAR(shift[j], j == 23 ? -60 : j == 5 || j == 42 ? 60 : 0, 0.5) << j;
  EXPECT_TRUE(shiftsColumns("osplus"));
  for (const char *other : {"osplus-scale", "smooth", "lae", "awq", "rough"})
    EXPECT_FALSE(shiftsColumns(other)) << other;
}

TEST_F(ShiftTest, GivesBackWhatIsTakenOff) {
  const Floats shift = findShift("osplus");
  const Floats product =
      llvm::cantFail(multiplyShifts(weight(type()), shift, store));
  ASSERT_EQ(product.size(), size_t{outputs});
  for (int64_t n = 0; n < outputs; ++n) {
    double sum = 0;
    for (int64_t j = 0; j < cols; ++j)
      sum += double{w[n * cols + j]} * shift[j];
    EXPECT_FLOAT_EQ(product[n], static_cast<float>(sum));
  }
}

/// Columns that do not reach further than others have no factor.
TEST_F(ShiftTest, DividesWhatReachesFurther) {
  const Floats after = scale("osplus");
  for (int64_t j = 0; j < cols; ++j) {
    EXPECT_GE(after[j] / w[j], 0.999F) << j;
    EXPECT_LT(after[j] / w[j], 5) << j;
  }
  // Without a shift they reach 60 times as far.
  const Floats alone = scale("osplus-scale");
  EXPECT_GT(alone[5] / w[5], 2);
  EXPECT_GT(alone[5] / w[5], after[5] / w[5]);
}

TEST_F(ShiftTest, KeepsMoreThanScalingAlone) {
  const Floats none(cols);
  const double smooth = getSignalToNoise(scale("smooth"), none);
  EXPECT_GT(getSignalToNoise(scale("osplus"), findShift("osplus")), smooth + 3);
  EXPECT_GT(getSignalToNoise(scale("osplus-scale"), none),
            getSignalToNoise(w, none));
}

/// What methods know of the input is that of the shifted one: gptq finds the codes that
/// it finds with sums over shifted rows.
TEST_F(ShiftTest, SumsAreThoseOfTheShiftedInput) {
  const Floats shift = findShift("osplus"), scaled = scale("osplus");
  Floats xtx(cols * cols);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < cols; ++j)
      for (int64_t k = 0; k < cols; ++k)
        xtx[j * cols + k] += (x[i * cols + j] - shift[j]) *
                             (x[i * cols + k] - shift[k]) * w[j] / scaled[j] *
                             w[k] / scaled[k];
  add("scaled", {outputs, cols}, f32(), floats(scaled));
  add(getStatisticName("scaled", "xtx").c_str(), {cols, cols}, f32(),
      floats(xtx));
  const std::string grid = "bits = 4, group = 64, scale = f32, zero = 8";
  const std::string packed = "!llm.packed<48x64, #llm.grid<" + grid + ">>";
  auto rounded = [&](const std::string &stats) {
    return "#llm.round<grid = <" + grid + ">, method = \"gptq\", stats = \"" +
           stats + "\">]";
  };
  const Floats found =
      values(packed + " source \"w\" recipe [#llm.scale<by = " + by("osplus") +
             ">, " + rounded("w"));
  const Floats wanted =
      values(packed + " source \"scaled\" recipe [" + rounded("scaled"));
  size_t equal = 0;
  for (size_t i = 0; i < found.size(); ++i)
    equal += std::abs(found[i] - wanted[i]) < 1e-6;
  // What lies 60 from 0 leaves the sums of f32 fewer digits.
  EXPECT_GE(equal, found.size() * 97 / 100);
}

TEST_F(ShiftTest, OldStatisticsAreAnError) {
  add("v", {2, 4}, f32(), counting(8));
  add(getStatisticName("v", "absmax").c_str(), {4}, f32(), counting(4));
  expectRefused("tensor<2x4xf32> source \"v\" recipe [#llm.scale<by = "
                "#llm.equalize<method = \"osplus\", weights = [@w], stats = "
                "\"v\">>]",
                "the statistics of the input of 'v' have no min, for an "
                "earlier llmc wrote them: calibrate again");
}

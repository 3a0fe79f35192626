//===- AllocationTest.cpp - which layers lose more weights than others ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Pruning.h"
#include "llmc/Weights/Rounding.h"

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

/// Layers of matrices with 100 columns.
class AllocationTest : public RecipeTest {
protected:
  static constexpr int64_t cols = 100;
  std::vector<mlir::llm::WeightOp> weights;

  /// A matrix of ones, `outliers` of each row being 100; inputs have that norm.
  void addMatrix(const std::string &name, int64_t rows, int64_t outliers,
                 float norm = 1) {
    Floats numbers(rows * cols, 1);
    for (size_t i = 0; i < numbers.size(); ++i)
      if (static_cast<int64_t>(i) % cols < outliers)
        numbers[i] = 100;
    add(name.c_str(), {rows, cols}, f32(), floats(numbers));
    add(getStatisticName(name, "l2").c_str(), {cols}, f32(),
        floats(Floats(cols, norm)));
    Floats xtx(cols * cols);
    for (int64_t i = 0; i < cols; ++i)
      xtx[i * (cols + 1)] = norm * norm;
    add(getStatisticName(name, "xtx").c_str(), {cols, cols}, f32(),
        floats(xtx));
    modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
        "llm.weight @" + name + " : tensor<" + std::to_string(rows) +
            "x100xf32> source \"" + name + "\"",
        &context));
    weights.push_back(*modules.back()->getOps<mlir::llm::WeightOp>().begin());
  }
  std::vector<double> allocate(const SparsityAllocation &how, double share) {
    auto shares = allocateSparsity(weights, store, how, share);
    if (shares)
      return *shares;
    ADD_FAILURE() << llvm::toString(shares.takeError());
    return {};
  }
  double meanOf(const std::vector<double> &shares, std::vector<double> rows) {
    double sum = 0, all = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      sum += shares[i] * rows[i];
      all += rows[i];
    }
    return sum / all;
  }
};

} // namespace

TEST_F(AllocationTest, LayersWithOutliersKeepMore) {
  addMatrix("blk.0.up", 2, 0);
  addMatrix("blk.0.down", 1, 0);
  addMatrix("blk.1.up", 4, 4);
  addMatrix("blk.10.up", 8, 1); // of another layer than blk.1
  auto shares = allocate({"owl", /*lambda=*/0.1}, 0.7);
  EXPECT_NEAR(meanOf(shares, {2, 1, 4, 8}), 0.7, 1e-12);
  EXPECT_EQ(shares[0], shares[1]);
  EXPECT_LT(shares[2], shares[3]);
  EXPECT_LT(shares[3], shares[0]);
  EXPECT_NEAR(shares[2], 0.6, 1e-12); // furthest from the mean
}

TEST_F(AllocationTest, OutliersAreSoManyTimesTheMean) {
  addMatrix("blk.0.up", 1, 50); // 100 is twice the mean of all
  addMatrix("blk.1.up", 1, 0);
  auto shares = allocate({"owl", 0.1, /*outlier=*/3}, 0.5);
  EXPECT_EQ(shares, (std::vector<double>{0.5, 0.5}));
  shares = allocate({"owl", 0.1, /*outlier=*/1.5}, 0.5);
  EXPECT_NEAR(shares[0], 0.4, 1e-12);
  EXPECT_NEAR(shares[1], 0.6, 1e-12);
}

TEST_F(AllocationTest, NormsOfInputsCount) {
  addMatrix("blk.0.up", 1, 0, 1);
  addMatrix("blk.0.down", 9, 0, 1);
  addMatrix("blk.1.up", 1, 0, 1);
  addMatrix("blk.1.down", 1, 0, 100); // nearly twice the mean of its layer
  auto shares = allocate({"owl", 0.2, /*outlier=*/1.5}, 0.6);
  EXPECT_EQ(shares[0], shares[1]);
  EXPECT_NEAR(shares[3], 0.4, 1e-12);
  EXPECT_LT(shares[3], shares[0]);
  EXPECT_NEAR(meanOf(shares, {1, 9, 1, 1}), 0.6, 1e-12);
}

/// Of inputs that are alike those keep more of which a product leaves less.
TEST_F(AllocationTest, TracesAreOfMatricesOfAKind) {
  addMatrix("blk.0.up", 4, 2);
  addMatrix("blk.1.up", 4, 0);
  addMatrix("blk.2.up", 4, 1, /*norm=*/9); // input and output alike
  addMatrix("blk.0.down", 2, 0);
  addMatrix("blk.1.down", 2, 0);
  auto shares = allocate({"trace", /*lambda=*/0.1}, 0.7);
  EXPECT_NEAR(shares[1], 0.6, 1e-12);
  EXPECT_LT(shares[1], shares[2]);
  EXPECT_LT(shares[2], shares[0]);
  EXPECT_NEAR(meanOf({shares[0], shares[1], shares[2]}, {4, 4, 4}), 0.7, 1e-12);
  // Others of a kind do not differ, whatever the rest does.
  EXPECT_EQ(shares[3], 0.7);
  EXPECT_EQ(shares[4], 0.7);
}

TEST_F(AllocationTest, WithoutStatisticsThereIsNone) {
  addMatrix("blk.0.up", 1, 0);
  add("blk.1.up", {1, cols}, f32(), floats(Floats(cols, NAN)));
  modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
      "llm.weight @blk.1.up : tensor<1x100xf32> source \"blk.1.up\"",
      &context));
  weights.push_back(*modules.back()->getOps<mlir::llm::WeightOp>().begin());
  auto says = [&] {
    auto shares = allocateSparsity(weights, store, {"owl"}, 0.5);
    return shares ? "" : llvm::toString(shares.takeError());
  };
  EXPECT_EQ(says(), "weight 'blk.1.up': there are no statistics of the input "
                    "of 'blk.1.up'");
  add(getStatisticName("blk.1.up", "l2").c_str(), {cols}, f32(),
      floats(Floats(cols, 1)));
  EXPECT_EQ(says(), "weight 'blk.1.up': has weights that are no numbers");
}

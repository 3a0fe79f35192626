//===- RowsTest.cpp - reshapes of a graph are views of rows ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Raise/Rows.h"
#include "RaiseTesting.h"

using namespace llmc;
using namespace mlir;

namespace {

constexpr RowDim batch = {RowDim::Batch, 0}, sequence = {RowDim::Sequence, 0},
                 both = {RowDim::BatchSequence, 0}, one = {RowDim::One, 0};

RowDim inner(int64_t dim) { return {RowDim::Inner, dim}; }
constexpr RowDim byInner = {RowDim::ByInner, 1};
RowDim repeated(int64_t often) { return {RowDim::Repeat, often}; }
RowDim byRepeat(int64_t often) { return {RowDim::ByRepeat, often}; }

/// Rows [T, 64] or of another inner shape, with a count of rows.
class RowsReshapeTest : public testing::Test {
protected:
  RowsReshapeTest()
      : builder(&context), loc(builder.getUnknownLoc()),
        module(ModuleOp::create(loc)) {
    context.loadDialect<tensor::TensorDialect, arith::ArithDialect,
                        func::FuncDialect>();
    builder.setInsertionPointToEnd(module->getBody());
    count = arith::ConstantIndexOp::create(builder, loc, 7);
  }

  Rows makeRows(ArrayRef<int64_t> innerShape, ArrayRef<RowDim> dims) {
    SmallVector<int64_t> shape = {ShapedType::kDynamic};
    llvm::append_range(shape, innerShape);
    auto type = RankedTensorType::get(shape, builder.getF32Type());
    Rows rows;
    rows.value = tensor::EmptyOp::create(builder, loc, type, ValueRange{count});
    rows.dims.assign(dims.begin(), dims.end());
    return rows;
  }

  bool reshape(Rows &rows, ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
    return RowsReshape(builder, loc, count).reshape(rows, from, to);
  }

  static SmallVector<int64_t> innerOf(const Rows &rows) {
    return SmallVector<int64_t>(rows.shape().drop_front());
  }

  MLIRContext context;
  OpBuilder builder;
  Location loc;
  OwningOpRef<ModuleOp> module;
  Value count;
};

constexpr int64_t B = 1009, S = 2003; // primes, as the graph binds them

} // namespace

TEST_F(RowsReshapeTest, PartsColumnsIntoHeads) {
  Rows rows = makeRows({64}, {batch, sequence, inner(1)});
  ASSERT_TRUE(reshape(rows, {B, S, 64}, {B, S, 4, 16}));
  EXPECT_EQ(innerOf(rows), (SmallVector<int64_t>{4, 16}));
  EXPECT_EQ(rows.dims,
            (SmallVector<RowDim, 4>{batch, sequence, inner(1), inner(2)}));
}

TEST_F(RowsReshapeTest, JoinsHeadsIntoColumns) {
  Rows rows = makeRows({4, 16}, {batch, sequence, inner(1), inner(2)});
  ASSERT_TRUE(reshape(rows, {B, S, 4, 16}, {B, S, 64}));
  EXPECT_EQ(innerOf(rows), (SmallVector<int64_t>{64}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{batch, sequence, inner(1)}));
}

TEST_F(RowsReshapeTest, JoinsAndPartsBatchAndSequence) {
  Rows rows = makeRows({64}, {batch, sequence, inner(1)});
  Value before = rows.value;
  ASSERT_TRUE(reshape(rows, {B, S, 64}, {B * S, 64}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{both, inner(1)}));
  ASSERT_TRUE(reshape(rows, {B * S, 64}, {B, S, 64}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{batch, sequence, inner(1)}));
  EXPECT_EQ(rows.value, before); // a view, no op
}

TEST_F(RowsReshapeTest, KeepsOnesOutOfTheRows) {
  Rows rows = makeRows({64}, {batch, sequence, inner(1)});
  ASSERT_TRUE(reshape(rows, {B, S, 64}, {B, 1, S, 1, 64}));
  EXPECT_EQ(innerOf(rows), (SmallVector<int64_t>{64}));
  EXPECT_EQ(rows.dims,
            (SmallVector<RowDim, 4>{batch, one, sequence, one, inner(1)}));
  ASSERT_TRUE(reshape(rows, {B, 1, S, 1, 64}, {B, S, 64}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{batch, sequence, inner(1)}));
}

TEST_F(RowsReshapeTest, RegroupsColumns) {
  Rows rows = makeRows({4, 48}, {batch, sequence, inner(1), inner(2)});
  ASSERT_TRUE(reshape(rows, {B, S, 4, 48}, {B, S, 4, 3, 16}));
  EXPECT_EQ(innerOf(rows), (SmallVector<int64_t>{4, 3, 16}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{batch, sequence, inner(1),
                                               inner(2), inner(3)}));
}

TEST_F(RowsReshapeTest, RefusesToMixRowsWithColumns) {
  Rows rows = makeRows({4, 16}, {batch, inner(1), sequence, inner(2)});
  EXPECT_FALSE(reshape(rows, {B, 4, S, 16}, {B * 4, S, 16}));
  rows = makeRows({64}, {batch, sequence, inner(1)});
  EXPECT_FALSE(reshape(rows, {B, S, 64}, {B, S * 64}));
}

TEST_F(RowsReshapeTest, RefusesColumnsInAnotherOrder) {
  Rows rows = makeRows({4, 16}, {batch, sequence, inner(2), inner(1)});
  EXPECT_FALSE(reshape(rows, {B, S, 16, 4}, {B, S, 64}));
}

TEST_F(RowsReshapeTest, PutsWhatTokensChoseOneAfterTheOther) {
  // Two experts of each token: their weights, and what they compute.
  Rows rows = makeRows({2}, {both, inner(1)});
  Value before = rows.value;
  ASSERT_TRUE(reshape(rows, {B * S, 2}, {B * S * 2}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{byInner}));
  ASSERT_TRUE(reshape(rows, {B * S * 2}, {B * S * 2, 1}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{byInner, one}));
  ASSERT_TRUE(reshape(rows, {B * S * 2, 1}, {B, S, 2}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{batch, sequence, inner(1)}));
  EXPECT_EQ(rows.value, before); // views, no ops
  rows = makeRows({2, 48}, {byInner, inner(2)});
  ASSERT_TRUE(reshape(rows, {B * S * 2, 48}, {B * S, 2, 48}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{both, inner(1), inner(2)}));
}

TEST_F(RowsReshapeTest, PartsColumnsBehindWhatTokensChose) {
  Rows rows = makeRows({2, 48}, {byInner, inner(2)});
  ASSERT_TRUE(reshape(rows, {B * S * 2, 48}, {B * S * 2, 24, 2}));
  EXPECT_EQ(innerOf(rows), (SmallVector<int64_t>{2, 24, 2}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{byInner, inner(2), inner(3)}));
}

TEST_F(RowsReshapeTest, PutsRepeatedTokensOneAfterTheOther) {
  Rows rows = makeRows({64}, {both, repeated(3), inner(1)});
  Value before = rows.value;
  ASSERT_TRUE(reshape(rows, {B * S, 3, 64}, {B * S * 3, 64}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{byRepeat(3), inner(1)}));
  ASSERT_TRUE(reshape(rows, {B * S * 3, 64}, {B * S, 3, 64}));
  EXPECT_EQ(rows.dims, (SmallVector<RowDim, 4>{both, repeated(3), inner(1)}));
  EXPECT_EQ(rows.value, before);
}

TEST_F(RowsReshapeTest, RefusesToPartWhatTokensChoseElsewhere) {
  // Two of each token are not three of other tokens.
  Rows rows = makeRows({6}, {both, inner(1)});
  ASSERT_TRUE(reshape(rows, {B * S, 6}, {B * S * 6}));
  EXPECT_FALSE(reshape(rows, {B * S * 6}, {B * S * 2, 3}));
  // The k of a token behind its columns.
  rows = makeRows({2, 48}, {both, inner(2), inner(1)});
  EXPECT_FALSE(reshape(rows, {B * S, 48, 2}, {B * S * 48, 2}));
}

TEST(Rows, FindsADimOfTheRows) {
  Rows rows;
  rows.dims = {batch, inner(2), sequence, inner(1)};
  EXPECT_EQ(rows.find(1), 3);
  EXPECT_EQ(rows.find(2), 1);
  EXPECT_EQ(rows.find(3), -1);
}

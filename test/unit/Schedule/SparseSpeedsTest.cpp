//===- SparseSpeedsTest.cpp - what products take without their zeros ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Figures are measured anew now and then: what is tested holds of any.
//===----------------------------------------------------------------------===//
#include "lib/Schedule/SparseSpeeds.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/MLIRContext.h"

#include "gtest/gtest.h"

using namespace llmc;
using namespace mlir::llm;

namespace {

constexpr int64_t cols = 4096;
constexpr ProductUse inCache = {ProductInputs::bytes, /*manyRows=*/false,
                                /*inCache=*/true};
constexpr ProductUse inMemory = {ProductInputs::bytes, /*manyRows=*/false,
                                 /*inCache=*/false};

class SparseSpeeds : public testing::Test {
protected:
  SparseSpeeds() { context.loadDialect<LLMDialect>(); }

  Packing dense(const std::string &encoding) {
    return {llvm::cast<EncodingAttrInterface>(
                mlir::parseAttribute(encoding, &context)),
            PanelsLayoutAttr::get(&context)};
  }
  Packing codes(int64_t bits) {
    return dense("#llm.grid<bits = " + std::to_string(bits) +
                 ", group = 64, scale = f16, zero = " +
                 std::to_string(int64_t(1) << (bits - 1)) + ">");
  }
  Packing floats(const std::string &type = "f32") {
    return dense("#llm.float<" + type + ">");
  }

  /// Blocks of `rows` x `blockCols`, or codes of a row where that is 1 x 1.
  Packing keep(Packing packing, int64_t keep, int64_t of, int64_t rows = 1,
               int64_t blockCols = 1) {
    packing.panels =
        PanelsLayoutAttr::get(&context, 16, keep, of, rows, blockCols);
    return packing;
  }
  Packing few(int64_t entries, const std::string &type = "f32") {
    return dense("#llm.sparse<cols = " + std::to_string(cols) + ", entries = " +
                 std::to_string(entries) + ", type = " + type + ">");
  }

  double estimate(const Packing &sparse, const Packing &all, ProductUse use,
                  llvm::StringRef target = "avx2") {
    std::optional<double> time = estimateTime(sparse, all, cols, use, target);
    EXPECT_TRUE(time.has_value()) << target.str();
    return time.value_or(-1);
  }

  mlir::MLIRContext context;
};

} // namespace

TEST_F(SparseSpeeds, EveryFormWasMeasuredOnEveryInstructionSet) {
  EXPECT_EQ(getMeasuredIsas().size(), 5u);
  for (llvm::StringRef target : getMeasuredIsas()) {
    for (int64_t bits : {8, 4})
      for (ProductInputs inputs : {ProductInputs::floats, ProductInputs::bytes,
                                   ProductInputs::words}) {
        const ProductUse use = {inputs};
        EXPECT_GT(estimate(keep(codes(bits), 2, 4), codes(bits), use, target),
                  0);
        EXPECT_GT(
            estimate(keep(codes(bits), 8, 16, 16, 1), codes(bits), use, target),
            0);
        EXPECT_GT(
            estimate(keep(codes(bits), 2, 4, 4, 4), codes(bits), use, target),
            0);
      }
    for (const char *type : {"f32", "f16", "bf16"}) {
      EXPECT_GT(estimate(few(1000, type), floats(type), {}, target), 0);
      EXPECT_GT(
          estimate(keep(floats(type), 8, 16, 16, 1), floats(type), {}, target),
          0);
    }
  }
}

TEST_F(SparseSpeeds, OfOthersNothingIsSaid) {
  const Packing sparse = keep(codes(8), 2, 4);
  EXPECT_FALSE(estimateTime(sparse, codes(8), cols, inMemory, "sm_80"));
  const Packing values = dense("#llm.float_codes<type = f8E4M3FN, group = 64, "
                               "scale = f16>");
  EXPECT_FALSE(
      estimateTime(keep(values, 8, 16, 16, 1), values, cols, inMemory, "avx2"));
}

TEST_F(SparseSpeeds, AllNumbersTakeTheirOwnTime) {
  EXPECT_DOUBLE_EQ(estimate(codes(8), codes(8), inMemory), 1);
  EXPECT_DOUBLE_EQ(estimate(floats(), floats(), {}), 1);
}

TEST_F(SparseSpeeds, BytesCountWhereTheyAreReadFromMemory) {
  const Packing sparse = keep(codes(8), 2, 4);
  EXPECT_LT(estimate(sparse, codes(8), inMemory),
            estimate(sparse, codes(8), inCache));
}

TEST_F(SparseSpeeds, ManyRowsReadThemOnce) {
  const Packing sparse = few(400);
  const ProductUse many = {ProductInputs::floats, /*manyRows=*/true},
                   cached = {ProductInputs::floats, /*manyRows=*/true,
                             /*inCache=*/true};
  EXPECT_DOUBLE_EQ(estimate(sparse, floats(), many),
                   estimate(sparse, floats(), cached));
}

TEST_F(SparseSpeeds, SharesLieBetweenThoseThatWereMeasured) {
  const ProductUse use = {ProductInputs::floats, false, /*inCache=*/true};
  auto time = [&](int64_t entries) {
    return estimate(few(entries), floats(), use);
  };
  const double tenth = time(cols / 10), fifth = time(cols / 5);
  EXPECT_LT(tenth, fifth);
  EXPECT_LT(tenth, time(cols * 3 / 20));
  EXPECT_LT(time(cols * 3 / 20), fifth);
  // Below the least share nothing is known to be faster.
  EXPECT_DOUBLE_EQ(time(8), time(cols / 20));
}

TEST_F(SparseSpeeds, OtherWidthsTakeTheNextNarrowerFigures) {
  auto time = [&](int64_t bits) {
    return estimate(keep(codes(bits), 2, 4), codes(bits), inCache);
  };
  EXPECT_DOUBLE_EQ(time(6), time(4));
  EXPECT_DOUBLE_EQ(time(5), time(4));
  // Of what is narrower than all, the narrowest.
  EXPECT_DOUBLE_EQ(time(3), time(4));
}

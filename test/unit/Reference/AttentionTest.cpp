//===- AttentionTest.cpp - masks, biases and heads of attention -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compared with a second formulation: a whole score matrix per head, masked
// with -inf, softmax without shifting by the maximum, in long double.
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <cmath>
#include <functional>

using namespace llmc;
using namespace llmc::test;

namespace {
struct Expected {
  Expected(int64_t keyHeads) : keyHeads(keyHeads) {}
  int64_t keyHeads;
  double scale = 0.5;
  std::function<bool(int64_t, int64_t)> allowed = [](int64_t q, int64_t k) {
    return k <= q;
  };
  std::function<long double(int64_t head, long double score, int64_t q,
                            int64_t k)>
      change =
          [](int64_t, long double score, int64_t, int64_t) { return score; };
  std::vector<float> sinks;
};
} // namespace

/// Attention of one sequence whose row t is at position t.
static std::vector<float> attend(const ReferenceTensor &query,
                                 const ReferenceTensor &key,
                                 const ReferenceTensor &value,
                                 const Expected &how) {
  int64_t rows = query.shape[0], heads = query.shape[1],
          keyDim = query.shape[2];
  int64_t valueDim = value.shape[2], perGroup = heads / how.keyHeads;
  std::vector<float> result;
  for (int64_t t = 0; t < rows; ++t)
    for (int64_t h = 0; h < heads; ++h) {
      int64_t group = h / perGroup;
      std::vector<long double> odds(rows);
      long double total =
          how.sinks.empty() ? 0 : std::exp((long double)how.sinks[h]);
      for (int64_t u = 0; u < rows; ++u) {
        long double score = 0;
        for (int64_t d = 0; d < keyDim; ++d)
          score += (long double)query.floats[(t * heads + h) * keyDim + d] *
                   key.floats[(u * how.keyHeads + group) * keyDim + d];
        score = how.change(h, score * how.scale, t, u);
        odds[u] = how.allowed(t, u) ? std::exp(score) : 0;
        total += odds[u];
      }
      for (int64_t d = 0; d < valueDim; ++d) {
        long double sum = 0;
        for (int64_t u = 0; u < rows; ++u)
          sum += odds[u] / total *
                 value.floats[(u * how.keyHeads + group) * valueDim + d];
        result.push_back(static_cast<float>(sum));
      }
    }
  return result;
}

/// `@f` stores keys and values of 4 query and 2 key heads of 8, then attends.
static std::string cached(llvm::StringRef attributes,
                          llvm::StringRef operands = "",
                          llvm::StringRef types = "",
                          llvm::StringRef arguments = "") {
  return (R"(func.func @f(%q: tensor<?x4x8xf32>, %k: tensor<?x2x8xf32>, %v: tensor<?x2x8xf32>)" +
          arguments +
          R"(, %kv: !llm.kv<2x2x8x8, f32>, %b: !llm.batch) -> tensor<?x4x8xf32> {
    %layer = arith.constant 1 : index
    %kv1 = llm.kv_write %kv[%layer], %k, value(%v), %b : !llm.kv<2x2x8x8, f32>, tensor<?x2x8xf32>, value(tensor<?x2x8xf32>) -> !llm.kv<2x2x8x8, f32>
    %r = llm.attention %q cache(%kv1[%layer]) )" +
          operands + " batch(%b) {scale = 0.5 : f64" + attributes +
          R"(} : (tensor<?x4x8xf32>, !llm.kv<2x2x8x8, f32>, index, )" + types +
          R"(!llm.batch) -> tensor<?x4x8xf32>
    return %r : tensor<?x4x8xf32>
  })")
      .str();
}

static const auto q = noise({9, 4, 8}, 11), k = noise({9, 2, 8}, 12),
                  v = noise({9, 2, 8}, 13);

TEST(Attention, GroupsOfQueryHeadsShareAKeyHead) {
  Program program(cached(""));
  expectNear(program.run({q, k, v}, rowsOf(0, 0, 9)), attend(q, k, v, {2}));
}

TEST(Attention, SinglePrecisionIsClose) {
  Program program(cached(""), /*singlePrecision=*/true);
  expectNear(program.run({q, k, v}, rowsOf(0, 0, 9)), attend(q, k, v, {2}),
             tolerance::formulaInFloats);
}

TEST(Attention, WindowLooksBackALimitedWay) {
  Program program(cached(", left = 2 : i64"));
  Expected how{2};
  how.allowed = [](int64_t q, int64_t k) {
    return k == q || k == q - 1 || k == q - 2;
  };
  expectNear(program.run({q, k, v}, rowsOf(0, 0, 9)), attend(q, k, v, how));
}

TEST(Attention, ChunksDoNotSeeOneAnother) {
  Program program(cached(", chunk = 4 : i64"));
  Expected how{2};
  how.allowed = [](int64_t q, int64_t k) { return k <= q && k >= q - q % 4; };
  expectNear(program.run({q, k, v}, rowsOf(0, 0, 9)), attend(q, k, v, how));
}

TEST(Attention, SoftcapBoundsScores) {
  Program program(cached(", softcap = 0.25 : f64"));
  Expected how{2};
  how.change = [](int64_t, long double s, int64_t, int64_t) {
    return 0.25L * std::tanh(4 * s);
  };
  expectNear(program.run({q, k, v}, rowsOf(0, 0, 9)), attend(q, k, v, how));
}

TEST(Attention, SlopesAddALinearBias) {
  Program program(
      cached("", "slopes(%s)", "tensor<4xf32>, ", ", %s: tensor<4xf32>"));
  Expected how{2};
  how.change = [](int64_t h, long double s, int64_t q, int64_t k) {
    return s - std::pow(2.0L, -2 * (h + 1)) * (q - k);
  };
  auto slopes = floats({4}, {0.25f, 0.0625f, 0.015625f, 0.00390625f});
  expectNear(program.run({q, k, v, slopes}, rowsOf(0, 0, 9)),
             attend(q, k, v, how));
}

TEST(Attention, SlopesComeAfterTheSoftcap) {
  Program program(cached(", softcap = 0.25 : f64", "slopes(%s)",
                         "tensor<4xf32>, ", ", %s: tensor<4xf32>"));
  Expected how{2};
  how.change = [](int64_t, long double s, int64_t q, int64_t k) {
    return 0.25L * std::tanh(4 * s) - 2.0L * (q - k);
  };
  auto slopes = floats({4}, {2, 2, 2, 2});
  expectNear(program.run({q, k, v, slopes}, rowsOf(0, 0, 9)),
             attend(q, k, v, how));
}

TEST(Attention, SinksTakeWeightButGiveNoValue) {
  Program program(
      cached("", "sinks(%s)", "tensor<4xf32>, ", ", %s: tensor<4xf32>"));
  Expected how{2};
  how.sinks = {-1, 0, 1, 30}; // the last is the maximum by far
  expectNear(program.run({q, k, v, floats({4}, how.sinks)}, rowsOf(0, 0, 9)),
             attend(q, k, v, how));
}

/// `@f` attends to explicit keys: 4 query heads, `keyHeads` key heads.
static std::string explicitKeys(llvm::StringRef attributes,
                                llvm::StringRef operands = "",
                                llvm::StringRef types = "",
                                llvm::StringRef arguments = "") {
  return (R"(func.func @f(%q: tensor<?x4x8xf32>, %k: tensor<?x2x8xf32>, %v: tensor<?x2x8xf32>)" +
          arguments + R"(, %b: !llm.batch) -> tensor<?x4x8xf32> {
    %r = llm.attention %q key(%k) value(%v) )" +
          operands + " batch(%b) {scale = 0.5 : f64" + attributes +
          R"(} : (tensor<?x4x8xf32>, tensor<?x2x8xf32>, tensor<?x2x8xf32>, )" +
          types +
          R"(!llm.batch) -> tensor<?x4x8xf32>
    return %r : tensor<?x4x8xf32>
  })")
      .str();
}

TEST(Attention, ExplicitKeysMayBeSeenAhead) {
  Program program(explicitKeys(", right = -1 : i64"));
  Expected how{2};
  how.allowed = [](int64_t, int64_t) { return true; };
  expectNear(program.run({q, k, v}, rowsOf(0, 0, 9)), attend(q, k, v, how));
}

TEST(Attention, LocalEncoderWindowIsSymmetric) {
  Program program(explicitKeys(", left = 2 : i64, right = 2 : i64"));
  Expected how{2};
  how.allowed = [](int64_t q, int64_t k) { return std::abs(q - k) <= 2; };
  expectNear(program.run({q, k, v}, rowsOf(0, 0, 9)), attend(q, k, v, how));
}

TEST(Attention, ExplicitKeysOfOtherSequencesAreNotSeen) {
  Program program(explicitKeys(", right = -1 : i64"));
  ReferenceBatch batch = rowsOf(4, 0, 5), second = rowsOf(1, 0, 4);
  for (int32_t i = 0; i < 4; ++i) {
    batch.tokens.push_back(0);
    batch.positions.push_back(second.positions[i]);
    batch.sequences.push_back(1);
  }
  Expected how{2};
  how.allowed = [](int64_t, int64_t) { return true; };
  std::vector<float> expected =
      attend(slice(q, 0, 5), slice(k, 0, 5), slice(v, 0, 5), how);
  std::vector<float> rest =
      attend(slice(q, 5, 9), slice(k, 5, 9), slice(v, 5, 9), how);
  expected.insert(expected.end(), rest.begin(), rest.end());
  expectNear(program.run({q, k, v}, batch), expected);
}

/// T5's buckets (8, distances up to 20) of key - query = -8 .. 8, from the
/// formula that T5 checkpoints were trained with, evaluated in f64.
static const int64_t causalBuckets[17] = {5, 5, 5, 4, 4, 3, 2, 1, 0,
                                          0, 0, 0, 0, 0, 0, 0, 0};
static const int64_t bothWaysBuckets[17] = {3, 3, 2, 2, 2, 2, 2, 1, 0,
                                            5, 6, 6, 6, 6, 6, 7, 7};

TEST(Attention, RelativeBucketsLookBack) {
  Program program(explicitKeys(", rel_dist = 20 : i64", "rel(%rel)",
                               "tensor<8x4xf32>, ", ", %rel: tensor<8x4xf32>"));
  auto rel = noise({8, 4}, 14);
  Expected how{2};
  how.change = [&](int64_t h, long double s, int64_t q, int64_t k) {
    return s + rel.floats[causalBuckets[k - q + 8] * 4 + h];
  };
  expectNear(program.run({q, k, v, rel}, rowsOf(0, 0, 9)),
             attend(q, k, v, how));
}

TEST(Attention, RelativeBucketsLookBothWays) {
  Program program(explicitKeys(
      ", right = -1 : i64, rel_bidir, rel_dist = 20 : i64", "rel(%rel)",
      "tensor<8x4xf32>, ", ", %rel: tensor<8x4xf32>"));
  auto rel = noise({8, 4}, 15);
  Expected how{2};
  how.allowed = [](int64_t, int64_t) { return true; };
  how.change = [&](int64_t h, long double s, int64_t q, int64_t k) {
    return s + rel.floats[bothWaysBuckets[k - q + 8] * 4 + h];
  };
  expectNear(program.run({q, k, v, rel}, rowsOf(0, 0, 9)),
             attend(q, k, v, how));
}

TEST(Attention, ValueMayBeAPrefixOfTheKey) {
  Program program(
      R"(func.func @f(%q: tensor<?x4x12xf32>, %k: tensor<?x1x12xf32>, %kv: !llm.kv<1x1x12x0, f32, prefix = 8>, %b: !llm.batch) -> tensor<?x4x8xf32> {
    %layer = arith.constant 0 : index
    %kv1 = llm.kv_write %kv[%layer], %k, %b : !llm.kv<1x1x12x0, f32, prefix = 8>, tensor<?x1x12xf32> -> !llm.kv<1x1x12x0, f32, prefix = 8>
    %r = llm.attention %q cache(%kv1[%layer]) batch(%b) {scale = 0.5 : f64} : (tensor<?x4x12xf32>, !llm.kv<1x1x12x0, f32, prefix = 8>, index, !llm.batch) -> tensor<?x4x8xf32>
    return %r : tensor<?x4x8xf32> })");
  auto query = noise({5, 4, 12}, 16), key = noise({5, 1, 12}, 17);
  auto value = floats({5, 1, 8}, {});
  for (int64_t t = 0; t < 5; ++t)
    value.floats.insert(value.floats.end(), key.floats.begin() + t * 12,
                        key.floats.begin() + t * 12 + 8);
  expectNear(program.run({query, key}, rowsOf(0, 0, 5)),
             attend(query, key, value, {1}));
}

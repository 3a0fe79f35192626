//===- Awq.cpp - AWQ: words of eight rows' codes, interleaved -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What AutoAWQ writes for a linear [N, K] as "gemm":
//   qweight I32 [K, N / 8]   nibble i of a word is row 8 w + order[i]
//   qzeros  I32 [G, N / 8]   likewise
//   scales  F16 [G, N]
//===----------------------------------------------------------------------===//
#include "QuantizedForm.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

namespace {
class Awq : public QuantizedForm {
public:
  int64_t group = 128; // -1: all columns

  ArrayRef<StringRef> getParts() const override {
    static const StringRef parts[] = {".qweight", ".qzeros", ".scales"};
    return parts;
  }
  Expected<MatrixFacts> describe(const MatrixParts &parts) const override;
};
} // namespace

/// Calls `visit(line, row, code)` for all codes of [lines, N / 8] words.
template <typename Visit>
static void visitWords(const SafeTensor &words, Visit visit) {
  constexpr int64_t order[] = {0, 2, 4, 6, 1, 3, 5, 7};
  for (int64_t line = 0; line < words.shape[0]; ++line)
    for (int64_t word = 0; word < words.shape[1]; ++word) {
      WordStream nibbles(words, line * words.shape[1] + word, 1);
      for (int64_t i = 0; i < 8; ++i)
        visit(line, 8 * word + order[i], nibbles.get(i, 4));
    }
}

static std::vector<float> readZeros(const SafeTensor &words) {
  int64_t groups = words.shape[0];
  std::vector<float> zeros(8 * groups * words.shape[1]);
  visitWords(words, [&](int64_t group, int64_t row, unsigned code) {
    zeros[row * groups + group] = static_cast<float>(code);
  });
  return zeros;
}

Expected<MatrixFacts> Awq::describe(const MatrixParts &parts) const {
  auto codes = parts.get(".qweight", {"I32"});
  if (!codes)
    return codes.takeError();
  if (codes->shape.size() != 2)
    return parts.fail(".qweight", "requires words [K, N / 8], found shape " +
                                      spellShape(codes->shape));
  int64_t rows = 8 * codes->shape[1], columns = codes->shape[0];
  int64_t inGroup = group < 0 ? columns : group;
  int64_t groups = divideCeil(columns, inGroup);
  auto scales = parts.get(".scales", floatDtypes, {groups, rows});
  if (!scales)
    return scales.takeError();
  auto zeros = parts.get(".qzeros", {"I32"}, {groups, rows / 8});
  if (!zeros)
    return zeros.takeError();
  MatrixFacts facts{rows, columns, 4, inGroup, getScaleType(*scales)};
  facts.zero = findCommonZero(readZeros(*zeros));
  facts.read = [=, codes = *codes, scales = *scales, zeros = *zeros] {
    QuantizedMatrix matrix{rows, columns, inGroup};
    matrix.codes.resize(rows * columns);
    visitWords(codes, [&](int64_t column, int64_t row, unsigned code) {
      matrix.codes[row * columns + column] = static_cast<uint8_t>(code);
    });
    matrix.scales.resize(rows * groups);
    for (auto [i, scale] : enumerate(readFloats(scales)))
      matrix.scales[i % rows * groups + i / rows] = scale;
    matrix.zeros = readZeros(zeros);
    return matrix;
  };
  return facts;
}

Expected<std::unique_ptr<QuantizedForm>> llmc::readAwq(HfConfig &config) {
  Expected<int64_t> bits =
      config.getInteger(config.has("bits") ? "bits" : "w_bit", 4, 4);
  if (!bits)
    return bits.takeError();
  Expected<int64_t> group = config.getInteger(
      config.has("group_size") ? "group_size" : "q_group_size", -1, 1 << 20);
  if (!group)
    return group.takeError();
  if (*group == 0)
    return config.fail("group_size", "requires -1 or a number of columns");
  Expected<std::string> version = config.getString("version", "gemm");
  if (!version)
    return version.takeError();
  if (StringRef(*version).lower() != "gemm")
    return config.fail("version", "requires gemm: other versions are packed "
                                  "otherwise; take the model in that one");
  auto form = std::make_unique<Awq>();
  form->group = *group;
  return form;
}

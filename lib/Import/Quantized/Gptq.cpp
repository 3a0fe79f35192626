//===- Gptq.cpp - GPTQ: codes packed along k, scales per group ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What AutoGPTQ and GPTQModel write for a linear [N, K]:
//   qweight I32 [K * bits / 32, N]   column n is a stream of the codes of row n
//   qzeros  I32 [G, N * bits / 32]   likewise along n; of "gptq" one less each
//   scales  F16 [G, N]
//   g_idx   I32 [K]                  the group of each column, out of order with
//                                    desc_act
//===----------------------------------------------------------------------===//
#include "QuantizedForm.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

namespace {
class Gptq : public QuantizedForm {
public:
  int64_t bits = 4, group = 128; // a group of -1 has all columns
  unsigned zeroOffset = 1;

  ArrayRef<StringRef> getParts() const override {
    static const StringRef parts[] = {".qweight", ".qzeros", ".scales",
                                      ".g_idx"};
    return parts;
  }
  Expected<MatrixFacts> describe(const MatrixParts &parts) const override;

private:
  Expected<std::vector<int32_t>> readGroups(const MatrixParts &parts,
                                            int64_t columns,
                                            int64_t columnsOfGroup) const;
  std::vector<float> readZeros(const SafeTensor &zeros, int64_t rows) const;
};
} // namespace

/// [rows, groups] from [groups, rows].
static std::vector<float> turn(ArrayRef<float> values, int64_t rows) {
  int64_t groups = values.size() / rows;
  std::vector<float> turned(values.size());
  for (int64_t group = 0; group < groups; ++group)
    for (int64_t row = 0; row < rows; ++row)
      turned[row * groups + group] = values[group * rows + row];
  return turned;
}

/// Stored one less, a zero of 0 wraps to the greatest code.
std::vector<float> Gptq::readZeros(const SafeTensor &zeros,
                                   int64_t rows) const {
  int64_t groups = zeros.shape[0], words = zeros.shape[1];
  std::vector<float> values(rows * groups);
  for (int64_t group = 0; group < groups; ++group) {
    WordStream stream(zeros, group * words, 1);
    for (int64_t row = 0; row < rows; ++row) {
      unsigned code = stream.get(row, bits) + zeroOffset;
      values[row * groups + group] =
          static_cast<float>(code & ((1u << bits) - 1));
    }
  }
  return values;
}

Expected<std::vector<int32_t>> Gptq::readGroups(const MatrixParts &parts,
                                                int64_t columns,
                                                int64_t columnsOfGroup) const {
  std::vector<int32_t> groups;
  if (!parts.find(".g_idx"))
    return groups;
  auto indices = parts.get(".g_idx", {"I32"}, {columns});
  if (!indices)
    return indices.takeError();
  int64_t count = divideCeil(columns, columnsOfGroup);
  for (int64_t index : readIntegers(*indices)) {
    if (index < 0 || index >= count)
      return parts.fail(".g_idx", "requires groups from 0 to " +
                                      Twine(count - 1) + ", found " +
                                      Twine(index));
    groups.push_back(static_cast<int32_t>(index));
  }
  return groups;
}

Expected<MatrixFacts> Gptq::describe(const MatrixParts &parts) const {
  auto codes = parts.get(".qweight", {"I32"});
  if (!codes)
    return codes.takeError();
  if (codes->shape.size() != 2 || codes->shape[0] * 32 % bits ||
      codes->shape[1] * bits % 32)
    return parts.fail(".qweight", "requires words of " + Twine(bits) +
                                      "-bit codes [K * bits / 32, N], found "
                                      "shape " +
                                      spellShape(codes->shape));
  int64_t rows = codes->shape[1], columns = codes->shape[0] * 32 / bits;
  int64_t inGroup = group < 0 ? columns : group;
  int64_t groups = divideCeil(columns, inGroup);
  auto scales = parts.get(".scales", floatDtypes, {groups, rows});
  if (!scales)
    return scales.takeError();
  auto zeros = parts.get(".qzeros", {"I32"}, {groups, rows * bits / 32});
  if (!zeros)
    return zeros.takeError();
  auto groupOf = readGroups(parts, columns, inGroup);
  if (!groupOf)
    return groupOf.takeError();
  MatrixFacts facts{rows, columns, bits, inGroup, getScaleType(*scales)};
  facts.zero = findCommonZero(readZeros(*zeros, rows));
  if (!isInOrder(*groupOf, inGroup))
    facts.obstacle = "groups take columns out of order (desc_act)";
  facts.read = [form = *this, rows, columns, inGroup, codes = *codes,
                scales = *scales, zeros = *zeros, groupOf = *groupOf] {
    QuantizedMatrix matrix{rows, columns, inGroup};
    for (int64_t row = 0; row < rows; ++row) {
      WordStream stream(codes, row, rows);
      for (int64_t column = 0; column < columns; ++column)
        matrix.codes.push_back(
            static_cast<uint8_t>(stream.get(column, form.bits)));
    }
    matrix.scales = turn(readFloats(scales), rows);
    matrix.zeros = form.readZeros(zeros, rows);
    matrix.groupOf = groupOf;
    return matrix;
  };
  return facts;
}

Expected<std::unique_ptr<QuantizedForm>> llmc::readGptq(HfConfig &config) {
  auto form = std::make_unique<Gptq>();
  Expected<int64_t> bits = config.getInteger("bits", 2, 8);
  if (!bits)
    return bits.takeError();
  if (*bits != 2 && *bits != 3 && *bits != 4 && *bits != 8)
    return config.fail("bits", "requires 2, 3, 4 or 8");
  Expected<int64_t> group = config.getInteger("group_size", -1, 1 << 20);
  if (!group)
    return group.takeError();
  if (*group == 0)
    return config.fail("group_size", "requires -1 or a number of columns");
  Expected<std::string> format = config.getString("checkpoint_format", "gptq");
  if (!format)
    return format.takeError();
  if (*format != "gptq" && *format != "gptq_v2")
    return config.fail("checkpoint_format",
                       "requires gptq or gptq_v2: other formats are packed for "
                       "one GPU; take the model in one of these");
  if (Expected<std::unique_ptr<HfConfig>> other = config.getObject("dynamic");
      !other)
    return other.takeError();
  else if (*other)
    return config.fail("dynamic",
                       "modules quantised each in its own way are not read: "
                       "take a model whose modules are alike");
  form->bits = *bits;
  form->group = *group;
  form->zeroOffset = *format == "gptq" ? 1 : 0;
  return form;
}

//===- CompressedTensors.cpp - what vLLM's compressor writes --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A linear [N, K], by the format that config.json names (compressed-tensors):
//   pack-quantized   weight_packed I32 [N, K * bits / 32], codes + 2^(bits - 1), the
//                    first in the lowest bits, rows in whole words; weight_shape;
//                    zeros packed likewise along n. Before 2026 no code was in two
//                    words, [N, K / (32 / bits)]: for 3, 5, 6 and 7 bits that is more
//   int-quantized    weight I8 [N, K]; zeros I8 [N, G]
//   float-quantized  weight F8_E4M3 [N, K]
// all with weight_scale, one in all, per row [N, 1], per group [N, G] or per block
// [ceil(N / height), ceil(K / width)].
//===----------------------------------------------------------------------===//
#include "QuantizedForm.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Regex.h"

using namespace llvm;
using namespace llmc;

namespace {
/// The bits of packed codes, module by module.
class ModuleBits {
public:
  Error add(HfConfig &group, int64_t bits);
  /// Of a module, 0 where no group names it.
  int64_t find(StringRef module) const;

private:
  SmallVector<int64_t> all;  // of every group
  StringMap<int64_t> byName; // of targets that are names of modules or classes
  std::vector<std::pair<std::unique_ptr<Regex>, int64_t>> byPattern;
};

/// Rows and columns that share a scale, where blocks do.
struct Block {
  int64_t height = 128, width = 128;
};

class CompressedTensors : public QuantizedForm {
public:
  ModuleBits bits;
  Block block;

  ArrayRef<StringRef> getParts() const override {
    static const StringRef parts[] = {".weight_packed", ".weight",
                                      ".weight_scale",  ".weight_zero_point",
                                      ".weight_shape",  ".weight_g_idx",
                                      ".input_scale",   ".input_zero_point"};
    return parts;
  }
  Expected<MatrixFacts> describe(const MatrixParts &parts) const override;
};

/// Which group each column is in, and scales per row and group, or per so many rows.
struct Scales {
  int64_t group;
  SafeTensor tensor;
  std::vector<int32_t> groupOf;
  int64_t rows = 1;
};
} // namespace

static Expected<Scales> describeScales(const MatrixParts &parts, int64_t rows,
                                       int64_t columns, Block block) {
  auto scales = parts.get(".weight_scale", floatDtypes);
  if (!scales)
    return scales.takeError();
  int64_t count = *countElements(scales->shape);
  SmallVector<int64_t> blocks = {divideCeilSigned(rows, block.height),
                                 divideCeilSigned(columns, block.width)};
  if (ArrayRef<int64_t>(scales->shape) == ArrayRef<int64_t>(blocks))
    return Scales{block.width, *scales, {}, block.height};
  int64_t groups = count == 1 ? 1 : count / rows;
  if (count != 1 && (scales->shape.size() != 2 || scales->shape[0] != rows ||
                     columns % groups))
    return parts.fail(".weight_scale",
                      "requires one scale, or so many per row of [" +
                          Twine(rows) + ", " + Twine(columns) +
                          "] that groups are alike, found shape " +
                          spellShape(scales->shape));
  int64_t group = columns / groups;
  return Scales{group, *scales, {}};
}

/// The order in which a calibration took columns; -1 everywhere is none.
static Error readOrder(const MatrixParts &parts, int64_t columns,
                       Scales &scales) {
  if (!parts.find(".weight_g_idx"))
    return Error::success();
  auto indices = parts.get(".weight_g_idx", {"I32", "I64"}, {columns});
  if (!indices)
    return indices.takeError();
  std::vector<int64_t> order = readIntegers(*indices);
  if (all_of(order, [](int64_t index) { return index == -1; }))
    return Error::success();
  int64_t groups = columns / scales.group;
  for (int64_t index : order) {
    if (index < 0 || index >= groups)
      return parts.fail(".weight_g_idx", "requires groups from 0 to " +
                                             Twine(groups - 1) + ", found " +
                                             Twine(index));
    scales.groupOf.push_back(static_cast<int32_t>(index));
  }
  return Error::success();
}

namespace {
/// How `count` codes lie in a row of words.
struct Packing {
  int64_t bits;
  bool isDense; // codes may begin in one word and end in the next

  /// That of so many words, if there is one.
  static std::optional<Packing> find(int64_t bits, int64_t count,
                                     int64_t words) {
    if (words == divideCeilSigned(count * bits, 32))
      return Packing{bits, true};
    if (words == divideCeilSigned(count, 32 / bits))
      return Packing{bits, false};
    return std::nullopt;
  }
  unsigned get(const WordStream &words, int64_t index) const {
    const int64_t perWord = 32 / bits;
    return isDense ? words.get(index, bits)
                   : words.getAt(index / perWord * 32 + index % perWord * bits,
                                 bits);
  }
};
} // namespace

/// As unsigned codes have them: the middle where there are none.
static Expected<std::vector<float>> readZeros(const MatrixParts &parts,
                                              int64_t codeBits, int64_t rows,
                                              int64_t groups) {
  constexpr StringRef name = ".weight_zero_point";
  auto middle = static_cast<float>(1 << (codeBits - 1));
  if (!parts.find(name))
    return std::vector<float>{middle};
  std::vector<float> zeros;
  if (parts.find(".weight_packed")) {
    auto words = parts.get(name, {"I32"});
    if (!words)
      return words.takeError();
    std::optional<Packing> packing;
    if (words->shape.size() == 2 && words->shape[1] == groups)
      packing = Packing::find(codeBits, rows, words->shape[0]);
    if (!packing)
      return parts.fail(
          name,
          "requires shape " +
              spellShape({divideCeilSigned(rows * codeBits, 32), groups}) +
              ", found " + spellShape(words->shape));
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t group = 0; group < groups; ++group)
        zeros.push_back(static_cast<float>(
            packing->get(WordStream(*words, group, groups), row)));
    return zeros;
  }
  auto bytes = parts.get(name, {"I8"});
  if (!bytes)
    return bytes.takeError();
  auto count = static_cast<int64_t>(bytes->bytes.size());
  if (count != 1 && count != rows * groups)
    return parts.fail(name, "requires a zero per scale, found shape " +
                                spellShape(bytes->shape));
  for (uint8_t byte : bytes->bytes)
    zeros.push_back(static_cast<float>(static_cast<int8_t>(byte)) + middle);
  return zeros;
}

namespace {
/// Where the codes of a matrix are.
struct Codes {
  SafeTensor tensor;
  int64_t rows, columns, bits;
  std::optional<Packing> packing; // none: a byte each
};
} // namespace

static Expected<Codes> describePacked(const MatrixParts &parts, int64_t bits) {
  auto words = parts.get(".weight_packed", {"I32"});
  if (!words)
    return words.takeError();
  auto shape = parts.get(".weight_shape", {"I64", "I32"}, {2});
  if (!shape)
    return shape.takeError();
  std::vector<int64_t> sizes = readIntegers(*shape);
  constexpr int64_t most = int64_t(1) << 40; // as for any shape
  std::optional<Packing> packing;
  if (sizes[1] >= 1 && sizes[1] <= most && words->shape.size() == 2)
    packing = Packing::find(bits, sizes[1], words->shape[1]);
  if (!packing || words->shape[0] != sizes[0])
    return parts.fail(".weight_packed",
                      "requires whole words of " + Twine(bits) +
                          "-bit codes of a matrix " + spellShape(sizes) +
                          ", found shape " + spellShape(words->shape));
  return Codes{*words, sizes[0], sizes[1], bits, packing};
}

static Expected<Codes> describeBytes(const MatrixParts &parts) {
  auto bytes = parts.get(".weight", {"I8", "F8_E4M3"});
  if (!bytes)
    return bytes.takeError();
  if (bytes->shape.size() != 2)
    return parts.fail(".weight", "requires a matrix, found shape " +
                                     spellShape(bytes->shape));
  return Codes{*bytes, bytes->shape[0], bytes->shape[1], 8, std::nullopt};
}

static std::vector<uint8_t> readCodes(const Codes &codes) {
  std::vector<uint8_t> made(codes.tensor.bytes.begin(),
                            codes.tensor.bytes.end());
  if (!codes.packing) {
    if (codes.tensor.dtype == "I8")
      for (uint8_t &code : made)
        code ^= 0x80;
    return made;
  }
  made.clear();
  for (int64_t row = 0; row < codes.rows; ++row) {
    WordStream stream(codes.tensor, row * codes.tensor.shape[1], 1);
    for (int64_t column = 0; column < codes.columns; ++column)
      made.push_back(static_cast<uint8_t>(codes.packing->get(stream, column)));
  }
  return made;
}

/// Those of each row.
static std::vector<float> readScales(const Scales &scales, int64_t rows) {
  std::vector<float> numbers = readFloats(scales.tensor), all;
  if (numbers.size() == 1)
    return std::vector<float>(rows, numbers.front());
  const int64_t groups = static_cast<int64_t>(numbers.size()) /
                         divideCeilSigned(rows, scales.rows);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t group = 0; group < groups; ++group)
      all.push_back(numbers[row / scales.rows * groups + group]);
  return all;
}

Expected<MatrixFacts>
CompressedTensors::describe(const MatrixParts &parts) const {
  const bool isPacked = parts.find(".weight_packed");
  const int64_t codeBits = isPacked ? bits.find(parts.stem) : 8;
  if (!codeBits)
    return parts.fail(".weight_packed",
                      "has no bits: no targets of config_groups name it");
  auto codes =
      isPacked ? describePacked(parts, codeBits) : describeBytes(parts);
  if (!codes)
    return codes.takeError();
  int64_t rows = codes->rows, columns = codes->columns;
  auto scales = describeScales(parts, rows, columns, block);
  if (!scales)
    return scales.takeError();
  if (Error error = readOrder(parts, columns, *scales))
    return error;
  const int64_t groups = divideCeilSigned(columns, scales->group);
  auto zeros = readZeros(parts, codes->bits, rows, groups);
  if (!zeros)
    return zeros.takeError();
  MatrixFacts facts{rows, columns, codes->bits, scales->group,
                    getScaleType(scales->tensor)};
  facts.zero = findCommonZero(*zeros);
  facts.float8 = getFloat8(codes->tensor);
  if (!isInOrder(scales->groupOf, scales->group))
    facts.obstacle = "groups take columns out of order (actorder)";
  facts.read = [codes = *codes, scales = *scales, zeros = *zeros] {
    QuantizedMatrix matrix{codes.rows, codes.columns, scales.group};
    matrix.codes = readCodes(codes);
    if (auto type = getFloat8(codes.tensor))
      matrix.table = getFloat8Table(*type);
    matrix.scales = readScales(scales, codes.rows);
    matrix.zeros = zeros;
    matrix.groupOf = scales.groupOf;
    return matrix;
  };
  return facts;
}

//===----------------------------------------------------------------------===//
// config_groups
//===----------------------------------------------------------------------===//

/// Patterns that take no more memory than they are long, and no time to speak of:
/// nothing is counted or referred back to.
static bool isModest(StringRef pattern) {
  constexpr size_t longest = 256;
  for (size_t i = 0; i + 1 < pattern.size(); ++i)
    if (pattern[i] == '\\' && isDigit(pattern[i + 1]))
      return false;
  return pattern.size() <= longest && !pattern.contains('{') &&
         !pattern.contains('\0');
}

Error ModuleBits::add(HfConfig &group, int64_t bits) {
  all.push_back(bits);
  auto targets = group.getStrings("targets");
  if (!targets)
    return targets.takeError();
  for (StringRef target : *targets) {
    if (!target.consume_front("re:")) {
      byName.try_emplace(target, bits);
      continue;
    }
    // As re.match has it: from the beginning, not to the end.
    std::string anchored = isModest(target) ? ("^(" + target + ")").str() : "";
    auto pattern = std::make_unique<Regex>(anchored);
    if (std::string problem; !isModest(target) || !pattern->isValid(problem))
      return group.fail("targets", "requires names of modules and classes, or "
                                   "re: and a pattern without counts and "
                                   "references");
    byPattern.emplace_back(std::move(pattern), bits);
  }
  return Error::success();
}

int64_t ModuleBits::find(StringRef module) const {
  if (all_equal(all))
    return all.empty() ? 4 : all.front();
  if (int64_t bits = byName.lookup(module))
    return bits;
  for (const auto &[pattern, bits] : byPattern)
    if (pattern->match(module))
      return bits;
  return byName.lookup("Linear");
}

/// Of every group of modules the bits of packed codes, and blocks.
static Error readGroups(HfConfig &groups, ArrayRef<std::string> names,
                        CompressedTensors &form) {
  for (StringRef name : names) {
    auto group = groups.getObject(name);
    if (!group)
      return group.takeError();
    auto weights = *group ? (*group)->getObject("weights")
                          : Expected<std::unique_ptr<HfConfig>>(nullptr);
    if (!weights)
      return weights.takeError();
    if (!*weights)
      continue; // only activations
    auto count = (*weights)->getInteger("num_bits", 1, 16);
    if (!count)
      return count.takeError();
    if (*count < 2 || *count > 8)
      return (*weights)->fail("num_bits", "requires 2 to 8");
    if (Error error = form.bits.add(**group, *count))
      return error;
    auto block = (*weights)->getIntegers("block_structure", 1, 1 << 20);
    if (!block)
      return block.takeError();
    if (!block->empty() && block->size() != 2)
      return (*weights)->fail("block_structure", "requires rows and columns");
    if (!block->empty())
      form.block = {(*block)[0], (*block)[1]};
  }
  return Error::success();
}

Expected<std::unique_ptr<QuantizedForm>>
llmc::readCompressedTensors(HfConfig &config) {
  auto form = std::make_unique<CompressedTensors>();
  Expected<std::string> format = config.getString("format");
  if (!format)
    return format.takeError();
  // Each matrix says by its parts which it is, of a mixture too.
  if (*format != "pack-quantized" && *format != "int-quantized" &&
      *format != "float-quantized" && *format != "naive-quantized" &&
      *format != "mixed-precision")
    return config.fail(
        "format", "requires pack-quantized, int-quantized, float-quantized, "
                  "naive-quantized or mixed-precision");
  auto groups = config.getObject("config_groups");
  if (!groups)
    return groups.takeError();
  if (!*groups)
    return config.fail("config_groups", "requires an object");
  if (Error error = readGroups(**groups, (*groups)->getUnread({}), *form))
    return error;
  return form;
}

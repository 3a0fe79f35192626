//===- BitsAndBytes.cpp - codes of 4 bits for floats, and int8 rows -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What bitsandbytes saves for a linear [N, K]. Of 4 bits, "nf4" or "fp4":
//   weight            U8, two codes per byte, the first in the upper half
//   weight.quant_map  F32 [16]: what codes stand for
//   weight.absmax     F32 per block of consecutive elements, across rows; or U8
//     with weight.nested_quant_map F32 [256], weight.nested_absmax F32 per nested
//     block, and an offset in
//   weight.quant_state.bitsandbytes__nf4   JSON as U8
// Of 8 bits: weight I8 [N, K], SCB F32 [N], 127 steps each.
//===----------------------------------------------------------------------===//
#include "QuantizedForm.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Json.h"

#include "llvm/ADT/StringExtras.h"

#include <numeric>

using namespace llvm;
using namespace llmc;

namespace {
class BitsAndBytes : public QuantizedForm {
public:
  ArrayRef<StringRef> getParts() const override {
    static const StringRef parts[] = {".weight",
                                      ".weight.absmax",
                                      ".weight.quant_map",
                                      ".weight.nested_absmax",
                                      ".weight.nested_quant_map",
                                      ".weight.quant_state.bitsandbytes__nf4",
                                      ".weight.quant_state.bitsandbytes__fp4",
                                      ".SCB",
                                      ".weight_format"};
    return parts;
  }
  Expected<MatrixFacts> describe(const MatrixParts &parts) const override;
};

/// What the JSON of a matrix says.
struct State {
  int64_t rows, columns, block, nestedBlock;
  float offset;
};

/// The tensors of a matrix of 4 bits; of scales that are floats the last two are
/// empty.
struct Tensors {
  SafeTensor codes, map, scales, nestedMap, nestedScales;
};
} // namespace

static Expected<State> readState(const MatrixParts &parts) {
  StringRef name = ".weight.quant_state.bitsandbytes__nf4";
  if (!parts.find(name))
    name = ".weight.quant_state.bitsandbytes__fp4";
  auto text = parts.get(name, {"U8"});
  if (!text)
    return text.takeError();
  std::string place = parts.file + ": tensor " + quote(parts.stem + name.str());
  auto fields = parseJsonObject(place, toStringRef(text->bytes));
  if (!fields)
    return fields.takeError();
  HfConfig config(place, std::move(*fields));
  constexpr int64_t most = int64_t(1) << 31;
  auto shape = config.getIntegers("shape", 1, most);
  if (!shape)
    return shape.takeError();
  if (shape->size() != 2)
    return config.fail("shape", "requires the rows and columns of a matrix");
  auto block = config.getInteger("blocksize", 2, 1 << 20);
  if (!block)
    return block.takeError();
  auto nested = config.getInteger("nested_blocksize", 1, 1 << 20, 256);
  if (!nested)
    return nested.takeError();
  auto offset = config.getFloat("nested_offset", -1e30, 1e30, 0);
  if (!offset)
    return offset.takeError();
  return State{(*shape)[0], (*shape)[1], *block, *nested,
               static_cast<float>(*offset)};
}

static Expected<Tensors> readTensors(const MatrixParts &parts,
                                     const State &state) {
  int64_t elements = state.rows * state.columns;
  int64_t blocks = divideCeil(elements, state.block);
  int64_t nestedBlocks = divideCeil(blocks, state.nestedBlock);
  int64_t bytes = divideCeil(elements, 2);
  auto take = [&](StringRef name, ArrayRef<StringRef> dtypes,
                  int64_t count) -> Expected<SafeTensor> {
    auto part = parts.get(name, dtypes);
    if (part && *countElements(part->shape) != count)
      return parts.fail(name, "requires " + Twine(count) +
                                  " elements, found shape " +
                                  spellShape(part->shape));
    return part;
  };
  const SafeTensor *absmax = parts.find(".weight.absmax");
  bool isNested = absmax && absmax->dtype == "U8";
  Tensors tensors;
  struct {
    StringRef name;
    SmallVector<StringRef, 2> dtypes;
    int64_t count;
    SafeTensor *place;
  } wanted[] = {
      {".weight", {"U8"}, bytes, &tensors.codes},
      {".weight.quant_map", {"F32"}, 16, &tensors.map},
      {".weight.absmax", {"F32", "U8"}, blocks, &tensors.scales},
      {".weight.nested_quant_map", {"F32"}, 256, &tensors.nestedMap},
      {".weight.nested_absmax", {"F32"}, nestedBlocks, &tensors.nestedScales}};
  for (auto &[name, dtypes, count, place] :
       MutableArrayRef(wanted).take_front(isNested ? 5 : 3)) {
    auto part = take(name, dtypes, count);
    if (!part)
      return part.takeError();
    *place = *part;
  }
  return tensors;
}

static std::vector<float> readScales(const Tensors &tensors,
                                     const State &state) {
  if (tensors.scales.dtype == "F32")
    return readFloats(tensors.scales);
  std::vector<float> map = readFloats(tensors.nestedMap), scales;
  std::vector<float> nested = readFloats(tensors.nestedScales);
  for (auto [i, code] : enumerate(tensors.scales.bytes))
    scales.push_back(map[code] * nested[i / state.nestedBlock] + state.offset);
  return scales;
}

static Expected<MatrixFacts> describeFloats(const MatrixParts &parts) {
  auto state = readState(parts);
  if (!state)
    return state.takeError();
  auto tensors = readTensors(parts, *state);
  if (!tensors)
    return tensors.takeError();
  // Blocks run on from row to row: of so many columns each is in one.
  const int64_t group = std::gcd(state->columns, state->block);
  MatrixFacts facts{state->rows, state->columns, 4, group};
  facts.values = readFloats(tensors->map);
  if (any_of(facts.values, [](float value) { return !std::isfinite(value); }))
    facts.obstacle = "its codes stand for what are no numbers";
  facts.read = [=, state = *state, tensors = *tensors] {
    QuantizedMatrix matrix{state.rows, state.columns, group};
    for (uint8_t byte : tensors.codes.bytes) {
      matrix.codes.push_back(byte >> 4);
      matrix.codes.push_back(byte & 15);
    }
    const int64_t elements = state.rows * state.columns;
    matrix.codes.resize(elements);
    matrix.table = readFloats(tensors.map);
    std::vector<float> scales = readScales(tensors, state);
    for (int64_t first = 0; first < elements; first += group)
      matrix.scales.push_back(scales[first / state.block]);
    return matrix;
  };
  return facts;
}

static Expected<MatrixFacts> describeBytes(const MatrixParts &parts) {
  auto codes = parts.get(".weight", {"I8"});
  if (!codes)
    return codes.takeError();
  if (codes->shape.size() != 2)
    return parts.fail(".weight", "requires a matrix, found shape " +
                                     spellShape(codes->shape));
  int64_t rows = codes->shape[0], columns = codes->shape[1];
  auto scales = parts.get(".SCB", {"F32"}, {rows});
  if (!scales)
    return scales.takeError();
  MatrixFacts facts{rows, columns, 8, columns};
  facts.zero = 128;
  facts.read = [=, codes = *codes, scales = *scales] {
    QuantizedMatrix matrix{rows, columns, columns};
    for (uint8_t byte : codes.bytes)
      matrix.codes.push_back(byte ^ 0x80);
    for (float scale : readFloats(scales))
      matrix.scales.push_back(scale / 127);
    matrix.zeros = {128};
    return matrix;
  };
  return facts;
}

Expected<MatrixFacts> BitsAndBytes::describe(const MatrixParts &parts) const {
  return parts.find(".SCB") ? describeBytes(parts) : describeFloats(parts);
}

Expected<std::unique_ptr<QuantizedForm>> llmc::readBitsAndBytes(HfConfig &) {
  return std::make_unique<BitsAndBytes>();
}

//===- Fp8.cpp - floats of 8 bits with scales per block or row ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A linear [N, K] as DeepSeek, Qwen and transformers' "fp8" have it, or "fbgemm_fp8":
//   weight           F8_E4M3 or F8_E5M2 [N, K]
//   weight_scale_inv or weight_scale: a factor, one in all, per row [N, 1] or per
//                    block [ceil(N / height), ceil(K / width)]
//===----------------------------------------------------------------------===//
#include "QuantizedForm.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

std::optional<mlir::llm::Float8> llmc::getFloat8(const SafeTensor &tensor) {
  if (tensor.dtype == "F8_E4M3")
    return mlir::llm::Float8::e4m3;
  if (tensor.dtype == "F8_E5M2")
    return mlir::llm::Float8::e5m2;
  return std::nullopt;
}

std::vector<float> llmc::getFloat8Table(mlir::llm::Float8 type) {
  std::vector<float> table;
  for (unsigned code = 0; code < 256; ++code)
    table.push_back(mlir::llm::decodeFloat8(type, static_cast<uint8_t>(code)));
  return table;
}

namespace {
class Fp8 : public QuantizedForm {
public:
  int64_t height = 128, width = 128; // of a block, where there are blocks

  ArrayRef<StringRef> getParts() const override {
    static const StringRef parts[] = {".weight", ".weight_scale_inv",
                                      ".weight_scale", ".input_scale",
                                      ".activation_scale"};
    return parts;
  }
  Expected<MatrixFacts> describe(const MatrixParts &parts) const override;
};
} // namespace

Expected<MatrixFacts> Fp8::describe(const MatrixParts &parts) const {
  auto codes = parts.get(".weight", float8Dtypes);
  if (!codes)
    return codes.takeError();
  if (codes->shape.size() != 2)
    return parts.fail(".weight", "requires a matrix, found shape " +
                                     spellShape(codes->shape));
  StringRef name =
      parts.find(".weight_scale_inv") ? ".weight_scale_inv" : ".weight_scale";
  auto scales = parts.get(name, floatDtypes);
  if (!scales)
    return scales.takeError();
  int64_t rows = codes->shape[0], columns = codes->shape[1];
  SmallVector<int64_t> blocks = {int64_t(divideCeil(rows, height)),
                                 int64_t(divideCeil(columns, width))};
  int64_t blockRows = height, inGroup = width;
  if (*countElements(scales->shape) == 1) {
    blockRows = rows;
    inGroup = columns;
  } else if (scales->shape[0] == rows &&
             *countElements(scales->shape) == rows) {
    blockRows = 1;
    inGroup = columns;
  } else if (scales->shape != blocks) {
    return parts.fail(name, "requires one factor, one per row or " +
                                spellShape(blocks) +
                                " of blocks, found "
                                "shape " +
                                spellShape(scales->shape));
  }
  MatrixFacts facts{rows, columns, 8, inGroup, getScaleType(*scales)};
  facts.float8 = getFloat8(*codes);
  facts.read = [=, codes = *codes, scales = *scales] {
    QuantizedMatrix matrix{rows, columns, inGroup};
    matrix.codes.assign(codes.bytes.begin(), codes.bytes.end());
    matrix.table = getFloat8Table(*getFloat8(codes));
    std::vector<float> factors = readFloats(scales);
    int64_t groups = divideCeil(columns, inGroup);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t group = 0; group < groups; ++group)
        matrix.scales.push_back(factors[row / blockRows * groups + group]);
    return matrix;
  };
  return facts;
}

Expected<std::unique_ptr<QuantizedForm>> llmc::readFp8(HfConfig &config) {
  auto form = std::make_unique<Fp8>();
  Expected<std::vector<int64_t>> block =
      config.getIntegers("weight_block_size", 1, 1 << 20);
  if (!block)
    return block.takeError();
  if (!block->empty() && block->size() != 2)
    return config.fail("weight_block_size", "requires rows and columns");
  if (!block->empty()) {
    form->height = (*block)[0];
    form->width = (*block)[1];
  }
  return form;
}

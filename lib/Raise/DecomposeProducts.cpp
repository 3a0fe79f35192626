//===- DecomposeProducts.cpp - products of codes in products of numbers ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quantisers of weights write what a processor shall multiply: rows become codes of 8
// bits by the range that a run happens to have, and the product of codes is scaled
// back. What that stands for is rows times the weights' numbers; in how many bits rows
// are multiplied is the compiler's choice, and what other rows hold must not matter.
//===----------------------------------------------------------------------===//
#include "Decompose.h"

using namespace llmc;
using namespace mlir;
using onnx::GraphWriter;

namespace {
/// One factor of a product of codes.
struct Side {
  Value
      numbers; // for which the codes stand; of weights only once they are written
  Value scale;
};
} // namespace

/// Rows that the graph itself makes codes of; null numbers: it does not.
static Side findRows(Value codes, Value zero) {
  auto quantize = codes.getDefiningOp<onnx::DynamicQuantizeLinearOp>();
  if (!quantize || codes != quantize->getResult(0) ||
      zero != quantize->getResult(2))
    return {};
  return {quantize->getOperand(0), quantize->getResult(1)};
}

/// The numbers of codes that were there before any run.
static Value dequantize(GraphWriter &w, Value codes, Value scale, Value zero) {
  auto type = cast<ShapedType>(codes.getType());
  Value numbers =
      w.make("DequantizeLinear", {codes, scale, zero},
             w.attribute("axis", type.hasRank() ? type.getRank() - 1 : 1));
  numbers.setType(type.clone(getElementTypeOrSelf(scale.getType())));
  return numbers;
}

/// The two scales of a product, of which one is `scale`: the other; null if none is.
static Value findOtherScale(Value product, Value scale) {
  auto mul = product.getDefiningOp<onnx::MulOp>();
  if (!mul || mul->getNumOperands() != 2)
    return {};
  for (unsigned side : {0, 1})
    if (mul->getOperand(side) == scale)
      return mul->getOperand(1 - side);
  return {};
}

/// The product of codes that a value is, as floats.
static onnx::MatMulIntegerOp findCodesProduct(Value value) {
  auto cast = value.getDefiningOp<onnx::CastOp>();
  return cast ? cast->getOperand(0).getDefiningOp<onnx::MatMulIntegerOp>()
              : onnx::MatMulIntegerOp();
}

bool llmc::isScaledCodesProduct(Operation *op) {
  return isa<onnx::MulOp>(op) && op->getNumOperands() == 2 &&
         (findCodesProduct(op->getOperand(0)) ||
          findCodesProduct(op->getOperand(1)));
}

std::string llmc::decomposeScaledCodesProduct(GraphWriter &w, Operation *op) {
  unsigned place = findCodesProduct(op->getOperand(0)) ? 0 : 1;
  onnx::MatMulIntegerOp product = findCodesProduct(op->getOperand(place));
  Side rows = findRows(product->getOperand(0), product->getOperand(2));
  if (!rows.numbers)
    return "multiplies codes that are no rows quantised in front of it";
  Value scale = findOtherScale(op->getOperand(1 - place), rows.scale);
  if (!scale)
    return "is not scaled by the rows' scale and one of the other factor";
  Value codes = product->getOperand(1), zero = product->getOperand(3);
  Side others = findRows(codes, zero);
  if (others.numbers && others.scale != scale)
    return "is not scaled by the scales of both factors";
  Value numbers =
      others.numbers ? others.numbers : dequantize(w, codes, scale, zero);
  op->getResult(0).replaceAllUsesWith(
      w.make("MatMul", {rows.numbers, numbers}));
  return "";
}

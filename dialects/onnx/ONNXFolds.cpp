//===- ONNXFolds.cpp - constants, and operators that do nothing -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What holds without knowing a shape. A value is only replaced by one of the same type:
// refining types is the business of shape inference.
//===----------------------------------------------------------------------===//
#include "dialects/onnx/ONNXDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::onnx;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The attributes of which a constant has one.
static constexpr llvm::StringLiteral constantAttrs[] = {
    "value",     "sparse_value", "value_float",  "value_floats",
    "value_int", "value_ints",   "value_string", "value_strings"};

static ElementsAttr getStrings(MLIRContext *context, ArrayRef<int64_t> shape,
                               ArrayRef<StringRef> strings) {
  auto type = RankedTensorType::get(shape, StringType::get(context));
  return DenseStringElementsAttr::get(type, strings);
}

/// Numbers of an attribute, as a tensor of one dim or of none.
template <typename T>
static ElementsAttr getNumbers(Type type, ArrayRef<T> numbers, bool isScalar) {
  SmallVector<int64_t> shape;
  if (!isScalar)
    shape.push_back(numbers.size());
  return DenseElementsAttr::get(RankedTensorType::get(shape, type), numbers);
}

ElementsAttr onnx::getElements(ConstantOp op) {
  Builder builder(op.getContext());
  if (ElementsAttr value = op.getValueAttr())
    return value;
  if (ElementsAttr value = op.getSparseValueAttr())
    return value;
  if (std::optional<float> value = op.getValueFloat())
    return getNumbers<float>(builder.getF32Type(), *value, true);
  if (std::optional<ArrayRef<float>> values = op.getValueFloats())
    return getNumbers(builder.getF32Type(), *values, false);
  if (std::optional<int64_t> value = op.getValueInt())
    return getNumbers<int64_t>(builder.getI64Type(), *value, true);
  if (std::optional<ArrayRef<int64_t>> values = op.getValueInts())
    return getNumbers(builder.getI64Type(), *values, false);
  if (std::optional<StringRef> value = op.getValueString())
    return getStrings(op.getContext(), {}, *value);
  if (std::optional<ArrayAttr> values = op.getValueStrings()) {
    auto strings =
        llvm::map_to_vector(values->getAsRange<StringAttr>(),
                            [](StringAttr s) { return s.getValue(); });
    return getStrings(op.getContext(), strings.size(), strings);
  }
  return {};
}

ConstantOp onnx::createConstant(OpBuilder &builder, Location loc,
                                ElementsAttr value) {
  return ConstantOp::create(builder, loc, value.getType(), ValueRange(),
                            builder.getNamedAttr("value", value));
}

LogicalResult ConstantOp::verify() {
  int64_t given = llvm::count_if(constantAttrs, [&](StringRef name) {
    return static_cast<bool>((*this)->getAttr(name));
  });
  if (given != 1)
    return emitOpError("requires exactly one attribute with its value, found ")
           << given;
  ShapedType type = getElements(*this).getShapedType();
  if (type.getElementType() != getType().getElementType() ||
      failed(verifyCompatibleShape(type, getType())))
    return emitOpError("requires the type of its value, which is ")
           << type << ", found " << getType();
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getElements(*this); }

LogicalResult ConstantOp::canonicalize(ConstantOp op,
                                       PatternRewriter &rewriter) {
  if (op.getValueAttr())
    return rewriter.notifyMatchFailure(op, "has its value as elements already");
  ElementsAttr value = getElements(op);
  if (value.getType() != op.getType())
    return rewriter.notifyMatchFailure(op, "its type is not inferred yet");
  rewriter.replaceOp(op, createConstant(rewriter, op.getLoc(), value));
  return success();
}

OpFoldResult NoneOp::fold(FoldAdaptor) { return UnitAttr::get(getContext()); }

Operation *ONNXDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  if (isa<UnitAttr>(value) && isa<NoneType>(type))
    return NoneOp::create(builder, loc);
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return createConstant(builder, loc, elements);
}

//===----------------------------------------------------------------------===//
// Operators that do nothing
//===----------------------------------------------------------------------===//

/// The operand, if the result is the same in all.
static Value forward(Value operand, Value result) {
  return operand.getType() == result.getType() ? operand : Value();
}

OpFoldResult IdentityOp::fold(FoldAdaptor) {
  return forward(getInput(), getOutput());
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return forward(getInput(), getOutput());
}

/// Whether a dropout drops: not without the input that says so.
static bool isTraining(DropoutOp op) {
  if (isNone(op.getTrainingMode()))
    return false;
  DenseElementsAttr mode;
  return !matchPattern(op.getTrainingMode(), m_Constant(&mode)) ||
         !mode.isSplat() || mode.getSplatValue<bool>();
}

LogicalResult DropoutOp::canonicalize(DropoutOp op, PatternRewriter &rewriter) {
  if (isTraining(op))
    return rewriter.notifyMatchFailure(op, "may be told to drop values");
  if (!op.getMask().use_empty())
    return rewriter.notifyMatchFailure(op, "its mask is read");
  Value data = forward(op.getData(), op.getOutput());
  if (!data)
    return rewriter.notifyMatchFailure(op, "its type is not inferred yet");
  rewriter.replaceAllUsesWith(op.getOutput(), data);
  rewriter.eraseOp(op);
  return success();
}

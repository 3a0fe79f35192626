//===- OnnxForms.cpp - old forms of operators become the newest -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From operator set 13 on little has changed its form: reductions got their axes
// as an input in 18, Split counts its outputs since then.
//===----------------------------------------------------------------------===//
#include "OnnxBuilder.h"

using namespace llvm;
using namespace llmc;

/// The attribute `name` becomes operand `place`, as a vector of integers.
static void moveToInput(OnnxBuilder &builder, OnnxNode &node, StringRef name,
                        size_t place) {
  auto values =
      dyn_cast_or_null<mlir::DenseI64ArrayAttr>(node.attributes.get(name));
  if (!values)
    return;
  node.attributes.erase(name);
  if (node.operands.size() <= place)
    node.operands.resize(place + 1);
  node.operands[place] = builder.constant(values.asArrayRef());
}

/// A constant's numbers, whichever attribute has them, become a tensor.
static void spellValue(OnnxBuilder &builder, OnnxNode &node) {
  mlir::Builder &b = builder.builder;
  auto take = [&](StringRef name) {
    return node.attributes.erase(name); // null: it has none
  };
  auto set = [&](ArrayRef<int64_t> shape, mlir::Type type, auto numbers) {
    node.attributes.set("value",
                        mlir::DenseElementsAttr::get(
                            mlir::RankedTensorType::get(shape, type), numbers));
  };
  if (auto number = dyn_cast_or_null<mlir::FloatAttr>(take("value_float")))
    set({}, b.getF32Type(), ArrayRef(number.getValue().convertToFloat()));
  else if (auto number = dyn_cast_or_null<mlir::IntegerAttr>(take("value_int")))
    set({}, b.getI64Type(), ArrayRef(number.getInt()));
  else if (auto numbers =
               dyn_cast_or_null<mlir::DenseF32ArrayAttr>(take("value_floats")))
    set(numbers.size(), b.getF32Type(), numbers.asArrayRef());
  else if (auto numbers =
               dyn_cast_or_null<mlir::DenseI64ArrayAttr>(take("value_ints")))
    set(numbers.size(), b.getI64Type(), numbers.asArrayRef());
}

Error llmc::updateOnnxForm(OnnxBuilder &builder, OnnxNode &node) {
  StringRef name = node.opName;
  if (!name.consume_front("onnx."))
    return Error::success();
  if (name == "Constant")
    spellValue(builder, node);
  if (name.starts_with("Reduce"))
    moveToInput(builder, node, "axes", 1);
  if (name == "Split" && node.opset < 18 && node.operands.size() < 2)
    node.attributes.set("num_outputs",
                        builder.builder.getI64IntegerAttr(node.outputs));
  // Since 14 BatchNormalization says whether it is trained; since 15 of no more.
  if (name == "BatchNormalization" && node.outputs > 1)
    return builder.error(node.place, "is in training mode: export the model "
                                     "for inference");
  if (name == "GroupNormalization" && node.opset < 21)
    return builder.error(node.place,
                         "has the form of operator sets before 21 (scale and "
                         "bias per group), which is not supported");
  return Error::success();
}

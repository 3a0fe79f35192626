//===- Create.cpp - onnx ops without their result types -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Create.h"

#include "ElementTypes.h"

using namespace mlir;
using namespace mlir::onnx;

Operation *mlir::onnx::createOp(OpBuilder &builder, Location loc,
                                StringRef opName, ArrayRef<Value> operands,
                                NamedAttrList attributes, size_t outputs) {
  OperationState state(loc, opName);
  const Schema *schema = findSchema(state.name);
  assert(schema && "ops of the dialect have a schema");
  Value none;
  auto absent = [&] {
    if (!none)
      none = NoneOp::create(builder, loc);
    return none;
  };
  for (Value operand : operands)
    state.operands.push_back(operand ? operand : absent());
  size_t fixed = schema->operands.size() - schema->operandsVariadic;
  while (state.operands.size() < fixed)
    state.operands.push_back(absent());
  SmallVector<Type> elements;
  for (Value operand : state.operands) {
    auto shaped = dyn_cast<ShapedType>(operand.getType());
    elements.push_back(shaped ? shaped.getElementType() : Type());
  }
  state.attributes = attributes;
  size_t places = schema->resultsVariadic ? outputs : schema->results.size();
  for (size_t i = 0; i < places; ++i) {
    if (i >= outputs) {
      state.addTypes(builder.getNoneType());
      continue;
    }
    Type element =
        inferElementType(opName, i, elements, attributes, builder.getContext());
    if (!element)
      return nullptr;
    state.addTypes(UnrankedTensorType::get(element));
  }
  return builder.create(state);
}

Value GraphWriter::make(StringRef name, ArrayRef<Value> operands,
                        NamedAttrList attributes) {
  Operation *op =
      createOp(builder, loc, ("onnx." + name).str(), operands, attributes, 1);
  assert(op && "graphs are written of ops whose types are known");
  return op->getResult(0);
}

static Value constant(GraphWriter &writer, DenseElementsAttr value) {
  return createConstant(writer.builder, writer.loc, value);
}

Value GraphWriter::integers(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    builder.getI64Type());
  return constant(*this, DenseElementsAttr::get(type, values));
}

Value GraphWriter::integer(int64_t value) {
  auto type = RankedTensorType::get({}, builder.getI64Type());
  return constant(*this, DenseElementsAttr::get(type, value));
}

Value GraphWriter::number(double value, Type elementType) {
  auto type = RankedTensorType::get({}, elementType);
  Attribute number;
  if (isa<FloatType>(elementType))
    number = builder.getFloatAttr(elementType, value);
  else
    number = builder.getIntegerAttr(elementType, static_cast<int64_t>(value));
  return constant(*this, DenseElementsAttr::get(type, number));
}

NamedAttribute GraphWriter::attribute(StringRef name, int64_t value) {
  return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
}

NamedAttribute GraphWriter::attribute(StringRef name,
                                      ArrayRef<int64_t> values) {
  return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
}

Value GraphWriter::size(Value value, int64_t dim) {
  NamedAttrList range;
  range.append(attribute("start", dim));
  range.append(attribute("end", dim + 1));
  return make("Shape", {value}, range);
}

Value GraphWriter::reshape(Value value, ArrayRef<Value> sizes) {
  NamedAttrList axis;
  axis.append(attribute("axis", int64_t{0}));
  return make("Reshape", {value, make("Concat", sizes, axis)});
}

Value GraphWriter::transpose(Value value, ArrayRef<int64_t> order) {
  NamedAttrList perm;
  perm.append(attribute("perm", order));
  return make("Transpose", {value}, perm);
}

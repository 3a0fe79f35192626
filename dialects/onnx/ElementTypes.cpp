//===- ElementTypes.cpp - element types of results -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ElementTypes.h"

#include "Schema.h"

#include "mlir/IR/Builders.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mlir::onnx;

static Type typeByName(StringRef name, MLIRContext *context) {
  Builder builder(context);
  return llvm::StringSwitch<Type>(name)
      .Case("f32", builder.getF32Type())
      .Case("f64", builder.getF64Type())
      .Case("i64", builder.getI64Type())
      .Case("i32", builder.getI32Type())
      .Case("i1", builder.getI1Type())
      .Case("ui8", builder.getIntegerType(8, /*isSigned=*/false))
      .Default(Type());
}

Type mlir::onnx::getElementType(int64_t dataType, MLIRContext *context) {
  Builder builder(context);
  auto unsignedType = [&](unsigned width) {
    return builder.getIntegerType(width, /*isSigned=*/false);
  };
  switch (dataType) {
  case 1: // FLOAT
    return builder.getF32Type();
  case 2: // UINT8
    return unsignedType(8);
  case 3: // INT8
    return builder.getIntegerType(8);
  case 4: // UINT16
    return unsignedType(16);
  case 5: // INT16
    return builder.getIntegerType(16);
  case 6: // INT32
    return builder.getIntegerType(32);
  case 7: // INT64
    return builder.getIntegerType(64);
  case 9: // BOOL
    return builder.getI1Type();
  case 10: // FLOAT16
    return builder.getF16Type();
  case 11: // DOUBLE
    return builder.getF64Type();
  case 12: // UINT32
    return unsignedType(32);
  case 13: // UINT64
    return unsignedType(64);
  case 16: // BFLOAT16
    return builder.getBF16Type();
  case 17: // FLOAT8E4M3FN
    return Float8E4M3FNType::get(context);
  case 18: // FLOAT8E4M3FNUZ
    return Float8E4M3FNUZType::get(context);
  case 19: // FLOAT8E5M2
    return Float8E5M2Type::get(context);
  case 20: // FLOAT8E5M2FNUZ
    return Float8E5M2FNUZType::get(context);
  case 21: // UINT4
    return unsignedType(4);
  case 22: // INT4
    return builder.getIntegerType(4);
  case 23: // FLOAT4E2M1
    return Float4E2M1FNType::get(context);
  case 24: // FLOAT8E8M0
    return Float8E8M0FNUType::get(context);
  case 25: // UINT2
    return unsignedType(2);
  case 26: // INT2
    return builder.getIntegerType(2);
  case 27: // FLOAT6E2M3
    return Float6E2M3FNType::get(context);
  case 28: // FLOAT6E3M2
    return Float6E3M2FNType::get(context);
  default:
    return {};
  }
}

/// Types of constants, by their tensor or numbers.
static Type typeByAttribute(const NamedAttrList &attributes,
                            MLIRContext *context) {
  for (StringRef name : {"value", "value_int", "value_float"})
    if (auto value = dyn_cast_or_null<TypedAttr>(attributes.get(name)))
      return getElementTypeOrSelf(value.getType());
  if (isa_and_nonnull<DenseI64ArrayAttr>(attributes.get("value_ints")))
    return IntegerType::get(context, 64);
  if (isa_and_nonnull<DenseF32ArrayAttr>(attributes.get("value_floats")))
    return Float32Type::get(context);
  return {};
}

/// The number of an element type that an attribute says; 0, none, is that of the
/// schema's text.
static std::optional<int64_t> findNumber(const NamedAttrList &attributes) {
  if (auto to = dyn_cast_or_null<IntegerAttr>(attributes.get("to")))
    return to.getInt();
  for (StringRef name : {"dtype", "output_dtype", "output_datatype"})
    if (auto number = dyn_cast_or_null<IntegerAttr>(attributes.get(name));
        number && number.getInt() != 0)
      return number.getInt();
  return std::nullopt;
}

/// Results that have neither letter nor attribute: the schema's text says what.
static Type typeByText(StringRef opName, ArrayRef<Type> operands,
                       MLIRContext *context) {
  bool likeFirst =
      llvm::is_contained({"onnx.EyeLike", "onnx.Bernoulli",
                          "onnx.RandomNormalLike", "onnx.RandomUniformLike"},
                         opName);
  if (likeFirst)
    return operands.empty() ? Type() : operands[0];
  if (opName == "onnx.DequantizeLinear") // as its scale
    return operands.size() > 1 ? operands[1] : Type();
  if (opName == "onnx.Multinomial")
    return IntegerType::get(context, 32);
  return Float32Type::get(context);
}

Type mlir::onnx::inferElementType(StringRef opName, unsigned result,
                                  ArrayRef<Type> operands,
                                  const NamedAttrList &attributes,
                                  MLIRContext *context) {
  const Schema *schema = findSchema(OperationName(opName, context));
  if (!schema || schema->results.empty())
    return {};
  // The last place of a list stands for all that follow.
  auto typeAt = [](ArrayRef<Place> places, size_t i) {
    return places[std::min(i, places.size() - 1)].type;
  };
  StringRef wanted = typeAt(schema->results, result);
  if (Type named = typeByName(wanted, context))
    return named;
  for (auto [i, type] : llvm::enumerate(operands))
    if (type && !schema->operands.empty() &&
        typeAt(schema->operands, i) == wanted)
      return type;
  if (std::optional<int64_t> number = findNumber(attributes))
    return getElementType(*number, context);
  if (attributes.get("value_string") || attributes.get("value_strings"))
    return {};
  if (Type type = typeByAttribute(attributes, context))
    return type;
  return typeByText(opName, operands, context);
}

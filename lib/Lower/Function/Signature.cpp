//===- Signature.cpp - what a function program takes and gives ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Lower/Signature.h"

#include "llmrt/abi.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace llmc {

bool isFunctionProgram(ModuleOp module) {
  return module->hasAttr(signatureAttr) ||
         llvm::any_of(module.getOps<func::FuncOp>(), [](func::FuncOp function) {
           return function.getName().split('.').first == "main";
         });
}

static std::optional<uint32_t> getKind(Type type) {
  if (type.isF32())
    return LLMRT_ELEMENT_F32;
  if (type.isF16())
    return LLMRT_ELEMENT_F16;
  if (type.isBF16())
    return LLMRT_ELEMENT_BF16;
  if (type.isF64())
    return LLMRT_ELEMENT_F64;
  if (type.isInteger(1))
    return LLMRT_ELEMENT_BOOL;
  if (type.isSignlessInteger(8))
    return LLMRT_ELEMENT_I8;
  if (type.isSignlessInteger(16))
    return LLMRT_ELEMENT_I16;
  if (type.isSignlessInteger(32))
    return LLMRT_ELEMENT_I32;
  if (type.isSignlessInteger(64))
    return LLMRT_ELEMENT_I64;
  return std::nullopt;
}

namespace {
/// Elements that memory holds as integers of other meaning.
struct NamedType {
  const char *name;
  uint32_t kind;
  unsigned bits; // of the integer
};
} // namespace

static constexpr NamedType namedTypes[] = {
    {"uint8", LLMRT_ELEMENT_U8, 8},
    {"uint16", LLMRT_ELEMENT_U16, 16},
    {"uint32", LLMRT_ELEMENT_U32, 32},
    {"uint64", LLMRT_ELEMENT_U64, 64},
    {"int4", LLMRT_ELEMENT_I4, 8},
    {"uint4", LLMRT_ELEMENT_U4, 8},
    {"int2", LLMRT_ELEMENT_I2, 8},
    {"uint2", LLMRT_ELEMENT_U2, 8},
    {"float8_e4m3fn", LLMRT_ELEMENT_F8E4M3FN, 8},
    {"float8_e4m3fnuz", LLMRT_ELEMENT_F8E4M3FNUZ, 8},
    {"float8_e5m2", LLMRT_ELEMENT_F8E5M2, 8},
    {"float8_e5m2fnuz", LLMRT_ELEMENT_F8E5M2FNUZ, 8},
    {"float8_e8m0fnu", LLMRT_ELEMENT_F8E8M0FNU, 8},
    {"float6_e2m3fn", LLMRT_ELEMENT_F6E2M3FN, 8},
    {"float6_e3m2fn", LLMRT_ELEMENT_F6E3M2FN, 8},
    {"float4_e2m1fn", LLMRT_ELEMENT_F4E2M1FN, 8},
};

std::optional<uint32_t> getElementKind(Type type, StringRef dtype) {
  if (dtype.empty())
    return getKind(type);
  for (const NamedType &named : namedTypes)
    if (dtype == named.name && type.isSignlessInteger(named.bits))
      return named.kind;
  return std::nullopt;
}

static StringRef readType(DictionaryAttr attributes,
                          StringRef key = tensorTypeAttr) {
  auto name = attributes ? attributes.getAs<StringAttr>(key) : StringAttr();
  return name ? name.getValue() : StringRef();
}

/// The symbols of the sizes that are not known.
static LogicalResult readSymbols(ArrayAttr dims, TensorSignature &tensor) {
  tensor.symbols.resize(tensor.type.getRank());
  if (!dims)
    return success();
  if (static_cast<int64_t>(dims.size()) != tensor.type.getRank())
    return failure();
  for (auto [i, dim] : llvm::enumerate(dims)) {
    auto text = dyn_cast<StringAttr>(dim);
    if (!text)
      return failure();
    if (tensor.type.isDynamicDim(i))
      tensor.symbols[i] = text.getValue();
  }
  return success();
}

namespace {

/// Reads the tensors of one side of a function.
class SideReader {
public:
  SideReader(func::FuncOp function, StringRef side)
      : function(function), side(side) {}

  LogicalResult read(unsigned index, Type type, DictionaryAttr attributes,
                     SmallVectorImpl<TensorSignature> &tensors) {
    auto fail = [&](const Twine &what) {
      return function.emitError() << side << " " << index << " of @"
                                  << function.getName() << " " << what;
    };
    TensorSignature tensor;
    tensor.type = dyn_cast<RankedTensorType>(type);
    if (!tensor.type || !getElementKind(tensor.type.getElementType()))
      return fail("is no tensor of numbers that a caller can give: f16, bf16, "
                  "f32, f64, i1, i8, i16, i32 and i64 are known");
    tensor.dtype = readType(attributes);
    if (!getElementKind(tensor.type.getElementType(), tensor.dtype))
      return fail("has elements that are no '" + tensor.dtype + "': '" +
                  tensorTypeAttr +
                  "' says what integers of its width mean, as uint8 of i8");
    auto name = attributes ? attributes.getAs<StringAttr>(tensorNameAttr)
                           : StringAttr();
    if (!name || name.empty())
      return fail("has no name: give it '" + tensorNameAttr + "'");
    if (!names.insert(name.getValue()).second)
      return fail("is called '" + name.getValue() + "' as another is");
    tensor.name = name.getValue();
    if (failed(
            readSymbols(attributes.getAs<ArrayAttr>(tensorDimsAttr), tensor)))
      return fail("has other '" + tensorDimsAttr +
                  "' than one string for each of its dimensions");
    tensors.push_back(tensor);
    return success();
  }

private:
  func::FuncOp function;
  StringRef side;
  llvm::StringSet<> names;
};

} // namespace

FailureOr<Signature> readSignature(func::FuncOp function) {
  Signature signature;
  SideReader inputs(function, "argument"), outputs(function, "result");
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (failed(
            inputs.read(i, type, function.getArgAttrDict(i), signature.inputs)))
      return failure();
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    if (failed(outputs.read(i, type, function.getResultAttrDict(i),
                            signature.outputs)))
      return failure();
  if (!signature.outputs.empty())
    return signature;
  return function.emitError("@")
         << function.getName() << " returns nothing: a program has a result";
}

static ArrayAttr toAttribute(Builder &b, ArrayRef<TensorSignature> tensors) {
  SmallVector<Attribute> entries;
  for (const TensorSignature &tensor : tensors) {
    SmallVector<NamedAttribute> entry = {
        b.getNamedAttr("name", b.getStringAttr(tensor.name)),
        b.getNamedAttr("type", TypeAttr::get(tensor.type)),
        b.getNamedAttr("dims", b.getStrArrayAttr(tensor.symbols))};
    if (!tensor.dtype.empty())
      entry.push_back(b.getNamedAttr("dtype", b.getStringAttr(tensor.dtype)));
    entries.push_back(b.getDictionaryAttr(entry));
  }
  return b.getArrayAttr(entries);
}

DictionaryAttr toAttribute(MLIRContext *context, const Signature &signature) {
  Builder b(context);
  return b.getDictionaryAttr(
      {b.getNamedAttr("inputs", toAttribute(b, signature.inputs)),
       b.getNamedAttr("outputs", toAttribute(b, signature.outputs))});
}

/// One side of the attribute; false where it is not as toAttribute makes it.
static bool readSide(DictionaryAttr attribute, StringRef side,
                     SmallVectorImpl<TensorSignature> &tensors) {
  auto entries = attribute.getAs<ArrayAttr>(side);
  if (!entries)
    return false;
  for (Attribute one : entries) {
    auto entry = dyn_cast<DictionaryAttr>(one);
    auto name = entry ? entry.getAs<StringAttr>("name") : nullptr;
    auto type = entry ? entry.getAs<TypeAttr>("type") : nullptr;
    if (!name || !type || !isa<RankedTensorType>(type.getValue()))
      return false;
    TensorSignature tensor{name.getValue(),
                           cast<RankedTensorType>(type.getValue()),
                           readType(entry, "dtype"),
                           {}};
    if (!getElementKind(tensor.type.getElementType(), tensor.dtype) ||
        failed(readSymbols(entry.getAs<ArrayAttr>("dims"), tensor)))
      return false;
    tensors.push_back(tensor);
  }
  return true;
}

FailureOr<Signature> readSignature(ModuleOp module) {
  auto attribute = module->getAttrOfType<DictionaryAttr>(signatureAttr);
  Signature signature;
  if (attribute && readSide(attribute, "inputs", signature.inputs) &&
      readSide(attribute, "outputs", signature.outputs))
    return signature;
  return module.emitError("the module has no '")
         << signatureAttr << "' of its function: run llm-bind-function first";
}

} // namespace llmc

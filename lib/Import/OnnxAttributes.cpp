//===- OnnxAttributes.cpp - attributes, subgraphs and initializers --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "OnnxBuilder.h"

#include "dialects/onnx/ONNXDialect.h"
#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

Expected<mlir::DenseElementsAttr>
OnnxBuilder::elements(const OnnxTensor &tensor) {
  auto type = mlir::RankedTensorType::get(tensor.shape, tensor.elementType);
  unsigned bits = tensor.elementType.getIntOrFloatBitWidth();
  auto raw = ArrayRef(reinterpret_cast<const char *>(tensor.bytes.data()),
                      tensor.bytes.size());
  if (bits >= 8)
    return mlir::DenseElementsAttr::getFromRawBuffer(type, raw);
  // Bools take a byte, narrow numbers share one; MLIR wants a byte for each.
  std::vector<char> each(type.getNumElements());
  for (size_t i = 0; i < each.size(); ++i) {
    uint8_t mask = (1u << bits) - 1;
    each[i] = bits == 1 ? raw[i] != 0
                        : tensor.bytes[i * bits / 8] >> (i * bits % 8) & mask;
  }
  if (bits == 1) {
    auto truths = to_vector(map_range(each, [](char c) { return c != 0; }));
    return mlir::DenseElementsAttr::get(type, ArrayRef<bool>(truths));
  }
  return mlir::DenseElementsAttr::getFromRawBuffer(type, each);
}

Expected<mlir::Attribute>
OnnxBuilder::readAttribute(const ::onnx::AttributeProto &attribute) {
  using Proto = ::onnx::AttributeProto;
  std::string place = "attribute " + quote(attribute.name());
  switch (attribute.type()) {
  case Proto::INT:
    return builder.getI64IntegerAttr(attribute.i());
  case Proto::FLOAT:
    return builder.getF32FloatAttr(attribute.f());
  case Proto::STRING:
    return builder.getStringAttr(attribute.s());
  case Proto::INTS:
    return builder.getDenseI64ArrayAttr(
        SmallVector<int64_t>(attribute.ints().begin(), attribute.ints().end()));
  case Proto::FLOATS:
    return builder.getDenseF32ArrayAttr(SmallVector<float>(
        attribute.floats().begin(), attribute.floats().end()));
  case Proto::STRINGS:
    return builder.getStrArrayAttr(SmallVector<StringRef>(
        attribute.strings().begin(), attribute.strings().end()));
  case Proto::TENSOR: {
    Expected<OnnxTensor> tensor =
        file.read(attribute.t(), *builder.getContext());
    if (!tensor)
      return tensor.takeError();
    return elements(*tensor);
  }
  default:
    return error(place, "is of a kind that is not supported (" +
                            Twine(static_cast<int>(attribute.type())) + ")");
  }
}

Error OnnxBuilder::readAttributes(const ::onnx::NodeProto &node,
                                  const Attributes *bound, OnnxNode &made) {
  for (const ::onnx::AttributeProto &given : node.attribute()) {
    const ::onnx::AttributeProto *attribute = &given;
    if (!given.ref_attr_name().empty())
      attribute = bound ? bound->lookup(given.ref_attr_name()) : nullptr;
    if (!attribute)
      continue; // the caller leaves it out, so the default holds
    if (attribute->type() == ::onnx::AttributeProto::GRAPH)
      return error(made.place, "has a subgraph (" + given.name() +
                                   "), and control flow is not supported yet");
    Expected<mlir::Attribute> value = readAttribute(*attribute);
    if (!value)
      return error(made.place, toString(value.takeError()));
    if (made.attributes.set(given.name(), *value))
      return error(made.place,
                   "has attribute " + quote(given.name()) + " twice");
  }
  return Error::success();
}

/// MLIR drops an attribute of another kind without a word, and keeps one that the
/// schema does not know, which may change what the node means.
Error OnnxBuilder::checkAttributes(const OnnxNode &node) {
  mlir::OperationName name(node.opName, builder.getContext());
  for (mlir::NamedAttribute attribute : node.attributes)
    if (!is_contained(name.getAttributeNames(), attribute.getName()))
      return error(node.place, "has attribute " +
                                   quote(attribute.getName().getValue()) +
                                   ", which its schema does not have");
  std::string message;
  mlir::ScopedDiagnosticHandler handler(
      builder.getContext(),
      [&](mlir::Diagnostic &diagnostic) { message = diagnostic.str(); });
  auto emit = [&] { return mlir::emitError(loc); };
  mlir::NamedAttrList attributes = node.attributes;
  if (failed(name.verifyInherentAttrs(attributes, emit)))
    return error(node.place, message);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Initializers
//===----------------------------------------------------------------------===//

/// Whether a tensor is a weight and no part of the graph: sizes, axes, tables of
/// integers are that as long as they are small; integers of a byte are codes.
static bool isWeight(mlir::Type type, int64_t count) {
  constexpr int64_t mostConstantIntegers = 256;
  if (type.isF32() || type.isF16() || type.isBF16())
    return count > 1;
  auto integer = dyn_cast<mlir::IntegerType>(type);
  bool isCode = integer && integer.getWidth() <= 8;
  if (isCode && integer.getWidth() > 1 && count > 1)
    return count * integer.getWidth() % 8 == 0;
  return integer && integer.getWidth() > 1 && count > mostConstantIntegers;
}

Expected<mlir::Value> OnnxBuilder::buildWeight(StringRef name,
                                               const OnnxTensor &tensor) {
  auto type = mlir::RankedTensorType::get(tensor.shape, tensor.elementType);
  auto encoding = mlir::llm::getEncoding(type);
  // Branches beside each other may use a name twice, a graph may not.
  std::string source = name.str();
  while (scopes.size() > 1 && weights.find(source))
    source += ".branch";
  if (Error problem =
          weights.addTensor({source, tensor.shape, encoding, tensor.bytes}))
    return error("", toString(std::move(problem)));
  // Functions of the module have names, too.
  std::string symbol = name.str();
  while (!symbols.insert(symbol).second)
    symbol += ".weight";
  mlir::OpBuilder::InsertionGuard guard(builder);
  auto function = builder.getInsertionBlock()->getParentOp();
  builder.setInsertionPoint(function);
  mlir::llm::WeightOp::create(
      builder, loc, builder.getStringAttr(symbol), mlir::TypeAttr::get(type),
      builder.getStringAttr(source), /*recipe=*/mlir::ArrayAttr(),
      /*value=*/mlir::ElementsAttr(), /*offset=*/mlir::IntegerAttr());
  builder.setInsertionPointToEnd(&function->getRegion(0).front());
  return mlir::llm::ParamOp::create(
             builder, loc, type,
             mlir::FlatSymbolRefAttr::get(builder.getContext(), symbol),
             mlir::Value())
      .getResult();
}

Expected<mlir::Value>
OnnxBuilder::buildInitializer(const ::onnx::TensorProto &proto) {
  StringRef name = proto.name();
  if (name.empty())
    return error("an initializer", "has no name");
  Expected<OnnxTensor> tensor = file.read(proto, *builder.getContext());
  if (!tensor)
    return tensor.takeError();
  loc = mlir::NameLoc::get(builder.getStringAttr(name));
  int64_t count = 1;
  for (int64_t size : tensor->shape)
    count *= size;
  if (isWeight(tensor->elementType, count)) {
    mlir::Value turned = buildTurned(*tensor);
    return turned ? turned : buildWeight(name, *tensor);
  }
  Expected<mlir::DenseElementsAttr> value = elements(*tensor);
  if (!value)
    return value.takeError();
  mlir::OperationState state(loc, "onnx.Constant");
  state.addAttribute("value", *value);
  state.addTypes(value->getType());
  return builder.create(state)->getResult(0);
}

Error OnnxBuilder::buildInitializers(const ::onnx::GraphProto &graph) {
  if (graph.sparse_initializer_size())
    return error("sparse initializer " +
                     quote(graph.sparse_initializer(0).values().name()),
                 "is not supported: store it dense");
  for (const ::onnx::TensorProto &proto : graph.initializer()) {
    Expected<mlir::Value> value = buildInitializer(proto);
    if (!value)
      return value.takeError();
    if (Error error =
            define(proto.name(), *value, "initializer " + quote(proto.name())))
      return error;
  }
  return Error::success();
}

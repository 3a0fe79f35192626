//===- Encoder.cpp - what encoders are written of -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Encoder.h"

#include "../ModelInfo.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using mlir::NamedAttrList;
using mlir::Value;

Expected<EncoderSizes> llmc::readEncoderSizes(Source &source) {
  HfKeys keys(*source.config);
  EncoderSizes sizes = {
      keys.integer("num_hidden_layers", Limits::layers),
      keys.integer("hidden_size", Limits::hidden),
      keys.integer("num_attention_heads", Limits::heads),
      keys.integer("intermediate_size", Limits::feedForward),
      keys.integer("vocab_size", Limits::vocabulary),
      keys.integer("max_position_embeddings", Limits::context)};
  if (Error error = keys.takeError())
    return error;
  if (sizes.hidden % sizes.heads)
    return source.config->fail("num_attention_heads",
                               "divides the hidden size " +
                                   Twine(sizes.hidden));
  return sizes;
}

Expected<mlir::llm::ActFn> llmc::readEncoderActivation(HfConfig &config,
                                                       StringRef key) {
  using mlir::llm::ActFn;
  Expected<ActFn> fn = readHfActivation(config, key, "gelu");
  if (fn &&
      !is_contained({ActFn::GeluErf, ActFn::GeluTanh, ActFn::Relu, ActFn::Silu},
                    *fn))
    return config.fail(key, "requires gelu, gelu_new, relu or silu");
  return fn;
}

Error llmc::leaveOutHead(Source &source, WeightCatalog &catalog,
                         ArrayRef<StringRef> suffixes) {
  Expected<std::vector<std::string>> classes =
      source.config->getStrings("architectures");
  if (!classes)
    return classes.takeError();
  for (StringRef name : *classes) {
    if (name.ends_with("Model"))
      continue;
    if (!name.ends_with("ForMaskedLM") && !name.ends_with("ForPreTraining"))
      return source.config->fail(
          "architectures",
          "requires an encoder without a head, or with one that predicts "
          "tokens (...Model, ...ForMaskedLM): for another head export the "
          "model "
          "to ONNX and compile that; one is " +
              quote(name));
    source.warn("config.json", "is of a " + name +
                                   ": the program gives the hidden states, and "
                                   "not what its head predicts");
  }
  for (StringRef suffix : suffixes)
    catalog.ignoreSuffix(suffix);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

EncoderWriter::EncoderWriter(mlir::ModuleOp module, ArrayRef<StringRef> inputs)
    : builder(mlir::OpBuilder::atBlockEnd(module.getBody())),
      graph(builder, builder.getUnknownLoc()) {
  auto ids = mlir::RankedTensorType::get(
      {mlir::ShapedType::kDynamic, mlir::ShapedType::kDynamic},
      builder.getI64Type());
  SmallVector<mlir::Type> types(inputs.size(), ids);
  auto loc = mlir::NameLoc::get(builder.getStringAttr("main"));
  function = mlir::func::FuncOp::create(builder, loc, "main",
                                        builder.getFunctionType(types, {}));
  for (auto [i, name] : enumerate(inputs)) {
    function.setArgAttr(i, "onnx.name", builder.getStringAttr(name));
    function.setArgAttr(i, "onnx.dims",
                        builder.getStrArrayAttr({"batch", "seq"}));
  }
  builder.setInsertionPointToStart(function.addEntryBlock());
}

static NamedAttrList with(mlir::NamedAttribute attribute) {
  NamedAttrList list;
  list.append(attribute);
  return list;
}

Value EncoderWriter::param(const WeightRef &weight) {
  Value value = mlir::llm::ParamOp::create(builder, graph.loc, weight.type,
                                           weight.symbol, Value());
  if (cast<mlir::ShapedType>(weight.type).getElementType().isF32())
    return value;
  constexpr int64_t f32 = 1; // of TensorProto.DataType
  return make("Cast", {value}, with(graph.attribute("to", f32)));
}

Value EncoderWriter::embed(const WeightRef &table, Value ids) {
  return make("Gather", {param(table), ids});
}

Value EncoderWriter::linear(Value x, const Affine &affine) {
  Value product =
      make("MatMul", {x, graph.transpose(param(affine.weight), {1, 0})});
  return affine.bias ? make("Add", {product, param(affine.bias)}) : product;
}

Value EncoderWriter::layerNorm(Value x, const Affine &affine, double eps) {
  NamedAttrList attributes;
  attributes.set("axis", builder.getI64IntegerAttr(-1));
  attributes.set("epsilon", builder.getF32FloatAttr(static_cast<float>(eps)));
  Value bias = affine.bias ? param(affine.bias) : Value();
  return make("LayerNormalization", {x, param(affine.weight), bias},
              attributes);
}

Value EncoderWriter::activate(Value x, mlir::llm::ActFn fn) {
  using mlir::llm::ActFn;
  switch (fn) {
  case ActFn::GeluErf:
    return make("Gelu", {x});
  case ActFn::GeluTanh:
    return make("Gelu", {x},
                with(builder.getNamedAttr("approximate",
                                          builder.getStringAttr("tanh"))));
  case ActFn::Relu:
    return make("Relu", {x});
  default: // see `readEncoderActivation`
    return make("Mul", {x, make("Sigmoid", {x})});
  }
}

Value EncoderWriter::positions() {
  Value length = make("Squeeze", {graph.size(input(0), 1)});
  return make("Range", {graph.integer(0), length, graph.integer(1)});
}

Value EncoderWriter::unsqueeze(Value x, ArrayRef<int64_t> axes) {
  return make("Unsqueeze", {x, graph.integers(axes)});
}

Value EncoderWriter::keysAllowed(Value mask) {
  constexpr int64_t boolean = 9; // of TensorProto.DataType
  return unsqueeze(make("Cast", {mask}, with(graph.attribute("to", boolean))),
                   {1, 2});
}

Value EncoderWriter::attention(Value q, Value k, Value v, Value allowed,
                               int64_t heads) {
  NamedAttrList attributes;
  attributes.append(graph.attribute("q_num_heads", heads));
  attributes.append(graph.attribute("kv_num_heads", heads));
  return make("Attention", {q, k, v, allowed}, attributes);
}

void EncoderWriter::finish(Value hidden) {
  mlir::func::ReturnOp::create(builder, graph.loc, hidden);
  function.setType(
      builder.getFunctionType(function.getArgumentTypes(), hidden.getType()));
  function.setResultAttr(0, "onnx.name",
                         builder.getStringAttr("last_hidden_state"));
  function.setResultAttr(0, "onnx.dims",
                         builder.getStrArrayAttr({"batch", "seq", ""}));
}

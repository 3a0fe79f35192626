//===- OnnxFunctions.cpp - functions of a file are inlined ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function may call others, so a small file can stand for any number of nodes:
// calls count as nodes do, and how deep they go is bounded.
//===----------------------------------------------------------------------===//
#include "OnnxBuilder.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

static constexpr int deepestNesting = 64;

Error OnnxBuilder::readFunctions() {
  for (Function &function : file.model().functions()) {
    std::string name = spellOnnxOperator(function.domain(), function.name());
    if (!functions
             .try_emplace({normaliseOnnxDomain(function.domain()).str(),
                           function.name(), function.overload()},
                          &function)
             .second)
      return error("function " + quote(name), "is there twice");
  }
  return Error::success();
}

OnnxBuilder::Function *
OnnxBuilder::findFunction(const ::onnx::NodeProto &node) const {
  auto found = functions.find({normaliseOnnxDomain(node.domain()).str(),
                               node.op_type(), node.overload()});
  return found == functions.end() ? nullptr : found->second;
}

/// The values that a function sees: its inputs, by its names of them.
Expected<StringMap<mlir::Value>>
OnnxBuilder::bindInputs(const ::onnx::NodeProto &node, Function &function) {
  std::string place = spellOnnxNode(node);
  if (node.input_size() > function.input_size() ||
      node.output_size() > function.output_size())
    return error(place, "has " + Twine(node.input_size()) + " inputs and " +
                            Twine(node.output_size()) +
                            " outputs, its function " +
                            Twine(function.input_size()) + " and " +
                            Twine(function.output_size()));
  StringMap<mlir::Value> inner;
  for (int i = 0; i < function.input_size(); ++i) {
    bool given = i < node.input_size() && !node.input(i).empty();
    mlir::Value value = given ? lookup(node.input(i)) : none;
    if (!value)
      return error(place, "reads " + quote(node.input(i)) +
                              ", which nothing before it makes");
    inner[function.input(i)] = value;
  }
  return inner;
}

/// Defaults of the function, then what the call says; what the call passes on
/// from a caller that leaves it out is as if it did not say it.
static StringMap<const ::onnx::AttributeProto *>
bindAttributes(const ::onnx::NodeProto &node,
               const ::onnx::FunctionProto &function,
               const StringMap<const ::onnx::AttributeProto *> *bound) {
  StringMap<const ::onnx::AttributeProto *> attributes;
  for (const auto &attribute : function.attribute_proto())
    attributes[attribute.name()] = &attribute;
  for (const auto &attribute : node.attribute()) {
    const ::onnx::AttributeProto *value = &attribute;
    if (!attribute.ref_attr_name().empty())
      value = bound ? bound->lookup(attribute.ref_attr_name()) : nullptr;
    if (value)
      attributes[attribute.name()] = value;
  }
  return attributes;
}

/// Inlines a function: its inputs are the node's, its attributes are bound, and
/// its names are its own.
Error OnnxBuilder::buildCall(const ::onnx::NodeProto &node, Function &function,
                             const Attributes *bound) {
  std::string place = spellOnnxNode(node);
  if (Error error = countNode(place))
    return error;
  if (depth >= deepestNesting)
    return error(place, "calls functions more than " + Twine(deepestNesting) +
                            " deep, or itself");
  Expected<StringMap<mlir::Value>> inner = bindInputs(node, function);
  if (!inner)
    return inner.takeError();
  Attributes attributes = bindAttributes(node, function, bound);
  std::map<std::string, int64_t> outerOpsets = opsets;
  for (const auto &opset : function.opset_import())
    opsets[normaliseOnnxDomain(opset.domain()).str()] = opset.version();
  // A function sees its inputs only.
  std::vector<StringMap<mlir::Value>> outer;
  outer.swap(scopes);
  scopes.push_back(std::move(*inner));
  ++depth;
  Error result = buildNodes(function.node(), &attributes);
  --depth;
  StringMap<mlir::Value> made = std::move(scopes.back());
  scopes.swap(outer);
  opsets = std::move(outerOpsets);
  if (result)
    return result;
  return defineOutputs(node, function, made);
}

Error OnnxBuilder::defineOutputs(const ::onnx::NodeProto &node,
                                 Function &function,
                                 const StringMap<mlir::Value> &made) {
  std::string place = spellOnnxNode(node);
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty())
      continue;
    mlir::Value value = made.lookup(function.output(i));
    if (!value)
      return error(place, "has an output " + quote(function.output(i)) +
                              " that its function does not make");
    if (Error error = define(node.output(i), value, place))
      return error;
  }
  return Error::success();
}

//===- OnnxBranches.cpp - an If whose condition is known is its branch ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exporters leave an If where a script had one, though sizes or a flag decide it
// before any run; a merged decoder has one around the whole model.
//===----------------------------------------------------------------------===//
#include "OnnxBuilder.h"

#include "dialects/onnx/Evaluation.h"
#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

/// What a condition is where all sizes that a run decides are `unknown`, or
/// different primes if that is negative; nothing if it depends on elements.
static std::optional<bool> evaluate(mlir::Value condition, int64_t unknown) {
  static constexpr int64_t primes[] = {1009, 2003, 3001, 4001, 5003, 6007};
  size_t next = 0;
  auto choose = [&](mlir::Value value, mlir::onnx::Sizes &sizes) {
    auto type = dyn_cast<mlir::RankedTensorType>(value.getType());
    for (int64_t size : type ? type.getShape() : ArrayRef<int64_t>())
      if (!mlir::ShapedType::isDynamic(size))
        sizes.push_back(size);
      else
        sizes.push_back(unknown < 0 ? primes[next++ % std::size(primes)]
                                    : unknown);
    return static_cast<bool>(type);
  };
  mlir::onnx::Evaluator evaluator(
      [&](mlir::Value value, mlir::onnx::Sizes &sizes,
          mlir::onnx::Evaluator::Elements &) { return choose(value, sizes); });
  for (mlir::BlockArgument input : condition.getParentBlock()->getArguments())
    if (mlir::onnx::Sizes sizes; choose(input, sizes))
      evaluator.bind(input, sizes);
  const mlir::onnx::Sizes *sizes = evaluator.sizes(condition);
  if (!sizes || any_of(*sizes, [](int64_t size) { return size != 1; }))
    return std::nullopt;
  auto element =
      evaluator.element(condition, mlir::onnx::Sizes(sizes->size(), 0));
  return element ? std::optional(element->truth()) : std::nullopt;
}

/// The condition, if it is the same in every run: also for sizes of 0 and 1,
/// which such conditions are about.
static std::optional<bool> findCondition(mlir::Value condition) {
  std::optional<bool> truth = evaluate(condition, 0);
  for (int64_t unknown : {1, 2, -1})
    if (truth && evaluate(condition, unknown) != truth)
      return std::nullopt;
  return truth;
}

static const ::onnx::GraphProto *findBranch(const ::onnx::NodeProto &node,
                                            StringRef name) {
  for (const ::onnx::AttributeProto &attribute : node.attribute())
    if (attribute.name() == name &&
        attribute.type() == ::onnx::AttributeProto::GRAPH)
      return &attribute.g();
  return nullptr;
}

/// A branch sees all that its node sees; what it makes is its own, but for the
/// outputs.
Error OnnxBuilder::buildIf(const ::onnx::NodeProto &node,
                           const Attributes *bound) {
  std::string place = spellOnnxNode(node);
  mlir::Value condition =
      node.input_size() == 1 ? lookup(node.input(0)) : mlir::Value();
  if (!condition)
    return error(place, "has no condition that something before it makes");
  std::optional<bool> truth = findCondition(condition);
  if (!truth)
    return error(place, "has a condition that a run decides, and control flow "
                        "is not supported yet");
  StringRef name = *truth ? "then_branch" : "else_branch";
  const ::onnx::GraphProto *branch = findBranch(node, name);
  if (!branch)
    return error(place, "has no " + name);
  if (branch->input_size() || branch->output_size() != node.output_size())
    return error(place, "has a " + name + " of " + Twine(branch->input_size()) +
                            " inputs and " + Twine(branch->output_size()) +
                            " outputs, which must be 0 and " +
                            Twine(node.output_size()));
  if (Error error = countNode(place))
    return error;
  scopes.emplace_back();
  Error failure = buildInitializers(*branch);
  if (!failure)
    failure = buildNodes(branch->node(), bound);
  SmallVector<mlir::Value> values;
  for (const auto &output : branch->output())
    values.push_back(lookup(output.name()));
  scopes.pop_back();
  if (failure)
    return failure;
  for (auto [i, value] : enumerate(values)) {
    if (!value)
      return error(place, "has an output " + quote(branch->output(i).name()) +
                              " that its " + name + " does not make");
    if (node.output(i).empty())
      continue;
    if (Error error = define(node.output(i), value, place))
      return error;
  }
  return Error::success();
}

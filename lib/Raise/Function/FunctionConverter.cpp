//===- FunctionConverter.cpp - a graph as a function on tensors -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FunctionConverter.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/Evaluation.h"
#include "dialects/onnx/ONNXDialect.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace llmc {

static const LoweringTable &getLowerings() {
  static const LoweringTable table = [] {
    LoweringTable made;
    addElementwiseLowerings(made);
    addFunctionLowerings(made);
    addMovementLowerings(made);
    addPartLowerings(made);
    addIndexingLowerings(made);
    addMadeLowerings(made);
    addReductionLowerings(made);
    addAxisLowerings(made);
    addChoiceLowerings(made);
    addProductLowerings(made);
    addEinsumLowerings(made);
    addConvolutionLowerings(made);
    addQuantizationLowerings(made);
    addCompositeLowerings(made);
    addNormLowerings(made);
    addLinearLowerings(made);
    return made;
  }();
  return table;
}

/// Whether results have elements of the first operand's kind as they are.
static bool movesElements(Operation *op) {
  return isa<onnx::ReshapeOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
             onnx::FlattenOp, onnx::TransposeOp, onnx::ExpandOp, onnx::TileOp,
             onnx::PadOp, onnx::ConcatOp, onnx::SliceOp, onnx::SplitOp,
             onnx::GatherOp, onnx::GatherElementsOp, onnx::GatherNDOp>(op);
}

bool hasLowering(Operation *op) {
  return isa<onnx::ConstantOp, onnx::NoneOp, llm::ParamOp, func::ReturnOp,
             onnx::ShapeOp, onnx::SizeOp>(op) ||
         getLowerings().contains(op->getName().getStringRef());
}

FunctionConverter::FunctionConverter(func::FuncOp graph,
                                     const WeightStore *store)
    : graph(graph), known(graph, store),
      madeWeights(known, graph->getParentOfType<ModuleOp>()),
      b(graph.getLoc(), graph.getContext()), sizes(b) {}

func::FuncOp FunctionConverter::run() {
  b.setInsertionPoint(graph);
  made = func::FuncOp::create(b, graph.getName(), b.getFunctionType({}, {}));
  b.setInsertionPointToStart(made.addEntryBlock());
  bool complete = takeInputs();
  for (Operation &op : graph.getBody().front().without_terminator())
    if (complete)
      convert(&op);
  if (complete && returnResults())
    return made;
  made.erase();
  madeWeights.discard();
  return {};
}

//===----------------------------------------------------------------------===//
// The signature
//===----------------------------------------------------------------------===//

/// Name and symbols as the next stages know them (llmc/Lower/Signature.h).
static NamedAttrList describe(Builder &b, DictionaryAttr onnx,
                              RankedTensorType type,
                              const std::string &otherwise) {
  auto name = onnx ? onnx.getAs<StringAttr>("onnx.name") : StringAttr();
  auto dims = onnx ? onnx.getAs<ArrayAttr>("onnx.dims") : ArrayAttr();
  SmallVector<StringRef> symbols(type.getRank());
  if (dims && static_cast<int64_t>(dims.size()) == type.getRank())
    for (auto [i, dim] : llvm::enumerate(dims))
      if (auto symbol = dyn_cast<StringAttr>(dim);
          symbol && type.isDynamicDim(i))
        symbols[i] = symbol.getValue();
  NamedAttrList attributes;
  attributes.set("llm.name",
                 name && !name.empty() ? name : b.getStringAttr(otherwise));
  attributes.set("llm.dims", b.getStrArrayAttr(symbols));
  if (StringRef dtype = getNumpyName(type.getElementType()); !dtype.empty())
    attributes.set("llm.dtype", b.getStringAttr(dtype));
  return attributes;
}

/// A tensor as memory holds it; null if it holds none.
static RankedTensorType getStored(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  Type element = tensor ? getStorageType(tensor.getElementType()) : Type();
  if (!element)
    return {};
  return cast<RankedTensorType>(tensor.clone(element));
}

bool FunctionConverter::takeInputs() {
  llvm::StringMap<Value> symbols;
  for (BlockArgument input : graph.getArguments()) {
    unsigned number = input.getArgNumber();
    RankedTensorType stored = getStored(input.getType());
    if (!stored) {
      blamed.push_back({graph, "input " + std::to_string(number) +
                                   " is no tensor of known rank of bool, "
                                   "integers or floats"});
      return false;
    }
    auto type = cast<RankedTensorType>(input.getType());
    NamedAttrList attributes = describe(b, graph.getArgAttrDict(number), type,
                                        "input" + std::to_string(number));
    if (failed(made.insertArgument(number, stored,
                                   attributes.getDictionary(b.getContext()),
                                   input.getLoc())))
      return false;
    SizedTensor tensor{made.getArgument(number), {}};
    for (auto [d, name] :
         llvm::enumerate(cast<ArrayAttr>(attributes.get("llm.dims"))
                             .getAsValueRange<StringAttr>())) {
      if (!type.isDynamicDim(d)) {
        tensor.sizes.push_back(b.getIndexAttr(type.getDimSize(d)));
        continue;
      }
      Value own, &size = name.empty() ? own : symbols[name];
      if (!size)
        size = tensor::DimOp::create(b, tensor.value, int64_t(d));
      sizes.markNatural(size);
      tensor.sizes.push_back(size);
    }
    tensors[input] = tensor;
  }
  return true;
}

bool FunctionConverter::returnResults() {
  Operation *end = graph.getBody().front().getTerminator();
  SmallVector<Value> results;
  SmallVector<Attribute> attributes;
  for (auto [i, operand] : llvm::enumerate(end->getOperands())) {
    SizedTensor tensor = get(operand);
    if (!tensor)
      return false;
    RankedTensorType type = cast<RankedTensorType>(tensor.value.getType())
                                .clone(getElementTypeOrSelf(operand.getType()));
    results.push_back(tensor.value);
    attributes.push_back(describe(b, graph.getResultAttrDict(i), type,
                                  "output" + std::to_string(i))
                             .getDictionary(b.getContext()));
  }
  func::ReturnOp::create(b, results);
  made.setType(b.getFunctionType(made.getArgumentTypes(),
                                 ValueRange(results).getTypes()));
  made.setResAttrsAttr(b.getArrayAttr(attributes));
  return true;
}

//===----------------------------------------------------------------------===//
// Op by op
//===----------------------------------------------------------------------===//

bool FunctionConverter::isKnown(Value value) const {
  return isa<NoneType>(value.getType()) || tensors.contains(value) ||
         integers.contains(value);
}

/// Narrow elements are computed with by ops that decode them, and moved by all that
/// only move; why not, or "".
static std::string refuseNarrow(Operation *op) {
  if (onnx::isElementwise(op) || movesElements(op) ||
      isa<onnx::CastLikeOp, onnx::QuantizeLinearOp, onnx::DequantizeLinearOp>(
          op))
    return "";
  auto types = llvm::concat<const Type>(llvm::to_vector(op->getOperandTypes()),
                                        llvm::to_vector(op->getResultTypes()));
  for (Type type : types)
    if (Type element = getElementTypeOrSelf(type); isNarrow(element))
      return ("computes with " + getNumpyName(element) +
              ", which Cast and DequantizeLinear make numbers of 16 bits and "
              "more of")
          .str();
  return "";
}

/// Whether weights of codes may be read by the op: it says what they stand for.
static bool readsCodes(Operation *op) {
  return isa<onnx::DequantizeLinearOp, onnx::MicrosoftMatMulNBitsOp>(op);
}

void FunctionConverter::convert(Operation *op) {
  b.setLoc(op->getLoc());
  if (isa<onnx::NoneOp>(op) || takeConstant(op))
    return;
  findIntegers(op);
  if (llvm::all_of(op->getResults(), [&](Value v) { return isKnown(v); }))
    return;
  // What an operand lacks has been said of its own op, or is said now.
  for (Value operand : op->getOperands()) {
    if (isKnown(operand) || (readsCodes(op) && codes.contains(operand)))
      continue;
    if (codes.erase(operand)) // said once
      blamed.push_back({operand.getDefiningOp(),
                        "is a weight of integers or of floats of 8 bits"});
    return;
  }
  auto lowering = getLowerings().find(op->getName().getStringRef());
  if (lowering == getLowerings().end()) {
    blamed.push_back({op, "has no lowering"});
    return;
  }
  if (std::string reason = refuseNarrow(op); !reason.empty()) {
    blamed.push_back({op, reason});
    return;
  }
  Node node(*this, op);
  size_t before = blamed.size();
  if (failed(lowering->getValue()(node)) && blamed.size() == before)
    blamed.push_back({op, "has operands that it cannot have"});
  if (blamed.size() == before)
    return;
  // The first reason is the one; nothing is made of the results.
  blamed.truncate(before + 1);
  for (Value result : op->getResults())
    tensors.erase(result);
}

/// Constants and weights; true where the op is one.
bool FunctionConverter::takeConstant(Operation *op) {
  if (!isa<onnx::ConstantOp, llm::ParamOp>(op))
    return false;
  Value result = op->getResult(0), value;
  auto type = dyn_cast<RankedTensorType>(result.getType());
  Type storage = type ? getStorageType(type.getElementType()) : Type();
  auto fail = [&](const std::string &reason) {
    blamed.push_back({op, reason});
    return true;
  };
  if (!storage)
    return fail("has elements that memory does not hold as they are");
  if (isa<llm::ParamOp>(op)) {
    if (storage != type.getElementType()) {
      codes.insert(result);
      return true;
    }
    value = b.clone(*op)->getResult(0);
  } else {
    auto dense = dyn_cast_or_null<DenseElementsAttr>(
        onnx::getElements(cast<onnx::ConstantOp>(op)));
    if (!dense)
      return fail("has no dense value");
    findIntegers(op);
    value = arith::ConstantOp::create(b, toStorage(dense));
  }
  SizedTensor tensor{value, {}};
  for (int64_t size : type.getShape())
    tensor.sizes.push_back(b.getIndexAttr(size));
  tensors[result] = tensor;
  return true;
}

void FunctionConverter::findIntegers(Operation *op) {
  if (op->getNumResults() != 1 ||
      !isa<IntegerType>(getElementTypeOrSelf(op->getResult(0).getType())))
    return;
  std::optional<TensorSizes> found = computeIntegers(op);
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (found && type && type.hasStaticShape() &&
      type.getNumElements() == static_cast<int64_t>(found->size()))
    integers[op->getResult(0)] = *found;
}

std::optional<TensorSizes> FunctionConverter::computeIntegers(Operation *op) {
  // The sizes of any tensor, whatever its elements are.
  if (isa<onnx::ShapeOp, onnx::SizeOp>(op)) {
    SizedTensor tensor = get(op->getOperand(0));
    if (!tensor)
      return std::nullopt;
    return computeSizes(op, sizes, [&](Value) -> std::optional<TensorSizes> {
      return tensor.sizes;
    });
  }
  return computeSizes(op, sizes,
                      [&](Value value) -> std::optional<TensorSizes> {
                        auto found = integers.find(value);
                        if (found == integers.end())
                          return std::nullopt;
                        return found->second;
                      });
}

SizedTensor FunctionConverter::get(Value value) {
  auto found = tensors.find(value);
  if (found != tensors.end())
    return found->second;
  return integers.contains(value) ? spellIntegers(value) : SizedTensor();
}

/// A tensor of what was computed as sizes.
SizedTensor FunctionConverter::spellIntegers(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  Type element = getStorageType(type.getElementType());
  if (!element)
    return {};
  auto stored = RankedTensorType::get(type.getShape(), element);
  SizedTensor tensor;
  for (int64_t size : type.getShape())
    tensor.sizes.push_back(b.getIndexAttr(size));
  const TensorSizes &numbers = integers[value];
  if (llvm::all_of(numbers, SizeBuilder::getNumber)) {
    SmallVector<APInt> elements;
    for (Size number : numbers)
      elements.emplace_back(element.getIntOrFloatBitWidth(),
                            *SizeBuilder::getNumber(number),
                            /*isSigned=*/true, /*implicitTrunc=*/true);
    tensor.value =
        arith::ConstantOp::create(b, DenseElementsAttr::get(stored, elements));
  } else {
    SmallVector<Value> elements;
    for (Size number : numbers)
      elements.push_back(
          arith::IndexCastOp::create(b, element, sizes.value(number)));
    tensor.value = tensor::FromElementsOp::create(b, stored, elements);
  }
  return tensors[value] = tensor;
}

} // namespace llmc

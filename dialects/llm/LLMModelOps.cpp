//===- LLMModelOps.cpp - checks of weights, params and kernels --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace mlir::llm;

LogicalResult WeightOp::verify() {
  if (getSource().has_value() == getValue().has_value())
    return emitOpError("(C1) needs exactly one of source and value");
  Type type = getType();
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!isa<PackedType>(type) && !(tensor && tensor.hasStaticShape() &&
                                  isa<FloatType>(tensor.getElementType())))
    return emitOpError("(C2) is a static tensor of floats or packed, found ")
           << type;
  if (auto value = getValueAttr(); value && value.getType() != type)
    return emitOpError("(C3) has the type of its value: type is ")
           << type << ", value is " << value.getType();
  return success();
}

LogicalResult WeightTableOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (getEntries().empty())
    return emitOpError("(C2) needs at least one entry");
  for (auto entry : getEntries().getAsRange<FlatSymbolRefAttr>()) {
    auto weight = symbols.lookupNearestSymbolFrom<WeightOp>(*this, entry);
    if (!weight)
      return emitOpError("(C1) names ") << entry << ", which is no llm.weight";
    if (weight.getType() != getType())
      return emitOpError("(C1) holds weights of type ")
             << getType() << ", but " << entry << " is " << weight.getType();
  }
  return success();
}

LogicalResult ParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *symbol =
      symbols.lookupNearestSymbolFrom(*this, getWeightAttr());
  Type type;
  if (auto weight = dyn_cast_or_null<WeightOp>(symbol); weight && !getIndex())
    type = weight.getType();
  if (auto table = dyn_cast_or_null<WeightTableOp>(symbol);
      table && getIndex())
    type = table.getType();
  if (!type)
    return emitOpError("(C1) reads an llm.weight, or an llm.weight_table with "
                       "an index; found ")
           << getWeightAttr() << (getIndex() ? " with" : " without")
           << " index";
  if (type != getResult().getType())
    return emitOpError("(C2) result is ")
           << getResult().getType() << ", the weight is " << type;
  return success();
}

LogicalResult KernelOp::verify() {
  Block &body = getBody().front();
  if (body.getArgumentTypes() != getInputs().getTypes())
    return emitOpError(
        "(C1) region arguments must have the types of the inputs");
  auto yield = cast<YieldOp>(body.getTerminator());
  if (yield.getValues().getTypes() != getResultTypes())
    return emitOpError("(C1) yields types that differ from its results");
  if (getArena() && getArena()->size() != getNumResults())
    return emitOpError("has ") << getNumResults() << " results, but arena has "
                               << getArena()->size() << " offsets";
  return success();
}

//===- Decompose.cpp - contributed operators in standard ones -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Decompose.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {
#define GEN_PASS_DEF_DECOMPOSE
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;
using onnx::GraphWriter;

//===----------------------------------------------------------------------===//
// Norms, activations, products
//===----------------------------------------------------------------------===//

static bool has(Operation *op, unsigned operand) {
  return operand < op->getNumOperands() &&
         !isa<NoneType>(op->getOperand(operand).getType());
}

static NamedAttrList pickEpsilon(Operation *op) {
  NamedAttrList attributes;
  if (auto epsilon = op->getAttrOfType<FloatAttr>("epsilon"))
    attributes.set("epsilon", epsilon);
  return attributes;
}

static std::string simplifiedNorm(GraphWriter &w, Operation *op) {
  if (!op->getResult(1).use_empty())
    return "is asked for its statistics";
  NamedAttrList attributes = pickEpsilon(op);
  if (auto axis = op->getAttrOfType<IntegerAttr>("axis"))
    attributes.set("axis", axis);
  op->getResult(0).replaceAllUsesWith(w.make(
      "RMSNormalization", {op->getOperand(0), op->getOperand(1)}, attributes));
  return "";
}

/// A sum, which is a result as well, and its norm.
static std::string skipNorm(GraphWriter &w, Operation *op, bool isRms) {
  if (!op->getResult(1).use_empty() || !op->getResult(2).use_empty())
    return "is asked for its statistics";
  unsigned bias = isRms ? 3 : 4;
  Value sum = w.make("Add", {op->getOperand(0), op->getOperand(1)});
  if (has(op, bias))
    sum = w.make("Add", {sum, op->getOperand(bias)});
  SmallVector<Value> operands = {sum, op->getOperand(2)};
  if (!isRms)
    operands.push_back(op->getOperand(3));
  Value norm = w.make(isRms ? "RMSNormalization" : "LayerNormalization",
                      operands, pickEpsilon(op));
  op->getResult(0).replaceAllUsesWith(norm);
  if (!isa<NoneType>(op->getResult(3).getType()))
    op->getResult(3).replaceAllUsesWith(sum);
  return "";
}

static std::string skipRmsNorm(GraphWriter &w, Operation *op) {
  return skipNorm(w, op, /*isRms=*/true);
}
static std::string skipLayerNorm(GraphWriter &w, Operation *op) {
  return skipNorm(w, op, /*isRms=*/false);
}

static std::string gelu(GraphWriter &w, Operation *op) {
  Value input = op->getOperand(0);
  if (has(op, 1))
    input = w.make("Add", {input, op->getOperand(1)});
  NamedAttrList attributes;
  if (isa<onnx::MicrosoftFastGeluOp>(op))
    attributes.set("approximate", w.builder.getStringAttr("tanh"));
  op->getResult(0).replaceAllUsesWith(w.make("Gelu", {input}, attributes));
  return "";
}

static std::string quickGelu(GraphWriter &w, Operation *op) {
  NamedAttrList attributes;
  attributes.set("alpha", op->getAttr("alpha"));
  op->getResult(0).replaceAllUsesWith(
      w.make("Swish", {op->getOperand(0)}, attributes));
  return "";
}

static std::string fusedMatMul(GraphWriter &w, Operation *op) {
  auto flag = [&](StringRef name) {
    auto value = op->getAttrOfType<IntegerAttr>(name);
    return value && value.getInt() != 0;
  };
  if (flag("transBatchA") || flag("transBatchB"))
    return "turns batches";
  Value sides[2];
  for (auto [i, name] :
       llvm::enumerate(ArrayRef<StringRef>({"transA", "transB"}))) {
    sides[i] = op->getOperand(i);
    auto type = dyn_cast<RankedTensorType>(sides[i].getType());
    if (!flag(name))
      continue;
    if (!type || type.getRank() < 2)
      return "turns something that is no matrix";
    auto order = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    sides[i] = w.transpose(sides[i], order);
  }
  Value product = w.make("MatMul", sides);
  auto alpha = op->getAttrOfType<FloatAttr>("alpha");
  if (alpha && alpha.getValueAsDouble() != 1)
    product = w.make(
        "Mul", {product, w.number(alpha.getValueAsDouble(),
                                  getElementTypeOrSelf(product.getType()))});
  op->getResult(0).replaceAllUsesWith(product);
  return "";
}

/// Rows of codes, then their numbers: the same as rows of numbers, which a table
/// of weights is.
static std::string rowsOfCodes(GraphWriter &w, Operation *op) {
  auto gather = op->getOperand(0).getDefiningOp<onnx::GatherOp>();
  auto scale = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  bool isOne = scale && scale.hasStaticShape() && scale.getNumElements() == 1;
  if (!isOne)
    return "has several scales for rows that are chosen before it";
  auto codes = cast<ShapedType>(gather.getData().getType());
  Value numbers =
      w.make("DequantizeLinear",
             {gather.getData(), op->getOperand(1), op->getOperand(2)});
  numbers.setType(codes.clone(scale.getElementType()));
  Value rows = w.make("Gather", {numbers, gather.getIndices()},
                      w.attribute("axis", gather.getAxis()));
  rows.setType(op->getResult(0).getType()); // which others of this pass read
  op->getResult(0).replaceAllUsesWith(rows);
  return "";
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

static Decomposition findDecomposition(Operation *op) {
  static const llvm::StringMap<Decomposition> all = {
      {"onnx.Attention", decomposeAttention},
      {"onnx.microsoft.GroupQueryAttention", decomposeGroupQueryAttention},
      {"onnx.microsoft.MultiHeadAttention", decomposeMultiHeadAttention},
      {"onnx.SimplifiedLayerNormalization", simplifiedNorm},
      {"onnx.microsoft.SimplifiedLayerNormalization", simplifiedNorm},
      {"onnx.microsoft.SkipSimplifiedLayerNormalization", skipRmsNorm},
      {"onnx.microsoft.SkipLayerNormalization", skipLayerNorm},
      {"onnx.microsoft.BiasGelu", gelu},
      {"onnx.microsoft.FastGelu", gelu},
      {"onnx.microsoft.Gelu", gelu},
      {"onnx.microsoft.QuickGelu", quickGelu},
      {"onnx.microsoft.FusedMatMul", fusedMatMul},
  };
  if (isa<onnx::DequantizeLinearOp>(op) &&
      op->getOperand(0).getDefiningOp<onnx::GatherOp>())
    return rowsOfCodes;
  if (isScaledCodesProduct(op))
    return decomposeScaledCodesProduct;
  return all.lookup(op->getName().getStringRef());
}

namespace {

struct Decompose : impl::DecomposeBase<Decompose> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      write(function);
  }

  void write(func::FuncOp function) {
    for (Operation &op : llvm::make_early_inc_range(function.getOps()))
      if (Decomposition decomposition = findDecomposition(&op))
        decompose(decomposition, &op);
    Operation *end = function.getBody().front().getTerminator();
    function.setType(FunctionType::get(&getContext(),
                                       function.getBody().getArgumentTypes(),
                                       end->getOperandTypes()));
  }

  void decompose(Decomposition decomposition, Operation *op) {
    OpBuilder builder(op);
    GraphWriter writer(builder, op->getLoc());
    if (std::string reason = decomposition(writer, op); !reason.empty())
      return decline(op, getArgument(), reason);
    applied(op, getArgument(), [&] {
      return op->getName().getStringRef().str() + " became standard operators";
    });
    op->erase();
  }
};

} // namespace

std::unique_ptr<Pass> createDecomposePass() {
  return std::make_unique<Decompose>();
}
} // namespace llmc

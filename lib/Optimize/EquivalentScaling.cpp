//===- EquivalentScaling.cpp - where a scaled input can be made -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// Adds the parameter behind `value`, if it is a vector or matrix of its own.
static bool addMaker(Value value, ScalingSite &site) {
  if (!value)
    return true; // a bias that is not there
  auto param = value.getDefiningOp<ParamOp>();
  if (!param || param.getIndex() || !param->hasOneUse())
    return false;
  site.makers.push_back(param);
  return true;
}

static bool addLinear(Value rows, ScalingSite &site) {
  auto linear = rows.getDefiningOp<LinearOp>();
  return linear && rows.hasOneUse() &&
         getMatrixShape(linear.getWeight().getType()).size() == 2 &&
         addMaker(linear.getWeight(), site) && addMaker(linear.getBias(), site);
}

/// The linear that makes the values which `attention` averages.
static bool addValues(AttentionOp attention, ScalingSite &site) {
  auto write = attention.getCache()
                   ? attention.getCache().getDefiningOp<KVWriteOp>()
                   : KVWriteOp();
  if (!write || !write.getValue())
    return false;
  auto split = write.getValue().getDefiningOp<tensor::ExpandShapeOp>();
  if (!split || !split->hasOneUse())
    return false;
  auto query = dyn_cast<RankedTensorType>(attention.getResult().getType());
  auto value = split.getResultType();
  if (query.getRank() != 3 || value.getRank() != 3 ||
      query.getDimSize(2) != value.getDimSize(2))
    return false;
  site.repeat = query.getDimSize(1) / value.getDimSize(1);
  site.head = value.getDimSize(2);
  return addLinear(split.getSrc(), site);
}

std::string findScalingSite(Value input, ScalingSite &site) {
  Operation *op = input.getDefiningOp();
  if (auto norm = dyn_cast_or_null<NormOp>(op))
    return norm.getWeight() && addMaker(norm.getWeight(), site) &&
                   addMaker(norm.getBias(), site)
               ? ""
               : "the weights of its norm have other readers";
  if (auto product = dyn_cast_or_null<arith::MulFOp>(op)) {
    for (Value factor : {product.getRhs(), product.getLhs()}) {
      site.makers.clear();
      if (addLinear(factor, site))
        return "";
    }
    return "neither factor is a product with a weight of its own";
  }
  auto merge = dyn_cast_or_null<tensor::CollapseShapeOp>(op);
  auto attention =
      merge ? merge.getSrc().getDefiningOp<AttentionOp>() : AttentionOp();
  if (attention && attention->hasOneUse() && addValues(attention, site))
    return "";
  return attention ? "the values of its attention have other readers"
                   : "nothing with weights of its own makes it";
}

} // namespace llmc

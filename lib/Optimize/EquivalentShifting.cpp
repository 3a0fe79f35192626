//===- EquivalentShifting.cpp - columns of inputs move towards 0 ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// W x = W (x - z) + W z (arXiv:2304.09145). Biases are few numbers, and those that the
// shift adds have no tensor in the model's files: they are constants of the module.
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "llmc/Weights/Equalizing.h"
#include "llmc/Weights/WeightStore.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static Value getBias(Operation *op) {
  auto norm = dyn_cast<NormOp>(op);
  return norm ? norm.getBias() : cast<LinearOp>(op).getBias();
}

static void setBias(Operation *op, Value bias) {
  if (auto norm = dyn_cast<NormOp>(op))
    norm.getBiasMutable().assign(bias);
  else
    cast<LinearOp>(op).getBiasMutable().assign(bias);
}

/// `op` has `added` more in its bias, a constant in the place of the one that it had.
/// The name of a new one follows from `weight`, what the op multiplies with.
std::string InputScaling::addToBias(Operation *op, StringRef weight,
                                    ArrayRef<float> added,
                                    const WeightStore &store) {
  std::vector<float> numbers(added);
  WeightOp known;
  ParamOp param;
  if (Value bias = getBias(op)) {
    param = bias.getDefiningOp<ParamOp>();
    if (!param || param.getIndex())
      return "its bias is no weight";
    known = symbols.lookup<WeightOp>(param.getWeight());
    auto values = makeWeightValues(known, store);
    if (!values)
      return toString(values.takeError());
    for (auto [number, value] : llvm::zip_equal(numbers, *values))
      number += value;
  }
  OpBuilder builder(op);
  auto type = RankedTensorType::get({static_cast<int64_t>(numbers.size())},
                                    builder.getF32Type());
  auto value = DenseElementsAttr::get(type, ArrayRef(numbers));
  auto name = builder.getStringAttr(weight + ".shift");
  if (known && known.getSymNameAttr() == name) {
    known.setValueAttr(value);
    return "";
  }
  auto after = symbols.lookup<WeightOp>(weight);
  auto made =
      WeightOp::create(builder, after.getLoc(), name, TypeAttr::get(type),
                       /*source=*/StringAttr(), /*recipe=*/ArrayAttr(), value,
                       /*offset=*/IntegerAttr());
  made->remove();
  symbols.insert(made, std::next(after->getIterator()));
  readers[made.getSymName()] = 1;
  setBias(op, ParamOp::create(builder, op->getLoc(), type, made.getSymName(),
                              Value()));
  if (!param || !param.use_empty())
    return "";
  param.erase();
  if (--readers[known.getSymName()] == 0)
    symbols.erase(known);
  return "";
}

std::string InputScaling::shift(ArrayRef<LinearOp> linears, ScalingSite &site,
                                EqualizeAttr by, const WeightStore &store) {
  auto shifts = findShifts(by, module, store);
  if (!shifts)
    return toString(shifts.takeError());
  for (LinearOp linear : linears) {
    WeightOp weight = getOwnWeight(linear);
    auto product = multiplyShifts(weight, *shifts, store);
    if (!product)
      return toString(product.takeError());
    if (std::string problem =
            addToBias(linear, weight.getSymName(), *product, store);
        !problem.empty())
      return problem;
  }
  ParamOp of = site.makers.front();
  const int64_t rows = getMatrixShape(of.getType()).front();
  std::vector<float> less;
  for (int64_t row = 0; row < rows; ++row)
    less.push_back(-(*shifts)[getColumnOfRow(by, row)]);
  if (std::string problem = addToBias(site.maker, of.getWeight(), less, store);
      !problem.empty())
    return problem;
  // The bias is divided, as the other numbers of the maker are.
  site.makers = {of, getBias(site.maker).getDefiningOp<ParamOp>()};
  return "";
}

} // namespace llmc

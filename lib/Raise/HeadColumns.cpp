//===- HeadColumns.cpp - columns of heads, and the matrices they come of --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "HeadColumns.h"

using namespace llmc;
using namespace mlir;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

int64_t llmc::getHeadCount(Value heads) { return getShape(heads)[1]; }
int64_t llmc::getHeadColumns(Value heads) { return getShape(heads)[2]; }

//===----------------------------------------------------------------------===//
// Heads that a matrix makes
//===----------------------------------------------------------------------===//

std::optional<HeadProduct> HeadProduct::find(SymbolTable &symbols,
                                             Value heads) {
  auto expand = heads.getDefiningOp<tensor::ExpandShapeOp>();
  auto linear =
      expand ? expand.getSrc().getDefiningOp<llm::LinearOp>() : nullptr;
  auto param =
      linear ? linear.getWeight().getDefiningOp<llm::ParamOp>() : nullptr;
  auto rows = linear ? dyn_cast<RankedTensorType>(linear.getInput().getType())
                     : nullptr;
  if (!param || param.getIndex() || !rows || rows.getRank() != 2 ||
      expand.getType().getRank() != 3 || expand.getOutputShape().size() != 1)
    return std::nullopt;
  auto weight = symbols.lookup<llm::WeightOp>(param.getWeight());
  return weight ? std::optional(HeadProduct{expand, linear, weight})
                : std::nullopt;
}

int64_t HeadProduct::getRank() {
  return llm::getMatrixShape(weight.getType())[1];
}

bool HeadProduct::canDerive() {
  return !linear.getBias() && weight.getSource() && !weight.getValue() &&
         isa<RankedTensorType>(weight.getType());
}

//===----------------------------------------------------------------------===//
// Columns of heads
//===----------------------------------------------------------------------===//

/// Rows [T, H * D] as heads.
Value HeadColumns::asHeads(Value rows, int64_t heads, int64_t columns) {
  auto type = cast<RankedTensorType>(rows.getType());
  SmallVector<ReassociationIndices> groups = {{0}, {1, 2}};
  OpFoldResult sizes[] = {rowCount, builder.getIndexAttr(heads),
                          builder.getIndexAttr(columns)};
  return tensor::ExpandShapeOp::create(
      builder, rows.getLoc(),
      RankedTensorType::get({type.getDimSize(0), heads, columns},
                            type.getElementType()),
      rows, groups, sizes);
}

Value HeadColumns::asHead(Value rows) {
  return asHeads(rows, 1, getShape(rows)[1]);
}

Value HeadColumns::join(ArrayRef<Value> parts) {
  if (parts.size() == 1)
    return parts[0];
  return tensor::ConcatOp::create(builder, parts[0].getLoc(), /*dim=*/2, parts);
}

/// `llm.param` of what further steps make of a weight's tensor.
Value HeadColumns::derive(llm::WeightOp from, ArrayRef<Attribute> steps,
                          ArrayRef<int64_t> shape) {
  SmallVector<Attribute> recipe;
  if (ArrayAttr before = from.getRecipeAttr())
    llvm::append_range(recipe, before);
  llvm::append_range(recipe, steps);
  Type type = cast<RankedTensorType>(from.getType()).clone(shape);
  OpBuilder at(from);
  auto made = llm::WeightOp::create(
      at, from.getLoc(), from.getSymNameAttr(), TypeAttr::get(type),
      from.getSourceAttr(), builder.getArrayAttr(recipe),
      /*value=*/ElementsAttr(), /*offset=*/IntegerAttr());
  made->remove();
  symbols.insert(made, from->getIterator());
  return llm::ParamOp::create(
      builder, NameLoc::get(made.getSymNameAttr()), type,
      FlatSymbolRefAttr::get(made.getSymNameAttr()), Value());
}

Value HeadColumns::take(Value heads, int64_t begin, int64_t count) {
  int64_t columns = getHeadColumns(heads), end = begin + count;
  if (count == columns)
    return heads;
  if (Value turned = takeTurned(heads, begin, count))
    return turned;
  auto product = HeadProduct::find(symbols, heads);
  if (product && product->canDerive()) {
    auto rows =
        llm::RowsStepAttr::get(builder.getContext(), begin, end, columns);
    int64_t all = product->countHeads() * count;
    Value weight = derive(product->weight, rows, {all, product->getRank()});
    auto type = cast<RankedTensorType>(product->linear.getType());
    Value made = llm::LinearOp::create(builder, product->linear.getLoc(),
                                       type.clone({type.getDimSize(0), all}),
                                       product->getRows(), weight,
                                       /*bias=*/Value());
    return asHeads(made, product->countHeads(), count);
  }
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  OpFoldResult offsets[] = {zero, zero, builder.getIndexAttr(begin)};
  OpFoldResult sizes[] = {rowCount, builder.getIndexAttr(getHeadCount(heads)),
                          builder.getIndexAttr(count)};
  OpFoldResult strides[] = {one, one, one};
  return tensor::ExtractSliceOp::create(builder, heads.getLoc(), heads, offsets,
                                        sizes, strides);
}

/// Of a rotation all columns that it turns, or none; null otherwise.
Value HeadColumns::takeTurned(Value heads, int64_t begin, int64_t count) {
  auto rope = heads.getDefiningOp<llm::RopeOp>();
  if (!rope)
    return {};
  int64_t first = rope.getStart();
  int64_t last = first + 2 * getShape(rope.getInv())[0];
  if (begin >= last || begin + count <= first)
    return take(rope.getInput(), begin, count);
  if (begin > first || begin + count < last)
    return {};
  Value input = take(rope.getInput(), begin, count);
  auto turned = cast<llm::RopeOp>(builder.clone(*rope));
  turned.getInputMutable().assign(input);
  turned.setStart(first - begin);
  turned->getResult(0).setType(input.getType());
  return turned;
}

Value HeadColumns::multiply(Value heads, HeadProduct by, bool transposed) {
  MLIRContext *context = builder.getContext();
  int64_t count = by.countHeads();
  int64_t to = by.countColumns(), from = by.getRank();
  SmallVector<Attribute> steps = {llm::MatricesStepAttr::get(context, count)};
  if (transposed) {
    steps.push_back(llm::TransposeStepAttr::get(context));
    std::swap(to, from);
  }
  Value weight = derive(by.weight, steps, {count, to, from});
  auto type = cast<RankedTensorType>(heads.getType());
  return llm::LinearOp::create(builder, by.linear.getLoc(),
                               type.clone({type.getDimSize(0), count, to}),
                               heads, weight, /*bias=*/Value());
}

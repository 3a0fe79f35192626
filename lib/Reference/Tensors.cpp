//===- Tensors.cpp - tensor ops that move elements ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;

/// Sizes that may be constants or index values.
static llvm::SmallVector<int64_t> resolve(Evaluation &eval,
                                          ArrayRef<OpFoldResult> mixed) {
  llvm::SmallVector<int64_t> sizes;
  for (OpFoldResult size : mixed)
    sizes.push_back(isa<Attribute>(size) ? *getConstantIntValue(size)
                                         : eval.integer(cast<Value>(size)));
  return sizes;
}

/// A tensor of the op's element type: `fill(tensor.floats)` or its ints.
template <typename Fill>
static void fillByType(Type type, Tensor &tensor, Fill fill) {
  if (isa<FloatType>(getElementTypeOrSelf(type)))
    fill(tensor.floats);
  else
    fill(tensor.ints);
}

static llvm::Error evalConstant(Evaluation &eval, arith::ConstantOp op) {
  if (auto integer = dyn_cast<IntegerAttr>(op.getValue())) {
    int64_t value = integer.getValue().getSExtValue();
    eval.set(op, RuntimeValue(op.getType().isInteger(1) ? value & 1 : value));
    return llvm::Error::success();
  }
  if (auto number = dyn_cast<FloatAttr>(op.getValue())) {
    eval.set(op, RuntimeValue(number.getValueAsDouble()));
    return llvm::Error::success();
  }
  auto dense = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!dense)
    return opError(op, "only dense constants have a reference");
  Tensor result{llvm::SmallVector<int64_t>(dense.getType().getShape()), {}, {}};
  if (isa<FloatType>(dense.getElementType()))
    for (APFloat value : dense.getValues<APFloat>()) {
      bool losesInfo;
      value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
      result.floats.push_back(value.convertToFloat());
    }
  else
    for (const APInt &value : dense.getValues<APInt>())
      result.ints.push_back(value.getBitWidth() == 1 ? value.getZExtValue()
                                                     : value.getSExtValue());
  eval.set(op, std::move(result));
  return llvm::Error::success();
}

static int64_t countElements(const Tensor &tensor) {
  return static_cast<int64_t>(tensor.floats.size() + tensor.ints.size());
}

static llvm::Error reshape(Evaluation &eval, Operation *op,
                           llvm::SmallVector<int64_t> shape) {
  Tensor result = eval.tensor(op->getOperand(0));
  auto count = countElements(shape);
  if (!count)
    return count.takeError();
  if (*count != countElements(result))
    return opError(op, "keeps the elements: has " +
                           llvm::Twine(countElements(result)) +
                           ", the result needs " + llvm::Twine(*count));
  result.shape = std::move(shape);
  eval.set(op->getResult(0), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalExpandShape(Evaluation &eval, tensor::ExpandShapeOp op) {
  return reshape(eval, op, resolve(eval, op.getMixedOutputShape()));
}

static llvm::Error evalCollapseShape(Evaluation &eval,
                                     tensor::CollapseShapeOp op) {
  const Tensor &source = eval.tensor(op.getSrc());
  llvm::SmallVector<int64_t> shape;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    int64_t size = 1;
    for (int64_t dim : group)
      size *= source.shape[dim];
    shape.push_back(size);
  }
  return reshape(eval, op, shape);
}

/// Calls `visit(flat index in the slice, flat index in the whole)`.
template <typename Visit>
static void forEachInSlice(ArrayRef<int64_t> whole, ArrayRef<int64_t> offsets,
                           ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides,
                           Visit visit) {
  assert(offsets.size() == whole.size() && sizes.size() == whole.size() &&
         strides.size() == whole.size() && "a slice has the tensor's rank");
  int64_t count = 1;
  for (int64_t size : sizes)
    count *= size;
  for (int64_t flat = 0; flat < count; ++flat) {
    int64_t rest = flat, at = 0, scale = 1;
    for (int64_t d = static_cast<int64_t>(whole.size()) - 1; d >= 0; --d) {
      at += (offsets[d] + rest % sizes[d] * strides[d]) * scale;
      rest /= sizes[d];
      scale *= whole[d];
    }
    visit(flat, at);
  }
}

static llvm::Error checkSlice(Operation *op, ArrayRef<int64_t> whole,
                              ArrayRef<int64_t> offsets,
                              ArrayRef<int64_t> sizes,
                              ArrayRef<int64_t> strides) {
  for (size_t d = 0; d < whole.size(); ++d) {
    bool inside = offsets[d] >= 0 && sizes[d] >= 0 && strides[d] >= 0 &&
                  sizes[d] <= whole[d] &&
                  (sizes[d] == 0 ||
                   (strides[d] <= whole[d] &&
                    offsets[d] + (sizes[d] - 1) * strides[d] < whole[d]));
    if (!inside)
      return opError(op, "a slice lies in its tensor: dimension " +
                             llvm::Twine(d) + " has " + llvm::Twine(whole[d]) +
                             ", found offset " + llvm::Twine(offsets[d]) +
                             ", size " + llvm::Twine(sizes[d]) + ", stride " +
                             llvm::Twine(strides[d]));
  }
  return llvm::Error::success();
}

static llvm::Error evalExtractSlice(Evaluation &eval,
                                    tensor::ExtractSliceOp op) {
  const Tensor &source = eval.tensor(op.getSource());
  auto offsets = resolve(eval, op.getMixedOffsets()),
       sizes = resolve(eval, op.getMixedSizes());
  auto strides = resolve(eval, op.getMixedStrides());
  if (llvm::Error error = checkSlice(op, source.shape, offsets, sizes, strides))
    return error;
  Tensor result;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (auto [d, size] : llvm::enumerate(sizes))
    if (!dropped[d])
      result.shape.push_back(size);
  fillByType(op.getType(), result, [&](auto &elements) {
    const auto &from = std::get<const std::decay_t<decltype(elements)> &>(
        std::tie(source.floats, source.ints));
    forEachInSlice(source.shape, offsets, sizes, strides,
                   [&](int64_t, int64_t at) { elements.push_back(from[at]); });
  });
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

/// The destination of an insertion with the source in its place; `Op` inserts now, or
/// at the end of a turn of scf.forall.
template <typename Op>
static llvm::Expected<Tensor> insertSlice(Evaluation &eval, Op op,
                                          Tensor result) {
  const Tensor &source = eval.tensor(op.getSource());
  auto offsets = resolve(eval, op.getMixedOffsets()),
       sizes = resolve(eval, op.getMixedSizes());
  auto strides = resolve(eval, op.getMixedStrides());
  if (llvm::Error error = checkSlice(op, result.shape, offsets, sizes, strides))
    return error;
  auto count = countElements(sizes);
  if (!count)
    return count.takeError();
  if (*count != countElements(source))
    return opError(op, "source and slice differ in size");
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(op.getDest().getType()));
  forEachInSlice(result.shape, offsets, sizes, strides,
                 [&](int64_t from, int64_t at) {
                   if (isFloat)
                     result.floats[at] = source.floats[from];
                   else
                     result.ints[at] = source.ints[from];
                 });
  return result;
}

static llvm::Error evalInsertSlice(Evaluation &eval, tensor::InsertSliceOp op) {
  auto result = insertSlice(eval, op, eval.tensor(op.getDest()));
  if (!result)
    return result.takeError();
  eval.set(op.getResult(), std::move(*result));
  return llvm::Error::success();
}

/// One turn of scf.forall: its body, then what it inserts into the results.
static llvm::Error runTurn(Evaluation &eval, scf::ForallOp op,
                           ArrayRef<int64_t> indices,
                           llvm::SmallVector<Tensor> &results) {
  std::vector<RuntimeValue> arguments(indices.begin(), indices.end());
  for (const Tensor &result : results)
    arguments.emplace_back(std::make_shared<const Tensor>(result));
  if (auto done = eval.run(*op.getBody(), std::move(arguments)); !done)
    return done.takeError();
  for (Operation &insertion : op.getTerminator().getYieldingOps()) {
    auto insert = cast<tensor::ParallelInsertSliceOp>(insertion);
    auto number = cast<BlockArgument>(insert.getDest()).getArgNumber();
    Tensor &result = results[number - op.getRank()];
    auto next = insertSlice(eval, insert, std::move(result));
    if (!next)
      return next.takeError();
    result = std::move(*next);
  }
  return llvm::Error::success();
}

/// Turns insert into different places, so their order does not matter: the last
/// loop is the innermost.
static llvm::Error evalForall(Evaluation &eval, scf::ForallOp op) {
  auto begins = resolve(eval, op.getMixedLowerBound()),
       ends = resolve(eval, op.getMixedUpperBound()),
       steps = resolve(eval, op.getMixedStep());
  llvm::SmallVector<int64_t> counts;
  int64_t turns = 1;
  for (auto [begin, end, step] : llvm::zip_equal(begins, ends, steps)) {
    if (step <= 0)
      return opError(op, "needs a positive step, found " + llvm::Twine(step));
    counts.push_back(
        end <= begin ? 0 : llvm::divideCeil(uint64_t(end) - begin, step));
    if (__builtin_mul_overflow(turns, counts.back(), &turns))
      return opError(op, "has more turns than can be counted");
  }
  llvm::SmallVector<Tensor> results;
  for (Value output : op.getOutputs())
    results.push_back(eval.tensor(output));
  for (int64_t turn = 0; turn < turns; ++turn) {
    llvm::SmallVector<int64_t> indices(counts.size());
    int64_t rest = turn;
    for (size_t d = counts.size(); d-- > 0; rest /= counts[d])
      indices[d] = begins[d] + rest % counts[d] * steps[d];
    if (llvm::Error error = runTurn(eval, op, indices, results))
      return error;
  }
  for (auto [result, tensor] : llvm::zip_equal(op.getResults(), results))
    eval.set(result, std::move(tensor));
  return llvm::Error::success();
}

static llvm::Error evalConcat(Evaluation &eval, tensor::ConcatOp op) {
  size_t dim = op.getDim();
  Tensor result;
  result.shape = eval.tensor(op.getInputs()[0]).shape;
  int64_t outer = 1;
  for (size_t d = 0; d < dim; ++d)
    outer *= result.shape[d];
  result.shape[dim] = 0;
  for (Value input : op.getInputs()) {
    llvm::SmallVector<int64_t> shape = eval.tensor(input).shape;
    result.shape[dim] += shape[dim];
    shape[dim] = result.shape[dim];
    if (shape != result.shape)
      return opError(op, "inputs agree in every other dimension");
  }
  fillByType(op.getType(), result, [&](auto &elements) {
    for (int64_t o = 0; o < outer; ++o)
      for (Value input : op.getInputs()) {
        const Tensor &tensor = eval.tensor(input);
        const auto &from = std::get<const std::decay_t<decltype(elements)> &>(
            std::tie(tensor.floats, tensor.ints));
        int64_t part =
            static_cast<int64_t>(from.size()) / outer; // outer > 0 here
        elements.insert(elements.end(), from.begin() + o * part,
                        from.begin() + (o + 1) * part);
      }
  });
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalDim(Evaluation &eval, tensor::DimOp op) {
  const Tensor &source = eval.tensor(op.getSource());
  int64_t dim = eval.integer(op.getIndex());
  if (dim < 0 || dim >= static_cast<int64_t>(source.shape.size()))
    return opError(op, "asks for dimension " + llvm::Twine(dim) +
                           " of a tensor of rank " +
                           llvm::Twine(source.shape.size()));
  eval.set(op.getResult(), RuntimeValue(source.shape[dim]));
  return llvm::Error::success();
}

static llvm::Error evalEmpty(Evaluation &eval, tensor::EmptyOp op) {
  Tensor result;
  result.shape = resolve(eval, op.getMixedSizes());
  auto count = countElements(result.shape);
  if (!count)
    return count.takeError();
  fillByType(op.getType(), result,
             [&](auto &elements) { elements.resize(*count); });
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalSplat(Evaluation &eval, tensor::SplatOp op) {
  Tensor result;
  auto dynamic = op.getDynamicSizes().begin();
  for (int64_t size : op.getType().getShape())
    result.shape.push_back(
        ShapedType::isDynamic(size) ? eval.integer(*dynamic++) : size);
  auto count = countElements(result.shape);
  if (!count)
    return count.takeError();
  const RuntimeValue &input = eval.get(op.getInput());
  if (isa<FloatType>(op.getType().getElementType()))
    result.floats.assign(*count, static_cast<float>(std::get<double>(input)));
  else
    result.ints.assign(*count, std::get<int64_t>(input));
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalBroadcast(Evaluation &eval, llm::BroadcastOp op) {
  const Tensor &input = eval.tensor(op.getInput());
  Tensor result{llvm::SmallVector<int64_t>(op.getType().getShape()), {}, {}};
  if (op.getRows())
    result.shape[0] = eval.integer(op.getRows());
  auto count = countElements(result.shape);
  if (!count)
    return count.takeError();
  result.floats.resize(*count);
  for (int64_t i = 0; i < *count; ++i) {
    // The element's place in the input: dimensions of 1 do not move.
    int64_t rest = i, at = 0, stride = 1;
    for (size_t d = 1; d <= input.shape.size(); ++d) {
      int64_t size = result.shape[result.shape.size() - d];
      int64_t mine = input.shape[input.shape.size() - d];
      if (mine != 1 && mine != size)
        return opError(op,
                       "(C1) dimensions of the input are 1 or the result's");
      at += mine == 1 ? 0 : rest % size * stride;
      stride *= mine;
      rest /= size;
    }
    result.floats[i] = input.floats[at];
  }
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalCast(Evaluation &eval, tensor::CastOp op) {
  TensorRef source = eval.tensorRef(op.getSource());
  if (auto type = dyn_cast<RankedTensorType>(op.getType()))
    for (auto [have, want] : llvm::zip(source->shape, type.getShape()))
      if (!ShapedType::isDynamic(want) && have != want)
        return opError(op, "casts dimension " + llvm::Twine(have) + " to " +
                               llvm::Twine(want));
  eval.set(op.getResult(), RuntimeValue(source));
  return llvm::Error::success();
}

void reference::addTensorOps(OpTable &table) {
  table.add(evalConstant);
  table.add(evalExpandShape);
  table.add(evalCollapseShape);
  table.add(evalExtractSlice);
  table.add(evalInsertSlice);
  table.add(evalForall);
  table.add(evalConcat);
  table.add(evalDim);
  table.add(evalEmpty);
  table.add(evalSplat);
  table.add(evalBroadcast);
  table.add(evalCast);
}

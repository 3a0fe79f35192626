//===- Linalg.cpp - linalg ops on tensors, point by point -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Named ops have a body and indexing maps as linalg.generic has, so one evaluator
// serves them all: it runs the body once per point of the iteration space.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;

/// The place of an element in its tensor; -1: beside it.
static int64_t findPlace(const Tensor &tensor, llvm::ArrayRef<int64_t> at) {
  int64_t place = 0;
  for (auto [size, index] : llvm::zip_equal(tensor.shape, at)) {
    if (index < 0 || index >= size)
      return -1;
    place = place * size + index;
  }
  return place;
}

/// One element of a tensor as a number of its type; `place` lies in it.
static RuntimeValue getElement(const Tensor &tensor, bool isFloat,
                               int64_t place) {
  return isFloat ? RuntimeValue(double(tensor.floats[place]))
                 : RuntimeValue(tensor.ints[place]);
}

namespace {

class LoopEvaluator {
public:
  LoopEvaluator(Evaluation &eval, linalg::LinalgOp op)
      : eval(eval), op(op), maps(op.getIndexingMapsArray()),
        sizes(op.getNumLoops(), -1) {}

  llvm::Error run() {
    for (OpOperand &operand : op->getOpOperands())
      if (auto *tensor = std::get_if<TensorRef>(&eval.get(operand.get())))
        tensors.push_back(**tensor);
      else
        tensors.push_back(std::nullopt);
    if (llvm::Error error = findSizes())
      return error;
    // Points in order, the last loop fastest.
    llvm::SmallVector<int64_t> point(sizes.size(), 0);
    for (int64_t left = countPoints(); left > 0; --left) {
      if (llvm::Error error = runAt(point))
        return error;
      for (size_t d = point.size(); d-- > 0;) {
        if (++point[d] < sizes[d])
          break;
        point[d] = 0;
      }
    }
    for (auto [i, result] : llvm::enumerate(op->getResults()))
      eval.set(result, std::move(*tensors[op.getNumDpsInputs() + i]));
    return llvm::Error::success();
  }

private:
  llvm::Error findSizes() {
    for (auto [tensor, map] : llvm::zip(tensors, maps))
      for (auto [d, expr] : llvm::enumerate(map.getResults())) {
        auto dim = dyn_cast<AffineDimExpr>(expr);
        if (!dim)
          continue;
        int64_t &size = sizes[dim.getPosition()];
        if (size >= 0 && size != tensor->shape[d])
          return opError(op, "operands agree in a loop's size: found " +
                                 llvm::Twine(size) + " and " +
                                 llvm::Twine(tensor->shape[d]));
        size = tensor->shape[d];
      }
    if (llvm::is_contained(sizes, -1))
      return opError(op, "some operand says each loop's size");
    return llvm::Error::success();
  }

  int64_t countPoints() {
    int64_t count = 1;
    for (int64_t size : sizes)
      count *= size;
    return count;
  }

  /// An operand's element at a point.
  llvm::Expected<int64_t> locate(size_t operand,
                                 llvm::ArrayRef<int64_t> point) {
    int64_t place = findPlace(*tensors[operand], maps[operand].compose(point));
    if (place < 0)
      return opError(op, "reads beside an operand");
    return place;
  }

  bool isFloat(size_t operand) {
    return isa<FloatType>(
        getElementTypeOrSelf(op->getOperand(operand).getType()));
  }

  llvm::Error runAt(llvm::ArrayRef<int64_t> point) {
    std::vector<RuntimeValue> elements;
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (!tensors[i]) { // a number
        elements.push_back(eval.get(op->getOperand(i)));
        continue;
      }
      auto place = locate(i, point);
      if (!place)
        return place.takeError();
      elements.push_back(getElement(*tensors[i], isFloat(i), *place));
    }
    eval.loopPoint.assign(point.begin(), point.end());
    auto yields = eval.run(*op.getBlock(), std::move(elements));
    if (!yields)
      return yields.takeError();
    for (auto [i, value] : llvm::enumerate(*yields)) {
      size_t output = op.getNumDpsInputs() + i;
      auto place = locate(output, point);
      if (!place)
        return place.takeError();
      if (isFloat(output))
        tensors[output]->floats[*place] = float(std::get<double>(value));
      else
        tensors[output]->ints[*place] = std::get<int64_t>(value);
    }
    return llvm::Error::success();
  }

  Evaluation &eval;
  linalg::LinalgOp op;
  llvm::SmallVector<AffineMap> maps;
  llvm::SmallVector<int64_t> sizes;           // of the loops
  std::vector<std::optional<Tensor>> tensors; // of the operands
};

} // namespace

static llvm::Error evalIndex(Evaluation &eval, linalg::IndexOp op) {
  eval.set(op.getResult(), RuntimeValue(eval.loopPoint[op.getDim()]));
  return llvm::Error::success();
}

static llvm::Error evalExtract(Evaluation &eval, tensor::ExtractOp op) {
  TensorRef tensor = eval.tensorRef(op.getTensor());
  llvm::SmallVector<int64_t> at;
  for (Value index : op.getIndices())
    at.push_back(eval.integer(index));
  int64_t place = findPlace(*tensor, at);
  if (place < 0)
    return opError(op, "reads beside its tensor");
  bool isFloat = isa<FloatType>(op.getType());
  eval.set(op.getResult(), getElement(*tensor, isFloat, place));
  return llvm::Error::success();
}

/// exp(x - m) / sum exp(x - m) along a dimension, m the largest.
static llvm::Error evalSoftmax(Evaluation &eval, linalg::SoftmaxOp op) {
  Tensor result = eval.tensor(op.getInput());
  int64_t dim = op.getDimension(), size = result.shape[dim], inner = 1;
  for (int64_t next : llvm::ArrayRef(result.shape).drop_front(dim + 1))
    inner *= next;
  int64_t groups = size ? result.floats.size() / size : 0;
  Rounder round(op->getResult(0).getType());
  for (int64_t group = 0; group < groups; ++group) {
    float *first = &result.floats[group / inner * size * inner + group % inner];
    double largest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < size; ++i)
      largest = std::max(largest, double(first[i * inner]));
    for (int64_t i = 0; i < size; ++i)
      sum += std::exp(first[i * inner] - largest);
    for (int64_t i = 0; i < size; ++i)
      first[i * inner] = round(std::exp(first[i * inner] - largest) / sum);
  }
  eval.set(op->getResult(0), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalFromElements(Evaluation &eval,
                                    tensor::FromElementsOp op) {
  Tensor result{llvm::SmallVector<int64_t>(op.getType().getShape()), {}, {}};
  for (Value element : op.getElements())
    if (isa<FloatType>(element.getType()))
      result.floats.push_back(float(std::get<double>(eval.get(element))));
    else
      result.ints.push_back(eval.integer(element));
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

void reference::addLinalgOps(OpTable &table) {
  for (llvm::StringRef name :
       {"generic",   "fill",      "copy",   "map",          "reduce",
        "transpose", "broadcast", "matmul", "batch_matmul", "matvec",
        "vecmat",    "dot",       "add",    "sub",          "mul",
        "div",       "max",       "min",    "exp",          "log",
        "abs",       "negf",      "sqrt",   "rsqrt",        "square",
        "tanh",      "erf",       "select", "elementwise"})
    table.add(("linalg." + name).str(),
              [](Evaluation &eval, Operation *op) -> llvm::Error {
                return LoopEvaluator(eval, cast<linalg::LinalgOp>(op)).run();
              });
  table.add(evalIndex);
  table.add(evalSoftmax);
  table.add(evalExtract);
  table.add(evalFromElements);
}

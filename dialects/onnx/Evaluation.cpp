//===- Evaluation.cpp - what an onnx graph computes -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

#include "Meanings.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/ScopeExit.h"

#include <cmath>

using namespace mlir;
using namespace mlir::onnx;

/// What is known of a value.
struct Evaluator::Node {
  std::optional<Sizes> sizes;
  Elements bound;            // of inputs, constants and weights
  bool isGiven = false;      // by `bind`
  std::string lacks;         // why it has no sizes, once that is known
  std::vector<Scalar> dense; // all elements, once `run` has computed them
  bool isDense = false;
  llvm::DenseMap<int64_t, Scalar> lazy; // elements that were asked for
};

// What a file makes of a question ends, with a reason. Masks of models with
// windows of 128k positions sum over half a million elements for one of theirs.
static constexpr int greatestDepth = 1000; // ops that one element goes through
static constexpr int64_t mostElements = int64_t{1} << 22; // that one is made of
static constexpr int64_t mostKept = int64_t{1} << 28;     // of a value, 6 GiB
static constexpr size_t mostDims = 64;
// Twice a size, or a place before or behind it, is a number of 64 bits too.
static constexpr int64_t mostCounted = int64_t{1} << 60;

static const MeaningTable &getMeanings() {
  static const MeaningTable table = [] {
    MeaningTable made, elementwise, movement;
    addElementwiseMeanings(elementwise);
    addMovementMeanings(movement);
    for (auto &entry : elementwise)
      entry.getValue().kind = MeaningKind::Elementwise;
    for (auto &entry : movement)
      entry.getValue().kind = MeaningKind::Movement;
    for (MeaningTable *table : {&elementwise, &movement})
      for (auto &entry : *table)
        made[entry.getKey()] = std::move(entry.getValue());
    addIndexingMeanings(made);
    addReductionMeanings(made);
    addContractionMeanings(made);
    addQuantizationMeanings(made);
    addCompositeMeanings(made);
    addExpertMeanings(made);
    return made;
  }();
  return table;
}

static const Meaning *findMeaning(Operation *op) {
  auto found = getMeanings().find(op->getName().getStringRef());
  return found == getMeanings().end() ? nullptr : &found->second;
}

bool mlir::onnx::hasMeaning(Operation *op) {
  return findMeaning(op) || op->getName().getStringRef() == "onnx.Constant";
}

bool mlir::onnx::isElementwise(Operation *op) {
  const Meaning *meaning = findMeaning(op);
  return meaning && meaning->kind == MeaningKind::Elementwise;
}

bool mlir::onnx::isMovement(Operation *op) {
  const Meaning *meaning = findMeaning(op);
  return meaning && meaning->kind == MeaningKind::Movement;
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

int64_t Scalar::whole() const {
  if (isInteger)
    return integer;
  if (std::isnan(real))
    return 0;
  // 2^63 is the first double that does not fit.
  if (real >= 0x1p63)
    return INT64_MAX;
  return real < -0x1p63 ? INT64_MIN : static_cast<int64_t>(real);
}

static int64_t wrap(IntegerType type, int64_t value) {
  unsigned width = type.getWidth();
  if (width >= 64)
    return value;
  if (width == 1)
    return value != 0;
  uint64_t kept = static_cast<uint64_t>(value) << (64 - width);
  return type.isUnsigned() ? static_cast<int64_t>(kept >> (64 - width))
                           : static_cast<int64_t>(kept) >> (64 - width);
}

/// The nearest number that a type has, where it lacks infinities, NaN, zero or
/// negative numbers: APFloat does not convert to what is not there.
static double intoRange(const llvm::fltSemantics &type, double value) {
  using llvm::APFloat;
  auto asDouble = [](APFloat number) {
    bool inexact;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &inexact);
    return number.convertToDouble();
  };
  bool hasNaN = APFloat::semanticsHasNaN(type);
  if (std::isnan(value))
    return hasNaN ? value : 0;
  bool isOutside = !APFloat::semanticsHasSignedRepr(type) && value <= 0;
  if (isOutside || (value == 0 && !APFloat::semanticsHasZero(type)))
    return asDouble(APFloat::getSmallestNormalized(type));
  double most = asDouble(APFloat::getLargest(type));
  return hasNaN || APFloat::semanticsHasInf(type)
             ? value
             : std::clamp(value, -most, most);
}

Scalar mlir::onnx::roundTo(Type elementType, Scalar value) {
  if (auto integer = dyn_cast<IntegerType>(elementType)) {
    if (integer.getWidth() == 1)
      return Scalar::of(value.truth());
    return Scalar::of(wrap(integer, value.whole()));
  }
  auto floating = dyn_cast<FloatType>(elementType);
  if (!floating || floating.isF64())
    return Scalar::of(value.number());
  if (floating.isF32())
    return Scalar::of(static_cast<double>(static_cast<float>(value.number())));
  llvm::APFloat rounded(
      intoRange(floating.getFloatSemantics(), value.number()));
  bool inexact;
  rounded.convert(floating.getFloatSemantics(),
                  llvm::APFloat::rmNearestTiesToEven, &inexact);
  return Scalar::of(rounded.convertToDouble());
}

int64_t mlir::onnx::countOf(ArrayRef<int64_t> sizes) {
  int64_t count = 1;
  for (int64_t size : sizes)
    if (llvm::MulOverflow(count, size, count))
      return INT64_MAX;
  return count;
}

int64_t mlir::onnx::boundedSum(int64_t a, int64_t b) {
  int64_t sum;
  if (llvm::AddOverflow(a, b, sum))
    return a < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}

int64_t mlir::onnx::boundedProduct(int64_t a, int64_t b) {
  int64_t product;
  if (llvm::MulOverflow(a, b, product))
    return (a < 0) != (b < 0) ? INT64_MIN : INT64_MAX;
  return product;
}

int64_t mlir::onnx::flatten(Index index, ArrayRef<int64_t> sizes) {
  int64_t flat = 0;
  for (auto [place, size] : llvm::zip_equal(index, sizes))
    flat = flat * size + place;
  return flat;
}

Sizes mlir::onnx::unflatten(int64_t flat, ArrayRef<int64_t> sizes) {
  Sizes index(sizes.size());
  for (size_t i = sizes.size(); i-- > 0;) {
    index[i] = sizes[i] ? flat % sizes[i] : 0;
    flat = sizes[i] ? flat / sizes[i] : 0;
  }
  return index;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Evaluator::Evaluator(Outside outside, Floats floats)
    : outside(std::move(outside)), floats(floats) {}
Evaluator::Evaluator(Evaluator &&other) = default;
Evaluator::~Evaluator() = default;

void Evaluator::fail(const llvm::Twine &reason) {
  if (why.empty())
    why = reason.str();
}

void Evaluator::failForWork(const llvm::Twine &reason) {
  isTooMuch |= why.empty();
  fail(reason);
}

void Evaluator::begin() {
  why.clear();
  isTooMuch = false;
  left = mostElements;
}

/// Takes elements off what a question may go through; fails if it has not so
/// many left.
bool Evaluator::spend(int64_t elements) {
  if (elements > left)
    failForWork("is made of more than " + llvm::Twine(mostElements) +
                " elements");
  else if (total && elements > *total)
    failForWork("is part of a graph that takes too long to evaluate");
  if (!why.empty())
    return false;
  left -= elements;
  if (total)
    *total -= elements;
  return true;
}

Evaluator::Node &Evaluator::nodeOf(Value value) {
  std::unique_ptr<Node> &node = nodes[value];
  if (!node)
    node = std::make_unique<Node>();
  return *node;
}

/// Why no tensor has such sizes, or "".
static std::string checkSizes(const Sizes &sizes) {
  if (sizes.size() > mostDims)
    return "gets " + std::to_string(sizes.size()) + " dims";
  int64_t count = 1; // zeros aside: places are counted in the dims behind one
  for (int64_t size : sizes) {
    if (size < 0)
      return "gets a negative size";
    if (llvm::MulOverflow(count, std::max<int64_t>(1, size), count) ||
        count > mostCounted)
      return "gets more elements than can be counted";
  }
  return "";
}

void Evaluator::bind(Value value, Sizes sizes, Elements elements) {
  auto kept = std::make_unique<Node>();
  kept->lacks = checkSizes(sizes);
  if (kept->lacks.empty())
    kept->sizes = std::move(sizes);
  else
    kept->lacks = "depends on a value that " + kept->lacks;
  kept->bound = std::move(elements);
  kept->isGiven = true;
  // What was given stays, what was made of it does not.
  for (auto entry = nodes.begin(); entry != nodes.end(); ++entry)
    if (!entry->second->isGiven)
      nodes.erase(entry);
  nodes[value] = std::move(kept);
}

static Scalar elementOf(DenseElementsAttr values, int64_t flat) {
  Type type = values.getElementType();
  if (isa<FloatType>(type)) {
    llvm::APFloat number = *(values.value_begin<llvm::APFloat>() + flat);
    bool inexact;
    number.convert(llvm::APFloat::IEEEdouble(),
                   llvm::APFloat::rmNearestTiesToEven, &inexact);
    return Scalar::of(number.convertToDouble());
  }
  llvm::APInt number = *(values.value_begin<llvm::APInt>() + flat);
  bool isUnsigned = type.isUnsignedInteger() || type.isInteger(1);
  return Scalar::of(static_cast<int64_t>(isUnsigned ? number.getZExtValue()
                                                    : number.getSExtValue()));
}

static DenseElementsAttr getConstant(Operation *op) {
  if (op->getName().getStringRef() != "onnx.Constant")
    return {};
  auto values = op->getAttrOfType<DenseElementsAttr>("value");
  bool readable =
      values && isa<FloatType, IntegerType>(values.getElementType());
  return readable ? values : DenseElementsAttr();
}

/// The value's node with its sizes; null if they cannot be known.
Evaluator::Node *Evaluator::sized(Value value) {
  Node &node = nodeOf(value);
  if (node.sizes)
    return &node;
  if (!node.lacks.empty() || !isa<ShapedType>(value.getType())) {
    fail(node.lacks.empty() ? "depends on something that is no tensor"
                            : llvm::Twine(node.lacks));
    return nullptr;
  }
  Operation *op = value.getDefiningOp();
  if (!op) {
    fail("depends on an input that has no sizes yet");
    return nullptr;
  }
  if (DenseElementsAttr values = getConstant(op)) {
    node.sizes = Sizes(values.getType().getShape());
    node.bound = [values, sizes = *node.sizes](Index index) {
      return elementOf(values, flatten(index, sizes));
    };
    return &node;
  }
  Sizes sizes;
  Elements elements;
  if (outside && outside(value, sizes, elements)) {
    if (std::string problem = checkSizes(sizes); !problem.empty()) {
      fail("depends on a weight that " + problem);
      return nullptr;
    }
    node.sizes = std::move(sizes);
    node.bound = std::move(elements);
    return &node;
  }
  computeSizes(op);
  // Values behind it need not find out again; with other work it may be known.
  if (!why.empty() && !isTooMuch)
    node.lacks = why;
  return why.empty() && node.sizes ? &node : nullptr;
}

void Evaluator::computeSizes(Operation *op) {
  const Meaning *meaning = findMeaning(op);
  if (!meaning)
    return fail("depends on " + op->getName().getStringRef() +
                ", which is not evaluated");
  if (++depth > greatestDepth)
    failForWork("depends on a longer chain of ops than is evaluated");
  llvm::scope_exit leave([&] { --depth; });
  if (!why.empty())
    return;
  Operands operands(*this, op);
  SmallVector<Sizes> results(op->getNumResults());
  if (why.empty())
    meaning->sizes(operands, results);
  for (const Sizes &sizes : results)
    if (std::string problem = checkSizes(sizes); !problem.empty())
      fail(op->getName().getStringRef() + " " + problem);
  if (!why.empty())
    return;
  for (auto [result, sizes] : llvm::zip_equal(op->getResults(), results))
    if (Node &node = nodeOf(result); !node.isGiven)
      node.sizes = std::move(sizes);
}

Scalar Evaluator::compute(Value value, Index index) {
  Operation *op = value.getDefiningOp();
  const Meaning *meaning = op ? findMeaning(op) : nullptr;
  if (!meaning || !meaning->element) {
    fail(op ? "depends on the elements of " + op->getName().getStringRef()
            : llvm::Twine("depends on the elements of an input"));
    return {};
  }
  if (++depth > greatestDepth)
    failForWork("depends on a longer chain of ops than is evaluated");
  llvm::scope_exit leave([&] { --depth; });
  if (!why.empty())
    return {};
  Operands operands(*this, op);
  if (!why.empty())
    return {};
  unsigned result = cast<OpResult>(value).getResultNumber();
  Type type = cast<ShapedType>(value.getType()).getElementType();
  Scalar made = meaning->element(operands, result, index);
  bool exact = floats == Floats::Exact && isa<FloatType>(type);
  return exact ? Scalar::of(made.number()) : roundTo(type, made);
}

Scalar Evaluator::read(Node &node, Value value, Index index) {
  assert(index.size() == node.sizes->size() && "an index has the value's rank");
  if (!spend(1))
    return {};
  for (auto [place, size] : llvm::zip_equal(index, *node.sizes))
    if (place < 0 || place >= size) {
      fail("reads outside of a tensor");
      return {};
    }
  if (node.bound)
    return node.bound(index);
  int64_t flat = flatten(index, *node.sizes);
  if (node.isDense)
    return node.dense[flat];
  if (auto found = node.lazy.find(flat); found != node.lazy.end())
    return found->second;
  Scalar made = compute(value, index);
  if (why.empty())
    node.lazy[flat] = made; // `lazy` may have grown meanwhile
  return made;
}

const Sizes *Evaluator::sizes(Value value) {
  begin();
  Node *node = sized(value);
  return node ? &*node->sizes : nullptr;
}

std::optional<Scalar> Evaluator::element(Value value, Index index) {
  begin();
  Node *node = sized(value);
  if (!node)
    return std::nullopt;
  if (index.size() != node->sizes->size()) {
    fail("an index of another rank than the value");
    return std::nullopt;
  }
  Scalar found = read(*node, value, index);
  return why.empty() ? std::optional(found) : std::nullopt;
}

LogicalResult Evaluator::run(Block &block) {
  for (Operation &op : block.without_terminator()) {
    begin();
    for (Value result : op.getResults()) {
      if (isa<NoneType>(result.getType()))
        continue;
      Node *node = sized(result);
      if (!node)
        return failure();
      if (node->bound)
        continue;
      int64_t count = countOf(*node->sizes);
      if (count > mostKept) {
        fail(op.getName().getStringRef() + " gets " + llvm::Twine(count) +
             " elements, which is more than are computed");
        return failure();
      }
      std::vector<Scalar> made(count);
      for (int64_t i = 0; i < count && why.empty(); ++i) {
        left = mostElements;
        made[i] = compute(result, unflatten(i, *node->sizes));
      }
      if (!why.empty())
        return failure();
      node->dense = std::move(made);
      node->isDense = true;
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Operands::Operands(Evaluator &evaluator, Operation *op)
    : op(op), evaluator(evaluator) {
  for (Value operand : op->getOperands())
    nodes.push_back(
        isa<NoneType>(operand.getType()) ? nullptr : evaluator.sized(operand));
}

bool Operands::hasFailed() const { return !evaluator.why.empty(); }

void Operands::fail(const llvm::Twine &reason) const {
  evaluator.fail(op->getName().getStringRef() + " " + reason);
}

bool Operands::affords(int64_t elements) const {
  return evaluator.spend(elements);
}

bool Operands::has(unsigned i) const {
  return i < op->getNumOperands() &&
         !isa<NoneType>(op->getOperand(i).getType());
}

const Sizes &Operands::sizes(unsigned i) const {
  static const Sizes none;
  if (i < nodes.size() && nodes[i])
    return *nodes[i]->sizes;
  fail("lacks an input");
  return none;
}

Type Operands::elementType(unsigned i) const {
  return cast<ShapedType>(op->getOperand(i).getType()).getElementType();
}

Type Operands::resultElementType(unsigned i) const {
  return cast<ShapedType>(op->getResult(i).getType()).getElementType();
}

Scalar Operands::read(unsigned i, Index index) const {
  if (i >= nodes.size() || !nodes[i] || index.size() != sizes(i).size()) {
    fail("reads an input that is absent or of another rank");
    return {};
  }
  return evaluator.read(*nodes[i], op->getOperand(i), index);
}

Scalar Operands::readBroadcast(unsigned i, Index index) const {
  const Sizes &mine = sizes(i);
  if (mine.size() > index.size()) {
    fail("has inputs that do not broadcast");
    return {};
  }
  Sizes place(index.take_back(mine.size()));
  for (auto [at, size] : llvm::zip_equal(place, mine))
    if (size == 1)
      at = 0;
  return read(i, place);
}

Sizes Operands::integers(unsigned i) const {
  constexpr int64_t most = 1 << 16; // an operand that says sizes is short
  Sizes result;
  const Sizes &mine = sizes(i);
  int64_t count = countOf(mine);
  if (count > most) {
    fail("has more sizes than tensors have dims");
    return result;
  }
  for (int64_t flat = 0; flat < count && !hasFailed(); ++flat)
    result.push_back(read(i, unflatten(flat, mine)).whole());
  return result;
}

Scalar Operands::scalar(unsigned i) const {
  if (countOf(sizes(i)) < 1) {
    fail("wants one element where none is");
    return {};
  }
  return read(i, Sizes(rank(i), 0));
}

int64_t Operands::integer(StringRef name, int64_t absent) const {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getValue().getSExtValue() : absent;
}

double Operands::real(StringRef name, double absent) const {
  auto attribute = op->getAttrOfType<FloatAttr>(name);
  return attribute ? attribute.getValueAsDouble() : absent;
}

StringRef Operands::string(StringRef name, StringRef absent) const {
  auto attribute = op->getAttrOfType<StringAttr>(name);
  return attribute ? attribute.getValue() : absent;
}

Sizes Operands::integerList(StringRef name) const {
  auto attribute = op->getAttrOfType<DenseI64ArrayAttr>(name);
  return attribute ? Sizes(attribute.asArrayRef()) : Sizes();
}

int64_t Operands::axis(int64_t axis, int64_t rank) const {
  int64_t counted = axis < 0 ? axis + rank : axis;
  if (counted >= 0 && counted < rank)
    return counted;
  fail("has axis " + llvm::Twine(axis) + " of " + llvm::Twine(rank));
  return 0;
}

Sizes mlir::onnx::broadcastSizes(const Operands &operands,
                                 ArrayRef<unsigned> which) {
  Sizes result;
  for (unsigned i : which) {
    const Sizes &mine = operands.sizes(i);
    if (mine.size() > result.size())
      result.insert(result.begin(), mine.size() - result.size(), 1);
    size_t skipped = result.size() - mine.size();
    for (auto [k, size] : llvm::enumerate(mine)) {
      int64_t &all = result[skipped + k];
      if (all != size && all != 1 && size != 1)
        operands.fail("has inputs that do not broadcast");
      all = all == 1 ? size : all;
    }
  }
  return result;
}

void mlir::onnx::sizesOfFirst(const Operands &operands,
                              MutableArrayRef<Sizes> results) {
  results[0] = operands.sizes(0);
}

//===- Graph.cpp - what raising asks of a graph ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include "llmc/Support/Explain.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <cmath>

using namespace llmc;
using namespace mlir;
using onnx::Evaluator;
using onnx::Scalar;

//===----------------------------------------------------------------------===//
// Roles of the inputs
//===----------------------------------------------------------------------===//

constexpr int64_t longSymbol = 100003; // the first of a graph's own

static StringRef getText(func::FuncOp function, unsigned input) {
  auto name = function.getArgAttrOfType<StringAttr>(input, "onnx.name");
  return name ? name.getValue() : "";
}

/// The name of a dim; empty if it is a number or has none.
static StringRef getDim(func::FuncOp function, unsigned input, unsigned dim) {
  auto dims = function.getArgAttrOfType<ArrayAttr>(input, "onnx.dims");
  if (!dims || dim >= dims.size())
    return "";
  auto name = dyn_cast<StringAttr>(dims[dim]);
  return name ? name.getValue() : "";
}

static bool isIntegerMatrix(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() == 2 && isa<IntegerType>(type.getElementType());
}

/// Whether a value is a weight, or one with other numbers or dims.
static bool isTable(Value value) {
  while (
      isa_and_nonnull<onnx::DequantizeLinearOp, onnx::CastOp, onnx::IdentityOp,
                      onnx::TransposeOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return isa_and_nonnull<llm::ParamOp>(value.getDefiningOp());
}

/// Whether a value chooses rows of a weight.
static bool choosesRows(Value value) {
  SmallVector<Value> open = {value}; // a file's chain may be of any length
  while (!open.empty())
    for (OpOperand &use : open.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      if (use.getOperandNumber() == 0 &&
          (onnx::isMovement(user) || isa<onnx::CastOp, onnx::IdentityOp>(user)))
        open.push_back(user->getResult(0));
      if (use.getOperandNumber() != 1)
        continue;
      if (isa<onnx::MicrosoftGatherBlockQuantizedOp>(user) ||
          (isa<onnx::GatherOp>(user) && isTable(user->getOperand(0))))
        return true;
    }
  return false;
}

/// The interface of a graph is its inputs' names, so those count here; what they
/// leave open its uses and sizes say.
void Graph::findRoles() {
  SmallVector<Value> unknown;
  SmallVector<BlockArgument> rest;
  for (BlockArgument input : function.getArguments()) {
    StringRef name = getText(function, input.getArgNumber());
    if (!isIntegerMatrix(input)) {
      rest.push_back(input);
    } else if (name.contains_insensitive("mask")) {
      mask = input;
    } else if (name.contains_insensitive("position")) {
      positions = input;
    } else if (!ids && (choosesRows(input) || name == "input_ids")) {
      ids = input;
    } else {
      unknown.push_back(input);
    }
  }
  for (Value input : unknown)
    (mask ? positions : mask) = input;
  for (BlockArgument input : rest)
    if (isCache(input))
      past.push_back(input);
}

/// A cache is heads [B, K, P, D] of a length that is not that of the tokens.
bool Graph::isCache(BlockArgument input) const {
  auto type = dyn_cast<RankedTensorType>(input.getType());
  if (!type || type.getRank() != 4 || !isa<FloatType>(type.getElementType()))
    return false;
  StringRef seq =
      ids ? getDim(function, cast<BlockArgument>(ids).getArgNumber(), 1) : "";
  for (unsigned dim : {1, 2})
    if (type.isDynamicDim(dim) &&
        (seq.empty() || getDim(function, input.getArgNumber(), dim) != seq))
      return true;
  return false;
}

/// Of names that only the graph knows: a large number each, and short ones, which differ
/// as well, for short lengths.
int64_t Graph::sizeOfSymbol(StringRef name, Lengths lengths) const {
  int64_t number = unknownSymbols.lookup(name);
  bool isLong = llvm::any_of(primeLengths, [&](const Lengths &primes) {
    return primes.seq == lengths.seq;
  });
  return isLong ? longSymbol + 2 * number : lengths.seq + number;
}

/// Sizes for these lengths.
Graph::Sizes Graph::sizesOfInput(unsigned index, Lengths lengths) const {
  Value input = function.getArgument(index);
  auto type = dyn_cast<RankedTensorType>(input.getType());
  Sizes sizes;
  if (!type)
    return sizes;
  unsigned idsIndex = ids ? cast<BlockArgument>(ids).getArgNumber() : index;
  StringRef batch = getDim(function, idsIndex, 0);
  StringRef seq = getDim(function, idsIndex, 1);
  for (auto [i, size] : llvm::enumerate(type.getShape())) {
    StringRef name = getDim(function, index, i);
    bool isPast = llvm::is_contained(past, input);
    bool last = i + 1 == type.getShape().size();
    if (!ShapedType::isDynamic(size))
      sizes.push_back(size);
    else if (i == 0 || (!name.empty() && name == batch))
      sizes.push_back(lengths.batch);
    else if (input == ids || input == positions ||
             (!name.empty() && name == seq))
      sizes.push_back(lengths.seq);
    else if (input == mask)
      sizes.push_back(lengths.past + lengths.seq);
    else if (isPast && !last)
      sizes.push_back(lengths.past);
    else if (name.empty() && isa<FloatType>(type.getElementType()))
      sizes.push_back(lengths.seq);
    else
      sizes.push_back(sizeOfSymbol(name, lengths));
  }
  return sizes;
}

//===----------------------------------------------------------------------===//
// What values are made of
//===----------------------------------------------------------------------===//

/// Data flows from the tokens' rows, caches and other floats that are given;
/// sizes are no data.
void Graph::findData() {
  for (Value input : function.getArguments())
    if (isa<FloatType>(getElementTypeOrSelf(input.getType())))
      data.insert(input);
  if (ids)
    idData.insert(ids);
  function.walk([&](Operation *op) {
    bool constant = isa<onnx::ConstantOp, llm::ParamOp, onnx::NoneOp>(op) ||
                    (op->getNumOperands() &&
                     llvm::all_of(op->getOperands(), [&](Value operand) {
                       return constants.contains(operand);
                     }));
    auto reads = [&](const llvm::DenseSet<Value> &set) {
      return llvm::any_of(op->getOperands(),
                          [&](Value operand) { return set.contains(operand); });
    };
    bool isSize = isa<onnx::ShapeOp, onnx::SizeOp>(op);
    bool isRows =
        isa<onnx::GatherOp, onnx::MicrosoftGatherBlockQuantizedOp>(op) &&
        isIds(op->getOperand(1));
    for (Value result : op->getResults()) {
      if (constant)
        constants.insert(result);
      if (isRows || (reads(data) && !isSize))
        data.insert(result);
      else if (reads(idData) && !isSize)
        idData.insert(result);
    }
  });
}

void Graph::replace(Value old, Value made) {
  if (isData(old))
    data.insert(made);
  if (const Sizes *sizes = this->sizes(old))
    known[made] = Sizes(*sizes);
  old.replaceAllUsesWith(made);
}

bool Graph::isConstant(Value value) const { return constants.contains(value); }

/// In the order of the block, so that no question goes deep. False if a value of
/// data has no sizes.
bool Graph::findSizes(Lengths lengths) {
  chosen = settle(lengths);
  known.clear();
  firstUnsized = nullptr;
  Evaluator evaluated = evaluator(chosen);
  bool complete = true;
  auto find = [&](Value value) {
    if (isa<NoneType>(value.getType()))
      return;
    const Sizes *found = evaluated.sizes(value);
    if (found)
      known[value] = *found;
    complete &= found || !isData(value);
    if (found || firstUnsized)
      return;
    firstUnsized = value.getDefiningOp();
    unsizedReason = evaluated.reason();
  };
  for (Value input : function.getArguments())
    find(input);
  function.walk([&](Operation *op) {
    for (Value result : op->getResults())
      find(result);
  });
  return complete;
}

const Graph::Sizes *Graph::sizes(Value value) const {
  auto found = known.find(value);
  return found == known.end() ? nullptr : &found->second;
}

Graph::Graph(func::FuncOp function, const WeightStore *store)
    : function(function), store(store),
      symbols(function->getParentOfType<ModuleOp>()) {
  findRoles();
  for (BlockArgument input : function.getArguments())
    if (auto dims = function.getArgAttrOfType<ArrayAttr>(input.getArgNumber(),
                                                         "onnx.dims"))
      for (Attribute dim : dims)
        if (auto name = dyn_cast<StringAttr>(dim))
          unknownSymbols.try_emplace(name, unknownSymbols.size());
  constexpr int64_t elementsPerOp = int64_t{1} << 17; // a norm's are 2^19
  int64_t ops = 16;
  function.walk([&](Operation *) { ++ops; });
  work = std::make_shared<int64_t>(ops * elementsPerOp);
  findData();
  for (Lengths lengths : primeLengths)
    if (findSizes(lengths))
      return;
  findSizes(primeLengths[0]); // of what is known, by the longest
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

llm::WeightOp Graph::findWeight(Value constant) const {
  auto param = constant.getDefiningOp<llm::ParamOp>();
  return param ? symbols.lookup<llm::WeightOp>(param.getWeight())
               : llm::WeightOp();
}

bool Graph::readWeight(Value value, Sizes &sizes, Elements &elements) const {
  llm::WeightOp weight = findWeight(value);
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!weight || !type)
    return false;
  sizes = Sizes(type.getShape());
  if (!store && !weight.getValue())
    return true; // has sizes, no elements
  auto &values = weightValues[weight.getSymName()];
  elements = [this, weight, sizes, &values](onnx::Index index) mutable {
    static const WeightStore empty;
    if (!values) {
      auto made = makeWeightValues(weight, store ? *store : empty);
      values = std::make_shared<std::vector<float>>();
      if (made)
        *values = std::move(*made);
      else
        llvm::consumeError(made.takeError());
    }
    int64_t flat = 0;
    for (auto [place, size] : llvm::zip_equal(index, sizes))
      flat = flat * size + place;
    bool there = flat < static_cast<int64_t>(values->size());
    return Scalar::of(there ? static_cast<double>((*values)[flat]) : NAN);
  };
  return true;
}

Lengths Graph::settle(Lengths lengths) const {
  if (past.empty())
    lengths.past = 0;
  auto type = ids ? dyn_cast<RankedTensorType>(ids.getType()) : nullptr;
  if (type && !type.isDynamicDim(0))
    lengths.batch = type.getDimSize(0);
  return lengths;
}

Evaluator Graph::evaluator(Lengths lengths, Evaluator::Floats floats) const {
  lengths = settle(lengths);
  Evaluator made(
      [this](Value value, Sizes &sizes, Elements &elements) {
        return readWeight(value, sizes, elements);
      },
      floats);
  made.limit(work);
  for (BlockArgument input : function.getArguments()) {
    Elements elements;
    if (input == ids)
      elements = [](onnx::Index) { return Scalar::of(int64_t{0}); };
    else if (input == mask)
      elements = [](onnx::Index) { return Scalar::of(int64_t{1}); };
    else if (input == positions)
      elements = [p = lengths.past](onnx::Index index) {
        return Scalar::of(p + index.back());
      };
    made.bind(input, sizesOfInput(input.getArgNumber(), lengths), elements);
  }
  return made;
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

bool llmc::cutAbove(const Graph &graph, Value root,
                    llvm::function_ref<bool(Operation *)> passes,
                    llvm::function_ref<bool(Value)> found) {
  constexpr int mostOps = 40;
  SmallVector<Value> cut;
  auto add = [&](Operation *op) {
    for (Value operand : op->getOperands())
      if (graph.isData(operand) && !llvm::is_contained(cut, operand))
        cut.push_back(operand);
  };
  Operation *op = root.getDefiningOp();
  if (!op || !passes(op))
    return false;
  add(op);
  for (int taken = 0; taken < mostOps && !cut.empty(); ++taken) {
    if (cut.size() == 1 && found(cut.front()))
      return true;
    // The last in the block: no other of the cut is made of it.
    Value *last = nullptr;
    for (Value &value : cut) {
      Operation *maker = value.getDefiningOp();
      if (maker && (!last || last->getDefiningOp()->isBeforeInBlock(maker)))
        last = &value;
    }
    if (!last || !passes(last->getDefiningOp()))
      return false;
    Operation *expanded = last->getDefiningOp();
    cut.erase(last);
    add(expanded);
  }
  return false;
}

void llmc::declineNode(Operation *op, llvm::StringRef pass,
                       const std::string &reason) {
  op->setAttr(declinedNodeAttr, StringAttr::get(op->getContext(), reason));
  decline(op, pass, reason);
}

void llmc::raiseRoots(Graph &graph,
                      llvm::function_ref<bool(Operation *)> isRoot,
                      llvm::function_ref<void(Operation *)> raise) {
  for (Operation &op : llvm::reverse(graph.function.getBody().front()))
    if (!op.use_empty() && isRoot(&op))
      raise(&op);
  eraseDead(graph.function);
}

void llmc::eraseDead(func::FuncOp function) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

std::optional<double> llmc::getScalar(const Graph &graph, Value value) {
  const Graph::Sizes *sizes = graph.sizes(value);
  if (!graph.isConstant(value) || !sizes ||
      llvm::any_of(*sizes, [](int64_t size) { return size != 1; }))
    return std::nullopt;
  Evaluator evaluator = graph.evaluator(graph.lengths());
  auto element = evaluator.element(value, Graph::Sizes(sizes->size(), 0));
  return element ? std::optional(element->number()) : std::nullopt;
}

int64_t llmc::findGreatestNumber(Value end, Value source) {
  constexpr double toTheEnd = 0x1p20;
  constexpr size_t mostOps = 4000;
  SmallVector<Value> open = {end};
  llvm::DenseSet<Value> seen = {end, source};
  int64_t greatest = 0;
  auto count = [&](double number) {
    if (std::fabs(number) < toTheEnd)
      greatest = std::max(greatest, static_cast<int64_t>(std::fabs(number)));
  };
  while (!open.empty() && seen.size() < mostOps) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op)
      continue;
    auto constant = dyn_cast<onnx::ConstantOp>(op);
    auto values =
        constant ? dyn_cast_or_null<DenseElementsAttr>(constant.getValueAttr())
                 : DenseElementsAttr();
    // Windows may be floats; minus infinity is not as far as one looks.
    if (values && isa<FloatType>(values.getElementType()))
      for (const APFloat &number : values.getValues<APFloat>())
        count(number.convertToDouble());
    else if (values && isa<IntegerType>(values.getElementType()))
      for (const APInt &number : values.getValues<APInt>())
        count(static_cast<double>(number.getSExtValue()));
    for (Value operand : op->getOperands())
      if (seen.insert(operand).second)
        open.push_back(operand);
  }
  return greatest;
}

double llmc::toleranceOf(Type elementType) {
  if (elementType.isBF16())
    return 2e-2;
  return elementType.isF16() ? 2e-3 : 1e-5;
}

double llmc::pseudoRandom(uint64_t seed) {
  // splitmix64 (Steele, Lea, Flood: doi 10.1145/2714064.2660195).
  seed += 0x9e3779b97f4a7c15;
  seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
  seed ^= seed >> 31;
  return static_cast<double>(seed >> 11) * 0x1p-52 - 1;
}

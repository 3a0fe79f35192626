//===- Interpreter.cpp - calls of functions, caches between them ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The executable meaning of the llm dialect: every lowering is compared with
// it.
//===----------------------------------------------------------------------===//
#include "llmc/Reference/Interpreter.h"

#include "Evaluation.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <set>

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;

namespace {
/// What a function keeps between calls.
struct Kept {
  std::map<unsigned, std::shared_ptr<KvCache>> caches; // by argument number
  std::map<int32_t, std::vector<int32_t>> positions;   // by sequence, then slot
};
} // namespace

struct Interpreter::State {
  State(ModuleOp module, const WeightStore &store, bool singlePrecision)
      : module(module), weights(module, store),
        singlePrecision(singlePrecision) {
    addRowOps(table);
    addPositionOps(table);
    addSequenceOps(table);
    addExpertOps(table);
    addElementwiseOps(table);
    addTensorOps(table);
    addStructureOps(table);
    addSamplingOps(table);
    addLinalgOps(table);
  }

  ModuleOp module;
  OpTable table;
  WeightCache weights;
  bool singlePrecision;
  llvm::StringMap<Kept> kept; // by function
};

Interpreter::Interpreter(ModuleOp module, const WeightStore &weights,
                         bool singlePrecision)
    : state(std::make_unique<State>(module, weights, singlePrecision)) {}
Interpreter::~Interpreter() = default;

void Interpreter::reset() { state->kept.clear(); }

static llvm::Error checkBatch(const ReferenceBatch &batch) {
  size_t rows = batch.tokens.size();
  if (batch.positions.size() != rows || batch.sequences.size() != rows)
    return llvm::createStringError(
        "a batch has one token, position and sequence per row: found "
        "%zu, %zu and %zu",
        rows, batch.positions.size(), batch.sequences.size());
  std::set<int32_t> ended;
  for (size_t t = 0; t < rows; ++t) {
    if (batch.positions[t] < 0 || batch.sequences[t] < 0)
      return llvm::createStringError(
          "positions and sequences are not negative: row %zu has "
          "position %d of sequence %d",
          t, batch.positions[t], batch.sequences[t]);
    if (t && batch.sequences[t] != batch.sequences[t - 1])
      ended.insert(batch.sequences[t - 1]);
    if (ended.count(batch.sequences[t]))
      return llvm::createStringError(
          "rows of a sequence are contiguous: sequence %d comes again "
          "at row %zu",
          batch.sequences[t], t);
  }
  for (int32_t row : batch.logitRows)
    if (row < 0 || static_cast<size_t>(row) >= rows)
      return llvm::createStringError(
          "logit rows lie in the batch: found %d of %zu", row, rows);
  return llvm::Error::success();
}

/// Gives every row the next slot of its sequence.
static Rows placeRows(const ReferenceBatch &batch, const Kept &kept) {
  Rows rows{&batch, {}, {}};
  for (auto [sequence, position] :
       llvm::zip_equal(batch.sequences, batch.positions)) {
    auto [stored, isNew] = rows.stored.try_emplace(sequence);
    auto known = kept.positions.find(sequence);
    if (isNew && known != kept.positions.end())
      stored->second = known->second;
    rows.slots.push_back(stored->second.size());
    stored->second.push_back(position);
  }
  return rows;
}

static llvm::Error checkArgument(unsigned number, RankedTensorType type,
                                 const ReferenceTensor &tensor) {
  auto count = countElements(tensor.shape);
  if (!count)
    return count.takeError();
  bool isFloat = isa<FloatType>(type.getElementType());
  size_t elements = isFloat ? tensor.floats.size() : tensor.ints.size();
  bool fits = tensor.shape.size() == static_cast<size_t>(type.getRank()) &&
              elements == static_cast<size_t>(*count);
  for (auto [have, want] : llvm::zip(tensor.shape, type.getShape()))
    fits &= ShapedType::isDynamic(want) || have == want;
  if (fits)
    return llvm::Error::success();
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "argument " << number << " is " << type << ", found " << elements
         << " elements of shape [";
  llvm::interleaveComma(tensor.shape, stream);
  stream << ']';
  return llvm::createStringError(text);
}

static llvm::Expected<std::vector<RuntimeValue>>
bindArguments(func::FuncOp function, llvm::ArrayRef<ReferenceTensor> tensors,
              const Rows &rows, Kept &kept) {
  std::vector<RuntimeValue> arguments;
  for (auto [number, type] : llvm::enumerate(function.getArgumentTypes())) {
    if (isa<llm::BatchType>(type)) {
      arguments.emplace_back(&rows);
    } else if (auto cache = dyn_cast<llm::KVType>(type)) {
      std::shared_ptr<KvCache> &slot = kept.caches[number];
      if (!slot)
        slot = std::make_shared<KvCache>(KvCache{cache, {}});
      arguments.emplace_back(slot);
    } else if (auto tensor = dyn_cast<RankedTensorType>(type)) {
      if (tensors.empty())
        return llvm::createStringError("no tensor given for argument %zu",
                                       number);
      if (llvm::Error error = checkArgument(number, tensor, tensors.front()))
        return error;
      arguments.emplace_back(std::make_shared<const Tensor>(tensors.front()));
      tensors = tensors.drop_front();
    } else {
      return llvm::createStringError(
          "argument %zu is neither tensor, cache nor batch", number);
    }
  }
  if (!tensors.empty())
    return llvm::createStringError("%zu tensors more than arguments",
                                   tensors.size());
  return arguments;
}

llvm::Expected<std::vector<ReferenceTensor>>
Interpreter::call(llvm::StringRef name, llvm::ArrayRef<ReferenceTensor> tensors,
                  const ReferenceBatch &batch) {
  auto function = state->module.lookupSymbol<func::FuncOp>(name);
  if (!function || function.isExternal() || !function.getBody().hasOneBlock())
    return llvm::createStringError("the module has no function @" + name +
                                   " of one block to run");
  if (llvm::Error error = checkBatch(batch))
    return error;
  Kept &kept = state->kept[name];
  Rows rows = placeRows(batch, kept);
  auto arguments = bindArguments(function, tensors, rows, kept);
  if (!arguments)
    return arguments.takeError();
  Evaluation evaluation(state->table, state->weights, state->singlePrecision);
  auto results =
      evaluation.run(function.getBody().front(), std::move(*arguments));
  if (!results)
    return results.takeError();
  for (auto &[sequence, positions] : rows.stored)
    kept.positions[sequence] = std::move(positions);
  assert(results->size() == function.getNumResults() &&
         "a block yields what its function returns");
  std::vector<ReferenceTensor> outputs;
  for (RuntimeValue &result : *results)
    if (auto *tensor = std::get_if<TensorRef>(&result))
      outputs.push_back(**tensor);
  return outputs;
}

/// `@step` or, once there is one per target, the first: all mean the same.
static llvm::StringRef findStep(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>())
    if (function.getName().starts_with("step."))
      return function.getName();
  return "step";
}

llvm::Expected<ReferenceLogits> Interpreter::step(const ReferenceBatch &batch) {
  auto results = call(findStep(state->module), {}, batch);
  if (!results)
    return results.takeError();
  if (results->empty() || results->front().shape.size() != 2)
    return llvm::createStringError("@step returns logits [L, V] first");
  ReferenceTensor &logits = results->front();
  return ReferenceLogits{logits.shape[0], logits.shape[1],
                         std::move(logits.floats)};
}

//===- LLMOps.cpp - checks of the model operations --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each message starts with the number of the constraint in LLMOps.td.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"
#include "dialects/llm/Sampling.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace mlir::llm;

static ArrayRef<int64_t> shapeOf(Value value) {
  return getMatrixShape(value.getType());
}

/// Equal, or at least one of them unknown.
static bool dimsAgree(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

static bool shapesAgree(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
           return dimsAgree(std::get<0>(pair), std::get<1>(pair));
         });
}

static std::string spell(ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (auto [i, dim] : llvm::enumerate(shape)) {
    text += i ? ", " : "";
    text += ShapedType::isDynamic(dim) ? "?" : std::to_string(dim);
  }
  return text + "]";
}

/// (C0): every dimension but the outermost is static and positive, so that only
/// numbers of rows remain to be checked at run time.
static LogicalResult verifyShapes(Operation *op) {
  auto isFit = [](Type type) {
    if (!isa<RankedTensorType, PackedType>(type))
      return true;
    ArrayRef<int64_t> shape = getMatrixShape(type);
    return !shape.empty() && llvm::all_of(shape.drop_front(),
                                          [](int64_t dim) { return dim > 0; });
  };
  for (TypeRange types :
       {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())})
    for (Type type : types)
      if (!isFit(type))
        return op->emitOpError("(C0) only the number of rows may be unknown, "
                               "other dimensions are positive: found ")
               << type;
  return success();
}

/// Whether every dimension is known: what parameters need.
static bool isStatic(ArrayRef<int64_t> shape) {
  return llvm::none_of(shape, ShapedType::isDynamic);
}

LogicalResult EmbedOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  if (shapeOf(getTable()).size() != 2)
    return emitOpError("(C1) table is [V, E], found ")
           << spell(shapeOf(getTable()));
  int64_t expected[] = {shapeOf(getIds())[0], shapeOf(getTable())[1]};
  if (!shapesAgree(shapeOf(getResult()), expected))
    return emitOpError("(C1) result is ids by table columns ")
           << spell(expected) << ", found " << spell(shapeOf(getResult()));
  return success();
}

LogicalResult NormOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  if (getInput().getType() != getResult().getType())
    return emitOpError("(C1) result has the input's type, input is ")
           << getInput().getType() << ", result is " << getResult().getType();
  ArrayRef<int64_t> input = shapeOf(getInput());
  for (Value scale : {getWeight(), getBias()}) {
    if (!scale)
      continue;
    ArrayRef<int64_t> shape = shapeOf(scale);
    if (shape.size() > input.size() || !isStatic(shape) ||
        !shapesAgree(shape, input.take_back(shape.size())))
      return emitOpError("(C2) weight and bias have the last dimensions of the "
                         "input: input is ")
             << spell(input) << ", found " << spell(shape);
  }
  if (!(getEps().convertToDouble() > 0)) // NaN too
    return emitOpError("(C3) eps must be positive, found ")
           << getEps().convertToDouble();
  if (getBias() && !getWeight())
    return emitOpError("(C4) a bias needs a weight");
  return success();
}

LogicalResult LinearOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(getInput()), weight = shapeOf(getWeight());
  if (weight.size() < 2 || weight.size() > 3 || !isStatic(weight))
    return emitOpError("(C1) weight is [N, K] or [H, N, K], found ")
           << spell(weight);
  if (input.size() < 2)
    return emitOpError("(C1) input is rows of K, found ") << spell(input);
  if (!dimsAgree(input.back(), weight.back()))
    return emitOpError("(C1) input and weight need the same K: input is ")
           << spell(input) << ", weight is " << spell(weight);
  SmallVector<int64_t> expected(input);
  expected.back() = weight[weight.size() - 2];
  if (!shapesAgree(shapeOf(getResult()), expected))
    return emitOpError("(C2) result is ")
           << spell(expected) << ", found " << spell(shapeOf(getResult()));
  if (weight.size() == 3 && (input.size() != 3 || input[1] != weight[0]))
    return emitOpError("(C3) a weight per head needs input [T, ")
           << weight[0] << ", K], found " << spell(input);
  if (auto packed = dyn_cast<PackedType>(getInput().getType()))
    if (!isActivation(packed.getEncoding()) || input.size() != 2 ||
        packed.getLayout())
      return emitOpError("(C4) a packed input holds activations, "
                         "found ")
             << packed;
  if (getBias() && shapeOf(getBias()) != ArrayRef(expected.back()))
    return emitOpError("(C5) bias is [")
           << expected.back() << "], found " << spell(shapeOf(getBias()));
  if (hasBFloatPrompts(getInput().getType()) != (getBatch() != nullptr))
    return emitOpError("(C6) batch is there iff rows of prompts may be bf16");
  return success();
}

LogicalResult QuantizeActOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  auto packed = getResult().getType();
  if (!shapesAgree(shapeOf(getInput()), packed.getShape()))
    return emitOpError("(C1) result has the input's shape ")
           << spell(shapeOf(getInput())) << ", found "
           << spell(packed.getShape());
  if (!isActivation(packed.getEncoding()))
    return emitOpError("(C2) needs an activation encoding, found ")
           << Attribute(packed.getEncoding());
  if (hasBFloatPrompts(packed) != (getBatch() != nullptr))
    return emitOpError("(C3) batch is there iff rows of prompts may be bf16");
  if (!getScale())
    return success();
  if (shapeOf(getScale()) != ArrayRef<int64_t>(1))
    return emitOpError("(C4) scale is [1], found ")
           << spell(shapeOf(getScale()));
  auto codes = dyn_cast<Int8ActEncodingAttr>(packed.getEncoding());
  if (!codes || codes.getFine())
    return emitOpError("(C4) #llm.int8_act in one plane has a scale for all, "
                       "found ")
           << Attribute(packed.getEncoding());
  return success();
}

LogicalResult DequantOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  if (!shapesAgree(shapeOf(getInput()), shapeOf(getResult())))
    return emitOpError("(C1) result has the input's shape ")
           << spell(shapeOf(getInput())) << ", found "
           << spell(shapeOf(getResult()));
  return success();
}

LogicalResult BroadcastOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  RankedTensorType result = getType();
  if (input.getElementType() != result.getElementType() ||
      input.getRank() > result.getRank())
    return emitOpError("(C1) spreads fewer dimensions of the same type, found ")
           << input << " and " << result;
  for (auto [have, want] : llvm::zip(llvm::reverse(input.getShape()),
                                     llvm::reverse(result.getShape())))
    if (have != 1 && have != want)
      return emitOpError("(C1) a dimension of the input is 1 or that of the "
                         "result, found ")
             << input << " and " << result;
  if (static_cast<bool>(getRows()) != result.isDynamicDim(0))
    return emitOpError("(C2) takes the number of rows iff the result does not "
                       "know it, found ")
           << result;
  return success();
}

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

/// Checks shared by rope and rotate: rotated dims lie inside the head.
static LogicalResult verifyRotated(Operation *op, Value input, Value result,
                                   int64_t start, int64_t rotated) {
  if (input.getType() != result.getType())
    return op->emitOpError("(C1) result has the input's type, input is ")
           << input.getType() << ", result is " << result.getType();
  int64_t headDim = shapeOf(input).back();
  if (start < 0 || rotated % 2 || rotated <= 0 || start + rotated > headDim)
    return op->emitOpError("(C2) rotates an even number of dims inside the "
                           "head: head dim is ")
           << headDim << ", found start " << start << " and " << rotated
           << " rotated dims";
  return success();
}

/// [R/2] for all rows or [T, R/2] for each its own.
static bool isInverse(ArrayRef<int64_t> shape) {
  return shape.size() == 2 || (shape.size() == 1 && isStatic(shape));
}

LogicalResult RopeOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  if (!isInverse(shapeOf(getInv())))
    return emitOpError("(C3) inv is [R/2] or [T, R/2], found ")
           << spell(shapeOf(getInv()));
  return verifyRotated(*this, getInput(), getResult(), getStart(),
                       2 * shapeOf(getInv()).back());
}

LogicalResult RotationOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  if (!isInverse(shapeOf(getInv())))
    return emitOpError("(C2) inv is [R/2] or [T, R/2], found ")
           << spell(shapeOf(getInv()));
  int64_t expected[] = {shapeOf(getPositions())[0],
                        2 * shapeOf(getInv()).back()};
  if (!shapesAgree(shapeOf(getResult()), expected))
    return emitOpError("(C1) result is ")
           << spell(expected) << ", found " << spell(shapeOf(getResult()));
  return success();
}

LogicalResult RotateOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  return verifyRotated(*this, getInput(), getResult(), getStart(),
                       shapeOf(getRotation()).back());
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

/// `value(%v), %batch`, or `%batch` alone when the cache stores no values.
static ParseResult
parseValueThenBatch(OpAsmParser &parser,
                    std::optional<OpAsmParser::UnresolvedOperand> &value,
                    OpAsmParser::UnresolvedOperand &batch) {
  if (succeeded(parser.parseOptionalKeyword("value"))) {
    value.emplace();
    if (parser.parseLParen() || parser.parseOperand(*value) ||
        parser.parseRParen() || parser.parseComma())
      return failure();
  }
  return parser.parseOperand(batch);
}

static void printValueThenBatch(OpAsmPrinter &printer, Operation *, Value value,
                                Value batch) {
  if (value)
    printer << "value(" << value << "), ";
  printer << batch;
}

LogicalResult KVWriteOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  KVType kv = getCache().getType();
  if (getResult().getType() != kv)
    return emitOpError("(C1) result has the cache's type ")
           << kv << ", found " << getResult().getType();
  int64_t keyShape[] = {ShapedType::kDynamic, kv.getHeads(), kv.getKeyDim()};
  if (!shapesAgree(shapeOf(getKey()), keyShape))
    return emitOpError("(C2) key is ")
           << spell(keyShape) << ", found " << spell(shapeOf(getKey()));
  if (static_cast<bool>(getValue()) != (kv.getValueDim() > 0))
    return emitOpError("(C3) value is given iff the cache stores values, the "
                       "cache is ")
           << kv;
  int64_t valueShape[] = {ShapedType::kDynamic, kv.getHeads(),
                          kv.getValueDim()};
  if (getValue() && !shapesAgree(shapeOf(getValue()), valueShape))
    return emitOpError("(C2) value is ")
           << spell(valueShape) << ", found " << spell(shapeOf(getValue()));
  int64_t writers = llvm::count_if(getCache().getUsers(), [](Operation *user) {
    return isa<KVWriteOp>(user);
  });
  if (writers > 1)
    return emitOpError("(C4) a cache version is written once, found ")
           << writers << " kv_write users";
  if (getCache().getParentBlock() != (*this)->getBlock())
    return emitOpError("(C4) a cache version is written in the block that "
                       "defines it: carry it through the loop");
  for (Operation *user : getCache().getUsers())
    if (isa<AttentionOp>(user) && user->getBlock() == (*this)->getBlock() &&
        (*this)->isBeforeInBlock(user))
      return emitOpError("(C5) an attention reads this cache version after it "
                         "was written over");
  return success();
}

namespace {
/// The geometry of what an attention reads, from its cache or explicit keys.
struct KeyShape {
  int64_t heads, keyDim, valueDim;
};
} // namespace

static FailureOr<KeyShape> getKeyShape(AttentionOp op) {
  bool cached = static_cast<bool>(op.getCache());
  if (cached == static_cast<bool>(op.getKey()) ||
      cached != static_cast<bool>(op.getLayer()) ||
      cached == static_cast<bool>(op.getValue()))
    return op.emitOpError(
        "(C3) needs either cache and layer, or key and value");
  if (cached) {
    KVType kv = op.getCache().getType();
    return KeyShape{kv.getHeads(), kv.getKeyDim(), kv.getValueChannels()};
  }
  ArrayRef<int64_t> key = shapeOf(op.getKey()), value = shapeOf(op.getValue());
  if (!dimsAgree(key[0], value[0]) || key[1] != value[1])
    return op.emitOpError("(C3) explicit keys need values with as many rows "
                          "and heads: key is ")
           << spell(key) << ", value is " << spell(value);
  return KeyShape{key[1], key[2], value[2]};
}

/// Masks, and what a cache can answer of them.
static LogicalResult verifyMasks(AttentionOp op) {
  if (!(op.getSoftcap().convertToDouble() >= 0) || op.getLeft() < -1 ||
      op.getRight() < -1 || op.getChunk() < 0)
    return op.emitOpError("(C4) softcap and chunk are not negative, left and "
                          "right are at least -1");
  if (!op.getCache())
    return success();
  if (op.getRight() != 0)
    return op.emitOpError("(C6) a cached attention looks back only: right must "
                          "be 0, found ")
           << op.getRight();
  int64_t window = op.getCache().getType().getWindow();
  if (window > 0 && (op.getLeft() < 0 || op.getLeft() >= window))
    return op.emitOpError("(C9) the cache keeps ")
           << window << " positions, left is " << op.getLeft();
  return success();
}

/// Biases per head or per distance.
static LogicalResult verifyBiases(AttentionOp op, int64_t heads) {
  if (op.getSlopes() && op.getRel())
    return op.emitOpError("(C5) slopes and rel exclude each other");
  for (Value perHead : {op.getSlopes(), op.getSinks()})
    if (perHead && shapeOf(perHead) != ArrayRef(heads))
      return op.emitOpError("(C7) slopes and sinks hold one number per head: ")
             << heads << " heads, found " << spell(shapeOf(perHead));
  if (!op.getRel())
    return success();
  ArrayRef<int64_t> rel = shapeOf(op.getRel());
  if (rel.size() != 2 || !isStatic(rel) || rel[1] != heads)
    return op.emitOpError("(C8) rel is [B, ")
           << heads << "], found " << spell(rel);
  int64_t exact = rel[0] / (op.getRelBidir() ? 4 : 2);
  if (exact < 1 || op.getRelDist() <= exact)
    return op.emitOpError("(C8) each direction has at least two buckets and "
                          "fewer exact ones than rel_dist: found ")
           << rel[0] << " buckets, rel_dist " << op.getRelDist();
  return success();
}

LogicalResult AttentionOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  FailureOr<KeyShape> keys = getKeyShape(*this);
  if (failed(keys) || failed(verifyMasks(*this)))
    return failure();
  ArrayRef<int64_t> query = shapeOf(getQuery());
  if (query[1] % keys->heads)
    return emitOpError("(C1) key heads divide query heads: found ")
           << query[1] << " and " << keys->heads;
  int64_t expected[] = {query[0], query[1], keys->valueDim};
  if (query[2] != keys->keyDim || !shapesAgree(shapeOf(getResult()), expected))
    return emitOpError("(C2) query head dim is ")
           << keys->keyDim << " and result is " << spell(expected)
           << ": found query " << spell(query) << ", result "
           << spell(shapeOf(getResult()));
  return verifyBiases(*this, query[1]);
}

//===----------------------------------------------------------------------===//
// Experts
//===----------------------------------------------------------------------===//

LogicalResult RouteOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  int64_t experts = shapeOf(getLogits())[1], groups = getGroups();
  if (groups < 1 || experts % groups)
    return emitOpError("(C1) groups divide experts: found ")
           << groups << " and " << experts;
  if (getTopGroups() < 1 || getTopGroups() > groups || getK() < 1 ||
      getK() > getTopGroups() * experts / groups)
    return emitOpError("(C2) k experts must fit into the chosen groups: k is ")
           << getK() << ", " << getTopGroups() << " groups of "
           << experts / groups;
  if (getGroupScore() == GroupScore::Top2Sum && experts / groups < 2)
    return emitOpError("(C3) top2_sum needs two experts per group");
  if (getWeighting() == RouteWeights::Softmax &&
      getScore() != RouteScore::Identity)
    return emitOpError("(C4) softmax weights need identity scores");
  int64_t expected[] = {shapeOf(getLogits())[0], static_cast<int64_t>(getK())};
  if (!shapesAgree(shapeOf(getIndices()), expected) ||
      !shapesAgree(shapeOf(getWeights()), expected))
    return emitOpError("(C5) results are ") << spell(expected);
  if (getSelectBias() && shapeOf(getSelectBias()) != ArrayRef(experts))
    return emitOpError("(C6) the bias is [")
           << experts << "], found " << spell(shapeOf(getSelectBias()));
  return success();
}

LogicalResult ExpertLinearOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(getInput()), weight = shapeOf(getWeight());
  ArrayRef<int64_t> chosen = shapeOf(getIndices());
  if (weight.size() != 3 || !isStatic(weight) || input.back() != weight[2])
    return emitOpError("(C1) weight is [X, N, K] with the input's K: input is ")
           << spell(input) << ", weight is " << spell(weight);
  if (input.size() < 2 || input.size() > 3 || !dimsAgree(input[0], chosen[0]) ||
      (input.size() == 3 && input[1] != chosen[1]))
    return emitOpError("(C2) input is [T, K] or [T, k, K] with k of indices: "
                       "found ")
           << spell(input) << " and indices " << spell(chosen);
  int64_t expected[] = {chosen[0], chosen[1], weight[1]};
  if (!shapesAgree(shapeOf(getResult()), expected))
    return emitOpError("(C3) result is ")
           << spell(expected) << ", found " << spell(shapeOf(getResult()));
  if (getBias() && shapeOf(getBias()) != weight.take_front(2))
    return emitOpError("(C5) bias is ")
           << spell(weight.take_front(2)) << ", found "
           << spell(shapeOf(getBias()));
  return success();
}

LogicalResult CombineOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(getInput());
  int64_t weights[] = {input[0], input[1]}, result[] = {input[0], input[2]};
  if (!shapesAgree(shapeOf(getWeights()), weights) ||
      !shapesAgree(shapeOf(getResult()), result))
    return emitOpError("(C1) input [T, k, E], weights [T, k], result [T, E]: "
                       "found input ")
           << spell(input) << ", weights " << spell(shapeOf(getWeights()))
           << ", result " << spell(shapeOf(getResult()));
  return success();
}

//===----------------------------------------------------------------------===//
// Sampling
//===----------------------------------------------------------------------===//

LogicalResult SampleOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  ArrayRef<int64_t> logits = shapeOf(getLogits());
  if (!dimsAgree(logits[0], shapeOf(getResult())[0]))
    return emitOpError("(C1) one id per row of logits: found logits ")
           << spell(logits) << ", result " << spell(shapeOf(getResult()));
  if (logits[1] > sampling::mostColumns)
    return emitOpError("(C2) at most ")
           << sampling::mostColumns << " columns have exact sums, found "
           << logits[1];
  return success();
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

LogicalResult TileDotOp::verify() {
  if (getAccs().empty() ||
      static_cast<int64_t>(getAccs().size()) != getRows() * getStrips() ||
      !llvm::all_equal(getAccs().getTypes()) ||
      getAccs().getTypes() != getResultTypes())
    return emitOpError("(C1) carries rows x strips = ")
           << getRows() * getStrips() << " accumulators of one type, found "
           << getAccs().size();
  if (getLane() < 0 || getLane() % getLanes())
    return emitOpError("(C2) begins at a multiple of its ")
           << getLanes() << " lanes, found " << getLane();
  return success();
}

void TileDotOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  effects.emplace_back(MemoryEffects::Read::get(), &getXMutable());
  effects.emplace_back(MemoryEffects::Read::get(), &getWMutable());
}

#define GET_OP_CLASSES
#include "dialects/llm/LLMOps.cpp.inc"

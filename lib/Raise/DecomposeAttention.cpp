//===- DecomposeAttention.cpp - attention operators in products -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a mask of an operator means is then what its graph says, as everywhere:
// one recogniser for all spellings.
//===----------------------------------------------------------------------===//
#include "Decompose.h"

#include <cmath>

using namespace llmc;
using namespace mlir;
using onnx::GraphWriter;

namespace {

/// Attention on heads, with all that the operators have besides.
struct Heads4 {
  Value query, key, value; // [B, H, S, D], [B, K, U, D], [B, K, U, Dv]
  int64_t heads = 0, keyHeads = 0;
  double scale = 0, softcap = 0; // 0: 1/sqrt(D), none
  bool causal = false;
  int64_t left = -1; // keys before a row's own that it sees; -1: all
  int64_t right = -1;
  /// Keys before the first row, a number or [B, 1, 1]; null: the rows are the last S
  /// of U.
  Value offset;
  SmallVector<Value> allowed;  // i1, broadcast to [B, H, S, U]
  SmallVector<Value> summands; // the same, added to the scores
  /// Rows that see no key have weights of 0, not NaN.
  bool guards = false;
  int64_t softmaxType = 0; // TensorProto.DataType; 0: the scores'
};

/// [B, H, S, Dv], and the scores [B, H, S, U] on their way.
struct Attended {
  Value result;
  Value products, capped, masked, weights;
};

class AttentionWriter {
public:
  explicit AttentionWriter(GraphWriter &writer) : w(writer) {}

  /// [B, S, n*D] as [B, n, S, D].
  Value splitHeads(Value rows, int64_t heads) {
    Value split = w.reshape(rows, {w.size(rows, 0), w.size(rows, 1),
                                   w.integers({heads}), w.integers({-1})});
    return w.transpose(split, {0, 2, 1, 3});
  }

  /// [B, n, S, D] as [B, S, n*D].
  Value mergeHeads(Value heads) {
    Value turned = w.transpose(heads, {0, 2, 1, 3});
    return w.reshape(turned,
                     {w.size(turned, 0), w.size(turned, 1), w.integers({-1})});
  }

  /// [.., P, D] and [.., S, D] as [.., P+S, D]. Exporters leave the columns of an
  /// input that is a cache unknown; attention knows them.
  Value append(Value past, Value rows, int64_t columns) {
    auto type = dyn_cast<RankedTensorType>(past.getType());
    if (isa<BlockArgument>(past) && type && type.getRank() == 4 &&
        type.isDynamicDim(3)) {
      SmallVector<int64_t> shape(type.getShape());
      shape.back() = columns;
      past.setType(type.clone(shape));
    }
    NamedAttrList axis;
    axis.append(w.attribute("axis", int64_t{2}));
    return w.make("Concat", {past, rows}, axis);
  }

  /// 0, 1, .. up to a size [1].
  Value count(Value size) {
    Value end = w.make("Squeeze", {size});
    return w.make("Range", {w.integer(0), end, w.integer(1)});
  }

  /// Positions of the rows, [S] or [B, 1, S].
  Value positions(const Heads4 &heads) {
    Value rows = w.size(heads.query, 2), offset = heads.offset;
    if (!offset)
      offset = w.make("Sub", {w.size(heads.key, 2), rows});
    return w.make("Add", {count(rows), offset});
  }

  Attended attend(Heads4 heads, int64_t columns) {
    double scale =
        heads.scale != 0 ? heads.scale : 1 / std::sqrt(double(columns));
    Type element = getElementTypeOrSelf(heads.query.getType());
    bound(heads);
    Value key = repeat(heads.key, heads), value = repeat(heads.value, heads);
    Attended made;
    Value scores =
        w.make("MatMul", {heads.query, w.transpose(key, {0, 1, 3, 2})});
    scores = w.make("Mul", {scores, w.number(scale, element)});
    made.products = scores;
    if (heads.softcap != 0) {
      Value cap = w.number(heads.softcap, element);
      scores = w.make("Tanh", {w.make("Div", {scores, cap})});
      scores = w.make("Mul", {scores, cap});
    }
    made.capped = scores;
    for (Value summand : heads.summands)
      scores = w.make("Add", {scores, summand});
    for (Value allowed : heads.allowed)
      scores = w.make("Where", {allowed, scores, w.number(-INFINITY, element)});
    made.masked = scores;
    if (heads.softmaxType) {
      NamedAttrList to;
      to.append(w.attribute("to", heads.softmaxType));
      scores = w.make("Cast", {scores}, to);
    }
    Value weights = w.make("Softmax", {scores});
    if (heads.softmaxType)
      weights = w.make("CastLike", {weights, heads.query});
    if (heads.guards)
      weights =
          w.make("Where", {seesKeys(heads), weights, w.number(0, element)});
    made.weights = weights;
    made.result = w.make("MatMul", {weights, value});
    return made;
  }

private:
  GraphWriter &w;

  /// Adds what causality and windows allow, [S, U].
  void bound(Heads4 &heads) {
    int64_t right = heads.causal ? 0 : heads.right;
    if (right < 0 && heads.left < 0)
      return;
    Value rows = w.make("Unsqueeze", {positions(heads), w.integers({-1})});
    Value keys =
        w.make("Unsqueeze", {count(w.size(heads.key, 2)), w.integers({0})});
    Value back = w.make("Sub", {rows, keys}); // [S, U]
    if (right >= 0)
      heads.allowed.push_back(
          w.make("GreaterOrEqual", {back, w.integer(-right)}));
    if (heads.left >= 0)
      heads.allowed.push_back(
          w.make("LessOrEqual", {back, w.integer(heads.left)}));
  }

  /// Whether a row has a key that it may see, i1, broadcast to [B, H, S, 1].
  Value seesKeys(const Heads4 &heads) {
    SmallVector<Value> visible = heads.allowed;
    for (Value summand : heads.summands) {
      NamedAttrList negative;
      negative.append(w.attribute("detect_positive", int64_t{0}));
      visible.push_back(w.make("Not", {w.make("IsInf", {summand}, negative)}));
    }
    Value all = visible.front();
    for (Value more : ArrayRef(visible).drop_front())
      all = w.make("And", {all, more});
    return w.make("ReduceMax", {all, w.integers({-1})});
  }

  /// Every head of keys for the heads of queries that it serves.
  Value repeat(Value value, const Heads4 &heads) {
    if (heads.heads == heads.keyHeads)
      return value;
    int64_t group = heads.heads / heads.keyHeads;
    Value apart = w.make("Unsqueeze", {value, w.integers({2})});
    NamedAttrList axis;
    axis.append(w.attribute("axis", int64_t{0}));
    Value sizes = w.make("Concat", {w.integers({1, 1, group, 1, 1})}, axis);
    Value many = w.make("Expand", {apart, sizes});
    return w.reshape(many, {w.size(value, 0), w.integers({heads.heads}),
                            w.size(value, 2), w.size(value, 3)});
  }
};

int64_t getInteger(Operation *op, StringRef name, int64_t absent) {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getInt() : absent;
}

double getReal(Operation *op, StringRef name, double absent) {
  auto attribute = op->getAttrOfType<FloatAttr>(name);
  return attribute ? attribute.getValueAsDouble() : absent;
}

bool has(Operation *op, unsigned operand) {
  return operand < op->getNumOperands() &&
         !isa<NoneType>(op->getOperand(operand).getType());
}

bool isRead(Operation *op, unsigned result) {
  return result < op->getNumResults() && !op->getResult(result).use_empty();
}

/// The last static size of an operand; -1 if it is not known.
int64_t getColumns(Operation *op, unsigned operand) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(operand).getType());
  if (!type || type.getRank() == 0 || type.isDynamicDim(type.getRank() - 1))
    return -1;
  return type.getShape().back();
}

/// A mask has as many keys as there are, or less: the others nobody sees.
void addMask(GraphWriter &w, Heads4 &heads, Value mask) {
  auto type = dyn_cast<RankedTensorType>(mask.getType());
  auto keys = dyn_cast<RankedTensorType>(heads.key.getType());
  Type element = getElementTypeOrSelf(mask.getType());
  bool isBool = element.isInteger(1);
  if (type && keys && type.getRank() > 0 && keys.getRank() == 4 &&
      !type.isDynamicDim(type.getRank() - 1) && !keys.isDynamicDim(2) &&
      type.getShape().back() < keys.getDimSize(2)) {
    SmallVector<int64_t> pads(2 * type.getRank(), 0);
    pads.back() = keys.getDimSize(2) - type.getShape().back();
    mask = w.make("Pad", {mask, w.integers(pads),
                          w.number(isBool ? 0 : -INFINITY, element)});
  }
  (isBool ? heads.allowed : heads.summands).push_back(mask);
  heads.guards = true;
}

/// Lengths [B] of keys of which the rows are the last.
void addLengths(GraphWriter &w, AttentionWriter &attention, Heads4 &heads,
                Value lengths) {
  Value each = w.make("Unsqueeze", {lengths, w.integers({1, 2})});
  heads.offset = w.make("Sub", {each, w.size(heads.query, 2)});
  Value keys = attention.count(w.size(heads.key, 2));
  Value ends = w.make("Unsqueeze", {each, w.integers({3})});
  heads.allowed.push_back(w.make("Less", {keys, ends}));
  heads.guards = true;
}

} // namespace

//===----------------------------------------------------------------------===//
// The standard's
//===----------------------------------------------------------------------===//

/// Heads of queries, keys and values, the cache's before them. Returns why not, or
/// "".
static std::string readHeads(AttentionWriter &w, Operation *op, bool flat,
                             Heads4 &heads, int64_t &columns) {
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  auto keyType = cast<RankedTensorType>(op->getOperand(1).getType());
  heads.heads = flat ? getInteger(op, "q_num_heads", 0) : type.getDimSize(1);
  heads.keyHeads =
      flat ? getInteger(op, "kv_num_heads", 0) : keyType.getDimSize(1);
  if (heads.heads <= 0 || heads.keyHeads <= 0 || getColumns(op, 0) <= 0 ||
      heads.heads % heads.keyHeads)
    return "has a number of heads that is not known";
  auto split = [&](unsigned i, int64_t count) {
    Value operand = op->getOperand(i);
    return flat ? w.splitHeads(operand, count) : operand;
  };
  heads.query = split(0, heads.heads);
  heads.key = split(1, heads.keyHeads);
  heads.value = split(2, heads.keyHeads);
  columns = getColumns(op, 0) / (flat ? heads.heads : 1);
  int64_t valueColumns = getColumns(op, 2) / (flat ? heads.keyHeads : 1);
  if (has(op, 4)) {
    heads.key = w.append(op->getOperand(4), heads.key, columns);
    heads.value = w.append(op->getOperand(5), heads.value, valueColumns);
  }
  return "";
}

/// The scores that a caller asks for.
static Value chooseScores(const Attended &made, int64_t mode) {
  const Value all[] = {made.products, made.capped, made.masked, made.weights};
  return all[std::clamp<int64_t>(mode, 0, 3)];
}

std::string llmc::decomposeAttention(GraphWriter &writer, Operation *op) {
  AttentionWriter w(writer);
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!type || !isa<RankedTensorType>(op->getOperand(1).getType()))
    return "has inputs of unknown rank";
  bool flat = type.getRank() == 3;
  Heads4 heads;
  int64_t columns = 0;
  if (std::string reason = readHeads(w, op, flat, heads, columns);
      !reason.empty())
    return reason;
  heads.offset =
      has(op, 4) ? writer.size(op->getOperand(4), 2) : writer.integer(0);
  heads.scale = getReal(op, "scale", 0);
  heads.softcap = getReal(op, "softcap", 0);
  heads.causal = getInteger(op, "is_causal", 0);
  heads.left = getInteger(op, "left_window_size", -1);
  heads.right = getInteger(op, "right_window_size", -1);
  heads.softmaxType = getInteger(op, "softmax_precision", 0);
  if (has(op, 3))
    addMask(writer, heads, op->getOperand(3));
  if (has(op, 6))
    addLengths(writer, w, heads, op->getOperand(6));
  Attended made = w.attend(heads, columns);
  op->getResult(0).replaceAllUsesWith(flat ? w.mergeHeads(made.result)
                                           : made.result);
  for (unsigned i : {1, 2})
    if (isRead(op, i))
      op->getResult(i).replaceAllUsesWith(i == 1 ? heads.key : heads.value);
  if (isRead(op, 3))
    op->getResult(3).replaceAllUsesWith(
        chooseScores(made, getInteger(op, "qk_matmul_output_mode", 0)));
  return "";
}

//===----------------------------------------------------------------------===//
// ONNX Runtime's
//===----------------------------------------------------------------------===//

/// Rotates heads [B, n, S, D] by tables of cosines and sines.
static Value rotate(GraphWriter &writer, Operation *op, Value heads,
                    Value positions) {
  NamedAttrList attributes;
  attributes.append(
      writer.attribute("interleaved", getInteger(op, "rotary_interleaved", 0)));
  return onnx::createOp(
             writer.builder, writer.loc, "onnx.microsoft.RotaryEmbedding",
             {heads, positions, op->getOperand(7), op->getOperand(8)},
             attributes, 1)
      ->getResult(0);
}

/// Positions [B, S] of the rows.
static Value findPositions(GraphWriter &writer, AttentionWriter &w,
                           Operation *op, const Heads4 &heads) {
  if (has(op, 9))
    return op->getOperand(9);
  NamedAttrList axis;
  axis.append(writer.attribute("axis", int64_t{0}));
  Value row =
      writer.make("Unsqueeze", {w.positions(heads), writer.integers({0})});
  Value sizes = writer.make(
      "Concat", {writer.size(heads.query, 0), writer.size(heads.query, 2)},
      axis);
  return writer.make("Expand", {row, sizes});
}

/// Splits packed rows [B, S, (H + 2K) * D].
static void splitPacked(GraphWriter &writer, AttentionWriter &w, Value packed,
                        int64_t columns, Heads4 &heads) {
  NamedAttrList axis;
  axis.append(writer.attribute("axis", int64_t{2}));
  Value parts =
      writer.integers({heads.heads * columns, heads.keyHeads * columns,
                       heads.keyHeads * columns});
  Operation *split = onnx::createOp(writer.builder, writer.loc, "onnx.Split",
                                    {packed, parts}, axis, 3);
  heads.query = w.splitHeads(split->getResult(0), heads.heads);
  heads.key = w.splitHeads(split->getResult(1), heads.keyHeads);
  heads.value = w.splitHeads(split->getResult(2), heads.keyHeads);
}

std::string llmc::decomposeGroupQueryAttention(GraphWriter &writer,
                                               Operation *op) {
  AttentionWriter w(writer);
  for (unsigned i = 12; i < op->getNumOperands(); ++i)
    if (has(op, i))
      return "has a quantised cache, or norms or lengths of its own";
  if (isRead(op, 3) || getInteger(op, "smooth_softmax", 0) > 0)
    return "is asked for scores, or smooths its softmax";
  if (has(op, 11))
    return "has sinks, which are not decomposed yet";
  Heads4 heads;
  heads.heads = getInteger(op, "num_heads", 0);
  heads.keyHeads = getInteger(op, "kv_num_heads", 0);
  bool packed = !has(op, 1);
  int64_t all = packed ? heads.heads + 2 * heads.keyHeads : heads.heads;
  int64_t width = getColumns(op, 0);
  if (heads.heads <= 0 || heads.keyHeads <= 0 || width <= 0 || width % all ||
      heads.heads % heads.keyHeads)
    return "has a number of heads that its columns do not have";
  int64_t columns = width / all;
  if (packed) {
    splitPacked(writer, w, op->getOperand(0), columns, heads);
  } else {
    heads.query = w.splitHeads(op->getOperand(0), heads.heads);
    heads.key = w.splitHeads(op->getOperand(1), heads.keyHeads);
    heads.value = w.splitHeads(op->getOperand(2), heads.keyHeads);
  }
  if (has(op, 3))
    heads.value = w.append(op->getOperand(4), heads.value, columns);
  if (getInteger(op, "do_rotary", 0)) {
    Heads4 whole = heads;
    whole.key = has(op, 3) ? heads.value : heads.key; // for its length
    Value positions = findPositions(writer, w, op, whole);
    heads.query = rotate(writer, op, heads.query, positions);
    heads.key = rotate(writer, op, heads.key, positions);
  }
  if (has(op, 3))
    heads.key = w.append(op->getOperand(3), heads.key, columns);
  heads.scale = getReal(op, "scale", 0);
  heads.softcap = getReal(op, "softcap", 0);
  heads.causal = true;
  // Ours counts the keys before a row's own, theirs the row's own too.
  if (int64_t window = getInteger(op, "local_window_size", -1); window > 0)
    heads.left = window - 1;
  if (has(op, 10))
    heads.summands.push_back(op->getOperand(10));
  Value result = w.attend(heads, columns).result;
  op->getResult(0).replaceAllUsesWith(w.mergeHeads(result));
  if (isRead(op, 1))
    op->getResult(1).replaceAllUsesWith(heads.key);
  if (isRead(op, 2))
    op->getResult(2).replaceAllUsesWith(heads.value);
  return "";
}

std::string llmc::decomposeMultiHeadAttention(GraphWriter &writer,
                                              Operation *op) {
  AttentionWriter w(writer);
  for (unsigned i : {3, 4, 8, 9})
    if (has(op, i))
      return "has a bias, a padding mask or a shared cache, which are not "
             "decomposed";
  auto keyType = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  if (!keyType || isRead(op, 3))
    return "has packed inputs, or is asked for scores";
  Heads4 heads;
  heads.heads = heads.keyHeads = getInteger(op, "num_heads", 0);
  int64_t width = getColumns(op, 0);
  if (heads.heads <= 0 || width <= 0 || width % heads.heads)
    return "has a number of heads that its columns do not have";
  heads.query = w.splitHeads(op->getOperand(0), heads.heads);
  bool flat = keyType.getRank() == 3; // else [B, H, U, D] already
  heads.key =
      flat ? w.splitHeads(op->getOperand(1), heads.heads) : op->getOperand(1);
  heads.value =
      flat ? w.splitHeads(op->getOperand(2), heads.heads) : op->getOperand(2);
  if (has(op, 6)) {
    heads.key = w.append(op->getOperand(6), heads.key, width / heads.heads);
    heads.value = w.append(op->getOperand(7), heads.value, width / heads.heads);
  }
  heads.scale = getReal(op, "scale", 0);
  heads.causal = getInteger(op, "unidirectional", 0);
  if (has(op, 5))
    heads.summands.push_back(op->getOperand(5));
  Value result = w.attend(heads, width / heads.heads).result;
  op->getResult(0).replaceAllUsesWith(w.mergeHeads(result));
  for (unsigned i : {1, 2})
    if (isRead(op, i))
      op->getResult(i).replaceAllUsesWith(i == 1 ? heads.key : heads.value);
  return "";
}

//===- KernelAnchors.cpp - what each op takes into its kernel ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between two kernels stand a barrier and a trip through the cache for every
// value. Each anchor says here which ops cost nothing more when they ride along.
//===----------------------------------------------------------------------===//
#include "AttachedAnchors.h"
#include "AttentionParts.h"

#include "dialects/llm/Sampling.h"
#include "dialects/llm/SparseRows.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

/// Rows of f32, of one head or of several.
static bool isRows(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getElementType().isF32() &&
         (tensor.getRank() == 2 || tensor.getRank() == 3);
}

bool llm::isElementwise(Operation *op) {
  return op->hasTrait<OpTrait::Elementwise>() && op->getNumResults() == 1 &&
         isRows(op->getResult(0).getType()) &&
         llvm::all_of(op->getOperandTypes(), isRows);
}

bool llm::isSpread(Operation *op) {
  auto splat = dyn_cast<tensor::SplatOp>(op);
  bool spreads = splat ? matchPattern(splat.getInput(), m_Constant())
                       : isa<BroadcastOp>(op);
  return spreads && isRows(op->getResult(0).getType());
}

/// Kernels compute in f32: other floats are how weights and caches are stored.
std::string llm::declineNarrowRows(Operation *op) {
  auto isNarrow = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && isa<FloatType>(tensor.getElementType()) &&
           !tensor.getElementType().isF32();
  };
  if (llvm::any_of(op->getOperandTypes(), isNarrow) ||
      llvm::any_of(op->getResultTypes(), isNarrow))
    return "rows are computed in f32";
  return {};
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

std::string LinearOp::getDecline() {
  if (std::string reason = declineNarrowRows(*this); !reason.empty())
    return reason;
  auto weight = dyn_cast<PackedType>(getWeight().getType());
  if (!weight || !weight.getLayout())
    return "its weight is no parameter in a layout";
  if (getMatrixShape(getInput().getType()).size() > 3)
    return "rows of more than one kind of heads";
  auto input = dyn_cast<PackedType>(getInput().getType());
  if (!input)
    return {};
  if (isa<FloatActEncodingAttr>(input.getEncoding()))
    return becomesBFloats(weight.getEncoding())
               ? ""
               : "rows that may be bf16 need a weight that becomes bf16";
  if (isa<RoundedActEncodingAttr>(input.getEncoding()))
    return areSparseRows(weight.getEncoding())
               ? "sparse rows gather what was not rounded"
               : "";
  auto act = dyn_cast<Int8ActEncodingAttr>(input.getEncoding());
  if (!act || !weight.getEncoding().getGrid())
    return "integer rows need a weight on an integer grid";
  int64_t group = weight.getEncoding().getGrid()->group;
  if (act.getGroup() != group)
    return "its rows have groups of " + std::to_string(act.getGroup()) +
           ", its weight of " + std::to_string(group);
  return {};
}

bool LinearOp::absorbsUser(Operation *user) {
  // What needs whole rows (a norm, a quantisation) is no epilogue of panels.
  return isElementwise(user) && user->getResult(0).getType() == getType();
}

bool LinearOp::runsBeside(Operation *other) {
  auto linear = dyn_cast<LinearOp>(other);
  return linear && linear.getInput() == getInput() &&
         linear.getType() == getType() &&
         getMatrixShape(linear.getWeight().getType()).size() ==
             getMatrixShape(getWeight().getType()).size();
}

/// Prompts: a few rows share each weight that is loaded. Codes are unpacked and
/// multiplied in registers of their own, so a tile of an integer grid is one strip
/// wide, and integer rows keep two sums each: of 16 registers there are enough for
/// three (or two, where zeros are skipped by shuffles), of 32 for six, or for one panel of
/// one row (test/Lower/no-spills.test).
/// Where registers hold tiles of integers, each row of a tile keeps one sum, of floats,
/// or is one of half as many with two. Floats need eight
/// sums in flight to hide the latency of an fma, and with 32 registers take sixteen:
/// eight rows by two strips load ten vectors for sixteen fmas. Decode: one panel of a grid at a
/// time reads the whole weight front to back, which beats two streams by a quarter
/// (bench/results/2026-11-25-back-half.md); floats have twice the bytes and keep two.
/// Sparse rows wait for what they gather: one strip, of few rows. Codes of floats are
/// unpacked, and have two sums of each row for one strip. Panels of blocks have columns of
/// their own, so two share no x, and no tile of integers holds it.
ScheduleAttr LinearOp::chooseSchedule(TargetAttr target) {
  auto act = dyn_cast<Int8ActEncodingAttr>(getEncoding(getInput().getType()));
  bool isWide = target.getRegisters() >= 32;
  auto weight = cast<PackedType>(getWeight().getType());
  auto layout = cast<PanelsLayoutAttr>(weight.getLayout());
  int64_t panelRows = layout.getRows();
  int64_t panels = llvm::divideCeil(weight.getRows(), panelRows);
  int64_t lanes = std::min(target.getLanes(), panelRows);
  bool hasFloatCodes = isa<FloatCodesAttr>(weight.getEncoding());
  bool unpacks = weight.getEncoding().getGrid() || hasFloatCodes ||
                 areSparseRows(weight.getEncoding());
  int64_t strips = unpacks ? 1 : panelRows / lanes;
  bool pairs = !unpacks && !layout.hasBlocks() && panels % 2 == 0;
  int64_t rows = 4;
  if (act) {
    int64_t tileRows = target.getTileRows();
    rows = isWide ? 6 : layout.skipsZeros() ? 2 : 3;
    if (act.getFine()) { // twice as many sums
      rows = isWide ? 4 : 1;
      tileRows /= 2;
    }
    if (!layout.hasBlocks())
      rows = std::max(rows, tileRows);
  }
  if (hasFloatCodes)
    rows = isWide ? 8 : 3;
  if (!unpacks && isWide) {
    rows = 8;
    strips = pairs && strips == 1 ? 2 : strips;
  }
  return ScheduleAttr::get(getContext(), rows, strips, lanes, pairs ? 2 : 1);
}

void LinearOp::addCost(KernelCost &cost) {
  cost.weightBytes += getWeightBytes(getWeight().getType());
  cost.rowOps +=
      2 * getMatrixShape(getInput().getType()).back() *
      ShapedType::getNumElements(getMatrixShape(getType()).drop_front());
}

//===----------------------------------------------------------------------===//
// Rows: one worker sees a whole row, so norms and quantisations chain
//===----------------------------------------------------------------------===//

static bool isRowOp(Operation *op) { return isa<NormOp, QuantizeActOp>(op); }

std::string NormOp::getDecline() { return declineNarrowRows(*this); }

bool NormOp::absorbsProducer(OpOperand &operand) {
  Operation *producer = operand.get().getDefiningOp();
  return &operand == &getInputMutable() &&
         (isElementwise(producer) || isa<NormOp>(producer));
}

bool NormOp::absorbsUser(Operation *user) {
  return (isElementwise(user) || isRowOp(user)) &&
         getMatrixShape(user->getResult(0).getType()) ==
             getMatrixShape(getType());
}

std::string QuantizeActOp::getDecline() { return {}; }

bool QuantizeActOp::absorbsProducer(OpOperand &operand) {
  Operation *producer = operand.get().getDefiningOp();
  return &operand == &getInputMutable() &&
         (isElementwise(producer) || isa<NormOp>(producer));
}

//===----------------------------------------------------------------------===//
// Alone
//===----------------------------------------------------------------------===//

std::string EmbedOp::getDecline() {
  auto table = dyn_cast<PackedType>(getTable().getType());
  if (table && !table.getLayout())
    return "its table is no parameter in a layout";
  return declineNarrowRows(*this);
}

std::string RotationOp::getDecline() { return {}; }
std::string RotateOp::getDecline() { return declineNarrowRows(*this); }

std::string KVWriteOp::getDecline() { return declineNarrowRows(*this); }

std::string SampleOp::getDecline() { return {}; }
int64_t SampleOp::getScratchBytes(TargetAttr) {
  return sampling::getScratchBytes(getMatrixShape(getLogits().getType())[1]);
}

int64_t AttentionOp::getScratchBytes(TargetAttr target) {
  // Rows of latents go without parts on a device.
  if (!getCache() || (target.isDevice() && !getCache().getType().getValueDim()))
    return 0;
  return attention::getParts(target.isDevice())
      .getScratchBytes(getMatrixShape(getType())[1],
                       getCache().getType().getValueChannels());
}

/// Of a window or a chunk a row sees less than the cache has.
void AttentionOp::addCost(KernelCost &cost) {
  if (!getCache())
    return;
  KVType kv = getCache().getType();
  cost.keyBytes += kv.getHeads() * kv.getHeadBytes();
  cost.keyOps += 2 * getMatrixShape(getType())[1] *
                 (kv.getKeyDim() + kv.getValueChannels());
  cost.mostKeys = std::max<int64_t>(getLeft() + 1, getChunk());
}

std::string AttentionOp::getDecline() {
  if (!getCache() && (!getKey().getType().isDynamicDim(0) || !getValue() ||
                      !getValue().getType().isDynamicDim(0)))
    return "keys that are no rows of the batch";
  if (getRel())
    return "relative positions";
  return declineNarrowRows(*this);
}

//===- FormKernels.cpp - ops are grouped into kernels -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between two kernels stand a barrier and a trip through the cache for every
// value. An elementwise op costs nothing more when it rides in the epilogue of
// the matrix product that feeds it.
//===----------------------------------------------------------------------===//
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace llmc {
#define GEN_PASS_DEF_FORMKERNELS
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// What may join a group: products and elementwise ops take epilogues.
enum class Kind { elementwise, product, rows, alone };

struct Group {
  Kind kind;
  SmallVector<Operation *> ops; // program order
  LinearOp anchor;              // of a product
};

/// Reshapes, params and projections are not computed by kernels.
bool isStructure(Operation *op) {
  return isa<ParamOp, BatchTokensOp, BatchPositionsOp, BatchLogitRowsOp,
             arith::ConstantOp, tensor::DimOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp, scf::ForOp, scf::YieldOp, func::ReturnOp>(
             op) ||
         (op->getNumResults() == 1 && op->getResult(0).getType().isIndex());
}

/// Rows of f32, of one head or of several.
bool isRows(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getElementType().isF32() &&
         (tensor.getRank() == 2 || tensor.getRank() == 3);
}

bool isElementwise(Operation *op) {
  return op->hasTrait<OpTrait::Elementwise>() && op->getNumResults() == 1 &&
         isRows(op->getResult(0).getType()) &&
         llvm::all_of(op->getOperandTypes(), isRows);
}

/// Kernels compute in f32: other floats are how weights and caches are stored.
bool computesF32(Operation *op) {
  return llvm::all_of(llvm::concat<Type>(llvm::to_vector(op->getOperandTypes()),
                                         llvm::to_vector(op->getResultTypes())),
                      [](Type type) {
                        auto tensor = dyn_cast<RankedTensorType>(type);
                        return !tensor ||
                               !isa<FloatType>(tensor.getElementType()) ||
                               tensor.getElementType().isF32();
                      });
}

/// Products read panels; quantised rows meet integer grids of the same groups.
bool isTiled(LinearOp linear) {
  auto weight = dyn_cast<PackedType>(linear.getWeight().getType());
  if (!weight || !weight.getLayout() || weight.getShape().size() != 2)
    return false;
  auto input = dyn_cast<PackedType>(linear.getInput().getType());
  if (!input)
    return getMatrixShape(linear.getInput().getType()).size() == 2;
  auto act = dyn_cast<Int8ActEncodingAttr>(input.getEncoding());
  return act && weight.getEncoding().getAffineGrid() &&
         act.getGroup() == weight.getEncoding().getBlockElems();
}

std::optional<Kind> getKind(Operation *op) {
  if (isElementwise(op))
    return Kind::elementwise;
  if (!computesF32(op))
    return std::nullopt;
  if (auto linear = dyn_cast<LinearOp>(op); linear && isTiled(linear))
    return Kind::product;
  if (isa<NormOp, QuantizeActOp>(op))
    return Kind::rows;
  if (auto embed = dyn_cast<EmbedOp>(op)) {
    auto table = dyn_cast<PackedType>(embed.getTable().getType());
    return !table || table.getLayout() ? std::optional(Kind::alone)
                                       : std::nullopt;
  }
  if (auto write = dyn_cast<KVWriteOp>(op); write && write.getValue())
    return Kind::alone;
  if (isa<RotationOp, RotateOp>(op))
    return Kind::alone;
  auto attention = dyn_cast<AttentionOp>(op);
  if (attention && attention.getCache() && !attention.getSlopes() &&
      !attention.getSinks() && !attention.getRel() && !attention.getChunk() &&
      attention.getCache().getType().getValueDim() > 0)
    return Kind::alone;
  return std::nullopt;
}

class KernelFormer {
public:
  /// Groups the ops of one block and builds their kernels.
  LogicalResult run(Block &block) {
    for (Operation &op : block)
      if (!isStructure(&op) && failed(place(&op)))
        return failure();
    for (auto &group : groups)
      if (group)
        build(*group);
    return success();
  }

private:
  LogicalResult place(Operation *op) {
    std::optional<Kind> kind = getKind(op);
    if (!kind)
      return op->emitError("no lowering yet for this form of '")
             << op->getName() << "'";
    auto group = std::make_unique<Group>();
    group->kind = *kind;
    group->anchor = dyn_cast<LinearOp>(op);
    bool quantise = isa<QuantizeActOp>(op);
    if (*kind == Kind::elementwise || quantise)
      for (Value operand : op->getOperands())
        absorb(*group, operand, op, quantise);
    group->ops.push_back(op);
    for (Operation *member : group->ops)
      groupOf[member] = groups.size();
    groups.push_back(std::move(group));
    return success();
  }

  /// Takes the group that computes `operand` into `group` if only `op` reads it.
  void absorb(Group &group, Value operand, Operation *op, bool quantise) {
    auto it = groupOf.find(operand.getDefiningOp());
    if (!operand.getDefiningOp() || it == groupOf.end() ||
        !llvm::all_of(operand.getUsers(),
                      [&](Operation *user) { return user == op; }))
      return;
    std::unique_ptr<Group> &source = groups[it->second];
    if (!source || source->kind == Kind::alone)
      return;
    bool rows = source->kind == Kind::rows;
    bool product = source->kind == Kind::product;
    // A quantisation needs whole groups of its row: no epilogue of a product.
    if ((quantise && product) || (!quantise && rows))
      return;
    if (rows && isa<QuantizeActOp>(source->ops.back()))
      return;
    if (product && group.anchor &&
        (group.anchor.getInput() != source->anchor.getInput() ||
         group.anchor.getType() != source->anchor.getType()))
      return;
    if (product) {
      group.kind = Kind::product;
      group.anchor = source->anchor;
    }
    llvm::append_range(group.ops, source->ops);
    source.reset();
  }

  void build(Group &group) {
    Operation *last = group.ops.back();
    DenseSet<Operation *> members(group.ops.begin(), group.ops.end());
    llvm::sort(group.ops, [](Operation *a, Operation *b) {
      return a->isBeforeInBlock(b);
    });
    llvm::SetVector<Value> inputs;
    SmallVector<Value> results;
    std::string name;
    for (Operation *op : group.ops) {
      name += (name.empty() ? "" : "_") + describe(op);
      for (Value operand : op->getOperands())
        if (!members.contains(operand.getDefiningOp()))
          inputs.insert(operand);
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(), [&](Operation *user) {
              return !members.contains(user);
            }))
          results.push_back(result);
    }
    OpBuilder builder(last);
    auto kernel = KernelOp::create(
        builder, last->getLoc(), ValueRange(results).getTypes(), name,
        inputs.getArrayRef(), getSchedule(group), DenseI64ArrayAttr());
    Block *body = builder.createBlock(&kernel.getBody());
    IRMapping mapping;
    for (Value input : inputs)
      mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
    for (Operation *op : group.ops)
      builder.clone(*op, mapping);
    SmallVector<Value> yielded;
    for (Value result : results)
      yielded.push_back(mapping.lookup(result));
    YieldOp::create(builder, last->getLoc(), yielded);
    for (auto [result, replacement] : llvm::zip(results, kernel.getResults()))
      result.replaceAllUsesWith(replacement);
    if (group.ops.size() > 1)
      applied(kernel, "llm-form-kernels", [&] {
        return std::to_string(group.ops.size()) + " ops run as one kernel, " +
               name;
      });
    for (Operation *op : llvm::reverse(group.ops))
      op->erase();
  }

  static std::string describe(Operation *op) {
    if (auto act = dyn_cast<ActOp>(op))
      return stringifyActFn(act.getFn()).str();
    return op->getName().stripDialect().str();
  }

  /// Tiles of a product: two panels at once keep two streams of weights in
  /// flight (decode); four rows share each unpacked panel (prompts).
  ScheduleAttr getSchedule(Group &group) {
    if (group.kind != Kind::product)
      return {};
    int64_t columns = getMatrixShape(group.anchor.getWeight().getType())[0];
    int64_t panels = llvm::divideCeil(columns, 16);
    int64_t panels1 = panels % 2 ? 1 : 2;
    return ScheduleAttr::get(group.ops.front()->getContext(), 4, 1, panels1);
  }

  std::vector<std::unique_ptr<Group>> groups;
  DenseMap<Operation *, size_t> groupOf;
};

struct FormKernels : impl::FormKernelsBase<FormKernels> {
  void runOnOperation() override {
    SmallVector<Block *> blocks;
    for (auto func : getOperation().getOps<func::FuncOp>())
      func.walk([&](Block *block) { blocks.push_back(block); });
    for (Block *block : blocks)
      if (failed(KernelFormer().run(*block)))
        return signalPassFailure();
  }
};

} // namespace
} // namespace llmc

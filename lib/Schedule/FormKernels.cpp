//===- FormKernels.cpp - ops are grouped into kernels -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between two kernels stand a barrier and a trip through the cache for every
// value. What may share a kernel is the anchors' word (KernelAnchorOpInterface);
// here is only when it may: a group runs where its last op stood, so nothing
// outside may read it before.
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

/// Ops that become one kernel, in program order.
struct Group {
  SmallVector<Operation *> ops;

  SmallVector<KernelAnchorOpInterface> getAnchors() const {
    SmallVector<KernelAnchorOpInterface> anchors;
    for (Operation *op : ops)
      if (auto anchor = dyn_cast<KernelAnchorOpInterface>(op))
        anchors.push_back(anchor);
    return anchors;
  }
  /// An anchor that other ops may stand beside: a matrix product.
  bool hasProduct() const { return llvm::any_of(ops, isProduct); }
  static bool isProduct(Operation *op) {
    auto anchor = dyn_cast<KernelAnchorOpInterface>(op);
    return anchor && anchor.runsBeside(op);
  }
};

/// Reshapes, params and projections are not computed by kernels.
bool isStructure(Operation *op) {
  return isa<ParamOp, BatchTokensOp, BatchPositionsOp, BatchLogitRowsOp,
             arith::ConstantOp, tensor::DimOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp, scf::ForOp, scf::YieldOp, func::ReturnOp>(
             op) ||
         (op->getNumResults() == 1 && op->getResult(0).getType().isIndex());
}

/// Ops that every kernel that reads them computes for itself: numbers spread
/// over rows, and the numbers.
bool isRepeated(Operation *op) {
  return isSpread(op) ||
         (isa<arith::ConstantOp>(op) && op->getResult(0).getType().isF32());
}

/// Kernels run over the rows of the batch, however many there are.
bool hasFixedRows(Value value) {
  Type type = value.getType();
  return isa<RankedTensorType, PackedType>(type) &&
         !ShapedType::isDynamic(getMatrixShape(type).front());
}

class KernelFormer {
public:
  KernelFormer(StringRef pass, TargetAttr target)
      : pass(pass), target(target) {}

  /// Groups the ops of one block and builds their kernels.
  LogicalResult run(Block &block) {
    // A kernel without results has no rows to run over.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
    for (Operation &op : block)
      if (!isStructure(&op) && !isRepeated(&op) && failed(place(&op)))
        return failure();
    for (auto &group : groups)
      if (group)
        build(*group);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isRepeated(&op) && op.use_empty())
        op.erase();
    return success();
  }

private:
  //===--- grouping ---------------------------------------------------------===//

  LogicalResult place(Operation *op) {
    auto anchor = dyn_cast<KernelAnchorOpInterface>(op);
    std::string reason = anchor              ? anchor.getDecline()
                         : isElementwise(op) ? ""
                                             : "no kernel computes it";
    if (reason.empty() && llvm::any_of(op->getResults(), hasFixedRows))
      reason = "its rows are not those of the batch";
    if (!reason.empty())
      return op->emitError("no lowering yet for this form of '")
             << op->getName() << "': " << reason;
    Group group;
    group.ops.push_back(op);
    // A product's epilogue saves most, so its group is asked first.
    for (bool products : {true, false})
      for (OpOperand &operand : op->getOpOperands())
        if (Group *source = findGroup(operand.get()))
          if (source->hasProduct() == products)
            merge(*source, group, operand);
    llvm::sort(group.ops, [](Operation *a, Operation *b) {
      return a->isBeforeInBlock(b);
    });
    for (Operation *member : group.ops)
      groupOf[member] = groups.size();
    groups.push_back(std::make_unique<Group>(std::move(group)));
    return success();
  }

  Group *findGroup(Value value) {
    auto it = groupOf.find(value.getDefiningOp());
    return it == groupOf.end() ? nullptr : groups[it->second].get();
  }

  /// Takes the ops of `source`, which computes `operand`, into `group`, whose
  /// last op reads it; says why where it may not.
  void merge(Group &source, Group &group, OpOperand &operand) {
    StringRef reason = getDecline(source, group, operand);
    if (!reason.empty())
      return decline(operand.getOwner(), pass, [&] {
        return (operand.getOwner()->getName().getStringRef() +
                " runs apart from what it reads: " + reason)
            .str();
      });
    size_t index = groupOf.lookup(operand.get().getDefiningOp());
    llvm::append_range(group.ops, source.ops);
    groups[index].reset();
  }

  StringRef getDecline(Group &source, Group &group, OpOperand &operand) {
    Operation *user = operand.getOwner();
    SmallVector<KernelAnchorOpInterface> behind = source.getAnchors();
    // Every reader in the group, not `user` alone: an addition behind a product
    // may read the product's input once more.
    for (Operation *op : source.ops)
      for (OpOperand &use : op->getUses())
        if (needsWhole(use) && llvm::is_contained(group.ops, use.getOwner()))
          return "it needs what it reads whole";
    for (KernelAnchorOpInterface anchor : behind)
      if (!anchor.absorbsUser(user))
        return "what it reads takes no such op along";
    for (KernelAnchorOpInterface anchor : behind)
      for (KernelAnchorOpInterface other : group.getAnchors())
        if (other.getOperation() != user && !anchor.runsBeside(other))
          return "its operands come from kernels that do not run together";
    for (Operation *op : source.ops)
      for (Operation *reader : op->getUsers())
        if (reader != user && !llvm::is_contained(source.ops, reader) &&
            !llvm::is_contained(group.ops, reader) && !isAfter(reader, user))
          return "another op reads it before";
    return {};
  }

  static bool needsWhole(OpOperand &use) {
    auto anchor = dyn_cast<KernelAnchorOpInterface>(use.getOwner());
    return anchor && !anchor.absorbsProducer(use);
  }

  /// Whether `reader`, or the op of this block around it, stands after `op`.
  static bool isAfter(Operation *reader, Operation *op) {
    Operation *here = op->getBlock()->findAncestorOpInBlock(*reader);
    return here && op->isBeforeInBlock(here);
  }

  //===--- building ---------------------------------------------------------===//

  void build(Group &group) {
    Operation *last = group.ops.back();
    SmallVector<Operation *> body = withRepeated(group);
    DenseSet<Operation *> members(body.begin(), body.end());
    llvm::SetVector<Value> inputs;
    SmallVector<Value> results;
    for (Operation *op : body)
      for (Value operand : op->getOperands())
        if (!members.contains(operand.getDefiningOp()))
          inputs.insert(operand);
    std::string name;
    for (Operation *op : group.ops) {
      name += (name.empty() ? "" : "_") + describe(op);
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(), [&](Operation *user) {
              return !members.contains(user);
            }))
          results.push_back(result);
    }
    OpBuilder builder(last);
    auto kernel = KernelOp::create(builder, last->getLoc(),
                                   ValueRange(results).getTypes(), name,
                                   inputs.getArrayRef(), chooseSchedule(group),
                                   DenseI64ArrayAttr(), chooseScratch(group));
    fillBody(kernel, body, inputs.getArrayRef(), results);
    for (auto [result, replacement] : llvm::zip(results, kernel.getResults()))
      result.replaceAllUsesWith(replacement);
    if (group.ops.size() > 1)
      applied(kernel, pass, [&] {
        return std::to_string(group.ops.size()) + " ops run as one kernel, " +
               name;
      });
    for (Operation *op : llvm::reverse(group.ops))
      op->erase();
  }

  /// The group's ops with the repeated ops that they read, those first.
  static SmallVector<Operation *> withRepeated(const Group &group) {
    llvm::SetVector<Operation *> body;
    auto add = [&](auto &self, Operation *op) -> void {
      for (Value operand : op->getOperands())
        if (Operation *source = operand.getDefiningOp();
            source && isRepeated(source))
          self(self, source);
      body.insert(op);
    };
    for (Operation *op : group.ops)
      add(add, op);
    return body.takeVector();
  }

  static void fillBody(KernelOp kernel, ArrayRef<Operation *> ops,
                       ArrayRef<Value> inputs, ArrayRef<Value> results) {
    OpBuilder builder(kernel);
    Block *body = builder.createBlock(&kernel.getBody());
    IRMapping mapping;
    for (Value input : inputs)
      mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
    for (Operation *op : ops)
      builder.clone(*op, mapping);
    SmallVector<Value> yielded;
    for (Value result : results)
      yielded.push_back(mapping.lookup(result));
    YieldOp::create(builder, kernel.getLoc(), yielded);
  }

  static std::string describe(Operation *op) {
    if (auto act = dyn_cast<ActOp>(op))
      return stringifyActFn(act.getFn()).str();
    return op->getName().stripDialect().str();
  }

  ScheduleAttr chooseSchedule(const Group &group) {
    for (KernelAnchorOpInterface anchor : group.getAnchors())
      if (ScheduleAttr schedule = anchor.chooseSchedule(target))
        return schedule;
    return {};
  }

  /// Null where no anchor needs any.
  IntegerAttr chooseScratch(const Group &group) {
    int64_t bytes = 0;
    for (KernelAnchorOpInterface anchor : group.getAnchors())
      bytes = std::max(bytes, anchor.getScratchBytes(target));
    if (!bytes)
      return {};
    return IntegerAttr::get(IntegerType::get(target.getContext(), 64), bytes);
  }

  StringRef pass;
  TargetAttr target;
  std::vector<std::unique_ptr<Group>> groups;
  DenseMap<Operation *, size_t> groupOf;
};

struct FormKernels : impl::FormKernelsBase<FormKernels> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      TargetAttr target = getTarget(func);
      if (!target) {
        func.emitError("llm-form-kernels: needs a target: run "
                       "llm-clone-targets first");
        return signalPassFailure();
      }
      SmallVector<Block *> blocks;
      func.walk([&](Block *block) { blocks.push_back(block); });
      for (Block *block : blocks)
        if (failed(KernelFormer(getArgument(), target).run(*block)))
          return signalPassFailure();
    }
  }
};

} // namespace
} // namespace llmc

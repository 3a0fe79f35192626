//===- SplitGenerics.cpp - workers share the loops of a function ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The function is SPMD as the step is: every worker runs all of it, takes its share
// of each op on buffers, and meets the others only where an op touches bytes that
// another has written.
//===----------------------------------------------------------------------===//
#include "../Barriers.h"
#include "../Function/CallFields.h"
#include "../Function/CallKernels.h"
#include "../Function/SizesFunction.h"
#include "GenericFunctions.h"

#include "llmc/Lower/Cpu/TileBuilder.h"
#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace llmc {
#define GEN_PASS_DEF_SPLITGENERICS
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

class FunctionSplitter {
public:
  FunctionSplitter(func::FuncOp function, const Signature &signature)
      : function(function),
        arguments(function.getArguments(), signature.inputs.size()),
        outputs(signature.outputs.size()), functions(function),
        b(function.getLoc(), function.getContext()) {}

  LogicalResult run() {
    if (failed(splitBlock(function.getBody().front())) ||
        failed(functions.tileAll()))
      return failure();
    applied(function, "llm-split-generics", [&] {
      return std::to_string(calls) + " ops become " +
             std::to_string(functions.count()) + " functions and " +
             std::to_string(barriers.count()) + " barriers";
    });
    return success();
  }

private:
  //===--- ops --------------------------------------------------------------------===//

  LogicalResult splitBlock(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block))
      if (failed(splitOp(&op)))
        return failure();
    return success();
  }

  LogicalResult splitOp(Operation *op) {
    b.setInsertionPoint(op);
    FailureOr<linalg::GenericOp> generic = asGeneric(op);
    if (failed(generic))
      return failure();
    if (*generic)
      return splitGeneric(*generic);
    if (auto load = dyn_cast<memref::LoadOp>(op)) {
      barriers.separate(b, getAccesses(load.getMemRef()), {});
      return success();
    }
    if (auto store = dyn_cast<memref::StoreOp>(op))
      return splitStore(store);
    if (auto call = dyn_cast<func::CallOp>(op))
      return separateKernel(call);
    if (auto turns = dyn_cast<scf::ForallOp>(op))
      return splitTurns(turns);
    if (isa<scf::ForOp, scf::WhileOp, scf::IfOp>(op))
      return splitRegions(op);
    if (touchesNoMemory(op))
      return success();
    return op->emitError("no lowering yet for '") << op->getName() << "'";
  }

  static bool touchesNoMemory(Operation *op) {
    return isMemoryEffectFree(op) || op->hasTrait<OpTrait::IsTerminator>();
  }

  /// What ran before a loop is as good as run by its last turn, and a branch may
  /// not be taken.
  LogicalResult splitRegions(Operation *op) {
    barriers.place(b);
    for (Region &region : op->getRegions())
      for (Block &block : region) {
        if (failed(splitBlock(block)))
          return failure();
        if (block.mightHaveTerminator())
          b.setInsertionPoint(block.getTerminator());
        barriers.place(b);
      }
    return success();
  }

  /// A kernel takes its share by itself.
  LogicalResult separateKernel(func::CallOp call) {
    auto count = call->getAttrOfType<IntegerAttr>(kernelResultsAttr);
    if (!count)
      return call.emitError("no lowering yet for a call");
    call->removeAttr(kernelResultsAttr);
    // Behind the results stand worker and workers.
    ValueRange buffers = call.getOperands().drop_back(2);
    SmallVector<Access> reads, writes;
    for (Value buffer : buffers.drop_back(count.getInt()))
      addAccess(buffer, reads);
    for (Value buffer : buffers.take_back(count.getInt()))
      addAccess(buffer, writes);
    barriers.separate(b, reads, writes);
    return success();
  }

  /// One worker stores what all have computed.
  LogicalResult splitStore(memref::StoreOp store) {
    barriers.separate(b, {}, getAccesses(store.getMemRef()));
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value isFirst = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                          arguments.getWorker(), zero);
    auto branch = scf::IfOp::create(b, isFirst);
    store->moveBefore(branch.thenBlock()->getTerminator());
    return success();
  }

  FailureOr<linalg::GenericOp> spellCopy(memref::CopyOp copy) {
    auto type = cast<MemRefType>(copy.getSource().getType());
    AffineMap same = b.getMultiDimIdentityMap(type.getRank());
    SmallVector<utils::IteratorType> loops(type.getRank(),
                                           utils::IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        b, ValueRange(copy.getSource()), ValueRange(copy.getTarget()),
        ArrayRef<AffineMap>{same, same}, loops,
        [](OpBuilder &inner, Location loc, ValueRange elements) {
          linalg::YieldOp::create(inner, loc, elements[0]);
        });
    copy.erase();
    return generic;
  }

  /// A copy, or an op of linalg, as a generic; null for other ops.
  FailureOr<linalg::GenericOp> asGeneric(Operation *op) {
    if (auto copy = dyn_cast<memref::CopyOp>(op))
      return spellCopy(copy);
    if (auto computes = dyn_cast<linalg::LinalgOp>(op))
      return generalize(computes);
    return linalg::GenericOp();
  }

  FailureOr<linalg::GenericOp> generalize(linalg::LinalgOp op) {
    if (auto generic = dyn_cast<linalg::GenericOp>(op.getOperation()))
      return generic;
    IRRewriter rewriter(b);
    FailureOr<linalg::GenericOp> generic =
        linalg::generalizeNamedOp(rewriter, op);
    if (failed(generic))
      op.emitError("no lowering yet for '") << op->getName() << "'";
    return generic;
  }

  LogicalResult splitGeneric(linalg::GenericOp op) {
    b.setInsertionPoint(op);
    SmallVector<Access> reads, writes;
    GenericFunctions::Call call = functions.get(op);
    addAccesses(op, call, reads, writes);
    barriers.separate(b, reads, writes);
    replaceWithCall(op, call, arguments.getWorker(), arguments.getWorkers());
    return success();
  }

  void replaceWithCall(linalg::GenericOp op, GenericFunctions::Call call,
                       Value worker, Value workers) {
    b.setInsertionPoint(op);
    SmallVector<Value> operands(op->getOperands());
    llvm::append_range(operands, call.captured);
    operands.append({worker, workers});
    func::CallOp::create(b, call.function, operands);
    ++calls;
    op.erase();
  }

  //===--- turns that workers share -------------------------------------------------===//

  /// Each worker takes some of the turns, and all of the ops of those.
  LogicalResult splitTurns(scf::ForallOp op) {
    SmallVector<std::pair<linalg::GenericOp, GenericFunctions::Call>> inside;
    SmallVector<Access> reads, writes;
    for (Operation &each : llvm::make_early_inc_range(*op.getBody())) {
      b.setInsertionPoint(&each);
      FailureOr<linalg::GenericOp> generic = asGeneric(&each);
      if (failed(generic))
        return failure();
      if (!*generic && !touchesNoMemory(&each))
        return each.emitError("no lowering yet for '")
               << each.getName() << "' in turns that workers share";
      if (!*generic)
        continue;
      inside.push_back({*generic, functions.get(*generic)});
      addAccesses(*generic, inside.back().second, reads, writes);
    }
    b.setInsertionPoint(op);
    barriers.separate(b, reads, writes);
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value one = arith::ConstantIndexOp::create(b, 1);
    for (auto &[generic, call] : inside)
      replaceWithCall(generic, call, zero, one);
    shareTurns(op);
    return success();
  }

  /// One loop over this worker's turns, the last loop's innermost.
  void shareTurns(scf::ForallOp op) {
    TileBuilder t(op.getLoc(), op.getContext());
    t.setInsertionPoint(op);
    t.worker = arguments.getWorker();
    t.workers = arguments.getWorkers();
    SmallVector<Value> begins = op.getLowerBound(t), steps = op.getStep(t);
    SmallVector<Value> counts;
    Value all = t.index(1);
    for (auto [begin, end, step] :
         llvm::zip(begins, op.getUpperBound(t), steps)) {
      Value span = t.createOrFold<arith::SubIOp>(end, begin);
      counts.push_back(t.createOrFold<arith::CeilDivSIOp>(span, step));
      all = t.mulIndex(all, counts.back());
    }
    auto [begin, end] = t.share(all);
    t.loop(begin, end, 1, [&](Value turn) {
      SmallVector<Value> indices(counts.size());
      for (size_t d = counts.size(); d-- > 0;) {
        Value at = turn; // of the outermost loop, once the others are taken out
        if (d > 0) {
          at = t.createOrFold<arith::RemUIOp>(turn, counts[d]);
          turn = t.createOrFold<arith::DivUIOp>(turn, counts[d]);
        }
        indices[d] = t.addIndex(begins[d], t.mulIndex(at, steps[d]));
      }
      for (auto [index, value] : llvm::zip(op.getInductionVars(), indices))
        index.replaceAllUsesWith(value);
      op.getTerminator()->erase();
      Block *body = t.getInsertionBlock();
      body->getOperations().splice(t.getInsertionPoint(),
                                   op.getBody()->getOperations());
    });
    op.erase();
  }

  //===--- accesses -----------------------------------------------------------------===//

  void addAccesses(linalg::GenericOp op, const GenericFunctions::Call &call,
                   SmallVector<Access> &reads, SmallVector<Access> &writes) {
    for (OpOperand *input : op.getDpsInputOperands())
      addAccess(input->get(), reads);
    for (OpOperand &output : op.getDpsInitsMutable())
      addAccess(output.get(), writes);
    for (Value captured : call.captured)
      addAccess(captured, reads);
  }

  /// What a view names: a slot of the workspace, which has its offset for itself,
  /// an output, or what is never written. A view that is chosen at run time may be
  /// anything. Nobody else touches what a worker has for itself.
  void addAccess(Value memref, SmallVector<Access> &accesses) {
    if (!isa<MemRefType>(memref.getType()))
      return; // a number
    while (auto view = memref.getDefiningOp<ViewLikeOpInterface>()) {
      if (view.getViewSource() == arguments.getWorkspace()) {
        if (view->getParentOfType<scf::ForallOp>())
          return;
        auto slot = cast<memref::ViewOp>(*view).getByteShift();
        return accesses.push_back(getSlot(slot));
      }
      memref = view.getViewSource();
    }
    for (size_t i = 0; i < outputs; ++i)
      if (memref == arguments.getOutput(i))
        return accesses.push_back(
            {Access::results, int64_t(i), int64_t(i) + 1});
    if (isa_and_nonnull<memref::GetGlobalOp>(memref.getDefiningOp()) ||
        llvm::is_contained(function.getArguments(), memref))
      return;
    accesses.push_back({Access::arena, 0, INT64_MAX});
    accesses.push_back({Access::results, 0, INT64_MAX});
  }

  SmallVector<Access> getAccesses(Value memref) {
    SmallVector<Access> accesses;
    addAccess(memref, accesses);
    return accesses;
  }

  Access getSlot(Value offset) {
    std::optional<int64_t> known = getConstantIntValue(offset);
    Attribute number = b.getIndexAttr(known.value_or(0));
    void *key = known ? const_cast<void *>(number.getAsOpaquePointer())
                      : offset.getAsOpaquePointer();
    int64_t slot = slots.try_emplace(key, slots.size()).first->second;
    return {Access::arena, slot, slot + 1};
  }

  func::FuncOp function;
  CallArguments arguments;
  size_t outputs;
  GenericFunctions functions;
  Barriers barriers;
  ImplicitLocOpBuilder b;
  DenseMap<void *, int64_t> slots; // by offset
  int64_t calls = 0;
};

struct SplitGenerics : impl::SplitGenericsBase<SplitGenerics> {
  void runOnOperation() override {
    FailureOr<Signature> signature = readSignature(getOperation());
    if (failed(signature))
      return signalPassFailure();
    TargetAttr least;
    for (auto function :
         llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      if (!isEntry(function))
        continue;
      least = getTarget(function);
      if (failed(FunctionSplitter(function, *signature).run()))
        return signalPassFailure();
    }
    // What runs on the last target, the least, runs on all.
    if (auto sizes = getOperation().lookupSymbol(sizesFunctionName))
      setTarget(sizes, least);
  }
};

} // namespace
} // namespace llmc

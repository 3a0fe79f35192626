//===- FinishStep.cpp - the step meets the ABI ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// abi.h is the one place that says where the fields are: this file includes it
// and takes offsets from the compiler.
//===----------------------------------------------------------------------===//
#include "Cpu/Isa.h"

#include "llmc/Lower/Passes.h"
#include "llmrt/abi.h"

namespace llmc {
#define GEN_PASS_DEF_FINISHSTEP
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// The step function's arguments, in order, by their field of LlmrtStep.
struct Field {
  size_t offset;
  bool pointer;
};
constexpr Field stepFields[] = {
    {offsetof(LlmrtStep, weights), true},
    {offsetof(LlmrtStep, arena), true},
    {offsetof(LlmrtStep, kv), true},
    {offsetof(LlmrtStep, slotPositions), true},
    {offsetof(LlmrtStep, tokens), true},
    {offsetof(LlmrtStep, positions), true},
    {offsetof(LlmrtStep, slots), true},
    {offsetof(LlmrtStep, sequences), true},
    {offsetof(LlmrtStep, blockTable), true},
    {offsetof(LlmrtStep, logitRows), true},
    {offsetof(LlmrtStep, logits), true},
    {offsetof(LlmrtStep, rows), false},
    {offsetof(LlmrtStep, rowCapacity), false},
    {offsetof(LlmrtStep, logitRowCount), false},
    {offsetof(LlmrtStep, blocksPerSequence), false},
    {offsetof(LlmrtStep, kvPages), false},
};

class Finisher {
public:
  Finisher(ModuleOp module)
      : module(module), b(module.getLoc(), module.getContext()),
        pointer(LLVM::LLVMPointerType::get(module.getContext())) {
    b.setInsertionPointToEnd(module.getBody());
  }

  LogicalResult run(int64_t maxContext, int64_t maxBatch, int64_t rowsPerStep) {
    FailureOr<PlanAttr> plan = getPlan(module);
    if (failed(plan) || failed(checkResults(*plan)))
      return failure();
    declareBarrier();
    SmallVector<LLVM::LLVMFuncOp> entries;
    SmallVector<const Isa *> isas;
    for (const Isa *isa : getIsas())
      if (auto step = module.lookupSymbol<func::FuncOp>(
              ("step." + isa->getName()).str())) {
        passBarrier(step);
        entries.push_back(createEntry(step, *isa));
        isas.push_back(isa);
      }
    // Nothing reads the targets from here on.
    for (auto function : module.getOps<func::FuncOp>())
      setTarget(function, nullptr);
    auto variants = createVariants(isas, entries);
    return createModel(variants, isas.size(), *plan, maxContext, maxBatch,
                       rowsPerStep);
  }

private:
  LogicalResult checkResults(PlanAttr plan) {
    if (!plan.getResult("logits"))
      return module.emitError("@step returns no result named \"logits\"");
    if (plan.getResults().size() > 1)
      return module.emitError("no lowering yet for a step of several results");
    return success();
  }

  void declareBarrier() {
    auto type = LLVM::LLVMFunctionType::get(
        LLVM::LLVMVoidType::get(b.getContext()), pointer);
    LLVM::LLVMFuncOp::create(b, "llmrt_barrier", type);
  }

  /// The step hands its barrier on to every llm.barrier.
  void passBarrier(func::FuncOp step) {
    unsigned index = step.getNumArguments();
    (void)step.insertArgument(index, pointer, {}, step.getLoc());
    Value barrier = step.getArgument(index);
    step.walk([&](BarrierOp op) {
      OpBuilder builder(op);
      LLVM::CallOp::create(builder, op.getLoc(), TypeRange(), "llmrt_barrier",
                           barrier);
      op.erase();
    });
  }

  //===--- entries ------------------------------------------------------------===//

  LLVM::LLVMFuncOp createEntry(func::FuncOp step, const Isa &isa) {
    Type i64 = b.getI64Type();
    auto type = LLVM::LLVMFunctionType::get(
        LLVM::LLVMVoidType::get(b.getContext()), {pointer, i64, i64});
    auto entry = LLVM::LLVMFuncOp::create(
        b, ("llmrt_step." + isa.getName()).str(), type);
    entry.setLinkage(LLVM::Linkage::Internal);
    for (StringRef attribute : {"target_cpu", "target_features"})
      if (Attribute value = step->getAttr(attribute))
        entry->setAttr(attribute, value);
    OpBuilder::InsertionGuard guard(b);
    Block *block = entry.addEntryBlock(b);
    b.setInsertionPointToStart(block);
    Value descriptor = block->getArgument(0);
    SmallVector<Value> arguments;
    assert(step.getNumArguments() == std::size(stepFields) + 3 &&
           "a field for each argument but worker, workers and barrier");
    for (auto [field, wanted] :
         llvm::zip(stepFields, step.getArgumentTypes())) {
      Value loaded = loadField(descriptor, field.offset,
                               field.pointer ? Type(pointer) : i64);
      arguments.push_back(field.pointer ? wrap(loaded, cast<MemRefType>(wanted))
                                        : toIndex(loaded));
    }
    arguments.push_back(toIndex(block->getArgument(1)));
    arguments.push_back(toIndex(block->getArgument(2)));
    arguments.push_back(
        loadField(descriptor, offsetof(LlmrtStep, barrier), pointer));
    func::CallOp::create(b, step, arguments);
    LLVM::ReturnOp::create(b, ValueRange());
    return entry;
  }

  Value loadField(Value descriptor, size_t offset, Type type) {
    Value address = LLVM::GEPOp::create(
        b, pointer, b.getI8Type(), descriptor,
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset)});
    return LLVM::LoadOp::create(b, type, address);
  }

  Value toIndex(Value i64) {
    return arith::IndexCastOp::create(b, b.getIndexType(), i64);
  }

  /// A memref descriptor over bare memory. Its size is not known here and never
  /// asked: kernels take their row counts from views.
  Value wrap(Value address, MemRefType type) {
    Type i64 = b.getI64Type();
    auto one = LLVM::LLVMArrayType::get(i64, 1);
    auto descriptorType = LLVM::LLVMStructType::getLiteral(
        b.getContext(), {pointer, pointer, i64, one, one});
    auto constant = [&](int64_t value) -> Value {
      return LLVM::ConstantOp::create(b, i64, b.getI64IntegerAttr(value));
    };
    Value descriptor = LLVM::PoisonOp::create(b, descriptorType);
    auto insert = [&](Value value, ArrayRef<int64_t> at) {
      descriptor = LLVM::InsertValueOp::create(b, descriptor, value, at);
    };
    insert(address, {0});
    insert(address, {1});
    insert(constant(0), {2});
    insert(constant(INT64_MAX), {3, 0});
    insert(constant(1), {4, 0});
    return UnrealizedConversionCastOp::create(b, type, descriptor).getResult(0);
  }

  //===--- constants ------------------------------------------------------------===//

  /// A constant global whose initialiser is built by `body`.
  LLVM::GlobalOp createGlobal(StringRef name, Type type, LLVM::Linkage linkage,
                              llvm::function_ref<Value()> body) {
    auto global = LLVM::GlobalOp::create(b, type, /*isConstant=*/true, linkage,
                                         name, Attribute());
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&global.getInitializerRegion());
    LLVM::ReturnOp::create(b, body());
    return global;
  }

  LLVM::GlobalOp createVariants(ArrayRef<const Isa *> isas,
                                MutableArrayRef<LLVM::LLVMFuncOp> entries) {
    Type i64 = b.getI64Type();
    auto variant = LLVM::LLVMStructType::getLiteral(b.getContext(),
                                                    {pointer, i64, pointer});
    auto table = LLVM::LLVMArrayType::get(variant, isas.size());
    SmallVector<LLVM::GlobalOp> names;
    for (const Isa *isa : isas)
      names.push_back(createString("llmrt_variant." + isa->getName().str(),
                                   isa->getName()));
    return createGlobal("llmrt_variants", table, LLVM::Linkage::Internal, [&] {
      Value value = LLVM::PoisonOp::create(b, table);
      for (int64_t i = 0; i < static_cast<int64_t>(isas.size()); ++i) {
        auto insert = [&](Value part, int64_t field) {
          value = LLVM::InsertValueOp::create(b, value, part,
                                              ArrayRef<int64_t>{i, field});
        };
        insert(LLVM::AddressOfOp::create(b, names[i]), 0);
        insert(
            LLVM::ConstantOp::create(b, i64,
                                     b.getI64IntegerAttr(getCpuBits(
                                         entries[i].getTargetFeaturesAttr()))),
            1);
        insert(LLVM::AddressOfOp::create(b, entries[i]), 2);
      }
      return value;
    });
  }

  LLVM::GlobalOp createString(StringRef name, StringRef text) {
    std::string terminated = text.str() + '\0';
    auto type = LLVM::LLVMArrayType::get(b.getI8Type(), terminated.size());
    return LLVM::GlobalOp::create(b, type, /*isConstant=*/true,
                                  LLVM::Linkage::Internal, name,
                                  b.getStringAttr(terminated));
  }

  /// The positions that the model was made for.
  FailureOr<int64_t> getContextLength() {
    auto facts = module->getAttrOfType<DictionaryAttr>("llm.model");
    auto length = facts ? facts.getAs<IntegerAttr>("context_length") : nullptr;
    if (length)
      return length.getInt();
    return module.emitError("the module attribute 'llm.model' has no integer "
                            "'context_length'");
  }

  LogicalResult createModel(LLVM::GlobalOp variants, size_t count,
                            PlanAttr plan, int64_t maxContext, int64_t maxBatch,
                            int64_t rowsPerStep) {
    FailureOr<int64_t> context = getContextLength();
    if (failed(context))
      return failure();
    Type i32 = b.getI32Type(), i64 = b.getI64Type();
    SmallVector<Type> fields = {i32, i32, pointer};
    fields.append(8, i64);
    auto type = LLVM::LLVMStructType::getLiteral(b.getContext(), fields);
    int64_t numbers[] = {plan.getResult("logits").getColumns(),
                         plan.getArenaBytesPerRow(),
                         plan.getKvBytesPerPage(),
                         *context,
                         maxContext ? maxContext : *context,
                         maxBatch,
                         rowsPerStep,
                         plan.getWeightBytes()};
    createGlobal("llmrt_model", type, LLVM::Linkage::External, [&] {
      Value value = LLVM::PoisonOp::create(b, type);
      auto insert = [&](Value part, int64_t field) {
        value = LLVM::InsertValueOp::create(b, value, part,
                                            ArrayRef<int64_t>{field});
      };
      insert(LLVM::ConstantOp::create(b, i32,
                                      b.getI32IntegerAttr(LLMRT_ABI_VERSION)),
             0);
      insert(LLVM::ConstantOp::create(b, i32, b.getI32IntegerAttr(count)), 1);
      insert(LLVM::AddressOfOp::create(b, variants), 2);
      for (auto [i, number] : llvm::enumerate(numbers))
        insert(LLVM::ConstantOp::create(b, i64, b.getI64IntegerAttr(number)),
               3 + i);
      return value;
    });
    return success();
  }

  ModuleOp module;
  ImplicitLocOpBuilder b;
  LLVM::LLVMPointerType pointer;
};

struct FinishStep : impl::FinishStepBase<FinishStep> {
  using Base::Base;

  void runOnOperation() override {
    if (failed(Finisher(getOperation()).run(maxContext, maxBatch, rowsPerStep)))
      signalPassFailure();
  }
};

} // namespace
} // namespace llmc

//===- Entries.cpp - what the runtime calls of generated code -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Entries.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace llmc {

static Type getVoid(MLIRContext *context) {
  return LLVM::LLVMVoidType::get(context);
}

Entries::Entries(ImplicitLocOpBuilder &b)
    : pointer(LLVM::LLVMPointerType::get(b.getContext())), i64(b.getI64Type()),
      b(b) {
  auto declare = [&](StringRef name, ArrayRef<Type> arguments) {
    Type none = getVoid(b.getContext());
    LLVM::LLVMFuncOp::create(b, name,
                             LLVM::LLVMFunctionType::get(none, arguments));
  };
  declare("llmrt_barrier", pointer);
  declare("llmrt_enter", {pointer, i64, i64});
  declare("llmrt_launch", {pointer, i64, i64, pointer, i64});
}

void Entries::create(StringRef symbol, func::FuncOp function,
                     ArrayRef<Type> arguments, Type result,
                     llvm::function_ref<Value(ValueRange)> build) {
  Type returned = result ? result : getVoid(b.getContext());
  auto entry = LLVM::LLVMFuncOp::create(
      b, symbol, LLVM::LLVMFunctionType::get(returned, arguments));
  entry.setLinkage(LLVM::Linkage::Internal);
  for (StringRef attribute : {"target_cpu", "target_features"})
    if (Attribute value = function->getAttr(attribute))
      entry->setAttr(attribute, value);
  OpBuilder::InsertionGuard guard(b);
  Block *block = entry.addEntryBlock(b);
  b.setInsertionPointToStart(block);
  Value value = build(block->getArguments());
  LLVM::ReturnOp::create(b, value ? ValueRange(value) : ValueRange());
}

void Entries::createShared(StringRef symbol, func::FuncOp function,
                           size_t barrierOffset,
                           llvm::function_ref<SmallVector<Value>(Value)> load) {
  passBarrier(function);
  create(symbol, function, {pointer, i64, i64}, {}, [&](ValueRange given) {
    SmallVector<Value> arguments = load(given[0]);
    arguments.push_back(toIndex(given[1]));
    arguments.push_back(toIndex(given[2]));
    arguments.push_back(this->load(given[0], barrierOffset, pointer));
    func::CallOp::create(b, function, arguments);
    return Value();
  });
}

static bool meets(func::FuncOp function) {
  return function.walk([](llm::BarrierOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

/// The function hands its barrier on to every llm.barrier and llm.enter, and to the
/// kernels in which workers meet.
void Entries::passBarrier(func::FuncOp function) {
  unsigned index = function.getNumArguments();
  (void)function.insertArgument(index, pointer, {}, function.getLoc());
  Value barrier = function.getArgument(index);
  function.walk([&](llm::BarrierOp op) {
    OpBuilder builder(op);
    LLVM::CallOp::create(builder, op.getLoc(), TypeRange(), "llmrt_barrier",
                         barrier);
    op.erase();
  });
  function.walk([&](llm::EnterOp op) {
    assert(op.getNumber() && "the table of kernels numbers them");
    ImplicitLocOpBuilder builder(op.getLoc(), op);
    Value worker = arith::IndexCastOp::create(builder, i64, op.getWorker());
    Value number = LLVM::ConstantOp::create(builder, i64, *op.getNumber());
    LLVM::CallOp::create(builder, TypeRange(), "llmrt_enter",
                         ValueRange{barrier, worker, number});
    op.erase();
  });
  function.walk([&](llm::LaunchOp op) { launch(op, barrier); });
  auto module = function->getParentOfType<ModuleOp>();
  function.walk([&](func::CallOp call) {
    auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
    if (meets(callee)) {
      passBarrier(callee);
      meeting.insert(callee);
    }
    if (meeting.contains(callee))
      call.getOperandsMutable().append(barrier);
  });
}

/// What a device's function takes for `input`: the fields of its descriptor.
static SmallVector<Value> listFields(ImplicitLocOpBuilder &b, Value input) {
  if (!isa<MemRefType>(input.getType()))
    return {input};
  auto parts = memref::ExtractStridedMetadataOp::create(b, input);
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, input);
  SmallVector<Value> fields = {address, address, parts.getOffset()};
  llvm::append_range(fields, parts.getSizes());
  llvm::append_range(fields, parts.getStrides());
  return fields;
}

/// The arguments lie on the stack while the runtime copies them.
void Entries::launch(llm::LaunchOp op, Value barrier) {
  assert(op.getNumber() && "the table of kernels numbers them");
  ImplicitLocOpBuilder at(op.getLoc(), op);
  SmallVector<Value> fields;
  for (Value input : op.getInputs())
    llvm::append_range(fields, listFields(at, input));
  auto constant = [&](int64_t value) -> Value {
    return LLVM::ConstantOp::create(at, i64, at.getI64IntegerAttr(value));
  };
  auto function = op->getParentOfType<func::FuncOp>();
  OpBuilder start = OpBuilder::atBlockBegin(&function.getBody().front());
  Value count = LLVM::ConstantOp::create(
      start, op.getLoc(), i64,
      start.getI64IntegerAttr(static_cast<int64_t>(fields.size())));
  Value list = LLVM::AllocaOp::create(start, op.getLoc(), pointer, i64, count,
                                      /*alignment=*/8);
  auto cast = [&](Value index) -> Value {
    return arith::IndexCastOp::create(at, i64, index);
  };
  for (auto [i, field] : llvm::enumerate(fields)) {
    Value place =
        LLVM::GEPOp::create(at, pointer, i64, list,
                            ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(i)});
    LLVM::StoreOp::create(at, cast(field), place);
  }
  LLVM::CallOp::create(at, TypeRange(), "llmrt_launch",
                       ValueRange{barrier, constant(*op.getNumber()),
                                  cast(op.getBlocks()), list, count});
  op.erase();
}

Value Entries::load(Value base, size_t offset, Type type) {
  Value address =
      LLVM::GEPOp::create(b, pointer, b.getI8Type(), base,
                          ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset)});
  return LLVM::LoadOp::create(b, type, address);
}

Value Entries::toIndex(Value number) {
  return arith::IndexCastOp::create(b, b.getIndexType(), number);
}

} // namespace llmc

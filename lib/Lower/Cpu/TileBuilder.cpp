//===- TileBuilder.cpp - short names for what tiled kernels are made of -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Lower/Cpu/TileBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <numeric>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

int64_t getLanes(int64_t size) { return std::gcd<int64_t>(size, 16); }

//===----------------------------------------------------------------------===//
// Index arithmetic
//===----------------------------------------------------------------------===//

Value TileBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}
Value TileBuilder::addIndex(Value a, Value b) {
  return createOrFold<arith::AddIOp>(a, b);
}
Value TileBuilder::addIndex(Value a, int64_t b) {
  return b ? addIndex(a, index(b)) : a;
}
Value TileBuilder::mulIndex(Value a, int64_t b) {
  return mulIndex(a, index(b));
}
Value TileBuilder::mulIndex(Value a, Value b) {
  return createOrFold<arith::MulIOp>(a, b);
}
// Indices are never negative here; unsigned division by a constant is a shift
// or a multiplication.
Value TileBuilder::divIndex(Value a, int64_t b) {
  return arith::DivUIOp::create(*this, a, index(b));
}
Value TileBuilder::remIndex(Value a, int64_t b) {
  return arith::RemUIOp::create(*this, a, index(b));
}
Value TileBuilder::toIndex(Value i32) {
  return arith::IndexCastOp::create(*this, getIndexType(), i32);
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

Value TileBuilder::f32(double value) { return constant(getF32Type(), value); }

Value TileBuilder::constant(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr attr =
      isa<FloatType>(element)
          ? TypedAttr(FloatAttr::get(element, value))
          : TypedAttr(IntegerAttr::get(element, static_cast<int64_t>(value)));
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(*this, attr);
}

Value TileBuilder::broadcast(Value scalar, int64_t lanes) {
  return vector::BroadcastOp::create(
      *this, VectorType::get(lanes, scalar.getType()), scalar);
}

Value TileBuilder::add(Value a, Value b) {
  return arith::AddFOp::create(*this, a, b);
}
Value TileBuilder::sub(Value a, Value b) {
  return arith::SubFOp::create(*this, a, b);
}
Value TileBuilder::mul(Value a, Value b) {
  return arith::MulFOp::create(*this, a, b);
}
Value TileBuilder::div(Value a, Value b) {
  return arith::DivFOp::create(*this, a, b);
}
Value TileBuilder::max(Value a, Value b) {
  // One maxps: a comparison and a choice, without the NaN rules of maximumf.
  Value greater = arith::CmpFOp::create(*this, arith::CmpFPredicate::OGT, a, b);
  return select(greater, a, b);
}
Value TileBuilder::compare(arith::CmpFPredicate predicate, Value a, Value b) {
  return arith::CmpFOp::create(*this, predicate, a, b);
}
Value TileBuilder::compare(arith::CmpIPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(*this, predicate, a, b);
}
Value TileBuilder::both(Value a, Value b) {
  return arith::AndIOp::create(*this, a, b);
}
Value TileBuilder::negate(Value condition) {
  return arith::XOrIOp::create(*this, condition,
                               constant(condition.getType(), 1));
}
Value TileBuilder::fma(Value a, Value b, Value c) {
  return math::FmaOp::create(*this, a, b, c);
}
Value TileBuilder::exp(Value x) { return math::ExpOp::create(*this, x); }
Value TileBuilder::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(*this, condition, x, y);
}
/// Halves are added until one lane is left: the same order on every machine.
template <typename Combine>
static Value reduceLanes(TileBuilder &b, Value vector, Combine combine) {
  int64_t lanes = cast<VectorType>(vector.getType()).getDimSize(0);
  for (; lanes > 1; lanes /= 2) {
    Value low = vector::ExtractStridedSliceOp::create(
        b, vector, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{lanes / 2},
        ArrayRef<int64_t>{1});
    Value high = vector::ExtractStridedSliceOp::create(
        b, vector, ArrayRef<int64_t>{lanes / 2}, ArrayRef<int64_t>{lanes / 2},
        ArrayRef<int64_t>{1});
    vector = combine(low, high);
  }
  return vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{0});
}

Value TileBuilder::sumLanes(Value vector) {
  if (isa<IntegerType>(getElementTypeOrSelf(vector)))
    return vector::ReductionOp::create(*this, vector::CombiningKind::ADD,
                                       vector);
  return reduceLanes(*this, vector,
                     [&](Value x, Value y) { return add(x, y); });
}
Value TileBuilder::maxLanes(Value vector) {
  if (isa<IntegerType>(getElementTypeOrSelf(vector)))
    return vector::ReductionOp::create(*this, vector::CombiningKind::MAXUI,
                                       vector);
  return reduceLanes(*this, vector,
                     [&](Value x, Value y) { return max(x, y); });
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value TileBuilder::load(Value memref, ValueRange at) {
  return memref::LoadOp::create(*this, memref, at);
}

Value TileBuilder::loadF32s(Value memref, ValueRange at, int64_t lanes,
                            Value mask) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  auto type = VectorType::get(lanes, element);
  Value loaded;
  if (mask)
    loaded = vector::MaskedLoadOp::create(
        *this, type, memref, at, mask,
        arith::ConstantOp::create(*this, type, getZeroAttr(type)));
  else
    loaded = vector::LoadOp::create(*this, type, memref, at);
  if (element.isF32())
    return loaded;
  if (element.isInteger())
    return arith::SIToFPOp::create(*this, f32s(lanes), loaded);
  return arith::ExtFOp::create(*this, f32s(lanes), loaded);
}

/// Of elements of so many bytes in rows and panels of bytes, whose parts begin at
/// multiples of their elements; of 4 at most, that of the parts' places. A CPU does not
/// ask, a device would load byte by byte.
static llvm::MaybeAlign alignmentOf(int64_t elementBytes) {
  return llvm::MaybeAlign(std::min<int64_t>(elementBytes, 4));
}

Value TileBuilder::gather(Value rows, Value row, Value columns, Value first) {
  if (!first)
    first = index(0);
  int64_t lanes = cast<VectorType>(columns.getType()).getNumElements();
  if (lanes == 1) {
    Value column =
        vector::ExtractOp::create(*this, columns, ArrayRef<int64_t>{0});
    return broadcast(load(rows, {row, addIndex(first, toIndex(column))}), 1);
  }
  return vector::GatherOp::create(
      *this, f32s(lanes), rows, ValueRange{row, first}, columns,
      constant(VectorType::get(lanes, getI1Type()), 1),
      constant(f32s(lanes), 0));
}

Value TileBuilder::loadBytesAs(Value memref, ValueRange at, Type type) {
  auto vector = dyn_cast<VectorType>(type);
  Type element = vector ? vector.getElementType() : type;
  int64_t lanes = vector ? vector.getDimSize(0) : 1;
  int64_t elementBytes = element.getIntOrFloatBitWidth() / 8;
  int64_t size = lanes * elementBytes;
  Value raw =
      vector::LoadOp::create(*this, bytes(size), memref, at,
                             /*nontemporal=*/false, alignmentOf(elementBytes));
  auto wide = VectorType::get(lanes, element);
  Value value = wide == raw.getType()
                    ? raw
                    : Value(vector::BitCastOp::create(*this, wide, raw));
  return vector ? value
                : Value(vector::ExtractOp::create(*this, value,
                                                  ArrayRef<int64_t>{0}));
}

void TileBuilder::store(Value value, Value memref, ValueRange at) {
  memref::StoreOp::create(*this, value, memref, at);
}

void TileBuilder::storeVector(Value vector, Value memref, ValueRange at,
                              Value mask) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  auto type = cast<VectorType>(vector.getType());
  if (element != type.getElementType())
    vector = arith::TruncFOp::create(*this, type.clone(element), vector);
  if (mask)
    vector::MaskedStoreOp::create(*this, memref, at, mask, vector);
  else
    vector::StoreOp::create(*this, vector, memref, at);
}

void TileBuilder::storeBytes(Value value, Value memref, ValueRange at) {
  auto vector = dyn_cast<VectorType>(value.getType());
  if (!vector) {
    value = broadcast(value, 1);
    vector = cast<VectorType>(value.getType());
  }
  int64_t size = vector.getDimSize(0) * vector.getElementTypeBitWidth() / 8;
  if (vector != bytes(size))
    value = vector::BitCastOp::create(*this, bytes(size), value);
  vector::StoreOp::create(*this, value, memref, at, /*nontemporal=*/false,
                          alignmentOf(vector.getElementTypeBitWidth() / 8));
}

Value TileBuilder::dim(Value memref, int64_t index) {
  return memref::DimOp::create(*this, memref, index);
}

Value TileBuilder::allocate(ArrayRef<int64_t> shape, Type element) {
  return memref::AllocaOp::create(*this, MemRefType::get(shape, element),
                                  getI64IntegerAttr(64));
}

Value TileBuilder::allocateAtStart(ArrayRef<int64_t> shape, Type element) {
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(&function.getBody().front());
  return allocate(shape, element);
}

Value TileBuilder::addressOf(Value memref, Value byte) {
  assert(cast<MemRefType>(memref.getType()).getLayout().isIdentity());
  Value start = memref::ExtractAlignedPointerAsIndexOp::create(*this, memref);
  Value number =
      arith::IndexCastOp::create(*this, getI64Type(), addIndex(start, byte));
  return LLVM::IntToPtrOp::create(
      *this, LLVM::LLVMPointerType::get(getContext()), number);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void TileBuilder::loop(Value low, Value high, int64_t step,
                       llvm::function_ref<void(Value)> body) {
  loop(low, high, step, {}, [&](Value i, ValueRange) {
    body(i);
    return SmallVector<Value>();
  });
}

SmallVector<Value> TileBuilder::loop(
    Value low, Value high, int64_t step, ValueRange start,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(
      *this, low, high, index(step), start,
      [&](OpBuilder &inner, Location loc, Value i, ValueRange carried) {
        InsertionGuard guard(*this);
        setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
        SmallVector<Value> next = body(i, carried);
        scf::YieldOp::create(*this, next);
      });
  return SmallVector<Value>(loop.getResults());
}

void TileBuilder::when(Value condition, llvm::function_ref<void()> body) {
  auto branch = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  body();
}

SmallVector<Value>
TileBuilder::choose(Value condition,
                    llvm::function_ref<SmallVector<Value>()> isTrue,
                    llvm::function_ref<SmallVector<Value>()> isFalse) {
  auto build = [&](llvm::function_ref<SmallVector<Value>()> body) {
    return [this, body](OpBuilder &inner, Location) {
      InsertionGuard guard(*this);
      setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
      SmallVector<Value> results = body();
      scf::YieldOp::create(*this, results);
    };
  };
  auto chosen =
      scf::IfOp::create(*this, condition, build(isTrue), build(isFalse));
  return SmallVector<Value>(chosen.getResults());
}

Value TileBuilder::choose(Value condition, llvm::function_ref<Value()> isTrue,
                          llvm::function_ref<Value()> isFalse) {
  return choose(
      condition, [&] { return SmallVector<Value>{isTrue()}; },
      [&] { return SmallVector<Value>{isFalse()}; })[0];
}

TileBuilder::Walk TileBuilder::walk(int64_t columns) {
  if (!thread)
    return {index(0), getLanes(columns), getLanes(columns)};
  return {thread, threads, 1};
}

std::pair<Value, Value> TileBuilder::share(Value count) {
  Value next = addIndex(worker, 1);
  Value begin = arith::DivUIOp::create(*this, mulIndex(count, worker), workers);
  Value end = arith::DivUIOp::create(*this, mulIndex(count, next), workers);
  return {begin, end};
}

} // namespace llmc

//===- TensorCores.cpp - products of warps, copies ahead --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TensorCores.h"

#include "../Cpu/Isa.h"

#include <limits>

using namespace mlir;

namespace llmc {

/// So many results of an intrinsic, of one type.
static SmallVector<Value> callForAll(TileBuilder &b, StringRef name, Type type,
                                     int64_t count, ArrayRef<Value> operands) {
  Value all = callIntrinsic(b, name,
                            LLVM::LLVMStructType::getLiteral(
                                b.getContext(), SmallVector<Type>(count, type)),
                            operands);
  SmallVector<Value> results;
  for (int64_t i = 0; i < count; ++i)
    results.push_back(LLVM::ExtractValueOp::create(b, all, i));
  return results;
}

SmallVector<Value> multiplyBytes(TileBuilder &b, ValueRange a, bool isSigned,
                                 ValueRange columns, ValueRange c) {
  assert(a.size() == 2 * columns.size() && c.size() == 4 && "a shape of bytes");
  std::string name = "llvm.nvvm.mma.m16n8k" + std::to_string(8 * a.size()) +
                     ".row.col." + (isSigned ? "s8" : "u8.s8");
  SmallVector<Value> operands(a);
  operands.append(columns.begin(), columns.end());
  operands.append(c.begin(), c.end());
  return callForAll(b, name, b.getI32Type(), 4, operands);
}

/// mma.sp of `shape`. Indices rise, which ptxas asks to be told, for later GPUs.
static SmallVector<Value> multiplySparse(TileBuilder &b, const Twine &shape,
                                         ArrayRef<Value> operands, Type sums,
                                         Value indices, int64_t selector) {
  SmallVector<Value> all(operands);
  all.push_back(indices);
  all.push_back(b.constant(b.getI32Type(), static_cast<double>(selector)));
  return callForAll(b, ("llvm.nvvm.mma.sp.ordered.metadata." + shape).str(),
                    sums, 4, all);
}

SmallVector<Value> multiplySparseBytes(TileBuilder &b, ValueRange a,
                                       bool isSigned, ValueRange columns,
                                       ValueRange c, Value indices,
                                       int64_t selector) {
  assert(a.size() == columns.size() && c.size() == 4 && "a shape of bytes");
  SmallVector<Value> operands(a);
  operands.append(columns.begin(), columns.end());
  operands.append(c.begin(), c.end());
  return multiplySparse(b,
                        "m16n8k" + Twine(16 * a.size()) + ".row.col." +
                            (isSigned ? "s8" : "u8.s8"),
                        operands, b.getI32Type(), indices, selector);
}

Value addressOf(TileBuilder &b, Value memory, Value byte, int space) {
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, memory);
  Value address =
      arith::IndexCastOp::create(b, b.getI64Type(), b.addIndex(base, byte));
  return LLVM::IntToPtrOp::create(
      b, LLVM::LLVMPointerType::get(b.getContext(), space), address);
}

void copyAhead(TileBuilder &b, Value from, Value row, Value byte, Value to,
               Value word, int64_t bytes) {
  int64_t rowBytes = cast<MemRefType>(from.getType()).getShape().back();
  copyAhead(b, from, b.addIndex(b.mulIndex(row, rowBytes), byte), to,
            b.mulIndex(word, 4), bytes);
}

void copyAhead(TileBuilder &b, Value from, Value byte, Value to, Value toByte,
               int64_t bytes) {
  constexpr int global = 1, shared = 3;
  // Lines of 16 bytes go past the first cache.
  StringRef cache = bytes == 16 ? "cg" : "ca";
  std::string name =
      ("llvm.nvvm.cp.async." + cache + ".shared.global." + Twine(bytes)).str();
  LLVM::CallIntrinsicOp::create(b, b.getStringAttr(name),
                                ValueRange{addressOf(b, to, toByte, shared),
                                           addressOf(b, from, byte, global)});
}

void copyOrClear(TileBuilder &b, Value from, Value byte, Value to, Value toByte,
                 Value exists) {
  constexpr int global = 1, shared = 3;
  Value bytes = b.select(exists, b.constant(b.getI32Type(), 16),
                         b.constant(b.getI32Type(), 0));
  LLVM::CallIntrinsicOp::create(
      b, b.getStringAttr("llvm.nvvm.cp.async.cg.shared.global.16.s"),
      ValueRange{addressOf(b, to, toByte, shared),
                 addressOf(b, from, byte, global), bytes});
}

/// Pairs of bf16 are words to LLVM, those of f16 are pairs.
static SmallVector<Value> asHalves(TileBuilder &b, ValueRange pairs) {
  SmallVector<Value> operands;
  for (Value pair : pairs)
    operands.push_back(
        cast<VectorType>(pair.getType()).getElementType().isBF16()
            ? Value(vector::ExtractOp::create(
                  b, Value(vector::BitCastOp::create(b, b.i32s(1), pair)),
                  ArrayRef<int64_t>{0}))
            : pair);
  return operands;
}

SmallVector<Value> multiplyHalves(TileBuilder &b, ValueRange a,
                                  ValueRange columns, ValueRange c) {
  assert(a.size() == 4 && columns.size() == 2 && c.size() == 4 && "m16n8k16");
  bool isBf16 = cast<VectorType>(a[0].getType()).getElementType().isBF16();
  SmallVector<Value> operands = asHalves(b, a);
  llvm::append_range(operands, asHalves(b, columns));
  operands.append(c.begin(), c.end());
  return callForAll(b,
                    isBf16 ? "llvm.nvvm.mma.m16n8k16.row.col.bf16"
                           : "llvm.nvvm.mma.m16n8k16.row.col.f32.f32",
                    b.getF32Type(), 4, operands);
}

SmallVector<Value> multiplySparseHalves(TileBuilder &b, ValueRange a,
                                        ValueRange columns, ValueRange c,
                                        Value indices, int64_t selector) {
  assert(a.size() == 4 && columns.size() == 4 && c.size() == 4 && "m16n8k32");
  SmallVector<Value> operands = asHalves(b, a);
  llvm::append_range(operands, asHalves(b, columns));
  operands.append(c.begin(), c.end());
  return multiplySparse(b, "m16n8k32.row.col.bf16", operands, b.getF32Type(),
                        indices, selector);
}

TensorFloat splitFloat(TileBuilder &b, Value x) {
  constexpr int32_t upperBits = ~0x1fff;
  Value word = arith::BitcastOp::create(b, b.getI32Type(), x);
  Value high =
      arith::AndIOp::create(b, word, b.constant(b.getI32Type(), upperBits));
  Value left = b.sub(x, arith::BitcastOp::create(b, b.getF32Type(), high));
  Value infinity = b.f32(std::numeric_limits<double>::infinity());
  Value isInfinite = b.compare(arith::CmpFPredicate::OEQ,
                               Value(math::AbsFOp::create(b, x)), infinity);
  left = b.select(isInfinite, b.f32(0), left);
  return {high,
          callIntrinsic(b, "llvm.nvvm.f2tf32.rna", b.getI32Type(), {left}),
          b.select(isInfinite, b.constant(b.getI32Type(), 0), high)};
}

SmallVector<Value> multiplyFloats(TileBuilder &b, ValueRange a,
                                  ValueRange columns, ValueRange c) {
  assert(a.size() == 4 && columns.size() == 2 && c.size() == 4 && "m16n8k8");
  SmallVector<Value> operands(a);
  operands.append(columns.begin(), columns.end());
  operands.append(c.begin(), c.end());
  return callForAll(b, "llvm.nvvm.mma.m16n8k8.row.col.tf32", b.getF32Type(), 4,
                    operands);
}

static SmallVector<Value> loadMatrices(TileBuilder &b, Value memory, Value byte,
                                       StringRef turned = "") {
  constexpr int shared = 3;
  std::string name =
      ("llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4" + turned + ".b16.p3").str();
  return callForAll(b, name, b.getI32Type(), 4,
                    {addressOf(b, memory, byte, shared)});
}

static SmallVector<Value> asPairs(TileBuilder &b, ArrayRef<Value> words,
                                  Type element) {
  SmallVector<Value> pairs;
  for (Value word : words)
    pairs.push_back(vector::BitCastOp::create(b, VectorType::get(2, element),
                                              b.broadcast(word, 1)));
  return pairs;
}

SmallVector<Value> loadColumns(TileBuilder &b, Value memory, Value byte,
                               Type element) {
  return asPairs(b, loadMatrices(b, memory, byte, ".trans"), element);
}

SmallVector<Value> loadLines(TileBuilder &b, Value memory, Value byte,
                             Type element) {
  return asPairs(b, loadMatrices(b, memory, byte), element);
}

SmallVector<Value> loadLineWords(TileBuilder &b, Value memory, Value byte) {
  return loadMatrices(b, memory, byte);
}

Value exp2(TileBuilder &b, Value x) {
  return callIntrinsic(b, "llvm.nvvm.ex2.approx.ftz.f32", b.getF32Type(), {x});
}

void commitCopies(TileBuilder &b) {
  LLVM::CallIntrinsicOp::create(
      b, b.getStringAttr("llvm.nvvm.cp.async.commit.group"), ValueRange());
}

void waitForCopies(TileBuilder &b, int64_t pending) {
  assert(pending >= 0 && "groups are counted");
  LLVM::CallIntrinsicOp::create(
      b, b.getStringAttr("llvm.nvvm.cp.async.wait.group"),
      ValueRange{b.constant(b.getI32Type(), static_cast<double>(pending))});
}

void waitForCopies(TileBuilder &b) {
  LLVM::CallIntrinsicOp::create(
      b, b.getStringAttr("llvm.nvvm.cp.async.wait.all"), ValueRange());
}

} // namespace llmc

//===- Warpgroups.cpp - products of four warps ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM has no intrinsic for a product, so that is PTX. All of it orders memory for LLVM.
//===----------------------------------------------------------------------===//
#include "Warpgroups.h"
#include "Threads.h"

#include "../Cpu/Isa.h"

using namespace mlir;

namespace llmc {

Value describeMatrix(TileBuilder &b, Value memory, Value byte,
                     const MatrixLayout &layout) {
  constexpr int64_t piece = 16, swizzleBit = 62, leadingBit = 16,
                    strideBit = 32;
  auto word = [&](uint64_t bits) -> Value {
    return arith::ConstantOp::create(
        b, b.getI64IntegerAttr(static_cast<int64_t>(bits)));
  };
  assert(llvm::is_contained({32, 64, 128}, layout.swizzle) && "swizzled");
  uint64_t mode = layout.swizzle == 128 ? 1 : layout.swizzle == 64 ? 2 : 3;
  uint64_t fixed = mode << swizzleBit |
                   uint64_t(layout.leading / piece) << leadingBit |
                   uint64_t(layout.stride / piece) << strideBit;
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, memory);
  Value address =
      arith::IndexCastOp::create(b, b.getI64Type(), b.addIndex(base, byte));
  // Addresses in the block's memory have 18 bits.
  Value start = arith::ShRUIOp::create(b, address, word(4));
  return arith::OrIOp::create(b, start, word(fixed));
}

/// `text` with the sums as its first operands, read and written, and `others` behind them.
static SmallVector<Value> runOnSums(TileBuilder &b, ValueRange sums,
                                    ValueRange others, StringRef constraints,
                                    const Twine &text) {
  auto type = LLVM::LLVMStructType::getLiteral(
      b.getContext(), SmallVector<Type>(sums.size(), b.getF32Type()));
  std::string all;
  for (size_t i = 0; i < sums.size(); ++i)
    all += "=f,";
  for (size_t i = 0; i < sums.size(); ++i)
    all += std::to_string(i) + ",";
  all += constraints;
  all.pop_back(); // the last comma
  SmallVector<Value> operands(sums);
  llvm::append_range(operands, others);
  Value result = runPtx(b, type, operands, text.str(), all).getResult(0);
  SmallVector<Value> values;
  for (size_t i = 0; i < sums.size(); ++i)
    values.push_back(
        LLVM::ExtractValueOp::create(b, result, static_cast<int64_t>(i)));
  return values;
}

SmallVector<Value> beginProduct(TileBuilder &b, ValueRange sums, Value a,
                                bool transposesA, Value columns,
                                bool transposesColumns, Value adds) {
  auto count = static_cast<int64_t>(sums.size());
  assert(count % 4 == 0 && count >= 4 && count <= 128 && "8 to 256 columns");
  std::string list;
  for (int64_t i = 0; i < count; ++i)
    list += (i ? ", $" : "$") + std::to_string(i);
  auto operand = [&](int64_t i) { return "$" + std::to_string(2 * count + i); };
  std::string text = "{ .reg .pred p; setp.ne.b32 p, " + operand(2) +
                     ", 0; wgmma.mma_async.sync.aligned.m64n" +
                     std::to_string(2 * count) + "k16.f32.bf16.bf16 {" + list +
                     "}, " + operand(0) + ", " + operand(1) + ", p, 1, 1, " +
                     (transposesA ? "1" : "0") + ", " +
                     (transposesColumns ? "1" : "0") + "; }";
  return runOnSums(b, sums, {a, columns, adds}, "l,l,r,", text);
}

static void run(TileBuilder &b, StringRef intrinsic) {
  callIntrinsic(b, intrinsic, /*result=*/{}, {});
}

void showToProducts(TileBuilder &b) {
  run(b, "llvm.nvvm.fence.proxy.async.shared_cta");
}

void openProducts(TileBuilder &b) {
  run(b, "llvm.nvvm.wgmma.fence.sync.aligned");
}

void commitProducts(TileBuilder &b) {
  run(b, "llvm.nvvm.wgmma.commit_group.sync.aligned");
}

void waitForProducts(TileBuilder &b, int64_t pending) {
  Value left = arith::ConstantOp::create(b, b.getI64IntegerAttr(pending));
  callIntrinsic(b, "llvm.nvvm.wgmma.wait_group.sync.aligned", /*result=*/{},
                {left});
}

SmallVector<Value> waitForSums(TileBuilder &b, ValueRange sums) {
  return runOnSums(b, sums, {}, "", "wgmma.wait_group.sync.aligned 0;");
}

} // namespace llmc

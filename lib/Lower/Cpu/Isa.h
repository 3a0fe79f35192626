//===- Isa.h - what an instruction set must answer --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything but integer dot products is portable vector code that LLVM fits to
// the target's width. A new instruction set is one file that implements this
// interface, and its line in getIsas.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_ISA_H
#define LLMC_LIB_LOWER_CPU_ISA_H

#include "llmc/Lower/Cpu/TileBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <memory>

namespace llmc {

/// Integer products of one group of k: `rows` batch rows with `strips` strips of
/// weights. Operands are made when they are asked for, so an instruction set
/// holds in registers only what its own order of instructions needs.
struct IntegerTile {
  int64_t rows, strips, lanes;
  int64_t bits;  // of a code, see Grid::getByteBits
  int64_t zero;  // weights are code - zero
  int64_t quads; // k of the group / 4
  /// Codes of quad `j` of strip `s`: 4 * lanes unsigned bytes; byte 4n+c is
  /// k = 4j+c of the strip's row n.
  llvm::function_ref<mlir::Value(int64_t s, int64_t j)> codes;
  /// The 4 signed codes of batch row `r` that quad `j` of strip `s` is multiplied with: an
  /// i32, or one for each lane.
  llvm::function_ref<mlir::Value(int64_t r, int64_t s, int64_t j)> word;
  /// `factor` times the sum of these codes over all quads, likewise.
  llvm::function_ref<mlir::Value(int64_t r, int64_t s, int64_t factor)> total;
  /// The same codes in memory: row r of the tile is plane r % planes of batch row
  /// r / planes. A pointer to code `k` of a plane of the first batch row; that of the
  /// next is `stride` bytes on.
  int64_t planes, stride;
  llvm::function_ref<mlir::Value(int64_t plane, int64_t k)> address;
};

/// Products of groups in three phases, each over all groups of some blocks of k, where
/// products pass through memory: what waits for memory waits once for all of them.
class IntegerPhases {
public:
  virtual ~IntegerPhases() = default;
  /// Codes of group `number`, an index, go to memory.
  virtual void unpack(const IntegerTile &tile, mlir::Value number) = 0;
  /// They are multiplied, and products go to memory.
  virtual void multiply(const IntegerTile &tile, mlir::Value number) = 0;
  /// What `Isa::dot` gives.
  virtual llvm::SmallVector<mlir::Value> load(const IntegerTile &tile,
                                              mlir::Value number) = 0;
};

/// One instruction set that kernels are spelled for.
class Isa {
public:
  virtual ~Isa() = default;
  virtual llvm::StringRef getName() const = 0;
  /// LLVM's CPU, and the features on top of it; getCpuBits knows each of x86-64.
  virtual llvm::StringRef getCpu() const { return "x86-64"; }
  virtual llvm::ArrayRef<llvm::StringRef> getFeatures() const = 0;
  /// The one whose code this one's is but for some ops; or null.
  virtual const Isa *getBase() const { return nullptr; }
  /// Whether the code of `op` is another one than the base's.
  virtual bool differsIn(mlir::Operation *op) const { return true; }
  /// Vector registers, and f32 in each: what tile shapes follow.
  virtual int64_t getRegisters() const = 0;
  virtual int64_t getLanes() const = 0;
  /// Rows of a register that holds a tile of integers; 0 where there are none.
  virtual int64_t getTileRows() const { return 0; }

  /// Whether it adds two products of bf16 to a lane (VDPBF16PS).
  virtual bool multipliesBFloat16() const { return false; }
  /// Whether it multiplies tiles of them (TDPBF16PS).
  virtual bool multipliesTilesOfBFloat16() const { return false; }
  /// Whether four warps of it multiply bf16 out of their block's memory (wgmma).
  virtual bool multipliesInWarpgroups() const { return false; }
  /// Whether it keeps rows of prompts as bf16, where their encoding allows that
  /// (`hasBFloatPrompts`).
  virtual bool narrowsPrompts(mlir::llm::EncodingAttrInterface rows) const {
    return false;
  }

  /// `sum over k of (code - zero) * x` of each output row, exact: per batch row
  /// and strip (r * strips + s) a vector of i32.
  virtual llvm::SmallVector<mlir::Value> dot(TileBuilder &b,
                                             const IntegerTile &tile) const = 0;

  /// Memory for `groups` groups like `tile`; null where `dot` is faster.
  virtual std::unique_ptr<IntegerPhases>
  startPhases(TileBuilder &b, const IntegerTile &tile, int64_t groups) const {
    return nullptr;
  }

  mlir::llm::TargetAttr getTarget(mlir::MLIRContext *context) const {
    return mlir::llm::TargetAttr::get(context, getName(), getRegisters(),
                                      getLanes(), getTileRows());
  }
};

/// LLMRT_CPU_* bits that a machine must have to run a function with these target
/// features; null asks for nothing.
uint64_t getCpuBits(mlir::LLVM::TargetFeaturesAttr features);

/// Those of CPUs, best first.
llvm::ArrayRef<const Isa *> getIsas();
/// Those of devices, which are compiled for only where they are named; best first.
llvm::ArrayRef<const Isa *> getDevices();
/// The one of this name, or null.
const Isa *findIsa(llvm::StringRef name);

const Isa &getAmx();
const Isa &getAvx512Bf16();
const Isa &getAvx512Vnni();
const Isa &getAvxVnni();
const Isa &getAvx2();

/// The one that a kernel is built for.
const Isa &getIsa(const KernelArgs &args);

/// Whether `op` makes rows of integers: products of them follow.
bool makesIntegerRows(mlir::Operation *op);
/// Whether `op` makes rows that may be bf16 in prompts.
bool makesNarrowPrompts(mlir::Operation *op);

/// A call of the LLVM intrinsic `name`; of no `result` null.
mlir::Value callIntrinsic(TileBuilder &b, llvm::StringRef name,
                          mlir::Type result, mlir::ValueRange arguments);
/// Of a power of two of `candidates` the one that the lowest bits of each code name.
mlir::Value selectByBits(TileBuilder &b, mlir::Value codes,
                         llvm::SmallVector<mlir::Value> candidates);
/// `table[code]` for each of the bytes, which are below 16: one shuffle where the
/// vector has its width.
mlir::Value lookUp(TileBuilder &b, mlir::Value codes,
                   llvm::ArrayRef<uint8_t> table);
/// Within each 128 bits of a register: the byte of `bytes` that the lowest 4 bits of each
/// byte of `control` name, or 0 where its top bit is set.
mlir::Value shuffleBytes(TileBuilder &b, mlir::Value bytes,
                         mlir::Value control);
/// `table[code]` for each of the i32, of which the lowest 4 bits count: one permutation of
/// 16 lanes.
mlir::Value lookUpFloats(TileBuilder &b, mlir::Value codes,
                         llvm::ArrayRef<float> table);
/// A vector of these i32.
mlir::Value constantWords(TileBuilder &b, llvm::ArrayRef<int32_t> words);
/// `table[index]` for each of the i32, as many as the table has; of an index only the bits count
/// that it needs.
mlir::Value permuteWords(TileBuilder &b, llvm::ArrayRef<int32_t> table,
                         mlir::Value indices);
/// No instruction, but what computes `values` stays before it and what is loaded
/// after it stays behind: LLVM's scheduler would load a whole group ahead to hide
/// latency, and write to the stack what registers cannot hold.
void keepInOrder(TileBuilder &b, llvm::ArrayRef<mlir::Value *> values);
/// `dot` by VPDPBUSD, which adds 4 products of unsigned and signed bytes to a lane: its
/// latency is four to five cycles, so each sum may go in two chains. Before quad `j`
/// what runs is kept in order where `keeps` says so.
llvm::SmallVector<mlir::Value>
dotFours(TileBuilder &b, const IntegerTile &tile, llvm::StringRef intrinsic,
         int64_t chains, llvm::function_ref<bool(int64_t j)> keeps);
/// An i32 in every lane; a vector has its own.
mlir::Value spreadOverLanes(TileBuilder &b, mlir::Value word, int64_t lanes);
/// One activation word (4 signed codes) in every 32-bit lane, as bytes.
mlir::Value spreadWord(TileBuilder &b, mlir::Value word, int64_t lanes);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_ISA_H

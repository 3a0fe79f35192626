//===- EmulateIsa.cpp - instructions that a machine lacks as plain code -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every variant of a step can be tested on every machine: an intrinsic becomes
// vector code of exactly its meaning, saturation included. The meanings are those
// of Intel's Software Developer's Manual, volume 2.
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmc/Lower/Passes.h"

namespace llmc {
#define GEN_PASS_DEF_EMULATEISA
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;

/// `value` with i32 lanes; `Extend` says what the sign bit means.
template <typename Extend> static Value widen(TileBuilder &b, Value value) {
  int64_t lanes = cast<VectorType>(value.getType()).getNumElements();
  return Extend::create(b, b.i32s(lanes), value);
}

/// The sums of each `count` neighbouring lanes, modulo 2^32.
static Value sumNeighbours(TileBuilder &b, Value value, int64_t count) {
  int64_t lanes = cast<VectorType>(value.getType()).getNumElements() / count;
  Value sum;
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<int64_t> picked;
    for (int64_t lane = 0; lane < lanes; ++lane)
      picked.push_back(lane * count + i);
    Value part = vector::ShuffleOp::create(b, value, value, picked);
    sum = sum ? Value(arith::AddIOp::create(b, sum, part)) : part;
  }
  return sum;
}

/// `sum`, each lane of which gains four products of bytes of `x`, that `ExtendX` says
/// the sign of, and signed ones of `y`. They are summed in 32 bits.
template <typename ExtendX>
static Value addFours(TileBuilder &b, Value sum, Value x, Value y) {
  Value products = arith::MulIOp::create(b, widen<ExtendX>(b, x),
                                         widen<arith::ExtSIOp>(b, y));
  return arith::AddIOp::create(b, sum, sumNeighbours(b, products, 4));
}

/// VPDPBUSD: each lane gains four products of an unsigned and a signed byte; only the
/// forms named VPDPBUSDS saturate.
static Value dotBytes(TileBuilder &b, ValueRange operands) {
  return addFours<arith::ExtUIOp>(b, operands[0], operands[1], operands[2]);
}

/// VPMADDUBSW: pairs of products of unsigned and signed bytes, saturated.
static Value addBytePairs(TileBuilder &b, ValueRange operands) {
  Value products =
      arith::MulIOp::create(b, widen<arith::ExtUIOp>(b, operands[0]),
                            widen<arith::ExtSIOp>(b, operands[1]));
  Value sums = sumNeighbours(b, products, 2);
  sums = arith::MinSIOp::create(b, sums, b.constant(sums.getType(), INT16_MAX));
  sums = arith::MaxSIOp::create(b, sums, b.constant(sums.getType(), INT16_MIN));
  int64_t lanes = cast<VectorType>(sums.getType()).getNumElements();
  return arith::TruncIOp::create(b, VectorType::get(lanes, b.getI16Type()),
                                 sums);
}

/// VPMADDWD: pairs of products of signed words. Four times -32768 wraps.
static Value addWordPairs(TileBuilder &b, ValueRange operands) {
  Value products =
      arith::MulIOp::create(b, widen<arith::ExtSIOp>(b, operands[0]),
                            widen<arith::ExtSIOp>(b, operands[1]));
  return sumNeighbours(b, products, 2);
}

/// VPSIGNB: the first operand times the sign of the second. -(-128) is -128.
static Value applySign(TileBuilder &b, ValueRange operands) {
  Value zero = b.constant(operands[0].getType(), 0);
  auto holds = [&](arith::CmpIPredicate predicate) -> Value {
    return arith::CmpIOp::create(b, predicate, operands[1], zero);
  };
  Value negated = arith::SubIOp::create(b, zero, operands[0]);
  Value notZero =
      b.select(holds(arith::CmpIPredicate::slt), negated, operands[0]);
  return b.select(holds(arith::CmpIPredicate::eq), zero, notZero);
}

/// VPSHUFB: each byte is the one of its 16 bytes of the first operand that the
/// lowest four bits of the second name; 0 where that is negative.
static Value chooseBytes(TileBuilder &b, ValueRange operands) {
  Value from = operands[0], codes = operands[1];
  Type type = codes.getType();
  int64_t lanes = cast<VectorType>(type).getNumElements();
  SmallVector<Value> candidates;
  for (int64_t i = 0; i < 16; ++i) {
    SmallVector<int64_t> picked;
    for (int64_t lane = 0; lane < lanes; ++lane)
      picked.push_back(lane / 16 * 16 + i);
    candidates.push_back(vector::ShuffleOp::create(b, from, from, picked));
  }
  Value zero = b.constant(type, 0);
  Value isNegative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, codes, zero);
  return b.select(isNegative, zero, selectByBits(b, codes, candidates));
}

/// Of a table of words, a power of two, those that the lowest bits of indices name.
static Value chooseWords(TileBuilder &b, ValueRange operands) {
  Value table = operands[0], indices = operands[1];
  int64_t size = cast<VectorType>(table.getType()).getNumElements();
  SmallVector<Value> candidates;
  for (int64_t i = 0; i < size; ++i)
    candidates.push_back(vector::ShuffleOp::create(
        b, table, table, SmallVector<int64_t>(size, i)));
  return selectByBits(b, indices, candidates);
}

/// The f32 that each bf16 in one half of 32-bit lanes is.
static Value widenHalves(TileBuilder &b, Value pairs, bool high) {
  auto type = cast<VectorType>(pairs.getType());
  int64_t size = type.getNumElements() * type.getElementTypeBitWidth();
  VectorType words = b.i32s(size / 32);
  Value bits = vector::BitCastOp::create(b, words, pairs);
  bits = high ? Value(arith::AndIOp::create(b, bits, b.constant(words, -65536)))
              : Value(arith::ShLIOp::create(b, bits, b.constant(words, 16)));
  return vector::BitCastOp::create(b, b.f32s(words.getNumElements()), bits);
}

/// VDPBF16PS: each lane gains two products of bf16, that of the higher halves first.
/// Denormal numbers, which the instruction takes for zeros, are kept.
static Value dotBFloats(TileBuilder &b, ValueRange operands) {
  Value sum = operands[0];
  for (bool high : {true, false})
    sum = b.fma(widenHalves(b, operands[1], high),
                widenHalves(b, operands[2], high), sum);
  return sum;
}

/// VCVTNE2PS2BF16: the second operand's numbers, then the first's, rounded to the
/// nearest, of two the even. A NaN becomes a quiet one.
static Value roundToBFloats(TileBuilder &b, ValueRange operands) {
  int64_t lanes = cast<VectorType>(operands[0].getType()).getNumElements();
  VectorType words = b.i32s(lanes);
  auto halves = VectorType::get(lanes, b.getI16Type());
  auto shift = [&](Value bits) -> Value {
    return arith::ShRUIOp::create(b, bits, b.constant(words, 16));
  };
  auto round = [&](Value x) -> Value {
    Value bits = vector::BitCastOp::create(b, words, x);
    Value odd = arith::AndIOp::create(b, shift(bits), b.constant(words, 1));
    Value half = arith::AddIOp::create(b, odd, b.constant(words, 0x7fff));
    Value rounded = shift(arith::AddIOp::create(b, bits, half));
    Value quiet = arith::OrIOp::create(b, shift(bits), b.constant(words, 0x40));
    Value isNaN = b.compare(arith::CmpFPredicate::UNO, x, x);
    return arith::TruncIOp::create(b, halves, b.select(isNaN, quiet, rounded));
  };
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(2 * lanes));
  Value both = vector::ShuffleOp::create(b, round(operands[1]),
                                         round(operands[0]), order);
  return vector::BitCastOp::create(
      b, VectorType::get(2 * lanes, b.getBF16Type()), both);
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

namespace {

/// A tile register as memory: rows lie one behind the other. Each op has memory of
/// its own for what it gives, so that a tile is a value.
class Tile {
public:
  Tile(TileBuilder &b, Value memory, Value bytes)
      : b(b), memory(memory), bytes(getSize(bytes)) {}

  /// One that is not filled yet.
  static Tile create(TileBuilder &b, Value rows, Value bytes) {
    Value memory =
        b.allocateAtStart({getSize(rows) * getSize(bytes)}, b.getI8Type());
    return Tile(b, b.addressOf(memory, b.index(0)), bytes);
  }

  /// Rows and sizes of tiles are constants.
  static int64_t getSize(Value operand) {
    IntegerAttr size;
    [[maybe_unused]] bool isConstant = matchPattern(operand, m_Constant(&size));
    assert(isConstant && "tiles have sizes that are known");
    return size.getInt();
  }

  VectorType getLine() const { return b.i32s(bytes / 4); }
  Value load(Value row) const { return read(row, {}, getLine()); }
  /// Four bytes, from byte 4 * `quad` of the row on.
  Value loadWord(Value row, Value quad) const {
    return read(row, b.mulIndex(quad, 4), b.getI32Type());
  }
  void store(Value line, Value row) const {
    LLVM::StoreOp::create(b, line,
                          getAddress(b, memory, b.mulIndex(row, bytes)),
                          /*alignment=*/1);
  }
  Value get() const { return memory; }

  static Value getAddress(TileBuilder &b, Value start, Value byte) {
    Value offset = arith::IndexCastOp::create(b, b.getI64Type(), byte);
    return LLVM::GEPOp::create(b, start.getType(), b.getI8Type(), start,
                               ArrayRef<LLVM::GEPArg>{offset});
  }

private:
  /// From byte `offset` of the row on; null is the first.
  Value read(Value row, Value offset, Type type) const {
    Value at = b.mulIndex(row, bytes);
    if (offset)
      at = b.addIndex(at, offset);
    return LLVM::LoadOp::create(b, type, getAddress(b, memory, at),
                                /*alignment=*/1);
  }

  TileBuilder &b;
  Value memory;
  int64_t bytes; // of a row
};

} // namespace

/// A number that LLVM does not know: it would unroll loops over tiles, and take
/// seconds for each program.
static Value hide(TileBuilder &b, int64_t number) {
  Value known = b.constant(b.getI64Type(), number);
  auto hidden = LLVM::InlineAsmOp::create(
      b, known.getType(), known, /*asm_string=*/"", /*constraints=*/"=r,0",
      /*has_side_effects=*/false, /*is_align_stack=*/false,
      LLVM::TailCallKind::None, /*asm_dialect=*/{}, /*operand_attrs=*/{});
  return arith::IndexCastOp::create(b, b.getIndexType(), hidden.getResult(0));
}

static void forEachRow(TileBuilder &b, Value rows,
                       llvm::function_ref<void(Value)> body) {
  b.loop(b.index(0), hide(b, Tile::getSize(rows)), 1, body);
}

/// Where line `row` of memory begins.
static Value getLineAddress(TileBuilder &b, Value start, Value stride,
                            Value row) {
  Value step = arith::IndexCastOp::create(b, b.getIndexType(), stride);
  return Tile::getAddress(b, start, b.mulIndex(row, step));
}

/// TILEZERO rows, bytes.
static Value zeroTile(TileBuilder &b, ValueRange operands) {
  Tile tile = Tile::create(b, operands[0], operands[1]);
  forEachRow(b, operands[0], [&](Value row) {
    tile.store(b.constant(tile.getLine(), 0), row);
  });
  return tile.get();
}

/// TILELOADD rows, bytes, address, stride.
static Value loadTile(TileBuilder &b, ValueRange operands) {
  Tile tile = Tile::create(b, operands[0], operands[1]);
  forEachRow(b, operands[0], [&](Value row) {
    tile.store(
        LLVM::LoadOp::create(b, tile.getLine(),
                             getLineAddress(b, operands[2], operands[3], row),
                             /*alignment=*/1),
        row);
  });
  return tile.get();
}

/// TILESTORED rows, bytes, address, stride, tile.
static Value storeTile(TileBuilder &b, ValueRange operands) {
  Tile tile(b, operands[4], operands[1]);
  forEachRow(b, operands[0], [&](Value row) {
    LLVM::StoreOp::create(b, tile.load(row),
                          getLineAddress(b, operands[2], operands[3], row),
                          /*alignment=*/1);
  });
  return {};
}

/// TDPBSSD and TDPBSUD rows, bytes of a row of sums, bytes of a row of x, sums, x, y:
/// each sum gains the products of quads of x, signed, and of y, which is so or not.
template <typename ExtendY>
static Value multiplyTiles(TileBuilder &b, ValueRange operands) {
  Tile sums(b, operands[3], operands[1]), x(b, operands[4], operands[2]),
      y(b, operands[5], operands[1]);
  Tile result = Tile::create(b, operands[0], operands[1]);
  int64_t quads = Tile::getSize(operands[2]) / 4;
  int64_t lanes = result.getLine().getNumElements();
  forEachRow(b, operands[0], [&](Value row) {
    auto line =
        b.loop(b.index(0), hide(b, quads), 1, sums.load(row),
               [&](Value quad, ValueRange sum) -> SmallVector<Value> {
                 Value codes = vector::BitCastOp::create(b, b.bytes(4 * lanes),
                                                         y.load(quad));
                 Value words = spreadWord(b, x.loadWord(row, quad), lanes);
                 return {addFours<ExtendY>(b, sum[0], codes, words)};
               });
    result.store(line[0], row);
  });
  return result.get();
}

/// TDPBF16PS rows, bytes of a row of sums, bytes of a row of x, sums, x, y: each sum
/// gains the sum of the products of first halves, and that of second ones. Numbers that
/// are no normal ones stay, where the instruction takes zero.
static Value multiplyBFloatTiles(TileBuilder &b, ValueRange operands) {
  Tile sums(b, operands[3], operands[1]), x(b, operands[4], operands[2]),
      y(b, operands[5], operands[1]);
  Tile result = Tile::create(b, operands[0], operands[1]);
  int64_t pairs = Tile::getSize(operands[2]) / 4;
  int64_t lanes = result.getLine().getNumElements();
  forEachRow(b, operands[0], [&](Value row) {
    Value zero = b.constant(b.f32s(lanes), 0);
    auto halves =
        b.loop(b.index(0), hide(b, pairs), 1, {zero, zero},
               [&](Value pair, ValueRange carried) -> SmallVector<Value> {
                 Value word = b.broadcast(x.loadWord(row, pair), lanes);
                 Value line = y.load(pair);
                 SmallVector<Value> next;
                 for (auto [high, sum] : llvm::enumerate(carried))
                   next.push_back(b.fma(widenHalves(b, word, high),
                                        widenHalves(b, line, high), sum));
                 return next;
               });
    Value both = b.add(halves[0], halves[1]);
    Value before = vector::BitCastOp::create(b, b.f32s(lanes), sums.load(row));
    result.store(
        vector::BitCastOp::create(b, result.getLine(), b.add(before, both)),
        row);
  });
  return result.get();
}

namespace {

/// An intrinsic, the feature that it is of, and its meaning.
struct Emulation {
  StringLiteral intrinsic, feature;
  Value (*spell)(TileBuilder &b, ValueRange operands);
};
constexpr Emulation emulations[] = {
    {"llvm.x86.avx512.vpdpbusd.512", "avx512vnni", dotBytes},
    {"llvm.x86.avx512.vpdpbusd.256", "avxvnni", dotBytes},
    {"llvm.x86.avx512bf16.dpbf16ps.512", "avx512bf16", dotBFloats},
    {"llvm.x86.avx512bf16.cvtne2ps2bf16.512", "avx512bf16", roundToBFloats},
    {"llvm.x86.avx2.pmadd.ub.sw", "avx2", addBytePairs},
    {"llvm.x86.avx2.pmadd.wd", "avx2", addWordPairs},
    {"llvm.x86.avx2.psign.b", "avx2", applySign},
    {"llvm.x86.avx2.pshuf.b", "avx2", chooseBytes},
    {"llvm.x86.avx512.pshuf.b.512", "avx512bw", chooseBytes},
    {"llvm.x86.avx2.permd", "avx2", chooseWords},
    {"llvm.x86.avx512.permvar.si.512", "avx512f", chooseWords},
    {"llvm.x86.tilezero.internal", "amx-int8", zeroTile},
    {"llvm.x86.tileloadd64.internal", "amx-int8", loadTile},
    {"llvm.x86.tilestored64.internal", "amx-int8", storeTile},
    {"llvm.x86.tdpbssd.internal", "amx-int8", multiplyTiles<arith::ExtSIOp>},
    {"llvm.x86.tdpbsud.internal", "amx-int8", multiplyTiles<arith::ExtUIOp>},
    {"llvm.x86.tdpbf16ps.internal", "amx-bf16", multiplyBFloatTiles},
};

struct EmulateIsa : impl::EmulateIsaBase<EmulateIsa> {
  using Base::Base;

  void runOnOperation() override {
    auto features = getMachineFeatures(machine);
    if (!features) {
      getOperation().emitError("llm-emulate-isa: ")
          << llvm::toString(features.takeError());
      return signalPassFailure();
    }
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(emulate(function, *features)))
        return signalPassFailure();
  }

  /// Leaves a function alone that the machine runs as it is.
  LogicalResult emulate(func::FuncOp function, const llvm::StringSet<> &has) {
    auto wanted =
        function->getAttrOfType<LLVM::TargetFeaturesAttr>("target_features");
    if (!wanted)
      return success();
    SmallVector<StringRef> kept;
    for (StringAttr feature : wanted.getFeatures())
      if (!feature.getValue().starts_with("+") ||
          has.contains(feature.getValue().drop_front()))
        kept.push_back(feature.getValue());
    if (kept.size() == wanted.getFeatures().size())
      return success();
    function->setAttr("target_features",
                      LLVM::TargetFeaturesAttr::get(&getContext(), kept));
    SmallVector<LLVM::InlineAsmOp> orders;
    function.walk([&](LLVM::InlineAsmOp op) { orders.push_back(op); });
    llvm::for_each(orders, forgetOrder);
    WalkResult result = function.walk([&](LLVM::CallIntrinsicOp call) {
      return failed(emulate(call, has)) ? WalkResult::interrupt()
                                        : WalkResult::advance();
    });
    if (!has.contains("amx-int8"))
      passTilesAsMemory(function);
    return failure(result.wasInterrupted());
  }

  /// What loops and branches carry of tiles becomes what tiles are.
  static void passTilesAsMemory(func::FuncOp function) {
    auto change = [&](Value value) {
      if (isa<LLVM::LLVMX86AMXType>(value.getType()))
        value.setType(LLVM::LLVMPointerType::get(value.getContext()));
    };
    function.walk([&](Operation *op) {
      llvm::for_each(op->getResults(), change);
      for (Region &region : op->getRegions())
        for (Block &block : region)
          llvm::for_each(block.getArguments(), change);
    });
  }

  /// The empty assembly of `keepInOrder` names registers that the machine may not
  /// have; without it only the order of instructions is free.
  static void forgetOrder(LLVM::InlineAsmOp op) {
    assert(op.getAsmString().empty() && "kernels hold no assembly but that");
    if (op.getNumOperands() == 1)
      op->replaceAllUsesWith(op.getOperands());
    for (Operation *user : llvm::make_early_inc_range(op->getUsers())) {
      auto part = cast<LLVM::ExtractValueOp>(user);
      part->replaceAllUsesWith(
          ValueRange(op.getOperand(part.getPosition().front())));
      part.erase();
    }
    op.erase();
  }

  LogicalResult emulate(LLVM::CallIntrinsicOp call,
                        const llvm::StringSet<> &has) {
    StringRef name = call.getIntrin();
    if (!name.starts_with("llvm.x86."))
      return success(); // of every machine
    const Emulation *known =
        llvm::find_if(emulations, [&](const Emulation &emulation) {
          return emulation.intrinsic == name;
        });
    if (known == std::end(emulations))
      return call.emitError("llm-emulate-isa: no emulation of '")
             << name << "': add its meaning to EmulateIsa.cpp";
    if (has.contains(known->feature))
      return success();
    TileBuilder b(call.getLoc(), &getContext());
    b.setInsertionPoint(call);
    b.function = call->getParentOfType<func::FuncOp>();
    Value result = known->spell(b, call.getArgs());
    assert((!result || result.getType() == call->getResult(0).getType() ||
            isa<LLVM::LLVMX86AMXType>(call->getResult(0).getType())) &&
           "an emulation has the type of its intrinsic, but for tiles");
    if (result)
      call->replaceAllUsesWith(ValueRange(result));
    call.erase();
    return success();
  }
};

} // namespace
} // namespace llmc

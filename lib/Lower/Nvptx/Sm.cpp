//===- Sm.cpp - the GPUs that kernels are spelled for -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread has one lane: what tilers for CPUs do with a vector register, here
// neighbouring threads do. Only products of integers have an instruction of their own.
//===----------------------------------------------------------------------===//
#include "../Cpu/Isa.h"

using namespace mlir;

namespace llmc {

namespace {

class Sm : public Isa {
public:
  constexpr explicit Sm(StringLiteral name, bool hasWarpgroups = false)
      : name(name), hasWarpgroups(hasWarpgroups) {}

  StringRef getName() const override { return name; }
  StringRef getCpu() const override { return name; }
  ArrayRef<StringRef> getFeatures() const override { return {}; }
  int64_t getRegisters() const override { return 64; }
  int64_t getLanes() const override { return 1; }

  /// Tensor cores take them as they are; of codes they take the codes.
  bool narrowsPrompts(llm::EncodingAttrInterface rows) const override {
    return isa<llm::FloatActEncodingAttr>(rows);
  }

  bool multipliesInWarpgroups() const override { return hasWarpgroups; }

  /// dp4a adds 4 products of bytes to 32 bits (PTX ISA, "Integer Arithmetic
  /// Instructions: dp4a").
  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    assert(tile.lanes == 1 && "a thread has one lane");
    auto asWord = [&](Value codes) -> Value {
      Value word = vector::BitCastOp::create(b, b.i32s(1), codes);
      return vector::ExtractOp::create(b, word, ArrayRef<int64_t>{0});
    };
    SmallVector<Value> sums;
    for (int64_t at = 0; at < tile.rows * tile.strips; ++at)
      sums.push_back(
          tile.zero ? tile.total(at / tile.strips, at % tile.strips, -tile.zero)
                    : b.constant(b.getI32Type(), 0));
    for (int64_t j = 0; j < tile.quads; ++j)
      for (int64_t s = 0; s < tile.strips; ++s) {
        Value codes = asWord(tile.codes(s, j));
        for (int64_t r = 0; r < tile.rows; ++r) {
          Value &sum = sums[r * tile.strips + s];
          sum = callIntrinsic(b, "llvm.nvvm.idp4a.u.s", b.getI32Type(),
                              {codes, tile.word(r, s, j), sum});
        }
      }
    for (Value &sum : sums)
      sum = b.broadcast(sum, 1);
    return sums;
  }

private:
  StringLiteral name;
  bool hasWarpgroups;
};

} // namespace

/// Exact ones first, which end in a and run on GPUs of one kind: a program takes the
/// first that fits. The last runs on all.
ArrayRef<const Isa *> getDevices() {
  static constexpr Sm sm80("sm_80"), sm90a("sm_90a", /*hasWarpgroups=*/true),
      sm100a("sm_100a"), sm120a("sm_120a");
  static const Isa *const devices[] = {&sm120a, &sm100a, &sm90a, &sm80};
  return devices;
}

} // namespace llmc

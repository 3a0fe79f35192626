//===- Avx512Bf16.cpp - products of bf16 with AVX-512 BF16 ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What AVX-512 VNNI has, and VDPBF16PS: two products of bf16 are added to a lane of
// f32. Prompts attend with it, see PromptAttention.h, and multiply floats; codes are as
// fast by VPDPBUSD.
//===----------------------------------------------------------------------===//
#include "BFloat16Attention.h"
#include "Isa.h"

using namespace mlir;

namespace llmc {

namespace {

class Avx512Bf16 : public Isa {
  StringRef getName() const override { return "avx512-bf16"; }
  ArrayRef<StringRef> getFeatures() const override {
    static const SmallVector<StringRef> features = [] {
      SmallVector<StringRef> all(getAvx512Vnni().getFeatures());
      all.push_back("+avx512bf16");
      return all;
    }();
    return features;
  }
  int64_t getRegisters() const override {
    return getAvx512Vnni().getRegisters();
  }
  int64_t getLanes() const override { return getAvx512Vnni().getLanes(); }

  const Isa *getBase() const override { return &getAvx512Vnni(); }
  bool differsIn(Operation *op) const override {
    auto attention = dyn_cast<llm::AttentionOp>(op);
    return (makesNarrowPrompts(op) && !makesIntegerRows(op)) ||
           (attention && BFloat16Attention::handles(attention, *this));
  }
  bool multipliesBFloat16() const override { return true; }
  bool narrowsPrompts(llm::EncodingAttrInterface rows) const override {
    return isa<llm::FloatActEncodingAttr>(rows);
  }

  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    return getAvx512Vnni().dot(b, tile);
  }
};

} // namespace

const Isa &getAvx512Bf16() {
  static const Avx512Bf16 isa;
  return isa;
}

} // namespace llmc

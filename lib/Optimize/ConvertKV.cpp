//===- ConvertKV.cpp - caches hold another element type ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decode attention reads the whole cache once per step: f16 halves the bytes.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/IR/AttrTypeSubElements.h"

namespace llmc {
#define GEN_PASS_DEF_CONVERTKV
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

struct ConvertKV : impl::ConvertKVBase<ConvertKV> {
  using Base::Base;

  void runOnOperation() override {
    FloatType element = getFloatType(&getContext(), to);
    if (!element) {
      getOperation().emitError("llm-convert-kv: to is f32, f16 or bf16, found ")
          << to;
      return signalPassFailure();
    }
    explainApplied(getOperation().getLoc(), getArgument(),
                   [&] { return "caches hold " + to; });
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](KVType kv) -> Type {
      return KVType::get(&getContext(), kv.getLayers(), kv.getHeads(),
                         kv.getKeyDim(), kv.getValueDim(), element,
                         kv.getPrefix(), kv.getWindow());
    });
    replacer.recursivelyReplaceElementsIn(getOperation(), /*replaceAttrs=*/true,
                                          /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
  }
};

} // namespace
} // namespace llmc

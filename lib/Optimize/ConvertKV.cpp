//===- ConvertKV.cpp - caches hold another element type ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decode attention reads the whole cache once per step: f16 halves the bytes, i8
// nearly halves them again.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
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
    Type element = getElementType(&getContext(), to);
    for (auto func : getOperation().getOps<func::FuncOp>())
      explain(func, element);
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

  void explain(func::FuncOp func, Type element) {
    std::string name = getChoiceName(to.getValue()).str();
    for (Type type : func.getArgumentTypes())
      if (auto kv = dyn_cast<KVType>(type)) {
        if (kv.getElementType() == element)
          decline(func, getArgument(),
                  [&] { return "the cache holds " + name + " already"; });
        else
          applied(func, getArgument(), [&] { return "a cache holds " + name; });
      }
  }
};

} // namespace
} // namespace llmc

//===- Isas.cpp - the instruction sets that there are -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmc/Lower/Passes.h"

using namespace mlir;

namespace llmc {

ArrayRef<const Isa *> getIsas() {
  static const Isa *const isas[] = {&getAvx512Vnni(), &getAvx2()};
  return isas;
}

const Isa *findIsa(StringRef name) {
  auto *it = llvm::find_if(
      getIsas(), [&](const Isa *isa) { return isa->getName() == name; });
  return it == getIsas().end() ? nullptr : *it;
}

ArrayRef<StringRef> getKnownIsas() {
  static const SmallVector<StringRef> names = llvm::map_to_vector(
      getIsas(), [](const Isa *isa) { return isa->getName(); });
  return names;
}

ArrayRef<StringRef> getIsaFeatures(StringRef name) {
  const Isa *isa = findIsa(name);
  assert(isa && "one of getKnownIsas");
  return isa->getFeatures();
}

Value callIntrinsic(TileBuilder &b, StringRef name, Type result,
                    ValueRange arguments) {
  return LLVM::CallIntrinsicOp::create(b, result, b.getStringAttr(name),
                                       arguments)
      ->getResult(0);
}

Value spreadWord(TileBuilder &b, Value word, int64_t lanes) {
  return vector::BitCastOp::create(b, b.bytes(4 * lanes),
                                   b.broadcast(word, lanes));
}

} // namespace llmc

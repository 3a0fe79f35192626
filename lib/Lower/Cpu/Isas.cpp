//===- Isas.cpp - the instruction sets that there are -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmc/Lower/Passes.h"

using namespace mlir;

namespace llmc {

ArrayRef<const Isa *> getIsas() {
  static const Isa *const isas[] = {&getAvx512Vnni(), &getAvxVnni(),
                                    &getAvx2()};
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

Value callIntrinsic(TileBuilder &b, StringRef name, Type result,
                    ValueRange arguments) {
  return LLVM::CallIntrinsicOp::create(b, result, b.getStringAttr(name),
                                       arguments)
      ->getResult(0);
}

void keepInOrder(TileBuilder &b, ArrayRef<Value *> values) {
  // An empty assembly that takes and gives the values, and may touch memory.
  SmallVector<Value> given;
  SmallVector<Type> types;
  std::string outputs, inputs;
  for (auto [i, value] : llvm::enumerate(values)) {
    given.push_back(*value);
    types.push_back(value->getType());
    outputs += "=x,";
    inputs += std::to_string(i) + ",";
  }
  Type type = types.size() == 1
                  ? types[0]
                  : LLVM::LLVMStructType::getLiteral(b.getContext(), types);
  Value kept =
      LLVM::InlineAsmOp::create(
          b, type, given, /*asm_string=*/"", outputs + inputs + "~{memory}",
          /*has_side_effects=*/true,
          /*is_align_stack=*/false, LLVM::TailCallKind::None,
          /*asm_dialect=*/{}, /*operand_attrs=*/{})
          .getResult(0);
  for (auto [i, value] : llvm::enumerate(values))
    *value = types.size() == 1 ? kept
                               : Value(LLVM::ExtractValueOp::create(
                                     b, kept, static_cast<int64_t>(i)));
}

Value spreadWord(TileBuilder &b, Value word, int64_t lanes) {
  return vector::BitCastOp::create(b, b.bytes(4 * lanes),
                                   b.broadcast(word, lanes));
}

} // namespace llmc

//===- Isas.cpp - the instruction sets that there are -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmc/Lower/Passes.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

ArrayRef<const Isa *> getIsas() {
  static const Isa *const isas[] = {
      &getAmx(), &getAvx512Bf16(), &getAvx512Vnni(), &getAvxVnni(), &getAvx2()};
  return isas;
}

const Isa *findIsa(StringRef name) {
  for (const Isa *isa : llvm::concat<const Isa *const>(getIsas(), getDevices()))
    if (isa->getName() == name)
      return isa;
  return nullptr;
}

const Isa &getIsa(const KernelArgs &args) {
  KernelOp kernel = args.kernel;
  TargetAttr target = getTarget(kernel->getParentOfType<func::FuncOp>());
  const Isa *isa = target ? findIsa(target.getIsa()) : nullptr;
  assert(isa && "kernels are built for a known instruction set");
  return *isa;
}

static SmallVector<StringRef> getNames(ArrayRef<const Isa *> isas) {
  return llvm::map_to_vector(isas,
                             [](const Isa *isa) { return isa->getName(); });
}

ArrayRef<StringRef> getKnownIsas() {
  static const SmallVector<StringRef> names = getNames(getIsas());
  return names;
}

ArrayRef<StringRef> getKnownDevices() {
  static const SmallVector<StringRef> names = getNames(getDevices());
  return names;
}

bool isExactDevice(StringRef name) { return name.ends_with("a"); }

int64_t getComputeCapability(StringRef name) {
  int64_t number = 0;
  name.consume_front("sm_");
  name.consume_back("a");
  bool isWrong = name.getAsInteger(10, number);
  assert(!isWrong && "devices are named as CUDA names them");
  (void)isWrong;
  return number;
}

/// PTX ISA, "griddepcontrol".
bool hasDependentLaunches(StringRef name) {
  return getComputeCapability(name) >= 90;
}

bool makesIntegerRows(Operation *op) {
  return llvm::any_of(op->getResultTypes(), [](Type type) {
    auto rows = dyn_cast<llm::PackedType>(type);
    return rows && isa<llm::Int8ActEncodingAttr>(rows.getEncoding());
  });
}

bool makesNarrowPrompts(Operation *op) {
  return llvm::any_of(op->getResultTypes(), llm::hasBFloatPrompts);
}

Value callIntrinsic(TileBuilder &b, StringRef name, Type result,
                    ValueRange arguments) {
  StringAttr intrinsic = b.getStringAttr(name);
  if (result)
    return LLVM::CallIntrinsicOp::create(b, result, intrinsic, arguments)
        ->getResult(0);
  LLVM::CallIntrinsicOp::create(b, intrinsic, arguments);
  return {};
}

Value selectByBits(TileBuilder &b, Value codes, SmallVector<Value> candidates) {
  Type type = codes.getType();
  for (int64_t bit = 1; candidates.size() > 1; bit *= 2) {
    Value masked = arith::AndIOp::create(
        b, codes, b.constant(type, static_cast<double>(bit)));
    Value isSet =
        b.compare(arith::CmpIPredicate::ne, masked, b.constant(type, 0));
    SmallVector<Value> left;
    for (size_t i = 0; i < candidates.size(); i += 2)
      left.push_back(b.select(isSet, candidates[i + 1], candidates[i]));
    candidates = std::move(left);
  }
  return candidates.front();
}

Value lookUp(TileBuilder &b, Value codes, ArrayRef<uint8_t> table) {
  assert(table.size() == 16 && "shuffles choose among 16 bytes");
  auto type = cast<VectorType>(codes.getType());
  int64_t width = type.getNumElements();
  if (width != 32 && width != 64)
    return selectByBits(b, codes, llvm::map_to_vector(table, [&](uint8_t byte) {
                          return b.constant(type, static_cast<int8_t>(byte));
                        }));
  SmallVector<int8_t> repeated;
  for (int64_t lane = 0; lane < width; ++lane)
    repeated.push_back(static_cast<int8_t>(table[lane % 16]));
  Value from = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef<int8_t>(repeated)));
  return shuffleBytes(b, from, codes);
}

Value shuffleBytes(TileBuilder &b, Value bytes, Value control) {
  auto type = cast<VectorType>(bytes.getType());
  assert((type.getNumElements() == 32 || type.getNumElements() == 64) &&
         "a whole register");
  return callIntrinsic(b,
                       type.getNumElements() == 32
                           ? "llvm.x86.avx2.pshuf.b"
                           : "llvm.x86.avx512.pshuf.b.512",
                       type, {bytes, control});
}

Value constantWords(TileBuilder &b, ArrayRef<int32_t> words) {
  auto type =
      VectorType::get(static_cast<int64_t>(words.size()), b.getI32Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, words));
}

Value permuteWords(TileBuilder &b, ArrayRef<int32_t> table, Value indices) {
  auto type = cast<VectorType>(indices.getType());
  assert((table.size() == 8 || table.size() == 16) &&
         static_cast<int64_t>(table.size()) == type.getNumElements() &&
         "a whole register");
  return callIntrinsic(b,
                       table.size() == 8 ? "llvm.x86.avx2.permd"
                                         : "llvm.x86.avx512.permvar.si.512",
                       type, {constantWords(b, table), indices});
}

Value lookUpFloats(TileBuilder &b, Value codes, ArrayRef<float> table) {
  assert(table.size() == 16 && "codes of 4 bits");
  int64_t lanes = cast<VectorType>(codes.getType()).getNumElements();
  auto floats = b.f32s(lanes);
  if (lanes != 8 && lanes != 16)
    return selectByBits(b, codes, llvm::map_to_vector(table, [&](float value) {
                          return b.constant(floats, static_cast<double>(value));
                        }));
  SmallVector<int32_t> words = llvm::map_to_vector(
      table, [](float value) { return llvm::bit_cast<int32_t>(value); });
  SmallVector<Value> found; // in each so many entries of the table
  for (size_t at = 0; at < words.size(); at += lanes)
    found.push_back(vector::BitCastOp::create(
        b, floats, permuteWords(b, ArrayRef(words).slice(at, lanes), codes)));
  if (found.size() == 1)
    return found.front();
  Value bit = b.constant(codes.getType(), 8);
  Value isUpper =
      b.compare(arith::CmpIPredicate::ne, arith::AndIOp::create(b, codes, bit),
                b.constant(codes.getType(), 0));
  return b.select(isUpper, found[1], found[0]);
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

SmallVector<Value> dotFours(TileBuilder &b, const IntegerTile &tile,
                            StringRef intrinsic, int64_t chains,
                            llvm::function_ref<bool(int64_t)> keeps) {
  int64_t count = tile.rows * tile.strips;
  SmallVector<Value> sums(chains * count, b.constant(b.i32s(tile.lanes), 0));
  for (int64_t at = 0; tile.zero && at < count; ++at)
    sums[at] = spreadOverLanes(
        b, tile.total(at / tile.strips, at % tile.strips, -tile.zero),
        tile.lanes);
  SmallVector<Value *> running;
  for (Value &sum : sums)
    running.push_back(&sum);
  for (int64_t j = 0; j < tile.quads; ++j) {
    if (j && keeps(j))
      keepInOrder(b, running);
    for (int64_t s = 0; s < tile.strips; ++s) {
      Value codes = tile.codes(s, j);
      for (int64_t r = 0; r < tile.rows; ++r) {
        Value &sum = sums[j % chains * count + r * tile.strips + s];
        sum = callIntrinsic(
            b, intrinsic, b.i32s(tile.lanes),
            {sum, codes, spreadWord(b, tile.word(r, s, j), tile.lanes)});
      }
    }
  }
  for (int64_t at = 0; chains == 2 && at < count; ++at)
    sums[at] = arith::AddIOp::create(b, sums[at], sums[count + at]);
  sums.truncate(count);
  return sums;
}

Value spreadOverLanes(TileBuilder &b, Value word, int64_t lanes) {
  return isa<VectorType>(word.getType()) ? word : b.broadcast(word, lanes);
}

Value spreadWord(TileBuilder &b, Value word, int64_t lanes) {
  return vector::BitCastOp::create(b, b.bytes(4 * lanes),
                                   spreadOverLanes(b, word, lanes));
}

} // namespace llmc

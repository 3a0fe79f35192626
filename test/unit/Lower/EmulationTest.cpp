//===- EmulationTest.cpp - emulated instructions against the real ones ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each intrinsic on extreme and on random operands: emulated code against the
// manual's formula, lane by lane, and against the instruction itself where this
// machine has it. Then whole models, whose bits an emulation must not change.
//===----------------------------------------------------------------------===//
#include "CompiledModel.h"

#include "llmc/Emit/Emit.h"
#include "llmc/Lower/Passes.h"

#include "mlir/Parser/Parser.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"

using namespace llmc;
using namespace llmc::test;

namespace {

using Bytes = std::vector<uint8_t>;
using Operands =
    std::array<Bytes, 3>; // those that the intrinsic lacks are empty

/// An intrinsic, the types of its operands, and the bytes of its result.
struct Instruction {
  const char *name, *isa, *intrinsic;
  std::array<const char *, 3> types;
  const char *result;
  std::function<Bytes(const Operands &)> formula;
  bool ofFloats = false;       // operands are f32, or pairs of bf16
  const char *tiles = nullptr; // what makes the sums, where these are tiles
};
void PrintTo(const Instruction &instruction, std::ostream *stream) {
  *stream << instruction.intrinsic;
}
std::string nameOf(const ::testing::TestParamInfo<Instruction> &info) {
  return info.param.name;
}

template <typename T> T lane(const Bytes &bytes, size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}
/// `lanes` numbers of type T.
template <typename T>
Bytes collect(size_t lanes, llvm::function_ref<int64_t(size_t)> number) {
  Bytes bytes(lanes * sizeof(T));
  for (size_t i = 0; i < lanes; ++i) {
    T value = static_cast<T>(number(i)); // modulo 2^bits
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

template <size_t lanes> Bytes vpdpbusd(const Operands &x) {
  return collect<int32_t>(lanes, [&](size_t i) {
    int64_t sum = lane<int32_t>(x[0], i);
    for (size_t j = 4 * i; j < 4 * i + 4; ++j)
      sum += int64_t(lane<uint8_t>(x[1], j)) * lane<int8_t>(x[2], j);
    return sum;
  });
}
/// Two rows of eight sums, rows of eight signed bytes that are 24 bytes apart, and
/// two lines of quads of type Y; without `sums` from zero on.
template <typename Y, bool sums> Bytes multiplyTiles(const Operands &x) {
  return collect<int32_t>(16, [&](size_t i) {
    int64_t row = i / 8, column = i % 8;
    int64_t sum = sums ? lane<int32_t>(x[0], i) : 0;
    for (size_t k = 0; k < 8; ++k)
      sum += int64_t(lane<int8_t>(x[1], 24 * row + k)) *
             lane<Y>(x[2], 32 * (k / 4) + 4 * column + k % 4);
    return sum;
  });
}
/// The bf16 in half `index` of 32-bit lanes.
float bfloat(const Bytes &bytes, size_t index) {
  return llvm::bit_cast<float>(uint32_t(lane<uint16_t>(bytes, index)) << 16);
}
/// Two rows of eight f32, rows of four bf16 that are 24 bytes apart, and two lines of
/// pairs: the products of first halves are added up, and those of second ones.
Bytes tdpbf16ps(const Operands &x) {
  return collect<int32_t>(16, [&](size_t i) {
    size_t row = i / 8, column = i % 8;
    float halves[2] = {0, 0};
    for (size_t k = 0; k < 4; ++k)
      halves[k % 2] = std::fma(bfloat(x[1], 12 * row + k),
                               bfloat(x[2], 16 * (k / 2) + 2 * column + k % 2),
                               halves[k % 2]);
    return llvm::bit_cast<int32_t>(lane<float>(x[0], i) +
                                   (halves[0] + halves[1]));
  });
}
std::string spellTiles(const std::string &multiply,
                       const std::string &makeSums) {
  return R"(
  %two = llvm.mlir.constant(2 : i16) : i16
  %eight = llvm.mlir.constant(8 : i16) : i16
  %line = llvm.mlir.constant(32 : i16) : i16
  %stride = llvm.mlir.constant(24 : i64) : i64
  %dense = llvm.mlir.constant(32 : i64) : i64
  %c = )" +
         makeSums +
         R"(
  %a = llvm.call_intrinsic "llvm.x86.tileloadd64.internal"(%two, %eight, %x1, %stride) : (i16, i16, !llvm.ptr, i64) -> !llvm.x86_amx
  %b = llvm.call_intrinsic "llvm.x86.tileloadd64.internal"(%two, %line, %x2, %dense) : (i16, i16, !llvm.ptr, i64) -> !llvm.x86_amx
  %r = llvm.call_intrinsic ")" +
         multiply +
         R"("(%two, %line, %eight, %c, %a, %b) : (i16, i16, i16, !llvm.x86_amx, !llvm.x86_amx, !llvm.x86_amx) -> !llvm.x86_amx
  llvm.call_intrinsic "llvm.x86.tilestored64.internal"(%two, %line, %out, %dense, %r) : (i16, i16, !llvm.ptr, i64, !llvm.x86_amx) -> ()
)";
}
constexpr const char *loadSums =
    "llvm.call_intrinsic \"llvm.x86.tileloadd64.internal\"(%two, %line, %x0, "
    "%dense) : (i16, i16, !llvm.ptr, i64) -> !llvm.x86_amx";
constexpr const char *zeroSums =
    "llvm.call_intrinsic \"llvm.x86.tilezero.internal\"(%two, %line) : (i16, "
    "i16) -> !llvm.x86_amx";
Bytes vpmaddubsw(const Operands &x) {
  return collect<int16_t>(16, [&](size_t i) {
    int64_t sum = 0;
    for (size_t j = 2 * i; j < 2 * i + 2; ++j)
      sum += int64_t(lane<uint8_t>(x[0], j)) * lane<int8_t>(x[1], j);
    return std::clamp<int64_t>(sum, INT16_MIN, INT16_MAX);
  });
}
Bytes vpmaddwd(const Operands &x) {
  return collect<int32_t>(8, [&](size_t i) {
    int64_t sum = 0;
    for (size_t j = 2 * i; j < 2 * i + 2; ++j)
      sum += int64_t(lane<int16_t>(x[0], j)) * lane<int16_t>(x[1], j);
    return sum;
  });
}
Bytes vpsignb(const Operands &x) {
  return collect<int8_t>(32, [&](size_t i) {
    int sign = lane<int8_t>(x[1], i);
    return sign == 0 ? 0 : lane<int8_t>(x[0], i) * (sign < 0 ? -1 : 1);
  });
}
Bytes vdpbf16ps(const Operands &x) {
  return collect<int32_t>(16, [&](size_t i) {
    float sum = lane<float>(x[0], i);
    for (size_t j : {2 * i + 1, 2 * i})
      sum = std::fma(bfloat(x[1], j), bfloat(x[2], j), sum);
    return llvm::bit_cast<int32_t>(sum);
  });
}
Bytes vcvtne2ps2bf16(const Operands &x) {
  return collect<uint16_t>(32, [&](size_t i) {
    uint32_t bits = lane<uint32_t>(x[i < 16], i % 16);
    uint32_t half = bits & 0xFFFF, whole = bits >> 16;
    bool up = half > 0x8000 || (half == 0x8000 && whole % 2);
    return whole + up;
  });
}
Bytes vpshufb(const Operands &x, size_t lanes) {
  return collect<uint8_t>(lanes, [&](size_t i) {
    uint8_t code = lane<uint8_t>(x[1], i);
    return code & 0x80 ? 0 : lane<uint8_t>(x[0], i / 16 * 16 + code % 16);
  });
}

class Emulation : public ::testing::TestWithParam<Instruction> {
protected:
  using Function = void (*)(const void *, const void *, const void *, void *);

  /// `*out = intrinsic(*x0, *x1, *x2)`: how a vector would be passed depends on
  /// features, so operands come by address.
  std::string spell() {
    const Instruction &call = GetParam();
    std::string features, loads, names, types;
    llvm::StringSet<> machine = llvm::cantFail(getMachineFeatures(call.isa));
    for (llvm::StringRef feature : machine.keys())
      features += (features.empty() ? "\"+" : ", \"+") + feature.str() + "\"";
    for (size_t i = 0; i < 3 && call.types[i]; ++i) {
      std::string x = "%x" + std::to_string(i), type = call.types[i];
      loads += "  " + x + "v = llvm.load " + x +
               " {alignment = 1 : i64} : !llvm.ptr -> " + type + "\n";
      names += (i ? ", " : "") + x + "v";
      types += (i ? ", " : "") + type;
    }
    std::string body =
        loads + "  %r = llvm.call_intrinsic \"" + call.intrinsic + "\"(" +
        names + ") : (" + types + ") -> " + call.result +
        "\n  llvm.store %r, %out {alignment = 1 : i64} : " + call.result +
        ", !llvm.ptr";
    return "func.func @call(%x0: !llvm.ptr, %x1: !llvm.ptr, %x2: !llvm.ptr, "
           "%out: !llvm.ptr) attributes {target_cpu = \"x86-64\", "
           "target_features = #llvm.target_features<[" +
           features + "]>} {\n" +
           (call.tiles ? spellTiles(call.intrinsic, call.tiles) : body) +
           "\n  return\n}\n";
  }

  Function compile(const std::string &machine) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(spell(), &*context);
    mlir::PassManager manager(&*context);
    manager.addPass(createEmulateIsa({machine}));
    buildLLVMPipeline(manager);
    if (!module || mlir::failed(manager.run(*module)))
      return nullptr;
    auto object = llvm::cantFail(emitObject(*module, ObjectKind::object));
    jits.push_back(llvm::cantFail(llvm::orc::LLJITBuilder().create()));
    llvm::cantFail(
        jits.back()->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
            llvm::StringRef(object.data(), object.size()))));
    return llvm::cantFail(jits.back()->lookup("call")).toPtr<Function>();
  }

  static Bytes call(Function function, const Operands &x) {
    Bytes out(64);
    function(x[0].data(), x[1].data(), x[2].data(), out.data());
    return out;
  }

  std::unique_ptr<mlir::MLIRContext> context = createContext();
  std::vector<std::unique_ptr<llvm::orc::LLJIT>> jits;
};

/// 64 bytes per operand: all of one extreme, extremes mixed, then any.
std::vector<Operands> operandCases() {
  std::mt19937 random(6);
  const std::vector<uint8_t> extremes = {0, 1, 0x7F, 0x80, 0x81, 0xFF};
  auto fill = [](llvm::function_ref<uint8_t()> next) {
    Operands operands;
    for (Bytes &bytes : operands) {
      bytes.resize(64);
      std::generate(bytes.begin(), bytes.end(), next);
    }
    return operands;
  };
  std::vector<Operands> cases;
  for (uint8_t a : extremes)
    for (uint8_t b : extremes)
      cases.push_back({Bytes(64, a), Bytes(64, b), Bytes(64, a ^ b)});
  for (int i = 0; i < 100; ++i)
    cases.push_back(fill([&] { return extremes[random() % extremes.size()]; }));
  for (int i = 0; i < 400; ++i)
    cases.push_back(fill([&] { return random(); }));
  // Words and lanes of the greatest magnitude: 0x8000 and 0x80000000.
  Bytes words(64), lanes(64);
  for (size_t i = 0; i < 64; ++i) {
    words[i] = i % 2 ? 0x80 : 0;
    lanes[i] = i % 4 == 3 ? 0x80 : 0;
  }
  cases.push_back({words, words, words});
  cases.push_back({lanes, Bytes(64, 0xFF), Bytes(64, 0x80)});
  return cases;
}

/// Of f32 whose halves are bf16, all of them normal and not far from 1; some are in
/// the middle between two bf16.
std::vector<Operands> floatCases() {
  std::mt19937 random(7);
  std::vector<Operands> cases(400);
  for (Operands &operands : cases)
    for (Bytes &bytes : operands) {
      bytes.resize(64);
      for (size_t i = 0; i < 32; ++i) {
        uint16_t half = (random() & 0x807F) | ((117 + random() % 20) << 7);
        if (i % 2 == 0 && random() % 8 == 0)
          half = 0x8000; // of an f32; as a bf16 it is -0
        std::memcpy(bytes.data() + 2 * i, &half, 2);
      }
    }
  return cases;
}

} // namespace

TEST_P(Emulation, IsTheInstruction) {
  Function emulated = compile("x86-64");
  ASSERT_TRUE(emulated);
  Function real = nullptr;
  if (runsOn(llvm::cantFail(getMachineFeatures("native")), GetParam().isa))
    ASSERT_TRUE(real = compile("native"));
  for (const Operands &x :
       GetParam().ofFloats ? floatCases() : operandCases()) {
    Bytes expected = GetParam().formula(x);
    expected.resize(64); // what the result does not fill stays zero
    ASSERT_EQ(call(emulated, x), expected);
    if (real)
      ASSERT_EQ(call(real, x), expected) << "the formula is not the machine's";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tiles, Emulation,
    ::testing::Values(Instruction{"tdpbssd",
                                  "amx",
                                  "llvm.x86.tdpbssd.internal",
                                  {},
                                  "",
                                  multiplyTiles<int8_t, true>,
                                  /*ofFloats=*/false,
                                  loadSums},
                      Instruction{"tdpbsud",
                                  "amx",
                                  "llvm.x86.tdpbsud.internal",
                                  {},
                                  "",
                                  multiplyTiles<uint8_t, true>,
                                  /*ofFloats=*/false,
                                  loadSums},
                      Instruction{"tdpbf16ps",
                                  "amx",
                                  "llvm.x86.tdpbf16ps.internal",
                                  {},
                                  "",
                                  tdpbf16ps,
                                  /*ofFloats=*/true,
                                  loadSums},
                      Instruction{"tilezero",
                                  "amx",
                                  "llvm.x86.tdpbsud.internal",
                                  {},
                                  "",
                                  multiplyTiles<uint8_t, false>,
                                  /*ofFloats=*/false,
                                  zeroSums}),
    nameOf);

INSTANTIATE_TEST_SUITE_P(
    Intrinsics, Emulation,
    ::testing::Values(
        Instruction{"vpdpbusd",
                    "avx512-vnni",
                    "llvm.x86.avx512.vpdpbusd.512",
                    {"vector<16xi32>", "vector<64xi8>", "vector<64xi8>"},
                    "vector<16xi32>",
                    vpdpbusd<16>},
        Instruction{"vpdpbusd256",
                    "avx-vnni",
                    "llvm.x86.avx512.vpdpbusd.256",
                    {"vector<8xi32>", "vector<32xi8>", "vector<32xi8>"},
                    "vector<8xi32>",
                    vpdpbusd<8>},
        Instruction{"vdpbf16ps",
                    "avx512-bf16",
                    "llvm.x86.avx512bf16.dpbf16ps.512",
                    {"vector<16xf32>", "vector<32xbf16>", "vector<32xbf16>"},
                    "vector<16xf32>",
                    vdpbf16ps,
                    /*ofFloats=*/true},
        Instruction{"vcvtne2ps2bf16",
                    "avx512-bf16",
                    "llvm.x86.avx512bf16.cvtne2ps2bf16.512",
                    {"vector<16xf32>", "vector<16xf32>"},
                    "vector<32xbf16>",
                    vcvtne2ps2bf16,
                    /*ofFloats=*/true},
        Instruction{"vpmaddubsw",
                    "avx2",
                    "llvm.x86.avx2.pmadd.ub.sw",
                    {"vector<32xi8>", "vector<32xi8>"},
                    "vector<16xi16>",
                    vpmaddubsw},
        Instruction{"vpmaddwd",
                    "avx2",
                    "llvm.x86.avx2.pmadd.wd",
                    {"vector<16xi16>", "vector<16xi16>"},
                    "vector<8xi32>",
                    vpmaddwd},
        Instruction{"vpsignb",
                    "avx2",
                    "llvm.x86.avx2.psign.b",
                    {"vector<32xi8>", "vector<32xi8>"},
                    "vector<32xi8>",
                    vpsignb},
        Instruction{"vpshufb",
                    "avx2",
                    "llvm.x86.avx2.pshuf.b",
                    {"vector<32xi8>", "vector<32xi8>"},
                    "vector<32xi8>",
                    [](const Operands &x) { return vpshufb(x, 32); }},
        Instruction{"vpshufb512",
                    "avx512-vnni",
                    "llvm.x86.avx512.pshuf.b.512",
                    {"vector<64xi8>", "vector<64xi8>"},
                    "vector<64xi8>",
                    [](const Operands &x) { return vpshufb(x, 64); }}),
    nameOf);

namespace {
class EmulatedModels : public ::testing::TestWithParam<ModelCase> {};
} // namespace

/// Integer products, on the bare base: neither AVX nor fused multiply-add nor
/// conversions of f16.
TEST_P(EmulatedModels, KeepTheirBits) {
  CompiledModel &model = compiledModel(GetParam());
  if (!model.ok())
    return;
  CompiledStep emulated(*model.imported->module, model.imported->weights,
                        "x86-64", model.compiled->variants());
  ASSERT_TRUE(emulated.ok());
  for (const std::string &variant : model.compiled->variants()) {
    emulated.start(variant);
    model.compiled->start(variant);
    for (int32_t first : {0, 5}) {
      ReferenceBatch batch;
      for (int32_t i = first; i < (first ? 6 : 5); ++i) {
        batch.logitRows.push_back(i - first);
        batch.tokens.push_back(i * 53 % emulated.vocabulary());
        batch.positions.push_back(i);
        batch.sequences.push_back(0);
      }
      EXPECT_EQ(emulated.run(batch), model.compiled->run(batch)) << variant;
    }
  }
}

/// Generated rows of two sizes of tiles, and some behind them; sums of integers are
/// exact, whoever multiplies. (Prompts go by bf16.)
TEST_P(EmulatedModels, TilesGiveTheBitsOfRows) {
  CompiledModel &model = compiledModel(GetParam());
  if (!model.ok())
    return;
  CompiledStep step(*model.imported->module, model.imported->weights,
                    testMachine(), {"amx", "avx512-bf16", "avx512-vnni"});
  ASSERT_TRUE(step.ok());
  ReferenceBatch batch;
  for (int32_t i = 0; i < 16 + 8 + 5; ++i) {
    batch.logitRows.push_back(i);
    batch.tokens.push_back(i * 53 % step.vocabulary());
    batch.positions.push_back(i);
    batch.sequences.push_back(0);
  }
  auto run = [&](llvm::StringRef variant) {
    step.start(variant);
    step.phase = LLMRT_PHASE_GENERATED;
    return step.run(batch);
  };
  ASSERT_TRUE(llvm::is_contained(step.variants(), "amx"));
  bool hasBFloats = llvm::is_contained(step.variants(), "avx512-bf16");
  EXPECT_EQ(run("amx"), run(hasBFloats ? "avx512-bf16" : "avx512-vnni"));
}

INSTANTIATE_TEST_SUITE_P(
    Models, EmulatedModels,
    ::testing::Values(ModelCase{"llama-q4_1.gguf", Activations::i8},
                      ModelCase{"qwen2-q8_0.gguf", Activations::i8}),
    nameOfModel);

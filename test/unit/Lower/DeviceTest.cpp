//===- DeviceTest.cpp - what a GPU would compute ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each family of kernels with random shapes through PTX and the simulator, compared with
// the interpreter: LLMC_TEST_SHAPES shapes of each (default 2; make test-all takes 50).
// Besides, what no order of blocks and no neighbour may change.
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include <cstring>
#include <functional>

using namespace llmc;
using namespace llmc::test;

static const std::string device = "sm_80";

static int64_t countShapes() {
  const char *asked = std::getenv("LLMC_TEST_SHAPES");
  return asked ? std::atoll(asked) : 2;
}

namespace {

/// A family: builds a graph of random shape; `steps` are rows of its batches.
struct Family {
  const char *name;
  std::function<void(Graph &)> build;
  std::vector<int64_t> steps = {1, 5};
  double tolerance = tolerance::floats;
};
void PrintTo(const Family &family, std::ostream *stream) {
  *stream << family.name;
}

class Device : public ::testing::TestWithParam<Family> {};

} // namespace

//===----------------------------------------------------------------------===//
// Families
//===----------------------------------------------------------------------===//

static std::string number(int64_t value) { return std::to_string(value); }

/// A product whose rows are f32 or bytes, with a bias or without.
static void buildLinear(Graph &graph, const std::string &encoding,
                        bool integers) {
  int64_t inner = 32 * graph.pick(1, 20), outer = graph.pick(1, 90);
  Operand x = graph.rows(inner);
  if (integers)
    x = graph.quantize(x, inner, 32, graph.pick(0, 1) == 1);
  Operand bias = graph.pick(0, 1) ? graph.param({outer}) : Operand();
  graph.finish(
      graph.linear(x, graph.param({outer, inner}, encoding), bias, outer));
}

/// A few rows at a time, and so many that tensor cores multiply them.
static const std::vector<int64_t> fewAndMany = {1, 5, 19};

/// Gate and up in one kernel, of one encoding or of two whose blocks differ.
static void buildGated(Graph &graph, bool integers) {
  int64_t inner = 256 * graph.pick(1, 2), outer = 16 * graph.pick(1, 6);
  Operand x = graph.rows(inner);
  if (integers)
    x = graph.quantize(x, inner, 32, graph.pick(0, 1) == 1);
  auto project = [&](const char *encoding) {
    return graph.linear(x, graph.param({outer, inner}, encoding), {}, outer);
  };
  Operand gate = project("q8_0"),
          up = project(graph.pick(0, 1) ? "q8_0" : "q4_k");
  Operand active =
      graph.emit("llm.act silu " + gate.name + " : " + gate.type, gate.type);
  graph.finish(graph.combine("arith.mulf", active, up));
}

/// Two to four products of floats in one kernel, of any multiple of 4 columns.
static void buildManyOfFloats(Graph &graph) {
  static const char *const types[] = {"f32", "f16", "bf16"};
  int64_t inner = 4 * graph.pick(1, 60), outer = graph.pick(1, 60);
  const char *type = types[graph.pick(0, 2)];
  Operand x = graph.rows(inner), all;
  for (int64_t left = graph.pick(2, 4); left; --left) {
    Operand y = graph.linear(x, graph.param({outer, inner}, type), {}, outer);
    all = all.name.empty() ? y : graph.combine("arith.mulf", all, y);
  }
  graph.finish(all);
}

/// Rows that may be bf16 in prompts times weights that become bf16: what is copied, and
/// what threads unpack.
static void buildNarrow(Graph &graph) {
  static const char *const types[] = {
      "bf16", "f16",  "f32",
      "q4_0", "q6_k", "float_codes<type = f8E4M3FN, group = 48, scale = f32>"};
  const char *type = types[graph.pick(0, 5)];
  int64_t inner = 32 * graph.pick(1, 9), outer = graph.pick(1, 200);
  if (type == std::string("q6_k"))
    inner = 256;
  if (type == std::string(types[5]))
    inner = 96 * graph.pick(1, 3);
  Operand x = graph.narrow(graph.rows(inner), inner);
  auto project = [&] {
    return graph.linear(x, graph.param({outer, inner}, type),
                        graph.param({outer}), outer);
  };
  Operand all = project();
  for (int64_t left = graph.pick(0, 2); left; --left)
    all = graph.combine("arith.mulf", all, project());
  graph.finish(all);
}

/// The same times panels of which some blocks are there, of floats and of codes.
static void buildBlocks(Graph &graph) {
  struct Weights {
    const char *encoding, *prune, *round;
  };
  constexpr const char *eight =
      "grid<bits = 8, group = 32, scale = f16, zero = 128>";
  static const Weights all[] = {
      {"f32", "share = 0.7, blockRows = 16", ""},
      {"bf16", "share = 0.5, blockRows = 4, blockCols = 4", ""},
      {eight, "keep = 4, of = 16, blockRows = 16", eight},
      {eight, "keep = 1, of = 2, blockRows = 4, blockCols = 4", eight}};
  const Weights &weights = all[graph.pick(0, 3)];
  int64_t inner = 32 * graph.pick(1, 9), outer = graph.pick(1, 150);
  std::string recipe =
      std::string("#llm.prune<method = \"magnitude\", ") + weights.prune + ">";
  if (*weights.round)
    recipe += std::string(", #llm.round<grid = ") +
              (weights.round + std::strlen("grid")) + ", method = \"rtn\">";
  Operand x = graph.narrow(graph.rows(inner), inner);
  Operand w = graph.made({outer, inner}, weights.encoding, recipe);
  graph.finish(graph.linear(x, w, graph.param({outer}), outer));
}

/// Codes of 2:4 times rows of bytes, or of floats that may be bf16 in prompts.
static void buildTwoOfFour(Graph &graph, bool integers) {
  static const char *const grids[] = {
      "bits = 8, group = 32, scale = f16, zero = 128",
      "bits = 8, group = 64, scale = f32, zero = 128",
      "bits = 4, group = 96, scale = bf16, zero = 8",
      "bits = 5, group = 64, scale = f16, zero = 16"};
  int64_t kind = graph.pick(0, 3);
  std::string grid = grids[kind];
  int64_t group = kind == 0 ? 32 : kind == 2 ? 96 : 64;
  int64_t inner = group * graph.pick(1, 12), outer = graph.pick(1, 150);
  Operand x = graph.rows(inner);
  x = integers ? graph.quantize(x, inner, group, graph.pick(0, 1) == 1)
               : graph.narrow(x, inner);
  std::string recipe = "#llm.prune<method = \"magnitude\", keep = 2, of = 4>, "
                       "#llm.round<grid = <" +
                       grid + ">, method = \"rtn\">";
  auto project = [&] {
    return graph.linear(
        x, graph.made({outer, inner}, "grid<" + grid + ">", recipe),
        graph.param({outer}), outer);
  };
  Operand all = project();
  for (int64_t left = graph.pick(0, 2); left; --left)
    all = graph.combine("arith.mulf", all, project());
  graph.finish(all);
}

static void buildNorm(Graph &graph, const std::string &kind) {
  int64_t columns = graph.pick(1, 700);
  Operand x = graph.rows(columns), weight = graph.param({columns});
  graph.finish(graph.emit("llm.norm " + kind + " " + x.name + " weight(" +
                              weight.name + ") {eps = 1.0e-5 : f64} : (" +
                              x.type + ", " + weight.type + ") -> " + x.type,
                          x.type));
}

static void buildRope(Graph &graph) {
  int64_t heads = graph.pick(1, 5), half = graph.pick(1, 40);
  std::vector<float> frequencies;
  for (int64_t i = 0; i < half; ++i)
    frequencies.push_back(std::pow(1e4, -double(i) / half));
  Operand inv = graph.values({half}, frequencies);
  Operand x = graph.heads(heads, 2 * half);
  std::string pairing = graph.pick(0, 1) ? "half" : "interleaved";
  Operand turned =
      graph.emit("llm.rope " + pairing + " " + x.name + ", " +
                     graph.positions().name + ", " + inv.name + " : (" +
                     x.type + ", tensor<?xi32>, " + inv.type + ") -> " + x.type,
                 x.type);
  graph.finish(graph.collapse(turned, heads, 2 * half));
}

/// Heads that share keys, with a window, a cap, slopes or sinks.
static void buildAttention(Graph &graph, const std::string &element) {
  int64_t groups = graph.pick(1, 3), heads = groups * graph.pick(1, 4);
  int64_t keyDim = graph.pick(1, 90), valueDim = graph.pick(1, 90);
  Operand kv =
      graph.useCache("!llm.kv<1x" + number(groups) + "x" + number(keyDim) +
                     "x" + number(valueDim) + ", " + element + ">");
  Operand layer = graph.emit("arith.constant 0 : index", "index");
  std::string attributes = "scale = 0.3 : f64";
  if (graph.pick(0, 1))
    attributes += ", left = " + number(graph.pick(0, 9)) + " : i64";
  if (graph.pick(0, 1))
    attributes += ", softcap = 5.0 : f64";
  Operand slopes = graph.pick(0, 1) ? graph.param({heads}) : Operand();
  Operand sinks = graph.pick(0, 1) ? graph.param({heads}) : Operand();
  Operand a =
      graph.attend(graph.heads(heads, keyDim), graph.heads(groups, keyDim),
                   graph.heads(groups, valueDim), kv, layer, attributes,
                   tensor({-1, heads, valueDim}), slopes, sinks);
  graph.finish(graph.collapse(a, heads, valueDim), kv);
}

/// The kinds of rows that a table may have.
static void buildEmbed(Graph &graph, const std::string &encoding) {
  int64_t columns = 32 * graph.pick(1, 12);
  Operand table = graph.param({Graph::tokenCount, columns}, encoding);
  graph.finish(graph.embed(table, columns));
}

static std::vector<Family> families() {
  std::vector<Family> all = {
      {"gated", [](Graph &graph) { buildGated(graph, /*integers=*/false); }},
      {"gated_bytes",
       [](Graph &graph) { buildGated(graph, /*integers=*/true); }, fewAndMany},
      {"many_of_floats", buildManyOfFloats, {1, 9, 33}},
      {"narrow", buildNarrow, {1, 66, 3}, tolerance::bfloats},
      {"blocks", buildBlocks, {1, 66, 3}, tolerance::bfloats},
      {"two_of_four",
       [](Graph &graph) { buildTwoOfFour(graph, /*integers=*/false); },
       {1, 66, 3},
       tolerance::bfloats},
      {"two_of_four_bytes",
       [](Graph &graph) { buildTwoOfFour(graph, /*integers=*/true); },
       fewAndMany},
      {"rms", [](Graph &graph) { buildNorm(graph, "rms"); }},
      {"layer", [](Graph &graph) { buildNorm(graph, "layer"); }},
      {"rope", buildRope},
      {"attention_f32",
       [](Graph &graph) { buildAttention(graph, "f32"); },
       {1, 7, 64, 1}},
      {"attention_f16",
       [](Graph &graph) { buildAttention(graph, "f16"); },
       {33, 1, 31, 1}},
      {"attention_i8",
       [](Graph &graph) { buildAttention(graph, "i8"); },
       {33, 1, 31, 1}},
  };
  for (const char *encoding : {"f32", "f16", "bf16", "q4_0", "q5_1", "q8_0"}) {
    all.push_back({encoding, [encoding](Graph &graph) {
                     buildLinear(graph, encoding, /*integers=*/false);
                   }});
    all.push_back(
        {encoding, [encoding](Graph &graph) { buildEmbed(graph, encoding); }});
  }
  for (const char *encoding : {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0"})
    all.push_back({encoding,
                   [encoding](Graph &graph) {
                     buildLinear(graph, encoding, /*integers=*/true);
                   },
                   fewAndMany});
  return all;
}

TEST_P(Device, RandomShapesAgreeWithTheInterpreter) {
  for (int64_t shape = 0; shape < countShapes(); ++shape) {
    Graph graph(1000 + shape);
    GetParam().build(graph);
    GraphRun run(graph, {device});
    ASSERT_TRUE(run.ok()) << graph.text();
    auto steps = stepsOf(graph, GetParam().steps);
    auto expected = run.interpret(steps);
    run.compiled->start(device);
    for (size_t i = 0; i < steps.size(); ++i)
      EXPECT_LE(relativeDifference(run.compiled->run(steps[i]), expected[i]),
                GetParam().tolerance)
          << "shape " << shape << ", step " << i << "\n"
          << graph.text();
  }
}

static std::string nameOf(const ::testing::TestParamInfo<Family> &info) {
  return number(info.index) + "_" + info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Families, Device, ::testing::ValuesIn(families()),
                         nameOf);

//===----------------------------------------------------------------------===//
// What may not change a bit
//===----------------------------------------------------------------------===//

/// A layer in small: norm, product, attention, product, residual.
static void buildLayer(Graph &graph) {
  constexpr int64_t heads = 3, width = 32, columns = heads * width;
  Operand x = graph.rows(columns), weight = graph.param({columns});
  Operand n = graph.emit("llm.norm rms " + x.name + " weight(" + weight.name +
                             ") {eps = 1.0e-5 : f64} : (" + x.type + ", " +
                             weight.type + ") -> " + x.type,
                         x.type);
  Operand rows = graph.quantize(n, columns);
  auto project = [&](const Operand &from) {
    return graph.linear(from, graph.param({columns, columns}, "q4_1"), {},
                        columns);
  };
  auto asHeads = [&] { return graph.expand(project(rows), heads, width); };
  Operand q = asHeads(), k = asHeads(), v = asHeads();
  Operand kv = graph.useCache("!llm.kv<1x3x32x32, f32>");
  Operand layer = graph.emit("arith.constant 0 : index", "index");
  Operand a = graph.attend(q, k, v, kv, layer, "scale = 0.2 : f64");
  Operand o = project(graph.collapse(a, heads, width));
  graph.finish(graph.combine("arith.addf", x, o), kv);
}

/// The last `count` rows of all.
static std::vector<float> lastRows(const std::vector<float> &rows,
                                   int64_t columns, int64_t count) {
  return {rows.end() - columns * count, rows.end()};
}

TEST(DeviceInvariants, NoOrderOfBlocksAndWarpsChangesABit) {
  Graph graph(77);
  buildLayer(graph);
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok());
  auto steps = stepsOf(graph, {9, 1, 60, 1});
  std::vector<std::vector<float>> first;
  for (int64_t time = 0; time < 3; ++time) {
    run.compiled->start(device); // each step has a seed of its own
    for (auto [i, step] : llvm::enumerate(steps)) {
      std::vector<float> found = run.compiled->run(step);
      if (time == 0)
        first.push_back(found);
      EXPECT_TRUE(found == first[i]) << "time " << time << ", step " << i;
    }
  }
}

TEST(DeviceInvariants, NeighboursDoNotChangeABit) {
  Graph graph(78);
  buildLayer(graph);
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok());
  std::vector<ReferenceBatch> alone(2), among(2);
  graph.append(alone[0], 2, 0, 6);
  graph.append(alone[1], 2, 6, 1);
  graph.append(among[0], 0, 0, 5);
  graph.append(among[0], 1, 0, 18);
  graph.append(among[1], 0, 5, 2);
  // The same tokens behind others.
  for (size_t i = 0; i < 2; ++i)
    for (auto [token, position] :
         llvm::zip(alone[i].tokens, alone[i].positions)) {
      among[i].logitRows.push_back(among[i].tokens.size());
      among[i].tokens.push_back(token);
      among[i].positions.push_back(position);
      among[i].sequences.push_back(2);
    }
  std::vector<std::vector<float>> expected;
  run.compiled->start(device);
  for (const ReferenceBatch &batch : alone)
    expected.push_back(run.compiled->run(batch));
  run.compiled->start(device);
  for (size_t i = 0; i < 2; ++i) {
    std::vector<float> rows = run.compiled->run(among[i]);
    int64_t columns = run.compiled->vocabulary();
    EXPECT_TRUE(lastRows(rows, columns, alone[i].tokens.size()) == expected[i])
        << "step " << i;
  }
}

/// A prompt's rows in batches of so many.
static std::vector<ReferenceBatch> cut(const ReferenceBatch &whole,
                                       llvm::ArrayRef<int32_t> counts) {
  std::vector<ReferenceBatch> parts;
  int32_t first = 0;
  for (int32_t count : counts) {
    ReferenceBatch &part = parts.emplace_back();
    for (int32_t i = first; i < first + count; ++i) {
      part.logitRows.push_back(i - first);
      part.tokens.push_back(whole.tokens[i]);
      part.positions.push_back(i);
      part.sequences.push_back(whole.sequences[i]);
    }
    first += count;
  }
  return parts;
}

TEST(DeviceInvariants, CutsOfAPromptDoNotChangeABit) {
  Graph graph(79);
  buildLayer(graph);
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok());
  ReferenceBatch whole = stepsOf(graph, {29})[0];
  run.compiled->start(device);
  run.compiled->phase = LLMRT_PHASE_PROMPT;
  std::vector<float> expected = run.compiled->run(whole);
  std::vector<float> found;
  run.compiled->start(device);
  run.compiled->phase = LLMRT_PHASE_PROMPT;
  for (const ReferenceBatch &part : cut(whole, {1, 4, 5, 18, 1}))
    llvm::append_range(found, run.compiled->run(part));
  EXPECT_TRUE(found == expected)
      << "difference " << relativeDifference(found, expected);
}

namespace {
/// Codes of several planes and levels, groups of 16 and of 32, rows of one plane and two.
class DeviceForms : public ::testing::TestWithParam<const char *> {};
} // namespace

/// The number of rows chooses the kernel, and with it tensor cores or not: a row has
/// the same bits by either. 70 rows, panels and groups fill no tile, no block, no stage.
TEST_P(DeviceForms, ManyRowsHaveTheBitsOfFew) {
  for (bool fine : {false, true}) {
    Graph graph(81);
    int64_t block = graph.getEncoding(GetParam()).getBlockElems();
    int64_t inner = block == 32 ? 160 : 2 * block, outer = 70;
    Operand x =
        graph.quantize(graph.rows(inner), inner,
                       graph.getEncoding(GetParam()).getGrid()->group, fine);
    Operand y = graph.linear(x, graph.param({outer, inner}, GetParam()),
                             graph.param({outer}), outer);
    graph.finish(y);
    GraphRun run(graph, {device});
    ASSERT_TRUE(run.ok());
    ReferenceBatch whole = stepsOf(graph, {70})[0];
    run.compiled->start(device);
    std::vector<float> expected = run.compiled->run(whole), found;
    EXPECT_LE(relativeDifference(expected, run.interpret({whole})[0]),
              tolerance::floats);
    run.compiled->start(device);
    for (const ReferenceBatch &part : cut(whole, {3, 16, 17, 34}))
      llvm::append_range(found, run.compiled->run(part));
    EXPECT_TRUE(found == expected)
        << "difference " << relativeDifference(found, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Encodings, DeviceForms,
                         ::testing::Values("q4_0", "q5_1", "q8_0", "q4_k",
                                           "q6_k", "q2_k", "iq4_nl"));

/// The same of floats, whose rows go 8 or 32 at a time: k fills no unit of a ring.
TEST(DeviceInvariants, ManyRowsOfFloatsHaveTheBitsOfFew) {
  for (const char *type : {"f32", "f16", "bf16"}) {
    Graph graph(82);
    constexpr int64_t inner = 308, outer = 70;
    graph.finish(graph.linear(graph.rows(inner),
                              graph.param({outer, inner}, type),
                              graph.param({outer}), outer));
    GraphRun run(graph, {device});
    ASSERT_TRUE(run.ok());
    ReferenceBatch whole = stepsOf(graph, {50})[0];
    run.compiled->start(device);
    std::vector<float> expected = run.compiled->run(whole), found;
    run.compiled->start(device);
    for (const ReferenceBatch &part : cut(whole, {1, 3, 8, 9, 29}))
      llvm::append_range(found, run.compiled->run(part));
    EXPECT_TRUE(found == expected)
        << type << ": difference " << relativeDifference(found, expected);
  }
}

/// So many outputs that a block has two panels.
TEST(DeviceInvariants, TwoPanelsOfABlockAgree) {
  Graph graph(83);
  constexpr int64_t inner = 40, outer = 16 * 528;
  graph.finish(graph.linear(graph.rows(inner),
                            graph.param({outer, inner}, "bf16"), {}, outer));
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok());
  auto steps = stepsOf(graph, {2});
  run.compiled->start(device);
  EXPECT_LE(
      relativeDifference(run.compiled->run(steps[0]), run.interpret(steps)[0]),
      tolerance::floats);
}

/// An infinity stays one: it has no low part.
TEST(DeviceInvariants, InfinitiesOfRowsStay) {
  Graph graph(84);
  constexpr int64_t inner = 32, outer = 16;
  std::vector<float> numbers(Graph::tokenCount * inner, 1.5f);
  for (int64_t row = 0; row < Graph::tokenCount; ++row)
    numbers[row * inner + row % inner] =
        row % 2 ? -std::numeric_limits<float>::infinity()
                : std::numeric_limits<float>::infinity();
  Operand x =
      graph.embed(graph.values({Graph::tokenCount, inner}, numbers), inner);
  std::vector<float> weights(outer * inner, 0.25f);
  graph.finish(
      graph.linear(x, graph.values({outer, inner}, weights), {}, outer));
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok());
  auto steps = stepsOf(graph, {12});
  run.compiled->start(device);
  EXPECT_EQ(run.compiled->run(steps[0]), run.interpret(steps)[0]);
}

/// A program for both: the same results, within rounding.
TEST(DeviceInvariants, TheProcessorAgrees) {
  Graph graph(80);
  buildLayer(graph);
  GraphRun run(graph, {"avx2", device});
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run.compiled->variants(),
            (std::vector<std::string>{"avx2", device}));
  auto steps = stepsOf(graph, {7, 1});
  std::vector<std::vector<float>> expected;
  run.compiled->start("avx2");
  for (const ReferenceBatch &step : steps)
    expected.push_back(run.compiled->run(step));
  run.compiled->start(device);
  for (auto [step, rows] : llvm::zip(steps, expected))
    EXPECT_LE(relativeDifference(run.compiled->run(step), rows),
              tolerance::floats);
}

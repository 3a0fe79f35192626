//===- ColumnsTest.cpp - compiled cuts and joints of columns --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include "llvm/ADT/StringExtras.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Cut {
  std::vector<int64_t> offsets, sizes, strides; // of the inner dimensions
};
} // namespace

static std::string list(const std::string &first,
                        llvm::ArrayRef<int64_t> numbers) {
  std::string text = "[" + first;
  for (int64_t number : numbers)
    text += ", " + std::to_string(number);
  return text + "]";
}

static Operand cutColumns(Graph &graph, const Operand &x, const Cut &cut) {
  Operand zero = graph.emit("arith.constant 0 : index", "index");
  Operand count = graph.emit(
      "tensor.dim " + x.name + ", " + zero.name + " : " + x.type, "index");
  std::vector<int64_t> shape = {-1};
  llvm::append_range(shape, cut.sizes);
  std::string type = tensor(shape);
  return graph.emit("tensor.extract_slice " + x.name + list("0", cut.offsets) +
                        " " + list(count.name, cut.sizes) + " " +
                        list("1", cut.strides) + " : " + x.type + " to " + type,
                    type);
}

static Operand join(Graph &graph, int64_t dim, llvm::ArrayRef<Operand> parts,
                    const std::string &type) {
  std::vector<std::string> names, types;
  for (const Operand &part : parts) {
    names.push_back(part.name);
    types.push_back(part.type);
  }
  return graph.emit("tensor.concat dim(" + std::to_string(dim) + ") " +
                        llvm::join(names, ", ") + " : (" +
                        llvm::join(types, ", ") + ") -> " + type,
                    type);
}

TEST(CompiledColumns, AreCutWithWhatFollows) {
  for (const Cut &cut : {Cut{{0}, {32}, {1}}, Cut{{7}, {30}, {1}},
                         Cut{{3}, {11}, {4}}, Cut{{50}, {1}, {1}}}) {
    Graph graph(61);
    Operand part = cutColumns(graph, graph.rows(51), cut);
    graph.finish(
        graph.emit("llm.act silu " + part.name + " : " + part.type, part.type));
    expectCompiledAgrees(graph, stepsOf(graph, {1, 7, 33}), tolerance::floats,
                         3);
  }
}

TEST(CompiledColumns, OfHeadsAreCut) {
  for (const Cut &cut :
       {Cut{{0, 8}, {3, 8}, {1, 1}}, Cut{{1, 0}, {1, 16}, {1, 1}},
        Cut{{0, 1}, {2, 5}, {2, 3}}}) {
    Graph graph(62);
    Operand part = cutColumns(graph, graph.heads(3, 16), cut);
    graph.finish(graph.collapse(part, cut.sizes[0], cut.sizes[1]));
    expectCompiledAgrees(graph, stepsOf(graph, {1, 7}), tolerance::floats, 2);
  }
}

/// Halves that change places, as rotations are spelled; a part joins twice.
TEST(CompiledColumns, AreJoined) {
  Graph graph(63);
  Operand x = graph.rows(48);
  Operand low = cutColumns(graph, x, {{0}, {24}, {1}});
  Operand high = cutColumns(graph, x, {{24}, {24}, {1}});
  graph.finish(
      join(graph, 1, {high, low, high, graph.rows(5)}, "tensor<?x77xf32>"));
  expectCompiledAgrees(graph, stepsOf(graph, {1, 7, 33}), tolerance::floats, 3);
}

TEST(CompiledColumns, OfHeadsAreJoined) {
  for (int64_t dim : {1, 2}) {
    Graph graph(64);
    Operand a = graph.heads(dim == 1 ? 2 : 3, dim == 1 ? 8 : 16);
    Operand b = graph.heads(3, 8);
    int64_t heads = dim == 1 ? 5 : 3, width = dim == 1 ? 8 : 24;
    Operand y = join(graph, dim, {a, b}, tensor({-1, heads, width}));
    graph.finish(graph.collapse(y, heads, width));
    expectCompiledAgrees(graph, stepsOf(graph, {1, 7}), tolerance::floats, 2);
  }
}

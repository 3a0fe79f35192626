//===- RandomGraph.cpp - random layers for the fuzzer ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RandomGraph.h"

#include "llvm/ADT/STLExtras.h"

using namespace llmc;
using namespace llmc::test;

static constexpr int64_t headDim = 16;
static constexpr int64_t classes = 24; // columns of the logits

//===----------------------------------------------------------------------===//
// Drawing
//===----------------------------------------------------------------------===//

/// Not a distribution of the library: those differ between implementations.
static int64_t draw(std::mt19937 &random, int64_t count) {
  return random() % count;
}
template <typename T>
static T drawOf(std::mt19937 &random, std::initializer_list<T> values) {
  return *(values.begin() + draw(random, values.size()));
}

RandomGraph::RandomGraph(uint32_t seed) : seed(seed) {
  std::mt19937 random(seed);
  isLoop = draw(random, 2);
  width = drawOf<int64_t>(random, {32, 64});
  layers = 3;
  rows = drawOf<int64_t>(random, {1, 7, 33});
  workers = 1 + draw(random, 3);
  variant = seed % 2 ? "avx2" : "avx512-vnni";
  for (int64_t streams = 1 + draw(random, 3); streams > 0; --streams)
    starts.push_back(draw(random, 2));
  outside = draw(random, 3);
  for (int64_t size = 3 + draw(random, 6); size > 0; --size)
    addInstruction(random);
  for (size_t stream = 0; stream < starts.size(); ++stream) {
    bool anything = draw(random, 4) == 0;
    next.push_back(pickValue(random, [&](int value) {
      bool isResult = value >= count() - int(layer.size());
      return widthOf(value) == width && (anything || isResult);
    }));
  }
  readsStarts = draw(random, 2);
  returnsAll = draw(random, 4) == 0;
}

int64_t RandomGraph::widthOf(int value) const {
  int first = starts.size() + outside;
  return value < first ? width : layer[value - first].width;
}

/// A value that is accepted, later ones more often; stream 0 if there is none.
int RandomGraph::pickValue(std::mt19937 &random,
                           llvm::function_ref<bool(int)> accept) {
  std::vector<int> candidates;
  for (int value = 0; value < count(); ++value)
    if (accept(value))
      candidates.push_back(value);
  if (candidates.empty())
    return 0;
  size_t at = std::max(draw(random, candidates.size()),
                       draw(random, candidates.size()));
  return candidates[at];
}

void RandomGraph::addInstruction(std::mt19937 &random) {
  Instruction made{
      Instruction::Kind(draw(random, Instruction::attend + 1)), {}, "", width};
  auto any = [&] { return pickValue(random, [](int) { return true; }); };
  auto like = [&](int64_t columns) {
    return pickValue(random, [&](int v) { return widthOf(v) == columns; });
  };
  int x = any();
  switch (made.kind) {
  case Instruction::linear:
  case Instruction::gate:
  case Instruction::experts:
    made.detail = drawOf<const char *>(
        random, {"f32", "f32", "f16", "bf16", "q8_0", "q4_0", "q4_1"});
    if (made.kind == Instruction::linear)
      made.width = drawOf<int64_t>(random, {width, width, 48, 96});
    if (made.detail[0] == 'q' && widthOf(x) % 32)
      made.detail = "f32";
    break;
  case Instruction::integers:
    made.detail = drawOf<const char *>(random, {"q8_0", "q4_0", "q4_1"});
    x = like(width);
    break;
  case Instruction::act:
    made.detail = drawOf<const char *>(
        random, {"silu", "gelu_tanh", "relu", "sigmoid", "tanh"});
    made.width = widthOf(x);
    break;
  case Instruction::add:
  case Instruction::multiply:
  case Instruction::scale:
  case Instruction::shift:
    made.width = widthOf(x);
    break;
  case Instruction::swap:
    made.width = widthOf(x);
    break;
  case Instruction::norm:
    made.detail = drawOf<const char *>(random, {"rms", "layer"});
    made.width = widthOf(x);
    break;
  case Instruction::rotate:
  case Instruction::attend:
    x = like(width);
    break;
  }
  made.operands = {x};
  if (made.kind == Instruction::add || made.kind == Instruction::multiply)
    made.operands.push_back(like(widthOf(x)));
  if (made.kind == Instruction::attend)
    for (int i = 0; i < 2; ++i) // keys, values
      made.operands.push_back(like(width));
  layer.push_back(std::move(made));
}

double RandomGraph::tolerance() const {
  bool rounds = llvm::any_of(layer, [](const Instruction &instruction) {
    return instruction.kind == Instruction::integers;
  });
  // A code that falls to the other side of a half is 1/127 of its group.
  return rounds ? 5e-2 : 2e-3;
}

std::string RandomGraph::describe() const {
  return "seed " + std::to_string(seed) + ": " + std::to_string(rows) +
         " rows, " + std::to_string(workers) + " workers, " + variant;
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

/// Writes the instructions of one layer, or of the body of the loop.
class RandomGraph::Builder {
public:
  Builder(const RandomGraph &program) : program(program), graph(program.seed) {}

  Graph build() {
    std::vector<Operand> tables = {graph.rows(program.width),
                                   graph.rows(program.width)};
    for (int start : program.starts)
      streams.push_back(tables[start]);
    for (int i = 0; i < program.outside; ++i)
      outside.push_back(graph.rows(program.width));
    for (const Instruction &instruction : program.layer)
      if (instruction.kind == Instruction::attend)
        caches.push_back(graph.useCache(cacheType()));
    positions = graph.positions();
    std::vector<float> inverse;
    for (int64_t i = 0; i < headDim / 2; ++i)
      inverse.push_back(1.0f / (1 + i));
    inv = graph.values({headDim / 2}, inverse);
    std::vector<Operand> starts = streams;
    program.isLoop ? writeLoop() : writeLayers();
    if (program.readsStarts)
      streams.insert(streams.end(), starts.begin(), starts.end());
    finish();
    return std::move(graph);
  }

private:
  std::string cacheType() const {
    return "!llm.kv<" + std::to_string(program.layers) + "x" +
           std::to_string(program.width / headDim) + "x16x16, f32>";
  }

  void writeLayers() {
    for (int64_t i = 0; i < program.layers; ++i) {
      slot = graph.emit("arith.constant " + std::to_string(i) + " : index",
                        "index");
      writeLayer();
    }
  }

  void writeLoop() {
    std::vector<Operand> carried = streams;
    carried.insert(carried.end(), caches.begin(), caches.end());
    std::vector<Operand> inside = graph.beginLoop(program.layers, carried);
    slot = inside.front();
    assign(llvm::ArrayRef(inside).drop_front());
    writeLayer();
    std::vector<Operand> yielded = streams;
    yielded.insert(yielded.end(), caches.begin(), caches.end());
    assign(graph.endLoop(yielded));
  }

  void assign(llvm::ArrayRef<Operand> values) {
    streams = values.take_front(streams.size()).vec();
    caches = values.take_back(caches.size()).vec();
  }

  void writeLayer() {
    std::vector<Operand> values = streams;
    values.insert(values.end(), outside.begin(), outside.end());
    nextCache = 0;
    for (const Instruction &instruction : program.layer) {
      std::vector<Operand> operands;
      for (int operand : instruction.operands)
        operands.push_back(values[operand]);
      values.push_back(write(instruction, operands,
                             program.widthOf(instruction.operands[0])));
    }
    for (auto [stream, next] : llvm::zip(streams, program.next))
      stream = values[next];
  }

  Operand write(const Instruction &instruction, llvm::ArrayRef<Operand> x,
                int64_t columns) {
    switch (instruction.kind) {
    case Instruction::linear:
      return product(x[0], instruction, columns);
    case Instruction::integers:
      return product(graph.quantize(x[0], columns), instruction, columns);
    case Instruction::act:
      return act(instruction.detail, x[0]);
    case Instruction::add:
      return graph.combine("arith.addf", x[0], x[1]);
    case Instruction::multiply:
      return graph.combine("arith.mulf", act("tanh", x[0]), x[1]);
    case Instruction::scale:
      return graph.combine("arith.mulf", x[0], spread(x[0], "tensor.splat"));
    case Instruction::shift:
      return graph.combine("arith.addf", x[0], spread(x[0], "llm.broadcast"));
    case Instruction::gate:
      return graph.combine("arith.mulf",
                           act("silu", product(x[0], instruction, columns)),
                           product(x[0], instruction, columns));
    case Instruction::norm:
      return norm(instruction.detail, x[0], columns);
    case Instruction::rotate:
      return graph.collapse(rotate(x[0]), columns / headDim, headDim);
    case Instruction::swap:
      return swapHalves(x[0], columns);
    case Instruction::experts:
      return experts(x[0], instruction, columns);
    case Instruction::attend:
      return attend(x);
    }
    llvm_unreachable("all kinds are handled");
  }

  Operand weight(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding) {
    return program.isLoop ? graph.table(shape, encoding, program.layers, slot)
                          : graph.param(shape, encoding);
  }

  /// Divided by what a sum of products grows by: layers stay near 1.
  Operand product(const Operand &x, const Instruction &instruction,
                  int64_t columns) {
    Operand w = weight({instruction.width, columns}, instruction.detail);
    return act("tanh", graph.linear(x, w, {}, instruction.width));
  }
  Operand act(const std::string &name, const Operand &x) {
    return graph.emit("llm.act " + name + " " + x.name + " : " + x.type,
                      x.type);
  }
  /// A number or a vector in the shape of `x`.
  Operand spread(const Operand &x, const std::string &op) {
    Operand zero = graph.emit("arith.constant 0 : index", "index");
    Operand count = graph.emit(
        "tensor.dim " + x.name + ", " + zero.name + " : " + x.type, "index");
    if (op == "tensor.splat") {
      Operand half = graph.emit("arith.constant 5.0e-1 : f32", "f32");
      return graph.emit(
          op + " " + half.name + "[" + count.name + "] : " + x.type, x.type);
    }
    int64_t columns = std::stoll(x.type.substr(std::strlen("tensor<?x")));
    Operand w = weight({columns}, "f32");
    return graph.emit(op + " " + w.name + "[" + count.name + "] : " + w.type +
                          " -> " + x.type,
                      x.type);
  }
  Operand norm(const std::string &kind, const Operand &x, int64_t columns) {
    Operand w = weight({columns}, "f32");
    return graph.emit("llm.norm " + kind + " " + x.name + " weight(" + w.name +
                          ") {eps = 1.0e-2 : f64} : (" + x.type + ", " +
                          w.type + ") -> " + x.type,
                      x.type);
  }
  Operand heads(const Operand &x) {
    return graph.expand(x, program.width / headDim, headDim);
  }
  Operand rotate(const Operand &x) {
    Operand h = heads(x);
    return graph.emit("llm.rope half " + h.name + ", " + positions.name + ", " +
                          inv.name + " : (" + h.type + ", " + positions.type +
                          ", " + inv.type + ") -> " + h.type,
                      h.type);
  }
  Operand swapHalves(const Operand &x, int64_t columns) {
    Operand zero = graph.emit("arith.constant 0 : index", "index");
    Operand count = graph.emit(
        "tensor.dim " + x.name + ", " + zero.name + " : " + x.type, "index");
    std::string half = std::to_string(columns / 2);
    auto cut = [&](const std::string &first) {
      std::string type = tensor({-1, columns / 2});
      return graph.emit("tensor.extract_slice " + x.name + "[0, " + first +
                            "] [" + count.name + ", " + half +
                            "] [1, 1] : " + x.type + " to " + type,
                        type);
    };
    Operand low = cut("0"), high = cut(half);
    return graph.emit("tensor.concat dim(1) " + high.name + ", " + low.name +
                          " : (" + high.type + ", " + low.type + ") -> " +
                          x.type,
                      x.type);
  }

  /// All experts are chosen: which of two is greater may hang on a rounding.
  Operand experts(const Operand &x, const Instruction &instruction,
                  int64_t columns) {
    constexpr int64_t count = 3;
    Operand logits = act(
        "tanh", graph.linear(x, weight({count, columns}, "f32"), {}, count));
    std::string ids = tensor({-1, count}, "i32"), numbers = logits.type;
    Operand chosen =
        graph.emit("llm.route " + logits.name + " {k = 3 : i64} : (" +
                       logits.type + ") -> (" + ids + ", " + numbers + ")",
                   "(" + ids + ", " + numbers + ")");
    int64_t width = instruction.width;
    Operand w = weight({count, width, columns}, instruction.detail);
    std::string each = tensor({-1, count, width}), type = tensor({-1, width});
    Operand y = graph.emit("llm.expert_linear " + x.name + ", " + chosen.name +
                               "#0, " + w.name + " : (" + x.type + ", " + ids +
                               ", " + w.type + ") -> " + each,
                           each);
    Operand sum =
        graph.emit("llm.combine " + y.name + ", " + chosen.name + "#1 : (" +
                       each + ", " + numbers + ") -> " + type,
                   type);
    return act("tanh", sum);
  }

  /// Bounded queries and keys: where the scores are large, an attention makes
  /// large differences of small ones.
  Operand attend(llvm::ArrayRef<Operand> x) {
    Operand query = heads(act("tanh", x[0])), key = heads(act("tanh", x[1])),
            value = heads(x[2]);
    Operand &cache = caches[nextCache++];
    Operand result =
        graph.attend(query, key, value, cache, slot, "scale = 2.5e-1 : f64");
    return graph.collapse(result, program.width / headDim, headDim);
  }

  void finish() {
    std::vector<Operand> products;
    Operand sum;
    for (const Operand &stream : streams) {
      Operand y = graph.linear(stream, graph.param({classes, program.width}),
                               {}, classes);
      sum = sum.name.empty() ? y : graph.combine("arith.addf", sum, y);
      products.push_back(y);
    }
    if (!program.returnsAll)
      return graph.finish({sum}, caches);
    llvm::append_range(products, streams);
    graph.finish(products, caches);
  }

  const RandomGraph &program;
  Graph graph;
  std::vector<Operand> streams, outside, caches;
  Operand positions, inv, slot;
  size_t nextCache = 0;
};

Graph RandomGraph::build() const { return Builder(*this).build(); }

std::vector<ReferenceBatch> RandomGraph::batches(Graph &graph) const {
  return stepsOf(graph, {rows, 1});
}

//===----------------------------------------------------------------------===//
// Reducing
//===----------------------------------------------------------------------===//

/// Removes an instruction; who read it reads its first operand.
bool RandomGraph::drop(size_t instruction) {
  int removed = starts.size() + outside + instruction;
  int instead = layer[instruction].operands[0];
  if (widthOf(removed) != widthOf(instead))
    return false;
  layer.erase(layer.begin() + instruction);
  auto renumber = [&](int &value) {
    if (value == removed)
      value = instead;
    else if (value > removed)
      --value;
  };
  for (Instruction &other : layer)
    llvm::for_each(other.operands, renumber);
  llvm::for_each(next, renumber);
  return true;
}

std::vector<RandomGraph> RandomGraph::reductions() const {
  std::vector<RandomGraph> smaller;
  auto add = [&](llvm::function_ref<bool(RandomGraph &)> change) {
    RandomGraph copy = *this;
    if (change(copy))
      smaller.push_back(std::move(copy));
  };
  for (size_t i = 0; i < layer.size(); ++i)
    add([&](RandomGraph &copy) { return copy.drop(i); });
  add([](RandomGraph &copy) { return --copy.layers > 0; });
  add([](RandomGraph &copy) { return std::exchange(copy.readsStarts, false); });
  add([](RandomGraph &copy) { return std::exchange(copy.returnsAll, false); });
  add([](RandomGraph &copy) { return std::exchange(copy.rows, 1) != 1; });
  add([](RandomGraph &copy) { return std::exchange(copy.workers, 1) != 1; });
  for (size_t stream = 0; stream < next.size(); ++stream)
    add([&](RandomGraph &copy) {
      return std::exchange(copy.next[stream], int(stream)) != int(stream);
    });
  return smaller;
}

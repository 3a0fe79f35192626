//===- Graph.h - a tiny model around one op -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tokens -> llm.embed of a random table -> the op under test -> logits. Tests
// spell the op; the graph holds the module around it and its random weights.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_GRAPH_H
#define LLMC_TEST_LOWER_GRAPH_H

#include "CompiledStep.h"
#include "Tolerances.h"

#include "mlir/IR/OwningOpRef.h"

#include <optional>
#include <random>
#include <string>

namespace llmc::test {

/// What is added to the seeds of all graphs: LLMC_TEST_SEED, 0 if unset.
uint32_t testSeed();

/// An SSA value of the text.
struct Operand {
  std::string name, type;
};

class Graph {
public:
  static constexpr int64_t tokenCount = 40; // rows of every token table

  /// Equal seeds give equal graphs, unless LLMC_TEST_SEED says other ones.
  explicit Graph(uint32_t seed) : random(seed + testSeed()) {}

  /// A random weight as a parameter: f32, f16, bf16, a GGML format, `grid<…>` or
  /// `float_codes<…>`.
  /// Row 0 of a matrix of floats is zero.
  Operand param(llvm::ArrayRef<int64_t> shape,
                llvm::StringRef encoding = "f32");
  /// What the steps of `recipe` make of random floats, a matrix of `encoding`; of those
  /// of another such weight if `like` is one.
  Operand made(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding,
               const std::string &recipe, const Operand &like = {});
  /// A parameter with these f32 values.
  Operand values(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<float> values);
  /// One random weight per layer, as the parameter of `layer`.
  Operand table(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding,
                int64_t layers, const Operand &layer);
  /// `spelling` without its result; `type` is the result's.
  Operand emit(const std::string &spelling, const std::string &type);
  /// The rows of a random f32 table that the tokens choose, [T, columns].
  Operand rows(int64_t columns);
  /// The same as [T, heads, width].
  Operand heads(int64_t heads, int64_t width);
  Operand expand(const Operand &x, int64_t heads, int64_t width);
  Operand collapse(const Operand &x, int64_t heads, int64_t width);
  Operand tokens();
  Operand positions();
  /// `embed` of the tokens, rows of `columns`.
  Operand embed(const Operand &table, int64_t columns);
  /// `quantize_act` of rows of `columns`, to one plane of codes or two; `bf16Prompts`:
  /// prompts may be bf16.
  Operand quantize(const Operand &x, int64_t columns, int64_t group = 32,
                   bool fine = false, bool bf16Prompts = false);
  /// `quantize_act` to `#llm.float_act`: rows of f32, whose prompts may be bf16.
  Operand narrow(const Operand &x, int64_t columns);
  /// `linear`, `bias` may have no name.
  Operand linear(const Operand &x, const Operand &w, const Operand &bias,
                 int64_t columns);
  /// `op x, y` of values of one type.
  Operand combine(const std::string &op, const Operand &x, const Operand &y);
  /// Writes keys and values to a layer of `cache`, which becomes what was written,
  /// and attends to it. `attributes` spells the scale and what else the op has;
  /// `type` is the result's, the query's if empty. Slopes and sinks may have no
  /// name, nor the value of a cache whose values are the beginning of the keys.
  Operand attend(const Operand &query, const Operand &key, const Operand &value,
                 Operand &cache, const Operand &layer,
                 const std::string &attributes, const std::string &type = {},
                 const Operand &slopes = {}, const Operand &sinks = {});
  /// A loop over layers: its counter, then the carried values inside; its end
  /// gives their last values.
  std::vector<Operand> beginLoop(int64_t layers,
                                 llvm::ArrayRef<Operand> starts);
  std::vector<Operand> endLoop(llvm::ArrayRef<Operand> next);
  /// From now on every byte of codes of an integer grid is `code`.
  void setCode(uint8_t value) { code = value; }
  /// One more cache that the step takes.
  Operand useCache(const std::string &type);
  /// What the step returns: `[T, columns]` values, of which the first are the
  /// logits and the others "result1" and so on, and its caches in order.
  void finish(llvm::ArrayRef<Operand> results,
              llvm::ArrayRef<Operand> caches = {});

  const std::string &text() const { return module; }
  const WeightStore &weights() const { return store; }
  mlir::MLIRContext &getContext() { return *context; }
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  int64_t pick(llvm::ArrayRef<int64_t> values) {
    return values[pick(0, values.size() - 1)];
  }
  float number() {
    return std::uniform_real_distribution<float>(-1, 1)(random);
  }

  /// `count` rows of random tokens of one sequence from position `first`.
  void append(ReferenceBatch &batch, int32_t sequence, int32_t first,
              int32_t count);

  mlir::llm::EncodingAttrInterface getEncoding(llvm::StringRef name);

private:
  /// A matrix of floats is a tensor.
  std::string spellMatrix(llvm::ArrayRef<int64_t> shape,
                          llvm::StringRef encoding);
  /// A weight of these bytes; its symbol, without the @.
  Operand declare(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding,
                  std::vector<uint8_t> bytes);
  /// Its bytes go to the store; its name there.
  std::string addSource(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding,
                        std::vector<uint8_t> bytes);
  Operand readParam(const Operand &weight);
  Operand addTensor(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding,
                    std::vector<uint8_t> bytes);
  std::vector<uint8_t> randomBytes(llvm::ArrayRef<int64_t> shape,
                                   mlir::llm::EncodingAttrInterface encoding);
  void fillFloatCodes(uint8_t *block, mlir::llm::FloatCodesAttr codes,
                      bool small);

  std::mt19937 random;
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  WeightStore store;
  std::string declarations, body, module;
  std::string loop; // the open one
  std::vector<Operand> caches;
  std::optional<uint8_t> code;
  int64_t next = 0;

  friend class GraphRun;
};

/// `tensor<?x..xf32>`.
std::string tensor(llvm::ArrayRef<int64_t> shape,
                   llvm::StringRef element = "f32");

/// The text as a module, its reference, and the compiled step.
class GraphRun {
public:
  explicit GraphRun(Graph &graph, llvm::ArrayRef<std::string> isas = {});
  bool ok() const { return compiled && compiled->ok(); }
  /// The results of each batch, one behind the other; a failure fails the test.
  std::vector<std::vector<float>>
  interpret(llvm::ArrayRef<ReferenceBatch> batches);

  std::unique_ptr<CompiledStep> compiled;

private:
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<Interpreter> reference;
};

/// Appends `count` rows of a sequence from position `first` on, whose tokens follow
/// from their positions.
void appendRows(ReferenceBatch &batch, int32_t sequence, int32_t first,
                int32_t count);
/// Such rows of one sequence alone.
ReferenceBatch rowsFrom(int32_t first, int32_t count);

/// Batches of `counts` rows, one step after the other, of one sequence.
std::vector<ReferenceBatch> stepsOf(Graph &graph,
                                    llvm::ArrayRef<int64_t> counts);

/// Runs the batches interpreted and compiled, in every variant with so many workers
/// each, and expects max|a - b| <= tolerance * max|reference| of every step.
void expectCompiledAgrees(Graph &graph, llvm::ArrayRef<ReferenceBatch> batches,
                          double tolerance = tolerance::floats,
                          llvm::ArrayRef<int64_t> workers = {1});
/// The same over T = 1, 3, 4, 7 and 33.
void expectCompiledAgrees(Graph &graph);

/// The same for results that hold NaN: compiled and interpreted have it in the
/// same places, and agree in all others. Fails if there is none, or nothing else.
void expectSameNaNs(Graph &graph, llvm::ArrayRef<ReferenceBatch> batches,
                    double tolerance = 1e-4);

/// max|a - b| / max|b|; infinite where a is not a number.
double relativeDifference(llvm::ArrayRef<float> a, llvm::ArrayRef<float> b);

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_GRAPH_H

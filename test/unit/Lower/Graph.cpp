//===- Graph.cpp - a tiny model around one op -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include "dialects/llm/FloatCodes.h"
#include "llmc/Driver/Pipelines.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

uint32_t llmc::test::testSeed() {
  const char *seed = std::getenv("LLMC_TEST_SEED");
  return seed ? static_cast<uint32_t>(std::strtoul(seed, nullptr, 10)) : 0;
}

using namespace mlir::llm;

std::string llmc::test::tensor(llvm::ArrayRef<int64_t> shape,
                               llvm::StringRef element) {
  std::string text = "tensor<";
  for (int64_t dim : shape)
    text += (dim < 0 ? "?" : std::to_string(dim)) + "x";
  return text + element.str() + ">";
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

EncodingAttrInterface Graph::getEncoding(llvm::StringRef name) {
  mlir::MLIRContext *c = context.get();
  if (auto format = symbolizeGgmlFormat(name))
    return GgmlEncodingAttr::get(c, *format);
  if (name.contains('<'))
    return llvm::cast<EncodingAttrInterface>(
        mlir::parseAttribute(("#llm." + name).str(), c));
  mlir::FloatType type = mlir::Float32Type::get(c);
  if (name == "f16")
    type = mlir::Float16Type::get(c);
  if (name == "bf16")
    type = mlir::BFloat16Type::get(c);
  return FloatEncodingAttr::get(c, type);
}

/// Any codes that are numbers; of floats of 8 bits only those of the least exponents, and
/// below, where they are to be `small`.
void Graph::fillFloatCodes(uint8_t *block, FloatCodesAttr codes, bool small) {
  std::optional<Float8> type = getFloat8(codes);
  int64_t scaleBytes = getScaleBytes(getScaleType(codes));
  for (int64_t i = scaleBytes; i < codes.getBlockBytes(); ++i) {
    block[i] = pick(0, 255);
    if (type && small)
      block[i] &= 0x8F;
    if (type && !std::isfinite(decodeFloat8(*type, block[i])))
      block[i] ^= 0x40;
  }
  float most = !type ? 1 : small ? 0x1p-6f : type == Float8::e5m2 ? 57344 : 448;
  uint32_t bits = encodeScale(getScaleType(codes), number() / most);
  std::memcpy(block, &bits, scaleBytes);
}

/// Blocks of integer grids get random codes, so that codes occur which a
/// quantiser never writes (-128 of Q8_0).
std::vector<uint8_t> Graph::randomBytes(llvm::ArrayRef<int64_t> shape,
                                        EncodingAttrInterface encoding) {
  int64_t elements = 1;
  for (int64_t dim : shape)
    elements *= dim;
  std::vector<uint8_t> bytes(encoding.getBytes(elements));
  if (auto codes = llvm::dyn_cast<FloatCodesAttr>(encoding)) {
    for (size_t at = 0; at < bytes.size(); at += codes.getBlockBytes())
      fillFloatCodes(&bytes[at], codes, at / codes.getBlockBytes() % 2);
    return bytes;
  }
  std::optional<Grid> grid = encoding.getGrid();
  if (!grid) {
    std::vector<float> numbers(elements);
    for (float &x : numbers)
      x = number();
    if (shape.size() > 1)
      std::fill_n(numbers.begin(), shape.back(), 0.0f);
    encoding.quantize(numbers.data(), elements, bytes.data());
    return bytes;
  }
  for (uint8_t &byte : bytes)
    byte = code ? *code : pick(0, 255);
  // Random bytes may be no number: place the floats anew.
  bool last = llvm::is_contained(
      {getEncoding("q6_k"), getEncoding("q2_k"), getEncoding("q3_k")},
      encoding);
  int64_t size = getScaleBytes(grid->scale);
  auto put = [&](size_t at, float value) {
    uint32_t bits = encodeScale(grid->scale, value);
    std::memcpy(&bytes[at], &bits, size);
  };
  float unit = grid->hasSub() ? 0.1f / (1 << (grid->subBits - 1)) : 0.1f;
  for (size_t at = 0; at < bytes.size(); at += encoding.getBlockBytes()) {
    size_t floats = at;
    if (last)
      floats += encoding.getBlockBytes() - (grid->hasMin ? 2 : 1) * size;
    const float scale = number() * unit;
    put(floats, grid->powerScales
                    ? decodeScale(grid->scale, grid->encodeScale(scale))
                    : scale);
    if (grid->hasMin)
      put(floats + size, number() * 10 * unit);
  }
  return bytes;
}

std::string Graph::addSource(llvm::ArrayRef<int64_t> shape,
                             llvm::StringRef encodingName,
                             std::vector<uint8_t> bytes) {
  EncodingAttrInterface encoding = getEncoding(encodingName);
  std::string name = "w" + std::to_string(next++);
  llvm::StringRef view(reinterpret_cast<const char *>(bytes.data()),
                       bytes.size());
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(view);
  llvm::ArrayRef<uint8_t> kept(
      reinterpret_cast<const uint8_t *>(buffer->getBufferStart()),
      bytes.size());
  store.addBuffer(std::move(buffer));
  if (llvm::Error error = store.addTensor(
          {name, llvm::SmallVector<int64_t>(shape), encoding, kept}))
    ADD_FAILURE() << llvm::toString(std::move(error));
  return name;
}

static std::string packed(llvm::ArrayRef<int64_t> shape,
                          llvm::StringRef encoding) {
  auto sizes =
      llvm::map_range(shape, [](int64_t dim) { return std::to_string(dim); });
  return "!llm.packed<" + llvm::join(sizes, "x") + ", #llm." + encoding.str() +
         ">";
}

std::string Graph::spellMatrix(llvm::ArrayRef<int64_t> shape,
                               llvm::StringRef encoding) {
  return llvm::isa<FloatEncodingAttr>(getEncoding(encoding))
             ? tensor(shape, encoding)
             : packed(shape, encoding);
}

Operand Graph::declare(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding,
                       std::vector<uint8_t> bytes) {
  std::string type = spellMatrix(shape, encoding);
  std::string name = addSource(shape, encoding, std::move(bytes));
  declarations +=
      "  llm.weight @" + name + " : " + type + " source \"" + name + "\"\n";
  return {name, type};
}

Operand Graph::made(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding,
                    const std::string &recipe, const Operand &like) {
  std::string type = spellMatrix(shape, encoding);
  bool isNew = like.name.empty();
  std::string source =
      isNew ? addSource(shape, "f32", randomBytes(shape, getEncoding("f32")))
            : like.name.substr(1);
  std::string name = isNew ? source : "w" + std::to_string(next++);
  declarations += "  llm.weight @" + name + " : " + type + " source \"" +
                  source + "\" recipe [" + recipe + "]\n";
  return readParam({name, type});
}

Operand Graph::readParam(const Operand &weight) {
  body += "    %" + weight.name + " = llm.param @" + weight.name + " : " +
          weight.type + "\n";
  return {"%" + weight.name, weight.type};
}

Operand Graph::addTensor(llvm::ArrayRef<int64_t> shape,
                         llvm::StringRef encoding, std::vector<uint8_t> bytes) {
  return readParam(declare(shape, encoding, std::move(bytes)));
}

Operand Graph::table(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding,
                     int64_t layers, const Operand &layer) {
  std::string names;
  Operand weight;
  for (int64_t i = 0; i < layers; ++i) {
    weight =
        declare(shape, encoding, randomBytes(shape, getEncoding(encoding)));
    names += (i ? ", @" : "@") + weight.name;
  }
  std::string table = "t" + std::to_string(next++);
  declarations += "  llm.weight_table @" + table + " : " + weight.type + " [" +
                  names + "]\n";
  return emit("llm.param @" + table + "[" + layer.name + "] : " + weight.type,
              weight.type);
}

Operand Graph::param(llvm::ArrayRef<int64_t> shape, llvm::StringRef encoding) {
  return addTensor(shape, encoding, randomBytes(shape, getEncoding(encoding)));
}

Operand Graph::values(llvm::ArrayRef<int64_t> shape,
                      llvm::ArrayRef<float> values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return addTensor(shape, "f32", std::move(bytes));
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

// A type in parentheses is those of two results, of which the text reads name#0
// and name#1.
Operand Graph::emit(const std::string &spelling, const std::string &type) {
  std::string name = "%v" + std::to_string(next++);
  body += "    " + name + (type.front() == '(' ? ":2" : "") + " = " + spelling +
          "\n";
  return {name, type};
}

std::vector<Operand> Graph::beginLoop(int64_t layers,
                                      llvm::ArrayRef<Operand> starts) {
  Operand zero = emit("arith.constant 0 : index", "index");
  Operand one = emit("arith.constant 1 : index", "index");
  Operand count =
      emit("arith.constant " + std::to_string(layers) + " : index", "index");
  std::string name = "%loop" + std::to_string(next++), carried, types;
  std::vector<Operand> inside = {{name + "_layer", "index"}};
  for (auto [i, start] : llvm::enumerate(starts)) {
    inside.push_back({name + "_" + std::to_string(i), start.type});
    carried += (i ? ", " : "") + inside.back().name + " = " + start.name;
    types += (i ? ", " : "") + start.type;
  }
  body += "    " + name + ":" + std::to_string(starts.size()) + " = scf.for " +
          inside[0].name + " = " + zero.name + " to " + count.name + " step " +
          one.name + " iter_args(" + carried + ") -> (" + types + ") {\n";
  loop = name;
  return inside;
}

std::vector<Operand> Graph::endLoop(llvm::ArrayRef<Operand> next) {
  std::string names, types;
  std::vector<Operand> results;
  for (auto [i, value] : llvm::enumerate(next)) {
    names += (i ? ", " : "") + value.name;
    types += (i ? ", " : "") + value.type;
    results.push_back({loop + "#" + std::to_string(i), value.type});
  }
  body += "    scf.yield " + names + " : " + types + "\n    }\n";
  return results;
}

Operand Graph::tokens() {
  return emit("llm.batch_tokens %batch : tensor<?xi32>", "tensor<?xi32>");
}
Operand Graph::positions() {
  return emit("llm.batch_positions %batch : tensor<?xi32>", "tensor<?xi32>");
}

Operand Graph::embed(const Operand &table, int64_t columns) {
  std::string type = tensor({-1, columns});
  return emit("llm.embed " + tokens().name + ", " + table.name +
                  " : (tensor<?xi32>, " + table.type + ") -> " + type,
              type);
}

Operand Graph::rows(int64_t columns) {
  return embed(param({tokenCount, columns}), columns);
}

Operand Graph::heads(int64_t heads, int64_t width) {
  return expand(rows(heads * width), heads, width);
}

Operand Graph::expand(const Operand &x, int64_t heads, int64_t width) {
  Operand zero = emit("arith.constant 0 : index", "index");
  Operand count =
      emit("tensor.dim " + x.name + ", " + zero.name + " : " + x.type, "index");
  std::string type = tensor({-1, heads, width});
  return emit("tensor.expand_shape " + x.name +
                  " [[0], [1, 2]] output_shape [" + count.name + ", " +
                  std::to_string(heads) + ", " + std::to_string(width) +
                  "] : " + x.type + " into " + type,
              type);
}

Operand Graph::collapse(const Operand &x, int64_t heads, int64_t width) {
  std::string type = tensor({-1, heads * width});
  return emit("tensor.collapse_shape " + x.name + " [[0], [1, 2]] : " + x.type +
                  " into " + type,
              type);
}

Operand Graph::quantize(const Operand &x, int64_t columns, int64_t group,
                        bool fine, bool bf16Prompts) {
  std::string type = "!llm.packed<?x" + std::to_string(columns) +
                     ", #llm.int8_act<" + std::to_string(group) +
                     (fine ? ", fine" : "") +
                     (bf16Prompts ? ", bf16_prompts>>" : ">>");
  return emit("llm.quantize_act " + x.name +
                  (bf16Prompts ? " batch(%batch)" : "") + " : " + x.type +
                  " -> " + type,
              type);
}

Operand Graph::narrow(const Operand &x, int64_t columns) {
  std::string type =
      "!llm.packed<?x" + std::to_string(columns) + ", #llm.float_act>";
  return emit("llm.quantize_act " + x.name + " batch(%batch) : " + x.type +
                  " -> " + type,
              type);
}

Operand Graph::linear(const Operand &x, const Operand &w, const Operand &bias,
                      int64_t columns) {
  bool biased = !bias.name.empty();
  bool takesBatch = llvm::StringRef(x.type).contains("bf16_prompts") ||
                    llvm::StringRef(x.type).contains("float_act");
  std::string type = tensor({-1, columns});
  return emit("llm.linear " + x.name + ", " + w.name +
                  (biased ? " bias(" + bias.name + ")" : "") +
                  (takesBatch ? " batch(%batch)" : "") + " : (" + x.type +
                  ", " + w.type + (biased ? ", " + bias.type : "") +
                  (takesBatch ? ", !llm.batch" : "") + ") -> " + type,
              type);
}

Operand Graph::useCache(const std::string &type) {
  caches.push_back({"%kv" + std::to_string(caches.size()), type});
  return caches.back();
}

Operand Graph::combine(const std::string &op, const Operand &x,
                       const Operand &y) {
  return emit(op + " " + x.name + ", " + y.name + " : " + x.type, x.type);
}

Operand Graph::attend(const Operand &query, const Operand &key,
                      const Operand &value, Operand &cache,
                      const Operand &layer, const std::string &attributes,
                      const std::string &type, const Operand &slopes,
                      const Operand &sinks) {
  const std::string &result = type.empty() ? query.type : type;
  std::string slot = "[" + layer.name + "]";
  bool hasValue = !value.name.empty();
  cache = emit("llm.kv_write " + cache.name + slot + ", " + key.name + ", " +
                   (hasValue ? "value(" + value.name + "), " : "") +
                   "%batch : " + cache.type + ", " + key.type +
                   (hasValue ? ", value(" + value.type + ")" : "") + " -> " +
                   cache.type,
               cache.type);
  std::string perHead, types;
  for (auto [keyword, numbers] :
       {std::pair(" slopes(", &slopes), std::pair(" sinks(", &sinks)})
    if (!numbers->name.empty()) {
      perHead += keyword + numbers->name + ")";
      types += ", " + numbers->type;
    }
  return emit("llm.attention " + query.name + " cache(" + cache.name + slot +
                  ")" + perHead + " batch(%batch) {" + attributes + "} : (" +
                  query.type + ", " + cache.type + ", index" + types +
                  ", !llm.batch) -> " + result,
              result);
}

void Graph::finish(llvm::ArrayRef<Operand> results,
                   llvm::ArrayRef<Operand> written) {
  std::vector<std::string> named, types, values;
  std::string arguments;
  for (const Operand &result : results) {
    std::string name =
        named.empty() ? "logits" : "result" + std::to_string(named.size());
    named.push_back(result.type + " {llm.name = \"" + name + "\"}");
    types.push_back(result.type);
    values.push_back(result.name);
  }
  for (const Operand &cache : caches)
    arguments += ", " + cache.name + ": " + cache.type;
  for (const Operand &cache : written) {
    named.push_back(cache.type);
    types.push_back(cache.type);
    values.push_back(cache.name);
  }
  module = "module attributes {llm.model = {architecture = \"test\", "
           "context_length = 3072 : i64, name = \"test\"}} {\n" +
           declarations + "  func.func @step(%batch: !llm.batch" + arguments +
           ") -> (" + llvm::join(named, ", ") + ") {\n" + body + "    return " +
           llvm::join(values, ", ") + " : " + llvm::join(types, ", ") +
           "\n  }\n}\n";
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

void Graph::append(ReferenceBatch &batch, int32_t sequence, int32_t first,
                   int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    batch.logitRows.push_back(batch.tokens.size());
    batch.tokens.push_back(pick(0, tokenCount - 1));
    batch.positions.push_back(first + i);
    batch.sequences.push_back(sequence);
  }
}

void llmc::test::appendRows(ReferenceBatch &batch, int32_t sequence,
                            int32_t first, int32_t count) {
  for (int32_t i = first; i < first + count; ++i) {
    batch.logitRows.push_back(batch.tokens.size());
    batch.tokens.push_back((i * i + 7 * i) % Graph::tokenCount);
    batch.positions.push_back(i);
    batch.sequences.push_back(sequence);
  }
}

ReferenceBatch llmc::test::rowsFrom(int32_t first, int32_t count) {
  ReferenceBatch batch;
  appendRows(batch, 0, first, count);
  return batch;
}

std::vector<ReferenceBatch>
llmc::test::stepsOf(Graph &graph, llvm::ArrayRef<int64_t> counts) {
  std::vector<ReferenceBatch> steps;
  int32_t first = 0;
  for (int64_t count : counts) {
    graph.append(steps.emplace_back(), 0, first, count);
    first += count;
  }
  return steps;
}

double llmc::test::relativeDifference(llvm::ArrayRef<float> a,
                                      llvm::ArrayRef<float> b) {
  double most = 0, difference = 0;
  if (a.size() != b.size())
    return INFINITY;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i]))
      return INFINITY;
    most = std::max(most, std::fabs(double(b[i])));
    difference = std::max(difference, std::fabs(double(a[i]) - b[i]));
  }
  return difference == 0 ? 0 : difference / most;
}

GraphRun::GraphRun(Graph &graph, llvm::ArrayRef<std::string> isas)
    : module(mlir::parseSourceString<mlir::ModuleOp>(graph.text(),
                                                     graph.context.get())) {
  if (!module) {
    ADD_FAILURE() << "the test's IR does not parse:\n" << graph.text();
    return;
  }
  reference = std::make_unique<Interpreter>(*module, graph.weights());
  mlir::OwningOpRef<mlir::ModuleOp> optimised(module->clone());
  CompileOptions options;
  options.activations = Activations::f32;
  options.cache = CacheType::f32;
  if (llvm::Error error = runStage(Stage::optimize, *optimised, options, {}))
    ADD_FAILURE() << llvm::toString(std::move(error));
  else
    compiled = std::make_unique<CompiledStep>(*optimised, graph.weights(),
                                              testMachine(), isas);
}

std::vector<std::vector<float>>
GraphRun::interpret(llvm::ArrayRef<ReferenceBatch> batches) {
  std::vector<std::vector<float>> results;
  for (const ReferenceBatch &batch : batches) {
    auto tensors = reference->call("step", {}, batch);
    if (!tensors) {
      ADD_FAILURE() << llvm::toString(tensors.takeError());
      continue;
    }
    std::vector<float> &values = results.emplace_back();
    for (const ReferenceTensor &tensor : *tensors)
      llvm::append_range(values, tensor.floats);
  }
  return results;
}

/// Compares every variant with `expected`, as `measure` sees it.
static void compareVariants(
    Graph &graph, CompiledStep &compiled,
    llvm::ArrayRef<ReferenceBatch> batches,
    llvm::ArrayRef<std::vector<float>> expected, double tolerance,
    llvm::ArrayRef<int64_t> workers,
    llvm::function_ref<double(llvm::ArrayRef<float>, llvm::ArrayRef<float>)>
        measure) {
  for (const std::string &variant : compiled.variants())
    for (int64_t count : workers) {
      compiled.start(variant, count);
      for (size_t i = 0; i < batches.size() && i < expected.size(); ++i)
        EXPECT_LE(measure(compiled.run(batches[i]), expected[i]), tolerance)
            << variant << ", " << count << " workers, step " << i << " of "
            << batches[i].tokens.size() << " rows\n"
            << (::testing::Test::HasFailure() ? "" : graph.text());
    }
}

void llmc::test::expectCompiledAgrees(Graph &graph,
                                      llvm::ArrayRef<ReferenceBatch> batches,
                                      double tolerance,
                                      llvm::ArrayRef<int64_t> workers) {
  GraphRun run(graph);
  if (run.ok())
    compareVariants(graph, *run.compiled, batches, run.interpret(batches),
                    tolerance, workers, relativeDifference);
}

/// relativeDifference of the numbers; infinite if only one of two is NaN.
static double differenceOfNumbers(llvm::ArrayRef<float> a,
                                  llvm::ArrayRef<float> b) {
  std::vector<float> numbers, others;
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    if (std::isnan(x) != std::isnan(y))
      return INFINITY;
    if (std::isnan(x) || x == y)
      continue;
    numbers.push_back(x);
    others.push_back(y);
  }
  return relativeDifference(numbers, others);
}

void llmc::test::expectSameNaNs(Graph &graph,
                                llvm::ArrayRef<ReferenceBatch> batches,
                                double tolerance) {
  GraphRun run(graph);
  if (!run.ok())
    return;
  auto expected = run.interpret(batches);
  size_t all = 0, notNumbers = 0;
  for (const std::vector<float> &step : expected) {
    all += step.size();
    notNumbers += llvm::count_if(step, [](float x) { return std::isnan(x); });
  }
  EXPECT_GT(notNumbers, 0u) << "no NaN was planted:\n" << graph.text();
  EXPECT_LT(notNumbers, all) << "nothing but NaN:\n" << graph.text();
  compareVariants(graph, *run.compiled, batches, expected, tolerance, {1},
                  differenceOfNumbers);
}

void llmc::test::expectCompiledAgrees(Graph &graph) {
  expectCompiledAgrees(graph, stepsOf(graph, {1, 3, 4, 7, 33}));
}

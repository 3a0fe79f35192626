//===- CompiledFunction.cpp - a function against its meaning --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompiledFunction.h"
#include "EvaluatedGraph.h"
#include "Graph.h"
#include "llmc/Driver/Pipelines.h"

#include "llmrt/Function.h"
#include "llmrt/ThreadPool.h"

#include "mlir/Parser/Parser.h"

using namespace llmc;
using namespace llmc::test;

std::string llmc::test::functionModule(const std::string &arguments,
                                       const std::string &results,
                                       const std::string &body,
                                       const std::string &weights) {
  return "module attributes {llm.model = {}} {\n" + weights +
         "func.func @main(" + arguments + ") -> (" + results + ") {\n" + body +
         "}\n}\n";
}

static bool hasOnnxOps(mlir::ModuleOp module) {
  bool found = false;
  module->walk([&](mlir::Operation *op) {
    found |= op->getName().getDialectNamespace() == "onnx";
  });
  return found;
}

CompiledFunction::CompiledFunction(const std::string &text, uint32_t seed)
    : random(seed),
      module(mlir::parseSourceString<mlir::ModuleOp>(text, context.get())) {
  if (!module) {
    ADD_FAILURE() << "the test's IR does not parse:\n" << text;
    return;
  }
  for (auto weight : module->getOps<mlir::llm::WeightOp>())
    if (weight.getSource())
      addWeight(*weight.getSource(), weight.getType());
  if (hasOnnxOps(*module)) {
    graph = module->clone();
    if (llvm::Error error = makeFunction(*module, store)) {
      ADD_FAILURE() << llvm::toString(std::move(error)) << "\n" << text;
      return;
    }
  }
  if (llvm::Error error =
          loaded.compile(*module, Stage::optimize, store, testMachine(), {}))
    ADD_FAILURE() << llvm::toString(std::move(error)) << "\n" << text;
  reference = std::make_unique<Interpreter>(*module, store);
}

void CompiledFunction::addWeight(llvm::StringRef name, mlir::Type type) {
  llvm::SmallVector<int64_t> shape(mlir::llm::getMatrixShape(type));
  auto buffer = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
      llmrt::countElements(shape) * sizeof(float));
  auto *numbers = reinterpret_cast<float *>(buffer->getBufferStart());
  for (int64_t i = 0; i < llmrt::countElements(shape); ++i)
    numbers[i] = std::uniform_real_distribution<float>(-1, 1)(random);
  llvm::ArrayRef<uint8_t> bytes(
      reinterpret_cast<const uint8_t *>(buffer->getBufferStart()),
      buffer->getBufferSize());
  store.addBuffer(std::move(buffer));
  auto encoding = mlir::llm::FloatEncodingAttr::get(
      context.get(), mlir::Float32Type::get(context.get()));
  if (llvm::Error error = store.addTensor({name.str(), shape, encoding, bytes}))
    ADD_FAILURE() << llvm::toString(std::move(error));
}

static bool isFloat(const LlmrtTensor &tensor) {
  return tensor.elementType == LLMRT_ELEMENT_F32;
}

std::vector<ReferenceTensor>
CompiledFunction::inputs(const std::map<std::string, int64_t> &symbols,
                         int64_t most) {
  std::vector<ReferenceTensor> tensors;
  for (int64_t i = 0; i < signature().inputCount; ++i) {
    const LlmrtTensor &input = signature().inputs[i];
    ReferenceTensor tensor;
    for (uint32_t d = 0; d < input.rank; ++d)
      tensor.shape.push_back(
          input.sizes[d] >= 0 ? input.sizes[d] : symbols.at(input.symbols[d]));
    int64_t count = llmrt::countElements(tensor.shape);
    if (input.elementType == LLMRT_ELEMENT_BOOL)
      most = 2;
    for (int64_t at = 0; at < count; ++at)
      if (isFloat(input))
        tensor.floats.push_back(
            std::uniform_real_distribution<float>(-2, 2)(random));
      else
        tensor.ints.push_back(pick(0, most - 1));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

//===----------------------------------------------------------------------===//
// Elements in memory
//===----------------------------------------------------------------------===//

static int64_t bytesOf(const LlmrtTensor &tensor) {
  return llmrt::findElementType(tensor.elementType)->bytes;
}

static void writeTensor(const LlmrtTensor &type, const ReferenceTensor &tensor,
                        uint8_t *bytes) {
  if (isFloat(type))
    llvm::copy(tensor.floats, reinterpret_cast<float *>(bytes));
  for (auto [at, number] : llvm::enumerate(tensor.ints))
    std::memcpy(bytes + at * bytesOf(type), &number, bytesOf(type));
}

static ReferenceTensor readTensor(const LlmrtTensor &type,
                                  llvm::ArrayRef<int64_t> shape,
                                  const uint8_t *bytes) {
  ReferenceTensor tensor{llvm::SmallVector<int64_t>(shape), {}, {}};
  int64_t count = llmrt::countElements(shape), width = bytesOf(type);
  for (int64_t at = 0; at < count; ++at) {
    if (isFloat(type)) {
      float number;
      std::memcpy(&number, bytes + at * 4, 4);
      tensor.floats.push_back(number);
      continue;
    }
    uint64_t number = 0;
    std::memcpy(&number, bytes + at * width, width);
    unsigned unused = 64 - 8 * width;
    tensor.ints.push_back(type.elementType == LLMRT_ELEMENT_BOOL
                              ? int64_t(number)
                              : int64_t(number << unused) >> unused);
  }
  return tensor;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

std::vector<int64_t>
CompiledFunction::sizesOf(llvm::ArrayRef<ReferenceTensor> inputs) {
  std::vector<int64_t> sizes;
  for (const ReferenceTensor &input : inputs)
    llvm::append_range(sizes, input.shape);
  return sizes;
}

int64_t
CompiledFunction::workspaceBytes(llvm::ArrayRef<ReferenceTensor> inputs) {
  std::vector<int64_t> outputs(64);
  return signature().sizes(sizesOf(inputs).data(), outputs.data(), 1);
}

std::optional<std::vector<ReferenceTensor>>
CompiledFunction::call(llvm::StringRef variant, int64_t workers,
                       llvm::ArrayRef<ReferenceTensor> inputs) {
  std::vector<int64_t> sizes = sizesOf(inputs), outputSizes(64);
  int64_t bytes = signature().sizes(sizes.data(), outputSizes.data(), workers);
  if (bytes < 0)
    return std::nullopt;
  GuardedBuffer workspace(bytes);
  workspace.poison();
  std::deque<GuardedBuffer> buffers;
  auto add = [&](const LlmrtTensor &type, llvm::ArrayRef<int64_t> shape) {
    buffers.emplace_back(llmrt::countElements(shape) * bytesOf(type));
    buffers.back().poison();
    return buffers.back().bytes();
  };
  std::vector<const void *> read;
  std::vector<void *> written;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    uint8_t *buffer = add(signature().inputs[i], input.shape);
    writeTensor(signature().inputs[i], input, buffer);
    read.push_back(buffer);
  }
  std::vector<llvm::ArrayRef<int64_t>> shapes;
  llvm::ArrayRef<int64_t> left(outputSizes);
  for (int64_t i = 0; i < signature().outputCount; ++i) {
    const LlmrtTensor &output = signature().outputs[i];
    shapes.push_back(left.take_front(output.rank));
    left = left.drop_front(output.rank);
    written.push_back(add(output, shapes.back()));
  }
  auto pool = llmrt::ThreadPool::create(workers);
  const LlmrtVariant *chosen = loaded.choose(variant);
  LlmrtCall call = {loaded.weightSection.bytes(),
                    workspace.bytes(),
                    read.data(),
                    written.data(),
                    sizes.data(),
                    (*pool)->barrier()};
  (*pool)->run(
      [&](int64_t worker, int64_t team) { chosen->call(&call, worker, team); });
  std::vector<ReferenceTensor> results;
  for (auto [i, shape] : llvm::enumerate(shapes))
    results.push_back(readTensor(signature().outputs[i], shape,
                                 static_cast<const uint8_t *>(written[i])));
  return results;
}

std::vector<ReferenceTensor>
CompiledFunction::interpret(llvm::ArrayRef<ReferenceTensor> inputs) {
  if (graph)
    return evaluateGraph(*graph, store, inputs);
  auto results = reference->call("main", inputs, {});
  if (results)
    return std::move(*results);
  ADD_FAILURE() << llvm::toString(results.takeError());
  return {};
}

void CompiledFunction::expectAgrees(llvm::ArrayRef<ReferenceTensor> inputs,
                                    double tolerance) {
  std::vector<ReferenceTensor> expected = interpret(inputs);
  for (const std::string &variant : variants()) {
    SCOPED_TRACE(variant);
    auto alone = call(variant, 1, inputs);
    ASSERT_TRUE(alone) << "the inputs do not fit";
    ASSERT_EQ(alone->size(), expected.size());
    for (auto [found, wanted] : llvm::zip(*alone, expected)) {
      EXPECT_EQ(found.shape, wanted.shape);
      EXPECT_EQ(found.ints, wanted.ints);
      EXPECT_LE(relativeDifference(found.floats, wanted.floats), tolerance);
    }
    for (int64_t workers : {2, 3}) {
      auto shared = call(variant, workers, inputs);
      for (auto [found, wanted] : llvm::zip(*shared, *alone)) {
        EXPECT_EQ(found.floats, wanted.floats) << workers << " workers";
        EXPECT_EQ(found.ints, wanted.ints) << workers << " workers";
      }
    }
  }
}

void CompiledFunction::expectAgrees(double tolerance) {
  ASSERT_TRUE(ok());
  for (int64_t size : {1, 2, 7, 16, 33}) {
    std::map<std::string, int64_t> symbols;
    // Different ones, so that no two dimensions can be mistaken for one another.
    for (int64_t i = 0; i < signature().inputCount; ++i)
      for (uint32_t d = 0; d < signature().inputs[i].rank; ++d)
        symbols.try_emplace(signature().inputs[i].symbols[d],
                            size + 2 * int64_t(symbols.size()));
    SCOPED_TRACE("sizes from " + std::to_string(size));
    expectAgrees(inputs(symbols), tolerance);
  }
}

//===- ModelsTest.cpp - whole models against transformers -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Imports every model of test/Inputs/models, and compares the interpreter's
// logits with those that transformers computed from the same weights.
//===----------------------------------------------------------------------===//
#include "Tolerances.h"
#include "llmc/Driver/Registration.h"
#include "llmc/Import/Import.h"
#include "llmc/Reference/Interpreter.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <cstring>

using namespace llmc;

/// The numbers of a NumPy file of element type T, C order.
template <typename T> static std::vector<T> readNpy(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    ADD_FAILURE() << path << ": " << buffer.getError().message();
    return {};
  }
  // Magic and version are 8 bytes, then the header's length in two.
  llvm::StringRef bytes = (*buffer)->getBuffer();
  uint16_t headerBytes;
  std::memcpy(&headerBytes, bytes.data() + 8, 2);
  llvm::StringRef payload = bytes.drop_front(10 + headerBytes);
  std::vector<T> values(payload.size() / sizeof(T));
  std::memcpy(values.data(), payload.data(), values.size() * sizeof(T));
  return values;
}

namespace {
struct Case {
  std::string name;   // for the test's name
  std::string model;  // file or folder
  std::string ids;    // int64 [1, T]
  std::string logits; // float32 [1, T, V]
};

class Models : public testing::TestWithParam<Case> {
protected:
  void SetUp() override {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    auto imported = importModel(GetParam().model, context);
    ASSERT_TRUE(static_cast<bool>(imported))
        << llvm::toString(imported.takeError());
    model.emplace(std::move(*imported));
    ids = readNpy<int64_t>(GetParam().ids);
    expected = readNpy<float>(GetParam().logits);
    ASSERT_FALSE(ids.empty());
    vocabulary = expected.size() / ids.size();
  }

  /// Runs tokens [begin, end) as one step and compares all their logits.
  void compare(Interpreter &interpreter, int32_t begin, int32_t end) {
    ReferenceBatch batch;
    for (int32_t t = begin; t < end; ++t) {
      batch.tokens.push_back(static_cast<int32_t>(ids[t]));
      batch.positions.push_back(t);
      batch.sequences.push_back(0);
      batch.logitRows.push_back(t - begin);
    }
    auto logits = interpreter.step(batch);
    ASSERT_TRUE(static_cast<bool>(logits))
        << llvm::toString(logits.takeError());
    ASSERT_EQ(logits->vocabulary, vocabulary);
    ASSERT_EQ(logits->rows, end - begin);
    float worst = 0;
    for (size_t i = 0; i < logits->values.size(); ++i)
      worst = std::max(worst, std::fabs(logits->values[i] -
                                        expected[begin * vocabulary + i]));
    EXPECT_LE(worst, test::tolerance::floats)
        << "rows " << begin << " to " << end;
  }

  mlir::MLIRContext context;
  std::optional<ImportedModel> model;
  std::vector<int64_t> ids;
  std::vector<float> expected;
  int64_t vocabulary = 0;
};
} // namespace

TEST_P(Models, WholePromptHasTransformersLogits) {
  Interpreter interpreter(*model->module, model->weights);
  compare(interpreter, 0, static_cast<int32_t>(ids.size()));
}

TEST_P(Models, TokenByTokenHasTransformersLogits) {
  Interpreter interpreter(*model->module, model->weights);
  for (int32_t t = 0; t < static_cast<int32_t>(ids.size()); ++t)
    compare(interpreter, t, t + 1);
}

TEST_P(Models, SinglePrecisionHasTransformersLogits) {
  Interpreter interpreter(*model->module, model->weights,
                          /*singlePrecision=*/true);
  compare(interpreter, 0, static_cast<int32_t>(ids.size()));
}

/// Every model of the folder: NAME/ with its arrays inside, NAME.gguf with them
/// beside it.
static std::vector<Case> findModels() {
  std::vector<Case> cases;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(LLMC_TEST_INPUTS "/models", error),
       end;
       it != end && !error; it.increment(error)) {
    std::string path = it->path();
    std::string name = llvm::sys::path::stem(path).str();
    std::replace_if(
        name.begin(), name.end(),
        [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); },
        '_');
    if (llvm::sys::fs::is_directory(path))
      cases.push_back(
          {name + "_hf", path, path + "/input_ids.npy", path + "/logits.npy"});
    llvm::StringRef base = path;
    if (base.consume_back(".gguf"))
      cases.push_back({name + "_gguf", path, base.str() + ".input_ids.npy",
                       base.str() + ".logits.npy"});
  }
  llvm::sort(cases,
             [](const Case &a, const Case &b) { return a.name < b.name; });
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Tiny, Models, testing::ValuesIn(findModels()),
                         [](const auto &info) { return info.param.name; });

//===- RecipeTesting.h - a store and weights to make from it ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_TEST_UNIT_WEIGHTS_RECIPETESTING_H
#define LLMC_TEST_UNIT_WEIGHTS_RECIPETESTING_H

#include "Testing.h"

#include "llmc/Weights/WeightStore.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <list>
#include <random>

namespace llmc::test {

class RecipeTest : public testing::Test {
protected:
  mlir::MLIRContext context;
  WeightStore store;
  std::list<Bytes> contents; // what the store's tensors point into
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> modules;

  /// Numbers from -1 to 1.
  static std::vector<float> noise(size_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::vector<float> numbers(count);
    for (float &number : numbers)
      number = static_cast<float>(engine() % 2001) / 1000 - 1;
    return numbers;
  }

  RecipeTest() { context.loadDialect<mlir::llm::LLMDialect>(); }

  mlir::llm::EncodingAttrInterface f32() {
    return mlir::llm::FloatEncodingAttr::get(&context,
                                             mlir::Float32Type::get(&context));
  }
  mlir::llm::EncodingAttrInterface f16() {
    return mlir::llm::FloatEncodingAttr::get(&context,
                                             mlir::Float16Type::get(&context));
  }
  mlir::llm::EncodingAttrInterface q8() {
    return mlir::llm::GgmlEncodingAttr::get(&context,
                                            mlir::llm::GgmlFormat::Q8_0);
  }

  mlir::llm::EncodingAttrInterface integers(unsigned width,
                                            bool isUnsigned = true) {
    auto signedness =
        isUnsigned ? mlir::IntegerType::Unsigned : mlir::IntegerType::Signless;
    return mlir::llm::IntegerEncodingAttr::get(
        &context, mlir::IntegerType::get(&context, width, signedness));
  }
  static Bytes floats(const std::vector<float> &values) {
    ByteWriter writer;
    for (float value : values)
      writer.f32(value);
    return writer.bytes;
  }

  std::string addError(const char *name, llvm::SmallVector<int64_t> shape,
                       mlir::llm::EncodingAttrInterface encoding,
                       const Bytes &bytes) {
    contents.push_back(bytes);
    return llvm::toString(
        store.addTensor({name, shape, encoding, contents.back()}));
  }
  void add(const char *name, llvm::SmallVector<int64_t> shape,
           mlir::llm::EncodingAttrInterface encoding, const Bytes &bytes) {
    EXPECT_EQ(addError(name, shape, encoding, bytes), "");
  }
  /// The values 0, 1, 2, … as floats.
  static Bytes counting(size_t count) {
    ByteWriter writer;
    for (size_t i = 0; i < count; ++i)
      writer.f32(static_cast<float>(i));
    return writer.bytes;
  }

  /// The weight that this text declares: `llm.weight @w : ` and `text`.
  mlir::llm::WeightOp weight(const std::string &text) {
    modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
        "llm.weight @w : " + text, &context));
    if (!modules.back()) {
      ADD_FAILURE() << "cannot parse " << text;
      return {};
    }
    return *modules.back()->getOps<mlir::llm::WeightOp>().begin();
  }
  std::vector<float> values(const std::string &text) {
    auto made = makeWeightValues(weight(text), store);
    if (made)
      return *made;
    ADD_FAILURE() << llvm::toString(made.takeError());
    return {};
  }
  std::vector<uint8_t> bytes(const std::string &text) {
    auto made = makeWeight(weight(text), store);
    if (made)
      return *made;
    ADD_FAILURE() << llvm::toString(made.takeError());
    return {};
  }
  void expectRefused(const std::string &text, const std::string &says) {
    mlir::llm::WeightOp op = weight(text);
    if (!op)
      return;
    expectError(makeWeight(op, store), "weight 'w'", says);
    expectError(makeWeightValues(op, store), "weight 'w'", says);
  }
};

} // namespace llmc::test

#endif // LLMC_TEST_UNIT_WEIGHTS_RECIPETESTING_H

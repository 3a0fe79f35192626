//===- GridTesting.h - encodings by name, random grids -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_TEST_UNIT_DIALECT_GRIDTESTING_H
#define LLMC_TEST_UNIT_DIALECT_GRIDTESTING_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/AsmParser/AsmParser.h"

#include "gtest/gtest.h"

#include <random>

namespace llmc::test {

/// Every GGML format that is written, too, and grids that no file has.
inline const std::vector<std::string> &gridEncodings() {
  static const std::vector<std::string> encodings = {
      "#llm.q4_0",
      "#llm.q4_1",
      "#llm.q5_0",
      "#llm.q5_1",
      "#llm.q8_0",
      "#llm.q4_k",
      "#llm.q5_k",
      "#llm.q6_k",
      "#llm.q2_k",
      "#llm.q3_k",
      "#llm.iq4_nl",
      "#llm.iq4_xs",
      "#llm.mxfp4",
      "#llm.tq2_0",
      "#llm.grid<bits = 1, group = 32, scale = f16>",
      "#llm.grid<bits = 2, group = 16, scale = bf16, zero = 2>",
      "#llm.grid<bits = 3, group = 64, scale = bf16, zero = 4>",
      "#llm.grid<bits = 4, group = 128, scale = f32, min = true>",
      "#llm.grid<bits = 6, group = 32, scale = f32, zero = 17>",
      "#llm.grid<bits = 7, group = 32, scale = bf16, sub = si4, block = 96, "
      "min = true>",
      "#llm.grid<bits = 8, group = 8, scale = f16, sub = ui8, block = 64>",
      "#llm.grid<bits = 7, group = 24, scale = f16, sub = si6, block = 96, "
      "zero = 60>",
      "#llm.grid<bits = 5, group = 32, scale = f8E8M0FNU, zero = 16>",
      "#llm.grid<bits = 3, group = 32, scale = f8E8M0FNU, min = true>",
      "#llm.grid<bits = 1, group = 32, scale = f16, sub = si8, block = 96, "
      "values = [-1, 1]>",
      "#llm.grid<bits = 2, group = 64, scale = bf16, values = [-127, -30, 5, "
      "127]>",
      "#llm.grid<bits = 4, group = 32, scale = f8E8M0FNU, values = [-127, "
      "-88, -67, -50, -36, -23, -12, 0, 10, 20, 31, 43, 56, 71, 92, 127]>",
      "#llm.grid<bits = 4, group = 16, scale = f32, sub = si5, block = 64, "
      "values = [4, -4, 12, -12, 20, -20, 28, -28, 36, -36, 44, -44, "
      "52, -52, 62, -62]>"};
  return encodings;
}

/// Those, and the formats of GGML that are only read.
inline std::vector<std::string> readEncodings() {
  std::vector<std::string> encodings = gridEncodings();
  for (const char *name : {"tq1_0", "iq1_s", "iq1_m", "iq2_xxs", "iq2_xs",
                           "iq2_s", "iq3_xxs", "iq3_s"})
    encodings.push_back(std::string("#llm.") + name);
  return encodings;
}

class GridTest : public testing::TestWithParam<std::string> {
protected:
  mlir::MLIRContext context;
  std::mt19937 random{1};

  GridTest() { context.loadDialect<mlir::llm::LLMDialect>(); }

  mlir::llm::EncodingAttrInterface encoding(const std::string &text) {
    mlir::Attribute attribute = mlir::parseAttribute(text, &context);
    EXPECT_TRUE(attribute) << text;
    return llvm::cast<mlir::llm::EncodingAttrInterface>(attribute);
  }
  mlir::llm::EncodingAttrInterface encoding() { return encoding(GetParam()); }
  uint8_t byte() { return static_cast<uint8_t>(random()); }
  std::vector<uint8_t> bytes(int64_t count) {
    std::vector<uint8_t> made(count);
    for (uint8_t &x : made)
      x = byte();
    return made;
  }
};

/// `#llm.q4_0` as q4_0; grids by place.
inline std::string nameGrid(const testing::TestParamInfo<std::string> &info) {
  std::string name = info.param.substr(info.param.find('.') + 1);
  return name.substr(0, 4) == "grid" ? "grid" + std::to_string(info.index)
                                     : name;
}

} // namespace llmc::test

#endif // LLMC_TEST_UNIT_DIALECT_GRIDTESTING_H

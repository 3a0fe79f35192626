//===- QuantizedMatrix.h - codes of a matrix, whoever stored them -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every tool that quantises a folder packs codes, scales and zeros in an order of
// its own. Its reader undoes that; what the codes mean is computed here, once.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_QUANTIZEDMATRIX_H
#define LLMC_WEIGHTS_QUANTIZEDMATRIX_H

#include "dialects/llm/LLMDialect.h"

#include <vector>

namespace llmc {

/// `value[n, k] = scale[n, g] * (code[n, k] - zero[n, g])`, or, with a table,
/// `scale[n, g] * table[code[n, k]]`; g is the group of column k.
struct QuantizedMatrix {
  int64_t rows = 0, columns = 0;
  int64_t group = 1;               // consecutive columns of one group
  std::vector<uint8_t> codes = {}; // [rows, columns]
  std::vector<float> table = {};  // what codes stand for; empty: for themselves
  std::vector<float> scales = {}; // [rows, groups]
  std::vector<float> zeros = {};  // [rows, groups], or one for all
  std::vector<int32_t> groupOf = {}; // [columns], where they are not in order

  int64_t getGroups() const { return scales.size() / rows; }
  int64_t getGroup(int64_t column) const {
    return groupOf.empty() ? column / group : groupOf[column];
  }
  float getZero(int64_t place) const {
    return zeros[zeros.size() == 1 ? 0 : place];
  }
};

/// The values, row-major.
std::vector<float> dequantize(const QuantizedMatrix &matrix);

/// The codes in blocks of a grid or of codes of floats, exactly: each of its groups lies
/// in one of the matrix's, and without a minimum a grid's zero is the matrix's.
std::vector<uint8_t> packMatrix(const QuantizedMatrix &matrix,
                                mlir::llm::EncodingAttrInterface encoding);

} // namespace llmc

#endif // LLMC_WEIGHTS_QUANTIZEDMATRIX_H

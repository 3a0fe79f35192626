//===- OnnxTwins.cpp - a matrix that another one is, turned ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exporters that fold constants write a tied head as a matrix of its own: the table
// of embeddings, turned. As a transpose of the table it is read once, and lies once
// in memory.
//===----------------------------------------------------------------------===//
#include "OnnxBuilder.h"

#include <cstring>

using namespace llvm;
using namespace llmc;

/// Whether element [i, j] of one matrix is element [j, i] of the other, of `width`
/// bytes each. Goes by blocks: columns of a large matrix lie pages apart.
static bool isTurned(ArrayRef<uint8_t> matrix, int64_t rows, int64_t columns,
                     ArrayRef<uint8_t> other, int64_t width) {
  constexpr int64_t block = 32;
  auto isSame = [&](int64_t i, int64_t j) {
    return std::memcmp(matrix.data() + (i * columns + j) * width,
                       other.data() + (j * rows + i) * width, width) == 0;
  };
  for (int64_t i = 0; i < rows; i += block)
    for (int64_t j = 0; j < columns; j += block)
      for (int64_t bi = i; bi < std::min(i + block, rows); ++bi)
        for (int64_t bj = j; bj < std::min(j + block, columns); ++bj)
          if (!isSame(bi, bj))
            return false;
  return true;
}

/// The transpose of an initializer that is there already, a table with more rows than
/// columns, if the tensor is that; null if it is none.
mlir::Value OnnxBuilder::buildTurned(const OnnxTensor &tensor) {
  auto type = dyn_cast<mlir::FloatType>(tensor.elementType);
  if (!type || type.getWidth() % 8 || tensor.shape.size() != 2 ||
      tensor.shape[0] >= tensor.shape[1])
    return {};
  int64_t rows = tensor.shape[1], columns = tensor.shape[0];
  auto turned = mlir::RankedTensorType::get({rows, columns}, type);
  for (const SourceTensor &known : weights.tensors()) {
    if (ArrayRef(known.shape) != turned.getShape())
      continue;
    mlir::Value table = scopes.front().lookup(known.name);
    if (!table || table.getType() != turned ||
        !isTurned(known.bytes, rows, columns, tensor.bytes,
                  type.getWidth() / 8))
      continue;
    mlir::OperationState state(loc, "onnx.Transpose");
    state.addOperands(table);
    state.addAttribute("perm", builder.getDenseI64ArrayAttr({1, 0}));
    state.addTypes(mlir::RankedTensorType::get(tensor.shape, type));
    return builder.create(state)->getResult(0);
  }
  return {};
}

//===- Create.h - onnx ops without their result types -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_ONNX_CREATE_H
#define LLMC_DIALECTS_ONNX_CREATE_H

#include "ONNXDialect.h"

#include "mlir/IR/Builders.h"

namespace mlir::onnx {

/// Makes an op whose results are unranked tensors of the element types that its
/// schema says. Null operands, and places behind the last, become `onnx.None`;
/// results behind `outputs` get type `none`. Null if an element type is unknown.
/// The op is one of the dialect, and has no more operands than its schema.
Operation *createOp(OpBuilder &builder, Location loc, StringRef opName,
                    ArrayRef<Value> operands, NamedAttrList attributes,
                    size_t outputs);

/// Writes graphs: `make("Add", {x, y})`.
class GraphWriter {
public:
  GraphWriter(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  OpBuilder &builder;
  Location loc;

  /// The first result of the standard domain's op `name`.
  Value make(StringRef name, ArrayRef<Value> operands,
             NamedAttrList attributes = {});
  /// Constants: integers [n], a scalar of an element type, integer or float.
  Value integers(ArrayRef<int64_t> values);
  Value integer(int64_t value);
  Value number(double value, Type elementType);
  NamedAttribute attribute(StringRef name, int64_t value);
  NamedAttribute attribute(StringRef name, ArrayRef<int64_t> values);

  /// The size of one dim, [1], at run time.
  Value size(Value value, int64_t dim);
  Value reshape(Value value, ArrayRef<Value> sizes); // each [1]
  Value transpose(Value value, ArrayRef<int64_t> order);
};

} // namespace mlir::onnx

#endif // LLMC_DIALECTS_ONNX_CREATE_H

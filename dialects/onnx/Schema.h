//===- Schema.h - what all onnx ops share ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names and places of an operator, its one syntax and its shared checks: what a
// reader of files needs to make any op without knowing it by name.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_ONNX_SCHEMA_H
#define LLMC_DIALECTS_ONNX_SCHEMA_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

#include <string>

namespace mlir {
class OpAsmParser;
class OpAsmPrinter;
} // namespace mlir

namespace mlir::onnx {

struct Place {
  StringRef name;
  /// An element type ("i64", "string"), or a variable ("T"): the places that share
  /// it have one element type.
  StringRef type;
  bool optional;
};

/// Operands and results have the schema's places; only the last may be variadic:
/// it holds any number of values.
struct Schema {
  llvm::StringLiteral domain; ///< "" is the standard one
  llvm::StringLiteral name;
  int version; ///< of the domain's operator set, the newest change
  SmallVector<Place, 4> operands, results;
  SmallVector<StringRef, 2> regions;
  bool operandsVariadic, resultsVariadic;
};

/// The schema of an operator; null for other ops (`onnx.None`, another dialect's).
const Schema *findSchema(OperationName name);

/// The full name of an op, "onnx.Gather" or "onnx.microsoft.MatMulNBits"; it need
/// not exist. ONNX files spell the standard domain "" or "ai.onnx".
std::string getOpName(StringRef domain, StringRef name);

/// Whether an optional input is not given, or an output not asked for.
inline bool isNone(Value value) { return isa<NoneType>(value.getType()); }

/// `onnx.Gather(%a, %b) {axis = 1 : i64} : (types) -> types {region}, {region}`,
/// behind the name; no parentheses without operands. Attributes that have their default are not printed.
ParseResult parseNode(OpAsmParser &parser, OperationState &result);
void printNode(OpAsmPrinter &printer, Operation *op);

/// Whether the values of the places have tensors of one element type, also inside
/// sequences and optionals; see the trait SameElementType.
LogicalResult verifySameElementType(Operation *op, uint64_t operands,
                                    uint64_t results);

/// Whether an operator has that many operands and results; see the trait AtLeast.
LogicalResult verifyAtLeast(Operation *op, unsigned operands, unsigned results);

/// Whether two types differ in nothing but shapes, also inside sequences and optionals.
bool areSameButShape(Type a, Type b);

} // namespace mlir::onnx

#endif // LLMC_DIALECTS_ONNX_SCHEMA_H

//===- ONNXAssembly.cpp - the one syntax of all operators -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two hundred assembly formats would differ in nothing but names that the schema
// has already.
//===----------------------------------------------------------------------===//
#include "dialects/onnx/ONNXDialect.h"

using namespace mlir;

ParseResult onnx::parseNode(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SMLoc place = parser.getCurrentLocation();
  if (parser.parseOperandList(operands, OpAsmParser::Delimiter::OptionalParen))
    return failure();
  SMLoc attributes = parser.getCurrentLocation();
  auto wrongAttribute = [&] {
    return parser.emitError(attributes) << "'" << result.name << "' op ";
  };
  FunctionType type;
  if (parser.parseOptionalAttrDict(result.attributes) ||
      // An attribute of another kind would be dropped without a word.
      failed(
          result.name.verifyInherentAttrs(result.attributes, wrongAttribute)) ||
      parser.parseColonType(type) ||
      parser.resolveOperands(operands, type.getInputs(), place,
                             result.operands))
    return failure();
  result.addTypes(type.getResults());

  const Schema *schema = findSchema(result.name);
  assert(schema && "only operators have this syntax");
  for (size_t i = 0; i < schema->regions.size(); ++i)
    if ((i && parser.parseComma()) || parser.parseRegion(*result.addRegion()))
      return failure();
  return success();
}

/// Names of the attributes that have their default.
static SmallVector<StringRef> findDefaults(Operation *op) {
  SmallVector<StringRef> defaults;
  // An op of the same name to which nothing was given has all its defaults.
  Operation *plain = Operation::create(op->getLoc(), op->getName(), TypeRange(),
                                       ValueRange(), NamedAttrList(),
                                       /*properties=*/nullptr, BlockRange(), 0);
  for (StringAttr name : op->getName().getAttributeNames())
    if (std::optional<Attribute> value = op->getInherentAttr(name);
        value && *value && value == plain->getInherentAttr(name))
      defaults.push_back(name);
  plain->destroy();
  return defaults;
}

void onnx::printNode(OpAsmPrinter &printer, Operation *op) {
  if (op->getNumOperands())
    printer << '(' << op->getOperands() << ')';
  printer.printOptionalAttrDict(op->getAttrs(), findDefaults(op));
  printer << " : ";
  printer.printFunctionalType(op);
  llvm::interleave(
      op->getRegions(),
      [&](Region &region) {
        printer << ' ';
        printer.printRegion(region);
      },
      [&] { printer << ','; });
}

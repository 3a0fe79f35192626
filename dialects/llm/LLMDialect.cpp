//===- LLMDialect.cpp - registration of the llm dialect ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AttachedAnchors.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/llm/LLMRotation.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace mlir::llm;

#include "dialects/llm/LLMAttrInterfaces.cpp.inc"
#include "dialects/llm/LLMDialect.cpp.inc"
#include "dialects/llm/LLMEnums.cpp.inc"
#include "dialects/llm/LLMOpInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/llm/LLMAttributes.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/llm/LLMTypes.cpp.inc"

// Each file of attributes brings a parser and a printer; of this one's attribute the
// dialect's own, below, know the name.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#define generatedAttributeParser generatedRotationParser
#define generatedAttributePrinter generatedRotationPrinter
#define GET_ATTRDEF_CLASSES
#include "dialects/llm/LLMRotationAttributes.cpp.inc"
#undef generatedAttributeParser
#undef generatedAttributePrinter
#pragma GCC diagnostic pop

// GGML's formats are spelled by their own names (#llm.q4_0), so that a new one is
// a row of a table and no class.
Attribute LLMDialect::parseAttribute(DialectAsmParser &parser,
                                     Type type) const {
  SMLoc loc = parser.getCurrentLocation();
  StringRef mnemonic;
  Attribute attribute;
  if (generatedAttributeParser(parser, &mnemonic, type, attribute).has_value())
    return attribute;
  if (mnemonic == KronRotateStepAttr::getMnemonic())
    return KronRotateStepAttr::parse(parser, type);
  if (std::optional<GgmlFormat> format = symbolizeGgmlFormat(mnemonic))
    return GgmlEncodingAttr::get(getContext(), *format);
  parser.emitError(loc) << "unknown attribute `" << mnemonic
                        << "` in dialect `llm`";
  return {};
}

void LLMDialect::printAttribute(Attribute attribute,
                                DialectAsmPrinter &printer) const {
  if (auto ggml = dyn_cast<GgmlEncodingAttr>(attribute)) {
    printer << stringifyGgmlFormat(ggml.getFormat());
    return;
  }
  if (auto rotate = dyn_cast<KronRotateStepAttr>(attribute)) {
    printer << KronRotateStepAttr::getMnemonic();
    return rotate.print(printer);
  }
  auto codes = dyn_cast<FloatCodesAttr>(attribute);
  if (codes && codes.getValues()) {
    // The generated printer writes six digits, of which other floats are read.
    printer << "float_codes<values = [";
    llvm::interleaveComma(codes.getValues().asArrayRef(), printer,
                          [&](float value) {
                            printer.getStream() << llvm::format("%.8e", value);
                          });
    printer << "], group = " << codes.getGroup()
            << ", scale = " << codes.getScale() << ">";
    return;
  }
  LogicalResult printed = generatedAttributePrinter(attribute, printer);
  assert(succeeded(printed) && "every other attribute has a mnemonic");
  (void)printed;
}

void LLMDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/llm/LLMAttributes.cpp.inc"
      >();
  addAttributes<KronRotateStepAttr>();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/llm/LLMTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/llm/LLMOps.cpp.inc"
      >();
  addOperations<KronRotateOp>();
  attachColumnAnchors(getContext());
  attachExpertAnchors(getContext());
}

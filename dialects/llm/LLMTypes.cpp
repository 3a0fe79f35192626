//===- LLMTypes.cpp - syntax and checks of the llm dialect's types ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/BlockPanel.h"
#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// PackedType: <NxK, #encoding(, #layout)>
//===----------------------------------------------------------------------===//

Type PackedType::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> shape;
  EncodingAttrInterface encoding;
  LayoutAttrInterface layout;
  if (parser.parseLess() ||
      parser.parseDimensionList(shape, /*allowDynamic=*/true,
                                /*withTrailingX=*/false) ||
      parser.parseComma() || parser.parseAttribute(encoding))
    return {};
  if (succeeded(parser.parseOptionalComma()) && parser.parseAttribute(layout))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<PackedType>(loc, parser.getContext(),
                                       ArrayRef(shape), encoding, layout);
}

void PackedType::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printDimensionList(getShape());
  printer << ", " << Attribute(getEncoding());
  if (getLayout())
    printer << ", " << Attribute(getLayout());
  printer << '>';
}

LogicalResult PackedType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> shape,
                                 EncodingAttrInterface encoding,
                                 LayoutAttrInterface layout) {
  if (shape.size() < 2 || shape.size() > 3)
    return emitError()
           << "(C1) packed values have two or three dimensions, found "
           << shape.size();
  int64_t cols = shape.back();
  if (cols <= 0 || cols % encoding.getBlockElems())
    return emitError() << "(C1) the last dimension must be a multiple of the "
                          "encoding's block of "
                       << encoding.getBlockElems() << ", found "
                       << (ShapedType::isDynamic(cols) ? "?"
                                                       : std::to_string(cols));
  std::string problem = layout ? layout.refuse(encoding) : "";
  if (!problem.empty())
    return emitError() << "(C2) " << problem;
  if (auto panels = dyn_cast_if_present<PanelsLayoutAttr>(layout))
    if (panels.hasBlocks()) {
      int64_t set = panels.getOf() * panels.getBlockCols();
      if (cols % set || cols / panels.getBlockCols() > mostBlocksOfRow)
        return emitError() << "(C3) rows are whole sets of " << set
                           << " columns, of which some are kept, and at most "
                           << mostBlocksOfRow << " blocks, found " << cols
                           << " columns";
    }
  return success();
}

//===----------------------------------------------------------------------===//
// KVType: <LxKxDkxDv, f16(, prefix = C)(, window = W)>
//===----------------------------------------------------------------------===//

Type KVType::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> dims;
  Type elementType;
  int64_t prefix = 0, window = 0;
  if (parser.parseLess() ||
      parser.parseDimensionList(dims, /*allowDynamic=*/false,
                                /*withTrailingX=*/false) ||
      parser.parseComma() || parser.parseType(elementType))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    StringRef key;
    SMLoc keyLoc = parser.getCurrentLocation();
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return {};
    if (key != "prefix" && key != "window") {
      parser.emitError(keyLoc, "expected prefix or window, found ") << key;
      return {};
    }
    if (parser.parseInteger(key == "prefix" ? prefix : window))
      return {};
  }
  if (parser.parseGreater())
    return {};
  if (dims.size() != 4) {
    parser.emitError(loc, "a cache has four dimensions, layers x heads x key x "
                          "value, found ")
        << dims.size();
    return {};
  }
  return parser.getChecked<KVType>(loc, parser.getContext(), dims[0], dims[1],
                                   dims[2], dims[3], elementType, prefix,
                                   window);
}

void KVType::print(AsmPrinter &printer) const {
  printer << '<' << getLayers() << 'x' << getHeads() << 'x' << getKeyDim()
          << 'x' << getValueDim() << ", " << getElementType();
  if (getPrefix())
    printer << ", prefix = " << getPrefix();
  if (getWindow())
    printer << ", window = " << getWindow();
  printer << '>';
}

LogicalResult KVType::verify(function_ref<InFlightDiagnostic()> emitError,
                             int64_t layers, int64_t heads, int64_t keyDim,
                             int64_t valueDim, Type elementType, int64_t prefix,
                             int64_t window) {
  if (layers <= 0 || heads <= 0 || keyDim <= 0 || valueDim < 0 || prefix < 0 ||
      window < 0)
    return emitError() << "(C1) a cache needs positive layers, heads and key "
                          "dimension, found "
                       << layers << "x" << heads << "x" << keyDim << "x"
                       << valueDim;
  if ((valueDim > 0) == (prefix > 0) || prefix > keyDim)
    return emitError() << "(C2) a cache has either a value dimension or a "
                          "prefix of the key, found value "
                       << valueDim << " and prefix " << prefix;
  if (prefix > 0 && heads != 1)
    return emitError() << "(C2) a cache whose value is a prefix of the key has "
                          "one head, found "
                       << heads;
  if (!isa<Float32Type, Float16Type, BFloat16Type>(elementType) &&
      !elementType.isSignlessInteger(8))
    return emitError() << "(C3) a cache holds f32, f16, bf16 or i8, found "
                       << elementType;
  return success();
}

//===----------------------------------------------------------------------===//
// Questions that dense and packed values both answer
//===----------------------------------------------------------------------===//

ArrayRef<int64_t> llm::getMatrixShape(Type type) {
  if (auto packed = dyn_cast<PackedType>(type))
    return packed.getShape();
  return cast<RankedTensorType>(type).getShape();
}

EncodingAttrInterface llm::getEncoding(Type type) {
  if (auto packed = dyn_cast<PackedType>(type))
    return packed.getEncoding();
  Type elementType = cast<RankedTensorType>(type).getElementType();
  if (auto integer = dyn_cast<IntegerType>(elementType))
    return IntegerEncodingAttr::get(type.getContext(), integer);
  return FloatEncodingAttr::get(type.getContext(),
                                cast<FloatType>(elementType));
}

int64_t llm::getWeightBytes(Type type) {
  ArrayRef<int64_t> shape = getMatrixShape(type);
  EncodingAttrInterface encoding = getEncoding(type);
  auto packed = dyn_cast<PackedType>(type);
  if (packed && packed.getLayout()) {
    int64_t matrices = shape.size() == 3 ? shape[0] : 1;
    return matrices * packed.getLayout().getPackedBytes(
                          packed.getRows(), packed.getCols(), encoding);
  }
  assert(!ShapedType::isDynamicShape(shape) && "a weight's shape is static");
  return encoding.getBytes(ShapedType::getNumElements(shape));
}

//===- CallFields.cpp - the fields of LlmrtCall as arguments --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CallFields.h"

using namespace mlir;

namespace llmc {

SmallVector<Type> CallArguments::getTypes(MLIRContext *context, size_t inputs,
                                          size_t outputs) {
  auto buffer = [&](unsigned bits) -> Type {
    return MemRefType::get(ShapedType::kDynamic,
                           IntegerType::get(context, bits));
  };
  SmallVector<Type> types(2 + inputs + outputs, buffer(8));
  types.push_back(buffer(64));
  types.append(2, IndexType::get(context));
  return types;
}

} // namespace llmc

//===- StepFields.cpp - the fields of LlmrtStep as arguments ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepFields.h"

using namespace mlir;

namespace llmc {

static Type getFieldType(MLIRContext *context, StepFieldKind kind) {
  auto buffer = [&](unsigned bits) {
    return MemRefType::get(ShapedType::kDynamic,
                           IntegerType::get(context, bits));
  };
  switch (kind) {
  case StepFieldKind::bytes:
  case StepFieldKind::results:
    return buffer(8);
  case StepFieldKind::ids:
    return buffer(32);
  case StepFieldKind::count:
    return IndexType::get(context);
  }
  llvm_unreachable("every kind has a type");
}

/// Where the results begin; as many arguments as there are stand there.
static constexpr size_t resultsField = static_cast<size_t>(StepField::results);

SmallVector<Type> StepArguments::getTypes(MLIRContext *context,
                                          size_t resultCount) {
  SmallVector<Type> types;
  for (const StepFieldInfo &field : stepFields)
    types.append(field.kind == StepFieldKind::results ? resultCount : 1,
                 getFieldType(context, field.kind));
  types.append(2, IndexType::get(context));
  return types;
}

StepArguments::StepArguments(ValueRange arguments, size_t resultCount)
    : arguments(arguments), resultCount(resultCount) {
  assert(arguments.size() == stepFields.size() + resultCount + 1 &&
         "a lowered step takes the fields, worker and workers");
}

Value StepArguments::get(StepField field) const {
  auto index = static_cast<size_t>(field);
  assert(index != resultsField && "results are arguments of their own");
  return arguments[index < resultsField ? index : index + resultCount - 1];
}

Value StepArguments::getResult(size_t index) const {
  assert(index < resultCount && "a result that the model does not have");
  return arguments[resultsField + index];
}

} // namespace llmc

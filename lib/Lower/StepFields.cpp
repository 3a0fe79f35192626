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
  case StepFieldKind::caches:
    break;
  }
  llvm_unreachable("a list of caches is no argument: its fields are");
}

/// Arguments of a field: those of its elements where it is a list.
static size_t countArguments(StepFieldKind kind, StepCounts counts) {
  switch (kind) {
  case StepFieldKind::results:
    return counts.results;
  case StepFieldKind::caches:
    return counts.caches * cacheFields.size();
  default:
    return 1;
  }
}

SmallVector<Type> StepArguments::getTypes(MLIRContext *context,
                                          StepCounts counts) {
  SmallVector<Type> types;
  for (const StepFieldInfo &field : stepFields) {
    if (field.kind != StepFieldKind::caches) {
      types.append(countArguments(field.kind, counts),
                   getFieldType(context, field.kind));
      continue;
    }
    for (size_t i = 0; i < counts.caches; ++i)
      for (const StepFieldInfo &part : cacheFields)
        types.push_back(getFieldType(context, part.kind));
  }
  types.append(2, IndexType::get(context));
  return types;
}

StepArguments::StepArguments(ValueRange arguments, StepCounts counts)
    : arguments(arguments), counts(counts) {
  assert(arguments.size() ==
             getFirst(static_cast<StepField>(stepFields.size())) + 2 &&
         "a lowered step takes the fields, worker and workers");
}

/// The number of the field's first argument.
size_t StepArguments::getFirst(StepField field) const {
  size_t first = 0;
  for (size_t i = 0; i < static_cast<size_t>(field); ++i)
    first += countArguments(stepFields[i].kind, counts);
  return first;
}

Value StepArguments::get(StepField field) const {
  assert(field != StepField::results && field != StepField::caches &&
         "what lists hold are arguments of their own");
  return arguments[getFirst(field)];
}

Value StepArguments::getResult(size_t index) const {
  assert(index < counts.results && "a result that the model does not have");
  return arguments[getFirst(StepField::results) + index];
}

Value StepArguments::getCache(size_t index, CacheField field) const {
  assert(index < counts.caches && "a cache that the model does not have");
  return arguments[getFirst(StepField::caches) + index * cacheFields.size() +
                   static_cast<size_t>(field)];
}

} // namespace llmc

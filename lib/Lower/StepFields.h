//===- StepFields.h - the fields of LlmrtStep as arguments --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lowered step takes what LlmrtStep holds, one argument per field; its entry
// function loads them. Both read this table, so a field is added in abi.h and
// here, and nowhere else.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_STEPFIELDS_H
#define LLMC_LIB_LOWER_STEPFIELDS_H

#include "dialects/llm/LLMDialect.h"

#include "llmrt/abi.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

#include <array>

namespace llmc {

/// In the order of abi.h: `bytes` is memref<?xi8>, `ids` memref<?xi32>, `count`
/// index, `results` one memref<?xi8> per result of the model, `caches` the fields
/// of LlmrtCache, one cache behind the other.
#define LLMC_STEP_FIELDS(FIELD)                                                \
  FIELD(weights, bytes)                                                        \
  FIELD(arena, bytes)                                                          \
  FIELD(caches, caches)                                                        \
  FIELD(scratch, bytes)                                                        \
  FIELD(results, results)                                                      \
  FIELD(tokens, ids)                                                           \
  FIELD(positions, ids)                                                        \
  FIELD(slots, ids)                                                            \
  FIELD(sequences, ids)                                                        \
  FIELD(parents, ids)                                                          \
  FIELD(logitRows, ids)                                                        \
  FIELD(ranges, ids)                                                           \
  FIELD(sampling, bytes)                                                       \
  FIELD(rows, count)                                                           \
  FIELD(rowCapacity, count)                                                    \
  FIELD(logitRowCount, count)                                                  \
  FIELD(rangeCount, count)                                                     \
  FIELD(promptRows, count)                                                     \
  FIELD(blocksPerSequence, count)

enum class StepField {
#define LLMC_FIELD(name, kind) name,
  LLMC_STEP_FIELDS(LLMC_FIELD)
#undef LLMC_FIELD
};

enum class StepFieldKind { bytes, ids, count, results, caches };

struct StepFieldInfo {
  size_t offset; // in LlmrtStep, in bytes
  StepFieldKind kind;
};

constexpr auto stepFields = std::to_array<StepFieldInfo>({
#define LLMC_FIELD(name, kind) {offsetof(LlmrtStep, name), StepFieldKind::kind},
    LLMC_STEP_FIELDS(LLMC_FIELD)
#undef LLMC_FIELD
});

/// The fields of LlmrtCache, in order.
enum class CacheField { kv, slotPositions, blockTable, pages };

constexpr auto cacheFields = std::to_array<StepFieldInfo>({
    {offsetof(LlmrtCache, kv), StepFieldKind::bytes},
    {offsetof(LlmrtCache, slotPositions), StepFieldKind::ids},
    {offsetof(LlmrtCache, blockTable), StepFieldKind::ids},
    {offsetof(LlmrtCache, pages), StepFieldKind::count},
});
static_assert(sizeof(LlmrtCache) == 8 * cacheFields.size());

/// No field of abi.h is left out: all have 8 bytes, and the barrier, which entry
/// functions pass by itself, is the last.
static_assert([] {
  for (size_t i = 0; i < stepFields.size(); ++i)
    if (stepFields[i].offset != 8 * i)
      return false;
  return offsetof(LlmrtStep, barrier) == 8 * stepFields.size() &&
         sizeof(LlmrtStep) == 8 * stepFields.size() + 8;
}());

/// How many results and caches a model has.
struct StepCounts {
  explicit StepCounts(mlir::llm::PlanAttr plan)
      : results(plan.getResults().size()), caches(plan.getCaches().size()) {}
  size_t results, caches;
};

/// The arguments of a lowered step: the fields, then worker and workers.
class StepArguments {
public:
  static llvm::SmallVector<mlir::Type> getTypes(mlir::MLIRContext *context,
                                                StepCounts counts);

  StepArguments(mlir::ValueRange arguments, StepCounts counts);

  /// Neither results nor caches.
  mlir::Value get(StepField field) const;
  /// The buffer of a result.
  mlir::Value getResult(size_t index) const;
  mlir::Value getCache(size_t index, CacheField field) const;
  mlir::Value getWorker() const { return arguments.drop_back().back(); }
  mlir::Value getWorkers() const { return arguments.back(); }

private:
  size_t getFirst(StepField field) const;

  mlir::ValueRange arguments;
  StepCounts counts;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_STEPFIELDS_H

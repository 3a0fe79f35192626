//===- CompiledStep.h - a module as native code in this process ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `llmc compile` makes, down to the linked object, and then called like the
// runtime calls it: pages of a cache lie in random order, buffers end at guard
// pages, and memory that a step has not written holds NaN, as do pages that no row
// of a window reaches any more: no block names them.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_COMPILEDSTEP_H
#define LLMC_TEST_LOWER_COMPILEDSTEP_H

#include "LoadedModel.h"
#include "TestDevice.h"
#include "llmc/Reference/Interpreter.h"
#include "llmrt/ThreadPool.h"
#include "llmrt/abi.h"

#include <deque>
#include <map>
#include <memory>
#include <random>

namespace llmc::test {

class CompiledStep {
public:
  static constexpr int64_t rowCapacity = 272;
  static constexpr int64_t cachePages = 48;
  static constexpr int64_t maxSequences = 8;

  /// Compiles a clone of `optimised` for these instruction sets (none: as
  /// LoadedModel::compile chooses). A failure fails the test; see `ok`.
  CompiledStep(mlir::ModuleOp optimised, const WeightStore &weights,
               const std::string &machine = testMachine(),
               llvm::ArrayRef<std::string> isas = {});
  bool ok() const { return model; }

  /// Names of all variants, best first. Each runs on the test machine.
  std::vector<std::string> variants() const { return loaded.variants(); }
  /// Chooses a variant and a number of workers and forgets all sequences.
  void start(llvm::StringRef variant, int64_t workers = 1);
  /// The same, but sequences and their caches stay: they are all variants'.
  void goOn(llvm::StringRef variant, int64_t workers = 1);
  /// One step; sequences are numbered from 0 and keep their cache. The results
  /// follow one another in their order: [rows, columns], of all rows or of those
  /// asked; the only one of most steps is the logits.
  std::vector<float> run(const ReferenceBatch &batch);
  /// The tokens that `@sample` chooses from rows of logits [sampling.size(), V].
  std::vector<int32_t> sample(llvm::ArrayRef<float> logits,
                              llvm::ArrayRef<LlmrtSampling> sampling);

  int64_t vocabulary() const { return model->vocabulary; }

  /// LLMRT_PHASE_* of all rows; none: a single row of a sequence was generated, more
  /// are a prompt's.
  std::optional<int32_t> phase;

private:
  std::vector<LlmrtRange> rangesOf(const std::vector<int32_t> &sequences) const;
  /// Runs `entry` with all workers, or as the host of a device.
  void execute(LlmrtStepFn entry, LlmrtStep &step);
  /// Lets the device see what the step's pointers name.
  void showStep(LlmrtStep &step);
  /// Poisons the buffers of a call with so many rows, and names them.
  LlmrtStep prepare(int64_t rows, int64_t askedRows);
  /// The buffer of a result of the last call.
  uint8_t *result(llvm::StringRef name);
  /// The pages of one cache.
  struct Cache {
    GuardedBuffer pages;
    int64_t bytesPerPage = 0, window = 0;
    std::vector<int32_t> slotPositions, blockTable, freePages;

    void start(uint32_t seed);
    void assign(int32_t sequence, int32_t slot, int32_t position);
    /// Gives back what the row in `slot` and later ones do not reach.
    void giveBack(int32_t sequence, int32_t slot);
  };
  /// The next slot of a sequence; takes pages where a block begins.
  int32_t takeSlot(int32_t sequence, int32_t position);

  LoadedModel loaded;
  const LlmrtModel *model = nullptr;
  const LlmrtVariant *chosen = nullptr;
  std::unique_ptr<llmrt::ThreadPool> pool;
  std::unique_ptr<TestDevice> device; // of a device's variant
  uint64_t steps = 0;
  GuardedBuffer arena, scratch;
  std::deque<Cache> caches;
  std::vector<LlmrtCache> cacheTables; // as a step names them
  std::deque<GuardedBuffer> results;   // of the last call
  std::vector<void *> resultAddresses;
  std::vector<LlmrtSampling> sentSampling; // with addresses of the device
  std::map<int32_t, int32_t> lengths;      // slots taken, by sequence
};

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_COMPILEDSTEP_H

//===- WeightStream.cpp - weights in file order, packed ahead -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two workers take weights in order; a worker waits while the writer is more
// than `packAhead` weights behind.
//===----------------------------------------------------------------------===//
#include "llmc/Emit/WeightStream.h"

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace llmc;
using mlir::llm::WeightOp;

static constexpr size_t workerCount = 2;
static constexpr size_t packAhead = 4;

llvm::Expected<std::vector<PlannedWeight>>
llmc::collectPlannedWeights(mlir::ModuleOp planned) {
  std::vector<PlannedWeight> weights;
  for (WeightOp weight : planned.getOps<WeightOp>()) {
    std::optional<int64_t> offset = weight.getOffset();
    if (!offset || *offset < 0)
      return llvm::createStringError(
          "internal error: weight @%s has no place in the artifact",
          weight.getSymName().str().c_str());
    weights.push_back({weight, uint64_t(*offset),
                       uint64_t(mlir::llm::getWeightBytes(weight.getType()))});
  }
  llvm::sort(weights, [](const PlannedWeight &a, const PlannedWeight &b) {
    return a.offset < b.offset;
  });
  for (size_t i = 1; i < weights.size(); ++i) {
    PlannedWeight &before = weights[i - 1];
    if (weights[i].offset < before.offset + before.bytes)
      return llvm::createStringError(
          "internal error: weights @%s and @%s overlap at byte %llu",
          before.op.getSymName().str().c_str(),
          weights[i].op.getSymName().str().c_str(),
          static_cast<unsigned long long>(weights[i].offset));
  }
  return weights;
}

namespace {

/// What workers and writer share.
class Stream {
public:
  Stream(llvm::ArrayRef<PlannedWeight> weights, const WeightMaker &make)
      : weights(weights), make(make), slots(weights.size()) {}

  void work() {
    while (std::optional<size_t> index = takeNext()) {
      auto bytes = make(weights[*index].op);
      std::lock_guard<std::mutex> lock(mutex);
      if (bytes)
        slots[*index] = std::move(*bytes);
      else
        failures.emplace_back(*index, bytes.takeError());
      changed.notify_all();
    }
  }

  /// Waits for a weight; fails if making it failed.
  llvm::Expected<std::vector<uint8_t>> wait(size_t index) {
    std::unique_lock<std::mutex> lock(mutex);
    assert(index == written && "weights are waited for in order");
    std::pair<size_t, llvm::Error> *failure = nullptr;
    changed.wait(lock, [&] {
      failure = llvm::find_if(
          failures, [&](auto &entry) { return entry.first == index; });
      return slots[index] || failure != failures.end();
    });
    if (failure != failures.end())
      return std::move(failure->second);
    std::vector<uint8_t> bytes = std::move(*slots[index]);
    slots[index].reset();
    written = index + 1;
    changed.notify_all();
    return bytes;
  }

  void stop() {
    std::lock_guard<std::mutex> lock(mutex);
    stopped = true;
    changed.notify_all();
  }

  /// After the workers have ended: failures of weights nobody waited for.
  void forgetFailures() {
    for (auto &[index, failure] : failures)
      llvm::consumeError(std::move(failure));
  }

private:
  std::optional<size_t> takeNext() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] {
      return stopped || next == weights.size() || next < written + packAhead;
    });
    if (stopped || next == weights.size())
      return std::nullopt;
    assert(next >= written && "what is written was taken before");
    return next++;
  }

  llvm::ArrayRef<PlannedWeight> weights;
  const WeightMaker &make;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::optional<std::vector<uint8_t>>> slots;
  llvm::SmallVector<std::pair<size_t, llvm::Error>, 2> failures;
  size_t next = 0;
  size_t written = 0;
  bool stopped = false;
};

} // namespace

static llvm::Error checkBytes(const PlannedWeight &weight, size_t bytes) {
  if (bytes == weight.bytes)
    return llvm::Error::success();
  return llvm::createStringError(
      "internal error: weight @%s was planned with %llu bytes, has %zu",
      weight.op.getSymName().str().c_str(),
      static_cast<unsigned long long>(weight.bytes), bytes);
}

llvm::Error
llmc::streamWeights(llvm::ArrayRef<PlannedWeight> weights,
                    const WeightMaker &make,
                    llvm::function_ref<llvm::Error(const PlannedWeight &,
                                                   llvm::ArrayRef<uint8_t>)>
                        consume) {
  Stream stream(weights, make);
  std::vector<std::thread> workers;
  for (size_t i = 0; i < std::min(workerCount, weights.size()); ++i)
    workers.emplace_back([&] { stream.work(); });

  llvm::Error failure = llvm::Error::success();
  for (size_t i = 0; i < weights.size() && !failure; ++i) {
    auto bytes = stream.wait(i);
    if (!bytes)
      failure = bytes.takeError();
    else if (llvm::Error wrong = checkBytes(weights[i], bytes->size()))
      failure = std::move(wrong);
    else
      failure = consume(weights[i], *bytes);
  }
  stream.stop();
  for (std::thread &worker : workers)
    worker.join();
  stream.forgetFailures();
  return failure;
}

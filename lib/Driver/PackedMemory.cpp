//===- PackedMemory.cpp - a model's weights as its code reads them --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PackedMemory.h"

#include "Report.h"

#include <cstring>

using namespace llmc;

llvm::Expected<PackedMemory> PackedMemory::make(Compiler &compiler,
                                                llvm::StringRef wanted) {
  constexpr size_t pageBytes = 4096;
  PackedMemory made;
  auto planned = collectPlannedWeights(compiler.getModule());
  if (!planned)
    return planned.takeError();
  made.planned = std::move(*planned);
  auto plan = compiler.getPlan();
  if (!plan)
    return plan.takeError();
  made.size = plan->getWeightBytes();
  made.memory.reset(static_cast<uint8_t *>(
      std::aligned_alloc(pageBytes, llvm::alignTo(made.size, pageBytes))));
  if (!made.memory)
    return llvm::createStringError("there is no memory for the model's " +
                                   wanted + ", " + formatBytes(made.size));
  const WeightStore &store = compiler.getModel().weights;
  llvm::Error error = streamWeights(
      made.planned,
      [&](mlir::llm::WeightOp weight) { return makeWeight(weight, store); },
      [&](const PlannedWeight &weight, llvm::ArrayRef<uint8_t> bytes) {
        std::memcpy(made.memory.get() + weight.offset, bytes.data(),
                    bytes.size());
        return llvm::Error::success();
      });
  if (error)
    return std::move(error);
  return std::move(made);
}

//===- RunPlace.cpp - processor or device ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/RunPlace.h"
#include "ThreadRunner.h"
#include "llmrt/Cpu.h"
#include "llmrt/CudaRunner.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace llmrt;

static std::span<const LlmrtVariant> variantsOf(const LlmrtModel &model) {
  return {model.variants, model.variantCount};
}

bool llmrt::hasCodeFor(const LlmrtModel &model, Device device) {
  const int64_t kind =
      device == Device::Cuda ? LLMRT_DEVICE_CUDA : LLMRT_DEVICE_CPU;
  auto variants = variantsOf(model);
  return std::any_of(
      variants.begin(), variants.end(),
      [=](const LlmrtVariant &variant) { return variant.device == kind; });
}

/// Whether the one of this name is for processors.
static bool namesProcessor(const LlmrtModel &model, const char *wanted) {
  auto variants = variantsOf(model);
  return wanted && std::any_of(variants.begin(), variants.end(),
                               [=](const LlmrtVariant &variant) {
                                 return variant.device == LLMRT_DEVICE_CPU &&
                                        std::strcmp(variant.name, wanted) == 0;
                               });
}

static Expected<RunPlace> chooseProcessor(const LlmrtModel &model,
                                          const char *wanted) {
  auto variant = chooseVariant(model, cpuFeatures(), wanted);
  if (!variant)
    return variant.status();
  RunPlace place;
  place.variant = *variant;
  return place;
}

Expected<RunPlace> llmrt::choosePlace(const LlmrtModel &model, Device wish) {
  const char *wanted = std::getenv("LLMRT_VARIANT");
  if (wish == Device::Cuda && !hasCodeFor(model, Device::Cuda))
    return Status::error("this program has no code for an NVIDIA GPU: llmc "
                         "compile --target=cpu,cuda makes one that has");
  if (wish == Device::Cpu || !hasCodeFor(model, Device::Cuda) ||
      (wish == Device::Auto && namesProcessor(model, wanted)))
    return chooseProcessor(model, wanted);
  auto place = chooseCuda(model, wanted);
  if (place || wish == Device::Cuda || !hasCodeFor(model, Device::Cpu))
    return place;
  auto instead = chooseProcessor(model, wanted);
  if (!instead)
    return place; // the device is what it was made for
  instead->notice = place.message();
  return instead;
}

Expected<std::unique_ptr<StepRunner>>
llmrt::createRunner(const LlmrtModel &model, const RunPlace &place,
                    const ModelSections &sections,
                    const EngineOptions &resolved, ThreadPool &pool) {
  if (place.device == Device::Cuda)
    return createCudaRunner(model, place, sections, resolved);
  return ThreadRunner::create(model, *place.variant, sections.weights, resolved,
                              pool);
}

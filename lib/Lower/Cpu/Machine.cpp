//===- Machine.cpp - target features that a machine has ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's features, the bits of the ABI and the names of machines, in one place:
// what a variant may use, what it asks for, and who can run it.
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmc/Lower/Passes.h"
#include "llmrt/abi.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;

namespace llmc {

uint64_t getCpuBits(LLVM::TargetFeaturesAttr features) {
  uint64_t bits = 0;
  for (StringAttr feature :
       features ? features.getFeatures() : ArrayRef<StringAttr>()) {
    if (!feature.getValue().starts_with("+"))
      continue;
    uint64_t needed =
        llvm::StringSwitch<uint64_t>(feature.getValue().drop_front())
            .Cases({"avx2", "fma", "f16c"}, LLMRT_CPU_AVX2)
            .Cases({"avx512f", "avx512bw", "avx512dq", "avx512vl"},
                   LLMRT_CPU_AVX512)
            .Case("avx512vnni", LLMRT_CPU_AVX512_VNNI)
            .Case("avxvnni", LLMRT_CPU_AVX_VNNI)
            .Case("avx512bf16", LLMRT_CPU_AVX512_BF16)
            .Cases({"amx-tile", "amx-int8", "amx-bf16"}, LLMRT_CPU_AMX)
            .Default(0);
    assert(needed && "a feature that no bit of the ABI promises: a machine "
                     "would pass the check and fail on an instruction");
    bits |= needed;
  }
  return bits;
}

static void addFeatures(llvm::StringSet<> &features, const Isa &isa) {
  for (StringRef feature : isa.getFeatures())
    if (feature.consume_front("+"))
      features.insert(feature);
}

llvm::Expected<llvm::StringSet<>> getMachineFeatures(StringRef machine) {
  llvm::StringSet<> features;
  if (machine == "native")
    for (const auto &feature : llvm::sys::getHostCPUFeatures())
      if (feature.getValue())
        features.insert(feature.getKey());
  if (const Isa *isa = findIsa(machine))
    addFeatures(features, *isa);
  if (features.empty() && machine != "native" && machine != "x86-64")
    return llvm::createStringError(
        "unknown machine '" + machine + "': native, x86-64, " +
        llvm::join(getKnownIsas(), ", ") + " are known");
  return features;
}

bool runsOn(const llvm::StringSet<> &machine, StringRef isa) {
  const Isa *known = findIsa(isa);
  assert(known && "not one of getKnownIsas");
  llvm::StringSet<> needed;
  addFeatures(needed, *known);
  return llvm::all_of(needed.keys(), [&](StringRef feature) {
    return machine.contains(feature);
  });
}

} // namespace llmc

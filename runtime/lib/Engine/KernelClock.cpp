//===- KernelClock.cpp - where a step spends its time ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/KernelClock.h"
#include "llmrt/Barrier.h"
#include "llmrt/Engine.h"
#include "llmrt/abi.h"

using namespace llmrt;

void KernelClock::enter(int64_t kernel) {
  leave();
  current = kernel;
  ++all[kernel].calls;
  since = steadySeconds();
}

void KernelClock::leave() {
  if (current >= 0)
    all[current].seconds += steadySeconds() - since;
  current = -1;
}

extern "C" void llmrt_enter(void *barrier, int64_t worker, int64_t kernel) {
  KernelClock *clock = static_cast<Barrier *>(barrier)->clock();
  if (clock && worker == 0)
    clock->enter(kernel);
}

//===- Passes.h - passes that decide how a step runs -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_SCHEDULE_PASSES_H
#define LLMC_SCHEDULE_PASSES_H

#include "dialects/llm/LLMDialect.h"
#include "llmc/Schedule/ZeroSkipping.h"

#include "mlir/Pass/Pass.h"

namespace llmc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "llmc/Schedule/Passes.h.inc"
} // namespace llmc

#endif // LLMC_SCHEDULE_PASSES_H

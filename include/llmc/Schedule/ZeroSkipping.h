//===- ZeroSkipping.h - which zeros stay out of memory ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_SCHEDULE_ZEROSKIPPING_H
#define LLMC_SCHEDULE_ZEROSKIPPING_H

#include "llmc/Support/Choice.h"

namespace llmc {

/// Those that a recipe makes: where products are then faster, wherever bytes become
/// fewer, or none.
enum class ZeroSkipping { faster, smaller, never };

llvm::ArrayRef<Choice<ZeroSkipping>> getChoices(ZeroSkipping);

} // namespace llmc

#endif // LLMC_SCHEDULE_ZEROSKIPPING_H

//===- ZeroSkipping.cpp - which zeros stay out of memory ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Schedule/ZeroSkipping.h"

using namespace llmc;

llvm::ArrayRef<Choice<ZeroSkipping>> llmc::getChoices(ZeroSkipping) {
  static const Choice<ZeroSkipping> choices[] = {
      {"faster", ZeroSkipping::faster},
      {"smaller", ZeroSkipping::smaller},
      {"never", ZeroSkipping::never}};
  return choices;
}

//===- Exponential.h - exp with the same bits everywhere ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C libraries differ in the last bit of exp, which can change a sampled token.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_SAMPLE_EXPONENTIAL_H
#define LLMRT_SAMPLE_EXPONENTIAL_H

namespace llmrt::sample {

/// e^x for x <= 0, within two units in the last place; 0 below -700. Uses
/// additions and multiplications only, in a fixed order.
double exponential(double x);

} // namespace llmrt::sample

#endif // LLMRT_SAMPLE_EXPONENTIAL_H

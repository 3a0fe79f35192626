//===- Tolerances.h - how far two results may be apart ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every tolerance of every test with its reason, so that none is loosened in
// passing. test/e2e/support.py reads these lines too. Unless a comment says
// otherwise a difference is relative to the largest value of the reference.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_TOLERANCES_H
#define LLMC_TEST_TOLERANCES_H

namespace llmc::test::tolerance {

/// The same numbers, moved.
constexpr double exact = 0;

/// f32 sums in another order than the reference's: up to some thousand roundings
/// of 2^-24 each, most of which cancel.
constexpr double floats = 1e-4;

/// Attention with factors of bf16, each rounded to 8 bits: scores of some units are
/// wrong by a hundredth, and a softmax follows them.
constexpr double bfloats = 1.5e-2;

/// Whole models with int8 activations, compiled against interpreted: 3e-7 is what
/// they show as long as their codes are equal (see tokenStride in ModelsTest.cpp).
constexpr double int8Models = 1e-5;

/// The same where prompts are attended to in bf16: codes round the other way, each by
/// 1/127 of its group's largest. NarrowAttentionTest.cpp sees the attention alone.
constexpr double bfloatModels = 5e-2;
/// Whole models whose products take prompts as bf16 where the reference takes bytes:
/// most of it is the error of the bytes.
constexpr double bfloatPromptModels = 1e-1;

/// The interpreter in f64 against a formula in the test; absolute, values near 1.
constexpr double formula = 1e-6;
/// The same where it rounds every step to f32.
constexpr double formulaInFloats = 1e-5;
/// Operators of ONNX in f64 against numpy in f32 or f64, whose sums of some dozen
/// products are rounded at each step; relative, absolute below 1.
constexpr double nodeFloats = 1e-5;
/// The same in f16 and bfloat16: a unit in the last place of the latter.
constexpr double nodeHalves = 0.8e-2;
/// A code of a group times its scale, against the grid; absolute.
constexpr double onTheGrid = 1e-4;
/// Frequencies that are stored in f32: half a unit in the last place.
constexpr double frequencies = 1.2e-7;
/// exp in f64: two units in the last place.
constexpr double exponential = 4.5e-16;
/// Perplexities of one text; absolute, they are some hundred.
constexpr double perplexity = 1e-3;

/// SmolLM2's logits against transformers' own f32; absolute, they reach 30. The
/// order of 30 layers' sums differs.
constexpr double transformersLogits = 2e-3;
/// Two ids whose logits are closer than this may swap; absolute.
constexpr double greedyMargin = 1e-3;
/// Squared error of the last row's logits with int8 activations against f32,
/// relative to their squared sum.
constexpr double int8Logits = 0.02;

} // namespace llmc::test::tolerance

#endif // LLMC_TEST_TOLERANCES_H

//===- LLMDocumentation.td - all that docs/llm-dialect.md describes ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "LLMOps.td"
include "LLMRotation.td"

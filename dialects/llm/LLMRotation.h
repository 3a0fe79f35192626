//===- LLMRotation.h - inputs of products in another basis ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_LLM_LLMROTATION_H
#define LLMC_DIALECTS_LLM_LLMROTATION_H

#include "dialects/llm/LLMDialect.h"

#define GET_ATTRDEF_CLASSES
#include "dialects/llm/LLMRotationAttributes.h.inc"

#define GET_OP_CLASSES
#include "dialects/llm/LLMRotationOps.h.inc"

#endif // LLMC_DIALECTS_LLM_LLMROTATION_H

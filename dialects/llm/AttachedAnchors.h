//===- AttachedAnchors.h - anchors that are no part of their ops --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_ATTACHEDANCHORS_H
#define LLMC_DIALECTS_LLM_ATTACHEDANCHORS_H

#include "mlir/IR/MLIRContext.h"

#include <string>

namespace mlir {
class Operation;
namespace llm {

/// Why kernels do not compute `op`, which reads or makes floats other than f32;
/// empty if it does neither.
std::string declineNarrowRows(Operation *op);

/// Of the tensor dialect, which must be loaded.
void attachColumnAnchors(MLIRContext *context);
void attachExpertAnchors(MLIRContext *context);

} // namespace llm
} // namespace mlir

#endif // LLMC_DIALECTS_LLM_ATTACHEDANCHORS_H

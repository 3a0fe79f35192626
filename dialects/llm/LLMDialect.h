//===- LLMDialect.h - the llm dialect ----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types, attributes and operations of the llm dialect; docs/llm-dialect.md is
// generated from the same descriptions.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_LLMDIALECT_H
#define LLMC_DIALECTS_LLM_LLMDIALECT_H

#include "dialects/llm/Grid.h"
#include "dialects/llm/KernelCost.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/llm/LLMAttrInterfaces.h.inc"
#include "dialects/llm/LLMDialect.h.inc"
#include "dialects/llm/LLMEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/llm/LLMAttributes.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/llm/LLMTypes.h.inc"

#include "dialects/llm/LLMOpInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/llm/LLMOps.h.inc"

namespace mlir::llm {

/// Elements and bytes of one block.
struct GgmlBlock {
  int64_t elems, bytes;
};
GgmlBlock getGgmlBlock(GgmlFormat format);

/// The result attribute that names a tensor result of `@step`.
inline constexpr llvm::StringLiteral resultNameAttr = "llm.name";

/// Whether a step may return it: `tensor<?xCxT>` or `tensor<?xT>`, T f32 or i32.
bool isResultType(Type type);

/// The name of a tensor result; an only one is "logits" without the attribute,
/// others are "" then.
llvm::StringRef getResultName(FunctionOpInterface function, unsigned index);

/// The memory plan of a module; an error on the module if it has none.
FailureOr<PlanAttr> getPlan(Operation *module);

/// The [.., rows, cols] shape of a weight or activation value, dense or packed.
llvm::ArrayRef<int64_t> getMatrixShape(Type type);
/// The encoding of a dense (float<T>) or packed value.
EncodingAttrInterface getEncoding(Type type);
/// The target of a function, from its attribute `llm.target`; null without one.
TargetAttr getTarget(Operation *function);
/// A null target removes it.
void setTarget(Operation *function, TargetAttr target);

/// An op of rows of f32 that computes each element from the same element of its
/// operands.
bool isElementwise(Operation *op);
/// Whether such numbers are rows of activations, not weights.
bool isActivation(EncodingAttrInterface encoding);
/// Whether they are f32s in memory.
bool areFloatRows(EncodingAttrInterface encoding);
/// Whether kernels make pairs of bf16 of such weights: not of sparse rows, nor where groups
/// of codes of floats end anywhere.
bool becomesBFloats(EncodingAttrInterface encoding);
/// Whether these are rows that kernels may keep as bf16 in prompts.
bool hasBFloatPrompts(Type type);
/// A `tensor.splat` of a constant or an `llm.broadcast`, to rows of f32: what every kernel that
/// reads it computes for itself.
bool isSpread(Operation *op);

/// Whether a step of a recipe is a quantiser's: it makes other numbers of the model's.
bool isQuantiserStep(Attribute step);
/// Whether such steps make a factor beside a weight, which is none of the model's.
bool isLowRankFactor(WeightOp weight);
/// The step that makes one of two factors of a matrix, which is the model's; or null.
FactorStepAttr getFactorStep(WeightOp weight);

/// Bytes of a weight of `type` as the artifact stores it; static shapes only.
int64_t getWeightBytes(Type type);

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_LLMDIALECT_H

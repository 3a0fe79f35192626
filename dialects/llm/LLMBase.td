//===- LLMBase.td - the llm dialect, for every file that adds to it ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LLM_BASE
#define LLMC_LLM_BASE

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/DialectBase.td"

def LLM_Dialect : Dialect {
  let name = "llm";
  let cppNamespace = "::mlir::llm";
  let summary = "Language models as a paper writes them";
  let description = [{
    Eleven operations say what a decoder computes (`embed`, `norm`, `linear`,
    `rope`, `act`, `kv_write`, `attention`, `route`, `expert_linear`, `combine`
    and `param`); everything elementwise stays in `arith` and `math`. Values are
    tensors, the KV cache is an SSA value that is used linearly, and weights are
    symbols (`llm.weight`) whose bytes never enter the IR.

    Shape letters: T rows of the ragged batch, H query heads, K key/value heads,
    D head dimension, E embedding, F feed-forward, V vocabulary, X experts.
    Every op accumulates in f32 and rounds once to its result type.
    The tensor results of `@step` are named by the result attribute `llm.name`; an only
    one is "logits" without it. (C0) of every op: only the outermost dimension of an operand or result (T) may be
    unknown; the others are static and positive.
  }];
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = [{
    ::mlir::Attribute parseAttribute(::mlir::DialectAsmParser &parser, ::mlir::Type type) const override;
    void printAttribute(::mlir::Attribute attribute, ::mlir::DialectAsmPrinter &printer) const override;
  }];
  let hasOperationAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

class LLM_Attr<string name, string mnemo, list<Trait> traits = []>
    : AttrDef<LLM_Dialect, name, traits> {
  let mnemonic = mnemo;
}

#endif // LLMC_LLM_BASE

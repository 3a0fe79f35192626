//===- LLMTypes.td - packed matrices, KV caches, the ragged batch -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LLM_TYPES
#define LLMC_LLM_TYPES

include "LLMAttributes.td"

class LLM_Type<string name, string mnemo> : TypeDef<LLM_Dialect, name> {
  let mnemonic = mnemo;
}

def LLM_PackedType : LLM_Type<"Packed", "packed"> {
  let summary = "a matrix in an encoding and, once packed, a layout";
  let description = [{
    `!llm.packed<NxK, #encoding>` or `!llm.packed<NxK, #encoding, #layout>`; the
    last dimension is the contiguous, block-encoded one. N may be `?` for
    activations; rank 3 (`XxNxK`, `HxNxK`) holds one matrix per expert or head.
    Constraints: (C1) two or three dimensions; K is static, positive and a multiple of
    the encoding's block. (C2) the layout can hold the encoding. (C3) rows are whole sets of the blocks of which a layout keeps some.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::llm::EncodingAttrInterface":$encoding,
                        OptionalParameter<"::mlir::llm::LayoutAttrInterface">:$layout);
  let builders = [TypeBuilderWithInferredContext<(ins "::llvm::ArrayRef<int64_t>":$shape,
      "::mlir::llm::EncodingAttrInterface":$encoding,
      CArg<"::mlir::llm::LayoutAttrInterface", "{}">:$layout), [{
    return $_get(encoding.getContext(), shape, encoding, layout);
  }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The last dimension: the contiguous one.
    int64_t getCols() const { return getShape().back(); }
    /// The second to last dimension.
    int64_t getRows() const { return getShape()[getShape().size() - 2]; }
  }];
}

def LLM_KVType : LLM_Type<"KV", "kv"> {
  let summary = "the KV cache of one group of layers with equal geometry";
  let description = [{
    `!llm.kv<LxKxDkxDv, f16>`: L layer slots, K heads, key dimension Dk and value
    dimension Dv. `Dv = 0` says that the value is the first C channels of the key
    (`prefix = C`, multi-head latent attention). `window = W` keeps at least the
    last W positions: its layers see no more. Caches are paged; each has pages of its
    own. Elements of `i8` are codes: the key of a head is `scale * code`, the scale an
    f32 of its own, its largest magnitude / 127; and so is its value (`dialects/llm/ByteScale.h`).
    Constraints: (C1) L, K, Dk > 0. (C2) exactly one of Dv > 0 and prefix > 0;
    prefix <= Dk; a prefix needs K = 1. (C3) the element type is f32, f16, bf16 or i8.
  }];
  let parameters = (ins "int64_t":$layers, "int64_t":$heads, "int64_t":$keyDim,
                        "int64_t":$valueDim, "::mlir::Type":$elementType,
                        DefaultValuedParameter<"int64_t", "0">:$prefix,
                        DefaultValuedParameter<"int64_t", "0">:$window);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Whether keys and values are codes with a scale each.
    bool hasScales() const { return getElementType().isInteger(8); }
    int64_t getElementBytes() const { return getElementType().getIntOrFloatBitWidth() / 8; }
    /// Of the scales of one head.
    int64_t getScaleBytes() const { return hasScales() ? (getValueDim() ? 8 : 4) : 0; }
    /// Of one head: its key, its value and their scales.
    int64_t getHeadBytes() const {
      return (getKeyDim() + getValueDim()) * getElementBytes() + getScaleBytes();
    }
    /// Of all layers and heads.
    int64_t getBytesPerSlot() const { return getLayers() * getHeads() * getHeadBytes(); }
    /// Channels of one value row, whether stored or a prefix of the key.
    int64_t getValueChannels() const { return getValueDim() ? getValueDim() : getPrefix(); }
  }];
}

def LLM_BatchType : LLM_Type<"Batch", "batch"> {
  let summary = "the rows of one step: T tokens of any mix of sequences";
  let description = [{
    For each row: its token, its position, its sequence and its slot in that
    sequence's cache; for each sequence: its cache blocks; and the rows whose
    logits are asked, with how their tokens are sampled. Rows of a sequence are contiguous and ascending.
  }];
}

#endif // LLMC_LLM_TYPES

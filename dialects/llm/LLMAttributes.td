//===- LLMAttributes.td - encodings, layouts, enums of the llm dialect ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LLM_ATTRIBUTES
#define LLMC_LLM_ATTRIBUTES

include "LLMInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

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
    (C0) of every op: only the outermost dimension of an operand or result (T) may be
    unknown; the others are static and positive.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

class LLM_Attr<string name, string mnemo, list<Trait> traits = []>
    : AttrDef<LLM_Dialect, name, traits> {
  let mnemonic = mnemo;
}

//===----------------------------------------------------------------------===//
// Encodings
//===----------------------------------------------------------------------===//

class LLM_Encoding<string name, string mnemo>
    : LLM_Attr<name, mnemo, [DeclareAttrInterfaceMethods<LLM_EncodingAttrInterface>]>;

def LLM_FloatEncoding : LLM_Encoding<"FloatEncoding", "float"> {
  let summary = "one IEEE float (or bfloat16) per element";
  let parameters = (ins "::mlir::FloatType":$type);
  let assemblyFormat = "`<` $type `>`";
  let genVerifyDecl = 1;
}
def LLM_Q8_0Encoding : LLM_Encoding<"Q8_0Encoding", "q8_0"> {
  let summary = "GGML Q8_0: f16 scale, 32 signed bytes; value = scale * q";
}
def LLM_Q4_0Encoding : LLM_Encoding<"Q4_0Encoding", "q4_0"> {
  let summary = "GGML Q4_0: f16 scale, 32 nibbles; value = scale * (q - 8)";
}
def LLM_Q4_1Encoding : LLM_Encoding<"Q4_1Encoding", "q4_1"> {
  let summary = "GGML Q4_1: f16 scale, f16 minimum, 32 nibbles; value = scale * q + min";
}
def LLM_Int8ActEncoding : LLM_Encoding<"Int8ActEncoding", "int8_act"> {
  let summary = "activations: f32 scale and i32 sum of codes per group, signed bytes";
  let description = [{
    One row of K elements is stored as K signed bytes, then K/group f32 scales,
    then K/group i32 sums of codes. `scale = max|x| / 127`, `code = round-half-even(x / scale)`
    (0 when the group is all zero). The sums let kernels with unsigned weight
    codes subtract `zero * sum(x)` once per group.
  }];
  let parameters = (ins DefaultValuedParameter<"int64_t", "32">:$group);
  let assemblyFormat = "(`<` $group^ `>`)?";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

def LLM_PanelsLayout : LLM_Attr<"PanelsLayout", "panels",
    [DeclareAttrInterfaceMethods<LLM_LayoutAttrInterface>]> {
  let summary = "panels of consecutive output rows, one row per vector lane";
  let description = [{
    Rows are grouped in panels of `rows` (16); the last panel is padded with
    zero rows. One byte order serves every vector width: lanes are output rows,
    so no kernel needs a horizontal sum.

    Plain floats, per panel: for each k, `rows` elements.

    Affine grids of 32, per panel and group of 32 k:
    ```
      rows x f16 scale | (rows x f16 minimum, if the grid has one) | codes
      4 bits: 4 x 64 bytes; byte 4*row+c of vector j holds k = 8j+c in its low
              and k = 8j+4+c in its high nibble
      8 bits: 8 x 64 bytes; byte 4*row+c of vector j holds k = 4j+c
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"int64_t", "16">:$rows);
  let assemblyFormat = "(`<` $rows^ `>`)?";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Weight recipes
//===----------------------------------------------------------------------===//

def LLM_TransposeStep : LLM_Attr<"TransposeStep", "transpose"> {
  let summary = "recipe step: the source is [in, out]; swap its two dimensions";
}
def LLM_RowsStep : LLM_Attr<"RowsStep", "rows"> {
  let summary = "recipe step: keep rows [begin, end)";
  let parameters = (ins "int64_t":$begin, "int64_t":$end);
  let assemblyFormat = "`<` $begin `,` $end `>`";
  let genVerifyDecl = 1;
}
def LLM_ConvertStep : LLM_Attr<"ConvertStep", "convert"> {
  let summary = "recipe step: dequantise, then encode again";
  let parameters = (ins "::mlir::llm::EncodingAttrInterface":$encoding);
  let assemblyFormat = "`<` $encoding `>`";
}
def LLM_AddStep : LLM_Attr<"AddStep", "add"> {
  let summary = "recipe step: add a constant to every element (norm weights stored as w - 1)";
  let parameters = (ins "::mlir::FloatAttr":$value);
  let assemblyFormat = "`<` $value `>`";
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

def LLM_TargetAttr : LLM_Attr<"Target", "target"> {
  let summary = "the machine that a function is compiled for";
  let description = [{
    `isa` names an instruction set; the numbers are what tile shapes follow:
    `registers` vector registers of `lanes` f32 each. A function carries its target
    as the attribute `llm.target` from `llm-clone-targets` on, before kernels are
    formed, so that every choice may depend on it.
    ```mlir
    #llm.target<"avx2", registers = 16, lanes = 8>
    ```
  }];
  let parameters = (ins StringRefParameter<>:$isa, "int64_t":$registers, "int64_t":$lanes);
  let assemblyFormat = "`<` $isa `,` `registers` `=` $registers `,` `lanes` `=` $lanes `>`";
  let genVerifyDecl = 1;
}

def LLM_ScheduleAttr : LLM_Attr<"Schedule", "schedule"> {
  let summary = "how one product is tiled";
  let description = [{
    A strip is `lanes` consecutive output rows of one panel, one vector. `rows` batch
    rows times `strips` strips are computed at once in registers while at least `rows`
    rows remain; what is left goes row by row with `panels` whole panels at once.
    Results do not depend on any of them.
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$strips, "int64_t":$lanes, "int64_t":$panels);
  let assemblyFormat = [{
    `<` `rows` `=` $rows `,` `strips` `=` $strips `,` `lanes` `=` $lanes `,` `panels` `=` $panels `>`
  }];
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Enums
//===----------------------------------------------------------------------===//

class LLM_Enum<string name, string mnemo, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, "", cases> {
  let cppNamespace = "::mlir::llm";
  let genSpecializedAttr = 0;
  string mnemonic = mnemo;
}
class LLM_EnumAttr<LLM_Enum info> : EnumAttr<LLM_Dialect, info, info.mnemonic> {
  let assemblyFormat = "$value";
}

def LLM_NormKind : LLM_Enum<"NormKind", "norm_kind",
  [I32EnumAttrCase<"Rms", 0, "rms">, I32EnumAttrCase<"Layer", 1, "layer">]>;
def LLM_NormKindAttr : LLM_EnumAttr<LLM_NormKind>;

def LLM_Pairing : LLM_Enum<"Pairing", "pairing",
  [I32EnumAttrCase<"Half", 0, "half">, I32EnumAttrCase<"Interleaved", 1, "interleaved">]>;
def LLM_PairingAttr : LLM_EnumAttr<LLM_Pairing>;

def LLM_ActFn : LLM_Enum<"ActFn", "act_fn", [
  I32EnumAttrCase<"Silu", 0, "silu">, I32EnumAttrCase<"GeluErf", 1, "gelu_erf">,
  I32EnumAttrCase<"GeluTanh", 2, "gelu_tanh">, I32EnumAttrCase<"QuickGelu", 3, "quick_gelu">,
  I32EnumAttrCase<"Relu", 4, "relu">, I32EnumAttrCase<"Relu2", 5, "relu2">,
  I32EnumAttrCase<"Sigmoid", 6, "sigmoid">, I32EnumAttrCase<"Tanh", 7, "tanh">,
  I32EnumAttrCase<"Softplus", 8, "softplus">]>;
def LLM_ActFnAttr : LLM_EnumAttr<LLM_ActFn>;

def LLM_RouteScore : LLM_Enum<"RouteScore", "route_score", [
  I32EnumAttrCase<"Softmax", 0, "softmax">, I32EnumAttrCase<"Sigmoid", 1, "sigmoid">,
  I32EnumAttrCase<"SqrtSoftplus", 2, "sqrtsoftplus">, I32EnumAttrCase<"Identity", 3, "identity">]>;
def LLM_RouteScoreAttr : LLM_EnumAttr<LLM_RouteScore>;

def LLM_GroupScore : LLM_Enum<"GroupScore", "group_score",
  [I32EnumAttrCase<"Max", 0, "max">, I32EnumAttrCase<"Top2Sum", 1, "top2_sum">]>;
def LLM_GroupScoreAttr : LLM_EnumAttr<LLM_GroupScore>;

def LLM_RouteWeights : LLM_Enum<"RouteWeights", "route_weights", [
  I32EnumAttrCase<"Raw", 0, "raw">, I32EnumAttrCase<"Sum", 1, "sum">,
  I32EnumAttrCase<"Softmax", 2, "softmax">]>;
def LLM_RouteWeightsAttr : LLM_EnumAttr<LLM_RouteWeights>;

#endif // LLMC_LLM_ATTRIBUTES

//===- LLMAttributes.td - encodings, layouts, enums of the llm dialect ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LLM_ATTRIBUTES
#define LLMC_LLM_ATTRIBUTES

include "LLMBase.td"
include "LLMInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

//===----------------------------------------------------------------------===//
// Encodings
//===----------------------------------------------------------------------===//

class LLM_Encoding<string name, string mnemo, list<string> methods = []>
    : LLM_Attr<name, mnemo, [DeclareAttrInterfaceMethods<LLM_EncodingAttrInterface, methods>]>;

def LLM_FloatEncoding : LLM_Encoding<"FloatEncoding", "float"> {
  let summary = "one IEEE float (or bfloat16) per element";
  let parameters = (ins "::mlir::FloatType":$type);
  let assemblyFormat = "`<` $type `>`";
  let genVerifyDecl = 1;
}
def LLM_IntegerEncoding : LLM_Encoding<"IntegerEncoding", "integer"> {
  let summary = "one integer per element; narrow ones share a byte, the first lowest";
  let description = [{
    What files hold beside their floats: codes whose scales are another tensor. Integers are
    signless `iN` (in two's complement) or unsigned `uiN` of 2, 4, 8, 16, 32 or 64 bits.
  }];
  let parameters = (ins "::mlir::IntegerType":$type);
  let assemblyFormat = "`<` $type `>`";
  let genVerifyDecl = 1;
}
def LLM_GgmlFormat : I32EnumAttr<"GgmlFormat", "block formats of GGML, numbered as in GGUF files", [
  I32EnumAttrCase<"Q4_0", 2, "q4_0">, I32EnumAttrCase<"Q4_1", 3, "q4_1">,
  I32EnumAttrCase<"Q5_0", 6, "q5_0">, I32EnumAttrCase<"Q5_1", 7, "q5_1">,
  I32EnumAttrCase<"Q8_0", 8, "q8_0">, I32EnumAttrCase<"Q2_K", 10, "q2_k">,
  I32EnumAttrCase<"Q3_K", 11, "q3_k">, I32EnumAttrCase<"Q4_K", 12, "q4_k">,
  I32EnumAttrCase<"Q5_K", 13, "q5_k">, I32EnumAttrCase<"Q6_K", 14, "q6_k">,
  I32EnumAttrCase<"IQ2_XXS", 16, "iq2_xxs">, I32EnumAttrCase<"IQ2_XS", 17, "iq2_xs">,
  I32EnumAttrCase<"IQ3_XXS", 18, "iq3_xxs">, I32EnumAttrCase<"IQ1_S", 19, "iq1_s">,
  I32EnumAttrCase<"IQ4_NL", 20, "iq4_nl">, I32EnumAttrCase<"IQ3_S", 21, "iq3_s">,
  I32EnumAttrCase<"IQ2_S", 22, "iq2_s">, I32EnumAttrCase<"IQ4_XS", 23, "iq4_xs">,
  I32EnumAttrCase<"IQ1_M", 29, "iq1_m">, I32EnumAttrCase<"TQ1_0", 34, "tq1_0">,
  I32EnumAttrCase<"TQ2_0", 35, "tq2_0">, I32EnumAttrCase<"MXFP4", 39, "mxfp4">]> {
  let cppNamespace = "::mlir::llm";
  let genSpecializedAttr = 0;
}
// No mnemonic: the dialect spells each format by its own name.
def LLM_GgmlEncoding : AttrDef<LLM_Dialect, "GgmlEncoding",
    [DeclareAttrInterfaceMethods<LLM_EncodingAttrInterface, ["canQuantize", "packBlock"]>]> {
  let attrName = "llm.ggml";
  let summary = "a block format of GGML: #llm.q4_0, #llm.q4_k, …";
  let description = [{
    Spelled by name alone. What a block means is its grid (`#llm.grid`); where its
    bytes lie is a row of the table in `dialects/llm/GgmlEncodings.cpp`.

    | name | grid | bytes per elements |
    |---|---|---|
    | `q4_0` | `bits = 4, group = 32, scale = f16, zero = 8` | 18 per 32 |
    | `q4_1` | `bits = 4, group = 32, scale = f16, min = true` | 20 per 32 |
    | `q5_0` | `bits = 5, group = 32, scale = f16, zero = 16` | 22 per 32 |
    | `q5_1` | `bits = 5, group = 32, scale = f16, min = true` | 24 per 32 |
    | `q8_0` | `bits = 8, group = 32, scale = f16, zero = 128` | 34 per 32 |
    | `q4_k` | `bits = 4, group = 32, scale = f16, sub = ui6, block = 256, min = true` | 144 per 256 |
    | `q5_k` | `bits = 5, group = 32, scale = f16, sub = ui6, block = 256, min = true` | 176 per 256 |
    | `q6_k` | `bits = 6, group = 16, scale = f16, sub = si8, block = 256, zero = 32` | 210 per 256 |
    | `q2_k` | `bits = 2, group = 16, scale = f16, sub = ui4, block = 256, min = true` | 84 per 256 |
    | `q3_k` | `bits = 3, group = 16, scale = f16, sub = si6, block = 256, zero = 4` | 110 per 256 |
    | `iq4_nl` | `bits = 4, group = 32, scale = f16, values` -127 to 113 | 18 per 32 |
    | `iq4_xs` | the same with `sub = si6, block = 256` | 136 per 256 |
    | `mxfp4` | `bits = 4, group = 32, scale = f8E8M0FNU, values` 0, 1, 2, 3, 4, 6, 8, 12 of either sign | 17 per 32 |
    | `tq1_0`, `tq2_0` | `bits = 2, group = 32, scale = f16, sub = ui1, block = 256, zero = 1`; every sub-scale is 1 | 54, 66 per 256 |
    | `iq1_s`, `iq1_m` | `bits = 4, group = 32` or 16, `scale = f32, sub = ui5, block = 256, values` -9 to 9 | 50, 56 per 256 |
    | `iq2_xxs`, `iq2_xs`, `iq2_s` | `bits = 4, group = 32`, 16, 16, `scale = f32, sub = ui5, block = 256, values` 8, 25, 43 of either sign | 66, 74, 82 per 256 |
    | `iq3_xxs`, `iq3_s` | `bits = 4, group = 32, scale = f32, sub = ui5, block = 256, values` up to 62, 15 of either sign | 98, 110 per 256 |

    Blocks of `iq1`, `iq2` and `iq3` name entries of codebooks, those of `tq1_0` hold digits in base 3:
    they are read, never written. In memory their codes take the grid's bits, without loss.
  }];
  let parameters = (ins "::mlir::llm::GgmlFormat":$format);
}

def LLM_GridEncoding : LLM_Encoding<"Grid", "grid", ["packBlock"]> {
  let summary = "integer codes and their scales: what every quantised weight means";
  let description = [{
    `value = scale * (code - zero)`, `scale * code + min` or `scale * values[code]`, with
    codes of 1 to 8 bits and one scale per `group` elements. Without `sub` a group's scale is one float of
    type `scale`. With `sub`, `block` elements share one float and each of their groups
    has an integer of type `sub` (at most 8 bits): the group's scale is the product of
    the two, and so is its minimum.

    As an encoding of its own (formats of files have theirs), a block is
    `block` elements, or a group without `sub`:
    ```
      scale | minimum, if any | (sub-scale byte per group | sub-minimum byte per group) | planes
    ```
    little endian. Codes are cut into planes of 4, 2 and 1 bits from the lowest up
    (8 bits are one plane); a plane is a stream of bits, lowest first.
    Constraints: (C1) 1 to 8 bits; a group is a positive multiple of 8, at most 65536.
    (C2) the scale is f16, bf16, f32 or f8E8M0FNU: of the last, powers of two, blocks hold the bf16 of the same value. (C3) `sub` and `block` come together; `sub` is
    ui1 to ui8 or si2 to si8, `block` a multiple of the group, at most 65536.
    (C4) 0 <= zero < 2^bits; a grid with a minimum has no zero.
    (C5) `values` are 2^bits integers for codes of 1 to 4 bits; such a grid has neither.
    ```mlir
    #llm.grid<bits = 4, group = 32, scale = f16, values = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]>
    ```
  }];
  let parameters = (ins "int64_t":$bits, "int64_t":$group, "::mlir::FloatType":$scale,
                        OptionalParameter<"::mlir::IntegerType">:$sub,
                        DefaultValuedParameter<"int64_t", "0">:$block,
                        DefaultValuedParameter<"int64_t", "0">:$zero,
                        DefaultValuedParameter<"bool", "false">:$min,
                        OptionalParameter<"::mlir::DenseI8ArrayAttr">:$values);
  let builders = [
    AttrBuilder<(ins "int64_t":$bits, "int64_t":$group, "::mlir::FloatType":$scale, "::mlir::IntegerType":$sub,
                     "int64_t":$block, "int64_t":$zero, "bool":$min), [{
      return $_get($_ctxt, bits, group, scale, sub, block, zero, min, ::mlir::DenseI8ArrayAttr());
    }]>
  ];
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}
def LLM_FloatCodes : LLM_Encoding<"FloatCodes", "float_codes"> {
  let summary = "codes that stand for floats, and their scales: FP8, NormalFloat";
  let description = [{
    `value = scale * float(code)` with one scale per `group` elements. Codes of 8 bits are floats of
    `type`, those of 4 bits name one of 16 `values`. Unlike those of a `grid` such floats are no integers
    of a few bits, so products multiply rows of f32: a code becomes an f32 without rounding.

    As an encoding, a block is a group: the scale, little endian, then the codes; of 4 bits two share a byte, the
    first is the lower half. The scale of a row is that of a group as long as the row.
    Constraints: (C1) the type is f8E4M3FN or f8E5M2, or there are 16 finite values instead. (C2) a group is
    positive, of 4 bits even. (C3) the scale is f16, bf16 or f32.
    ```mlir
    #llm.float_codes<type = f8E4M3FN, group = 128, scale = f32>
    ```
  }];
  let parameters = (ins OptionalParameter<"::mlir::FloatType">:$type,
                        OptionalParameter<"::mlir::DenseF32ArrayAttr">:$values,
                        "int64_t":$group, "::mlir::FloatType":$scale);
  let extraClassDeclaration = [{
    /// Bits of a code.
    int64_t getBits() const { return getValues() ? 4 : 8; }
  }];
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}
def LLM_SparseEncoding : LLM_Encoding<"SparseEncoding", "sparse"> {
  let summary = "rows of which few numbers are not 0: columns and floats";
  let description = [{
    A block is a row of `cols` elements: `entries` columns of 16 bits in rising order, then as many floats of `type`, little
    endian; the other elements are 0. A row with fewer ends with entries of column 0 that are 0.
    Constraints: (C1) 1 <= entries <= cols <= 65536. (C2) the type is f16, bf16 or f32.
    ```mlir
    #llm.sparse<cols = 576, entries = 116, type = f32>
    ```
  }];
  let parameters = (ins "int64_t":$cols, "int64_t":$entries, "::mlir::FloatType":$type);
  let extraClassDeclaration = [{
    int64_t getValueBytes() const { return getType().getWidth() / 8; }
  }];
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}
def LLM_SparseCodes : LLM_Encoding<"SparseCodes", "sparse_codes"> {
  let summary = "blocks of which few numbers are not 0: a scale, and a byte each for column and code";
  let description = [{
    A block is `block` elements, of which `entries` are `scale * code` and the others 0: the scale, little endian, then `entries`
    columns in rising order, bytes that count from the block's first, then as many codes, signed bytes (-127 to 127). A block
    with fewer ends with entries of column 0 and code 0.
    Constraints: (C1) 1 <= entries <= block <= 256. (C2) the scale is f16, bf16 or f32.
    ```mlir
    #llm.sparse_codes<block = 192, entries = 19, scale = f16>
    ```
  }];
  let parameters = (ins "int64_t":$block, "int64_t":$entries, "::mlir::FloatType":$scale);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}
def LLM_Int8ActEncoding : LLM_Encoding<"Int8ActEncoding", "int8_act"> {
  let summary = "activations: f32 scale and i32 sum of codes per group, signed bytes";
  let description = [{
    As an encoding, a block is `group` signed bytes, the scale and the sum. Kernels keep a
    row of K elements as K signed bytes, then K/group f32 scales, then K/group i32 sums
    (`ActRow`): codes of neighbouring groups are read in one vector.

    `#llm.int8_act<32, fine>` has a second plane of codes for what the first leaves over:
    `fine code = round-half-even(254 * (x / scale - code))`, and a value is
    `scale * (code + fine code / 254)`. An element then has 15 bits, a product two integer
    products of the same weights, and a block `2 * group` signed bytes, the scale and both
    sums.

    With `bf16_prompts`, as in `#llm.int8_act<32, fine, bf16_prompts>`, kernels may keep rows
    of prompts as K bf16 instead, where the target multiplies tiles of these. Generated
    rows are codes everywhere.

    `scale = max|x| / 127`, `code = round-half-even(x / scale)`; all codes are 0 unless
    `127 / max|x|` is positive and finite. So a group of zeros (or of numbers below 2^-121)
    is 0, and one that holds an infinity or a NaN is NaN: its scale is no finite number, and
    0 times that is NaN. The sums let kernels with unsigned weight
    codes subtract `zero * sum(x)` once per group.
  }];
  let parameters = (ins DefaultValuedParameter<"int64_t", "32">:$group,
                        DefaultValuedParameter<"bool", "false">:$fine,
                        DefaultValuedParameter<"bool", "false">:$bf16Prompts);
  let builders = [
    AttrBuilder<(ins "int64_t":$group, CArg<"bool", "false">:$fine), [{
      return $_get($_ctxt, group, fine, /*bf16Prompts=*/false);
    }]>
  ];
  let extraClassDeclaration = [{
    /// Signed codes of an element: 1, or 2 where rows are fine.
    int64_t getPlanes() const { return getFine() ? 2 : 1; }
    /// Steps of the second plane in one of the first.
    static constexpr int64_t fineSteps = 254;
  }];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def LLM_FloatActEncoding : LLM_Encoding<"FloatActEncoding", "float_act"> {
  let summary = "activations: f32, and bf16 in prompts where the target likes them";
  let description = [{
    Rows of K f32, exact. Kernels may keep rows of prompts as K bf16 instead, where the
    target multiplies tiles of these.
  }];
}

def LLM_RoundedActEncoding : LLM_Encoding<"RoundedActEncoding", "rounded_act"> {
  let summary = "activations: f32 that were rounded to few bits, group by group";
  let description = [{
    Rows of K f32. What each `group` of them may be is what codes of `type` and one scale can say:
    `value = scale * code`, where the largest magnitude of the group is that of the largest code. `type` is an integer of
    2 to 8 bits (around zero: i4 has -7 to 7) or a float of 8 (`f8E4M3FN`). Products multiply the floats: such rows show what
    inputs of few bits cost, before kernels exist that read the codes. A group that holds an infinity or a NaN is NaN.
    ```mlir
    #llm.rounded_act<i4, 64>
    ```
  }];
  let parameters = (ins "::mlir::Type":$type, "int64_t":$group);
  let extraClassDeclaration = [{
    /// The largest code.
    float getLevels() const;
  }];
  let assemblyFormat = "`<` $type `,` $group `>`";
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

    Sparse rows, per panel: for each entry, `rows` columns of 16 bits, then `rows` floats.

    Sparse codes, per panel and block: `rows` scales, then for each entry, `rows` columns of a byte, then `rows` codes.

    Codes of floats, per panel and group: `rows` scales, then for each k, of 4 bits for each two, `rows` bytes.

    Integer grids, per panel and block (`block` elements of each row with sub-scales,
    else a group); `GridPanel` computes every place:
    ```
      rows x scale | (rows x minimum) | (for each group: rows x sub-scale byte)
                   | (for each group: rows x sub-minimum byte) | for each group: planes
    ```
    Codes are cut into planes of 4, 2 and 1 bits from the lowest up (8 bits are one
    plane). A plane of w bits is vectors of 4 x rows bytes; byte 4*row+c of vector j holds in
    its bits [w*i, w*(i+1)) those of k = 4*(8/w)*j + 4*i + c. Unpacking is shifts and
    ands, and each 32-bit lane has 4 neighbouring k of its row, as integer dot products
    want them. Scales of f8E8M0FNU are a byte e there, for 2^(e - 128). A group fills whole vectors: it is a multiple of 32/w for its narrowest
    plane; or, with sub-scales, the fewest neighbouring groups that do are a unit: planes are
    then those of a unit, and k counts in it.

    `#llm.panels<16, 2:4>` holds integer grids of which, of each 4 k of a row from a multiple of 4
    on, 2 at most are not 0. Planes are then of these alone, in order: the 4 codes of a lane are those of 8 k,
    each `code ^ zero`. Behind a group's planes lie vectors of a 32-bit word of each row: its 8 numbers of 4 bits, from
    the lowest, say which 2 of the 4 k they are (0 to 5: 01, 02, 03, 12, 13, 23), for 32 k. A group is a multiple of 32.

    `#llm.panels<16, KEEP:OF, RxC>` holds floats or integer grids of which, of each OF blocks of R rows and C k that lie side by side, at most KEEP have a number that is not 0.
    Blocks are 16x1 or 4x4: a panel is 16 / R bands of rows, one below the other. A unit is a kept block of every band, in rising order of k.

    Of floats it holds, per panel, for each unit and band the number of the block in its row, of 16 bits, then from a multiple of 64 bytes on for each unit, for each of its C
    k, `rows` floats (`FloatBlocks`).

    Of grids a group's planes are of its units alone: the 4 codes of a lane are those of 4 units of 16x1, or of one of 4x4. Behind the planes lies for each unit and band a
    byte, the number of the block among its OF. Blocks of 16x1 are KEEP:16, KEEP being a multiple of 4; with 4x4 a group has whole sets of OF.
  }];
  let parameters = (ins DefaultValuedParameter<"int64_t", "16">:$rows,
                        DefaultValuedParameter<"int64_t", "0">:$keep,
                        DefaultValuedParameter<"int64_t", "0">:$of,
                        DefaultValuedParameter<"int64_t", "1">:$blockRows,
                        DefaultValuedParameter<"int64_t", "1">:$blockCols);
  let builders = [
    AttrBuilder<(ins), [{ return $_get($_ctxt, 16, 0, 0, 1, 1); }]>,
    AttrBuilder<(ins "int64_t":$rows, CArg<"int64_t", "0">:$keep, CArg<"int64_t", "0">:$of),
      [{ return $_get($_ctxt, rows, keep, of, 1, 1); }]>
  ];
  let extraClassDeclaration = [{
    /// Whether only some of the numbers are there.
    bool skipsZeros() const { return getKeep() != 0; }
    /// Whether they are whole blocks of several rows.
    bool hasBlocks() const { return getBlockRows() > 1; }
    /// Whether only 2 of each 4 codes of a row are there.
    bool isTwoOfFour() const { return skipsZeros() && !hasBlocks(); }
  }];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

def LLM_TargetAttr : LLM_Attr<"Target", "target"> {
  let summary = "the machine that a function is compiled for";
  let description = [{
    `isa` names an instruction set; the numbers are what tile shapes follow:
    `registers` vector registers of `lanes` f32 each, and of registers that hold a
    matrix of integers the rows, `tile_rows`. A function carries its target as the
    attribute `llm.target` from `llm-clone-targets` on, before kernels are formed, so
    that every choice may depend on it.
    ```mlir
    #llm.target<"avx2", registers = 16, lanes = 8>
    #llm.target<"amx", registers = 32, lanes = 16, tile_rows = 16>
    ```
    The names of GPUs are those of CUDA, `sm_80`; there a lane is a thread.
  }];
  let parameters = (ins StringRefParameter<>:$isa, "int64_t":$registers, "int64_t":$lanes,
                        DefaultValuedParameter<"int64_t", "0">:$tileRows);
  let extraClassDeclaration = [{
    /// Kernels are launched on a device of their own, not called.
    bool isDevice() const { return getIsa().starts_with("sm_"); }
  }];
  let assemblyFormat = [{
    `<` $isa `,` `registers` `=` $registers `,` `lanes` `=` $lanes (`,` `tile_rows` `=` $tileRows^)? `>`
  }];
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

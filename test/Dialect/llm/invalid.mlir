// RUN: llmc-opt %s -verify-diagnostics -split-input-file
// One case per numbered constraint of the dialect's types, attributes and ops.

// expected-error @below {{a float encoding is f32, f16 or bf16, found 'f64'}}
func.func private @f(!llm.packed<4x32, #llm.float<f64>>)

// -----

// expected-error @below {{unknown attribute `q9_9` in dialect `llm`}}
func.func private @f(!llm.packed<4x32, #llm.q9_9>)

// -----

// expected-error @below {{(C1) codes have 1 to 8 bits, found 9}}
func.func private @f(!llm.packed<4x32, #llm.grid<bits = 9, group = 32, scale = f16>>)

// -----

// expected-error @below {{(C1) a group is a positive multiple of 8, at most 65536, found 20}}
func.func private @f(!llm.packed<4x40, #llm.grid<bits = 4, group = 20, scale = f16>>)

// -----

// expected-error @below {{(C2) the scale is f16, bf16, f32 or f8E8M0FNU, found 'f64'}}
func.func private @f(!llm.packed<4x32, #llm.grid<bits = 4, group = 32, scale = f64>>)

// -----

// expected-error @below {{(C3) sub and block come together, found sub alone}}
func.func private @f(!llm.packed<4x32, #llm.grid<bits = 4, group = 32, scale = f16, sub = ui6>>)

// -----

// expected-error @below {{(C3) sub is ui1 to ui8 or si2 to si8, found 'i6'}}
func.func private @f(!llm.packed<4x64, #llm.grid<bits = 4, group = 32, scale = f16, sub = i6, block = 64>>)

// -----

// expected-error @below {{(C3) block is a multiple of the group of 32, at most 65536, found 48}}
func.func private @f(!llm.packed<4x96, #llm.grid<bits = 4, group = 32, scale = f16, sub = ui6, block = 48>>)

// -----

// expected-error @below {{(C3) scales of f8E8M0FNU have no sub}}
func.func private @f(!llm.packed<4x64, #llm.grid<bits = 4, group = 32, scale = f8E8M0FNU, sub = ui6, block = 64>>)

// -----

// expected-error @below {{(C4) zero is a code of 4 bits, found 16}}
func.func private @f(!llm.packed<4x32, #llm.grid<bits = 4, group = 32, scale = f16, zero = 16>>)

// -----

// expected-error @below {{(C4) a grid with a minimum has no zero, found 8}}
func.func private @f(!llm.packed<4x32, #llm.grid<bits = 4, group = 32, scale = f16, zero = 8, min = true>>)

// -----

// expected-error @below {{(C5) values are 2^bits for codes of 1 to 4 bits, found 2 for codes of 4}}
func.func private @f(!llm.packed<4x32, #llm.grid<bits = 4, group = 32, scale = f16, values = [1, 2]>>)

// -----

// expected-error @below {{(C5) a grid with values has neither zero nor min}}
func.func private @f(!llm.packed<4x32, #llm.grid<bits = 4, group = 32, scale = f16, zero = 1, values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]>>)

// -----

// expected-error @below {{(C1) codes have a type or values, found neither}}
func.func private @f(!llm.packed<4x32, #llm.float_codes<group = 32, scale = f16>>)

// -----

// expected-error @below {{(C1) the type is f8E4M3FN or f8E5M2, found 'f8E8M0FNU'}}
func.func private @f(!llm.packed<4x32, #llm.float_codes<type = f8E8M0FNU, group = 32, scale = f16>>)

// -----

// expected-error @below {{(C1) values are 16, found 2}}
func.func private @f(!llm.packed<4x32, #llm.float_codes<values = [1.0, 2.0], group = 32, scale = f16>>)

// -----

// expected-error @below {{(C1) values are finite numbers}}
func.func private @f(!llm.packed<4x32, #llm.float_codes<values = [1.0e39, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0], group = 32, scale = f16>>)

// -----

// expected-error @below {{(C2) a group is positive, found 0}}
func.func private @f(!llm.packed<4x32, #llm.float_codes<type = f8E5M2, group = 0, scale = f16>>)

// -----

// expected-error @below {{(C2) a group is positive and even, found 3}}
func.func private @f(!llm.packed<4x33, #llm.float_codes<values = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0], group = 3, scale = f16>>)

// -----

// expected-error @below {{(C3) the scale is f16, bf16 or f32, found 'f64'}}
func.func private @f(!llm.packed<4x32, #llm.float_codes<type = f8E5M2, group = 32, scale = f64>>)

// -----

// expected-error @below {{(C2) panels hold codes of 5 bits in groups of a multiple of 32, found groups of 16}}
func.func private @f(!llm.packed<4x32, #llm.grid<bits = 5, group = 16, scale = f16>, #llm.panels>)

// -----

// expected-error @below {{codes are i2 to i8, f8E4M3FN or f8E5M2, found 'i16'}}
func.func private @f(!llm.packed<4x32, #llm.rounded_act<i16, 32>>)

// -----

// expected-error @below {{a group has 1 number or more, found 0}}
func.func private @f(!llm.packed<4x32, #llm.rounded_act<i4, 0>>)

// -----

// expected-error @below {{a group has 1 to 65536 codes, found 0}}
func.func private @f(!llm.packed<4x32, #llm.int8_act<0>>)

// -----

// expected-error @below {{expected 'bf16_prompts'}}
func.func private @f(!llm.packed<4x32, #llm.int8_act<32, rough>>)

// -----

// expected-error @below {{expected '>'}}
func.func private @f(!llm.packed<4x32, #llm.int8_act<32, bf16_prompts fine>>)

// -----

// expected-error @below {{panels have 16 rows, found 8}}
func.func private @f(!llm.packed<4x32, #llm.q4_1, #llm.panels<8>>)

// -----

// expected-error @below {{panels skip zeros of 2:4, or of blocks, found 1:4}}
func.func private @f(!llm.packed<4x32, #llm.q4_0, #llm.panels<16, 1:4>>)

// -----

// expected-error @below {{panels skip zeros of blocks of 16x1 or 4x4, found 8x2}}
func.func private @f(!llm.packed<4x32, #llm.q4_0, #llm.panels<16, 1:4, 8x2>>)

// -----

// expected-error @below {{fewer blocks are kept than there are, found 4:4}}
func.func private @f(!llm.packed<4x32, #llm.q4_0, #llm.panels<16, 4:4, 4x4>>)

// -----

// expected-error @below {{expected the rows and columns of a block}}
func.func private @f(!llm.packed<4x32, #llm.q4_0, #llm.panels<16, 2:4, 4>>)

// -----

// expected-error @below {{panels keep 4, 8 or 12 of 16 columns of codes, found 2 of 4}}
func.func private @f(!llm.packed<4x32, #llm.q4_0, #llm.panels<16, 2:4, 16x1>>)

// -----

// expected-error @below {{(C3) rows are whole sets of 24 columns, of which some are kept, and at most 65536 blocks, found 32 columns}}
func.func private @f(!llm.packed<4x32, #llm.float<f32>, #llm.panels<16, 2:6, 4x4>>)

// -----

// expected-error @below {{codes that are not there are 0, of which such a grid has none}}
func.func private @f(!llm.packed<4x32, #llm.q4_1, #llm.panels<16, 2:4>>)

// -----

// expected-error @below {{tile sizes are positive, found rows 0}}
func.func private @f() attributes {s = #llm.schedule<rows = 0, strips = 1, lanes = 8, panels = 1>}

// -----

// expected-error @below {{a target has registers of a power of two lanes, found 16 of 6}}
func.func private @f() attributes {llm.target = #llm.target<"x", registers = 16, lanes = 6>}

// -----

// expected-error @below {{a target names its instruction set}}
func.func private @f() attributes {llm.target = #llm.target<"", registers = 16, lanes = 8>}

// -----

func.func @f(%v: tensor<8xf32>) {
  // expected-error @below {{(C1) a dimension of the input is 1 or that of the result, found 'tensor<8xf32>' and 'tensor<4x6xf32>'}}
  %0 = llm.broadcast %v : tensor<8xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @f(%v: tensor<1x1x8xf32>) {
  // expected-error @below {{(C1) spreads fewer dimensions of the same type, found 'tensor<1x1x8xf32>' and 'tensor<4x8xf32>'}}
  %0 = llm.broadcast %v : tensor<1x1x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%v: tensor<8xf32>) {
  // expected-error @below {{(C2) takes the number of rows iff the result does not know it, found 'tensor<?x8xf32>'}}
  %0 = llm.broadcast %v : tensor<8xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @f(%a: vector<16xf32>, %x: memref<?x32xf32>, %w: memref<1x1x640xi8>, %i: index) {
  // expected-error @below {{(C2) begins at a multiple of its 16 lanes, found 8}}
  %0 = llm.tile.dot(%a) x(%x[%i]) w(%w[%i]) block(%i) {rows = 1 : i64, strips = 1 : i64, lane = 8 : i64, weightType = !llm.packed<16x32, #llm.q8_0, #llm.panels>} : (vector<16xf32>), memref<?x32xf32>, memref<1x1x640xi8> -> vector<16xf32>
  return
}

// -----

// expected-error @below {{keeps rows [begin, end) with 0 <= begin < end, found [4, 4)}}
func.func private @f() attributes {s = #llm.rows<4, 4>}

// -----

// expected-error @below {{(C1) packed values have two or three dimensions, found 1}}
func.func private @f(!llm.packed<32, #llm.q8_0>)

// -----

// expected-error @below {{(C1) the last dimension must be a multiple of the encoding's block of 32, found 40}}
func.func private @f(!llm.packed<4x40, #llm.q8_0>)

// -----

// expected-error @below {{(C1) the last dimension must be a multiple of the encoding's block of 32, found ?}}
func.func private @f(!llm.packed<4x?, #llm.q8_0>)

// -----

// expected-error @below {{a cache has four dimensions, layers x heads x key x value, found 3}}
func.func private @f(!llm.kv<2x4x8, f32>)

// -----

// expected-error @below {{(C1) a cache needs positive layers, heads and key dimension, found 0x3x64x64}}
func.func private @f(!llm.kv<0x3x64x64, f32>)

// -----

// expected-error @below {{(C2) a cache has either a value dimension or a prefix of the key, found value 8 and prefix 4}}
func.func private @f(!llm.kv<1x1x8x8, f32, prefix = 4>)

// -----

// expected-error @below {{(C2) a cache whose value is a prefix of the key has one head, found 2}}
func.func private @f(!llm.kv<1x2x8x0, f32, prefix = 4>)

// -----

// expected-error @below {{(C3) a cache holds f32, f16, bf16 or i8, found 'f64'}}
func.func private @f(!llm.kv<1x1x8x8, f64>)

// -----

// expected-error @below {{expected prefix or window, found pages}}
func.func private @f(!llm.kv<1x1x8x8, f32, pages = 4>)

// -----

// expected-error @below {{'llm.weight' op (C1) needs exactly one of source and value}}
llm.weight @w : tensor<2xf32>

// -----

// expected-error @below {{'llm.weight' op (C2) is a static tensor of numbers or packed, found 'tensor<?xf32>'}}
llm.weight @w : tensor<?xf32> source "w"

// -----

// expected-error @below {{'llm.weight' op (C2) is a static tensor of numbers or packed, found '!llm.packed<?x32, #llm.q8_0>'}}
llm.weight @w : !llm.packed<?x32, #llm.q8_0> source "w"

// -----

// expected-error @below {{'llm.weight' op (C2) holds weights, found an encoding of activations, '!llm.packed<8x32, #llm.int8_act>'}}
llm.weight @w : !llm.packed<8x32, #llm.int8_act> source "w"

// -----

// expected-error @below {{'llm.weight' op (C2) is a static tensor of numbers or packed, found 'tensor<4294967296x4294967296xf32>'}}
llm.weight @w : tensor<4294967296x4294967296xf32> source "w"

// -----

// expected-error @below {{'llm.weight' op (C3) has the type of its value: type is 'tensor<2xf32>', value is 'tensor<3xf32>'}}
llm.weight @w : tensor<2xf32> value dense<1.0> : tensor<3xf32>

// -----

// expected-error @below {{'llm.weight' op (C4) the recipe of a value has input_scale and scale steps alone}}
llm.weight @w : tensor<2xf32> recipe [#llm.transpose] value dense<1.0> : tensor<2xf32>

// -----

// expected-error @below {{'llm.weight' op (C4) a recipe lists transpose, rows, stack, matrices, convert, add, blocks, dequantize, keep, round, scale, prune, low_rank, factor, outliers, kron_rotate and input_scale steps, found #llm.q8_0}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.q8_0]

// -----

// expected-error @below {{fewer units stay than there are, at least one, found 4 of 4}}
module attributes {test.by = #llm.selection<method = "magnitude", keep = 4, of = 4, makers = [@w], readers = [@v]>} {}

// -----

// expected-error @below {{a unit has rows of a maker and columns of a reader}}
module attributes {test.by = #llm.selection<method = "magnitude", keep = 2, of = 4, makers = [@w], readers = []>} {}

// -----

// expected-error @below {{weights are symbols, found ["v"]}}
module attributes {test.by = #llm.selection<method = "magnitude", keep = 2, of = 4, makers = [@w], readers = ["v"]>} {}

// -----

// expected-error @below {{span is a multiple of the group of 16, found 24}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.round<grid = <bits = 4, group = 16, scale = f16>, method = "rtn", span = 24>]

// -----

// expected-error @below {{groups with sub-scales share no scale, found a span of 64}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.round<grid = <bits = 4, group = 32, scale = f16, sub = ui6, block = 256>, method = "rtn", span = 64>]

// -----

// expected-error @below {{factors are #llm.equalize or name a tensor, found 1 : i64}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.scale<by = 1 : i64>]

// -----

// expected-error @below {{weights are symbols, at least one, found ["a"]}}
// expected-error @below {{failed to parse LLM_ScaleStep parameter 'by'}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.scale<by = #llm.equalize<method = "awq", weights = ["a"], stats = "w", grid = <bits = 4, group = 16, scale = f16>>>]

// -----

// expected-error @below {{repeat is positive, and more than 1 of heads only, found 2 of 0}}
// expected-error @below {{failed to parse LLM_ScaleStep parameter 'by'}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.scale<by = #llm.equalize<method = "awq", weights = [@w], stats = "w", grid = <bits = 4, group = 16, scale = f16>, repeat = 2>>]

// -----

// expected-error @below {{either a share becomes 0, or fewer than `of` of each `of` are kept, found keep = 4, of = 4}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.prune<method = "magnitude", keep = 4, of = 4>]

// -----

// expected-error @below {{share lies between 0 and 1, found 1.000000e+00 : f64}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.prune<method = "magnitude", share = 1.0>]

// -----

// expected-error @below {{part is left, right or rest, found "middle"}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.low_rank<part = "middle", rank = 8, round = <grid = <bits = 4, group = 16, scale = f16>, method = "rtn">>]

// -----

// expected-error @below {{rank and iterations are positive, found 0 and 1}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.low_rank<part = "left", rank = 0, round = <grid = <bits = 4, group = 16, scale = f16>, method = "rtn">>]

// -----

// expected-error @below {{part is kept or rest, found "left"}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.outliers<part = "left", entries = 2>]

// -----

// expected-error @below {{entries is positive, found 0}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.outliers<part = "kept", entries = 0>]

// -----

// expected-error @below {{by is weight, column, magnitude or hessian, found "row"}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.outliers<part = "kept", entries = 2, by = "row">]

// -----

// expected-error @below {{outliers are chosen by what `round` costs, which is not there}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.outliers<part = "kept", entries = 2, by = "column">]

// -----

// expected-error @below {{outliers of blocks are what `round` leaves of them, which is not there}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.outliers<part = "kept", entries = 2, by = "magnitude", block = 32>]

// -----

// expected-error @below {{a block has room for its entries, found 33 of 32 columns}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.outliers<part = "kept", entries = 33, round = <grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "rtn">, block = 32>]

// -----

// expected-error @below {{(C1) 1 <= entries <= block <= 256, found 1 entries of 257 columns}}
func.func private @f(!llm.packed<4x257, #llm.sparse_codes<block = 257, entries = 1, scale = f16>>)

// -----

// expected-error @below {{(C2) the scale is f16, bf16 or f32, found 'f64'}}
func.func private @f(!llm.packed<4x32, #llm.sparse_codes<block = 32, entries = 1, scale = f64>>)

// -----

// expected-error @below {{part is left or right, found "rest"}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.factor<part = "rest", method = "svd", rank = 8>]

// -----

// expected-error @below {{rank is positive, found 0}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.factor<part = "left", method = "svd", rank = 0>]

// -----

// expected-error @below {{scales name a tensor or are a float, found 1 : i64}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.dequantize<scales = 1 : i64>]

// -----

// expected-error @below {{zeros name a tensor or are an integer, found 1.000000e+00 : f32}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.dequantize<scales = "s", zeros = 1.0 : f32>]

// -----

// expected-error @below {{axis and block are not negative, found 0 and -1}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.dequantize<scales = "s", block = -1>]

// -----

// expected-error @below {{a group of the grid has one float, found #llm.grid<bits = 4, group = 32, scale = f16, sub = ui6, block = 256>}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.dequantize<scales = "s", grid = <bits = 4, group = 32, scale = f16, sub = ui6, block = 256>>]

// -----

// expected-error @below {{only a grid is transposed: transpose floats by the next step}}
llm.weight @w : tensor<2xf32> source "w" recipe [#llm.dequantize<scales = "s", transposed = true>]

// -----

// expected-error @below {{'llm.weight' op (C5) offset is not negative, found -64}}
llm.weight @w : tensor<2xf32> source "w" at -64

// -----

// expected-error @below {{'llm.weight_table' op (C1) names @missing, which is no llm.weight}}
llm.weight_table @t : tensor<2xf32> [@missing]

// -----

llm.weight @w : tensor<2xf32> source "w"
// expected-error @below {{'llm.weight_table' op (C1) holds weights of type 'tensor<3xf32>', but @w is 'tensor<2xf32>'}}
llm.weight_table @t : tensor<3xf32> [@w]

// -----

// expected-error @below {{'llm.weight_table' op (C2) needs at least one entry}}
llm.weight_table @t : tensor<2xf32> []

// -----

llm.weight @w : tensor<2xf32> source "w"
func.func @f(%i: index) {
  // expected-error @below {{'llm.param' op (C1) reads an llm.weight, or an llm.weight_table with an index; found @w with index}}
  %0 = llm.param @w[%i] : tensor<2xf32>
  return
}

// -----

llm.weight @w : tensor<2xf32> source "w"
llm.weight_table @t : tensor<2xf32> [@w]
func.func @f() {
  // expected-error @below {{'llm.param' op (C1) reads an llm.weight, or an llm.weight_table with an index; found @t without index}}
  %0 = llm.param @t : tensor<2xf32>
  return
}

// -----

llm.weight @w : tensor<2xf32> source "w"
func.func @f() {
  // expected-error @below {{'llm.param' op (C2) result is 'tensor<3xf32>', the weight is 'tensor<2xf32>'}}
  %0 = llm.param @w : tensor<3xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2xf32>) {
  // expected-error @below {{'llm.kernel' op (C1) region arguments must have the types of the inputs}}
  llm.kernel "k"(%x) : (tensor<?x2xf32>) -> () {
  ^bb0(%a: tensor<?x4xf32>):
    llm.yield
  }
  return
}

// -----

func.func @f(%x: tensor<?x2xf32>) {
  // expected-error @below {{'llm.kernel' op (C1) yields types that differ from its results}}
  %r = llm.kernel "k"(%x) : (tensor<?x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%a: tensor<?x2xf32>):
    llm.yield
  }
  return
}

// -----

func.func @f(%x: tensor<?x2xf32>) {
  // expected-error @below {{'llm.kernel' op (C2) arena has one offset per result: found 2 for 1 results}}
  %r = llm.kernel "k"(%x) arena [0, 8] : (tensor<?x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%a: tensor<?x2xf32>):
    llm.yield %a : tensor<?x2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<?x2xf32>) {
  // expected-error @below {{'llm.kernel' op (C3) scratch is not negative, found -1}}
  %r = llm.kernel "k"(%x) scratch -1 : (tensor<?x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%a: tensor<?x2xf32>):
    llm.yield %a : tensor<?x2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<?x?xf32>) {
  // expected-error @below {{'llm.norm' op (C0) only the number of rows may be unknown, other dimensions are positive: found 'tensor<?x?xf32>'}}
  %0 = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%x: tensor<*xf32>) {
  // expected-error @below {{'llm.norm' op operand #0 must be ranked tensor of 32-bit float or 16-bit float or bfloat16 type values, but got 'tensor<*xf32>'}}
  %0 = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<*xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%i: tensor<?xi32>, %t: tensor<8x4xf32>) {
  // expected-error @below {{'llm.embed' op (C1) result is ids by table columns [?, 4], found [?, 5]}}
  %0 = llm.embed %i, %t : (tensor<?xi32>, tensor<8x4xf32>) -> tensor<?x5xf32>
  return
}

// -----

func.func @f(%i: tensor<?xi32>, %t: tensor<2x8x4xf32>) {
  // expected-error @below {{'llm.embed' op (C1) table is [V, E], found [2, 8, 4]}}
  %0 = llm.embed %i, %t : (tensor<?xi32>, tensor<2x8x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{'llm.norm' op (C1) result has the input's type, input is 'tensor<?x4xf32>', result is 'tensor<?x5xf32>'}}
  %0 = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x4xf32>) -> tensor<?x5xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<5xf32>) {
  // expected-error @below {{'llm.norm' op (C2) weight and bias have the last dimensions of the input: input is [?, 4], found [5]}}
  %0 = llm.norm rms %x weight(%w) {eps = 1.0e-5 : f64} : (tensor<?x4xf32>, tensor<5xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{'llm.norm' op (C3) eps must be positive}}
  %0 = llm.norm rms %x {eps = 0.0 : f64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<4xf32>) {
  // expected-error @below {{'llm.norm' op (C4) a bias needs a weight}}
  %0 = llm.norm rms %x bias(%w) {eps = 1.0e-5 : f64} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<3x5xf32>) {
  // expected-error @below {{'llm.linear' op (C1) input and weight need the same K: input is [?, 4], weight is [3, 5]}}
  %0 = llm.linear %x, %w : (tensor<?x4xf32>, tensor<3x5xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<4xf32>) {
  // expected-error @below {{'llm.linear' op (C1) weight is [N, K] or [H, N, K], found [4]}}
  %0 = llm.linear %x, %w : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>, %w: tensor<3x4xf32>) {
  // expected-error @below {{'llm.linear' op (C1) input is rows of K, found [4]}}
  %0 = llm.linear %x, %w : (tensor<4xf32>, tensor<3x4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<3x4xf32>) {
  // expected-error @below {{'llm.linear' op (C2) result is [?, 3], found [?, 4]}}
  %0 = llm.linear %x, %w : (tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<2x3x4xf32>) {
  // expected-error @below {{'llm.linear' op (C3) a weight per head needs input [T, 2, K], found [?, 4]}}
  %0 = llm.linear %x, %w : (tensor<?x4xf32>, tensor<2x3x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @f(%x: !llm.packed<8x32, #llm.q8_0>, %w: tensor<3x32xf32>) {
  // expected-error @below {{'llm.linear' op (C4) a packed input holds activations, found '!llm.packed<8x32, #llm.q8_0>'}}
  %0 = llm.linear %x, %w : (!llm.packed<8x32, #llm.q8_0>, tensor<3x32xf32>) -> tensor<8x3xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<3x4xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{'llm.linear' op (C5) bias is [3], found [4]}}
  %0 = llm.linear %x, %w bias(%b) : (tensor<?x4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @f(%x: tensor<?x32xf32>) {
  // expected-error @below {{'llm.quantize_act' op (C1) result has the input's shape [?, 32], found [?, 64]}}
  %0 = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x64, #llm.int8_act>
  return
}

// -----

func.func @f(%x: tensor<?x32xf32>) {
  // expected-error @below {{'llm.quantize_act' op (C3) batch is there iff rows of prompts may be bf16}}
  %0 = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, bf16_prompts>>
  return
}

// -----

func.func @f(%x: tensor<?x32xf32>, %w: tensor<3x32xf32>, %batch: !llm.batch) {
  // expected-error @below {{'llm.linear' op (C6) batch is there iff rows of prompts may be bf16}}
  %0 = llm.linear %x, %w batch(%batch) : (tensor<?x32xf32>, tensor<3x32xf32>, !llm.batch) -> tensor<?x3xf32>
  return
}

// -----

// expected-error @below {{(C2) panels hold weights, integer grids or floats}}
func.func private @f(!llm.packed<?x32, #llm.int8_act, #llm.panels>)

// -----

func.func @f(%x: tensor<?x32xf32>, %s: tensor<2xf32>) -> !llm.packed<?x32, #llm.int8_act> {
  // expected-error @below {{'llm.quantize_act' op (C4) scale is [1], found [2]}}
  %0 = llm.quantize_act %x scale(%s : tensor<2xf32>) : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  return %0 : !llm.packed<?x32, #llm.int8_act>
}

// -----

func.func @f(%x: tensor<?x32xf32>, %s: tensor<1xf32>) -> !llm.packed<?x32, #llm.int8_act<32, fine>> {
  // expected-error @below {{'llm.quantize_act' op (C4) #llm.int8_act in one plane has a scale for all, found #llm.int8_act<32, fine>}}
  %0 = llm.quantize_act %x scale(%s : tensor<1xf32>) : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, fine>>
  return %0 : !llm.packed<?x32, #llm.int8_act<32, fine>>
}

// -----

func.func @f(%x: tensor<?x32xf32>) {
  // expected-error @below {{'llm.quantize_act' op (C2) needs an activation encoding, found #llm.q8_0}}
  %0 = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.q8_0>
  return
}

// -----

func.func @f(%x: !llm.packed<4x32, #llm.q8_0>) {
  // expected-error @below {{'llm.dequant' op (C1) result has the input's shape [4, 32], found [4, 64]}}
  %0 = llm.dequant %x : !llm.packed<4x32, #llm.q8_0> -> tensor<4x64xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>, %i: tensor<4xf32>) {
  // expected-error @below {{'llm.rope' op (C1) result has the input's type, input is 'tensor<?x2x8xf32>', result is 'tensor<?x2x6xf32>'}}
  %0 = llm.rope half %x, %p, %i : (tensor<?x2x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x2x6xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>, %i: tensor<4xf32>) {
  // expected-error @below {{'llm.rope' op (C2) rotates an even number of dims inside the head: head dim is 8, found start 2 and 8 rotated dims}}
  %0 = llm.rope half %x, %p, %i {start = 2 : i64} : (tensor<?x2x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>, %i: tensor<1x2x4xf32>) {
  // expected-error @below {{'llm.rope' op (C3) inv is [R/2] or [T, R/2], found [1, 2, 4]}}
  %0 = llm.rope half %x, %p, %i : (tensor<?x2x8xf32>, tensor<?xi32>, tensor<1x2x4xf32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %i: tensor<4xf32>) {
  // expected-error @below {{'llm.rotation' op (C1) result is [?, 8], found [?, 4]}}
  %0 = llm.rotation %p, %i : (tensor<?xi32>, tensor<4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %i: tensor<?xf32>) {
  // expected-error @below {{'llm.rotation' op (C2) inv is [R/2] or [T, R/2], found [?]}}
  %0 = llm.rotation %p, %i : (tensor<?xi32>, tensor<?xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x12xf32>, %a: tensor<3x3xf32>, %b: tensor<4x4xf32>) {
  // expected-error @below {{'llm.kron_rotate' op (C1) result has the type of input, found 'tensor<?x12xf16>' of 'tensor<?x12xf32>'}}
  %0 = llm.kron_rotate %x, %a, %b : (tensor<?x12xf32>, tensor<3x3xf32>, tensor<4x4xf32>) -> tensor<?x12xf16>
  return
}

// -----

func.func @f(%x: tensor<?x12xf32>, %a: tensor<3x3xf32>, %b: tensor<5x5xf32>) {
  // expected-error @below {{'llm.kron_rotate' op (C2) left and right are square, and a row of input as long as the product of their sizes, found 'tensor<3x3xf32>' and 'tensor<5x5xf32>' for 'tensor<?x12xf32>'}}
  %0 = llm.kron_rotate %x, %a, %b : (tensor<?x12xf32>, tensor<3x3xf32>, tensor<5x5xf32>) -> tensor<?x12xf32>
  return
}

// -----

func.func @f(%x: tensor<?x12xf32>, %a: tensor<3x2xf32>, %b: tensor<4x4xf32>) {
  // expected-error @below {{'llm.kron_rotate' op (C2) left and right are square}}
  %0 = llm.kron_rotate %x, %a, %b : (tensor<?x12xf32>, tensor<3x2xf32>, tensor<4x4xf32>) -> tensor<?x12xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %r: tensor<?x8xf32>) {
  // expected-error @below {{'llm.rotate' op (C1) result has the input's type, input is 'tensor<?x2x8xf32>', result is 'tensor<?x2x6xf32>'}}
  %0 = llm.rotate half %x, %r : (tensor<?x2x8xf32>, tensor<?x8xf32>) -> tensor<?x2x6xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %r: tensor<?x7xf32>) {
  // expected-error @below {{'llm.rotate' op (C2) rotates an even number of dims inside the head: head dim is 8, found start 0 and 7 rotated dims}}
  %0 = llm.rotate half %x, %r : (tensor<?x2x8xf32>, tensor<?x7xf32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.kv_write' op (C1) result has the cache's type '!llm.kv<2x1x8x8, f32>', found '!llm.kv<2x1x8x8, f16>'}}
  %0 = llm.kv_write %kv[%l], %k, value(%k), %b : !llm.kv<2x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<2x1x8x8, f16>
  return
}

// -----

func.func @f(%kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x2x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.kv_write' op (C2) key is [?, 1, 8], found [?, 2, 8]}}
  %0 = llm.kv_write %kv[%l], %k, value(%k), %b : !llm.kv<2x1x8x8, f32>, tensor<?x2x8xf32>, value(tensor<?x2x8xf32>) -> !llm.kv<2x1x8x8, f32>
  return
}

// -----

func.func @f(%kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.kv_write' op (C3) value is given iff the cache stores values, the cache is '!llm.kv<2x1x8x8, f32>'}}
  %0 = llm.kv_write %kv[%l], %k, %b : !llm.kv<2x1x8x8, f32>, tensor<?x1x8xf32> -> !llm.kv<2x1x8x8, f32>
  return
}

// -----

func.func @f(%kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.kv_write' op (C4) a cache version is written once, found 2 kv_write users}}
  %0 = llm.kv_write %kv[%l], %k, value(%k), %b : !llm.kv<2x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<2x1x8x8, f32>
  %1 = llm.kv_write %kv[%l], %k, value(%k), %b : !llm.kv<2x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<2x1x8x8, f32>
  return
}

// -----

func.func @f(%kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch, %n: index) {
  scf.for %i = %l to %n step %n {
    // expected-error @below {{'llm.kv_write' op (C4) a cache version is written in the block that defines it: carry it through the loop}}
    %0 = llm.kv_write %kv[%l], %k, value(%k), %b : !llm.kv<2x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<2x1x8x8, f32>
  }
  return
}

// -----

func.func @f(%kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch, %q: tensor<?x2x8xf32>) {
  // expected-error @below {{'llm.kv_write' op (C5) an attention reads this cache version after it was written over}}
  %0 = llm.kv_write %kv[%l], %k, value(%k), %b : !llm.kv<2x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<2x1x8x8, f32>
  %1 = llm.attention %q cache(%kv[%l]) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x3x8xf32>, %kv: !llm.kv<2x2x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C1) key heads divide query heads: found 3 and 2}}
  %0 = llm.attention %q cache(%kv[%l]) batch(%b) {scale = 1.0 : f64} : (tensor<?x3x8xf32>, !llm.kv<2x2x8x8, f32>, index, !llm.batch) -> tensor<?x3x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x4xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C2) query head dim is 8 and result is [?, 2, 8]: found query [?, 2, 4], result [?, 2, 8]}}
  %0 = llm.attention %q cache(%kv[%l]) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x4xf32>, !llm.kv<2x1x8x8, f32>, index, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C3) needs either cache and layer, or key and value}}
  %0 = llm.attention %q cache(%kv[%l]) key(%k) value(%k) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, tensor<?x1x8xf32>, tensor<?x1x8xf32>, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C3) needs either cache and layer, or key and value}}
  %0 = llm.attention %q key(%k) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x8xf32>, tensor<?x1x8xf32>, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C3) explicit keys need values with as many rows and heads: key is [?, 1, 8], value is [?, 2, 8]}}
  %0 = llm.attention %q key(%k) value(%q) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x8xf32>, tensor<?x1x8xf32>, tensor<?x2x8xf32>, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C4) softcap and chunk are not negative, left and right are at least -1}}
  %0 = llm.attention %q cache(%kv[%l]) batch(%b) {scale = 1.0 : f64, softcap = -1.0 : f64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C4) softcap and chunk are not negative, left and right are at least -1}}
  %0 = llm.attention %q cache(%kv[%l]) batch(%b) {scale = 1.0 : f64, left = -2 : i64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch, %s: tensor<2xf32>, %t: tensor<8x2xf32>) {
  // expected-error @below {{'llm.attention' op (C5) slopes and rel exclude each other}}
  %0 = llm.attention %q cache(%kv[%l]) slopes(%s) rel(%t) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, tensor<2xf32>, tensor<8x2xf32>, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C6) a cached attention looks back only: right must be 0, found -1}}
  %0 = llm.attention %q cache(%kv[%l]) batch(%b) {scale = 1.0 : f64, right = -1 : i64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch, %s: tensor<3xf32>) {
  // expected-error @below {{'llm.attention' op (C7) slopes and sinks hold one number per head: 2 heads, found [3]}}
  %0 = llm.attention %q cache(%kv[%l]) sinks(%s) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, tensor<3xf32>, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch, %s: tensor<8x3xf32>) {
  // expected-error @below {{'llm.attention' op (C8) rel is [B, 2], found [8, 3]}}
  %0 = llm.attention %q cache(%kv[%l]) rel(%s) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, tensor<8x3xf32>, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch, %s: tensor<8x2xf32>) {
  // expected-error @below {{'llm.attention' op (C8) each direction has at least two buckets and fewer exact ones than rel_dist: found 8 buckets, rel_dist 4}}
  %0 = llm.attention %q cache(%kv[%l]) rel(%s) batch(%b) {scale = 1.0 : f64, rel_dist = 4 : i64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32>, index, tensor<8x2xf32>, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%q: tensor<?x2x8xf32>, %kv: !llm.kv<2x1x8x8, f32, window = 4>, %l: index, %k: tensor<?x1x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.attention' op (C9) the cache keeps 4 positions, left is -1}}
  %0 = llm.attention %q cache(%kv[%l]) batch(%b) {scale = 1.0 : f64} : (tensor<?x2x8xf32>, !llm.kv<2x1x8x8, f32, window = 4>, index, !llm.batch) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%l: tensor<?x8xf32>, %c: tensor<7xf32>) {
  // expected-error @below {{'llm.route' op (C1) groups divide experts: found 3 and 8}}
  %i, %w = llm.route %l {k = 2 : i64, groups = 3 : i64} : (tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  return
}

// -----

func.func @f(%l: tensor<?x8xf32>, %c: tensor<7xf32>) {
  // expected-error @below {{'llm.route' op (C2) k experts must fit into the chosen groups: k is 2, 1 groups of 1}}
  %i, %w = llm.route %l {k = 2 : i64, groups = 8 : i64} : (tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  return
}

// -----

func.func @f(%l: tensor<?x8xf32>, %c: tensor<7xf32>) {
  // expected-error @below {{'llm.route' op (C3) top2_sum needs two experts per group}}
  %i, %w = llm.route %l {k = 2 : i64, groups = 8 : i64, top_groups = 4 : i64, group_score = #llm<group_score top2_sum>} : (tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  return
}

// -----

func.func @f(%l: tensor<?x8xf32>, %c: tensor<7xf32>) {
  // expected-error @below {{'llm.route' op (C4) softmax weights need identity scores}}
  %i, %w = llm.route %l {k = 2 : i64, weighting = #llm<route_weights softmax>} : (tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  return
}

// -----

func.func @f(%l: tensor<?x8xf32>, %c: tensor<7xf32>) {
  // expected-error @below {{'llm.route' op (C5) results are [?, 3]}}
  %i, %w = llm.route %l {k = 3 : i64} : (tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  return
}

// -----

func.func @f(%l: tensor<?x8xf32>, %c: tensor<7xf32>) {
  // expected-error @below {{'llm.route' op (C6) the bias is [8], found [7]}}
  %i, %w = llm.route %l bias(%c) {k = 2 : i64} : (tensor<?x8xf32>, tensor<7xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %i: tensor<?x2xi32>, %w: tensor<8x3x5xf32>) {
  // expected-error @below {{'llm.expert_linear' op (C1) weight is [X, N, K] with the input's K: input is [?, 4], weight is [8, 3, 5]}}
  %0 = llm.expert_linear %x, %i, %w : (tensor<?x4xf32>, tensor<?x2xi32>, tensor<8x3x5xf32>) -> tensor<?x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<?x3x4xf32>, %i: tensor<?x2xi32>, %w: tensor<8x3x4xf32>) {
  // expected-error @below {{'llm.expert_linear' op (C2) input is [T, K] or [T, k, K] with k of indices: found [?, 3, 4] and indices [?, 2]}}
  %0 = llm.expert_linear %x, %i, %w : (tensor<?x3x4xf32>, tensor<?x2xi32>, tensor<8x3x4xf32>) -> tensor<?x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %i: tensor<?x2xi32>, %w: tensor<8x3x4xf32>) {
  // expected-error @below {{'llm.expert_linear' op (C3) result is [?, 2, 3], found [?, 2, 4]}}
  %0 = llm.expert_linear %x, %i, %w : (tensor<?x4xf32>, tensor<?x2xi32>, tensor<8x3x4xf32>) -> tensor<?x2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %i: tensor<?x2xi32>, %w: tensor<8x3x4xf32>, %b: tensor<8x4xf32>) {
  // expected-error @below {{'llm.expert_linear' op (C5) bias is [8, 3], found [8, 4]}}
  %0 = llm.expert_linear %x, %i, %w bias(%b) : (tensor<?x4xf32>, tensor<?x2xi32>, tensor<8x3x4xf32>, tensor<8x4xf32>) -> tensor<?x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x4xf32>, %w: tensor<?x3xf32>) {
  // expected-error @below {{'llm.combine' op (C1) input [T, k, E], weights [T, k], result [T, E]: found input [?, 2, 4], weights [?, 3], result [?, 4]}}
  %0 = llm.combine %x, %w : (tensor<?x2x4xf32>, tensor<?x3xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @f(%a: vector<16xf32>, %x: memref<?x32xf32>, %w: memref<1x1x640xi8>, %i: index) {
  // expected-error @below {{'llm.tile.dot' op (C1) carries rows x strips = 2 accumulators of one type, found 1}}
  %0 = llm.tile.dot(%a) x(%x[%i]) w(%w[%i]) block(%i) {rows = 2 : i64, strips = 1 : i64, weightType = !llm.packed<16x32, #llm.q8_0, #llm.panels>} : (vector<16xf32>), memref<?x32xf32>, memref<1x1x640xi8> -> vector<16xf32>
  return
}

// -----

func.func @f(%l: tensor<3x8xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.sample' op (C1) one id per row of logits: found logits [3, 8], result [4]}}
  %0 = llm.sample %l batch(%b) : tensor<3x8xf32> -> tensor<4xi32>
  return
}

// -----

func.func @f(%l: tensor<?x1048577xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.sample' op (C2) at most 1048576 columns have exact sums, found 1048577}}
  %0 = llm.sample %l batch(%b) : tensor<?x1048577xf32> -> tensor<?xi32>
  return
}

// -----

func.func @f(%l: tensor<?x?xf32>, %b: !llm.batch) {
  // expected-error @below {{'llm.sample' op (C0) only the number of rows may be unknown}}
  %0 = llm.sample %l batch(%b) : tensor<?x?xf32> -> tensor<?xi32>
  return
}

// -----

llm.weight @w : tensor<8xf32> source "w"
func.func @f(%worker: index) {
  // expected-error @below {{'llm.enter' op (C1) kernel is a function, found @w}}
  llm.enter @w worker %worker
  return
}

// RUN: llmc-opt %s | llmc-opt | FileCheck %s
// Every op, read, printed and read again.

llm.weight @table : !llm.packed<64x32, #llm.q8_0> source "token_embd.weight"
llm.weight @ones : tensor<4xf32> value dense<1.0> : tensor<4xf32>
// CHECK: llm.weight @codes : tensor<16x32xf32> source "c" recipe [#llm.dequantize<scales = 5.000000e-01 : f32, zeros = 3 : i64, axis = 1>]
llm.weight @codes : tensor<16x32xf32> source "c" recipe [#llm.dequantize<scales = 0.5 : f32, zeros = 3 : i64, axis = 1>]
// CHECK: recipe [#llm.dequantize<scales = "s", block = 32, grid = <bits = 4, group = 32, scale = f32>, transposed = true>]
llm.weight @turned : !llm.packed<16x32, #llm.grid<bits = 4, group = 32, scale = f32>> source "c" recipe [#llm.dequantize<scales = "s", block = 32, grid = <bits = 4, group = 32, scale = f32>, transposed = true>]
// CHECK: recipe [#llm.prune<method = "wanda", keep = 2, of = 4, stats = "c">, #llm.prune<method = "magnitude", share = 5.000000e-01 : f64>]
llm.weight @pruned : tensor<16x32xf32> source "c" recipe [#llm.prune<method = "wanda", keep = 2, of = 4, stats = "c">, #llm.prune<method = "magnitude", share = 0.5>]
// CHECK: recipe [#llm.low_rank<part = "right", rank = 8, round = <grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "rtn">, iterations = 2>]
llm.weight @factor : tensor<8x32xf32> source "c" recipe [#llm.low_rank<part = "right", rank = 8, round = <grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "rtn">, iterations = 2>]
// CHECK: recipe [#llm.factor<part = "right", method = "lord", rank = 8, stats = "c", round = <grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "rtn">>]
llm.weight @whole : tensor<8x32xf32> source "c" recipe [#llm.factor<part = "right", method = "lord", rank = 8, stats = "c", round = <grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "rtn">>]
// CHECK: recipe [#llm.kron_rotate<left = @q4, right = @q8>, #llm.kron_rotate<left = @q2, right = @q8, rows = true>]
llm.weight @rotated : tensor<16x32xf32> source "c" recipe [#llm.kron_rotate<left = @q4, right = @q8>, #llm.kron_rotate<left = @q2, right = @q8, rows = true>]
// CHECK: recipe [#llm.outliers<part = "rest", entries = 3>, #llm.outliers<part = "kept", entries = 2, round = <grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "rtn">, by = "hessian", block = 32>]
llm.weight @parted : tensor<16x32xf32> source "c" recipe [#llm.outliers<part = "rest", entries = 3>, #llm.outliers<part = "kept", entries = 2, round = <grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "rtn">, by = "hessian", block = 32>]
// CHECK: recipe [#llm.scale<by = #llm.equalize<method = "smooth", weights = [@smoothed], stats = "c", alpha = 2.500000e-01 : f64>>]
llm.weight @smoothed : tensor<16x32xf32> source "c" recipe [#llm.scale<by = #llm.equalize<method = "smooth", weights = [@smoothed], stats = "c", alpha = 0.25>>]
// CHECK: llm.weight @rounded : !llm.packed<16x32, #llm.grid<bits = 4, group = 16, scale = f16, zero = 8>> source "c" recipe [#llm.scale<by = #llm.equalize<method = "awq", weights = [@rounded], stats = "c", grid = <bits = 4, group = 16, scale = f16, zero = 8>, repeat = 2, head = 8>, rows = true, inverse = true>, #llm.scale<by = "s">, #llm.round<grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "gptq", stats = "c", span = 32, search = true, damp = 1.000000e-02 : f64, order = true>]
llm.weight @rounded : !llm.packed<16x32, #llm.grid<bits = 4, group = 16, scale = f16, zero = 8>> source "c" recipe [#llm.scale<by = #llm.equalize<method = "awq", weights = [@rounded], stats = "c", grid = <bits = 4, group = 16, scale = f16, zero = 8>, repeat = 2, head = 8>, rows = true, inverse = true>, #llm.scale<by = "s">, #llm.round<grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "gptq", stats = "c", span = 32, search = true, damp = 0.01, order = true>]
// CHECK: llm.weight @made : !llm.packed<16x32, #llm.q4_1> source "c_attn.weight" recipe [#llm.transpose, #llm.rows<16, 32>, #llm.add<1.000000e+00 : f32>, #llm.convert<#llm.q4_1>] at 4096
llm.weight @made : !llm.packed<16x32, #llm.q4_1> source "c_attn.weight" recipe [#llm.transpose, #llm.rows<16, 32>, #llm.add<1.0 : f32>, #llm.convert<#llm.q4_1>] at 4096
// CHECK: llm.weight_table @tables : !llm.packed<64x32, #llm.q8_0> [@table, @table]
llm.weight_table @tables : !llm.packed<64x32, #llm.q8_0> [@table, @table]

// CHECK-LABEL: func.func @params(
func.func @params(%layer: index) {
  // CHECK: llm.param @ones : tensor<4xf32>
  %a = llm.param @ones : tensor<4xf32>
  // CHECK: llm.param @tables[%{{.*}}] : !llm.packed<64x32, #llm.q8_0>
  %b = llm.param @tables[%layer] : !llm.packed<64x32, #llm.q8_0>
  return
}

// CHECK-LABEL: func.func @batch(
func.func @batch(%b: !llm.batch) {
  // CHECK: llm.batch_tokens %{{.*}} : tensor<?xi32>
  %t = llm.batch_tokens %b : tensor<?xi32>
  // CHECK: llm.batch_positions %{{.*}} : tensor<?xi32>
  %p = llm.batch_positions %b : tensor<?xi32>
  // CHECK: llm.batch_logit_rows %{{.*}} : tensor<?xi32>
  %r = llm.batch_logit_rows %b : tensor<?xi32>
  return
}

// CHECK-LABEL: func.func @embed(
func.func @embed(%ids: tensor<?xi32>, %dense: tensor<64x32xf16>, %packed: !llm.packed<64x32, #llm.q8_0>) {
  // CHECK: llm.embed %{{.*}}, %{{.*}} : (tensor<?xi32>, tensor<64x32xf16>) -> tensor<?x32xf32>
  %a = llm.embed %ids, %dense : (tensor<?xi32>, tensor<64x32xf16>) -> tensor<?x32xf32>
  // CHECK: llm.embed %{{.*}}, %{{.*}} : (tensor<?xi32>, !llm.packed<64x32, #llm.q8_0>) -> tensor<?x32xf32>
  %b = llm.embed %ids, %packed : (tensor<?xi32>, !llm.packed<64x32, #llm.q8_0>) -> tensor<?x32xf32>
  return
}

// CHECK-LABEL: func.func @norm(
func.func @norm(%x: tensor<?x4x8xf32>, %w: tensor<8xf32>, %heads: tensor<4x8xf32>) {
  // CHECK: llm.norm rms %{{.*}} {eps = 1.000000e-05 : f64} : (tensor<?x4x8xf32>) -> tensor<?x4x8xf32>
  %a = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x4x8xf32>) -> tensor<?x4x8xf32>
  // CHECK: llm.norm layer %{{.*}} weight(%{{.*}}) bias(%{{.*}}) {eps = 1.000000e-05 : f64} : (tensor<?x4x8xf32>, tensor<4x8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
  %b = llm.norm layer %x weight(%heads) bias(%w) {eps = 1.0e-5 : f64} : (tensor<?x4x8xf32>, tensor<4x8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
  return
}

// CHECK-LABEL: func.func @linear(
func.func @linear(%x: tensor<?x32xf32>, %w: !llm.packed<16x32, #llm.q4_1>, %bias: tensor<16xf32>,
                  %h: tensor<?x4x8xf32>, %wh: tensor<4x6x8xf32>, %panels: !llm.packed<16x32, #llm.q4_1, #llm.panels>) {
  // CHECK: llm.linear %{{.*}}, %{{.*}} bias(%{{.*}}) : (tensor<?x32xf32>, !llm.packed<16x32, #llm.q4_1>, tensor<16xf32>) -> tensor<?x16xf32>
  %a = llm.linear %x, %w bias(%bias) : (tensor<?x32xf32>, !llm.packed<16x32, #llm.q4_1>, tensor<16xf32>) -> tensor<?x16xf32>
  // CHECK: llm.linear %{{.*}}, %{{.*}} : (tensor<?x4x8xf32>, tensor<4x6x8xf32>) -> tensor<?x4x6xf32>
  %b = llm.linear %h, %wh : (tensor<?x4x8xf32>, tensor<4x6x8xf32>) -> tensor<?x4x6xf32>
  // CHECK: llm.quantize_act %{{.*}} : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  // CHECK: llm.linear %{{.*}}, %{{.*}} : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<16x32, #llm.q4_1, #llm.panels>) -> tensor<?x16xf32>
  %c = llm.linear %q, %panels : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<16x32, #llm.q4_1, #llm.panels>) -> tensor<?x16xf32>
  // CHECK: llm.dequant %{{.*}} : !llm.packed<16x32, #llm.q4_1> -> tensor<16x32xf32>
  %d = llm.dequant %w : !llm.packed<16x32, #llm.q4_1> -> tensor<16x32xf32>
  return
}

// CHECK-LABEL: func.func @broadcast(
func.func @broadcast(%v: tensor<8xf32>, %t: tensor<?x1xf32>, %T: index) {
  // CHECK: llm.broadcast %{{.*}}[%{{.*}}] : tensor<8xf32> -> tensor<?x8xf32>
  %a = llm.broadcast %v[%T] : tensor<8xf32> -> tensor<?x8xf32>
  // CHECK: llm.broadcast %{{.*}}[%{{.*}}] : tensor<?x1xf32> -> tensor<?x8xf32>
  %b = llm.broadcast %t[%T] : tensor<?x1xf32> -> tensor<?x8xf32>
  // CHECK: llm.broadcast %{{.*}} : tensor<8xf32> -> tensor<4x8xf32>
  %c = llm.broadcast %v : tensor<8xf32> -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func.func private @target()
// CHECK-SAME: #llm.target<"avx2", registers = 16, lanes = 8>
func.func private @target() attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>}

// CHECK-LABEL: func.func @act(
func.func @act(%x: tensor<?x8xf32>) {
  // CHECK: llm.act silu %{{.*}} : tensor<?x8xf32>
  %0 = llm.act silu %x : tensor<?x8xf32>
  // CHECK: llm.act gelu_erf
  %1 = llm.act gelu_erf %x : tensor<?x8xf32>
  // CHECK: llm.act gelu_tanh
  %2 = llm.act gelu_tanh %x : tensor<?x8xf32>
  // CHECK: llm.act quick_gelu
  %3 = llm.act quick_gelu %x : tensor<?x8xf32>
  // CHECK: llm.act relu %
  %4 = llm.act relu %x : tensor<?x8xf32>
  // CHECK: llm.act relu2
  %5 = llm.act relu2 %x : tensor<?x8xf32>
  // CHECK: llm.act sigmoid
  %6 = llm.act sigmoid %x : tensor<?x8xf32>
  // CHECK: llm.act tanh
  %7 = llm.act tanh %x : tensor<?x8xf32>
  // CHECK: llm.act softplus
  %8 = llm.act softplus %x : tensor<?x8xf32>
  return
}

// CHECK-LABEL: func.func @positions(
func.func @positions(%x: tensor<?x4x8xf32>, %pos: tensor<?xi32>, %inv: tensor<4xf32>, %rows: tensor<?x2xf32>) {
  // CHECK: llm.rope half %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  %a = llm.rope half %x, %pos, %inv : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  // CHECK: llm.rope interleaved %{{.*}}, %{{.*}}, %{{.*}} {mscale = 1.250000e+00 : f64, start = 4 : i64} : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<?x2xf32>) -> tensor<?x4x8xf32>
  %b = llm.rope interleaved %x, %pos, %rows {start = 4 : i64, mscale = 1.25 : f64} : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<?x2xf32>) -> tensor<?x4x8xf32>
  // CHECK: llm.rotation %{{.*}}, %{{.*}} : (tensor<?xi32>, tensor<4xf32>) -> tensor<?x8xf32>
  %cs = llm.rotation %pos, %inv : (tensor<?xi32>, tensor<4xf32>) -> tensor<?x8xf32>
  // CHECK: llm.rotate half %{{.*}}, %{{.*}} : (tensor<?x4x8xf32>, tensor<?x8xf32>) -> tensor<?x4x8xf32>
  %c = llm.rotate half %x, %cs : (tensor<?x4x8xf32>, tensor<?x8xf32>) -> tensor<?x4x8xf32>
  return
}

// CHECK-LABEL: func.func @kron_rotate(
func.func @kron_rotate(%x: tensor<?x12xf32>, %a: tensor<3x3xf32>, %b: tensor<4x4xf32>) -> tensor<?x12xf32> {
  // CHECK: llm.kron_rotate %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x12xf32>, tensor<3x3xf32>, tensor<4x4xf32>) -> tensor<?x12xf32>
  %y = llm.kron_rotate %x, %a, %b : (tensor<?x12xf32>, tensor<3x3xf32>, tensor<4x4xf32>) -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func.func @cached_attention(
func.func @cached_attention(%kv: !llm.kv<2x2x8x8, f16>, %layer: index, %q: tensor<?x4x8xf32>, %k: tensor<?x2x8xf32>,
                            %v: tensor<?x2x8xf32>, %b: !llm.batch, %perHead: tensor<4xf32>) -> !llm.kv<2x2x8x8, f16> {
  // CHECK: llm.kv_write %{{.*}}[%{{.*}}], %{{.*}}, value(%{{.*}}), %{{.*}} : !llm.kv<2x2x8x8, f16>, tensor<?x2x8xf32>, value(tensor<?x2x8xf32>) -> !llm.kv<2x2x8x8, f16>
  %kv1 = llm.kv_write %kv[%layer], %k, value(%v), %b : !llm.kv<2x2x8x8, f16>, tensor<?x2x8xf32>, value(tensor<?x2x8xf32>) -> !llm.kv<2x2x8x8, f16>
  // CHECK: llm.attention %{{.*}} cache(%{{.*}}[%{{.*}}]) batch(%{{.*}}) {scale = 1.250000e-01 : f64} : (tensor<?x4x8xf32>, !llm.kv<2x2x8x8, f16>, index, !llm.batch) -> tensor<?x4x8xf32>
  %a = llm.attention %q cache(%kv1[%layer]) batch(%b) {scale = 1.25e-1 : f64} : (tensor<?x4x8xf32>, !llm.kv<2x2x8x8, f16>, index, !llm.batch) -> tensor<?x4x8xf32>
  // CHECK: llm.attention %{{.*}} cache(%{{.*}}[%{{.*}}]) slopes(%{{.*}}) sinks(%{{.*}}) batch(%{{.*}}) {chunk = 16 : i64, left = 3 : i64, scale = 1.250000e-01 : f64, softcap = 5.000000e+01 : f64}
  %w = llm.attention %q cache(%kv1[%layer]) slopes(%perHead) sinks(%perHead) batch(%b) {scale = 1.25e-1 : f64, left = 3 : i64, chunk = 16 : i64, softcap = 50.0 : f64} : (tensor<?x4x8xf32>, !llm.kv<2x2x8x8, f16>, index, tensor<4xf32>, tensor<4xf32>, !llm.batch) -> tensor<?x4x8xf32>
  return %kv1 : !llm.kv<2x2x8x8, f16>
}

// CHECK-LABEL: func.func @prefix_cache(
func.func @prefix_cache(%kv: !llm.kv<1x1x12x0, f32, prefix = 8>, %layer: index, %q: tensor<?x4x12xf32>, %k: tensor<?x1x12xf32>, %b: !llm.batch) {
  // CHECK: llm.kv_write %{{.*}}[%{{.*}}], %{{.*}}, %{{.*}} : !llm.kv<1x1x12x0, f32, prefix = 8>, tensor<?x1x12xf32> -> !llm.kv<1x1x12x0, f32, prefix = 8>
  %kv1 = llm.kv_write %kv[%layer], %k, %b : !llm.kv<1x1x12x0, f32, prefix = 8>, tensor<?x1x12xf32> -> !llm.kv<1x1x12x0, f32, prefix = 8>
  // CHECK: llm.attention {{.*}} -> tensor<?x4x8xf32>
  %a = llm.attention %q cache(%kv1[%layer]) batch(%b) {scale = 1.0 : f64} : (tensor<?x4x12xf32>, !llm.kv<1x1x12x0, f32, prefix = 8>, index, !llm.batch) -> tensor<?x4x8xf32>
  return
}

// CHECK-LABEL: func.func @explicit_attention(
func.func @explicit_attention(%q: tensor<?x4x8xf32>, %k: tensor<?x2x8xf32>, %v: tensor<?x2x6xf32>, %rel: tensor<32x4xf32>, %b: !llm.batch) {
  // CHECK: llm.attention %{{.*}} key(%{{.*}}) value(%{{.*}}) rel(%{{.*}}) batch(%{{.*}}) {rel_bidir, rel_dist = 64 : i64, right = -1 : i64, scale = 1.000000e+00 : f64} : (tensor<?x4x8xf32>, tensor<?x2x8xf32>, tensor<?x2x6xf32>, tensor<32x4xf32>, !llm.batch) -> tensor<?x4x6xf32>
  %a = llm.attention %q key(%k) value(%v) rel(%rel) batch(%b) {scale = 1.0 : f64, right = -1 : i64, rel_bidir, rel_dist = 64 : i64} : (tensor<?x4x8xf32>, tensor<?x2x8xf32>, tensor<?x2x6xf32>, tensor<32x4xf32>, !llm.batch) -> tensor<?x4x6xf32>
  return
}

// CHECK-LABEL: func.func @experts(
func.func @experts(%l: tensor<?x8xf32>, %bias: tensor<8xf32>, %x: tensor<?x32xf32>, %w: !llm.packed<8x16x32, #llm.q8_0>, %wb: tensor<8x16xf32>) {
  // CHECK: llm.route %{{.*}} bias(%{{.*}}) {eps = {{.*}} : f64, group_score = #llm<group_score top2_sum>, groups = 4 : i64, k = 2 : i64, scale = 2.500000e+00 : f64, score = #llm<route_score sigmoid>, top_groups = 2 : i64, weighting = #llm<route_weights sum>} : (tensor<?x8xf32>, tensor<8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  %i, %s = llm.route %l bias(%bias) {k = 2 : i64, score = #llm<route_score sigmoid>, groups = 4 : i64, top_groups = 2 : i64, group_score = #llm<group_score top2_sum>, weighting = #llm<route_weights sum>, scale = 2.5 : f64, eps = 1.0e-20 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  // CHECK: llm.expert_linear %{{.*}}, %{{.*}}, %{{.*}} bias(%{{.*}}) : (tensor<?x32xf32>, tensor<?x2xi32>, !llm.packed<8x16x32, #llm.q8_0>, tensor<8x16xf32>) -> tensor<?x2x16xf32>
  %u = llm.expert_linear %x, %i, %w bias(%wb) : (tensor<?x32xf32>, tensor<?x2xi32>, !llm.packed<8x16x32, #llm.q8_0>, tensor<8x16xf32>) -> tensor<?x2x16xf32>
  // CHECK: llm.combine %{{.*}}, %{{.*}} : (tensor<?x2x16xf32>, tensor<?x2xf32>) -> tensor<?x16xf32>
  %y = llm.combine %u, %s : (tensor<?x2x16xf32>, tensor<?x2xf32>) -> tensor<?x16xf32>
  return
}

// CHECK-LABEL: func.func @sample(
func.func @sample(%logits: tensor<?x49152xf32>, %b: !llm.batch) -> tensor<?xi32> {
  // CHECK: llm.sample %{{.*}} batch(%{{.*}}) : tensor<?x49152xf32> -> tensor<?xi32>
  %ids = llm.sample %logits batch(%b) : tensor<?x49152xf32> -> tensor<?xi32>
  return %ids : tensor<?xi32>
}

// CHECK-LABEL: func.func @kernel(
func.func @kernel(%x: tensor<?x32xf32>) -> !llm.packed<?x32, #llm.int8_act> {
  // CHECK: llm.kernel "norm"(%{{.*}}) schedule <rows = 2, strips = 1, lanes = 8, panels = 4> arena [0] scratch 256 : (tensor<?x32xf32>) -> !llm.packed<?x32, #llm.int8_act> {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<?x32xf32>):
  // CHECK: llm.yield %{{.*}} : !llm.packed<?x32, #llm.int8_act>
  %h = llm.kernel "norm"(%x) schedule <rows = 2, strips = 1, lanes = 8, panels = 4> arena [0] scratch 256 : (tensor<?x32xf32>) -> !llm.packed<?x32, #llm.int8_act> {
  ^bb0(%a: tensor<?x32xf32>):
    %n = llm.norm rms %a {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
    %q = llm.quantize_act %n : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
    llm.yield %q : !llm.packed<?x32, #llm.int8_act>
  }
  return %h : !llm.packed<?x32, #llm.int8_act>
}

// CHECK-LABEL: func.func @tile_dot(
func.func @tile_dot(%acc: vector<16xf32>, %x: memref<?x32xf32>, %w: memref<4x1x320xi8>, %i: index) {
  // CHECK: llm.tile.dot(%{{.*}}) x(%{{.*}}[%{{.*}}]) w(%{{.*}}[%{{.*}}]) block(%{{.*}}) {
  %r = llm.tile.dot(%acc) x(%x[%i]) w(%w[%i]) block(%i) {rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<64x32, #llm.q4_1, #llm.panels>} : (vector<16xf32>), memref<?x32xf32>, memref<4x1x320xi8> -> vector<16xf32>
  // CHECK: llm.barrier
  llm.barrier
  return
}

// RUN: llmc-opt %s --llm-shrink-model=spec=channels=50%,by=magnitude -canonicalize | FileCheck %s --check-prefix=CHANNELS
// RUN: llmc-opt %s --llm-shrink-model=spec=heads=1 -canonicalize | FileCheck %s --check-prefix=HEADS
// RUN: llmc-opt %s --llm-shrink-model=spec=without=0 -canonicalize | FileCheck %s --check-prefix=LAYERS
// RUN: llmc-opt %s --llm-shrink-model=spec=without=1 -canonicalize | FileCheck %s --check-prefix=LAST
// RUN: llmc-opt %s --llm-shrink-model=spec=channels=32,heads=1,without=1,by=magnitude --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-shrink-model -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAID
// RUN: llmc-opt %s '--llmc-optimize=shrink=channels=32 sparsify=50 quantize=bits=4,group=32' | FileCheck %s --check-prefix=BEHIND
// RUN: not llmc-opt %s --llm-shrink-model=spec=channels=90% 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not llmc-opt %s --llm-shrink-model=spec=channels=1 2>&1 | FileCheck %s --check-prefix=ALL
// RUN: not llmc-opt %s --llm-shrink-model=spec=heads=2 2>&1 | FileCheck %s --check-prefix=LASTHEAD
// RUN: not llmc-opt %s --llm-shrink-model=spec=without=2 2>&1 | FileCheck %s --check-prefix=NOLAYER
// RUN: not llmc-opt %s --llm-shrink-model=spec=without=0/1 2>&1 | FileCheck %s --check-prefix=NOLAYERS
// RUN: not llmc-opt %s --llm-shrink-model=spec=width=1 2>&1 | FileCheck %s --check-prefix=KEY
// RUN: not llmc-opt %s --llm-shrink-model=spec=layers=1 2>&1 | FileCheck %s --check-prefix=CHOSEN
// CHOSEN: shrink: layers=N is no choice but leaves it to llmc compile, which measures the model: give the SPEC that it names with --explain
// NONE: shrink: channels: of 64 channels of a layer none would be left (what is left is a multiple of 32; multiple=N chooses another)
// ALL: shrink: channels: of 64 channels of a layer none would go (what is left is a multiple of 32; multiple=N chooses another)
// LASTHEAD: shrink: heads: of 2 heads of keys and values of a layer none would be left{{$}}
// NOLAYER: shrink: without: there is no layer 2: layers are 0 to 1
// NOLAYERS: shrink: without: no layer would be left
// KEY: shrink: 'width=1' is no key=value of a key that is known (channels, heads, layers, without, by, multiple)

// SAID-DAG: applied {{.*}}of 2 layers 1 go: 1
// SAID-DAG: applied {{.*}}32 of its 64 channels go by magnitude
// SAID-DAG: applied {{.*}}1 of its 2 heads of keys and values go by magnitude

// What the module says of the model follows.
// CHANNELS: feed_forward_length = 32 : i64, head_dim = 8 : i64, heads = 4 : i64, kv_heads = 2 : i64, layers = 2 : i64
// HEADS: feed_forward_length = 64 : i64, head_dim = 8 : i64, heads = 2 : i64, kv_heads = 1 : i64, layers = 2 : i64
// LAYERS: layers = 1 : i64
module attributes {llm.model = {feed_forward_length = 64 : i64, head_dim = 8 : i64, heads = 4 : i64, kv_heads = 2 : i64, layers = 2 : i64}} {
  llm.weight @table : tensor<100x32xf32> source "t"
  // Gate and up lose rows, down columns; biases go with them. Statistics are those of down's input.
  // CHANNELS: @blk.0.gate : tensor<32x32xf32> source "0.g" recipe [#llm.keep<by = <method = "magnitude", keep = 32, of = 64, makers = [@blk.0.gate, @blk.0.up], readers = [@blk.0.down]>, rows = true>]
  // CHANNELS: @blk.0.gate_bias : tensor<32xf32> source "0.gb" recipe [#llm.keep<by = <{{[^>]*}}>, rows = true>]
  // CHANNELS: @blk.0.up : tensor<32x32xf32>
  // CHANNELS: @blk.0.down : tensor<32x32xf32> source "0.d" recipe [#llm.keep<by = <{{[^>]*}}>>]
  // CHANNELS: @blk.0.q : tensor<32x32xf32> source "0.q"{{$}}
  // HEADS: @blk.0.gate : tensor<64x32xf32> source "0.g"{{$}}
  // HEADS: @blk.0.q : tensor<16x32xf32> source "0.q" recipe [#llm.keep<by = <method = "wanda", keep = 1, of = 2, makers = [@blk.0.q, @blk.0.k, @blk.0.v], readers = [@blk.0.o], stats = "blk.0.o">, rows = true>]
  // HEADS: @blk.0.k : tensor<8x32xf32>
  // HEADS: @blk.0.v : tensor<8x32xf32>
  // HEADS: @blk.0.o : tensor<32x16xf32> source "0.o" recipe [#llm.keep<by = {{.*}}stats = "blk.0.o">>]
  // HEADS: @q_norm : tensor<8xf32> source "qn"{{$}}
  // Weights of a layer that is gone are nowhere.
  // LAYERS-NOT: @blk.0
  // LAYERS: @blk.1.down
  // LAST-NOT: @blk.1
  // BEHIND: @blk.0.down {{.*}} recipe [#llm.keep<{{.*}}>, #llm.prune<{{.*}}>, #llm.round<
  llm.weight @blk.0.gate : tensor<64x32xf32> source "0.g"
  llm.weight @blk.0.gate_bias : tensor<64xf32> source "0.gb"
  llm.weight @blk.0.up : tensor<64x32xf32> source "0.u"
  llm.weight @blk.0.down : tensor<32x64xf32> source "0.d"
  llm.weight @blk.0.q : tensor<32x32xf32> source "0.q"
  llm.weight @blk.0.k : tensor<16x32xf32> source "0.k"
  llm.weight @blk.0.v : tensor<16x32xf32> source "0.v"
  llm.weight @blk.0.o : tensor<32x32xf32> source "0.o"
  llm.weight @blk.1.gate : tensor<64x32xf32> source "1.g"
  llm.weight @blk.1.up : tensor<64x32xf32> source "1.u"
  llm.weight @blk.1.down : tensor<32x64xf32> source "1.d"
  llm.weight @blk.1.q : tensor<32x32xf32> source "1.q"
  llm.weight @blk.1.k : tensor<16x32xf32> source "1.k"
  llm.weight @blk.1.v : tensor<16x32xf32> source "1.v"
  llm.weight @blk.1.o : tensor<32x32xf32> source "1.o"
  llm.weight @q_norm : tensor<8xf32> source "qn"
  llm.weight @norm : tensor<32xf32> source "n"

  // The cache has the heads, and the slots, that are left.
  // HEADS: func.func @step({{.*}}!llm.kv<2x1x8x8, f32>) -> (tensor<?x100xf32>, !llm.kv<2x1x8x8, f32>)
  // LAYERS: func.func @step({{.*}}%[[KV:.*]]: !llm.kv<1x2x8x8, f32>)
  func.func @step(%batch: !llm.batch, %kv: !llm.kv<2x2x8x8, f32>) -> (tensor<?x100xf32>, !llm.kv<2x2x8x8, f32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %two = arith.constant 2.0 : f32
    %ids = llm.batch_tokens %batch : tensor<?xi32>
    %table = llm.param @table : tensor<100x32xf32>
    // LAYERS: %[[X:.*]] = llm.embed
    // LAST: %[[X:.*]] = llm.embed
    %x0 = llm.embed %ids, %table : (tensor<?xi32>, tensor<100x32xf32>) -> tensor<?x32xf32>
    %T = tensor.dim %x0, %c0 : tensor<?x32xf32>
    %factor = tensor.splat %two[%T] : tensor<?x64xf32>
    %nw = llm.param @norm : tensor<32xf32>
    %qn = llm.param @q_norm : tensor<8xf32>

    // LAYERS: llm.norm rms %[[X]]
    %n0 = llm.norm rms %x0 weight(%nw) {eps = 1.0e-5 : f64} : (tensor<?x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
    %qw0 = llm.param @blk.0.q : tensor<32x32xf32>
    %kw0 = llm.param @blk.0.k : tensor<16x32xf32>
    %vw0 = llm.param @blk.0.v : tensor<16x32xf32>
    %ow0 = llm.param @blk.0.o : tensor<32x32xf32>
    %q0 = llm.linear %n0, %qw0 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
    %k0 = llm.linear %n0, %kw0 : (tensor<?x32xf32>, tensor<16x32xf32>) -> tensor<?x16xf32>
    %v0 = llm.linear %n0, %vw0 : (tensor<?x32xf32>, tensor<16x32xf32>) -> tensor<?x16xf32>
    // HEADS: tensor.expand_shape {{.*}} output_shape [%{{.*}}, 2, 8] : tensor<?x16xf32> into tensor<?x2x8xf32>
    %qh0 = tensor.expand_shape %q0 [[0], [1, 2]] output_shape [%T, 4, 8] : tensor<?x32xf32> into tensor<?x4x8xf32>
    %kh0 = tensor.expand_shape %k0 [[0], [1, 2]] output_shape [%T, 2, 8] : tensor<?x16xf32> into tensor<?x2x8xf32>
    %vh0 = tensor.expand_shape %v0 [[0], [1, 2]] output_shape [%T, 2, 8] : tensor<?x16xf32> into tensor<?x2x8xf32>
    %qr0 = llm.norm rms %qh0 weight(%qn) {eps = 1.0e-5 : f64} : (tensor<?x4x8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
    // LAYERS: llm.kv_write %[[KV]][%c0]
    %kv0 = llm.kv_write %kv[%c0], %kh0, value(%vh0), %batch : !llm.kv<2x2x8x8, f32>, tensor<?x2x8xf32>, value(tensor<?x2x8xf32>) -> !llm.kv<2x2x8x8, f32>
    // LAYERS: llm.attention %{{.*}} cache(%{{.*}}[%c0])
    // LAYERS-NOT: llm.attention
    %a0 = llm.attention %qr0 cache(%kv0[%c0]) batch(%batch) {scale = 0.35 : f64} : (tensor<?x4x8xf32>, !llm.kv<2x2x8x8, f32>, index, !llm.batch) -> tensor<?x4x8xf32>
    %m0 = tensor.collapse_shape %a0 [[0], [1, 2]] : tensor<?x4x8xf32> into tensor<?x32xf32>
    %o0 = llm.linear %m0, %ow0 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
    %h0 = arith.addf %x0, %o0 : tensor<?x32xf32>
    %f0 = llm.norm rms %h0 weight(%nw) {eps = 1.0e-5 : f64} : (tensor<?x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
    %gw0 = llm.param @blk.0.gate : tensor<64x32xf32>
    %gb0 = llm.param @blk.0.gate_bias : tensor<64xf32>
    %uw0 = llm.param @blk.0.up : tensor<64x32xf32>
    %dw0 = llm.param @blk.0.down : tensor<32x64xf32>
    %g0 = llm.linear %f0, %gw0 bias(%gb0) : (tensor<?x32xf32>, tensor<64x32xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    %u0 = llm.linear %f0, %uw0 : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
    // CHANNELS: llm.act silu %{{.*}} : tensor<?x32xf32>
    %s0 = llm.act silu %g0 : tensor<?x64xf32>
    // A number in all places is spread as far as there are channels.
    // CHANNELS: tensor.splat %{{.*}} : tensor<?x32xf32>
    %b0 = arith.mulf %s0, %factor : tensor<?x64xf32>
    %i0 = arith.mulf %b0, %u0 : tensor<?x64xf32>
    %d0 = llm.linear %i0, %dw0 : (tensor<?x64xf32>, tensor<32x64xf32>) -> tensor<?x32xf32>
    // LAST: %[[H:.*]] = arith.addf %[[X]],
    // LAST: %[[END:.*]] = arith.addf %[[H]],
    %x1 = arith.addf %h0, %d0 : tensor<?x32xf32>

    %n1 = llm.norm rms %x1 weight(%nw) {eps = 1.0e-5 : f64} : (tensor<?x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
    %qw1 = llm.param @blk.1.q : tensor<32x32xf32>
    %kw1 = llm.param @blk.1.k : tensor<16x32xf32>
    %vw1 = llm.param @blk.1.v : tensor<16x32xf32>
    %ow1 = llm.param @blk.1.o : tensor<32x32xf32>
    %q1 = llm.linear %n1, %qw1 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
    %k1 = llm.linear %n1, %kw1 : (tensor<?x32xf32>, tensor<16x32xf32>) -> tensor<?x16xf32>
    %v1 = llm.linear %n1, %vw1 : (tensor<?x32xf32>, tensor<16x32xf32>) -> tensor<?x16xf32>
    %qh1 = tensor.expand_shape %q1 [[0], [1, 2]] output_shape [%T, 4, 8] : tensor<?x32xf32> into tensor<?x4x8xf32>
    %kh1 = tensor.expand_shape %k1 [[0], [1, 2]] output_shape [%T, 2, 8] : tensor<?x16xf32> into tensor<?x2x8xf32>
    %vh1 = tensor.expand_shape %v1 [[0], [1, 2]] output_shape [%T, 2, 8] : tensor<?x16xf32> into tensor<?x2x8xf32>
    %kv1 = llm.kv_write %kv0[%c1], %kh1, value(%vh1), %batch : !llm.kv<2x2x8x8, f32>, tensor<?x2x8xf32>, value(tensor<?x2x8xf32>) -> !llm.kv<2x2x8x8, f32>
    %a1 = llm.attention %qh1 cache(%kv1[%c1]) batch(%batch) {scale = 0.35 : f64} : (tensor<?x4x8xf32>, !llm.kv<2x2x8x8, f32>, index, !llm.batch) -> tensor<?x4x8xf32>
    %m1 = tensor.collapse_shape %a1 [[0], [1, 2]] : tensor<?x4x8xf32> into tensor<?x32xf32>
    %o1 = llm.linear %m1, %ow1 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
    %h1 = arith.addf %x1, %o1 : tensor<?x32xf32>
    %f1 = llm.norm rms %h1 weight(%nw) {eps = 1.0e-5 : f64} : (tensor<?x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
    %gw1 = llm.param @blk.1.gate : tensor<64x32xf32>
    %uw1 = llm.param @blk.1.up : tensor<64x32xf32>
    %dw1 = llm.param @blk.1.down : tensor<32x64xf32>
    %g1 = llm.linear %f1, %gw1 : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
    %u1 = llm.linear %f1, %uw1 : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
    %s1 = llm.act silu %g1 : tensor<?x64xf32>
    %b1 = arith.mulf %s1, %factor : tensor<?x64xf32>
    %i1 = arith.mulf %b1, %u1 : tensor<?x64xf32>
    %d1 = llm.linear %i1, %dw1 : (tensor<?x64xf32>, tensor<32x64xf32>) -> tensor<?x32xf32>
    %x2 = arith.addf %h1, %d1 : tensor<?x32xf32>

    // LAST: llm.norm rms %[[END]]
    %n2 = llm.norm rms %x2 weight(%nw) {eps = 1.0e-5 : f64} : (tensor<?x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
    %asked = llm.batch_logit_rows %batch : tensor<?xi32>
    %last = llm.embed %asked, %n2 : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
    %logits0 = llm.linear %last, %table : (tensor<?x32xf32>, tensor<100x32xf32>) -> tensor<?x100xf32>
    // A cap on logits is no layer's.
    %logits = llm.act tanh %logits0 : tensor<?x100xf32>
    return %logits, %kv1 : tensor<?x100xf32>, !llm.kv<2x2x8x8, f32>
  }
}

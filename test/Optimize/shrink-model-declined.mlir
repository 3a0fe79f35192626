// RUN: not llmc-opt %s -split-input-file --llm-shrink-model=spec=channels=50%,multiple=1 2>&1 | FileCheck %s

// A module whose layers have no attention that llmc knows is no model of layers.
// CHECK: shrink: there are no layers with attention to make smaller: only models that complete text are
llm.weight @up : tensor<64x32xf32> source "u"
func.func @main(%x: tensor<?x32xf32>) -> tensor<?x64xf32> {
  %uw = llm.param @up : tensor<64x32xf32>
  %u = llm.linear %x, %uw : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  return %u : tensor<?x64xf32>
}

// -----

// Two layers that read one matrix would lose each other's channels.
// CHECK: shrink: channels: its weights have other readers
llm.weight @up : tensor<64x32xf32> source "u"
llm.weight @down : tensor<32x64xf32> source "d"
func.func @step(%x: tensor<?x32xf32>, %q: tensor<?x1x8xf32>, %batch: !llm.batch, %kv: !llm.kv<1x1x8x8, f32>) -> (tensor<?x32xf32>, tensor<?x1x8xf32>) {
  %c0 = arith.constant 0 : index
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 0.35 : f64} : (tensor<?x1x8xf32>, !llm.kv<1x1x8x8, f32>, index, !llm.batch) -> tensor<?x1x8xf32>
  %uw = llm.param @up : tensor<64x32xf32>
  %dw = llm.param @down : tensor<32x64xf32>
  %u = llm.linear %x, %uw : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %s = llm.act silu %u : tensor<?x64xf32>
  %d = llm.linear %s, %dw : (tensor<?x64xf32>, tensor<32x64xf32>) -> tensor<?x32xf32>
  %e = llm.linear %s, %dw : (tensor<?x64xf32>, tensor<32x64xf32>) -> tensor<?x32xf32>
  %y = arith.addf %d, %e : tensor<?x32xf32>
  return %y, %a : tensor<?x32xf32>, tensor<?x1x8xf32>
}

// -----

// Blocks of 32 columns have a scale together.
// CHECK: shrink: channels: its numbers are on a grid already, with a scale for 32 columns together: take a model of floats, or --weights=f32
llm.weight @up : tensor<64x32xf32> source "u"
llm.weight @down : !llm.packed<32x64, #llm.q8_0> source "d"
func.func @step(%x: tensor<?x32xf32>, %q: tensor<?x1x8xf32>, %batch: !llm.batch, %kv: !llm.kv<1x1x8x8, f32>) -> (tensor<?x32xf32>, tensor<?x1x8xf32>) {
  %c0 = arith.constant 0 : index
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 0.35 : f64} : (tensor<?x1x8xf32>, !llm.kv<1x1x8x8, f32>, index, !llm.batch) -> tensor<?x1x8xf32>
  %uw = llm.param @up : tensor<64x32xf32>
  %dw = llm.param @down : !llm.packed<32x64, #llm.q8_0>
  %u = llm.linear %x, %uw : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %s = llm.act silu %u : tensor<?x64xf32>
  %d = llm.linear %s, %dw : (tensor<?x64xf32>, !llm.packed<32x64, #llm.q8_0>) -> tensor<?x32xf32>
  %y = arith.addf %d, %x : tensor<?x32xf32>
  return %y, %a : tensor<?x32xf32>, tensor<?x1x8xf32>
}

// -----

// Experts have matrices of their own.
// CHECK: shrink: channels: llm.expert_linear makes them
llm.weight @up : tensor<4x64x32xf32> source "u"
func.func @step(%x: tensor<?x32xf32>, %i: tensor<?x2xi32>, %q: tensor<?x1x8xf32>, %batch: !llm.batch, %kv: !llm.kv<1x1x8x8, f32>) -> (tensor<?x2x64xf32>, tensor<?x1x8xf32>) {
  %c0 = arith.constant 0 : index
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 0.35 : f64} : (tensor<?x1x8xf32>, !llm.kv<1x1x8x8, f32>, index, !llm.batch) -> tensor<?x1x8xf32>
  %uw = llm.param @up : tensor<4x64x32xf32>
  %u = llm.expert_linear %x, %i, %uw : (tensor<?x32xf32>, tensor<?x2xi32>, tensor<4x64x32xf32>) -> tensor<?x2x64xf32>
  %s = llm.act silu %u : tensor<?x2x64xf32>
  %y = llm.act relu %s : tensor<?x2x64xf32>
  %z = tensor.cast %y : tensor<?x2x64xf32> to tensor<?x2x64xf32>
  return %z, %a : tensor<?x2x64xf32>, tensor<?x1x8xf32>
}

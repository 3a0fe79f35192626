// RUN: llmc-opt %s -canonicalize -cse -split-input-file | FileCheck %s

// An op on a dequantised operand is the op on the packed one.
// CHECK-LABEL: func.func @linear_reads_packed
// CHECK-SAME: (%[[X:.*]]: tensor<?x32xf32>, %[[W:.*]]: !llm.packed<4x32, #llm.q4_1>)
func.func @linear_reads_packed(%x: tensor<?x32xf32>, %w: !llm.packed<4x32, #llm.q4_1>) -> tensor<?x4xf32> {
  // CHECK-NOT: llm.dequant
  // CHECK: llm.linear %[[X]], %[[W]] : (tensor<?x32xf32>, !llm.packed<4x32, #llm.q4_1>)
  %d = llm.dequant %w : !llm.packed<4x32, #llm.q4_1> -> tensor<4x32xf32>
  %y = llm.linear %x, %d : (tensor<?x32xf32>, tensor<4x32xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @linear_reads_quantised_rows
// CHECK-SAME: (%[[X:.*]]: !llm.packed<?x32, #llm.int8_act>,
func.func @linear_reads_quantised_rows(%x: !llm.packed<?x32, #llm.int8_act>, %w: tensor<4x32xf32>) -> tensor<?x4xf32> {
  // CHECK: llm.linear %[[X]],
  %d = llm.dequant %x : !llm.packed<?x32, #llm.int8_act> -> tensor<?x32xf32>
  %y = llm.linear %d, %w : (tensor<?x32xf32>, tensor<4x32xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// A weight in the place of an input stays dequantised: no kernel reads it so.
// CHECK-LABEL: func.func @linear_keeps_dequantised_weights_as_input
func.func @linear_keeps_dequantised_weights_as_input(%x: !llm.packed<8x32, #llm.q8_0>, %w: tensor<4x32xf32>) -> tensor<8x4xf32> {
  // CHECK: %[[D:.*]] = llm.dequant
  // CHECK: llm.linear %[[D]],
  %d = llm.dequant %x : !llm.packed<8x32, #llm.q8_0> -> tensor<8x32xf32>
  %y = llm.linear %d, %w : (tensor<8x32xf32>, tensor<4x32xf32>) -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// -----

// Rounding to f16 changes the numbers.
// CHECK-LABEL: func.func @linear_keeps_rounded_weights
func.func @linear_keeps_rounded_weights(%x: tensor<?x32xf32>, %w: !llm.packed<4x32, #llm.q4_1>) -> tensor<?x4xf32> {
  // CHECK: %[[D:.*]] = llm.dequant
  // CHECK: llm.linear %{{.*}}, %[[D]]
  %d = llm.dequant %w : !llm.packed<4x32, #llm.q4_1> -> tensor<4x32xf16>
  %y = llm.linear %x, %d : (tensor<?x32xf32>, tensor<4x32xf16>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @embed_reads_packed
// CHECK-SAME: %[[T:[a-z0-9]+]]: !llm.packed<64x32, #llm.q8_0>)
func.func @embed_reads_packed(%ids: tensor<?xi32>, %t: !llm.packed<64x32, #llm.q8_0>) -> tensor<?x32xf32> {
  // CHECK: llm.embed %{{.*}}, %[[T]]
  %d = llm.dequant %t : !llm.packed<64x32, #llm.q8_0> -> tensor<64x32xf32>
  %x = llm.embed %ids, %d : (tensor<?xi32>, tensor<64x32xf32>) -> tensor<?x32xf32>
  return %x : tensor<?x32xf32>
}

// -----

// CHECK-LABEL: func.func @expert_linear_reads_packed
// CHECK-SAME: %[[W:[a-z0-9]+]]: !llm.packed<8x4x32, #llm.q8_0>)
func.func @expert_linear_reads_packed(%x: tensor<?x32xf32>, %i: tensor<?x2xi32>, %w: !llm.packed<8x4x32, #llm.q8_0>) -> tensor<?x2x4xf32> {
  // CHECK: llm.expert_linear %{{.*}}, %{{.*}}, %[[W]]
  %d = llm.dequant %w : !llm.packed<8x4x32, #llm.q8_0> -> tensor<8x4x32xf32>
  %y = llm.expert_linear %x, %i, %d : (tensor<?x32xf32>, tensor<?x2xi32>, tensor<8x4x32xf32>) -> tensor<?x2x4xf32>
  return %y : tensor<?x2x4xf32>
}

// -----

// CHECK-LABEL: func.func @relu_of_non_negative
func.func @relu_of_non_negative(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK: %[[A:.*]] = llm.act relu2
  // CHECK: %[[B:.*]] = llm.act sigmoid
  // CHECK: return %[[A]], %[[B]]
  %a = llm.act relu2 %x : tensor<?x4xf32>
  %ra = llm.act relu %a : tensor<?x4xf32>
  %b = llm.act sigmoid %x : tensor<?x4xf32>
  %rb = llm.act relu %b : tensor<?x4xf32>
  return %ra, %rb : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @relu_of_signed
func.func @relu_of_signed(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: llm.act silu
  // CHECK: llm.act relu
  %a = llm.act silu %x : tensor<?x4xf32>
  %r = llm.act relu %a : tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// -----

// Splitting heads and joining them again is nothing.
// CHECK-LABEL: func.func @collapse_of_expand
// CHECK-SAME: (%[[X:.*]]: tensor<?x8xf32>, %{{.*}}: index)
func.func @collapse_of_expand(%x: tensor<?x8xf32>, %t: index) -> tensor<?x8xf32> {
  // CHECK: return %[[X]]
  %a = tensor.expand_shape %x [[0], [1, 2]] output_shape [%t, 2, 4] : tensor<?x8xf32> into tensor<?x2x4xf32>
  %b = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x2x4xf32> into tensor<?x8xf32>
  return %b : tensor<?x8xf32>
}

// -----

llm.weight @w : tensor<4xf32> source "w"

// Reading a weight twice is reading it once; an unused read is none.
// CHECK-LABEL: func.func @params_are_shared
func.func @params_are_shared() -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[W:.*]] = llm.param @w
  // CHECK-NOT: llm.param
  // CHECK: return %[[W]], %[[W]]
  %a = llm.param @w : tensor<4xf32>
  %b = llm.param @w : tensor<4xf32>
  %c = llm.param @w : tensor<4xf32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// -----

// A write into a cache that nobody reads or returns goes.
// CHECK-LABEL: func.func @unused_writes
func.func @unused_writes(%kv: !llm.kv<1x1x4x4, f32>, %k: tensor<?x1x4xf32>, %b: !llm.batch) {
  // CHECK-NOT: llm.kv_write
  %c0 = arith.constant 0 : index
  %r = llm.kv_write %kv[%c0], %k, value(%k), %b : !llm.kv<1x1x4x4, f32>, tensor<?x1x4xf32>, value(tensor<?x1x4xf32>) -> !llm.kv<1x1x4x4, f32>
  return
}

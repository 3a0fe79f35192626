// RUN: llmc-opt %s --llm-quantize-activations=to=mixed | FileCheck %s
// RUN: llmc-opt %s --llm-quantize-activations=to=i16 | FileCheck %s --check-prefix=ALL
// RUN: llmc-opt %s --llm-quantize-activations | FileCheck %s --check-prefix=NONE
// RUN: llmc-opt %s --llm-quantize-activations=to=mixed --remark-policy=all --remark-format=emitRemark --remarks-filter-passed=llm-quantize-activations -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not llmc-opt %s --llm-quantize-activations=to=some 2>&1 | FileCheck %s --check-prefix=BAD

// BAD: takes i8, mixed, i16, i8-static, i6, i4 or e4m3, found 'some'
// REMARK: linear takes int8 activations in two planes, one scale per 32

// ALL-NOT: #llm.int8_act>
// ALL: #llm.int8_act<32, fine>
// ALL-NOT: #llm.int8_act>
// NONE-NOT: fine

// What is written to a cache is read by every later token: keys behind a rotation
// and a norm of their heads, values as they are. The query, of the same rows, is not.
// CHECK-LABEL: func.func @cache(
// CHECK-SAME: %[[X:.*]]: tensor<?x32xf32>
// CHECK: %[[FINE:.*]] = llm.quantize_act %[[X]] : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, fine>>
// CHECK: %[[BYTES:.*]] = llm.quantize_act %[[X]] : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
// CHECK-NOT: llm.quantize_act
// CHECK: llm.linear %[[BYTES]], %arg1
// CHECK: llm.linear %[[FINE]], %arg2
// CHECK: llm.linear %[[FINE]], %arg3
func.func @cache(%x: tensor<?x32xf32>, %wq: !llm.packed<32x32, #llm.q4_1>, %wk: !llm.packed<32x32, #llm.q4_1>,
                 %wv: !llm.packed<32x32, #llm.q4_1>, %n: tensor<16xf32>, %inv: tensor<8xf32>, %p: tensor<?xi32>,
                 %kv: !llm.kv<1x2x16x16, f16>, %batch: !llm.batch) -> (tensor<?x32xf32>, !llm.kv<1x2x16x16, f16>) {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x32xf32>
  %q = llm.linear %x, %wq : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_1>) -> tensor<?x32xf32>
  %k = llm.linear %x, %wk : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_1>) -> tensor<?x32xf32>
  %v = llm.linear %x, %wv : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_1>) -> tensor<?x32xf32>
  %qh = tensor.expand_shape %q [[0], [1, 2]] output_shape [%t, 2, 16] : tensor<?x32xf32> into tensor<?x2x16xf32>
  %kh = tensor.expand_shape %k [[0], [1, 2]] output_shape [%t, 2, 16] : tensor<?x32xf32> into tensor<?x2x16xf32>
  %vh = tensor.expand_shape %v [[0], [1, 2]] output_shape [%t, 2, 16] : tensor<?x32xf32> into tensor<?x2x16xf32>
  %kn = llm.norm rms %kh weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x2x16xf32>, tensor<16xf32>) -> tensor<?x2x16xf32>
  %kr = llm.rope interleaved %kn, %p, %inv : (tensor<?x2x16xf32>, tensor<?xi32>, tensor<8xf32>) -> tensor<?x2x16xf32>
  %c = llm.kv_write %kv[%c0], %kr, value(%vh), %batch : !llm.kv<1x2x16x16, f16>, tensor<?x2x16xf32>, value(tensor<?x2x16xf32>) -> !llm.kv<1x2x16x16, f16>
  %a = llm.attention %qh cache(%c[%c0]) batch(%batch) {scale = 2.500000e-01 : f64} : (tensor<?x2x16xf32>, !llm.kv<1x2x16x16, f16>, index, !llm.batch) -> tensor<?x2x16xf32>
  %r = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x2x16xf32> into tensor<?x32xf32>
  return %r, %c : tensor<?x32xf32>, !llm.kv<1x2x16x16, f16>
}

// A gated unit: its inputs are not, its rows are what a nonlinearity made. What
// comes out is one of many in the residual stream, and is not kept for that.
// The head's result is returned, scaled or not.
// CHECK-LABEL: func.func @feed_forward(
// CHECK: %[[N:.*]] = llm.norm
// CHECK-NEXT: %[[Q:.*]] = llm.quantize_act %[[N]] : {{.*}} #llm.int8_act>
// CHECK: llm.linear %[[Q]], %arg1
// CHECK: llm.linear %[[Q]], %arg2
// CHECK: %[[G:.*]] = arith.mulf
// CHECK-NEXT: %[[QG:.*]] = llm.quantize_act %[[G]] : {{.*}} #llm.int8_act<32, fine>>
// CHECK: llm.linear %[[QG]], %arg3
// CHECK: %[[S:.*]] = arith.addf
// CHECK: %[[QS:.*]] = llm.quantize_act %[[S]] : {{.*}} #llm.int8_act<32, fine>>
// CHECK: llm.linear %[[QS]], %arg4
func.func @feed_forward(%x: tensor<?x32xf32>, %gate: !llm.packed<64x32, #llm.q8_0>, %up: !llm.packed<64x32, #llm.q8_0>,
                        %down: !llm.packed<32x64, #llm.q8_0>, %head: !llm.packed<48x32, #llm.q8_0>) -> tensor<?x48xf32> {
  %c0 = arith.constant 0 : index
  %half = arith.constant 5.0e-01 : f32
  %n = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %g = llm.linear %n, %gate : (tensor<?x32xf32>, !llm.packed<64x32, #llm.q8_0>) -> tensor<?x64xf32>
  %u = llm.linear %n, %up : (tensor<?x32xf32>, !llm.packed<64x32, #llm.q8_0>) -> tensor<?x64xf32>
  %a = llm.act silu %g : tensor<?x64xf32>
  %m = arith.mulf %a, %u : tensor<?x64xf32>
  %d = llm.linear %m, %down : (tensor<?x64xf32>, !llm.packed<32x64, #llm.q8_0>) -> tensor<?x32xf32>
  %s = arith.addf %x, %d : tensor<?x32xf32>
  %l = llm.linear %s, %head : (tensor<?x32xf32>, !llm.packed<48x32, #llm.q8_0>) -> tensor<?x48xf32>
  %t = tensor.dim %x, %c0 : tensor<?x32xf32>
  %f = tensor.splat %half[%t] : tensor<?x48xf32>
  %r = arith.mulf %l, %f : tensor<?x48xf32>
  return %r : tensor<?x48xf32>
}

// Near misses: what is added to the returned stream, and rows that a norm made of
// what was activated.
// CHECK-LABEL: func.func @stream(
// CHECK-NOT: fine
// CHECK: return
func.func @stream(%x: tensor<?x32xf32>, %w: !llm.packed<32x32, #llm.q4_0>, %v: !llm.packed<32x32, #llm.q4_0>) -> tensor<?x32xf32> {
  %a = llm.linear %x, %w : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_0>) -> tensor<?x32xf32>
  %s = llm.act silu %a : tensor<?x32xf32>
  %n = llm.norm rms %s {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %b = llm.linear %n, %v : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_0>) -> tensor<?x32xf32>
  %r = arith.addf %x, %b : tensor<?x32xf32>
  return %r : tensor<?x32xf32>
}

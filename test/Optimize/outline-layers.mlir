// RUN: llmc-opt %s --llm-outline-layers --split-input-file --verify-diagnostics --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-outline-layers | FileCheck %s

llm.weight @a0 : tensor<8x8xf32> source "a0"
llm.weight @a1 : tensor<8x8xf32> source "a1"
llm.weight @a2 : tensor<8x8xf32> source "a2"
llm.weight @n : tensor<8xf32> source "n"

// Three layers: the weights that differ become a table, the shared one stays a
// parameter before the loop, cache slots count with the layer.
// CHECK: llm.weight_table @layers.0 : tensor<8x8xf32> [@a0, @a1, @a2]
// CHECK-LABEL: func.func @layers(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>, %[[B:.*]]: !llm.batch, %[[KV:[^:]*]]: !llm.kv
// CHECK-DAG: %[[N:.*]] = llm.param @n : tensor<8xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C3:.*]] = arith.constant 3 : index
// CHECK: %[[R:.*]]:2 = scf.for %[[L:.*]] = %{{.*}} to %[[C3]] step %{{.*}} iter_args(%[[ARG0:.*]] = %{{.*}}, %[[ARG1:.*]] = %{{.*}})
// CHECK: llm.norm rms %{{.*}} weight(%[[N]])
// CHECK: llm.kv_write %{{.*}}[%[[L]]]
// CHECK: %[[W:.*]] = llm.param @layers.0[%[[L]]] : tensor<8x8xf32>
// CHECK: llm.linear %{{.*}}, %[[W]]
// CHECK: arith.addf
// CHECK: scf.yield
// CHECK-NOT: llm.linear
// CHECK: llm.act relu %[[R]]#
// CHECK: return %{{.*}}, %[[R]]#
func.func @layers(%x: tensor<?x8xf32>, %b: !llm.batch, %kv: !llm.kv<3x1x8x8, f32>) -> (tensor<?x8xf32>, !llm.kv<3x1x8x8, f32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = llm.param @n : tensor<8xf32>
  %a0 = llm.param @a0 : tensor<8x8xf32>
  %a1 = llm.param @a1 : tensor<8x8xf32>
  %a2 = llm.param @a2 : tensor<8x8xf32>
  %T = tensor.dim %x, %c0 : tensor<?x8xf32>
  %h0 = llm.norm rms %x weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %e0 = tensor.expand_shape %h0 [[0], [1, 2]] output_shape [%T, 1, 8] : tensor<?x8xf32> into tensor<?x1x8xf32>
  %kv0 = llm.kv_write %kv[%c0], %e0, value(%e0), %b : !llm.kv<3x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<3x1x8x8, f32>
  %l0 = llm.linear %h0, %a0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %x1 = arith.addf %x, %l0 : tensor<?x8xf32>
  %h1 = llm.norm rms %x1 weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %e1 = tensor.expand_shape %h1 [[0], [1, 2]] output_shape [%T, 1, 8] : tensor<?x8xf32> into tensor<?x1x8xf32>
  %kv1 = llm.kv_write %kv0[%c1], %e1, value(%e1), %b : !llm.kv<3x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<3x1x8x8, f32>
  %l1 = llm.linear %h1, %a1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %x2 = arith.addf %x1, %l1 : tensor<?x8xf32>
  %h2 = llm.norm rms %x2 weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %e2 = tensor.expand_shape %h2 [[0], [1, 2]] output_shape [%T, 1, 8] : tensor<?x8xf32> into tensor<?x1x8xf32>
  %kv2 = llm.kv_write %kv1[%c2], %e2, value(%e2), %b : !llm.kv<3x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<3x1x8x8, f32>
  %l2 = llm.linear %h2, %a2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %x3 = arith.addf %x2, %l2 : tensor<?x8xf32>
  %y = llm.act relu %x3 : tensor<?x8xf32>
  return %y, %kv2 : tensor<?x8xf32>, !llm.kv<3x1x8x8, f32>
}

// -----

llm.weight @wide0 : tensor<16x8xf32> source "w0"
llm.weight @wide1 : tensor<16x8xf32> source "w1"
llm.weight @back0 : tensor<8x16xf32> source "b0"
llm.weight @back1 : tensor<8x16xf32> source "b1"
llm.weight @same0 : tensor<8x8xf32> source "s0"
llm.weight @same1 : tensor<8x8xf32> source "s1"

// Layers of two kinds in turn: one turn of the loop does both.
// CHECK-DAG: llm.weight_table @[[WIDE:.*]] : tensor<16x8xf32> [@wide0, @wide1]
// CHECK-DAG: llm.weight_table @[[BACK:.*]] : tensor<8x16xf32> [@back0, @back1]
// CHECK-DAG: llm.weight_table @[[SAME:.*]] : tensor<8x8xf32> [@same0, @same1]
// CHECK-LABEL: func.func @alternating(
// CHECK: %[[TWO:.*]] = arith.constant 2 : index
// CHECK: %[[R:.*]] = scf.for %[[L:.*]] = %{{.*}} to %[[TWO]] step %{{.*}} iter_args(%{{.*}} = %{{.*}}) -> (tensor<?x8xf32>)
// CHECK: llm.param @[[WIDE]][%[[L]]]
// CHECK: llm.act silu
// CHECK: llm.param @[[BACK]][%[[L]]]
// CHECK: llm.param @[[SAME]][%[[L]]]
// CHECK: llm.act tanh
// CHECK: }
// CHECK-NOT: llm.linear
// CHECK: return %[[R]]
func.func @alternating(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w0 = llm.param @wide0 : tensor<16x8xf32>
  %w1 = llm.param @wide1 : tensor<16x8xf32>
  %b0 = llm.param @back0 : tensor<8x16xf32>
  %b1 = llm.param @back1 : tensor<8x16xf32>
  %s0 = llm.param @same0 : tensor<8x8xf32>
  %s1 = llm.param @same1 : tensor<8x8xf32>
  %0 = llm.linear %x, %w0 : (tensor<?x8xf32>, tensor<16x8xf32>) -> tensor<?x16xf32>
  %1 = llm.act silu %0 : tensor<?x16xf32>
  %2 = llm.linear %1, %b0 : (tensor<?x16xf32>, tensor<8x16xf32>) -> tensor<?x8xf32>
  %3 = llm.linear %2, %s0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %4 = llm.act tanh %3 : tensor<?x8xf32>
  %5 = llm.linear %4, %w1 : (tensor<?x8xf32>, tensor<16x8xf32>) -> tensor<?x16xf32>
  %6 = llm.act silu %5 : tensor<?x16xf32>
  %7 = llm.linear %6, %b1 : (tensor<?x16xf32>, tensor<8x16xf32>) -> tensor<?x8xf32>
  %8 = llm.linear %7, %s1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %9 = llm.act tanh %8 : tensor<?x8xf32>
  return %9 : tensor<?x8xf32>
}

// -----

llm.weight @w : tensor<8x8xf32> source "w"
llm.weight @v : tensor<16x8xf32> source "v"

// No two ops are equal.
// CHECK-LABEL: func.func @once(
// CHECK-NOT: scf.for
// expected-remark @below {{no run of equal layers found}}
func.func @once(%x: tensor<?x8xf32>) -> tensor<?x16xf32> {
  %w = llm.param @w : tensor<8x8xf32>
  %v = llm.param @v : tensor<16x8xf32>
  %0 = llm.linear %x, %w : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %1 = llm.act silu %0 : tensor<?x8xf32>
  %2 = llm.linear %1, %v : (tensor<?x8xf32>, tensor<16x8xf32>) -> tensor<?x16xf32>
  return %2 : tensor<?x16xf32>
}

// -----

llm.weight @w0 : tensor<8x8xf32> source "w0"
llm.weight @w1 : tensor<8x8xf32> source "w1"

// What the first layer computes is read at the end: a loop carries the last only.
// CHECK-LABEL: func.func @escapes(
// CHECK-NOT: scf.for
// expected-remark @below {{no run of equal layers found}}
func.func @escapes(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w0 = llm.param @w0 : tensor<8x8xf32>
  %w1 = llm.param @w1 : tensor<8x8xf32>
  %0 = llm.linear %x, %w0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %1 = llm.act silu %0 : tensor<?x8xf32>
  %2 = llm.linear %1, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %3 = llm.act silu %2 : tensor<?x8xf32>
  %4 = arith.mulf %3, %0 : tensor<?x8xf32>
  return %4 : tensor<?x8xf32>
}

// -----

llm.weight @w0 : tensor<8x8xf32> source "w0"
llm.weight @w1 : tensor<8x8xf32> source "w1"

// Equal ops, but the second layer skips one: the data flow differs.
// CHECK-LABEL: func.func @crossed(
// CHECK-NOT: scf.for
// expected-remark @below {{no run of equal layers found}}
func.func @crossed(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w0 = llm.param @w0 : tensor<8x8xf32>
  %w1 = llm.param @w1 : tensor<8x8xf32>
  %0 = llm.linear %x, %w0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %1 = llm.act silu %0 : tensor<?x8xf32>
  %2 = arith.mulf %1, %0 : tensor<?x8xf32>
  %3 = llm.linear %2, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %4 = llm.act silu %3 : tensor<?x8xf32>
  %5 = arith.mulf %4, %4 : tensor<?x8xf32>
  return %5 : tensor<?x8xf32>
}

// -----

llm.weight @w0 : tensor<8x8xf32> source "w0"
llm.weight @w1 : tensor<8x8xf32> source "w1"
llm.weight @w2 : tensor<8x8xf32> source "w2"

// The sum of the embeddings looks like a residual sum. It is not part of a
// layer: all three layers are in the loop, and it stands before.
// CHECK: llm.weight_table @layers.0 : tensor<8x8xf32> [@w0, @w1, @w2]
// CHECK-LABEL: func.func @embedded_sum(
// CHECK: %[[SUM:.*]] = arith.addf
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[SUM]])
// CHECK: llm.norm
// CHECK: llm.linear
// CHECK: arith.addf
// CHECK-NEXT: scf.yield
// CHECK-NOT: arith.addf
func.func @embedded_sum(%tokens: tensor<?x8xf32>, %places: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w0 = llm.param @w0 : tensor<8x8xf32>
  %w1 = llm.param @w1 : tensor<8x8xf32>
  %w2 = llm.param @w2 : tensor<8x8xf32>
  %x0 = arith.addf %tokens, %places : tensor<?x8xf32>
  %h0 = llm.norm layer %x0 {eps = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l0 = llm.linear %h0, %w0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %x1 = arith.addf %x0, %l0 : tensor<?x8xf32>
  %h1 = llm.norm layer %x1 {eps = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l1 = llm.linear %h1, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %x2 = arith.addf %x1, %l1 : tensor<?x8xf32>
  %h2 = llm.norm layer %x2 {eps = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l2 = llm.linear %h2, %w2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %x3 = arith.addf %x2, %l2 : tensor<?x8xf32>
  return %x3 : tensor<?x8xf32>
}

// -----

llm.weight @w0 : tensor<8x8xf32> source "w0"
llm.weight @w1 : tensor<8x8xf32> source "w1"

// Slots that do not count up by one are no layer numbers.
// CHECK-LABEL: func.func @slots(
// CHECK-NOT: scf.for
// expected-remark @below {{no run of equal layers found}}
func.func @slots(%x: tensor<?x1x8xf32>, %b: !llm.batch, %kv: !llm.kv<3x1x8x8, f32>) -> !llm.kv<3x1x8x8, f32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %kv0 = llm.kv_write %kv[%c0], %x, value(%x), %b : !llm.kv<3x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<3x1x8x8, f32>
  %kv1 = llm.kv_write %kv0[%c2], %x, value(%x), %b : !llm.kv<3x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<3x1x8x8, f32>
  return %kv1 : !llm.kv<3x1x8x8, f32>
}

// -----

// A first slot that is not 0: the layer number plus it.
// CHECK-LABEL: func.func @later_slots(
// CHECK: scf.for %[[L:.*]] = %{{.*}} to
// CHECK: %[[ONE:.*]] = arith.constant 1 : index
// CHECK: %[[SLOT:.*]] = arith.addi %[[L]], %[[ONE]] : index
// CHECK: llm.kv_write %{{.*}}[%[[SLOT]]]
func.func @later_slots(%x: tensor<?x1x8xf32>, %b: !llm.batch, %kv: !llm.kv<3x1x8x8, f32>) -> !llm.kv<3x1x8x8, f32> {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %kv0 = llm.kv_write %kv[%c1], %x, value(%x), %b : !llm.kv<3x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<3x1x8x8, f32>
  %kv1 = llm.kv_write %kv0[%c2], %x, value(%x), %b : !llm.kv<3x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<3x1x8x8, f32>
  return %kv1 : !llm.kv<3x1x8x8, f32>
}

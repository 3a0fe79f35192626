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
func.func @escapes(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w0 = llm.param @w0 : tensor<8x8xf32>
  %w1 = llm.param @w1 : tensor<8x8xf32>
  // expected-remark @below {{one of 2 ops that repeat, but a value of an inner layer is read after the layers}}
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
func.func @crossed(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w0 = llm.param @w0 : tensor<8x8xf32>
  %w1 = llm.param @w1 : tensor<8x8xf32>
  %0 = llm.linear %x, %w0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %1 = llm.act silu %0 : tensor<?x8xf32>
  %2 = arith.mulf %1, %0 : tensor<?x8xf32>
  %3 = llm.linear %2, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %4 = llm.act silu %3 : tensor<?x8xf32>
  // expected-remark @below {{one of 3 ops that repeat, but it reads another op than one period before}}
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

// Slots 0, 1, 3 and 4 of a cache: turns of two layers, three slots apart.
// CHECK-LABEL: func.func @slots(
// CHECK: %[[R:.*]] = scf.for %[[L:.*]] = %{{.*}} to
// CHECK: %[[THREE:.*]] = arith.constant 3 : index
// CHECK: %[[SLOT:.*]] = arith.muli %[[L]], %[[THREE]]
// CHECK: %[[W:.*]] = llm.kv_write %{{.*}}[%[[SLOT]]]
// CHECK: %[[NEXT:.*]] = arith.addi %{{.*}}, %{{.*}}
// CHECK: llm.kv_write %[[W]][%[[NEXT]]]
// CHECK: return %[[R]]
func.func @slots(%x: tensor<?x1x8xf32>, %b: !llm.batch, %kv: !llm.kv<5x1x8x8, f32>) -> !llm.kv<5x1x8x8, f32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %kv0 = llm.kv_write %kv[%c0], %x, value(%x), %b : !llm.kv<5x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<5x1x8x8, f32>
  %kv1 = llm.kv_write %kv0[%c1], %x, value(%x), %b : !llm.kv<5x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<5x1x8x8, f32>
  %kv2 = llm.kv_write %kv1[%c3], %x, value(%x), %b : !llm.kv<5x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<5x1x8x8, f32>
  %kv3 = llm.kv_write %kv2[%c4], %x, value(%x), %b : !llm.kv<5x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<5x1x8x8, f32>
  return %kv3 : !llm.kv<5x1x8x8, f32>
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

// -----

llm.weight @a0 : tensor<8x8xf32> source "a0"
llm.weight @a1 : tensor<8x8xf32> source "a1"
llm.weight @a2 : tensor<8x8xf32> source "a2"
llm.weight @b0 : tensor<8x8xf32> source "b0"
llm.weight @b1 : tensor<8x8xf32> source "b1"

// Layers of one kind, then of another: two loops, one after the other.
// CHECK-DAG: llm.weight_table @[[A:.*]] : tensor<8x8xf32> [@a0, @a1, @a2]
// CHECK-DAG: llm.weight_table @[[B:.*]] : tensor<8x8xf32> [@b0, @b1]
// CHECK-LABEL: func.func @two_runs(
// CHECK: %[[R:.*]] = scf.for
// CHECK: llm.param @[[A]][
// CHECK: llm.act silu
// CHECK: %[[S:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[R]])
// CHECK: llm.param @[[B]][
// CHECK: llm.act tanh
// CHECK: return %[[S]]
func.func @two_runs(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %a0 = llm.param @a0 : tensor<8x8xf32>
  %a1 = llm.param @a1 : tensor<8x8xf32>
  %a2 = llm.param @a2 : tensor<8x8xf32>
  %b0 = llm.param @b0 : tensor<8x8xf32>
  %b1 = llm.param @b1 : tensor<8x8xf32>
  %l0 = llm.linear %x, %a0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y0 = llm.act silu %l0 : tensor<?x8xf32>
  %l1 = llm.linear %y0, %a1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y1 = llm.act silu %l1 : tensor<?x8xf32>
  %l2 = llm.linear %y1, %a2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y2 = llm.act silu %l2 : tensor<?x8xf32>
  %l3 = llm.linear %y2, %b0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y3 = llm.act tanh %l3 : tensor<?x8xf32>
  %l4 = llm.linear %y3, %b1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y4 = llm.act tanh %l4 : tensor<?x8xf32>
  return %y4 : tensor<?x8xf32>
}

// -----

llm.weight @a0 : tensor<8x8xf32> source "a0"
llm.weight @a1 : tensor<8x8xf32> source "a1"
llm.weight @a2 : tensor<8x8xf32> source "a2"
llm.weight @d0 : tensor<8x8xf32> source "d0"
llm.weight @e1 : tensor<8x8xf32> source "e1"
llm.weight @e2 : tensor<8x8xf32> source "e2"

// The first layer's feed-forward is another one: it stays before the loop,
// though its first ops are those of every layer.
// CHECK: llm.weight_table @{{.*}} : tensor<8x8xf32> [@a1, @a2]
// CHECK-LABEL: func.func @prefix(
// CHECK: llm.param @a0
// CHECK: llm.act silu
// CHECK: arith.mulf
// CHECK: %[[FIRST:.*]] = arith.addf
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[FIRST]])
// CHECK: llm.norm
// CHECK: llm.act gelu_tanh
// CHECK: arith.addf
// CHECK-NEXT: scf.yield
// CHECK-NOT: llm.linear
func.func @prefix(%x0: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %a0 = llm.param @a0 : tensor<8x8xf32>
  %a1 = llm.param @a1 : tensor<8x8xf32>
  %a2 = llm.param @a2 : tensor<8x8xf32>
  %d0 = llm.param @d0 : tensor<8x8xf32>
  %e1 = llm.param @e1 : tensor<8x8xf32>
  %e2 = llm.param @e2 : tensor<8x8xf32>
  %n0 = llm.norm rms %x0 {eps = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %q0 = llm.linear %n0, %a0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %f0 = llm.linear %q0, %d0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %g0 = llm.act silu %f0 : tensor<?x8xf32>
  %h0 = arith.mulf %g0, %q0 : tensor<?x8xf32>
  %x1 = arith.addf %x0, %h0 : tensor<?x8xf32>
  %n1 = llm.norm rms %x1 {eps = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %q1 = llm.linear %n1, %a1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %f1 = llm.linear %q1, %e1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %h1 = llm.act gelu_tanh %f1 : tensor<?x8xf32>
  %x2 = arith.addf %x1, %h1 : tensor<?x8xf32>
  %n2 = llm.norm rms %x2 {eps = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %q2 = llm.linear %n2, %a2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %f2 = llm.linear %q2, %e2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %h2 = llm.act gelu_tanh %f2 : tensor<?x8xf32>
  %x3 = arith.addf %x2, %h2 : tensor<?x8xf32>
  return %x3 : tensor<?x8xf32>
}

// -----

llm.weight @p0 : tensor<8x8xf32> source "p0"
llm.weight @q0 : tensor<8x8xf32> source "q0"
llm.weight @p1 : tensor<8x8xf32> source "p1"
llm.weight @q1 : tensor<8x8xf32> source "q1"
llm.weight @p2 : tensor<8x8xf32> source "p2"
llm.weight @q2 : tensor<8x8xf32> source "q2"

// Two streams of equal products: a word of one op, but data flows two ops on.
// CHECK-DAG: llm.weight_table @[[P:.*]] : tensor<8x8xf32> [@p0, @p1, @p2]
// CHECK-DAG: llm.weight_table @[[Q:.*]] : tensor<8x8xf32> [@q0, @q1, @q2]
// CHECK-LABEL: func.func @two_streams(
// CHECK-SAME: %[[X:.*]]: tensor
// CHECK: %[[R:.*]]:2 = scf.for {{.*}} iter_args(%[[A:.*]] = %[[X]], %[[B:.*]] = %[[X]])
// CHECK: %[[WP:.*]] = llm.param @[[P]][
// CHECK: %[[NA:.*]] = llm.linear %[[A]], %[[WP]]
// CHECK: %[[WQ:.*]] = llm.param @[[Q]][
// CHECK: %[[NB:.*]] = llm.linear %[[B]], %[[WQ]]
// CHECK: scf.yield %[[NA]], %[[NB]]
// CHECK: arith.addf %[[R]]#0, %[[R]]#1
func.func @two_streams(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %p0 = llm.param @p0 : tensor<8x8xf32>
  %q0 = llm.param @q0 : tensor<8x8xf32>
  %p1 = llm.param @p1 : tensor<8x8xf32>
  %q1 = llm.param @q1 : tensor<8x8xf32>
  %p2 = llm.param @p2 : tensor<8x8xf32>
  %q2 = llm.param @q2 : tensor<8x8xf32>
  %a0 = llm.linear %x, %p0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %b0 = llm.linear %x, %q0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %a1 = llm.linear %a0, %p1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %b1 = llm.linear %b0, %q1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %a2 = llm.linear %a1, %p2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %b2 = llm.linear %b1, %q2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %sum = arith.addf %a2, %b2 : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

// Windows in turn, one cache: a turn of the loop is two layers, and slots count
// in twos.
// CHECK-LABEL: func.func @windows(
// CHECK: scf.for %[[L:.*]] = %{{.*}} to
// CHECK: %[[EVEN:.*]] = arith.muli %[[L]], %{{.*}}
// CHECK: llm.kv_write %{{.*}}[%[[EVEN]]]
// CHECK: llm.attention {{.*}}{left = 4
// CHECK: %[[TWICE:.*]] = arith.muli %[[L]], %{{.*}}
// CHECK: %[[ODD:.*]] = arith.addi %[[TWICE]], %{{.*}}
// CHECK: llm.kv_write %{{.*}}[%[[ODD]]]
// CHECK: llm.attention
// CHECK-NOT: left
// CHECK: scf.yield
// CHECK-NOT: llm.attention
func.func @windows(%x: tensor<?x1x8xf32>, %b: !llm.batch, %kv: !llm.kv<4x1x8x8, f32>) -> (tensor<?x1x8xf32>, !llm.kv<4x1x8x8, f32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %kv0 = llm.kv_write %kv[%c0], %x, value(%x), %b : !llm.kv<4x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<4x1x8x8, f32>
  %x0 = llm.attention %x cache(%kv0[%c0]) batch(%b) {left = 4 : i64, scale = 1.0 : f64} : (tensor<?x1x8xf32>, !llm.kv<4x1x8x8, f32>, index, !llm.batch) -> tensor<?x1x8xf32>
  %kv1 = llm.kv_write %kv0[%c1], %x0, value(%x0), %b : !llm.kv<4x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<4x1x8x8, f32>
  %x1 = llm.attention %x0 cache(%kv1[%c1]) batch(%b) {scale = 1.0 : f64} : (tensor<?x1x8xf32>, !llm.kv<4x1x8x8, f32>, index, !llm.batch) -> tensor<?x1x8xf32>
  %kv2 = llm.kv_write %kv1[%c2], %x1, value(%x1), %b : !llm.kv<4x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<4x1x8x8, f32>
  %x2 = llm.attention %x1 cache(%kv2[%c2]) batch(%b) {left = 4 : i64, scale = 1.0 : f64} : (tensor<?x1x8xf32>, !llm.kv<4x1x8x8, f32>, index, !llm.batch) -> tensor<?x1x8xf32>
  %kv3 = llm.kv_write %kv2[%c3], %x2, value(%x2), %b : !llm.kv<4x1x8x8, f32>, tensor<?x1x8xf32>, value(tensor<?x1x8xf32>) -> !llm.kv<4x1x8x8, f32>
  %x3 = llm.attention %x2 cache(%kv3[%c3]) batch(%b) {scale = 1.0 : f64} : (tensor<?x1x8xf32>, !llm.kv<4x1x8x8, f32>, index, !llm.batch) -> tensor<?x1x8xf32>
  return %x3, %kv3 : tensor<?x1x8xf32>, !llm.kv<4x1x8x8, f32>
}

// -----

llm.weight @w0 : tensor<8x8xf32> source "w0"
llm.weight @w1 : tensor<8x8xf32> source "w1"

// Layers that differ only in their last op are no layers.
// CHECK-LABEL: func.func @last_op(
// CHECK-NOT: scf.for
// expected-remark @below {{no run of equal layers found}}
func.func @last_op(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w0 = llm.param @w0 : tensor<8x8xf32>
  %w1 = llm.param @w1 : tensor<8x8xf32>
  %n0 = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l0 = llm.linear %n0, %w0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y0 = llm.act silu %l0 : tensor<?x8xf32>
  %n1 = llm.norm rms %y0 {eps = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l1 = llm.linear %n1, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y1 = llm.act tanh %l1 : tensor<?x8xf32>
  return %y1 : tensor<?x8xf32>
}

// -----

// Squarings ride in one kernel; a loop would store each of them.
// CHECK-LABEL: func.func @elementwise(
// CHECK-NOT: scf.for
// expected-remark @below {{no run of equal layers found}}
func.func @elementwise(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = arith.mulf %x, %x : tensor<?x8xf32>
  %1 = arith.mulf %0, %0 : tensor<?x8xf32>
  %2 = arith.mulf %1, %1 : tensor<?x8xf32>
  return %2 : tensor<?x8xf32>
}

// -----

llm.weight @w0 : tensor<8x8xf32> source "w0"
llm.weight @w1 : tensor<8x8xf32> source "w1"
llm.weight @w2 : tensor<8x8xf32> source "w2"
llm.weight @w3 : tensor<8x8xf32> source "w3"
llm.weight @w4 : tensor<8x8xf32> source "w4"

// The third layer's result is read at the end: a loop up to it, one from it on.
// CHECK-DAG: llm.weight_table @{{.*}} : tensor<8x8xf32> [@w0, @w1, @w2]
// CHECK-DAG: llm.weight_table @{{.*}} : tensor<8x8xf32> [@w3, @w4]
// CHECK-LABEL: func.func @tapped(
// CHECK: %[[TAP:.*]] = scf.for
// CHECK: %[[END:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[TAP]])
// CHECK: arith.mulf %[[END]], %[[TAP]]
func.func @tapped(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w0 = llm.param @w0 : tensor<8x8xf32>
  %w1 = llm.param @w1 : tensor<8x8xf32>
  %w2 = llm.param @w2 : tensor<8x8xf32>
  %w3 = llm.param @w3 : tensor<8x8xf32>
  %w4 = llm.param @w4 : tensor<8x8xf32>
  %l0 = llm.linear %x, %w0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y0 = llm.act silu %l0 : tensor<?x8xf32>
  %l1 = llm.linear %y0, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y1 = llm.act silu %l1 : tensor<?x8xf32>
  %l2 = llm.linear %y1, %w2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y2 = llm.act silu %l2 : tensor<?x8xf32>
  %l3 = llm.linear %y2, %w3 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y3 = llm.act silu %l3 : tensor<?x8xf32>
  %l4 = llm.linear %y3, %w4 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y4 = llm.act silu %l4 : tensor<?x8xf32>
  %z = arith.mulf %y4, %y2 : tensor<?x8xf32>
  return %z : tensor<?x8xf32>
}

// -----

llm.weight @w0 : tensor<8x8xf32> source "w0"
llm.weight @n : tensor<8xf32> source "n"

// A parameter that is read before the layers too stays where it dominates both;
// one that stands among them moves out. One weight read twice needs no table.
// CHECK-NOT: llm.weight_table
// CHECK-LABEL: func.func @leaves(
// CHECK: %[[N:.*]] = llm.param @n
// CHECK: llm.norm rms %{{.*}} weight(%[[N]])
// CHECK: %[[W:.*]] = llm.param @w0
// CHECK: scf.for
// CHECK: llm.norm rms %{{.*}} weight(%[[N]])
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @leaves(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %n = llm.param @n : tensor<8xf32>
  %e = llm.norm rms %x weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %s = llm.act silu %e : tensor<?x8xf32>
  %h0 = llm.norm rms %s weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %w0 = llm.param @w0 : tensor<8x8xf32>
  %l0 = llm.linear %h0, %w0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %h1 = llm.norm rms %l0 weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %w1 = llm.param @w0 : tensor<8x8xf32>
  %l1 = llm.linear %h1, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  return %l1 : tensor<?x8xf32>
}

// -----

llm.weight @a0 : tensor<8x8xf32> source "a0"
llm.weight @a1 : tensor<8x8xf32> source "a1"
llm.weight @b0 : tensor<8x8xf32> source "b0"
llm.weight @b1 : tensor<8x8xf32> source "b1"

// Each function has tables of its own.
// CHECK: llm.weight_table @layers.0 : tensor<8x8xf32> [@a0, @a1]
// CHECK: func.func @encoder(
// CHECK: scf.for
// CHECK: llm.weight_table @layers.1 : tensor<8x8xf32> [@b0, @b1]
// CHECK: func.func @decoder(
// CHECK: scf.for
func.func @encoder(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %a0 = llm.param @a0 : tensor<8x8xf32>
  %a1 = llm.param @a1 : tensor<8x8xf32>
  %0 = llm.linear %x, %a0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %1 = llm.linear %0, %a1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}
func.func @decoder(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %b0 = llm.param @b0 : tensor<8x8xf32>
  %b1 = llm.param @b1 : tensor<8x8xf32>
  %0 = llm.linear %x, %b0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %1 = llm.linear %0, %b1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

llm.weight @a0 : tensor<8x8xf32> source "a0"
llm.weight @a1 : tensor<8x8xf32> source "a1"

// A number in all rows (a scale of each layer's result) stands once before both layers: it is no part of the first.
// CHECK-LABEL: func.func @scaled_layers(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>)
// CHECK: %[[S:.*]] = tensor.splat
// CHECK: %[[R:.*]] = scf.for %{{.*}} iter_args(%[[H:.*]] = %[[X]])
// CHECK: %[[L:.*]] = llm.linear %[[H]]
// CHECK: %[[M:.*]] = arith.mulf %[[L]], %[[S]]
// CHECK: %[[Y:.*]] = arith.addf %[[H]], %[[M]]
// CHECK: scf.yield %[[Y]]
// CHECK: return %[[R]]
func.func @scaled_layers(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %part = arith.constant 0.4 : f32
  %a0 = llm.param @a0 : tensor<8x8xf32>
  %a1 = llm.param @a1 : tensor<8x8xf32>
  %T = tensor.dim %x, %c0 : tensor<?x8xf32>
  %l0 = llm.linear %x, %a0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %s = tensor.splat %part[%T] : tensor<?x8xf32>
  %m0 = arith.mulf %l0, %s : tensor<?x8xf32>
  %x1 = arith.addf %x, %m0 : tensor<?x8xf32>
  %l1 = llm.linear %x1, %a1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %m1 = arith.mulf %l1, %s : tensor<?x8xf32>
  %x2 = arith.addf %x1, %m1 : tensor<?x8xf32>
  return %x2 : tensor<?x8xf32>
}

// -----

llm.weight @a0 : tensor<8x8xf32> source "a0"
llm.weight @a1 : tensor<8x8xf32> source "a1"

// The same, spelled out in each layer.
// CHECK-LABEL: func.func @scaled_in_each(
// CHECK: tensor.splat
// CHECK: scf.for
// CHECK: llm.linear
// CHECK-NOT: llm.linear
// CHECK: return
func.func @scaled_in_each(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %part0 = arith.constant 0.4 : f32
  %part1 = arith.constant 0.4 : f32
  %a0 = llm.param @a0 : tensor<8x8xf32>
  %a1 = llm.param @a1 : tensor<8x8xf32>
  %T = tensor.dim %x, %c0 : tensor<?x8xf32>
  %l0 = llm.linear %x, %a0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %s0 = tensor.splat %part0[%T] : tensor<?x8xf32>
  %m0 = arith.mulf %l0, %s0 : tensor<?x8xf32>
  %x1 = arith.addf %x, %m0 : tensor<?x8xf32>
  %l1 = llm.linear %x1, %a1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %s1 = tensor.splat %part1[%T] : tensor<?x8xf32>
  %m1 = arith.mulf %l1, %s1 : tensor<?x8xf32>
  %x2 = arith.addf %x1, %m1 : tensor<?x8xf32>
  return %x2 : tensor<?x8xf32>
}

// -----

llm.weight @a0 : tensor<8x8xf32> source "a0"
llm.weight @a1 : tensor<8x8xf32> source "a1"

// Another number in each layer is not one value for all of them.
// CHECK-LABEL: func.func @scaled_otherwise(
// CHECK-NOT: scf.for
// CHECK: return
func.func @scaled_otherwise(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %part0 = arith.constant 0.4 : f32
  %part1 = arith.constant 0.5 : f32
  %a0 = llm.param @a0 : tensor<8x8xf32>
  %a1 = llm.param @a1 : tensor<8x8xf32>
  %T = tensor.dim %x, %c0 : tensor<?x8xf32>
  %l0 = llm.linear %x, %a0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %s0 = tensor.splat %part0[%T] : tensor<?x8xf32>
  %m0 = arith.mulf %l0, %s0 : tensor<?x8xf32>
  %x1 = arith.addf %x, %m0 : tensor<?x8xf32>
  %l1 = llm.linear %x1, %a1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %s1 = tensor.splat %part1[%T] : tensor<?x8xf32>
  // expected-remark @below {{one of 3 ops that repeat, but it reads a value that no repetition before it makes}}
  %m1 = arith.mulf %l1, %s1 : tensor<?x8xf32>
  %x2 = arith.addf %x1, %m1 : tensor<?x8xf32>
  return %x2 : tensor<?x8xf32>
}

// RUN: llmc-opt %s --split-input-file --llm-pack-weights --llm-clone-targets=isas=avx512-vnni --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// The step keeps its weights for the artifact writer; a layer's weight is found
// by a table of offsets; the logits are the caller's buffer. Barriers: before the
// loop, between the two kernels of a layer, and at its end, none after the last.
// CHECK-DAG: llm.weight @w0 : {{.*}} at [[W0:[0-9]+]]
// CHECK-DAG: llm.weight @w1 : {{.*}} at [[W1:[0-9]+]]
// CHECK-NOT: llm.weight_table
// CHECK-LABEL: func.func private @"k0_embed.avx512-vnni"(

// A product: this worker's panels, six rows at a time with one strip, then
// row by row, with a prefetch.
// CHECK-LABEL: func.func private @"k2_linear.avx512-vnni"(
// CHECK-SAME: %[[X:[^:]*]]: memref<?x44xi8>, %[[W:[^:]*]]: memref<2x1x544xi8>, %[[Y:[^:]*]]: memref<?x32xf32>, %[[WORKER:.*]]: index, %[[WORKERS:.*]]: index)
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C6:.*]] = arith.constant 6 : index
// CHECK-DAG: %[[BEGIN:.*]] = arith.divui %{{.*}}, %[[WORKERS]] : index
// CHECK: scf.for %{{.*}} = %[[BEGIN]] to
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step %[[C6]]
// CHECK: llm.tile.dot({{.*}}) x(%[[X]][%[[ROW]]]) w(%[[W]][%{{.*}}]) {{.*}}rows = 6 : i64, strips = 1 : i64
// CHECK-COUNT-6: vector.store {{.*}}, %[[Y]]
// CHECK: scf.for %[[LEFT:.*]] = %{{.*}} to %{{.*}} step %[[C1]]
// CHECK: llm.tile.dot({{.*}}) x(%[[X]][%[[LEFT]]]) {{.*}}prefetch, rows = 1 : i64, strips = 1 : i64

// CHECK: memref.global "private" constant @[[TABLE:.*]] : memref<2xi64> = dense<[[[W0]], [[W1]]]>
// CHECK-LABEL: func.func @"step.avx512-vnni"(
// CHECK-SAME: %[[WEIGHTS:[^:]*]]: memref<?xi8>, %[[ARENA:[^:]*]]: memref<?xi8>
// CHECK: call @"k0_embed.avx512-vnni"(
// CHECK-NEXT: llm.barrier
// CHECK-NEXT: scf.for %[[L:.*]] = %
// CHECK-NOT: llm.barrier
// CHECK: call @"k1_norm_quantize_act.avx512-vnni"(
// CHECK: %[[OFFSETS:.*]] = memref.get_global @[[TABLE]]
// CHECK: %[[OFFSET:.*]] = memref.load %[[OFFSETS]][%[[L]]]
// CHECK: %[[AT:.*]] = arith.index_cast %[[OFFSET]] : i64 to index
// CHECK: memref.view %[[WEIGHTS]][%[[AT]]][] : memref<?xi8> to memref<2x1x544xi8>
// CHECK: llm.barrier
// CHECK-NEXT: llm.enter @"k2_linear.avx512-vnni" worker %
// CHECK-NEXT: call @"k2_linear.avx512-vnni"(
// CHECK-NEXT: llm.barrier
// CHECK-NEXT: }
// CHECK-NOT: llm.barrier
// CHECK: call @"k3_norm.avx512-vnni"(
// CHECK-NEXT: return
// Two layers of one linear and one norm with weights of their own.
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x32xf32> source "t"
llm.weight @w0 : !llm.packed<32x32, #llm.q8_0> source "w0"
llm.weight @w1 : !llm.packed<32x32, #llm.q8_0> source "w1"
llm.weight_table @layers.0 : !llm.packed<32x32, #llm.q8_0> [@w0, @w1]

func.func @step(%batch: !llm.batch) -> tensor<?x32xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x32xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x32xf32>) -> tensor<?x32xf32>
  %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%a = %x) -> (tensor<?x32xf32>) {
    %n = llm.norm rms %a {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
    %q = llm.quantize_act %n : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
    %w = llm.param @layers.0[%i] : !llm.packed<32x32, #llm.q8_0>
    %l = llm.linear %q, %w : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<32x32, #llm.q8_0>) -> tensor<?x32xf32>
    scf.yield %l : tensor<?x32xf32>
  }
  %y = llm.norm rms %r {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
}

// -----

// Kernels of equal bodies are one function. Two that read the same rows and
// write different ones need no barrier between them; what reads both needs one.
// CHECK-LABEL: func.func private @"k0_embed.avx512-vnni"(
// CHECK: func.func private @"k1_linear.avx512-vnni"(
// CHECK-NOT: func.func private @"k2_linear
// CHECK: func.func private @"k2_norm.avx512-vnni"(
// CHECK: func.func private @"k3_norm_addf.avx512-vnni"(
// CHECK-LABEL: func.func @"step.avx512-vnni"(
// CHECK: call @"k0_embed.avx512-vnni"(
// CHECK: llm.barrier
// CHECK: call @"k1_linear.avx512-vnni"(
// CHECK-NOT: llm.barrier
// CHECK: call @"k1_linear.avx512-vnni"(
// CHECK: llm.barrier
// CHECK: call @"k2_norm.avx512-vnni"(
// CHECK: llm.barrier
// CHECK: call @"k3_norm_addf.avx512-vnni"(
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x32xf32> source "t"
llm.weight @w0 : tensor<32x32xf32> source "w0"
llm.weight @w1 : tensor<32x32xf32> source "w1"
func.func @step(%batch: !llm.batch) -> tensor<?x32xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x32xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x32xf32>) -> tensor<?x32xf32>
  %w0 = llm.param @w0 : tensor<32x32xf32>
  %w1 = llm.param @w1 : tensor<32x32xf32>
  %a = llm.linear %x, %w0 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %b = llm.linear %x, %w1 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %m = llm.norm rms %a {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %n = llm.norm rms %b {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %s = arith.addf %n, %m : tensor<?x32xf32>
  return %s : tensor<?x32xf32>
}
}

// -----

// Attention: ranges of rows in turn, and of those that were generated this worker's
// (row, head) items: the pages of the row's sequence in order, 64 scores per page in
// 4 vectors, a mask by position, then the values of the used slots. Few rows of long
// sequences are dealt out in parts (tile-attention.mlir), prompts in tiles
// (tile-prompt.mlir).
// CHECK-LABEL: func.func private @"k{{[0-9]+}}_kv_write.avx512-vnni"(
// CHECK-LABEL: func.func private @"k{{[0-9]+}}_attention.avx512-vnni"(
// CHECK-SAME: %{{[^:]*}}: memref<?x4x16xf32>, %[[CACHE:[^:]*]]: memref<?x4096xf16>, %{{[^:]*}}: index, %{{[^:]*}}: memref<?x4x16xf32>, %[[POSITIONS:[^:]*]]: memref<?xi32>, %[[SLOTS:[^:]*]]: memref<?xi32>, %[[SEQUENCES:[^:]*]]: memref<?xi32>, %{{[^:]*}}: index, %{{[^:]*}}: memref<?xi8>, %[[RANGES:[^:]*]]: memref<?xi32>, %[[RANGECOUNT:[^:]*]]: index, %[[TABLE:[^:]*]]: memref<?xi32>, %[[SLOTPOSITIONS:[^:]*]]: memref<?xi32>, %{{[^:]*}}: memref<?xi8>, %[[WORKER:.*]]: index, %[[WORKERS:.*]]: index)
// CHECK: scf.for %[[RANGE:.*]] = %c0 to %[[RANGECOUNT]] step %c1 iter_args(%[[TURN:.*]] = %[[WORKER]])
// CHECK: %[[PHASE:.*]] = memref.load %[[RANGES]]
// CHECK: %[[IS_PROMPT:.*]] = arith.cmpi eq, %[[PHASE]], %c0_i32
// CHECK: scf.if %[[IS_PROMPT]]
// CHECK: } else {
// CHECK: scf.for %{{.*}} = %[[TURN]] to %{{.*}} step %[[WORKERS]]
// CHECK: memref.load %[[SLOTS]]
// CHECK: scf.for
// CHECK: memref.load %[[TABLE]]
// CHECK: scf.for
// CHECK-COUNT-4: vector.load %[[CACHE]][{{.*}}, vector<16xf16>
// CHECK: vector.load %[[SLOTPOSITIONS]]
// CHECK: arith.cmpi sle
// CHECK: math.exp
// CHECK: arith.minui
// CHECK: scf.for
// CHECK: vector.load %[[CACHE]]
// CHECK: math.fma
// CHECK-LABEL: func.func @"step.avx512-vnni"(
// CHECK: call @"k{{[0-9]+}}_kv_write.avx512-vnni"(
// CHECK: llm.barrier
// CHECK: call @"k{{[0-9]+}}_attention.avx512-vnni"(
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x64xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x2x16x16, f16>) -> (tensor<?x64xf32>, !llm.kv<1x2x16x16, f16>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x64xf32>) -> tensor<?x64xf32>
  %w = llm.param @small : tensor<32x64xf32>
  %y = llm.linear %x, %w : (tensor<?x64xf32>, tensor<32x64xf32>) -> tensor<?x32xf32>
  %T = tensor.dim %x, %c0 : tensor<?x64xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%T, 4, 16] : tensor<?x64xf32> into tensor<?x4x16xf32>
  %k = tensor.expand_shape %y [[0], [1, 2]] output_shape [%T, 2, 16] : tensor<?x32xf32> into tensor<?x2x16xf32>
  %kv1 = llm.kv_write %kv[%c0], %k, value(%k), %batch : !llm.kv<1x2x16x16, f16>, tensor<?x2x16xf32>, value(tensor<?x2x16xf32>) -> !llm.kv<1x2x16x16, f16>
  %a = llm.attention %q cache(%kv1[%c0]) batch(%batch) {scale = 0.25 : f64} : (tensor<?x4x16xf32>, !llm.kv<1x2x16x16, f16>, index, !llm.batch) -> tensor<?x4x16xf32>
  %r = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x4x16xf32> into tensor<?x64xf32>
  return %r, %kv1 : tensor<?x64xf32>, !llm.kv<1x2x16x16, f16>
}
llm.weight @small : tensor<32x64xf32> source "s"
}

// -----

// Two caches of one type have one kernel, which finds the pages of each in its own
// tables; nothing that one writes is the other's.
// CHECK-LABEL: func.func private @"k0_embed.avx512-vnni"(
// CHECK: func.func private @"k1_kv_write.avx512-vnni"(%{{[^:]*}}: memref<?x512xf32>
// CHECK-NOT: func.func private @"k2_kv_write
// CHECK-LABEL: func.func @"step.avx512-vnni"(
// CHECK-SAME: %{{[^:]*}}: memref<?xi8>, %{{[^:]*}}: memref<?xi8>, %[[KV:[^:]*]]: memref<?xi8>, %[[KP:[^:]*]]: memref<?xi32>, %[[KT:[^:]*]]: memref<?xi32>, %[[KN:[^:]*]]: index, %[[LV:[^:]*]]: memref<?xi8>, %[[LP:[^:]*]]: memref<?xi32>, %[[LT:[^:]*]]: memref<?xi32>, %[[LN:[^:]*]]: index,
// CHECK-DAG: %[[K:.*]] = memref.view %[[KV]][%{{.*}}][%[[KN]]] : memref<?xi8> to memref<?x512xf32>
// CHECK-DAG: %[[L:.*]] = memref.view %[[LV]][%{{.*}}][%[[LN]]] : memref<?xi8> to memref<?x512xf32>
// CHECK: call @"k1_kv_write.avx512-vnni"(%[[K]], {{.*}}%[[KT]], %[[KP]],
// CHECK-NOT: llm.barrier
// CHECK: call @"k1_kv_write.avx512-vnni"(%[[L]], {{.*}}%[[LT]], %[[LP]],
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x4xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x1x4x4, f32>, %lv: !llm.kv<1x1x4x4, f32>) -> (tensor<?x4xf32>, !llm.kv<1x1x4x4, f32>, !llm.kv<1x1x4x4, f32>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x4xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x4xf32>) -> tensor<?x4xf32>
  %T = tensor.dim %x, %c0 : tensor<?x4xf32>
  %k = tensor.expand_shape %x [[0], [1, 2]] output_shape [%T, 1, 4] : tensor<?x4xf32> into tensor<?x1x4xf32>
  %kv1 = llm.kv_write %kv[%c0], %k, value(%k), %batch : !llm.kv<1x1x4x4, f32>, tensor<?x1x4xf32>, value(tensor<?x1x4xf32>) -> !llm.kv<1x1x4x4, f32>
  %lv1 = llm.kv_write %lv[%c0], %k, value(%k), %batch : !llm.kv<1x1x4x4, f32>, tensor<?x1x4xf32>, value(tensor<?x1x4xf32>) -> !llm.kv<1x1x4x4, f32>
  %y = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y, %kv1, %lv1 : tensor<?x4xf32>, !llm.kv<1x1x4x4, f32>, !llm.kv<1x1x4x4, f32>
}
}

// -----

// A value that several ops of a body read is computed once per place: sixteen
// squarings are sixteen products. Evaluated from each reader they were 65,535.
// CHECK-LABEL: func.func private @"k{{[0-9]+}}_mulf
// CHECK-COUNT-16: arith.mulf {{.*}}vector<16xf32>
// CHECK-NOT: arith.mulf
// CHECK-LABEL: func.func @"step.
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x32xf32> source "t"
func.func @step(%batch: !llm.batch) -> tensor<?x32xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x32xf32>
  %0 = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x32xf32>) -> tensor<?x32xf32>
  %1 = arith.mulf %0, %0 : tensor<?x32xf32>
  %2 = arith.mulf %1, %1 : tensor<?x32xf32>
  %3 = arith.mulf %2, %2 : tensor<?x32xf32>
  %4 = arith.mulf %3, %3 : tensor<?x32xf32>
  %5 = arith.mulf %4, %4 : tensor<?x32xf32>
  %6 = arith.mulf %5, %5 : tensor<?x32xf32>
  %7 = arith.mulf %6, %6 : tensor<?x32xf32>
  %8 = arith.mulf %7, %7 : tensor<?x32xf32>
  %9 = arith.mulf %8, %8 : tensor<?x32xf32>
  %10 = arith.mulf %9, %9 : tensor<?x32xf32>
  %11 = arith.mulf %10, %10 : tensor<?x32xf32>
  %12 = arith.mulf %11, %11 : tensor<?x32xf32>
  %13 = arith.mulf %12, %12 : tensor<?x32xf32>
  %14 = arith.mulf %13, %13 : tensor<?x32xf32>
  %15 = arith.mulf %14, %14 : tensor<?x32xf32>
  %16 = arith.mulf %15, %15 : tensor<?x32xf32>
  return %16 : tensor<?x32xf32>
}
}

// -----

// A function that reads what the step returned: its rows are those of the result, its kernel has
// the scratch of all workers, of which each takes its own.
// CHECK-LABEL: func.func private @"k0_sample.avx512-vnni"(
// CHECK-SAME: memref<?x40xf32>, %{{.*}}: memref<?xi32>, {{.*}}, %[[TEAM:[^:]*]]: memref<?xi8>, %[[WORKER:.*]]: index, %[[WORKERS:.*]]: index)
// CHECK: %[[OWN:.*]] = arith.muli %[[WORKER]], %{{.*}} : index
// CHECK: memref.view %[[TEAM]][%[[OWN]]][] : memref<?xi8> to memref<2176xi8>
// CHECK-LABEL: func.func @"sample.avx512-vnni"(
// CHECK-SAME: %{{[^:]*}}: memref<?xi8>, %{{[^:]*}}: memref<?xi8>, %[[SCRATCH:[^:]*]]: memref<?xi8>, %[[LOGITS:[^:]*]]: memref<?xi8>, %[[TOKENS:[^:]*]]: memref<?xi8>
// CHECK-DAG: memref.view %[[LOGITS]][%{{.*}}][%[[ASKED:.*]]] : memref<?xi8> to memref<?x40xf32>
// CHECK-DAG: memref.view %[[TOKENS]][%{{.*}}][%[[ASKED]]] : memref<?xi8> to memref<?xi32>
// CHECK-DAG: %[[STRIDE:.*]] = arith.constant 2176 : index
// CHECK: %[[ALL:.*]] = arith.muli %{{.*}}, %[[STRIDE]] : index
// CHECK: memref.view %[[SCRATCH]][%{{.*}}][%[[ALL]]] : memref<?xi8> to memref<?xi8>
// CHECK: call @"k0_sample.avx512-vnni"(
// CHECK-NEXT: return
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x40xf32> source "t"
func.func @step(%batch: !llm.batch) -> tensor<?x40xf32> {
  %ids = llm.batch_logit_rows %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x40xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x40xf32>) -> tensor<?x40xf32>
  return %x : tensor<?x40xf32>
}
func.func @sample(%l: tensor<?x40xf32> {llm.name = "logits"}, %b: !llm.batch) -> (tensor<?xi32> {llm.name = "tokens"}) {
  %i = llm.sample %l batch(%b) : tensor<?x40xf32> -> tensor<?xi32>
  return %i : tensor<?xi32>
}
}

// -----

// What is computed for the rows that are asked, but reads none of them, has as many.
// CHECK-LABEL: func.func @"step.avx512-vnni"(
// CHECK-SAME: %{{[^:]*}}: memref<?xi8>, %{{[^:]*}}: memref<?xi8>, %{{[^:]*}}: memref<?xi8>, %[[LOGITS:[^:]*]]: memref<?xi8>, %[[ALL:[^:]*]]: memref<?xi8>
// CHECK-DAG: memref.view %[[LOGITS]][%{{.*}}][%[[ASKED:.*]]] : memref<?xi8> to memref<?x40xf32>
// CHECK-DAG: memref.view %[[ALL]][%{{.*}}][%[[ROWS:.*]]] : memref<?xi8> to memref<?x32xf32>
// CHECK: call @"k1_addf.avx512-vnni"(%[[ASKED]],
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x32xf32> source "t"
func.func @step(%batch: !llm.batch) -> (tensor<?x40xf32> {llm.name = "logits"}, tensor<?x32xf32> {llm.name = "all"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x32xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x32xf32>) -> tensor<?x32xf32>
  %asked = llm.batch_logit_rows %batch : tensor<?xi32>
  %L = tensor.dim %asked, %c0 : tensor<?xi32>
  %s = tensor.splat %zero[%L] : tensor<?x40xf32>
  %l = arith.addf %s, %s : tensor<?x40xf32>
  return %l, %x : tensor<?x40xf32>, tensor<?x32xf32>
}
}

// RUN: llmc-opt %s --split-input-file --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// A block has a row and a query head of it: six heads, three of which share a key.
// CHECK-LABEL: module @sm_80
// CHECK-DAG: memref.global "private" @[[P:.*_shared0]] : memref<64xf32, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_attention(
// CHECK-DAG: %[[SIX:.*]] = arith.constant 6 : index
// CHECK-DAG: %[[THREE:.*]] = arith.constant 3 : index
// CHECK-DAG: %[[PAGE:.*]] = arith.constant 64 : index
// CHECK: %[[ROW:.*]] = arith.divui %[[BLOCK:.*]], %[[SIX]]
// CHECK: %[[HEAD:.*]] = arith.remui %[[BLOCK]], %[[SIX]]
// CHECK: arith.divui %[[HEAD]], %[[THREE]]
// Maximum, sum and one channel per thread go from page to page.
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (f32, f32, f32)
// Not after the row; nothing else hides a slot.
// CHECK: arith.cmpi sle
// CHECK-NOT: arith.cmpi sle
// The score of a slot: one channel of the key after the other, slots side by side.
// CHECK: scf.for {{.*}} -> (f32)
// CHECK: math.fma
// Largest score of two warps, then the sum of the probabilities.
// CHECK-COUNT-5: llvm.nvvm.shfl.sync.bfly.f32
// CHECK: llvm.nvvm.barrier.cta.sync.aligned.all
// CHECK: memref.store %{{.*}}, %{{.*}}[%{{.*}}] : memref<64xf32, 3>
// CHECK-COUNT-5: llvm.nvvm.shfl.sync.bfly.f32
// CHECK: scf.for {{.*}} -> (f32)
// CHECK: memref.load %{{.*}} : memref<64xf32, 3>
// CHECK: math.fma
// A block per row and head.
// CHECK-LABEL: func.func @step.sm_80(
// CHECK: %[[HEADS:.*]] = arith.constant 6 : index
// CHECK: %[[BLOCKS:.*]] = arith.muli %{{.*}}, %[[HEADS]]
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_attention blocks %[[BLOCKS]] threads 64
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x384xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x2x64x64, f32>) -> (tensor<?x384xf32>, !llm.kv<1x2x64x64, f32>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x384xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x384xf32>) -> tensor<?x384xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x384xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 6, 64] : tensor<?x384xf32> into tensor<?x6x64xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 1.25e-1 : f64} : (tensor<?x6x64xf32>, !llm.kv<1x2x64x64, f32>, index, !llm.batch) -> tensor<?x6x64xf32>
  %y = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x6x64xf32> into tensor<?x384xf32>
  return %y, %kv : tensor<?x384xf32>, !llm.kv<1x2x64x64, f32>
}
}

// -----

// A window and a cap: the cache in halves is widened as it is read, 80 channels are two
// turns of 64 threads, of which the second has 16.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_attention(
// CHECK-DAG: %[[REACH:.*]] = arith.constant 5 : i32
// CHECK-DAG: %[[CAP:.*]] = arith.constant 3.000000e+01 : f32
// CHECK: scf.for {{.*}} -> (f32, f32, f32, f32)
// CHECK: arith.cmpi sle
// CHECK: arith.cmpi sle, %{{.*}}, %[[REACH]]
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: math.tanh
// CHECK: arith.mulf %{{.*}}, %[[CAP]]
// What is out of reach adds nothing, whatever it is.
// CHECK: arith.cmpi sle, %{{.*}}, %[[REACH]]
// CHECK: arith.select
// CHECK: memref.store
// CHECK: scf.if
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x160xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x2x80x80, f16>) -> (tensor<?x160xf32>, !llm.kv<1x2x80x80, f16>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x160xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x160xf32>) -> tensor<?x160xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x160xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 2, 80] : tensor<?x160xf32> into tensor<?x2x80xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 1.0 : f64, left = 5 : i64, softcap = 30.0 : f64} : (tensor<?x2x80xf32>, !llm.kv<1x2x80x80, f16>, index, !llm.batch) -> tensor<?x2x80xf32>
  %y = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x2x80xf32> into tensor<?x160xf32>
  return %y, %kv : tensor<?x160xf32>, !llm.kv<1x2x80x80, f16>
}
}

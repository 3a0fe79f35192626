// RUN: llmc-opt %s --split-input-file --llm-append-sample --llm-pack-weights --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// A block has a row: 128 threads for few columns, four of them at a time where they come in fours.
// CHECK-LABEL: module @sm_80
// Bins of ten bits, for numbers and for masses.
// CHECK: memref.global "private" @sample_k0_sample_shared0 : memref<1024xi32, 3>
// CHECK: memref.global "private" @sample_k0_sample_shared1 : memref<1024xi32, 3>
// CHECK-LABEL: func.func @sample_k0_sample(
// CHECK-DAG: %[[STEP:.*]] = arith.constant 512 : index
// CHECK-DAG: %[[COLUMNS:.*]] = arith.constant 100 : index
// Recent ids, which may be there twice, are changed by whichever thread has them.
// CHECK: memref.atomic_rmw assign
// The largest logit and NaNs, then the lowest id of it.
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[COLUMNS]] step %[[STEP]] iter_args({{.*}}) -> (vector<4xf32>, vector<4xf32>)
// CHECK: vector.load %{{.*}} {alignment = 16 : i64}
// CHECK: arith.cmpf uno
// CHECK-COUNT-10: llvm.nvvm.shfl.sync.bfly.f32
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[COLUMNS]] step %[[STEP]] iter_args({{.*}}) -> (f32)
// CHECK-COUNT-5: llvm.nvvm.shfl.sync.bfly.f32
// Or weights, whose sum is one of integers.
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[COLUMNS]] step %[[STEP]] iter_args({{.*}}) -> (i64)
// CHECK: math.trunc
// CHECK-COUNT-4: arith.fptoui %{{.*}} : f32 to i64
// CHECK: llvm.nvvm.shfl.sync.bfly.i32
// The k-th of them is in one of 1024 bins, three times.
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %c3{{.*}} step %c1{{.*}} iter_args({{.*}}) -> (i32, i64)
// CHECK-COUNT-4: memref.atomic_rmw addi %{{.*}}
// CHECK: llvm.nvvm.shfl.sync.up.i32
// A mass is two sums of parts of mantissas.
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %c3{{.*}} step %c1{{.*}} iter_args({{.*}}) -> (i32, i64, i64)
// CHECK-COUNT-8: memref.atomic_rmw addi %{{.*}}
// One thread stores.
// CHECK: memref.store %{{.*}} : memref<?xi32>

// Scratch is there for each row whose logits are asked.
// CHECK-LABEL: func.func @sample.sm_80(
// CHECK-SAME: %[[SCRATCH:[a-z0-9]*]]: memref<?xi8>, %[[RESULTS:[a-z0-9]*]]: memref<?xi8>
// CHECK: llm.launch @sm_80::@sample_k0_sample blocks %[[ASKED:.*]] threads 128
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<100x32xf32> source "t"
func.func @step(%batch: !llm.batch) -> tensor<?x100xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<100x32xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<100x32xf32>) -> tensor<?x32xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %last = llm.embed %rows, %x : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = llm.linear %last, %t : (tensor<?x32xf32>, tensor<100x32xf32>) -> tensor<?x100xf32>
  return %y : tensor<?x100xf32>
}
}

// -----

// Rows of an odd number of columns do not begin at 16 bytes: one column at a time, in whose place -infinity is nobody's.
// CHECK-LABEL: module @sm_80
// CHECK: func.func @sample_k0_sample(
// CHECK-DAG: %[[STEP:.*]] = arith.constant 128 : index
// CHECK-DAG: %[[COLUMNS:.*]] = arith.constant 103 : index
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[COLUMNS]] step %[[STEP]] iter_args({{.*}}) -> (vector<1xf32>, vector<1xf32>)
// CHECK: vector.load %{{.*}} {alignment = 4 : i64}
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[COLUMNS]] step %[[STEP]] iter_args({{.*}}) -> (f32)
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[COLUMNS]] step %[[STEP]] iter_args({{.*}}) -> (i64)
// CHECK-COUNT-1: memref.atomic_rmw addi %{{.*}}
// CHECK: llvm.nvvm.shfl.sync.up.i32
// CHECK: llm.launch @sm_80::@sample_k0_sample blocks %{{.*}} threads 128
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<103x32xf32> source "t"
func.func @step(%batch: !llm.batch) -> tensor<?x103xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<103x32xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<103x32xf32>) -> tensor<?x32xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %last = llm.embed %rows, %x : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = llm.linear %last, %t : (tensor<?x32xf32>, tensor<103x32xf32>) -> tensor<?x103xf32>
  return %y : tensor<?x103xf32>
}
}

// -----

// Many columns: 16 warps, of which each has a sum. A thread has two of the bins.
// CHECK-LABEL: module @sm_80
// CHECK: memref.global "private" @sample_k0_sample_shared0 : memref<1024xi32, 3>
// CHECK: memref.global "private" @sample_k0_sample_shared1 : memref<1024xi32, 3>
// CHECK: memref.global "private" @sample_k0_sample_shared2 : memref<3xi64, 3>
// CHECK: memref<16xf32, 3>
// CHECK: memref<16xi64, 3>
// CHECK: func.func @sample_k0_sample(
// CHECK-DAG: %[[STEP:.*]] = arith.constant 2048 : index
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[STEP]] step %[[STEP]] iter_args({{.*}}) -> (vector<4xf32>, vector<4xf32>)
// Cleared by each thread, then filled.
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %c3{{.*}} step %c1{{.*}} iter_args({{.*}}) -> (i32, i64)
// CHECK-COUNT-2: memref.store %{{.*}} : memref<1024xi32, 3>
// CHECK: llvm.nvvm.barrier.cta.sync.aligned.all
// CHECK: memref.atomic_rmw addi
// CHECK: llvm.nvvm.barrier.cta.sync.aligned.all
// CHECK: memref.load %{{.*}} : memref<1024xi32, 3>
// CHECK: memref.load %{{.*}} : memref<1024xi32, 3>
// CHECK: llvm.nvvm.shfl.sync.up.i32
// CHECK: llm.launch @sm_80::@sample_k0_sample blocks %{{.*}} threads 512
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<2048x32xf32> source "t"
func.func @step(%batch: !llm.batch) -> tensor<?x2048xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<2048x32xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<2048x32xf32>) -> tensor<?x32xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %last = llm.embed %rows, %x : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = llm.linear %last, %t : (tensor<?x32xf32>, tensor<2048x32xf32>) -> tensor<?x2048xf32>
  return %y : tensor<?x2048xf32>
}
}

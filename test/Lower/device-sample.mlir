// RUN: llmc-opt %s --llm-append-sample --llm-pack-weights --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// A block has a row. Without temperature and penalties all its threads look for the largest
// logit: 256 of them, eight warps, once for it and NaNs, once for its number and its id.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @sample_k0_sample(
// CHECK-DAG: %[[THREADS:.*]] = arith.constant 256 : index
// CHECK-DAG: %[[COLUMNS:.*]] = arith.constant 100 : index
// CHECK: %[[PLAIN:.*]] = arith.andi %{{.*}}, %{{.*}} : i1
// CHECK: scf.if %[[PLAIN]] -> (i1, f32)
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[COLUMNS]] step %[[THREADS]]
// CHECK: arith.cmpf uno
// CHECK-COUNT-10: llvm.nvvm.shfl.sync.bfly.f32
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[COLUMNS]] step %[[THREADS]]
// CHECK-COUNT-10: llvm.nvvm.shfl.sync.bfly.f32
// One thread stores it, or samples.
// CHECK: scf.if
// CHECK: scf.if
// CHECK: arith.fptosi %{{.*}} : f32 to i32
// CHECK: memref.store %{{.*}} : memref<?xi32>
// CHECK: } else {
// CHECK: memref.store %{{.*}} : memref<?xi32>

// Scratch is there for each row whose logits are asked.
// CHECK-LABEL: func.func @sample.sm_80(
// CHECK-SAME: %[[SCRATCH:[a-z0-9]*]]: memref<?xi8>, %[[RESULTS:[a-z0-9]*]]: memref<?xi8>
// CHECK: llm.launch @sm_80::@sample_k0_sample blocks %[[ASKED:.*]] threads 256
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

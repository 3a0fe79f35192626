// RUN: llmc-opt %s --split-input-file --llm-pack-weights --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Rows of f32 times bf16: a ring of six units of 1 KB for each of eight warps, five of them under way; weights are words as they are, rows are
// two floats of 11 bits each. 104 columns are three units and a quarter: what does not exist is zero.
// CHECK-LABEL: module @sm_80
// CHECK-DAG: memref.global "private" @[[MEMORY:.*_linear_shared0]] : memref<49152xi8, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// CHECK-COUNT-5: llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"
// The sums of a lane, and eight numbers of its row, for the next unit's products.
// CHECK: scf.for
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"
// CHECK: llvm.call_intrinsic "llvm.nvvm.bar.warp.sync"
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16.s"
// CHECK-COUNT-2: vector.load {{.*}} : memref<?x104xf32>, vector<4xf32>
// CHECK-COUNT-4: vector.load {{.*}} : memref<49152xi8, 3>, vector<4xi8>
// CHECK: llvm.call_intrinsic "llvm.nvvm.f2tf32.rna"
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.nvvm.mma.m16n8k8.row.col.tf32"
// CHECK-NOT: llvm.nvvm.mma
// CHECK: llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"
// From nine rows on, 32 at a time share what is loaded of the weights.
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_many(
// CHECK-COUNT-32: llvm.call_intrinsic "llvm.nvvm.mma.m16n8k8.row.col.tf32"
// CHECK-LABEL: func.func @step.sm_80(
// CHECK: arith.cmpi uge, %{{.*}}, %c9
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_linear_many
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_linear blocks
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x104xf32> source "t"
llm.weight @w : tensor<70x104xbf16> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x104xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x104xf32>) -> tensor<?x104xf32>
  %w = llm.param @w : tensor<70x104xbf16>
  %y = llm.linear %x, %w : (tensor<?x104xf32>, tensor<70x104xbf16>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// -----

// Weights of f32 are two floats as well: three products. Rows that are no multiple of four
// are added up by threads that each have an output row.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// CHECK-COUNT-6: llvm.call_intrinsic "llvm.nvvm.mma.m16n8k8.row.col.tf32"
// CHECK-NOT: llvm.nvvm.mma
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_many(
// CHECK: llvm.nvvm.mma
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// CHECK-NOT: llvm.nvvm.mma
// CHECK: func.func @step.sm_80(
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x64xf32> source "t"
llm.weight @w : tensor<30x64xf32> source "w"
llm.weight @v : tensor<16x30xf32> source "v"
func.func @step(%batch: !llm.batch) -> tensor<?x16xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x64xf32>) -> tensor<?x64xf32>
  %w = llm.param @w : tensor<30x64xf32>
  %y = llm.linear %x, %w : (tensor<?x64xf32>, tensor<30x64xf32>) -> tensor<?x30xf32>
  %v = llm.param @v : tensor<16x30xf32>
  %z = llm.linear %y, %v : (tensor<?x30xf32>, tensor<16x30xf32>) -> tensor<?x16xf32>
  return %z : tensor<?x16xf32>
}
}

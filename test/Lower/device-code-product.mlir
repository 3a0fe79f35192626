// RUN: llmc-opt %s --split-input-file --llm-pack-weights --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Few rows of bytes times codes: 2048 columns are 64 blocks of 288 bytes, eight of each slice. A stage has four of each slice, 1152 bytes 1216 apart,
// so that the slices of a warp are in other banks; both stages fit and are under way at once.
// CHECK-LABEL: module @sm_80
// CHECK-DAG: memref.global "private" @{{.*}}_linear_shared0 : memref<19456xi8, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// One row and four: a thread has at most five copies of a stage of 9216 bytes.
// CHECK: scf.if
// CHECK-COUNT-5: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"
// CHECK-COUNT-5: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"
// CHECK-NOT: llvm.nvvm.cp.async.cg
// CHECK: scf.for
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"
// CHECK: llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"
// Weights come from shared memory, rows in vectors of 16 bytes.
// CHECK: scf.for
// CHECK-NOT: vector.load {{.*}} : memref<5x64x288xi8>
// CHECK: vector.load {{.*}} : memref<16x4x288xi8, strided<[1216, 288, 1]>, 3>
// CHECK: vector.load {{.*}} : memref<?x2816xi8>, vector<16xi8>
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.nvvm.idp4a.u.s"
// CHECK: math.fma
// CHECK: } else {
// CHECK-COUNT-10: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: vector.load {{.*}} : memref<16x4x288xi8, strided<[1216, 288, 1]>, 3>
// CHECK-COUNT-32: llvm.call_intrinsic "llvm.nvvm.idp4a.u.s"
// CHECK-COUNT-4: math.fma
// From 17 rows on, tensor cores: the same bits.
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_many(
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x2048xf32> source "t"
llm.weight @w : !llm.packed<70x2048, #llm.q4_0> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x2048xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x2048xf32>) -> tensor<?x2048xf32>
  %q = llm.quantize_act %x : tensor<?x2048xf32> -> !llm.packed<?x2048, #llm.int8_act>
  %w = llm.param @w : !llm.packed<70x2048, #llm.q4_0>
  %y = llm.linear %q, %w : (!llm.packed<?x2048, #llm.int8_act>, !llm.packed<70x2048, #llm.q4_0>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// -----

// Two products take turns in a ring: of 8192 columns each has eight stages, of which a block has room for five, and four are under way.
// CHECK-LABEL: module @sm_80
// CHECK-DAG: memref.global "private" @{{.*}}_linear_linear_mulf_shared0 : memref<48640xi8, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_linear_mulf(
// CHECK: scf.if
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"
// CHECK: scf.for
// CHECK: llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"
// CHECK-COUNT-5: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.nvvm.idp4a.u.s"
// CHECK: llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"
// CHECK-COUNT-5: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.nvvm.idp4a.u.s"
// CHECK: } else {
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x8192xf32> source "t"
llm.weight @w : !llm.packed<64x8192, #llm.q4_0> source "w"
llm.weight @v : !llm.packed<64x8192, #llm.q4_0> source "v"
func.func @step(%batch: !llm.batch) -> tensor<?x64xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x8192xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x8192xf32>) -> tensor<?x8192xf32>
  %q = llm.quantize_act %x : tensor<?x8192xf32> -> !llm.packed<?x8192, #llm.int8_act>
  %w = llm.param @w : !llm.packed<64x8192, #llm.q4_0>
  %v = llm.param @v : !llm.packed<64x8192, #llm.q4_0>
  %y = llm.linear %q, %w : (!llm.packed<?x8192, #llm.int8_act>, !llm.packed<64x8192, #llm.q4_0>) -> tensor<?x64xf32>
  %z = llm.linear %q, %v : (!llm.packed<?x8192, #llm.int8_act>, !llm.packed<64x8192, #llm.q4_0>) -> tensor<?x64xf32>
  %m = arith.mulf %y, %z : tensor<?x64xf32>
  return %m : tensor<?x64xf32>
}
}

// -----

// Two stages of blocks of 3360 bytes have no room: threads load these themselves. Nor have rows of f32, which are no dp4a.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// CHECK-NOT: cp.async
// CHECK: llm.tile.dot
// CHECK-NOT: cp.async
// CHECK: func.func @step_k{{[0-9]+}}_linear_many(
// CHECK: func.func @step_k{{[0-9]+}}_linear(
// CHECK-NOT: cp.async
// CHECK: llm.tile.dot
// CHECK-NOT: cp.async
// CHECK: func.func @step.sm_80(
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x8192xf32> source "t"
llm.weight @w : !llm.packed<64x8192, #llm.q6_k> source "w"
llm.weight @v : !llm.packed<32x64, #llm.q4_0> source "v"
func.func @step(%batch: !llm.batch) -> tensor<?x32xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x8192xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x8192xf32>) -> tensor<?x8192xf32>
  %q = llm.quantize_act %x : tensor<?x8192xf32> -> !llm.packed<?x8192, #llm.int8_act<16>>
  %w = llm.param @w : !llm.packed<64x8192, #llm.q6_k>
  %y = llm.linear %q, %w : (!llm.packed<?x8192, #llm.int8_act<16>>, !llm.packed<64x8192, #llm.q6_k>) -> tensor<?x64xf32>
  %v = llm.param @v : !llm.packed<32x64, #llm.q4_0>
  %z = llm.linear %y, %v : (tensor<?x64xf32>, !llm.packed<32x64, #llm.q4_0>) -> tensor<?x32xf32>
  return %z : tensor<?x32xf32>
}
}

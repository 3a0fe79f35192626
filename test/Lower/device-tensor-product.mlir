// RUN: llmc-opt %s --split-input-file --llm-pack-weights --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Rows of 160 codes are 220 bytes, no multiple of 16: copies are of words. The second
// stage has one group of four: copies ask whether it exists.
// CHECK-LABEL: module @sm_80
// Two stages of 4 groups: 64 rows of 128 codes, of 4 scales and of 4 sums.
// CHECK-DAG: memref.global "private" @[[MEMORY:.*_many_shared0]] : memref<5120xi32, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_many(
// CHECK-DAG: %[[MAGIC:.*]] = arith.constant 1262485504 : i32
// The first stage, then the first weights of a lane: two words of quads, scales, minima.
// CHECK: scf.if
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.ca.shared.global.4"
// CHECK-COUNT-2: vector.load {{.*}} : memref<5x5x320xi8>, vector<4xi8>
// Slices, groups of a slice: 32 sums of a thread and what was loaded ahead.
// CHECK: scf.for
// CHECK: scf.for
// CHECK: scf.if
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.wait.all"
// CHECK: llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"
// CHECK: scf.if
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.ca.shared.global.4"
// The next group's words before this one's products; codes without a zero are unsigned.
// CHECK: vector.load {{.*}} : memref<5x5x320xi8>, vector<4xi8>
// CHECK: vector.load {{.*}} : memref<5120xi32, 3>, vector<2xi32>
// CHECK: llvm.call_intrinsic "llvm.nvvm.mma.m16n8k32.row.col.u8.s8"({{.*}}, %[[MAGIC]], %[[MAGIC]], %[[MAGIC]], %[[MAGIC]])
// CHECK: arith.bitcast %{{.*}} : i32 to f32
// CHECK: math.fma
// CHECK-COUNT-7: llvm.nvvm.mma.m16n8k32.row.col.u8.s8
// CHECK-NOT: llvm.nvvm.mma
// Five panels are a block of four and one more, whose other warps store nothing.
// CHECK-LABEL: func.func @step.sm_80(
// CHECK: arith.muli %{{.*}}, %c2
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_linear_many
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x160xf32> source "t"
llm.weight @w : !llm.packed<70x160, #llm.q4_1> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x160xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x160xf32>) -> tensor<?x160xf32>
  %q = llm.quantize_act %x : tensor<?x160xf32> -> !llm.packed<?x160, #llm.int8_act>
  %w = llm.param @w : !llm.packed<70x160, #llm.q4_1>
  %y = llm.linear %q, %w : (!llm.packed<?x160, #llm.int8_act>, !llm.packed<70x160, #llm.q4_1>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// -----

// Groups of 16 have an instruction of half the depth; of floats see device-float-product.mlir.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_many(
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.nvvm.mma.m16n8k16.row.col.s8"
// CHECK-NOT: llvm.nvvm.mma
// CHECK: func.func @step_k{{[0-9]+}}_linear(
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x256xf32> source "t"
llm.weight @w : !llm.packed<64x256, #llm.q6_k> source "w"
llm.weight @v : tensor<64x64xf32> source "v"
func.func @step(%batch: !llm.batch) -> tensor<?x64xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x256xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x256xf32>) -> tensor<?x256xf32>
  %q = llm.quantize_act %x : tensor<?x256xf32> -> !llm.packed<?x256, #llm.int8_act<16>>
  %w = llm.param @w : !llm.packed<64x256, #llm.q6_k>
  %y = llm.linear %q, %w : (!llm.packed<?x256, #llm.int8_act<16>>, !llm.packed<64x256, #llm.q6_k>) -> tensor<?x64xf32>
  %v = llm.param @v : tensor<64x64xf32>
  %z = llm.linear %y, %v : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  return %z : tensor<?x64xf32>
}
}

// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse -o %t.lowered.mlir
// RUN: FileCheck %s --check-prefix=HOST < %t.lowered.mlir
// RUN: FileCheck %s --check-prefix=DEVICE < %t.lowered.mlir
// RUN: llmc-opt %t.lowered.mlir --llm-emit-tiles --llm-finish-step | FileCheck %s --check-prefix=FINISHED

// The host computes where arguments lie and launches; no worker, no barrier. Few rows:
// a block per panel of 16 columns and tile of four rows; many: per 64 of each.
// HOST-LABEL: func.func @step.sm_80(
// HOST-NOT: llm.barrier
// HOST-DAG: %[[FOUR:.*]] = arith.constant 4 : index
// HOST: llm.launch @sm_80::@step_k0_embed blocks %{{.*}} threads 128(
// HOST: scf.for
// HOST: llm.launch @sm_80::@step_k1_norm_quantize_act blocks %[[ROWS:.*]] threads 128(
// HOST: %[[MANY:.*]] = arith.cmpi uge, %[[ROWS]], %c17
// HOST: scf.if %[[MANY]]
// HOST: %[[TALL:.*]] = arith.divui %{{.*}}, %c64
// HOST: llm.launch @sm_80::@step_k3_linear_many blocks %[[TALL]] threads 128(
// HOST: else
// HOST: %[[TILES:.*]] = arith.divui %{{.*}}, %[[FOUR]]
// HOST: %[[BLOCKS:.*]] = arith.muli %[[TILES]], %
// HOST: llm.launch @sm_80::@step_k2_linear blocks %[[BLOCKS]] threads 128(%{{.*}}) : memref<?x44xi8>, memref<2x1x544xi8>, memref<?x32xf32>
// HOST-NOT: func.call

// Kernels are in a module of the device. A row is a block's: sums go over its warps.
// DEVICE: module @sm_80
// DEVICE: memref.global "private" @[[SHARED:step_k1_norm_quantize_act_shared0]] : memref<4xf32, 3>
// DEVICE-LABEL: func.func @step_k1_norm_quantize_act(
// DEVICE-SAME: memref<?x32xf32>, %{{[^:]*}}: memref<?x44xi8>)
// DEVICE: llvm.call_intrinsic "llvm.nvvm.read.ptx.sreg.ctaid.x"()
// DEVICE-COUNT-5: llvm.call_intrinsic "llvm.nvvm.shfl.sync.bfly.f32"
// DEVICE: memref.store %{{.*}}, %{{.*}} : memref<4xf32, 3>
// DEVICE: llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"

// A thread has one output row and an eighth of k.
// DEVICE-LABEL: func.func @step_k2_linear(
// DEVICE: %[[EIGHT:.*]] = arith.constant 8 : index
// DEVICE: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// DEVICE: %[[BEGIN:.*]] = arith.divui %{{.*}}, %[[EIGHT]]
// DEVICE: %[[END:.*]] = arith.divui %{{.*}}, %[[EIGHT]]
// DEVICE: arith.subi %[[END]], %[[BEGIN]]
// DEVICE: llvm.call_intrinsic "llvm.nvvm.idp4a.u.s"

// Device code names its GPU, host code the base of x86-64; arguments are fields of
// descriptors, and the kernel has its number in the table.
// FINISHED: module @sm_80
// FINISHED: func.func @step_k2_linear(
// FINISHED-SAME: target_cpu = "sm_80"
// FINISHED: llvm.call_intrinsic "llvm.nvvm.idp4a.u.s"
// FINISHED-LABEL: func.func @step.sm_80(
// FINISHED-SAME: target_cpu = "x86-64"
// FINISHED: llvm.call @llmrt_launch(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) : (!llvm.ptr, i64, i64, !llvm.ptr, i64) -> ()
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

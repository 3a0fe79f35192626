// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets --llm-form-kernels --llm-plan-memory --llm-lower-step --llm-emit-tiles --llm-finish-step --llm-to-llvm | FileCheck %s --implicit-check-not=unrealized_conversion_cast --implicit-check-not=" = {{func|scf|memref|vector|arith|math|llm}}."

// The whole way of a step: only the LLVM dialect is left, each instruction set
// has its own instructions, and all variants call the one barrier.
// CHECK-LABEL: llvm.func @"k1_quantize_act.avx512-vnni"(
// CHECK-LABEL: llvm.func @"k2_linear.avx512-vnni"(
// CHECK-SAME: "+avx512vnni"
// CHECK-NOT: pmadd
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// CHECK-NOT: pmadd
// CHECK-LABEL: llvm.func @"k3_norm.avx512-vnni"(
// CHECK: llvm.intr.sqrt
// CHECK-LABEL: llvm.func @"step.avx512-vnni"(
// CHECK: llvm.call @"k0_embed.avx512-vnni"(
// CHECK: llvm.call @llmrt_barrier(
// CHECK-NOT: .avx2
// CHECK: llvm.return
// CHECK-LABEL: llvm.func @k2_linear.avx2(
// CHECK-SAME: target_cpu = "x86-64"
// CHECK-NOT: avx512
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// CHECK-NOT: avx512
// CHECK-LABEL: llvm.func @step.avx2(
// CHECK: llvm.call @k0_embed.avx2(
// CHECK: llvm.call @llmrt_barrier(
// CHECK-NOT: avx512
// CHECK: llvm.func @llmrt_barrier(!llvm.ptr)
// CHECK-LABEL: llvm.func internal @"llmrt_step.avx512-vnni"(
// CHECK: llvm.call @"step.avx512-vnni"(
// CHECK-LABEL: llvm.func internal @llmrt_step.avx2(
// CHECK: llvm.call @step.avx2(
// CHECK: llvm.mlir.global external constant @llmrt_model()
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x32xf32> source "t"
llm.weight @w : !llm.packed<32x32, #llm.q4_0> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x32xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x32xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x32xf32>) -> tensor<?x32xf32>
  %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  %w = llm.param @w : !llm.packed<32x32, #llm.q4_0>
  %l = llm.linear %q, %w : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<32x32, #llm.q4_0>) -> tensor<?x32xf32>
  %y = llm.norm rms %l {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
}

// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=sm_80,sm_90a --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse -o %t.lowered.mlir
// RUN: FileCheck %s < %t.lowered.mlir
// RUN: FileCheck %s --check-prefix=PLAIN < %t.lowered.mlir
// RUN: llmc-opt %t.lowered.mlir --llm-emit-tiles --llm-finish-step | FileCheck %s --check-prefix=VARIANTS

// Where launches may overlap, a kernel lets the next one begin at once and waits for those before it, unless it has weights to copy ahead: those nobody
// writes. Elsewhere nothing of it is said.
// CHECK-LABEL: module @sm_90a
// CHECK: func.func @step_k{{[0-9]+}}_embed
// CHECK: llvm.inline_asm has_side_effects "griddepcontrol.launch_dependents;", "~{memory}"
// CHECK-NEXT: llvm.inline_asm has_side_effects "griddepcontrol.wait;", "~{memory}"
// CHECK: func.func @step_k{{[0-9]+}}_linear(
// CHECK: llvm.inline_asm has_side_effects "griddepcontrol.launch_dependents;"
// CHECK-NOT: griddepcontrol
// CHECK-NOT: vector.load
// CHECK: "cp.async.bulk.shared::cluster.global
// CHECK-NOT: vector.load
// CHECK: llvm.inline_asm has_side_effects "griddepcontrol.wait;", "~{memory}"
// CHECK: vector.load
// PLAIN-LABEL: module @sm_80
// PLAIN-NOT: griddepcontrol
// PLAIN: func.func @step.sm_80

// The best variant comes first, with what it asks of a GPU and that its launches may overlap; the section with its code is that of its module's number.
// VARIANTS: @llmrt_variant.sm_90a
// VARIANTS: llvm.mlir.constant(12884901978 : i64)
// VARIANTS: @llmrt_step.sm_90a
// VARIANTS: llvm.insertvalue {{.*}}[7]
// VARIANTS-NEXT: llvm.mlir.constant(1 : i64) : i64
// VARIANTS-NEXT: llvm.insertvalue {{.*}}[8]
// VARIANTS: @llmrt_variant.sm_80
// VARIANTS: llvm.mlir.constant(80 : i64)
// VARIANTS: @llmrt_step.sm_80
// VARIANTS: llvm.insertvalue {{.*}}[7]
// VARIANTS-NEXT: llvm.mlir.constant(0 : i64) : i64
// VARIANTS-NEXT: llvm.insertvalue {{.*}}[8]
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x64xf32> source "t"
llm.weight @w : !llm.packed<32x64, #llm.q4_0> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x32xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x64xf32>) -> tensor<?x64xf32>
  %q = llm.quantize_act %x : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act>
  %w = llm.param @w : !llm.packed<32x64, #llm.q4_0>
  %y = llm.linear %q, %w : (!llm.packed<?x64, #llm.int8_act>, !llm.packed<32x64, #llm.q4_0>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
}

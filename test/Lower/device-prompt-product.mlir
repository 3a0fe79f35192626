// RUN: llmc-opt %s --split-input-file --llm-pack-weights --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Rows of prompts are stored as pairs of bf16, all others as they are.
// CHECK-LABEL: module @sm_80
// CHECK: func.func @[[ROWS:step_k[0-9]+_quantize_act]](
// CHECK: arith.truncf %{{.*}} : vector<2xf32> to vector<2xbf16>
// Generated rows: blocks of prompts alone leave at once.
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// CHECK: scf.if
// CHECK: llvm.nvvm.mma.m16n8k8.row.col.tf32
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_many(
// Prompts: a ring of four stages of 12 KB, three of which are under way. Weights of bf16 are copied as they lie and turned by ldmatrix.
// CHECK: memref.global "private" @{{.*}}_prompts_shared0 : memref<49152xi8, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_prompts(
// CHECK: scf.for {{.*}} iter_args
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"
// CHECK: llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"
// CHECK-COUNT-6: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"
// CHECK-COUNT-2: llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16
// CHECK: llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.trans.b16
// CHECK-COUNT-32: llvm.nvvm.mma.m16n8k16.row.col.bf16
// CHECK-NOT: llvm.nvvm.mma
// All three are launched, each for rows of its own.
// CHECK-LABEL: func.func @step.sm_80(
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_linear_many
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_linear blocks
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_linear_prompts
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x96xf32> source "t"
llm.weight @w : tensor<70x96xbf16> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x96xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x96xf32>) -> tensor<?x96xf32>
  %r = llm.quantize_act %x batch(%batch) : tensor<?x96xf32> -> !llm.packed<?x96, #llm.float_act>
  %w = llm.param @w : tensor<70x96xbf16>
  %y = llm.linear %r, %w batch(%batch) : (!llm.packed<?x96, #llm.float_act>, tensor<70x96xbf16>, !llm.batch) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// -----

// Weights of f16 become bf16 in registers: a thread has 32 k of an output row, and stores them for all when the stage before is used.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_prompts(
// CHECK: scf.for {{.*}} iter_args
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"
// CHECK-COUNT-16: arith.truncf %{{.*}} : vector<2xf32> to vector<2xbf16>
// CHECK-NOT: ldmatrix{{.*}}trans
// CHECK-COUNT-32: llvm.nvvm.mma.m16n8k16.row.col.bf16
// CHECK-COUNT-4: vector.store {{.*}} : memref<49152xi8, 3>, vector<16xi8>
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x96xf32> source "t"
llm.weight @w : tensor<70x96xf16> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x96xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x96xf32>) -> tensor<?x96xf32>
  %r = llm.quantize_act %x batch(%batch) : tensor<?x96xf32> -> !llm.packed<?x96, #llm.float_act>
  %w = llm.param @w : tensor<70x96xf16>
  %y = llm.linear %r, %w batch(%batch) : (!llm.packed<?x96, #llm.float_act>, tensor<70x96xf16>, !llm.batch) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

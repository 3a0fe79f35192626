// RUN: llmc-opt %s --split-input-file --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Rows of prompts that may be rounded: a block has 64 queries of a kv head, row by row with the three heads
// of its group; keys of 32 channels and values of 16 lie in shared memory as they do in the cache.
// CHECK-LABEL: module @sm_80
// CHECK: memref.global "private" @step_k2_attention_prompts_shared0 : memref<6144xi8, 3>
// CHECK-LABEL: func.func @step_k2_attention_prompts(
// Which range the tile is of.
// CHECK: scf.for {{.*}} -> (index)
// Queries are rounded once, to pairs of the cache's type.
// CHECK: arith.truncf %{{.*}} : vector<2xf32> to vector<2xf16>
// CHECK: scf.for {{.*}} -> (index, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32)
// Values of slots that nobody has written are zeros.
// CHECK: llvm.nvvm.cp.async.cg.shared.global.16.s
// CHECK: llvm.nvvm.cp.async.wait.group
// Products with the keys: 8 groups of 8 slots, 2 steps of 16 channels.
// CHECK-COUNT-8: llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.trans.b16.p3
// CHECK: llvm.nvvm.mma.m16n8k16.row.col.f32.f32
// The next page's keys are copied beside softmax and values.
// CHECK: llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: llvm.nvvm.ex2.approx.ftz.f32
// CHECK: llvm.nvvm.cp.async.wait.group
// CHECK-COUNT-4: llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.trans.b16.p3
// 3 queries of a row: tiles of all rows of prompts, and one more for each range but the first.
// CHECK-LABEL: func.func @step.sm_80(
// CHECK: %[[QUERIES:.*]] = arith.muli %{{.*}}, %c3
// CHECK: arith.addi %[[QUERIES]], %c63
// CHECK: llm.launch @sm_80::@step_k2_attention_prompts blocks %{{.*}} threads 128
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x192xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x2x32x16, f16>) -> (tensor<?x96xf32>, !llm.kv<1x2x32x16, f16>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x192xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x192xf32>) -> tensor<?x192xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x192xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 6, 32] : tensor<?x192xf32> into tensor<?x6x32xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 1.0 : f64, narrow} : (tensor<?x6x32xf32>, !llm.kv<1x2x32x16, f16>, index, !llm.batch) -> tensor<?x6x16xf32>
  %y = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x6x16xf32> into tensor<?x96xf32>
  return %y, %kv : tensor<?x96xf32>, !llm.kv<1x2x32x16, f16>
}
}

// -----

// Who asks for f32, or keeps the cache so, gets it: row by row, 64 threads.
// CHECK-LABEL: module @sm_80
// CHECK-NOT: llvm.nvvm.mma
// CHECK-LABEL: func.func @step_k2_attention_prompts(
// CHECK-NOT: llvm.nvvm.mma
// CHECK: llm.launch @sm_80::@step_k2_attention_prompts blocks %{{.*}} threads 64
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x64xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x2x32x32, f32>) -> (tensor<?x64xf32>, !llm.kv<1x2x32x32, f32>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x64xf32>) -> tensor<?x64xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x64xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 2, 32] : tensor<?x64xf32> into tensor<?x2x32xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 1.0 : f64, narrow} : (tensor<?x2x32xf32>, !llm.kv<1x2x32x32, f32>, index, !llm.batch) -> tensor<?x2x32xf32>
  %y = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x2x32xf32> into tensor<?x64xf32>
  return %y, %kv : tensor<?x64xf32>, !llm.kv<1x2x32x32, f32>
}
}

// -----

// Latents go row by row, prompts or not: one kernel, and no counters.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k1_attention(
// CHECK-NOT: func.func @step_clear
// CHECK-LABEL: func.func @step.sm_80(
// CHECK-NOT: step_clear
// CHECK: llm.launch @sm_80::@step_k1_attention blocks %{{.*}} threads 64
// CHECK-NOT: llm.launch
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x60xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x1x20x0, f32, prefix = 16>) -> (tensor<?x48xf32>, !llm.kv<1x1x20x0, f32, prefix = 16>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x60xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x60xf32>) -> tensor<?x60xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x60xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 3, 20] : tensor<?x60xf32> into tensor<?x3x20xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 1.0 : f64} : (tensor<?x3x20xf32>, !llm.kv<1x1x20x0, f32, prefix = 16>, index, !llm.batch) -> tensor<?x3x16xf32>
  %y = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x3x16xf32> into tensor<?x48xf32>
  return %y, %kv : tensor<?x48xf32>, !llm.kv<1x1x20x0, f32, prefix = 16>
}
}

// RUN: llmc-opt %s --split-input-file --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Blocks share a generated row: of two kv heads each, and of the parts of its pages; three
// query heads share what they read, in memory for four.
// CHECK-LABEL: module @sm_80
// CHECK-DAG: memref.global "private" @[[RING:.*_shared0]] : memref<32768xi8, 3>
// CHECK-DAG: memref.global "private" @[[QUERIES:.*_shared1]] : memref<256xf32, 3>
// CHECK-LABEL: func.func @step_k1_attention(
// CHECK-SAME: %[[SCRATCH:[a-z0-9]+]]: memref<?xi8>)
// Four pages a part, doubled until 32 are enough.
// CHECK: math.ctlz
// The next three chunks of 2 KB are under way while one is used; nobody waits for another warp.
// CHECK-COUNT-12: llvm.nvvm.cp.async.cg.shared.global.16
// CHECK: scf.for {{.*}} -> (index, index, f32, f32, vector<2xf32>, f32, f32, vector<2xf32>, f32, f32, vector<2xf32>)
// CHECK: scf.for {{.*}} -> (vector<2xf32>, vector<2xf32>, vector<2xf32>)
// CHECK: llvm.nvvm.cp.async.wait.group
// CHECK: llvm.nvvm.bar.warp.sync
// CHECK: llvm.nvvm.cp.async.commit.group
// CHECK: vector.load {{.*}} : memref<256xf32, 3>, vector<4xf32>
// Not after the row; nothing else hides a slot.
// CHECK-COUNT-2: arith.cmpi sle
// CHECK-NOT: arith.cmpi sle
// CHECK-COUNT-15: llvm.nvvm.shfl.sync.bfly.f32
// Who counts the last block adds up the parts.
// CHECK: llvm.inline_asm has_side_effects "atom.acq_rel.gpu.global.inc.u32
// CHECK: llvm.nvvm.barrier.cta.sync.aligned.all
// Rows of prompts have another kernel, and what counts is 0 before the first.
// CHECK-LABEL: func.func @step_k2_attention_prompts(
// CHECK-LABEL: func.func @step_clear(
// CHECK-LABEL: func.func @step.sm_80(
// CHECK: llm.launch @sm_80::@step_clear blocks %[[RANGES:.*]] threads 256
// CHECK: %[[ITEMS:.*]] = arith.muli %[[RANGES]], %c2
// CHECK: arith.divui %{{.*}}, %[[ITEMS]]
// CHECK: %[[ANY:.*]] = arith.cmpi ult, %[[PROMPTS:.*]], %
// CHECK: %[[BLOCKS:.*]] = arith.select %[[ANY]]
// CHECK: llm.launch @sm_80::@step_k1_attention blocks %[[BLOCKS]] threads 128
// CHECK: arith.cmpi ugt, %[[PROMPTS]], %c0
// CHECK: llm.launch @sm_80::@step_k2_attention_prompts blocks %{{.*}} threads 64
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x384xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x2x64x64, f32>) -> (tensor<?x384xf32>, !llm.kv<1x2x64x64, f32>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x384xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x384xf32>) -> tensor<?x384xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x384xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 6, 64] : tensor<?x384xf32> into tensor<?x6x64xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 1.25e-1 : f64} : (tensor<?x6x64xf32>, !llm.kv<1x2x64x64, f32>, index, !llm.batch) -> tensor<?x6x64xf32>
  %y = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x6x64xf32> into tensor<?x384xf32>
  return %y, %kv : tensor<?x384xf32>, !llm.kv<1x2x64x64, f32>
}
}

// -----

// A window and a cap: the cache in halves is widened as it is read, 80 channels are four of
// 20 threads.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k1_attention(
// CHECK-DAG: %[[REACH:.*]] = arith.constant 5 : i32
// CHECK-DAG: %[[CAP:.*]] = arith.constant 3.000000e+01 : f32
// CHECK: arith.extf %{{.*}} : vector<2xf16> to vector<2xf32>
// CHECK: arith.cmpi sle
// CHECK: arith.cmpi sle, %{{.*}}, %[[REACH]]
// CHECK: math.tanh
// The slots that are out of reach are counted, and no value of theirs is read.
// CHECK: arith.fptoui
// CHECK: arith.extf %{{.*}} : vector<4xf16> to vector<4xf32>
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x160xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x2x80x80, f16>) -> (tensor<?x160xf32>, !llm.kv<1x2x80x80, f16>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x160xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x160xf32>) -> tensor<?x160xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x160xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 2, 80] : tensor<?x160xf32> into tensor<?x2x80xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 1.0 : f64, left = 5 : i64, softcap = 30.0 : f64} : (tensor<?x2x80xf32>, !llm.kv<1x2x80x80, f16>, index, !llm.batch) -> tensor<?x2x80xf32>
  %y = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x2x80xf32> into tensor<?x160xf32>
  return %y, %kv : tensor<?x160xf32>, !llm.kv<1x2x80x80, f16>
}
}

// -----

// Rows of prompts with a cache of codes: eight codes become halves at a time, none of it by copies ahead; what a key's scale multiplies are scores, and what a
// value's does are probabilities, behind their sum.
// CHECK-LABEL: module @sm_80
// CHECK-DAG: memref.global "private" @{{.*}}_prompts_shared0 : memref<16384xi8, 3>
// CHECK-DAG: memref.global "private" @{{.*}}_prompts_shared1 : memref<64xi32, 3>
// CHECK-DAG: memref.global "private" @{{.*}}_prompts_shared2 : memref<64xf32, 3>
// CHECK-DAG: memref.global "private" @{{.*}}_prompts_shared3 : memref<64xf32, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_attention_prompts(
// CHECK: call_intrinsic "llvm.nvvm.ff2bf16x2.rn"
// CHECK-NOT: llvm.nvvm.cp.async.cg
// Keys, then the values of a page: those of slots that nobody wrote are zeros.
// CHECK: arith.sitofp {{.*}} : vector<8xi8> to vector<8xbf16>
// CHECK: vector.store {{.*}} : memref<16384xi8, 3>, vector<16xi8>
// CHECK: arith.sitofp {{.*}} : vector<8xi8> to vector<8xf32>
// CHECK-NEXT: arith.select {{.*}} : vector<8xf32>
// CHECK-NEXT: arith.truncf {{.*}} : vector<8xf32> to vector<8xbf16>
// CHECK: memref.store {{.*}} : memref<64xi32, 3>
// CHECK-COUNT-2: memref.store {{.*}} : memref<64xf32, 3>
// CHECK: mma.m16n8k16.row.col.bf16
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x128xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x1x64x64, i8>) -> (tensor<?x128xf32>, !llm.kv<1x1x64x64, i8>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x128xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x128xf32>) -> tensor<?x128xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x128xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 2, 64] : tensor<?x128xf32> into tensor<?x2x64xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 1.25e-1 : f64, narrow} : (tensor<?x2x64xf32>, !llm.kv<1x1x64x64, i8>, index, !llm.batch) -> tensor<?x2x64xf32>
  %y = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x2x64xf32> into tensor<?x128xf32>
  return %y, %kv : tensor<?x128xf32>, !llm.kv<1x1x64x64, i8>
}
}

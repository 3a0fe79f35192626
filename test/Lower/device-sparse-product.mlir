// RUN: llmc-opt %s --split-input-file --llm-pack-weights=isas=sm_80 --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Rows of bytes times codes of 2:4, groups of 64: of few rows eight, through the ring; a warp has two slices. A lane's word of numbers of pairs becomes indices:
// a table of six bytes, looked up by four of its half-bytes at once. Rows are loaded by words of 16 k.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// CHECK-DAG: %[[LOW:.*]] = arith.constant 151783428 : i32
// CHECK-DAG: %[[HIGH:.*]] = arith.constant 3597 : i32
// CHECK: llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16"
// CHECK: scf.for
// CHECK-NOT: vector.load {{.*}} : memref<5x8x672xi8>
// CHECK: vector.load {{.*}}, 3>
// CHECK: %[[FIRST:.*]] = llvm.call_intrinsic "llvm.nvvm.prmt"(%[[LOW]], %[[HIGH]], %[[WORD:[0-9]+]])
// CHECK: %[[UPPER:.*]] = arith.shrui %[[WORD]], %{{.*}} : i32
// CHECK: llvm.call_intrinsic "llvm.nvvm.prmt"(%[[LOW]], %[[HIGH]], %[[UPPER]])
// CHECK: %[[INDICES:.*]] = llvm.call_intrinsic "llvm.nvvm.prmt"
// CHECK-COUNT-4: vector.load %{{.*}} : memref<?x{{[0-9]+}}xi8>, vector<4xi8>
// CHECK: llvm.call_intrinsic "llvm.nvvm.mma.sp.ordered.metadata.m16n8k64.row.col.s8"({{.*}}, %[[INDICES]], %c0_i32)
// CHECK-COUNT-4: math.fma
// CHECK: llvm.nvvm.mma.sp.ordered.metadata.m16n8k64.row.col.s8
// CHECK-NOT: idp4a
// Many rows: ldmatrix loads 64 k of eight of them, each of 64 rows once.
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_many(
// CHECK-COUNT-3: llvm.call_intrinsic "llvm.nvvm.prmt"
// CHECK: llvm.call_intrinsic "llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3"
// CHECK-NEXT: llvm.extractvalue
// CHECK: llvm.nvvm.mma.sp.ordered.metadata.m16n8k64.row.col.s8
// CHECK-COUNT-7: llvm.nvvm.mma.sp.ordered.metadata.m16n8k64.row.col.s8
// CHECK-NOT: llvm.nvvm.mma
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x512xf32> source "t"
llm.weight @w : !llm.packed<70x512, #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>> source "w" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x512xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x512xf32>) -> tensor<?x512xf32>
  %q = llm.quantize_act %x : tensor<?x512xf32> -> !llm.packed<?x512, #llm.int8_act<64>>
  %w = llm.param @w : !llm.packed<70x512, #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>>
  %y = llm.linear %q, %w : (!llm.packed<?x512, #llm.int8_act<64>>, !llm.packed<70x512, #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// -----

// Groups of three steps of 32 k: other lanes say what the second one keeps.
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// CHECK: llvm.nvvm.mma.sp.ordered.metadata.m16n8k32.row.col.s8"({{.*}}, %[[TWO:[0-9]+]], %c0_i32)
// CHECK: llvm.nvvm.mma.sp.ordered.metadata.m16n8k32.row.col.s8"({{.*}}, %[[TWO]], %c1_i32)
// CHECK: llvm.nvvm.mma.sp.ordered.metadata.m16n8k32.row.col.s8"({{.*}}, %{{.*}}, %c0_i32)
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x192xf32> source "t"
llm.weight @w : !llm.packed<70x192, #llm.grid<bits = 8, group = 96, scale = f16, zero = 128>> source "w" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<grid = <bits = 8, group = 96, scale = f16, zero = 128>, method = "rtn">]
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x192xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x192xf32>) -> tensor<?x192xf32>
  %q = llm.quantize_act %x : tensor<?x192xf32> -> !llm.packed<?x192, #llm.int8_act<96>>
  %w = llm.param @w : !llm.packed<70x192, #llm.grid<bits = 8, group = 96, scale = f16, zero = 128>>
  %y = llm.linear %q, %w : (!llm.packed<?x192, #llm.int8_act<96>>, !llm.packed<70x192, #llm.grid<bits = 8, group = 96, scale = f16, zero = 128>>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// -----

// Rows of prompts in bf16: a thread makes the 16 numbers that an output row keeps of 32 k, and stores them and the two halves of their indices. Two panels share a load of
// indices: the selector says whose they are.
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_prompts(
// CHECK-COUNT-2: vector.store %{{.*}} : memref<49152xi8, 3>, vector<16xi8>
// CHECK-COUNT-2: vector.store %{{.*}} : memref<49152xi8, 3>, vector<2xi8>
// CHECK: scf.for
// CHECK-COUNT-4: llvm.nvvm.mma.sp.ordered.metadata.m16n8k32.row.col.bf16"({{.*}}, %c0_i32)
// CHECK-COUNT-4: llvm.nvvm.mma.sp.ordered.metadata.m16n8k32.row.col.bf16"({{.*}}, %c1_i32)
// CHECK-NOT: llvm.nvvm.mma.m16n8k16
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x192xf32> source "t"
llm.weight @w : !llm.packed<70x192, #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>> source "w" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x192xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x192xf32>) -> tensor<?x192xf32>
  %r = llm.quantize_act %x batch(%batch) : tensor<?x192xf32> -> !llm.packed<?x192, #llm.float_act>
  %w = llm.param @w : !llm.packed<70x192, #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>>
  %y = llm.linear %r, %w batch(%batch) : (!llm.packed<?x192, #llm.float_act>, !llm.packed<70x192, #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>>, !llm.batch) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// RUN: llmc-opt %s --split-input-file --llm-pack-weights=zeros=smaller --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Rows of prompts in bf16 times floats in blocks of zeros: a thread clears its line of 32 k of an output row and stores what the row has of these k.
// Units lie in the order of columns: how many are behind is carried from stage to stage with the sums.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_prompts(
// The first stage, before the loop.
// CHECK-COUNT-4: vector.store %{{.*}} : memref<49152xi8, 3>, vector<16xi8>
// CHECK: %[[FIRST:.*]] = scf.while (%[[UNIT:.*]] = %c0) : (index) -> index {
// CHECK: arith.minui %[[UNIT]], %c39
// CHECK: vector.load %{{.*}} : memref<5x{{[0-9]+}}xi8>, vector<2xi8>
// CHECK: scf.condition(%{{.*}}) %[[UNIT]] : index
// CHECK: } do {
// CHECK: arith.truncf %{{.*}} : vector<1xf32> to vector<1xbf16>
// CHECK: vector.store %{{.*}} : memref<49152xi8, 3>, vector<2xi8>
// CHECK: scf.yield
// CHECK: scf.for {{.*}} = %[[FIRST]]) ->
// CHECK-COUNT-32: llvm.nvvm.mma.m16n8k16.row.col.bf16
// CHECK: scf.while
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x96xf32> source "t"
llm.weight @w : tensor<70x96xf32> source "w" recipe [#llm.prune<method = "magnitude", share = 0.625, blockRows = 16>]
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x96xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x96xf32>) -> tensor<?x96xf32>
  %r = llm.quantize_act %x batch(%batch) : tensor<?x96xf32> -> !llm.packed<?x96, #llm.float_act>
  %w = llm.param @w : tensor<70x96xf32>
  %y = llm.linear %r, %w batch(%batch) : (!llm.packed<?x96, #llm.float_act>, tensor<70x96xf32>, !llm.batch) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// -----

// Blocks of 4 rows and 4 columns: a row asks for the number of its band, and stores four neighbours at once.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_prompts(
// CHECK: scf.while
// CHECK: vector.load %{{.*}} : memref<5x{{[0-9]+}}xi8>, vector<2xi8>
// CHECK-COUNT-4: arith.extf %{{.*}} : vector<1xf16> to vector<1xf32>
// CHECK: arith.truncf %{{.*}} : vector<4xf32> to vector<4xbf16>
// CHECK: vector.store %{{.*}} : memref<49152xi8, 3>, vector<8xi8>
// CHECK: scf.yield
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x96xf32> source "t"
llm.weight @w : tensor<70x96xf16> source "w" recipe [#llm.prune<method = "magnitude", share = 0.5, blockRows = 4, blockCols = 4>]
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

// -----

// Of codes the place says in which 16 columns a kept one lies, so nothing is carried: eight of each 16 are stored, two sets of 32 k.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_prompts(
// CHECK-NOT: scf.while
// CHECK-COUNT-4: vector.store %{{.*}} : memref<49152xi8, 3>, vector<16xi8>
// CHECK-COUNT-16: vector.store %{{.*}} : memref<49152xi8, 3>, vector<2xi8>
// CHECK: scf.for
// CHECK-COUNT-4: vector.store %{{.*}} : memref<49152xi8, 3>, vector<16xi8>
// CHECK-COUNT-16: vector.store %{{.*}} : memref<49152xi8, 3>, vector<2xi8>
// CHECK-NOT: vector.store %{{.*}} : memref<49152xi8, 3>, vector<2xi8>
// CHECK: func.func @step.sm_80(
#w8 = #llm.grid<bits = 8, group = 32, scale = f16, zero = 128>
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x96xf32> source "t"
llm.weight @w : !llm.packed<70x96, #w8> source "w" recipe [#llm.prune<method = "magnitude", keep = 8, of = 16, blockRows = 16>, #llm.round<grid = <bits = 8, group = 32, scale = f16, zero = 128>, method = "rtn">]
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x96xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x96xf32>) -> tensor<?x96xf32>
  %r = llm.quantize_act %x batch(%batch) : tensor<?x96xf32> -> !llm.packed<?x96, #llm.float_act>
  %w = llm.param @w : !llm.packed<70x96, #w8>
  %y = llm.linear %r, %w batch(%batch) : (!llm.packed<?x96, #llm.float_act>, !llm.packed<70x96, #w8>, !llm.batch) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

// -----

// Five products are more than a block has tiles for: rows of prompts go as generated ones do, by threads that read bf16.
// CHECK-LABEL: module @sm_80
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear_linear_linear_linear_linear_addf_addf_addf_addf_prompts(
// CHECK: %[[FLAT:.*]] = memref.reinterpret_cast %{{.*}} : memref<?x448xi8> to memref<?xi8>
// CHECK: %[[ROWS:.*]] = memref.view %[[FLAT]]{{.*}} : memref<?xi8> to memref<?x224xbf16>
// CHECK-NOT: mma
// CHECK: llm.tile.dot{{.*}} x(%[[ROWS]]
// CHECK-NOT: mma
// CHECK: func.func @step.sm_80(
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x96xf32> source "t"
llm.weight @a : tensor<40x96xf32> source "a"
llm.weight @b : tensor<40x96xf32> source "b"
llm.weight @c : tensor<40x96xf32> source "c"
llm.weight @d : tensor<40x96xf32> source "d"
llm.weight @e : tensor<40x96xf32> source "e"
func.func @step(%batch: !llm.batch) -> tensor<?x40xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x96xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x96xf32>) -> tensor<?x96xf32>
  %r = llm.quantize_act %x batch(%batch) : tensor<?x96xf32> -> !llm.packed<?x96, #llm.float_act>
  %wa = llm.param @a : tensor<40x96xf32>
  %wb = llm.param @b : tensor<40x96xf32>
  %wc = llm.param @c : tensor<40x96xf32>
  %wd = llm.param @d : tensor<40x96xf32>
  %we = llm.param @e : tensor<40x96xf32>
  %ya = llm.linear %r, %wa batch(%batch) : (!llm.packed<?x96, #llm.float_act>, tensor<40x96xf32>, !llm.batch) -> tensor<?x40xf32>
  %yb = llm.linear %r, %wb batch(%batch) : (!llm.packed<?x96, #llm.float_act>, tensor<40x96xf32>, !llm.batch) -> tensor<?x40xf32>
  %yc = llm.linear %r, %wc batch(%batch) : (!llm.packed<?x96, #llm.float_act>, tensor<40x96xf32>, !llm.batch) -> tensor<?x40xf32>
  %yd = llm.linear %r, %wd batch(%batch) : (!llm.packed<?x96, #llm.float_act>, tensor<40x96xf32>, !llm.batch) -> tensor<?x40xf32>
  %ye = llm.linear %r, %we batch(%batch) : (!llm.packed<?x96, #llm.float_act>, tensor<40x96xf32>, !llm.batch) -> tensor<?x40xf32>
  %s1 = arith.addf %ya, %yb : tensor<?x40xf32>
  %s2 = arith.addf %s1, %yc : tensor<?x40xf32>
  %s3 = arith.addf %s2, %yd : tensor<?x40xf32>
  %s4 = arith.addf %s3, %ye : tensor<?x40xf32>
  return %s4 : tensor<?x40xf32>
}
}

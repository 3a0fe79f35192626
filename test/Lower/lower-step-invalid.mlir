// RUN: not llmc-opt %s --split-input-file --llm-lower-step 2>&1 | FileCheck %s

// CHECK: error: llm-lower-step: needs functions with a target: run llm-clone-targets first
module {
func.func @step(%batch: !llm.batch) {
  return
}
}

// -----

// CHECK: error: the module has no memory plan 'llm.plan': run llm-plan-memory first
module {
func.func @step(%batch: !llm.batch) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  return
}
}

// -----

// Between kernels stand constants, slots, parameters, reshapes and loops only.
// CHECK: error: no lowering yet for 'arith.subi'
module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0>} {
func.func @step(%batch: !llm.batch) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %c2 = arith.constant 2 : index
  %c0 = arith.subi %c2, %c2 : index
  return
}
}

// -----

// A reshape that moves heads into the rows is no other view of whole rows.
// CHECK: error: no lowering yet for a reshape of 'tensor<?x4x8xf32>' to 'tensor<?x8xf32>': it must keep the rows of an activation
module attributes {llm.plan = #llm.plan<arena = 128, scratch = 0, weights = 5120>} {
llm.weight @t : tensor<40x32xf32> source "t" at 0
func.func @step(%batch: !llm.batch) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @t : tensor<40x32xf32>
  %x = llm.kernel "embed"(%ids, %t) arena [0] : (tensor<?xi32>, tensor<40x32xf32>) -> tensor<?x32xf32> {
  ^bb0(%i: tensor<?xi32>, %w: tensor<40x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<40x32xf32>) -> tensor<?x32xf32>
    llm.yield %e : tensor<?x32xf32>
  }
  %T = tensor.dim %x, %c0 : tensor<?x32xf32>
  %h = tensor.expand_shape %x [[0], [1, 2]] output_shape [%T, 4, 8] : tensor<?x32xf32> into tensor<?x4x8xf32>
  %y = tensor.collapse_shape %h [[0, 1], [2]] : tensor<?x4x8xf32> into tensor<?x8xf32>
  return
}
}

// -----

// CHECK: error: no lowering yet for a dimension that is chosen at run time
module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0>} {
func.func @step(%batch: !llm.batch) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %i = arith.addi %c0, %c0 : index
  %T = tensor.dim %ids, %i : tensor<?xi32>
  return
}
}

// -----

// CHECK: error: the plan has no buffer for result 0: run llm-plan-memory last
module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0>} {
func.func @step(%batch: !llm.batch) -> tensor<?xi32> attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  return %ids : tensor<?xi32>
}
}

// -----

// CHECK: error: argument 0 is no result of the plan: 'llm.name' names one
module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0>} {
func.func @sample(%l: tensor<?x8xf32> {llm.name = "logits"}) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  return
}
}

// -----

// CHECK: error: the plan has no cache for argument 1: run llm-plan-memory last
module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, caches = [<page = 8192>], weights = 0>} {
func.func @step(%kv: !llm.kv<1x1x16x16, f32>, %more: !llm.kv<1x1x16x16, f32>) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  return
}
}

// RUN: llmc-opt %s --llm-plan-memory --llm-check-plan --split-input-file | FileCheck %s

!row = tensor<?x32xf32>
!wide = tensor<?x48xf32>

// Each result has a name and is written where it is computed.
// CHECK: results = [<"logits", tensor<?x32xf32>, rows = asked>, <"hidden", tensor<?x32xf32>, rows = batch>]
// CHECK: llm.kernel "hidden"({{.*}}) arena [-1]
// CHECK: llm.kernel "choose"({{.*}}) arena [0]
// CHECK: llm.kernel "logits"({{.*}}) arena [-1]
// CHECK-NOT: "copy"
func.func @step(%b: !llm.batch) -> (!row {llm.name = "logits"}, !row {llm.name = "hidden"}) {
  %t = llm.param @t : tensor<4x32xf32>
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %asked = llm.batch_logit_rows %b : tensor<?xi32>
  %h = llm.kernel "hidden"(%ids, %t) : (tensor<?xi32>, tensor<4x32xf32>) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x32xf32>) -> !row
    llm.yield %e : !row
  }
  %c = llm.kernel "choose"(%asked, %h) : (tensor<?xi32>, !row) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: !row):
    %e = llm.embed %i, %w : (tensor<?xi32>, !row) -> !row
    llm.yield %e : !row
  }
  %z = llm.kernel "logits"(%c) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %z, %h : !row, !row
}
llm.weight @t : tensor<4x32xf32> source "t"

// -----

!row = tensor<?x32xf32>

// One value returned twice, and what a loop leaves, are copied to the caller.
// CHECK: results = [<"logits", tensor<?x32xf32>, rows = batch>, <"again", tensor<?x32xf32>, rows = batch>, <"loop", tensor<?x32xf32>, rows = batch>]
// CHECK: %[[A:.*]] = llm.kernel "a"({{.*}}) arena [-1]
// CHECK: %[[R:.*]] = scf.for
// CHECK: %[[AGAIN:.*]] = llm.kernel "copy"(%[[A]]) arena [-1]
// CHECK: %[[LOOP:.*]] = llm.kernel "copy"(%[[R]]) arena [-1]
// CHECK: return %[[A]], %[[AGAIN]], %[[LOOP]]
func.func @step(%x: !row) -> (!row {llm.name = "logits"}, !row {llm.name = "again"}, !row {llm.name = "loop"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %s = llm.kernel "s"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %s) -> (!row) {
    %n = llm.kernel "f"(%p) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %m = llm.kernel "g"(%n) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %m : !row
  }
  return %a, %a, %r : !row, !row, !row
}

// -----

!row = tensor<?x32xf32>

// What @step has returned lies with the caller; for @sample it takes no arena.
// CHECK: llm.plan = #llm.plan<arena = 0,
// CHECK-LABEL: func.func @sample(
// CHECK: llm.kernel "sample"({{.*}}) arena [-1]
func.func @step(%ids: tensor<?xi32>) -> (!row {llm.name = "logits"}) {
  %t = llm.param @t : tensor<4x32xf32>
  %x = llm.kernel "x"(%ids, %t) : (tensor<?xi32>, tensor<4x32xf32>) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x32xf32>) -> !row
    llm.yield %e : !row
  }
  return %x : !row
}
func.func @sample(%l: !row {llm.name = "logits"}, %b: !llm.batch) -> (tensor<?xi32> {llm.name = "tokens"}) {
  %s = llm.kernel "sample"(%l, %b) : (!row, !llm.batch) -> tensor<?xi32> {
  ^bb0(%x: !row, %batch: !llm.batch):
    %i = llm.sample %x batch(%batch) : !row -> tensor<?xi32>
    llm.yield %i : tensor<?xi32>
  }
  return %s : tensor<?xi32>
}
llm.weight @t : tensor<4x32xf32> source "t"

// -----

!row = tensor<?x32xf32>

// A kernel that reads no rows has as many as a number says that it reads.
// CHECK: results = [<"logits", tensor<?x32xf32>, rows = asked>, <"all", tensor<?x32xf32>, rows = batch>]
func.func @step(%b: !llm.batch) -> (!row {llm.name = "logits"}, !row {llm.name = "all"}) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %asked = llm.batch_logit_rows %b : tensor<?xi32>
  %T = tensor.dim %ids, %c0 : tensor<?xi32>
  %L = tensor.dim %asked, %c0 : tensor<?xi32>
  %z = llm.kernel "zeros"(%L) : (index) -> !row {
  ^bb0(%n: index):
    %c = arith.constant 0.0 : f32
    %s = tensor.splat %c[%n] : !row
    %a = arith.addf %s, %s : !row
    llm.yield %a : !row
  }
  // Rows say it first.
  %y = llm.kernel "ids"(%L, %ids) : (index, tensor<?xi32>) -> !row {
  ^bb0(%n: index, %i: tensor<?xi32>):
    %c = arith.constant 0.0 : f32
    %s = tensor.splat %c[%n] : !row
    llm.yield %s : !row
  }
  return %z, %y : !row, !row
}

// RUN: llmc-opt %s --llm-plan-memory --split-input-file --verify-diagnostics
// What cannot lie with the caller, or in a loop, says so where it stands.

!row = tensor<?x32xf32>

// expected-error @below {{a step of several results names each: result 1 has no 'llm.name'}}
func.func @step(%x: !row) -> (!row {llm.name = "logits"}, !row) {
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %b = llm.kernel "b"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %a, %b : !row, !row
}

// -----

!row = tensor<?x32xf32>

// expected-error @below {{(C2) results have different names, found "x" twice}}
module {
func.func @step(%x: !row) -> (!row {llm.name = "x"}, !row {llm.name = "x"}) {
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %b = llm.kernel "b"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %a, %b : !row, !row
}
}

// -----

// A weight is no result: nothing would write it.
llm.weight @w : tensor<64x32xf32> source "w"
func.func @step(%b: !llm.batch) -> tensor<64x32xf32> {
  %w = llm.param @w : tensor<64x32xf32>
  // expected-error @below {{no lowering yet for result 0 of type 'tensor<64x32xf32>': a step returns caches, tensor<?xCxf32> and tensor<?xi32>}}
  return %w : tensor<64x32xf32>
}

// -----

func.func @step(%b: !llm.batch) -> tensor<?xi32> {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  // expected-error @below {{no lowering yet for result 0 of type 'tensor<?xi32>' that no kernel computes}}
  return %ids : tensor<?xi32>
}

// -----

!row = tensor<?x32xf32>

// Rows that change from turn to turn, but lie in no buffer.
func.func @f(%x: !row, %a: tensor<?xi32>, %b: tensor<?xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  // expected-error @below {{no lowering yet for a loop that changes carried value 0 of type 'tensor<?xi32>': it carries rows of floats and written caches}}
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a, %q = %b) -> (tensor<?xi32>, tensor<?xi32>) {
    scf.yield %q, %p : tensor<?xi32>, tensor<?xi32>
  }
  return
}

// -----

!kv = !llm.kv<1x2x16x16, f32>

// Caches lie where their pages are: they cannot change places.
func.func @f(%a: !kv, %b: !kv) -> (!kv, !kv) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  // expected-error @below {{no lowering yet for a loop that changes carried value 0 of type '!llm.kv<1x2x16x16, f32>'}}
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a, %q = %b) -> (!kv, !kv) {
    scf.yield %q, %p : !kv, !kv
  }
  return %r#0, %r#1 : !kv, !kv
}

// -----

func.func @step.avx2(%kv: !llm.kv<1x1x16x16, f32>) {
  return
}
// expected-error @below {{has other caches than the functions before it}}
func.func @step.amx(%kv: !llm.kv<1x1x16x16, f32, window = 8>) {
  return
}

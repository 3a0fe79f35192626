// RUN: llmc-opt %s --llm-check-plan --split-input-file --verify-diagnostics
// Plans broken by hand; an error names both values. Good plans: the RUN line of
// plan-memory.mlir checks what the planner makes.

!row = tensor<?x32xf32>

// A good one: a chain of two buffers, and a loop that carries in place.
module attributes {llm.plan = #llm.plan<arena = 256, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) arena [0] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a) -> (!row) {
    %n = llm.kernel "inside"(%p) arena [128] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %m = llm.kernel "update"(%n) arena [0] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %m : !row
  }
  %z = llm.kernel "end"(%r) arena [-1] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// The second kernel overwrites what the third one reads.
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  %a = llm.kernel "a"(%x) arena [0] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %b = llm.kernel "b"(%x) arena [64] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  // expected-error-re @below {{reads %{{.*}} of "a" in bytes [0, 128), where %{{.*}} of "b" lies in [64, 192)}}
  %z = llm.kernel "end"(%a, %b) arena [-1] : (!row, !row) -> !row {
  ^bb0(%v0: !row, %v1: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// A kernel overwrites its own input.
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  %a = llm.kernel "a"(%x) arena [0] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  // expected-error-re @below {{writes %{{.*}} of "b" in bytes [64, 192), where %{{.*}} of "a" lies in [0, 128)}}
  %b = llm.kernel "b"(%a) arena [64] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %z = llm.kernel "end"(%b) arena [-1] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// A reshape is the same bytes.
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %a = llm.kernel "a"(%x) arena [0] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %T = tensor.dim %a, %c0 : !row
  %h = tensor.expand_shape %a [[0], [1, 2]] output_shape [%T, 4, 8] : !row into tensor<?x4x8xf32>
  %b = llm.kernel "b"(%x) arena [0] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %back = tensor.collapse_shape %h [[0], [1, 2]] : tensor<?x4x8xf32> into !row
  // expected-error-re @below {{reads %{{.*}} of "a" in bytes [0, 128), where %{{.*}} of "b" lies in [0, 128)}}
  %z = llm.kernel "end"(%back, %b) arena [-1] : (!row, !row) -> !row {
  ^bb0(%v0: !row, %v1: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// Two carried values of one start in one buffer: the first update is lost.
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) arena [0] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a, %q = %a) -> (!row, !row) {
    %n = llm.kernel "p1"(%p) arena [128] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %m = llm.kernel "p2"(%n) arena [0] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    // expected-error-re @below {{reads %{{.*}} of "a" in bytes [0, 128), where %{{.*}} of "p2" lies in [0, 128)}}
    %o = llm.kernel "q1"(%q) arena [128] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %u = llm.kernel "q2"(%o) arena [0] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %m, %u : !row, !row
  }
  %z = llm.kernel "end"(%r#0, %r#1) arena [-1] : (!row, !row) -> !row {
  ^bb0(%v0: !row, %v1: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// The update lies where the next turn does not look for it.
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) arena [0] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  // expected-error-re @below {{carries %{{.*}} at byte 0, but its next value %{{.*}} of "update" lies at byte 128}}
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a) -> (!row) {
    %n = llm.kernel "update"(%p) arena [128] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %n : !row
  }
  %z = llm.kernel "end"(%r) arena [-1] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// Rows from outside that the second turn does not find any more.
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) arena [0] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %o = llm.kernel "outside"(%x) arena [128] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a) -> (!row) {
    // expected-error-re @below {{reads %{{.*}} of "outside" in bytes [128, 256), where %{{.*}} of "late" lies in [128, 256)}}
    %n = llm.kernel "reads"(%p, %o) arena [256] : (!row, !row) -> !row {
    ^bb0(%v0: !row, %v1: !row):
      llm.yield %v0 : !row
    }
    %m = llm.kernel "late"(%n) arena [128] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %u = llm.kernel "update"(%m) arena [0] : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %u : !row
  }
  %z = llm.kernel "end"(%r) arena [-1] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// Outside the arena.
module attributes {llm.plan = #llm.plan<arena = 128, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  // expected-error-re @below {{the plan gives %{{.*}} of "a" bytes [64, 192) of an arena of 128}}
  %a = llm.kernel "a"(%x) arena [64] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %z = llm.kernel "end"(%a) arena [-1] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// No place at all.
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  // expected-error-re @below {{the plan gives %{{.*}} of "a" bytes [-1, 127) of an arena of 512}}
  %a = llm.kernel "a"(%x) arena [-1] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %z = llm.kernel "end"(%a) arena [-1] : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}
}

// -----

!row = tensor<?x32xf32>

// What the step returns is not computed in it.
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, weights = 0>} {
func.func @f(%x: !row) -> !row {
  // expected-error-re @below {{the step returns %arg0, which is not written to the caller}}
  return %x : !row
}
}

// -----

module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 256>} {
llm.weight @a : tensor<32xf32> source "a" at 0
// expected-error-re @below {{shares bytes with @a}}
llm.weight @b : tensor<32xf32> source "b" at 64
}

// -----

module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 256>} {
// expected-error-re @below {{the plan gives it no place in 256 bytes of weights}}
llm.weight @a : tensor<64xf32> source "a" at 64
}

// -----

// A cache that is read after it was written anew.
!kv = !llm.kv<1x2x16x16, f32>
!heads = tensor<?x2x16xf32>
module attributes {llm.plan = #llm.plan<arena = 512, scratch = 0, caches = [<page = 16384>], weights = 0>} {
func.func @f(%kv: !kv, %batch: !llm.batch, %x: !heads) -> !kv {
  %c0 = arith.constant 0 : index
  %kv1 = llm.kernel "kv_write"(%kv, %c0, %x, %batch) arena [-1] : (!kv, index, !heads, !llm.batch) -> !kv {
  ^bb0(%k: !kv, %l: index, %v: !heads, %b: !llm.batch):
    %w = llm.kv_write %k[%l], %v, value(%v), %b : !kv, !heads, value(!heads) -> !kv
    llm.yield %w : !kv
  }
  // expected-error-re @below {{reads %{{.*}} in bytes [0, 1), where %{{.*}} of "kv_write" lies in [0, 1)}}
  %a = llm.kernel "attention"(%x, %kv, %c0, %batch) arena [0] : (!heads, !kv, index, !llm.batch) -> !heads {
  ^bb0(%q: !heads, %k: !kv, %l: index, %b: !llm.batch):
    %r = llm.attention %q cache(%k[%l]) batch(%b) {scale = 1.0 : f64} : (!heads, !kv, index, !llm.batch) -> !heads
    llm.yield %r : !heads
  }
  return %kv1 : !kv
}
}

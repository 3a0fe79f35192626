// RUN: llmc-opt %s --llm-plan-memory --llm-check-plan --split-input-file | FileCheck %s
// Where a loop would overwrite what is still read, a kernel "copy" stands.

!row = tensor<?x32xf32>

// Two carried values of one start: the loop may overwrite it for one of them only.
// CHECK-LABEL: func.func @equal_starts(
// CHECK: %[[S:.*]] = llm.kernel "start"({{.*}}) arena [[Q:\[[0-9]+\]]]
// CHECK: %[[COPY:.*]] = llm.kernel "copy"(%[[S]]) arena [[P:\[[0-9]+\]]]
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[COPY]], %{{.*}} = %[[S]])
// CHECK: llm.kernel "p2"({{.*}}) arena [[P]]
// CHECK: llm.kernel "q2"({{.*}}) arena [[Q]]
// CHECK-NOT: "copy"
func.func @equal_starts(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %s = llm.kernel "start"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %s, %q = %s) -> (!row, !row) {
    %n = llm.kernel "p1"(%p) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %m = llm.kernel "p2"(%n) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %o = llm.kernel "q1"(%q) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %u = llm.kernel "q2"(%o) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %m, %u : !row, !row
  }
  %z = llm.kernel "end"(%r#0, %r#1) : (!row, !row) -> !row {
  ^bb0(%v0: !row, %v1: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}

// -----

!row = tensor<?x32xf32>

// Values that change places: one leaves first, so that nothing is overwritten
// before it is copied.
// CHECK-LABEL: func.func @swap(
// CHECK: llm.kernel "a"({{.*}}) arena [[A:\[[0-9]+\]]]
// CHECK: llm.kernel "b"({{.*}}) arena [[B:\[[0-9]+\]]]
// CHECK: scf.for {{.*}} iter_args(%[[P:.*]] = %{{.*}}, %[[Q:.*]] = %{{.*}})
// CHECK: llm.kernel "reads"
// CHECK: %[[AWAY:.*]] = llm.kernel "copy"(%[[P]]) arena
// CHECK: %[[FIRST:.*]] = llm.kernel "copy"(%[[Q]]) arena [[A]]
// CHECK: %[[SECOND:.*]] = llm.kernel "copy"(%[[AWAY]]) arena [[B]]
// CHECK: scf.yield %[[FIRST]], %[[SECOND]]
func.func @swap(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %b = llm.kernel "b"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a, %q = %b) -> (!row, !row) {
    %n = llm.kernel "reads"(%p, %q) : (!row, !row) -> !row {
    ^bb0(%v0: !row, %v1: !row):
      llm.yield %v0 : !row
    }
    scf.yield %q, %p : !row, !row
  }
  %z = llm.kernel "end"(%r#0, %r#1) : (!row, !row) -> !row {
  ^bb0(%v0: !row, %v1: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}

// -----

!row = tensor<?x32xf32>

// A value that moves to another place is copied before its own is overwritten;
// the other one is not computed in place, because the move still reads it.
// CHECK-LABEL: func.func @moves(
// CHECK: llm.kernel "a"({{.*}}) arena [[A:\[[0-9]+\]]]
// CHECK: llm.kernel "b"({{.*}}) arena [[B:\[[0-9]+\]]]
// CHECK: scf.for {{.*}} iter_args(%[[P:.*]] = %{{.*}}, %{{.*}} = %{{.*}})
// CHECK: %[[N:.*]] = llm.kernel "next"
// CHECK: %[[SECOND:.*]] = llm.kernel "copy"(%[[P]]) arena [[B]]
// CHECK: %[[FIRST:.*]] = llm.kernel "copy"(%[[N]]) arena [[A]]
// CHECK: scf.yield %[[FIRST]], %[[SECOND]]
func.func @moves(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %b = llm.kernel "b"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a, %q = %b) -> (!row, !row) {
    %n = llm.kernel "next"(%q) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %n, %p : !row, !row
  }
  %z = llm.kernel "end"(%r#0, %r#1) : (!row, !row) -> !row {
  ^bb0(%v0: !row, %v1: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}

// -----

!row = tensor<?x32xf32>

// What comes back unchanged costs nothing; one value in two places is copied once.
// CHECK-LABEL: func.func @unchanged_and_twice(
// CHECK: scf.for
// CHECK: %[[N:.*]] = llm.kernel "next"
// CHECK-NEXT: ^bb0
// CHECK-NEXT: llm.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[COPY:.*]] = llm.kernel "copy"(%[[N]])
// CHECK-NEXT: ^bb0
// CHECK-NEXT: llm.yield
// CHECK-NEXT: }
// CHECK-NEXT: scf.yield %{{.*}}, %[[N]], %[[COPY]]
func.func @unchanged_and_twice(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %b = llm.kernel "b"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %c = llm.kernel "c"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r:3 = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a, %q = %b, %s = %c) -> (!row, !row, !row) {
    %m = llm.kernel "reads"(%p, %q, %s) : (!row, !row, !row) -> !row {
    ^bb0(%v0: !row, %v1: !row, %v2: !row):
      llm.yield %v0 : !row
    }
    %n = llm.kernel "next"(%m) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %p, %n, %n : !row, !row, !row
  }
  %z = llm.kernel "end"(%r#0, %r#1, %r#2) : (!row, !row, !row) -> !row {
  ^bb0(%v0: !row, %v1: !row, %v2: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}

// -----

!row = tensor<?x32xf32>

// Rows from outside are still theirs when a loop carries them on.
// CHECK-LABEL: func.func @outer_yielded(
// CHECK: %[[O:.*]] = llm.kernel "outside"
// CHECK: scf.for
// CHECK: %[[COPY:.*]] = llm.kernel "copy"(%[[O]])
// CHECK: scf.yield %[[COPY]]
func.func @outer_yielded(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %o = llm.kernel "outside"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a) -> (!row) {
    %n = llm.kernel "reads"(%p) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %o : !row
  }
  %z = llm.kernel "end"(%r, %o) : (!row, !row) -> !row {
  ^bb0(%v0: !row, %v1: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}

// -----

!row = tensor<?x32xf32>

// A loop in a loop starts from a copy of what the outer one carries; a loop that
// follows takes over the place.
// CHECK-LABEL: func.func @nested(
// CHECK: llm.kernel "a"({{.*}}) arena [[A:\[[0-9]+\]]]
// CHECK: scf.for {{.*}} iter_args(%[[P:.*]] = %
// CHECK: %[[COPY:.*]] = llm.kernel "copy"(%[[P]])
// CHECK: %[[INNER:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[COPY]])
// CHECK: %[[HOME:.*]] = llm.kernel "copy"(%[[INNER]]) arena [[A]]
// CHECK: scf.yield %[[HOME]]
// CHECK-NOT: "copy"
// CHECK: scf.for
// CHECK: llm.kernel "h"({{.*}}) arena [[A]]
func.func @nested(%x: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %a) -> (!row) {
    %inner = scf.for %j = %c0 to %c3 step %c1 iter_args(%q = %p) -> (!row) {
      %n = llm.kernel "f"(%q) : (!row) -> !row {
      ^bb0(%v0: !row):
        llm.yield %v0 : !row
      }
      %m = llm.kernel "g"(%n) : (!row) -> !row {
      ^bb0(%v0: !row):
        llm.yield %v0 : !row
      }
      scf.yield %m : !row
    }
    scf.yield %inner : !row
  }
  %s = scf.for %i = %c0 to %c3 step %c1 iter_args(%q = %r) -> (!row) {
    %n = llm.kernel "f"(%q) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    %m = llm.kernel "h"(%n) : (!row) -> !row {
    ^bb0(%v0: !row):
      llm.yield %v0 : !row
    }
    scf.yield %m : !row
  }
  %z = llm.kernel "end"(%s) : (!row) -> !row {
  ^bb0(%v0: !row):
    llm.yield %v0 : !row
  }
  return %z : !row
}

// RUN: llmc-opt %s --llm-plan-memory --llm-check-plan --split-input-file | FileCheck %s

!row = tensor<?x32xf32>

// 128 bytes per row each. A chain needs two buffers: each result takes the place
// of the last but one, which is dead. The logits are the caller's.
// CHECK: module attributes {llm.plan = #llm.plan<arena = 256, scratch = 0, weights = 512>}
// CHECK-LABEL: func.func @chain(
// CHECK: llm.kernel "x"({{.*}}) arena [0]
// CHECK: llm.kernel "a"(%{{.*}}) arena [128]
// CHECK: llm.kernel "b"(%{{.*}}) arena [0]
// CHECK: llm.kernel "c"(%{{.*}}) arena [128]
// CHECK: llm.kernel "d"(%{{.*}}) arena [-1]
module {
llm.weight @t : tensor<4x32xf32> source "t"
func.func @chain(%ids: tensor<?xi32>) -> !row {
  %t = llm.param @t : tensor<4x32xf32>
  %x = llm.kernel "x"(%ids, %t) : (tensor<?xi32>, tensor<4x32xf32>) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x32xf32>) -> !row
    llm.yield %e : !row
  }
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  %b = llm.kernel "b"(%a) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  %c = llm.kernel "c"(%b) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  %d = llm.kernel "d"(%c) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  return %d : !row
}
}

// -----

!row = tensor<?x32xf32>
!wide = tensor<?x48xf32>
!q = !llm.packed<?x32, #llm.int8_act>

// Values that live at once do not share; sizes are whole cache lines: 128 for 32
// floats, 192 for 48, 64 for 32 codes, a scale and a sum. A reshape is the same
// buffer: its reader keeps it alive.
// CHECK: arena = 512,
// CHECK-LABEL: func.func @alive(
// CHECK: llm.kernel "x"({{.*}}) arena [0]
// CHECK: llm.kernel "a"({{.*}}) arena [128]
// CHECK: llm.kernel "b"({{.*}}) arena [256]
// CHECK: llm.kernel "q"({{.*}}) arena [448]
// CHECK: llm.kernel "end"({{.*}}) arena [-1]
module {
llm.weight @t2 : tensor<4x48xf32> source "t2"
llm.weight @t : tensor<4x32xf32> source "t"
func.func @alive(%ids: tensor<?xi32>) -> !wide {
  %t = llm.param @t : tensor<4x32xf32>
  %x = llm.kernel "x"(%ids, %t) : (tensor<?xi32>, tensor<4x32xf32>) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x32xf32>) -> !row
    llm.yield %e : !row
  }
  %c0 = arith.constant 0 : index
  %a = llm.kernel "a"(%x) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  %T = tensor.dim %a, %c0 : !row
  %heads = tensor.expand_shape %a [[0], [1, 2]] output_shape [%T, 4, 8] : !row into tensor<?x4x8xf32>
  %t2 = llm.param @t2 : tensor<4x48xf32>
  %b = llm.kernel "b"(%ids, %t2) : (tensor<?xi32>, tensor<4x48xf32>) -> !wide {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x48xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x48xf32>) -> !wide
    llm.yield %e : !wide
  }
  %q = llm.kernel "q"(%x) : (!row) -> !q {
  ^bb0(%v: !row):
    %p = llm.quantize_act %v : !row -> !q
    llm.yield %p : !q
  }
  %end = llm.kernel "end"(%b, %q, %heads) : (!wide, !q, tensor<?x4x8xf32>) -> !wide {
  ^bb0(%v: !wide, %u: !q, %h: tensor<?x4x8xf32>):
    llm.yield %v : !wide
  }
  return %end : !wide
}
}

// -----

!row = tensor<?x32xf32>

// What a loop carries is written where it is read: start, update and result
// share one place, and no copy is needed.
// CHECK-LABEL: func.func @carried(
// CHECK: llm.kernel "start"({{.*}}) arena [[CARRIED:\[[0-9]+\]]]
// CHECK-NOT: llm.kernel "copy"
// CHECK: scf.for
// CHECK-NOT: llm.kernel {{.*}} arena [[CARRIED]]
// CHECK: llm.kernel "inside"
// CHECK-NOT: llm.kernel "copy"
// CHECK: llm.kernel "update"({{.*}}) arena [[CARRIED]]
// CHECK-NEXT: ^bb0
// CHECK-NOT: llm.kernel
// CHECK: scf.yield
// CHECK: llm.kernel "end"({{.*}}) arena [-1]
module {
llm.weight @t : tensor<4x32xf32> source "t"
func.func @carried(%ids: tensor<?xi32>, %n: index) -> !row {
  %t = llm.param @t : tensor<4x32xf32>
  %x = llm.kernel "x"(%ids, %t) : (tensor<?xi32>, tensor<4x32xf32>) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x32xf32>) -> !row
    llm.yield %e : !row
  }
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = llm.kernel "start"(%x) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %s) -> (!row) {
    %h = llm.kernel "inside"(%a) : (!row) -> !row {
    ^bb0(%v: !row):
      llm.yield %v : !row
    }
    %u = llm.kernel "update"(%h) : (!row) -> !row {
    ^bb0(%v: !row):
      llm.yield %v : !row
    }
    scf.yield %u : !row
  }
  %e = llm.kernel "end"(%r) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  return %e : !row
}
}

// -----

!row = tensor<?x32xf32>

// The value that the loop starts from is read after it, and what the update
// replaces is read by a later kernel: both are copied.
// CHECK-LABEL: func.func @unsafe(
// CHECK: %[[S:.*]] = llm.kernel "start"({{.*}}) arena [[START:\[[0-9]+\]]]
// CHECK: %[[COPY:.*]] = llm.kernel "copy"(%[[S]]) arena [[CARRIED:\[[0-9]+\]]]
// CHECK: scf.for {{.*}} iter_args(%[[A:.*]] = %[[COPY]])
// CHECK: %[[U:.*]] = llm.kernel "update"(%[[A]])
// CHECK: llm.kernel "late"(%[[A]], %[[U]])
// CHECK: %[[NEXT:.*]] = llm.kernel "copy"(%[[U]]) arena [[CARRIED]]
// CHECK: scf.yield %[[NEXT]]
// CHECK: llm.kernel "end"(%{{.*}}, %[[S]])
module {
llm.weight @t : tensor<4x32xf32> source "t"
func.func @unsafe(%ids: tensor<?xi32>, %n: index) -> !row {
  %t = llm.param @t : tensor<4x32xf32>
  %x = llm.kernel "x"(%ids, %t) : (tensor<?xi32>, tensor<4x32xf32>) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x32xf32>) -> !row
    llm.yield %e : !row
  }
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = llm.kernel "start"(%x) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %s) -> (!row) {
    %u = llm.kernel "update"(%a) : (!row) -> !row {
    ^bb0(%v: !row):
      llm.yield %v : !row
    }
    %h = llm.kernel "late"(%a, %u) : (!row, !row) -> !row {
    ^bb0(%v: !row, %w: !row):
      llm.yield %v : !row
    }
    scf.yield %u : !row
  }
  %e = llm.kernel "end"(%r, %s) : (!row, !row) -> !row {
  ^bb0(%v: !row, %w: !row):
    llm.yield %v : !row
  }
  return %e : !row
}
}

// -----

!row = tensor<?x32xf32>

// Read inside a loop it does not belong to: alive until the loop ends, so what
// the loop computes lies elsewhere.
// CHECK-LABEL: func.func @outer_value(
// CHECK: llm.kernel "outer"({{.*}}) arena [[OUTER:\[[0-9]+\]]]
// CHECK: llm.kernel "start"({{.*}}) arena
// CHECK-NOT: llm.kernel {{.*}} arena [[OUTER]]
// CHECK: return
module {
llm.weight @t : tensor<4x32xf32> source "t"
func.func @outer_value(%ids: tensor<?xi32>, %n: index) -> !row {
  %t = llm.param @t : tensor<4x32xf32>
  %x = llm.kernel "x"(%ids, %t) : (tensor<?xi32>, tensor<4x32xf32>) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x32xf32>) -> !row
    llm.yield %e : !row
  }
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %o = llm.kernel "outer"(%x) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  %s = llm.kernel "start"(%x) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %s) -> (!row) {
    %h = llm.kernel "reads"(%a, %o) : (!row, !row) -> !row {
    ^bb0(%v: !row, %w: !row):
      llm.yield %v : !row
    }
    %k = llm.kernel "after"(%h) : (!row) -> !row {
    ^bb0(%v: !row):
      llm.yield %v : !row
    }
    %u = llm.kernel "update"(%a, %k) : (!row, !row) -> !row {
    ^bb0(%v: !row, %w: !row):
      llm.yield %v : !row
    }
    scf.yield %u : !row
  }
  %e = llm.kernel "end"(%r) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  return %e : !row
}
}

// -----

// Weights lie in the order in which a step reads them, layer by layer, in whole
// cache lines, those of a loop that ran once and is no more too; what nobody
// reads is gone; a page is all layers and heads of a cache.
// CHECK: caches = [<page = 32768>, <page = 8192, window = 100>], weights = 832
module {
// CHECK-NOT: @unread
llm.weight @unread : tensor<64xf32> source "u"
// CHECK: llm.weight @c0 : tensor<8xf32> source "c0" at 704
llm.weight @c0 : tensor<8xf32> source "c0"
// CHECK: llm.weight @last : tensor<3xf32> source "l" at 768
llm.weight @last : tensor<3xf32> source "l"
// CHECK: llm.weight @b1 : tensor<32xf32> source "b1" at 576
llm.weight @b1 : tensor<32xf32> source "b1"
// CHECK: llm.weight @b0 : tensor<32xf32> source "b0" at 384
llm.weight @b0 : tensor<32xf32> source "b0"
// CHECK: llm.weight @a1 : tensor<16xf32> source "a1" at 512
llm.weight @a1 : tensor<16xf32> source "a1"
// CHECK: llm.weight @a0 : tensor<16xf32> source "a0" at 320
llm.weight @a0 : tensor<16xf32> source "a0"
// CHECK: llm.weight @first : tensor<80xf32> source "f" at 0
llm.weight @first : tensor<80xf32> source "f"
llm.weight_table @a : tensor<16xf32> [@a0, @a1]
llm.weight_table @b : tensor<32xf32> [@b0, @b1]
llm.weight_table @c : tensor<8xf32> [@c0]

func.func @weights(%batch: !llm.batch, %kv: !llm.kv<2x2x16x16, f32>, %ring: !llm.kv<1x2x16x16, f16, window = 100>) -> !llm.kv<2x2x16x16, f32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %first = llm.param @first : tensor<80xf32>
  scf.for %i = %c0 to %c2 step %c1 {
    %a = llm.param @a[%i] : tensor<16xf32>
    %b = llm.param @b[%i] : tensor<32xf32>
  }
  %once = llm.param @c[%c0] : tensor<8xf32>
  %last = llm.param @last : tensor<3xf32>
  %again = llm.param @first : tensor<80xf32>
  return %kv : !llm.kv<2x2x16x16, f32>
}
}

// -----

!row = tensor<?x32xf32>

// A kernel that reads the carried value may not overwrite it either: some read
// whole rows before they write one.
// CHECK-LABEL: func.func @reads_what_it_replaces(
// CHECK: llm.kernel "start"({{.*}}) arena [[CARRIED:\[[0-9]+\]]]
// CHECK: scf.for
// CHECK-NOT: llm.kernel {{.*}} arena [[CARRIED]]
// CHECK: %[[U:.*]] = llm.kernel "update"
// CHECK: %[[NEXT:.*]] = llm.kernel "copy"(%[[U]]) arena [[CARRIED]]
// CHECK: scf.yield %[[NEXT]]
module {
llm.weight @t : tensor<4x32xf32> source "t"
func.func @reads_what_it_replaces(%ids: tensor<?xi32>, %n: index) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = llm.param @t : tensor<4x32xf32>
  %s = llm.kernel "start"(%ids, %t) : (tensor<?xi32>, tensor<4x32xf32>) -> !row {
  ^bb0(%i: tensor<?xi32>, %w: tensor<4x32xf32>):
    %e = llm.embed %i, %w : (tensor<?xi32>, tensor<4x32xf32>) -> !row
    llm.yield %e : !row
  }
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %s) -> (!row) {
    %u = llm.kernel "update"(%a) : (!row) -> !row {
    ^bb0(%v: !row):
      llm.yield %v : !row
    }
    scf.yield %u : !row
  }
  %e = llm.kernel "end"(%r) : (!row) -> !row {
  ^bb0(%v: !row):
    llm.yield %v : !row
  }
  return %e : !row
}
}

// RUN: llmc-opt %s --split-input-file --verify-diagnostics --llm-plan-workspace --canonicalize --cse | FileCheck %s

#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = ["n"], name = "x", type = tensor<?xf32>}], outputs = [{dims = ["n"], name = "y", type = tensor<?xf32>}]}
module attributes {llm.signature = #signature} {
// Three buffers of one size in a row: the third takes the place of the first.
// CHECK-LABEL: func.func @main.avx2(
// CHECK-SAME: %{{.*}}: memref<?xi8>, %[[WORKSPACE:.*]]: memref<?xi8>, %{{.*}}: memref<?xi8>, %{{.*}}: memref<?xi8>, %{{.*}}: memref<?xi64>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[UP:.*]] = arith.constant 63 : index
// CHECK-DAG: %[[DOWN:.*]] = arith.constant -64 : index
// CHECK-DAG: %[[END:.*]] = arith.addi %{{.*}}, %[[UP]]
// CHECK-DAG: %[[PLACE:.*]] = arith.andi %[[END]], %[[DOWN]]
// CHECK-DAG: %[[FIRST:.*]] = memref.view %[[WORKSPACE]][%[[C0]]]
// CHECK-DAG: %[[SECOND:.*]] = memref.view %[[WORKSPACE]][%[[PLACE]]]
// CHECK-NOT: memref.alloc
// CHECK: memref.copy %{{.*}}, %[[FIRST]]
// CHECK: memref.copy %[[FIRST]], %[[SECOND]]
// CHECK: memref.copy %[[SECOND]], %[[FIRST]]
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %size = memref.load %sizes[%c0] : memref<?xi64>
  %n = arith.index_cast %size : i64 to index
  %in = memref.view %x[%c0][%n] : memref<?xi8> to memref<?xf32>
  %out = memref.view %y[%c0][%n] : memref<?xi8> to memref<?xf32>
  %a = memref.alloc(%n) : memref<?xf32>
  %b = memref.alloc(%n) : memref<?xf32>
  %c = memref.alloc(%n) : memref<?xf32>
  memref.copy %in, %a : memref<?xf32> to memref<?xf32>
  memref.copy %a, %b : memref<?xf32> to memref<?xf32>
  memref.copy %b, %c : memref<?xf32> to memref<?xf32>
  memref.copy %c, %out : memref<?xf32> to memref<?xf32>
  return
}
// Two places of whole lines; what is beyond 2^46 elements is refused before it wraps round.
// CHECK: func.func private @sizes(
// CHECK: arith.cmpi sge, %{{.*}}, %c70368744177664_i64
// CHECK: arith.maxsi
}

// -----

#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = [], name = "x", type = tensor<i64>}], outputs = [{dims = [], name = "y", type = tensor<i64>}]}
module attributes {llm.signature = #signature} {
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %in = memref.view %x[%c0][] : memref<?xi8> to memref<i64>
  %value = memref.load %in[] : memref<i64>
  %n = arith.index_cast %value : i64 to index
  // expected-error @below {{no lowering yet for a tensor whose size depends on more than the sizes of inputs}}
  %a = memref.alloc(%n) : memref<?xi64>
  memref.store %value, %a[%c0] : memref<?xi64>
  return
}
}

// -----

// A number that is seen as a matrix of one element: it has no dims whose strides would say the matrix's.
#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = [], name = "x", type = tensor<f32>}], outputs = [{dims = ["", ""], name = "y", type = tensor<1x1xf32>}]}
module attributes {llm.signature = #signature} {
// CHECK-LABEL: func.func @main.avx2(
// CHECK: %[[NUMBER:.*]] = memref.view %{{.*}} : memref<?xi8> to memref<f32>
// CHECK: %[[MATRIX:.*]] = memref.reinterpret_cast %[[NUMBER]] to offset: [0], sizes: [1, 1], strides: [1, 1] : memref<f32> to memref<1x1xf32>
// CHECK: memref.copy %[[MATRIX]], %{{.*}} : memref<1x1xf32> to memref<1x1xf32>
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %in = memref.view %x[%c0][] : memref<?xi8> to memref<f32>
  %out = memref.view %y[%c0][] : memref<?xi8> to memref<1x1xf32>
  %a = memref.alloc() : memref<f32>
  memref.copy %in, %a : memref<f32> to memref<f32>
  %matrix = memref.expand_shape %a [] output_shape [1, 1] : memref<f32> into memref<1x1xf32>
  memref.copy %matrix, %out : memref<1x1xf32> to memref<1x1xf32>
  return
}
}

// -----

// Of a buffer of a turn that one worker takes each worker has its own, as large as that of the longest turn; two that do not meet share a
// place. Of the caller's numbers @sizes reads the workers.
#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = ["n"], name = "x", type = tensor<?xf32>}], outputs = [{dims = ["n"], name = "y", type = tensor<?xf32>}]}
module attributes {llm.signature = #signature} {
// CHECK-LABEL: func.func @main.avx2(
// CHECK-SAME: %{{[^,]*}}: memref<?xi8>, %[[WORKSPACE:[^,]*]]: memref<?xi8>, %{{.*}}: memref<?xi64>, %[[WORKER:[^,]*]]: index, %[[WORKERS:[^,]*]]: index)
// CHECK-DAG: %[[MINE:.*]] = arith.muli %[[WORKER]], %c64
// CHECK-DAG: %[[ALL:.*]] = arith.muli %[[WORKERS]], %c64
// CHECK-DAG: %[[SECOND:.*]] = arith.addi %[[ALL]], %[[MINE]]
// CHECK: scf.forall
// CHECK: %[[TILE:.*]] = arith.minsi
// CHECK: %[[A:.*]] = memref.view %[[WORKSPACE]][%[[MINE]]][%[[TILE]]] : memref<?xi8> to memref<?xf32>
// CHECK: %[[B:.*]] = memref.view %[[WORKSPACE]][%[[SECOND]]][%[[TILE]]]
// CHECK: memref.copy %{{.*}}, %[[A]]
// CHECK: memref.copy %[[A]], %[[B]]
// CHECK: memref.copy %[[B]], %[[A]]
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %size = memref.load %sizes[%c0] : memref<?xi64>
  %n = arith.index_cast %size : i64 to index
  %in = memref.view %x[%c0][%n] : memref<?xi8> to memref<?xf32>
  %out = memref.view %y[%c0][%n] : memref<?xi8> to memref<?xf32>
  scf.forall (%i) = (0) to (%n) step (16) {
    %left = arith.subi %n, %i : index
    %tile = arith.minsi %left, %c16 : index
    %from = memref.subview %in[%i] [%tile] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
    %to = memref.subview %out[%i] [%tile] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
    %a = memref.alloc(%tile) : memref<?xf32>
    %b = memref.alloc(%tile) : memref<?xf32>
    memref.copy %from, %a : memref<?xf32, strided<[1], offset: ?>> to memref<?xf32>
    memref.copy %a, %b : memref<?xf32> to memref<?xf32>
    %c = memref.alloc(%tile) : memref<?xf32>
    memref.copy %b, %c : memref<?xf32> to memref<?xf32>
    memref.copy %c, %to : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
  }
  return
}
// CHECK: func.func private @sizes(%{{.*}}: memref<?xi64>, %{{.*}}: memref<?xi64>, %[[COUNT:.*]]: index)
// CHECK: arith.muli %[[COUNT]], %c64
}

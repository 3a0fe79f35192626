// RUN: llmc-opt %s --split-input-file --verify-diagnostics --llm-split-generics --canonicalize --cse | FileCheck %s

#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = ["n", ""], name = "x", type = tensor<?x64xf32>}], outputs = [{dims = ["n", ""], name = "y", type = tensor<?x64xf32>}]}
#rows = affine_map<(t, k) -> (t, k)>
module attributes {llm.signature = #signature} {
// Two equal ops are one function, of vectors along the rows; a barrier stands between what writes and what reads.
// CHECK-LABEL: func.func private @g0_map_addf.avx2(
// CHECK-SAME: %[[A:.*]]: memref<?x64xf32>, %[[B:.*]]: memref<?x64xf32>, %[[OUT:.*]]: memref<?x64xf32>, %[[WORKER:.*]]: index, %[[WORKERS:.*]]: index)
// CHECK: %[[NEXT:.*]] = arith.addi %[[WORKER]]
// CHECK: arith.divui %{{.*}}, %[[WORKERS]]
// CHECK: scf.for
// CHECK: scf.for
// CHECK: vector.load %[[A]]
// CHECK: vector.load %[[B]]
// CHECK: arith.addf {{.*}} : vector<8xf32>
// CHECK: vector.store %{{.*}}, %[[OUT]]
// CHECK-NOT: func.func private
// CHECK-LABEL: func.func @main.avx2(
// CHECK: call @g0_map_addf.avx2
// CHECK-NEXT: llm.barrier
// CHECK-NEXT: call @g0_map_addf.avx2
// CHECK-NEXT: return
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %in: memref<?xi8>, %out: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %size = memref.load %sizes[%c0] : memref<?xi64>
  %n = arith.index_cast %size : i64 to index
  %x = memref.view %in[%c0][%n] : memref<?xi8> to memref<?x64xf32>
  %y = memref.view %out[%c0][%n] : memref<?xi8> to memref<?x64xf32>
  %a = memref.view %workspace[%c0][%n] : memref<?xi8> to memref<?x64xf32>
  linalg.generic {indexing_maps = [#rows, #rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x, %x : memref<?x64xf32>, memref<?x64xf32>) outs(%a : memref<?x64xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#rows, #rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%a, %x : memref<?x64xf32>, memref<?x64xf32>) outs(%y : memref<?x64xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  return
}
}

// -----

#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = ["n", ""], name = "x", type = tensor<?x64xf32>}], outputs = [{dims = ["n", ""], name = "y", type = tensor<?x64xf32>}]}
module attributes {llm.signature = #signature} {
// A product whose inputs both lie along the sum: lanes are partial sums, four rows share a load.
// CHECK-LABEL: func.func private @g0_reduce_mulf_addf.avx2(
// CHECK: scf.for
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-4: math.fma
// CHECK: vector.extract_strided_slice
// CHECK: memref.store
// A product with columns side by side: sums of four rows and two vectors stay in registers; the last columns are masked.
// CHECK-LABEL: func.func private @g1_reduce_mulf_addf.avx2(
// CHECK: scf.for
// CHECK-COUNT-8: math.fma
// CHECK: vector.store
// CHECK: vector.create_mask
// CHECK: vector.maskedload
// CHECK: vector.maskedstore
// CHECK-LABEL: func.func @main.avx2(
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %in: memref<?xi8>, %out: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %size = memref.load %sizes[%c0] : memref<?xi64>
  %n = arith.index_cast %size : i64 to index
  %x = memref.view %in[%c0][%n] : memref<?xi8> to memref<?x64xf32>
  %y = memref.view %out[%c0][%n, %n] : memref<?xi8> to memref<?x?xf32>
  %a = memref.view %workspace[%c0][%n] : memref<?xi8> to memref<64x?xf32>
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %x : memref<?x64xf32>, memref<?x64xf32>) outs(%y : memref<?x?xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %a : memref<?x64xf32>, memref<64x?xf32>) outs(%y : memref<?x?xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  }
  return
}
}

// -----

#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = ["n"], name = "x", type = tensor<?xi64>}], outputs = [{dims = ["n"], name = "y", type = tensor<?xf32>}]}
module attributes {llm.signature = #signature} {
// Elements that others choose are read one by one, and from inside the tensor whatever was chosen. One worker stores a number.
// CHECK-LABEL: func.func private @g0_map_index_cast_load.avx2(
// CHECK: %[[CHOSEN:.*]] = arith.index_cast
// CHECK: %[[NOT_BEHIND:.*]] = arith.minsi %[[CHOSEN]]
// CHECK: %[[INSIDE:.*]] = arith.maxsi %[[NOT_BEHIND]]
// CHECK: memref.load %{{.*}}[%[[INSIDE]]]
// CHECK-LABEL: func.func @main.avx2(
// CHECK: call @g0_map_index_cast_load.avx2
// CHECK-NEXT: llm.barrier
// CHECK: scf.if
// CHECK-NEXT: memref.store
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %in: memref<?xi8>, %out: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %size = memref.load %sizes[%c0] : memref<?xi64>
  %n = arith.index_cast %size : i64 to index
  %x = memref.view %in[%c0][%n] : memref<?xi8> to memref<?xi64>
  %y = memref.view %out[%c0][%n] : memref<?xi8> to memref<?xf32>
  %table = memref.view %weights[%c0][] : memref<?xi8> to memref<100xf32>
  linalg.generic {indexing_maps = [affine_map<(t) -> (t)>, affine_map<(t) -> (t)>], iterator_types = ["parallel"]}
      ins(%x : memref<?xi64>) outs(%y : memref<?xf32>) {
  ^bb0(%p: i64, %o: f32):
    %i = arith.index_cast %p : i64 to index
    %e = memref.load %table[%i] : memref<100xf32>
    linalg.yield %e : f32
  }
  %one = arith.constant 1.0 : f32
  memref.store %one, %y[%c0] : memref<?xf32>
  return
}
}

// -----

// Workers share the turns of a loop; the ops of a turn are one worker's, whatever lies between them. What nobody else touches needs no
// barrier.
#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = ["n"], name = "x", type = tensor<?xf32>}], outputs = [{dims = ["n"], name = "y", type = tensor<?xf32>}]}
#id = affine_map<(i) -> (i)>
module attributes {llm.signature = #signature} {
// CHECK-LABEL: func.func @main.avx2(
// CHECK-SAME: memref<?xi64>, %[[WORKER:.*]]: index, %[[WORKERS:.*]]: index)
// CHECK: call @g0_map.avx2({{.*}}, %[[WORKER]], %[[WORKERS]])
// CHECK: llm.barrier
// CHECK-NEXT: %[[TURNS:.*]] = arith.ceildivsi %{{.*}}, %c16
// CHECK: arith.divui %{{.*}}, %[[WORKERS]]
// CHECK: scf.for %[[TURN:.*]] = %{{.*}} to
// CHECK: %[[I:.*]] = arith.muli %[[TURN]], %c16
// CHECK: memref.subview %{{.*}}[%[[I]]]
// CHECK: call @g1_map_addf.avx2({{.*}}, %c0, %c1)
// CHECK-NOT: llm.barrier
// CHECK: call @g2_map_addf.avx2({{.*}}, %c0, %c1)
// CHECK: return
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %in: memref<?xi8>, %out: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %size = memref.load %sizes[%c0] : memref<?xi64>
  %n = arith.index_cast %size : i64 to index
  %x = memref.view %in[%c0][%n] : memref<?xi8> to memref<?xf32>
  %y = memref.view %out[%c0][%n] : memref<?xi8> to memref<?xf32>
  %a = memref.view %workspace[%c0][%n] : memref<?xi8> to memref<?xf32>
  memref.copy %x, %a : memref<?xf32> to memref<?xf32>
  %bytes = arith.muli %n, %c16 : index
  %mine = arith.addi %bytes, %worker : index
  scf.forall (%i) = (0) to (%n) step (16) {
    %left = arith.subi %n, %i : index
    %tile = arith.minsi %left, %c16 : index
    %from = memref.subview %a[%i] [%tile] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
    %to = memref.subview %y[%i] [%tile] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
    %between = memref.view %workspace[%mine][%tile] : memref<?xi8> to memref<?xf32>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%from : memref<?xf32, strided<[1], offset: ?>>) outs(%between : memref<?xf32>) {
    ^bb0(%p: f32, %o: f32):
      %s = arith.addf %p, %p : f32
      linalg.yield %s : f32
    }
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%between : memref<?xf32>) outs(%to : memref<?xf32, strided<[1], offset: ?>>) {
    ^bb0(%p: f32, %o: f32):
      %s = arith.addf %p, %p : f32
      linalg.yield %s : f32
    }
  }
  return
}
}

// -----

#target = #llm.target<"avx2", registers = 16, lanes = 8>
#signature = {inputs = [{dims = ["n"], name = "x", type = tensor<?xf32>}], outputs = [{dims = ["n"], name = "y", type = tensor<?xf32>}]}
module attributes {llm.signature = #signature} {
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %in: memref<?xi8>, %out: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index)
    attributes {llm.target = #target} {
  %c0 = arith.constant 0 : index
  %size = memref.load %sizes[%c0] : memref<?xi64>
  %n = arith.index_cast %size : i64 to index
  %x = memref.view %in[%c0][%n] : memref<?xi8> to memref<?xf32>
  scf.forall (%i) in (%n) {
    // expected-error @below {{no lowering yet for 'memref.load' in turns that workers share}}
    %v = memref.load %x[%i] : memref<?xf32>
  }
  return
}
}

// RUN: llmc-opt %s --split-input-file --verify-diagnostics --llm-bind-function | FileCheck %s

// Inputs and weights are read where they lie, the result is written where the caller wants it, and @sizes says how large it is.
// CHECK: module attributes {llm.signature = {inputs = [{dims = ["rows", ""], name = "x", type = tensor<?x8xf32>}],
// CHECK-SAME: outputs = [{dims = ["", ""], name = "y", type = tensor<?x8xf32>}]}}
llm.weight @w : tensor<8xf32> source "w" at 64
// CHECK: func.func @main.avx2(%[[WEIGHTS:.*]]: memref<?xi8>, %{{.*}}: memref<?xi8>, %[[X:.*]]: memref<?xi8>, %[[Y:.*]]: memref<?xi8>, %[[SIZES:.*]]: memref<?xi64>, %{{.*}}: index, %{{.*}}: index)
// CHECK: %[[SIZE:.*]] = memref.load %[[SIZES]]
// CHECK: %[[ROWS:.*]] = arith.index_cast %[[SIZE]]
// CHECK: %[[XVIEW:.*]] = memref.view %[[X]][%{{.*}}][%[[ROWS]]]
// CHECK: bufferization.to_tensor %[[XVIEW]] restrict :
// CHECK: %[[YVIEW:.*]] = memref.view %[[Y]]
// CHECK: %[[YTENSOR:.*]] = bufferization.to_tensor %[[YVIEW]] restrict writable
// CHECK: %[[AT:.*]] = arith.constant 64 : index
// CHECK: %[[WVIEW:.*]] = memref.view %[[WEIGHTS]][%[[AT]]]
// CHECK: bufferization.to_tensor %[[WVIEW]] restrict :
// CHECK: %[[RESULT:.*]] = linalg.generic
// CHECK: %[[MADE:.*]] = bufferization.materialize_in_destination %[[RESULT]] in %[[YTENSOR]]
// CHECK: bufferization.materialize_in_destination %[[MADE]] in restrict writable %[[YVIEW]]
func.func @main.avx2(%x: tensor<?x8xf32> {llm.name = "x", llm.dims = ["rows", ""]}) -> (tensor<?x8xf32> {llm.name = "y"})
    attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %w = llm.param @w : tensor<8xf32>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%rows) : tensor<?x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t, k) -> (t, k)>, affine_map<(t, k) -> (k)>, affine_map<(t, k) -> (t, k)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %w : tensor<?x8xf32>, tensor<8xf32>) outs(%e : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
// CHECK: func.func private @sizes(%[[IN:.*]]: memref<?xi64>, %[[OUT:.*]]: memref<?xi64>, %{{.*}}: index) -> (i1, i64)
// CHECK: %[[ROWS:.*]] = memref.load %[[IN]]
// CHECK: memref.store %{{.*}}, %[[OUT]]
// CHECK: memref.store %{{.*}}, %[[OUT]]
// CHECK-NOT: arith.cmpi
// CHECK: return

// -----

// Sizes that have no name in common are compared when they are known; a slice has to lie in its tensor.
// CHECK: func.func private @sizes
// CHECK: arith.cmpi eq,
// CHECK: arith.cmpi sge, %{{.*}}, %c6
func.func @main.avx2(%x: tensor<?xf32> {llm.name = "x", llm.dims = ["a"]}, %z: tensor<?xf32> {llm.name = "z", llm.dims = ["b"]}) -> (tensor<4xf32> {llm.name = "y"})
    attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %y = linalg.generic {indexing_maps = [affine_map<(t) -> (t)>, affine_map<(t) -> (t)>], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%z : tensor<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %p = arith.addf %a, %o : f32
    linalg.yield %p : f32
  } -> tensor<?xf32>
  %s = tensor.extract_slice %y[2] [4] [1] : tensor<?xf32> to tensor<4xf32>
  return %s : tensor<4xf32>
}

// -----

// expected-error @below {{no lowering yet for result 'y': its size depends on more than the sizes of inputs}}
func.func @main.avx2(%x: tensor<i64> {llm.name = "x"}) -> (tensor<?xf32> {llm.name = "y"})
    attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %n = tensor.extract %x[] : tensor<i64>
  %size = arith.index_cast %n : i64 to index
  %one = arith.constant 1.0 : f32
  %y = tensor.splat %one[%size] : tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// expected-error @below {{argument 0 of @main.avx2 has no name: give it 'llm.name'}}
func.func @main.avx2(%x: tensor<4xf32>) -> (tensor<4xf32> {llm.name = "y"}) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{result 1 of @main.avx2 is called 'y' as another is}}
func.func @main.avx2(%x: tensor<4xf32> {llm.name = "x"}) -> (tensor<4xf32> {llm.name = "y"}, tensor<4xf32> {llm.name = "y"}) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @below {{argument 0 of @main.avx2 has other 'llm.dims' than one string for each of its dimensions}}
func.func @main.avx2(%x: tensor<?xf32> {llm.name = "x", llm.dims = ["a", "b"]}) -> (tensor<?xf32> {llm.name = "y"}) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  return %x : tensor<?xf32>
}

// -----

// expected-error @below {{argument 0 of @main.avx2 is no tensor of numbers that a caller can give}}
func.func @main.avx2(%x: tensor<?xi3> {llm.name = "x"}) -> (tensor<?xi3> {llm.name = "y"}) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  return %x : tensor<?xi3>
}

// -----

// expected-error @below {{needs functions with a target: run llm-clone-targets first}}
func.func @main(%x: tensor<4xf32> {llm.name = "x"}) -> (tensor<4xf32> {llm.name = "y"}) {
  return %x : tensor<4xf32>
}

// -----

// A kernel is a call on buffers: the input's, the weight's in the section, a new one for the result.
// CHECK-LABEL: func.func private @k0_linear.avx2(
// CHECK: llm.tile.dot
// CHECK-LABEL: func.func @main.avx2(
// CHECK: %[[W:.*]] = memref.view {{.*}} to memref<1x32x16xf32>
// CHECK: %[[OUT:.*]] = memref.alloc
// CHECK: call @k0_linear.avx2(%{{.*}}, %[[W]], %[[OUT]], %{{.*}}, %{{.*}}) {llm.results = 1 : i64}
// CHECK: bufferization.to_tensor %[[OUT]] restrict writable
llm.weight @w : !llm.packed<16x32, #llm.float<f32>, #llm.panels> source "w" at 64
func.func @main.avx2(%x: tensor<?x32xf32> {llm.name = "x"}) -> (tensor<?x16xf32> {llm.name = "y"}) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %w = llm.param @w : !llm.packed<16x32, #llm.float<f32>, #llm.panels>
  %y = llm.kernel "linear"(%x, %w) schedule <rows = 4, strips = 2, lanes = 8, panels = 1> : (tensor<?x32xf32>, !llm.packed<16x32, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32> {
  ^bb0(%a: tensor<?x32xf32>, %b: !llm.packed<16x32, #llm.float<f32>, #llm.panels>):
    %z = llm.linear %a, %b : (tensor<?x32xf32>, !llm.packed<16x32, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32>
    llm.yield %z : tensor<?x16xf32>
  }
  return %y : tensor<?x16xf32>
}

// -----

// Equal kernels share a function. As many rows as a view of what was computed has lead back to the call's
// sizes, so that the workspace is known before it runs.
// CHECK-COUNT-1: func.func private @k{{.*}}_linear.avx2(
// CHECK-LABEL: func.func @main.avx2(
// CHECK-DAG: %[[B:.*]] = arith.index_cast %{{.*}} : i64 to index
// CHECK-DAG: %[[S:.*]] = arith.index_cast %{{.*}} : i64 to index
// CHECK: %[[ROWS:.*]] = {{affine.apply|arith.muli}} {{.*}}%[[B]]
// CHECK: memref.alloc(%[[ROWS]]) : memref<?x16xf32>
// CHECK: call @k0_linear.avx2(
// CHECK: memref.alloc(%{{.*}}) : memref<?x16xf32>
// CHECK: call @k0_linear.avx2(
llm.weight @w : !llm.packed<16x16, #llm.float<f32>, #llm.panels> source "w" at 0
llm.weight @v : !llm.packed<16x16, #llm.float<f32>, #llm.panels> source "v" at 1024
func.func @main.avx2(%x: tensor<?x?x16xf32> {llm.name = "x", llm.dims = ["batch", "seq", ""]}) -> (tensor<?x16xf32> {llm.name = "y"}) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %w = llm.param @w : !llm.packed<16x16, #llm.float<f32>, #llm.panels>
  %v = llm.param @v : !llm.packed<16x16, #llm.float<f32>, #llm.panels>
  %e = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<?x?x16xf32>) outs(%x : tensor<?x?x16xf32>) {
  ^bb0(%p: f32, %o: f32):
    %q = math.exp %p : f32
    linalg.yield %q : f32
  } -> tensor<?x?x16xf32>
  %rows = tensor.collapse_shape %e [[0, 1], [2]] : tensor<?x?x16xf32> into tensor<?x16xf32>
  %y = llm.kernel "linear"(%rows, %w) schedule <rows = 4, strips = 2, lanes = 8, panels = 1> : (tensor<?x16xf32>, !llm.packed<16x16, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32> {
  ^bb0(%a: tensor<?x16xf32>, %b: !llm.packed<16x16, #llm.float<f32>, #llm.panels>):
    %z = llm.linear %a, %b : (tensor<?x16xf32>, !llm.packed<16x16, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32>
    llm.yield %z : tensor<?x16xf32>
  }
  %u = llm.kernel "linear"(%y, %v) schedule <rows = 4, strips = 2, lanes = 8, panels = 1> : (tensor<?x16xf32>, !llm.packed<16x16, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32> {
  ^bb0(%a: tensor<?x16xf32>, %b: !llm.packed<16x16, #llm.float<f32>, #llm.panels>):
    %z = llm.linear %a, %b : (tensor<?x16xf32>, !llm.packed<16x16, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32>
    llm.yield %z : tensor<?x16xf32>
  }
  return %u : tensor<?x16xf32>
}

// -----

// Rows of integers are bytes that one kernel writes and others read; no tensor stands for them.
// CHECK-LABEL: func.func @main.avx2(
// CHECK: %[[Q:.*]] = memref.alloc(%[[ROWS:.*]]) : memref<?x{{[0-9]+}}xi8>
// CHECK: call @k0_quantize_act.avx2(%{{.*}}, %[[Q]], %{{.*}}, %{{.*}}) {llm.results = 1 : i64}
// CHECK: %[[Y:.*]] = memref.alloc(%[[ROWS]]) : memref<?x16xf32>
// CHECK: call @k1_linear.avx2(%[[Q]], %{{.*}}, %[[Y]], %{{.*}}, %{{.*}}) {llm.results = 1 : i64}
llm.weight @w : !llm.packed<16x32, #llm.q8_0, #llm.panels> source "w" at 64
func.func @main.avx2(%x: tensor<?x32xf32> {llm.name = "x", llm.dims = ["t", ""]}) -> (tensor<?x16xf32> {llm.name = "y"}) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %w = llm.param @w : !llm.packed<16x32, #llm.q8_0, #llm.panels>
  %q = llm.kernel "quantize_act"(%x) : (tensor<?x32xf32>) -> !llm.packed<?x32, #llm.int8_act> {
  ^bb0(%a: tensor<?x32xf32>):
    %b = llm.quantize_act %a : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
    llm.yield %b : !llm.packed<?x32, #llm.int8_act>
  }
  %y = llm.kernel "linear"(%q, %w) schedule <rows = 4, strips = 1, lanes = 8, panels = 1> : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<16x32, #llm.q8_0, #llm.panels>) -> tensor<?x16xf32> {
  ^bb0(%a: !llm.packed<?x32, #llm.int8_act>, %b: !llm.packed<16x32, #llm.q8_0, #llm.panels>):
    %z = llm.linear %a, %b : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<16x32, #llm.q8_0, #llm.panels>) -> tensor<?x16xf32>
    llm.yield %z : tensor<?x16xf32>
  }
  return %y : tensor<?x16xf32>
}

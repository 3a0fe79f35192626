// RUN: llmc-opt %s --onnx-infer-shapes --onnx-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Letters are loops: those of the result first, then what is summed up.
// CHECK: #[[A:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK: #[[B:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
// CHECK-LABEL: func.func @letters(
// CHECK: linalg.generic {indexing_maps = [#[[A]], #[[B]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1
func.func @letters(%a: tensor<2x3x4xf32>, %b: tensor<2x4x5xf32>) -> tensor<*xf32> {
  %y = onnx.Einsum(%a, %b) {equation = "bij, bjk -> bik"} : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A letter twice in a term is its diagonal; dots are the dims that have no letter.
// CHECK: affine_map<(d0, d1) -> (d0, d1, d1)>
// CHECK-LABEL: func.func @diagonals(
// CHECK: linalg.generic
func.func @diagonals(%a: tensor<3x5x5xf32>) -> tensor<*xf32> {
  %y = onnx.Einsum(%a) {equation = "...ii ->...i"} : (tensor<3x5x5xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Sums over windows, of the channels of the result's own group; beside the input is 0.
// CHECK-LABEL: func.func @windows(
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]
// CHECK-SAME: ins(%arg1 : tensor<4x2x3xf32>) outs(%{{.*}} : tensor<1x4x5xf32>)
// CHECK: arith.divui
// CHECK: tensor.extract %arg0
// CHECK: arith.select
func.func @windows(%x: tensor<1x4x9xf32>, %w: tensor<4x2x3xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y = onnx.Conv(%x, %w, %no) {group = 2 : i64, pads = array<i64: 1, 1>, strides = array<i64: 2>} : (tensor<1x4x9xf32>, tensor<4x2x3xf32>, none) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Integers without their zeros: i32, a zero for each column of the right side.
// CHECK-LABEL: func.func @steps(
// CHECK: arith.extui %{{.*}} : i8 to i32
// CHECK: arith.subi
// CHECK: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-SAME: tensor<2x3xi32>, tensor<3x4xi32>) outs(%{{.*}} : tensor<2x4xi32>)
func.func @steps(%a: tensor<2x3xui8>, %b: tensor<3x4xui8>, %za: tensor<ui8>, %zb: tensor<4xui8>) -> tensor<*xi32> {
  %y = onnx.MatMulInteger(%a, %b, %za, %zb) : (tensor<2x3xui8>, tensor<3x4xui8>, tensor<ui8>, tensor<4xui8>) -> tensor<*xi32>
  return %y : tensor<*xi32>
}

// -----

// A scale for each block of 2 places along an axis.
// CHECK-LABEL: func.func @blocks(
// CHECK: %[[TWO:.*]] = arith.constant 2 : index
// CHECK: %[[BLOCK:.*]] = arith.divui %{{.*}}, %[[TWO]]
// CHECK: tensor.extract %arg1[%{{.*}}, %[[BLOCK]]]
func.func @blocks(%x: tensor<3x4xi8>, %s: tensor<3x2xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y = onnx.DequantizeLinear(%x, %s, %no) {axis = 1 : i64, block_size = 2 : i64} : (tensor<3x4xi8>, tensor<3x2xf32>, none) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Rounded to the nearest, shifted, and kept within the range of a byte.
// CHECK-LABEL: func.func @bytes(
// CHECK: %[[Q:.*]] = arith.divf
// CHECK: math.roundeven %[[Q]]
// CHECK: arith.addi
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: arith.trunci %{{.*}} : i32 to i8
func.func @bytes(%x: tensor<3x4xf32>, %s: tensor<f32>, %z: tensor<ui8>) -> tensor<*xui8> {
  %y = onnx.QuantizeLinear(%x, %s, %z) : (tensor<3x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<*xui8>
  return %y : tensor<*xui8>
}

// -----

// Rows of a cache from each batch's own place on; behind the last they run round.
// CHECK-LABEL: func.func @ring(
// CHECK: arith.index_cast %{{.*}} : i64 to index
// CHECK: arith.select
// CHECK: tensor.extract %arg1
// CHECK: linalg.yield
func.func @ring(%c: tensor<2x8x4xf32>, %u: tensor<2x3x4xf32>, %i: tensor<2xi64>) -> tensor<*xf32> {
  %y = onnx.TensorScatter(%c, %u, %i) {mode = "circular"} : (tensor<2x8x4xf32>, tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Tables by positions: the pair's partner is half the columns away, or beside it.
// CHECK-LABEL: func.func @rotated(
// CHECK: tensor.extract %arg0
// CHECK: %[[P:.*]] = tensor.extract %arg3
// CHECK: %[[ROW:.*]] = arith.index_cast %[[P]]
// CHECK: tensor.extract %arg1[%[[ROW]]
// CHECK: tensor.extract %arg2[%[[ROW]]
func.func @rotated(%x: tensor<2x3x4x8xf32>, %c: tensor<50x4xf32>, %s: tensor<50x4xf32>, %p: tensor<2x4xi64>) -> tensor<*xf32> {
  %y = onnx.RotaryEmbedding(%x, %c, %s, %p) : (tensor<2x3x4x8xf32>, tensor<50x4xf32>, tensor<50x4xf32>, tensor<2x4xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

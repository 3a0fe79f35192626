// RUN: not llmc-opt %s --onnx-infer-shapes --onnx-to-linalg --split-input-file 2>&1 | FileCheck %s

// Each op that has no lowering, once.
// CHECK: the graph cannot become a function: onnx.NonZero has a count that only the data know; onnx.Unique has no lowering
func.func @unknown(%x: tensor<4xf32>) -> (tensor<*xi64>, tensor<*xf32>) {
  %n = onnx.NonZero(%x) : (tensor<4xf32>) -> tensor<*xi64>
  %u:4 = onnx.Unique(%x) : (tensor<4xf32>) -> (tensor<*xf32>, none, none, none)
  return %n, %u#0 : tensor<*xi64>, tensor<*xf32>
}

// -----

// CHECK: the graph cannot become a function: onnx.Reshape has a shape that only the data know
func.func @shape_of_data(%x: tensor<4xf32>, %shape: tensor<2xi64>) -> tensor<*xf32> {
  %r = onnx.Reshape(%x, %shape) : (tensor<4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %r : tensor<*xf32>
}

// -----

// CHECK: the graph cannot become a function: func.func input 0 is no tensor of known rank of bool, integers or floats
func.func @text(%x: tensor<4x!onnx.string>) -> tensor<4x!onnx.string> {
  return %x : tensor<4x!onnx.string>
}

// -----

// CHECK: the graph cannot become a function: onnx.BitCast makes elements of another width
func.func @wider(%x: tensor<4xi8>) -> tensor<*xf32> {
  %y = onnx.BitCast(%x) {to = 1 : i64} : (tensor<4xi8>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// CHECK: the graph cannot become a function: onnx.CumSum has an axis beside its dims
func.func @beside(%x: tensor<4x5xf32>) -> tensor<*xf32> {
  %axis = onnx.Constant {value = dense<2> : tensor<i64>} : () -> tensor<i64>
  %y = onnx.CumSum(%x, %axis) : (tensor<4x5xf32>, tensor<i64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// CHECK: the graph cannot become a function: onnx.Einsum has a term of other dims than its tensor
func.func @letters(%a: tensor<2x3x4xf32>) -> tensor<*xf32> {
  %y = onnx.Einsum(%a) {equation = "ij->i"} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// CHECK: the graph cannot become a function: onnx.Einsum has dims of one letter that differ in size
func.func @sizes(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) -> tensor<*xf32> {
  %y = onnx.Einsum(%a, %b) {equation = "ij,jk->ik"} : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// CHECK: the graph cannot become a function: onnx.Conv has channels that its groups do not divide
func.func @groups(%x: tensor<1x3x9xf32>, %w: tensor<4x1x3xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y = onnx.Conv(%x, %w, %no) {group = 3 : i64} : (tensor<1x3x9xf32>, tensor<4x1x3xf32>, none) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// CHECK: the graph cannot become a function: onnx.Dropout may drop elements as in training: export the model for inference
func.func @trained(%x: tensor<3xf32>, %ratio: tensor<f32>, %trains: tensor<i1>) -> tensor<*xf32> {
  %y, %m = onnx.Dropout(%x, %ratio, %trains) : (tensor<3xf32>, tensor<f32>, tensor<i1>) -> (tensor<*xf32>, none)
  return %y : tensor<*xf32>
}

// -----

// CHECK: the graph cannot become a function: onnx.DequantizeLinear has scales or zeros that are neither one nor along its axis
func.func @scales(%x: tensor<3x4xi8>, %s: tensor<3x2xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y = onnx.DequantizeLinear(%x, %s, %no) : (tensor<3x4xi8>, tensor<3x2xf32>, none) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

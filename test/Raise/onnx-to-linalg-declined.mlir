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

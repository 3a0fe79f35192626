// RUN: not llmc-opt %s --onnx-infer-shapes --onnx-to-linalg --split-input-file 2>&1 | FileCheck %s

// Each op that has no lowering, once.
// CHECK: the graph cannot become a function: onnx.NonZero has no lowering; onnx.Unique has no lowering
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

// CHECK: the graph cannot become a function: func.func input 0 is no tensor of known rank of bool, signed integers
func.func @unsigned(%x: tensor<4xui8>) -> tensor<4xui8> {
  return %x : tensor<4xui8>
}

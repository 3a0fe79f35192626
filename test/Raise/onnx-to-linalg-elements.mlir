// RUN: llmc-opt %s --onnx-infer-shapes --onnx-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Memory holds unsigned integers as signless ones: a name says what they are, and they
// divide and widen without a sign.
// CHECK: func.func @unsigned(%{{.*}}: tensor<3xi8> {llm.dims = [""], llm.dtype = "uint8", llm.name = "x"},
// CHECK-SAME: %{{.*}}: tensor<3xi8> {{{.*}}llm.dtype = "uint8"
// CHECK-SAME: -> (tensor<3xf32> {llm.dims = [""], llm.name = "output0"})
// CHECK: arith.divui
// CHECK: arith.uitofp
func.func @unsigned(%x: tensor<3xui8> {onnx.name = "x"}, %y: tensor<3xui8>) -> tensor<*xf32> {
  %q = onnx.Div(%x, %y) : (tensor<3xui8>, tensor<3xui8>) -> tensor<*xui8>
  %f = onnx.Cast(%q) {to = 1 : i64} : (tensor<*xui8>) -> tensor<*xf32>
  return %f : tensor<*xf32>
}

// -----

// Floats of eight bits are their bits, one byte each, and are turned as such.
// CHECK: func.func @small(%arg0: tensor<2x3xi8> {llm.dims = ["", ""], llm.dtype = "float8_e4m3fn", llm.name = "input0"})
// CHECK-SAME: -> (tensor<3x2xi8> {llm.dims = ["", ""], llm.dtype = "float8_e4m3fn", llm.name = "output0"},
// CHECK-SAME: tensor<3xi8> {{{.*}}llm.dtype = "float8_e4m3fn"
// CHECK: arith.constant dense<[56, -64, 127]> : tensor<3xi8>
func.func @small(%x: tensor<2x3xf8E4M3FN>) -> (tensor<*xf8E4M3FN>, tensor<3xf8E4M3FN>) {
  %t = onnx.Constant {value = dense<[1.0, -2.0, 0x7F]> : tensor<3xf8E4M3FN>} : () -> tensor<3xf8E4M3FN>
  %y = onnx.Transpose(%x) {perm = array<i64: 1, 0>} : (tensor<2x3xf8E4M3FN>) -> tensor<*xf8E4M3FN>
  return %y, %t : tensor<*xf8E4M3FN>, tensor<3xf8E4M3FN>
}

// -----

// Narrow integers are extended to their byte, whatever a caller leaves above them.
// CHECK: func.func @nibbles(%{{.*}}: tensor<4xi8> {llm.dims = [""], llm.dtype = "int4"
// CHECK: %[[FOUR:.*]] = arith.constant 4 : i8
// CHECK: %[[UP:.*]] = arith.shli %{{.*}}, %[[FOUR]] : i8
// CHECK: %[[LOW:.*]] = arith.shrsi %[[UP]], %[[FOUR]] : i8
// CHECK: arith.sitofp %[[LOW]] : i8 to f32
func.func @nibbles(%x: tensor<4xi4>) -> tensor<*xf32> {
  %f = onnx.Cast(%x) {to = 1 : i64} : (tensor<4xi4>) -> tensor<*xf32>
  return %f : tensor<*xf32>
}

// -----

// Bits as another type of the same width: no number is converted.
// CHECK-LABEL: func.func @bits(
// CHECK: arith.bitcast %{{.*}} : f32 to i32
// CHECK-NOT: arith.fpto
func.func @bits(%x: tensor<3xf32>) -> tensor<*xi32> {
  %y = onnx.BitCast(%x) {to = 6 : i64} : (tensor<3xf32>) -> tensor<*xi32>
  return %y : tensor<*xi32>
}

// -----

// Running products start from 1, by 1 where the axis says so.
// CHECK-LABEL: func.func @products(
// CHECK: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK: linalg.fill ins(%[[ONE]]
// CHECK: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: arith.mulf
func.func @products(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %axis = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %y = onnx.CumProd(%x, %axis) : (tensor<2x3xf32>, tensor<i64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// An axis that an input says: each element compares its dims with it.
// CHECK-LABEL: func.func @axis_of_data(
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: tensor.extract %{{.*}}[] : tensor<i64>
// CHECK: arith.addf
func.func @axis_of_data(%x: tensor<2x3xf32>, %axis: tensor<i64>) -> tensor<*xf32> {
  %y = onnx.CumSum(%x, %axis) : (tensor<2x3xf32>, tensor<i64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// How many elements are not 0 only the data know; the graph says it of its result.
// CHECK-LABEL: func.func @count_of_data(
// CHECK-SAME: -> (tensor<2x5xi64>
// CHECK: return %{{.*}} : tensor<2x5xi64>
func.func @count_of_data(%x: tensor<3x4xf32>) -> (tensor<*xi64> {onnx.name = "y", onnx.shape = array<i64: 2, 5>}) {
  %y = onnx.NonZero(%x) : (tensor<3x4xf32>) -> tensor<*xi64>
  return %y : tensor<*xi64>
}

// -----

// And of what an elementwise op makes of it.
// CHECK-LABEL: func.func @range_of_data(
// CHECK-SAME: -> (tensor<7xf32>
func.func @range_of_data(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>) -> (tensor<*xf32> {onnx.name = "y", onnx.shape = array<i64: 7>}) {
  %r = onnx.Range(%a, %b, %c) : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Neg(%r) : (tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

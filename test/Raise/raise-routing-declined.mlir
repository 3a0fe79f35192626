// RUN: llmc-opt %s --onnx-infer-shapes --raise-routing --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-routing --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-routing -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED
// Near misses: what chooses, but not as any routing does, stays.

// The smallest.
// DECLINED: chooses the greatest of a dim, but by no scores
// CHECK-LABEL: func.func @smallest(
// CHECK-NOT: onnx.llmc.Route
// CHECK: onnx.TopK
func.func @smallest(%l: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Softmax(%l) {axis = -1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%p, %k) {largest = 0 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  return %v, %e : tensor<?x2xf32>, tensor<?x2xi64>
}

// -----

// Tokens of every expert, not experts of every token (expert choice).
// DECLINED: chooses the greatest of a dim, but by no scores
// CHECK-LABEL: func.func @tokens(
// CHECK-NOT: onnx.llmc.Route
// CHECK: onnx.TopK
func.func @tokens(%l: tensor<?x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xi64>) {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Softmax(%l) {axis = -1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%p, %k) {axis = 0 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<2x8xf32>, tensor<2x8xi64>)
  return %v, %e : tensor<2x8xf32>, tensor<2x8xi64>
}

// -----

// Nobody asks which: not even declined.
// CHECK-LABEL: func.func @values_only(
// CHECK: onnx.TopK
// DECLINED-NOT: chooses the greatest
func.func @values_only(%l: tensor<?x8xf32>) -> tensor<?x2xf32> {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %v, %e = onnx.TopK(%l, %k) : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  return %v : tensor<?x2xf32>
}

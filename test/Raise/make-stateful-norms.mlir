// RUN: llmc-opt %s --make-stateful --split-input-file | FileCheck %s

// A norm of heads without a weight, times one number per head and column (cohere): the weight is the norm's.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @w : tensor<2x4xf32> source "w"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[X:.*]] = llm.embed
// CHECK: %[[H:.*]] = tensor.expand_shape %[[X]]
// CHECK: %[[W:.*]] = llm.param @w : tensor<2x4xf32>
// CHECK: %[[N:.*]] = llm.norm {{ ?}}layer %[[H]] weight(%[[W]])
// CHECK-NOT: arith.mulf
// CHECK: llm.attention %[[N]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %w = llm.param @w : tensor<2x4xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %ones = onnx.Constant {value = dense<1.0> : tensor<4xf32>} : () -> tensor<4xf32>
  %n0, %m0, %v0 = onnx.LayerNormalization(%hr, %ones, %no) : (tensor<*xf32>, tensor<4xf32>, none) -> (tensor<*xf32>, none, none)
  %n = onnx.Mul(%n0, %w) : (tensor<*xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  %h = onnx.Transpose(%n) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%f, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Behind the transpose, the weights made of others: their numbers are the norm's.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: llm.weight @[[C:constant.*]] : tensor<2x4xf32> value dense<{{\[\[}}2.000000e+00, 3.000000e+00, 4.000000e+00, 5.000000e+00], [6.000000e+00, 7.000000e+00, 8.000000e+00, 9.000000e+00]]>
// CHECK: %[[W:.*]] = llm.param @[[C]] : tensor<2x4xf32>
// CHECK: %[[N:.*]] = llm.norm {{ ?}}rms %{{.*}} weight(%[[W]])
// CHECK: llm.attention %[[N]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %ht = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %ones = onnx.Constant {value = dense<1.0> : tensor<4xf32>} : () -> tensor<4xf32>
  %n0 = onnx.RMSNormalization(%ht, %ones) : (tensor<*xf32>, tensor<4xf32>) -> tensor<*xf32>
  %numbers = onnx.Constant {value = dense<[[[1.0, 2.0, 3.0, 4.0]], [[5.0, 6.0, 7.0, 8.0]]]> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %w = onnx.Add(%numbers, %one) : (tensor<2x1x4xf32>, tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%n0, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%f, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A norm that has a weight keeps it: another one of heads is no part of it.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @w : tensor<2x4xf32> source "w"
llm.weight @v : tensor<4xf32> source "v"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = {{.*}}joins rows with something that is neither rows, a number, one per column
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %w = llm.param @w : tensor<2x4xf32>
  %v = llm.param @v : tensor<4xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %n0 = onnx.RMSNormalization(%hr, %v) : (tensor<*xf32>, tensor<4xf32>) -> tensor<*xf32>
  %n = onnx.Mul(%n0, %w) : (tensor<*xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  %h = onnx.Transpose(%n) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%f, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

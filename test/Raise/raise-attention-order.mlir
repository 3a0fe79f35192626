// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file | FileCheck %s

// Columns of queries and keys in another order than they were computed in.

// The same of both, of keys in two parts, of which all heads share one (DeepSeek): it goes.
// CHECK-LABEL: func.func @same(
// CHECK-SAME: %arg1: tensor<?x2x?x4xf32>
// CHECK: %[[SHARED:.*]] = onnx.Expand(%arg3, %{{.*}})
// CHECK: %[[K:.*]] = onnx.Concat(%arg2, %[[SHARED]]) {axis = 3 : i64}
// CHECK-NOT: onnx.Gather
// CHECK: onnx.llmc.Attention(%arg1, %[[K]], %arg4, %{{.*}}) {right = 0 : i64
func.func @same(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k1: tensor<?x2x?x1xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k3: tensor<?x1x?x3xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x3xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %qoo = onnx.Constant {value = dense<[0, 3, 1, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %qo = onnx.Gather(%q, %qoo) {axis = -1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %koo = onnx.Constant {value = dense<[2, 0, 1]> : tensor<3xi64>} : () -> tensor<3xi64>
  %ko = onnx.Gather(%k3, %koo) {axis = -1 : i64} : (tensor<?x1x?x3xf32>, tensor<3xi64>) -> tensor<*xf32>
  %heads = onnx.Constant {value = dense<[1, 2, 1, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %all = onnx.Expand(%ko, %heads) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %k = onnx.Concat(%k1, %all) {axis = 3 : i64} : (tensor<?x2x?x1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qo, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.Add(%p, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x3xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Different orders: scores are of other pairs of numbers.
// CHECK-LABEL: func.func @different(
// CHECK: %[[Q:.*]] = onnx.Gather(%arg1
// CHECK: %[[K:.*]] = onnx.Gather(%arg2
// CHECK: onnx.llmc.Attention(%[[Q]], %[[K]], %arg3
func.func @different(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x3xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %qoo = onnx.Constant {value = dense<[0, 3, 1, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %qo = onnx.Gather(%q, %qoo) {axis = -1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %koo = onnx.Constant {value = dense<[0, 3, 2, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %ko = onnx.Gather(%k, %koo) {axis = -1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%ko) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qo, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.Add(%p, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x3xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A column twice, which is no order: they stay.
// CHECK-LABEL: func.func @twice(
// CHECK: %[[Q:.*]] = onnx.Gather(%arg1
// CHECK: %[[K:.*]] = onnx.Gather(%arg2
// CHECK: onnx.llmc.Attention(%[[Q]], %[[K]], %arg3
func.func @twice(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x3xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %qoo = onnx.Constant {value = dense<[0, 3, 1, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %qo = onnx.Gather(%q, %qoo) {axis = -1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %koo = onnx.Constant {value = dense<[0, 3, 1, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %ko = onnx.Gather(%k, %koo) {axis = -1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%ko) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qo, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.Add(%p, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x3xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Of new rows behind those of a cache, which has its own in the order in which they are written to it.
// CHECK-LABEL: func.func @behind_a_cache(
// CHECK: %[[V:.*]] = onnx.Concat(%arg4, %arg5)
// CHECK: %[[K:.*]] = onnx.Concat(%arg1, %arg3) {axis = 2 : i64}
// CHECK-NOT: onnx.Gather
// CHECK: onnx.llmc.Attention(%arg2, %[[K]], %[[V]]
func.func @behind_a_cache(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %past: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "past", ""]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %pv: tensor<?x2x?x3xf32> {onnx.dims = ["batch", "", "past", ""]}, %vn: tensor<?x2x?x3xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %ps = onnx.Shape(%past) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %pn = onnx.Squeeze(%ps, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %end = onnx.Add(%pn, %n) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %rows = onnx.Range(%pn, %end, %one) : (tensor<*xi64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %keys = onnx.Range(%zero, %end, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%rows, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%keys, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %qoo = onnx.Constant {value = dense<[0, 3, 1, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %qo = onnx.Gather(%q, %qoo) {axis = -1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %kno = onnx.Constant {value = dense<[0, 3, 1, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %kn = onnx.Gather(%k, %kno) {axis = -1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %ko = onnx.Concat(%past, %kn) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.Concat(%pv, %vn) {axis = 2 : i64} : (tensor<?x2x?x3xf32>, tensor<?x2x?x3xf32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%ko) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qo, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.Add(%p, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

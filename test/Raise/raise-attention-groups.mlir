// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file | FileCheck %s

// What is done to heads before they meet: attention has as few of them as it can, and one scale.

// Falcon repeats its keys for the queries of a group, then turns them: two heads are turned, and repeated for nobody.
// CHECK-LABEL: func.func @turned_when_repeated(
// CHECK-NOT: onnx.Expand
// CHECK: %[[K:.*]] = onnx.Squeeze(%arg2, %{{.*}})
// CHECK-NEXT: %[[R:.*]] = onnx.llmc.RotaryEmbedding(%[[K]], %arg4) {sequence_axis = 1 : i64}
// CHECK: %[[V:.*]] = onnx.Squeeze(%arg3, %{{.*}})
// CHECK-NOT: onnx.Expand
// CHECK-DAG: %[[KT:.*]] = onnx.Transpose(%[[R]]) {perm = array<i64: 0, 2, 1, 3>}
// CHECK-DAG: %[[VT:.*]] = onnx.Transpose(%[[V]]) {perm = array<i64: 0, 2, 1, 3>}
// CHECK: onnx.llmc.Attention(%arg1, %[[KT]], %[[VT]], {{.*}}) {scale = 5.000000e-01 : f32}
func.func @turned_when_repeated(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x4x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x?x2x1x4xf32> {onnx.dims = ["batch", "seq", "", "", ""]}, %v: tensor<?x?x2x1x4xf32> {onnx.dims = ["batch", "seq", "", "", ""]}, %inv: tensor<2xf32>) -> tensor<*xf32> {
  %times = onnx.Constant {value = dense<[1, 1, 1, 2, 1]> : tensor<5xi64>} : () -> tensor<5xi64>
  %bs = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  %hd = onnx.Constant {value = dense<4> : tensor<2xi64>} : () -> tensor<2xi64>
  %to = onnx.Concat(%bs, %hd) {axis = 0 : i64} : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %ke = onnx.Expand(%k, %times) : (tensor<?x?x2x1x4xf32>, tensor<5xi64>) -> tensor<*xf32>
  %kr = onnx.Reshape(%ke, %to) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %kh = onnx.Transpose(%kr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %kp = onnx.llmc.RotaryEmbedding(%kh, %inv) {sequence_axis = 2 : i64} : (tensor<*xf32>, tensor<2xf32>) -> tensor<*xf32>
  %ve = onnx.Expand(%v, %times) : (tensor<?x?x2x1x4xf32>, tensor<5xi64>) -> tensor<*xf32>
  %vr = onnx.Reshape(%ve, %to) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %vh = onnx.Transpose(%vr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%kp) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x4x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%x) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %vh) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// What turns here is the group, not the columns of a head.
// CHECK-LABEL: func.func @the_group_is_turned(
// CHECK: %[[E:.*]] = onnx.Expand
// CHECK: %[[T:.*]] = onnx.Transpose(%[[E]])
// CHECK: onnx.llmc.RotaryEmbedding(%[[T]], %arg2) {sequence_axis = 1 : i64}
func.func @the_group_is_turned(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %k: tensor<?x?x2x1x4xf32> {onnx.dims = ["batch", "seq", "", "", ""]}, %inv: tensor<2xf32>) -> tensor<*xf32> {
  %times = onnx.Constant {value = dense<[1, 1, 1, 4, 1]> : tensor<5xi64>} : () -> tensor<5xi64>
  %ke = onnx.Expand(%k, %times) : (tensor<?x?x2x1x4xf32>, tensor<5xi64>) -> tensor<*xf32>
  %kh = onnx.Transpose(%ke) {perm = array<i64: 0, 1, 2, 4, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %kp = onnx.llmc.RotaryEmbedding(%kh, %inv) {sequence_axis = 1 : i64} : (tensor<*xf32>, tensor<2xf32>) -> tensor<*xf32>
  return %kp : tensor<*xf32>
}

// -----

// OPT scales its queries before they are heads.
// CHECK-LABEL: func.func @scaled_before_heads(
// CHECK: %[[R:.*]] = onnx.Reshape(%arg1, %{{.*}})
// CHECK: %[[Q:.*]] = onnx.Transpose(%[[R]])
// CHECK: onnx.llmc.Attention(%[[Q]], %arg2, %arg3, {{.*}}) {scale = 2.500000e-01 : f32}
func.func @scaled_before_heads(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x?x8xf32> {onnx.dims = ["batch", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %bs = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  %hd = onnx.Constant {value = dense<[2, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  %to = onnx.Concat(%bs, %hd) {axis = 0 : i64} : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %s = onnx.Mul(%q, %half) : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<*xf32>
  %r = onnx.Reshape(%s, %to) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%r) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%h, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %x = onnx.Mul(%p, %half) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%x) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

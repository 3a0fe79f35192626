// RUN: llmc-opt %s --onnx-infer-shapes --raise-norms --split-input-file | FileCheck %s

// RMS norms as exporters and model code spell them. Weights have no bytes here: what they are does not matter.

// 1 + weight (gemma): the sum is the scale.
llm.weight @w : tensor<64xf32> source "w"
// CHECK-LABEL: func.func @one_plus_weight(
// CHECK: %[[W:.*]] = onnx.Add(%{{.*}}, %{{.*}}) : (tensor<64xf32>, tensor<f32>) -> tensor<64xf32>
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %[[W]]) {epsilon = 9.99999997E-7 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @one_plus_weight(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %w = llm.param @w : tensor<64xf32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %half = onnx.Constant {value = dense<-0.5> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Pow(%x, %two) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %r = onnx.Pow(%a, %half) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %n = onnx.Mul(%x, %r) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %g = onnx.Add(%w, %one) : (tensor<64xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%n, %g) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A quotient of 1 and the root, the sum of squares divided by a number, the weight before the row's factor.
llm.weight @w : tensor<64xf32> source "w"
// CHECK-LABEL: func.func @weight_inside(
// CHECK: %[[W:.*]] = llm.param @w
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %[[W]]) : (
// CHECK-NEXT: return %[[Y]]
func.func @weight_inside(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %w = llm.param @w : tensor<64xf32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %count = onnx.Constant {value = dense<64.0> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %t = onnx.ReduceSum(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %m = onnx.Div(%t, %count) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %r = onnx.Div(%one, %s) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %g = onnx.Mul(%r, %w) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %g) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// By ReduceSumSquare.
llm.weight @w : tensor<64xf32> source "w"
// CHECK-LABEL: func.func @sum_of_squares(
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %{{.*}}) : (
// CHECK-NEXT: return %[[Y]]
func.func @sum_of_squares(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %w = llm.param @w : tensor<64xf32>
  %by = onnx.Constant {value = dense<0.015625> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %t = onnx.ReduceSumSquare(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %m = onnx.Mul(%t, %by) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%n, %w) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The mean loses its dim and gets it back.
llm.weight @w : tensor<64xf32> source "w"
// CHECK-LABEL: func.func @dim_lost_and_found(
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %{{.*}}) : (
// CHECK-NEXT: return %[[Y]]
func.func @dim_lost_and_found(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %w = llm.param @w : tensor<64xf32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) {keepdims = 0 : i64} : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %u = onnx.Unsqueeze(%s, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %n = onnx.Div(%x, %u) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%n, %w) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A weight that kept the dims it broadcasts to, as graphs made by hand have it.
llm.weight @w : tensor<1x1x64xf32> source "w"
// CHECK-LABEL: func.func @weight_of_rank_3(
// CHECK: %[[W:.*]] = onnx.Reshape(%{{.*}}, %{{.*}}) : (tensor<1x1x64xf32>, tensor<1xi64>) -> tensor<64xf32>
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %[[W]])
// CHECK-NEXT: return %[[Y]]
func.func @weight_of_rank_3(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %w = llm.param @w : tensor<1x1x64xf32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%w, %n) : (tensor<1x1x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Of the heads of queries (qk-norm): the last of four dims, which is a head's.
llm.weight @w : tensor<16xf32> source "w"
// CHECK-LABEL: func.func @of_heads(
// CHECK: %[[H:.*]] = onnx.Reshape
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%[[H]], %{{.*}}) {epsilon = 9.99999997E-7 : f32} : (tensor<?x?x4x16xf32>, tensor<16xf32>)
// CHECK: onnx.Transpose(%[[Y]])
func.func @of_heads(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %w = llm.param @w : tensor<16xf32>
  %heads = onnx.Constant {value = dense<[0, 0, 4, 16]> : tensor<4xi64>} : () -> tensor<4xi64>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %h = onnx.Reshape(%x, %heads) : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<*xf32>
  %p = onnx.Pow(%h, %two) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %r = onnx.Reciprocal(%s) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Mul(%h, %r) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%w, %n) : (tensor<16xf32>, tensor<*xf32>) -> tensor<*xf32>
  %t = onnx.Transpose(%y) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  return %t : tensor<*xf32>
}

// -----

// Of a residual's sum, which goes on beside the norm: the sum stays, and is the norm's source.
llm.weight @w : tensor<64xf32> source "w"
// CHECK-LABEL: func.func @of_a_residual(
// CHECK: %[[S:.*]] = onnx.Add(%arg0, %arg1)
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%[[S]], %{{.*}})
// CHECK: return %[[Y]], %[[S]]
func.func @of_a_residual(%x: tensor<?x?x64xf32>, %o: tensor<?x?x64xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %w = llm.param @w : tensor<64xf32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %r = onnx.Add(%x, %o) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%r, %r) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%r, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%n, %w) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y, %r : tensor<*xf32>, tensor<*xf32>
}

// -----

// Before the weight it is read as well: the weight is no part of the norm, which has ones.
llm.weight @w : tensor<64xf32> source "w"
// CHECK-LABEL: func.func @normed_is_read(
// CHECK: %[[ONES:.*]] = onnx.Constant {value = dense<1.000000e+00> : tensor<64xf32>}
// CHECK: %[[N:.*]] = onnx.RMSNormalization(%arg0, %[[ONES]])
// CHECK: %[[Y:.*]] = onnx.Mul(%[[N]], %{{.*}})
// CHECK: return %[[Y]], %[[N]]
func.func @normed_is_read(%x: tensor<?x?x64xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %w = llm.param @w : tensor<64xf32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%n, %w) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y, %n : tensor<*xf32>, tensor<*xf32>
}

// -----

// A half model whose weight is applied in f32, before the cast: the norm's scale is the half weight again.
llm.weight @w : tensor<64xf16> source "w"
// CHECK-LABEL: func.func @half_weight_in_f32(
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %{{.*}}) : (tensor<?x?x64xf16>, tensor<64xf16>) -> tensor<?x?x64xf16>
// CHECK-NOT: onnx.ReduceMean
func.func @half_weight_in_f32(%x: tensor<?x?x64xf16>) -> tensor<*xf16> {
  %w = llm.param @w : tensor<64xf16>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %wf = onnx.Cast(%w) {to = 1 : i64} : (tensor<64xf16>) -> tensor<*xf32>
  %f = onnx.Cast(%x) {to = 1 : i64} : (tensor<?x?x64xf16>) -> tensor<*xf32>
  %p = onnx.Mul(%f, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%f, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %g = onnx.Mul(%n, %wf) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Cast(%g) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

// -----

// What others read too, here rows times a number, is what is normed: behind it the number would only be part of epsilon.
llm.weight @w : tensor<64xf32> source "w"
// CHECK-LABEL: func.func @of_scaled_rows(
// CHECK: %[[X:.*]] = onnx.Mul(%arg0, %{{.*}})
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%[[X]], %{{.*}}) : (
// CHECK-NEXT: return %[[Y]], %[[X]]
func.func @of_scaled_rows(%given: tensor<?x?x64xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %w = llm.param @w : tensor<64xf32>
  %eight = onnx.Constant {value = dense<8.0> : tensor<f32>} : () -> tensor<f32>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %x = onnx.Mul(%given, %eight) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %p = onnx.Pow(%x, %two) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%x, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%n, %w) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y, %x : tensor<*xf32>, tensor<*xf32>
}

// RUN: llmc-opt %s --onnx-infer-shapes --raise-norms --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-norms --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-norms -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

llm.weight @w : tensor<64xf32> source "w"
// By a power, a root and a reciprocal, the weight first.
// CHECK-LABEL: func.func @rms(
// CHECK-SAME: %[[X:.*]]: tensor<?x?x64xf32>)
// CHECK: %[[W:.*]] = llm.param @w
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%[[X]], %[[W]]) {epsilon = 9.99999997E-7 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @rms(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %w = llm.param @w : tensor<64xf32>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Pow(%x, %two) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %a = onnx.Add(%m, %eps) : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %s = onnx.Sqrt(%a) : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %r = onnx.Reciprocal(%s) : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %n = onnx.Mul(%x, %r) : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  %y = onnx.Mul(%w, %n) : (tensor<64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// By a product and a quotient, in f32 between casts, without a weight.
// CHECK-LABEL: func.func @rms_divides(
// CHECK: %[[ONES:.*]] = onnx.Constant {value = dense<1.000000e+00> : tensor<64xf32>}
// CHECK: onnx.RMSNormalization(%{{.*}}, %[[ONES]]) {epsilon = 2.500000e-05 : f32}
func.func @rms_divides(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %eps = onnx.Constant {value = dense<2.5e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %a = onnx.Add(%eps, %m) : (tensor<f32>, tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %s = onnx.Sqrt(%a) : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %y = onnx.Div(%x, %s) : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

llm.weight @w : tensor<64xf32> source "w"
llm.weight @b : tensor<64xf32> source "b"
// CHECK-LABEL: func.func @layer(
// CHECK: %[[Y:.*]], %{{.*}}, %{{.*}} = onnx.LayerNormalization(%arg0, %[[W:.*]], %[[B:.*]]) {epsilon = 9.99999996E-13 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @layer(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %w = llm.param @w : tensor<64xf32>
  %b = llm.param @b : tensor<64xf32>
  %eps = onnx.Constant {value = dense<1.0e-12> : tensor<f32>} : () -> tensor<f32>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %c = onnx.Sub(%x, %m) : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  %p = onnx.Pow(%c, %two) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %v = onnx.ReduceMean(%p, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %a = onnx.Add(%v, %eps) : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %s = onnx.Sqrt(%a) : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %n = onnx.Div(%c, %s) : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  %g = onnx.Mul(%n, %w) : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  %y = onnx.Add(%g, %b) : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// A mean of absolutes is no norm that is known.
// CHECK-LABEL: func.func @no_norm(
// CHECK: onnx.ReduceMean
// CHECK-NOT: Normalization
// DECLINED: a mean of columns, but no norm behind it
func.func @no_norm(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Abs(%x) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %a = onnx.Add(%m, %eps) : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %y = onnx.Div(%x, %a) : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

llm.weight @w : tensor<64xf16> source "w"
// Statistics in f32 between casts, the weight behind them: one norm of the half numbers.
// CHECK-LABEL: func.func @half(
// CHECK: %[[W:.*]] = llm.param @w
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %[[W]]) {{.*}} : (tensor<?x?x64xf16>, tensor<64xf16>) -> tensor<?x?x64xf16>
// CHECK-NEXT: return %[[Y]]
func.func @half(%x: tensor<?x?x64xf16>) -> tensor<?x?x64xf16> {
  %w = llm.param @w : tensor<64xf16>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f = onnx.Cast(%x) {to = 1 : i64} : (tensor<?x?x64xf16>) -> tensor<?x?x64xf32>
  %p = onnx.Pow(%f, %two) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %a = onnx.Add(%m, %eps) : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %s = onnx.Sqrt(%a) : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %n = onnx.Div(%f, %s) : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  %h = onnx.Cast(%n) {to = 10 : i64} : (tensor<?x?x64xf32>) -> tensor<?x?x64xf16>
  %y = onnx.Mul(%h, %w) : (tensor<?x?x64xf16>, tensor<64xf16>) -> tensor<?x?x64xf16>
  return %y : tensor<?x?x64xf16>
}

// -----

// The mean is of rows too, which no norm of one row is, though equal rows would not tell.
// CHECK-LABEL: func.func @rows_too(
// CHECK: onnx.ReduceMean
// CHECK-NOT: Normalization
// CHECK: return
// DECLINED: a mean of other than the last dim alone
func.func @rows_too(%x: tensor<?x3x64xf32>) -> tensor<?x3x64xf32> {
  %eps = onnx.Constant {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %axes = onnx.Constant {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x3x64xf32>, tensor<?x3x64xf32>) -> tensor<?x3x64xf32>
  %m = onnx.ReduceMean(%p, %axes) : (tensor<?x3x64xf32>, tensor<2xi64>) -> tensor<?x1x1xf32>
  %a = onnx.Add(%m, %eps) : (tensor<?x1x1xf32>, tensor<f32>) -> tensor<?x1x1xf32>
  %s = onnx.Sqrt(%a) : (tensor<?x1x1xf32>) -> tensor<?x1x1xf32>
  %y = onnx.Div(%x, %s) : (tensor<?x3x64xf32>, tensor<?x1x1xf32>) -> tensor<?x3x64xf32>
  return %y : tensor<?x3x64xf32>
}

// -----

// The same of a centred tensor: a layer norm of rows and columns together.
// CHECK-LABEL: func.func @rows_too_centred(
// CHECK-NOT: Normalization
// CHECK: return
// DECLINED: a mean of other than the last dim alone
func.func @rows_too_centred(%x: tensor<3x64xf32>) -> tensor<3x64xf32> {
  %eps = onnx.Constant {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %axes = onnx.Constant {value = dense<[0, 1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %m = onnx.ReduceMean(%x, %axes) : (tensor<3x64xf32>, tensor<2xi64>) -> tensor<1x1xf32>
  %c = onnx.Sub(%x, %m) : (tensor<3x64xf32>, tensor<1x1xf32>) -> tensor<3x64xf32>
  %p = onnx.Mul(%c, %c) : (tensor<3x64xf32>, tensor<3x64xf32>) -> tensor<3x64xf32>
  %v = onnx.ReduceMean(%p, %axes) : (tensor<3x64xf32>, tensor<2xi64>) -> tensor<1x1xf32>
  %a = onnx.Add(%v, %eps) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %s = onnx.Sqrt(%a) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Div(%c, %s) : (tensor<3x64xf32>, tensor<1x1xf32>) -> tensor<3x64xf32>
  return %y : tensor<3x64xf32>
}

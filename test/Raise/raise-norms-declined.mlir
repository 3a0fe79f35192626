// RUN: llmc-opt %s --onnx-infer-shapes --raise-norms --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-norms --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-norms -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// A mean with something around it that is nearly a norm.

// Epsilon behind the root: x / (sqrt(mean) + eps).
// CHECK-LABEL: func.func @eps_behind_root(
// CHECK: onnx.ReduceMean
// CHECK-NOT: Normalization
// DECLINED: a mean of columns, but no norm behind it
func.func @eps_behind_root(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-3> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %s = onnx.Sqrt(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%s, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Div(%x, %a) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// No epsilon at all: rows of zeros have no norm.
// CHECK-LABEL: func.func @no_eps(
// CHECK: onnx.ReduceMean
// CHECK-NOT: Normalization
// DECLINED: a mean of columns, but no norm behind it
func.func @no_eps(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %s = onnx.Sqrt(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A length of 1 (torch's normalize): the greater of length and epsilon, no sum under a root.
// CHECK-LABEL: func.func @unit_length(
// CHECK: onnx.ReduceL2
// CHECK-NOT: Normalization
// DECLINED: a mean of columns, but no norm behind it
func.func @unit_length(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-12> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %l = onnx.ReduceL2(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Max(%l, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Div(%x, %a) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The sum of squares where its mean belongs.
// CHECK-LABEL: func.func @sum_for_mean(
// CHECK: onnx.ReduceSum
// CHECK-NOT: Normalization
// DECLINED: a mean of columns, but no norm behind it
func.func @sum_for_mean(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceSum(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Over the sequence: every column by itself.
// CHECK-LABEL: func.func @over_rows(
// CHECK: onnx.ReduceMean
// CHECK-NOT: Normalization
// DECLINED: a mean of other than the last dim alone
func.func @over_rows(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Over the sequence and the columns: of one row alone it would be an RMS norm.
// CHECK-LABEL: func.func @over_rows_and_columns(
// CHECK: onnx.ReduceMean
// CHECK-NOT: Normalization
// DECLINED: a mean of other than the last dim alone
func.func @over_rows_and_columns(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axes = onnx.Constant {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axes) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Over heads and their columns, in four dims: an RMS norm of all heads together is none of each.
// CHECK-LABEL: func.func @over_heads(
// CHECK: onnx.ReduceMean
// CHECK-NOT: Normalization
// DECLINED: a mean of other than the last dim alone
func.func @over_heads(%x: tensor<?x?x4x16xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axes = onnx.Constant {value = dense<[2, 3]> : tensor<2xi64>} : () -> tensor<2xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x4x16xf32>, tensor<?x?x4x16xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axes) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%x, %s) : (tensor<?x?x4x16xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The root of what another value is: two values, no norm.
// CHECK-LABEL: func.func @of_another(
// CHECK: onnx.ReduceMean
// CHECK-NOT: Normalization
// DECLINED: a mean of columns, but no norm behind it
func.func @of_another(%x: tensor<?x?x64xf32>, %z: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%m, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%z, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The variance with one column less in the divisor (torch.std), the epsilon behind the root.
// CHECK-LABEL: func.func @unbiased(
// CHECK-COUNT-2: onnx.Reduce
// CHECK-NOT: Normalization
// DECLINED-COUNT-2: a mean of columns, but no norm behind it
func.func @unbiased(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %less = onnx.Constant {value = dense<63.0> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %c = onnx.Sub(%x, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%c, %c) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %t = onnx.ReduceSum(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %v = onnx.Div(%t, %less) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%v) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%s, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Div(%c, %a) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The mean of squares of what is not centred divides what is.
// CHECK-LABEL: func.func @half_centred(
// CHECK-COUNT-2: onnx.ReduceMean
// CHECK-NOT: Normalization
// DECLINED-COUNT-2: a mean of columns, but no norm behind it
func.func @half_centred(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %c = onnx.Sub(%x, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %v = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%v, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%c, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

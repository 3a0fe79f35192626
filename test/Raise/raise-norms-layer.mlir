// RUN: llmc-opt %s --onnx-infer-shapes --raise-norms --split-input-file | FileCheck %s

// Layer norms as exporters and model code spell them.

// Without a bias (command-r, mpt).
llm.weight @w : tensor<64xf32> source "w"
// CHECK-LABEL: func.func @no_bias(
// CHECK: %[[W:.*]] = llm.param @w
// CHECK: %[[Y:[^,]*]], {{.*}} = onnx.LayerNormalization(%arg0, %[[W]]{{.*}}) : (
// CHECK-NEXT: return %[[Y]]
func.func @no_bias(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %w = llm.param @w : tensor<64xf32>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %c = onnx.Sub(%x, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Pow(%c, %two) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %v = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%v, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%c, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%w, %n) : (tensor<64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Neither weight nor bias (olmo): ones.
// CHECK-LABEL: func.func @bare(
// CHECK: %[[ONES:.*]] = onnx.Constant {value = dense<1.000000e+00> : tensor<64xf32>}
// CHECK: %[[Y:[^,]*]], {{.*}} = onnx.LayerNormalization(%arg0, %[[ONES]]{{.*}}) : (
// CHECK-NEXT: return %[[Y]]
func.func @bare(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %c = onnx.Sub(%x, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%c, %c) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%v, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %r = onnx.Reciprocal(%s) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%c, %r) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The variance is the mean of squares less the square of the mean.
llm.weight @w : tensor<64xf32> source "w"
llm.weight @b : tensor<64xf32> source "b"
// CHECK-LABEL: func.func @by_two_moments(
// CHECK: %[[Y:[^,]*]], {{.*}} = onnx.LayerNormalization(%arg0, %{{.*}}, %{{.*}}) : (
// CHECK-NEXT: return %[[Y]]
func.func @by_two_moments(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %w = llm.param @w : tensor<64xf32>
  %b = llm.param @b : tensor<64xf32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %xx = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %q = onnx.ReduceMean(%xx, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %mm = onnx.Mul(%m, %m) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.Sub(%q, %mm) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%v, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Sub(%x, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%c, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %g = onnx.Mul(%n, %w) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  %y = onnx.Add(%g, %b) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// As TensorFlow's batch_normalization folds it, so tf2onnx: x * (w / sqrt) + (b - mean * (w / sqrt)). Which of the two
// vectors is the factor and which the summand, the values say.
llm.weight @w : tensor<64xf32> source "w"
llm.weight @b : tensor<64xf32> source "b"
// CHECK-LABEL: func.func @folded(
// CHECK-DAG: %[[W:.*]] = llm.param @w
// CHECK-DAG: %[[B:.*]] = llm.param @b
// CHECK: %[[Y:[^,]*]], {{.*}} = onnx.LayerNormalization(%arg0, %[[W]], %[[B]]) {epsilon = 9.99999996E-13 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @folded(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %b = llm.param @b : tensor<64xf32>
  %w = llm.param @w : tensor<64xf32>
  %eps = onnx.Constant {value = dense<1.0e-12> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %c = onnx.Sub(%x, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%c, %c) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%v, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %r = onnx.Reciprocal(%s) : (tensor<*xf32>) -> tensor<*xf32>
  %g = onnx.Mul(%r, %w) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  %mg = onnx.Mul(%m, %g) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %o = onnx.Sub(%b, %mg) : (tensor<64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xg = onnx.Mul(%x, %g) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xg, %o) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The same with nothing but a summand: the one vector is no factor.
llm.weight @b : tensor<64xf32> source "b"
// CHECK-LABEL: func.func @only_a_bias(
// CHECK: %[[B:.*]] = llm.param @b
// CHECK: %[[Y:[^,]*]], {{.*}} = onnx.LayerNormalization(%arg0, {{.*}}) : (
// CHECK: %[[S:.*]] = onnx.Add(%[[Y]], %[[B]])
// CHECK-NEXT: return %[[S]]
func.func @only_a_bias(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %b = llm.param @b : tensor<64xf32>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<*xf32>
  %c = onnx.Sub(%x, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%c, %c) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%v, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%c, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%n, %b) : (tensor<*xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Rows in one dim (gpt2 between its Gemms), a half model in f32.
llm.weight @w : tensor<64xf16> source "w"
llm.weight @b : tensor<64xf16> source "b"
// CHECK-LABEL: func.func @half_rows(
// CHECK: onnx.LayerNormalization(%arg0, %{{.*}}, %{{.*}}) : (tensor<?x64xf16>, tensor<64xf16>, tensor<64xf16>)
// CHECK-NOT: onnx.ReduceMean
func.func @half_rows(%x: tensor<?x64xf16>) -> tensor<*xf16> {
  %w = llm.param @w : tensor<64xf16>
  %b = llm.param @b : tensor<64xf16>
  %eps = onnx.Constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f = onnx.Cast(%x) {to = 1 : i64} : (tensor<?x64xf16>) -> tensor<*xf32>
  %m = onnx.ReduceMean(%f, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %c = onnx.Sub(%f, %m) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%c, %c) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.ReduceMean(%p, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Add(%v, %eps) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Sqrt(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Div(%c, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %h = onnx.Cast(%n) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  %g = onnx.Mul(%h, %w) : (tensor<*xf16>, tensor<64xf16>) -> tensor<*xf16>
  %y = onnx.Add(%g, %b) : (tensor<*xf16>, tensor<64xf16>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

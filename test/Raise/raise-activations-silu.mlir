// RUN: llmc-opt %s --onnx-infer-shapes --raise-activations --split-input-file | FileCheck %s

// Swish of both factors that models have, and what stands around it.

// The sigmoid first, as exporters that sort operands have it; one of rank 2.
// CHECK-LABEL: func.func @of_flat_rows(
// CHECK: %[[Y:.*]] = onnx.Swish(%arg0) : (tensor<?x64xf32>) -> tensor<?x64xf32>
// CHECK-NEXT: return %[[Y]]
func.func @of_flat_rows(%x: tensor<?x64xf32>) -> tensor<*xf32> {
  %s = onnx.Sigmoid(%x) : (tensor<?x64xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%s, %x) : (tensor<*xf32>, tensor<?x64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// By a reciprocal: x * 1 / (1 + exp(-x)).
// CHECK-LABEL: func.func @by_reciprocal(
// CHECK: %[[Y:.*]] = onnx.Swish(%arg0) :
// CHECK-NEXT: return %[[Y]]
func.func @by_reciprocal(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %less = onnx.Constant {value = dense<-1.0> : tensor<f32>} : () -> tensor<f32>
  %n = onnx.Mul(%x, %less) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %e = onnx.Exp(%n) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%e, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %r = onnx.Reciprocal(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %r) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// By a tanh of half the argument.
// CHECK-LABEL: func.func @by_tanh(
// CHECK: %[[Y:.*]] = onnx.Swish(%arg0) :
// CHECK-NEXT: return %[[Y]]
func.func @by_tanh(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %h = onnx.Mul(%x, %half) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %t = onnx.Tanh(%h) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%t, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%h, %a) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A half model: the sigmoid in f32 between casts, the product in half numbers.
// CHECK-LABEL: func.func @sigmoid_in_f32(
// CHECK: %[[Y:.*]] = onnx.Swish(%arg0) : (tensor<?x?x64xf16>) -> tensor<?x?x64xf16>
// CHECK-NEXT: return %[[Y]]
func.func @sigmoid_in_f32(%x: tensor<?x?x64xf16>) -> tensor<*xf16> {
  %f = onnx.Cast(%x) {to = 1 : i64} : (tensor<?x?x64xf16>) -> tensor<*xf32>
  %s = onnx.Sigmoid(%f) : (tensor<*xf32>) -> tensor<*xf32>
  %h = onnx.Cast(%s) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  %y = onnx.Mul(%x, %h) : (tensor<?x?x64xf16>, tensor<*xf16>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

// -----

// bfloat16, as torch exports models that were trained in it.
// CHECK-LABEL: func.func @in_bfloat16(
// CHECK: %[[Y:.*]] = onnx.Swish(%arg0) : (tensor<?x?x64xbf16>) -> tensor<?x?x64xbf16>
// CHECK-NEXT: return %[[Y]]
func.func @in_bfloat16(%x: tensor<?x?x64xbf16>) -> tensor<*xbf16> {
  %s = onnx.Sigmoid(%x) : (tensor<?x?x64xbf16>) -> tensor<*xbf16>
  %y = onnx.Mul(%x, %s) : (tensor<?x?x64xbf16>, tensor<*xbf16>) -> tensor<*xbf16>
  return %y : tensor<*xbf16>
}

// -----

// The factor of quick GELU on the left, and by an exponential.
// CHECK-LABEL: func.func @quick_gelu_by_exp(
// CHECK: %[[Y:.*]] = onnx.Swish(%arg0) {alpha = 1.702000e+00 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @quick_gelu_by_exp(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %c = onnx.Constant {value = dense<-1.702> : tensor<1xf32>} : () -> tensor<1xf32>
  %one = onnx.Constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %m = onnx.Mul(%c, %x) : (tensor<1xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %e = onnx.Exp(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%one, %e) : (tensor<1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%x, %a) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// SwiGLU: the gate's activation is raised, the product with the other half stays.
// CHECK-LABEL: func.func @swiglu(
// CHECK: %[[P:.*]]:2 = onnx.Split
// CHECK: %[[G:.*]] = onnx.Swish(%[[P]]#0)
// CHECK: %[[Y:.*]] = onnx.Mul(%[[G]], %[[P]]#1)
// CHECK-NEXT: return %[[Y]]
func.func @swiglu(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %parts = onnx.Constant {value = dense<32> : tensor<2xi64>} : () -> tensor<2xi64>
  %p:2 = onnx.Split(%x, %parts) {axis = -1 : i64} : (tensor<?x?x64xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  %s = onnx.Sigmoid(%p#0) : (tensor<*xf32>) -> tensor<*xf32>
  %g = onnx.Mul(%p#0, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%g, %p#1) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// SwiGLU associated to the other side: sigmoid(gate) * (gate * up) has no activation of one value, so it stays as it is.
// CHECK-LABEL: func.func @swiglu_other_side(
// CHECK: %[[S:.*]] = onnx.Sigmoid(%arg0)
// CHECK: onnx.Mul(%arg0, %arg1)
// CHECK-NOT: onnx.Swish
func.func @swiglu_other_side(%g: tensor<?x?x64xf32>, %u: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %s = onnx.Sigmoid(%g) : (tensor<?x?x64xf32>) -> tensor<*xf32>
  %gu = onnx.Mul(%g, %u) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%s, %gu) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// GeGLU by tanh, the other half multiplied first into nothing of the region.
// CHECK-LABEL: func.func @geglu(
// CHECK: %[[G:.*]] = onnx.Gelu(%arg0) {approximate = "tanh"}
// CHECK: %[[Y:.*]] = onnx.Mul(%arg1, %[[G]])
// CHECK-NEXT: return %[[Y]]
func.func @geglu(%g: tensor<?x?x64xf32>, %u: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %k = onnx.Constant {value = dense<0.797884583> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.044715> : tensor<f32>} : () -> tensor<f32>
  %xx = onnx.Mul(%g, %g) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %xxx = onnx.Mul(%xx, %g) : (tensor<*xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.Mul(%xxx, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Add(%g, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Mul(%s, %k) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %t = onnx.Tanh(%n) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%t, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%a, %half) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %act = onnx.Mul(%g, %h) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%u, %act) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A factor behind it (a residual's multiplier) is not part of it.
// CHECK-LABEL: func.func @scaled(
// CHECK: %[[A:.*]] = onnx.Swish(%arg0)
// CHECK: onnx.Mul(%[[A]], %{{.*}})
func.func @scaled(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %c = onnx.Constant {value = dense<0.22> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Sigmoid(%x) : (tensor<?x?x64xf32>) -> tensor<*xf32>
  %m = onnx.Mul(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%m, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The sigmoid is read elsewhere too: it stays for its other reader.
// CHECK-LABEL: func.func @sigmoid_is_read(
// CHECK: %[[S:.*]] = onnx.Sigmoid(%arg0)
// CHECK: %[[Y:.*]] = onnx.Swish(%arg0)
// CHECK: return %[[Y]], %[[S]]
func.func @sigmoid_is_read(%x: tensor<?x?x64xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %s = onnx.Sigmoid(%x) : (tensor<?x?x64xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y, %s : tensor<*xf32>, tensor<*xf32>
}

// -----

// One activation of another: each by itself.
// CHECK-LABEL: func.func @twice(
// CHECK: %[[A:.*]] = onnx.Swish(%arg0) :
// CHECK-NEXT: %[[B:.*]] = onnx.Swish(%[[A]]) :
// CHECK-NEXT: return %[[B]]
func.func @twice(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %s = onnx.Sigmoid(%x) : (tensor<?x?x64xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %t = onnx.Sigmoid(%y) : (tensor<*xf32>) -> tensor<*xf32>
  %z = onnx.Mul(%y, %t) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %z : tensor<*xf32>
}

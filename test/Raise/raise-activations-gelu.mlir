// RUN: llmc-opt %s --onnx-infer-shapes --raise-activations --split-input-file | FileCheck %s

// The exact GELU as transformers' functions and torch's decompositions write it, halves where they like.

// x * 0.5 first, then the bracket (transformers' gelu_python).
// CHECK-LABEL: func.func @half_first(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) :
// CHECK-NEXT: return %[[Y]]
func.func @half_first(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %root = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %r = onnx.Sqrt(%root) : (tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%x, %half) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %d = onnx.Div(%x, %r) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %e = onnx.Erf(%d) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%one, %e) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%h, %a) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The normal distribution, then x: the factor of x is inside the root (torch.onnx's decomposition).
// CHECK-LABEL: func.func @distribution_first(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) :
// CHECK-NEXT: return %[[Y]]
func.func @distribution_first(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.707106769> : tensor<f32>} : () -> tensor<f32>
  %m = onnx.Mul(%x, %c) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %e = onnx.Erf(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%e, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%a, %half) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%h, %x) : (tensor<*xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// By the complement: x/2 * erfc(-x/sqrt 2), as 1 - erf.
// CHECK-LABEL: func.func @complement(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) :
// CHECK-NEXT: return %[[Y]]
func.func @complement(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %r = onnx.Constant {value = dense<-1.41421354> : tensor<f32>} : () -> tensor<f32>
  %d = onnx.Div(%x, %r) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %e = onnx.Erf(%d) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Sub(%one, %e) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.Mul(%x, %a) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Div(%m, %two) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Multiplied out, so the last op is a sum: x/2 + x/2 * erf.
// CHECK-LABEL: func.func @multiplied_out(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) :
// CHECK-NEXT: return %[[Y]]
func.func @multiplied_out(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.707106769> : tensor<f32>} : () -> tensor<f32>
  %h = onnx.Mul(%x, %half) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Mul(%x, %c) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %e = onnx.Erf(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%h, %e) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%h, %p) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A half model that computes it in f32 between casts: the function is of the half numbers' values.
// CHECK-LABEL: func.func @between_casts(
// CHECK: %[[F:.*]] = onnx.Cast(%arg0)
// CHECK: %[[Y:.*]] = onnx.Gelu(%[[F]]) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
// CHECK: %[[H:.*]] = onnx.Cast(%[[Y]]) {to = 10 : i64}
// CHECK-NEXT: return %[[H]]
func.func @between_casts(%x: tensor<?x?x64xf16>) -> tensor<*xf16> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.707106769> : tensor<f32>} : () -> tensor<f32>
  %f = onnx.Cast(%x) {to = 1 : i64} : (tensor<?x?x64xf16>) -> tensor<*xf32>
  %m = onnx.Mul(%f, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %e = onnx.Erf(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%e, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%a, %half) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%f, %h) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %b = onnx.Cast(%y) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  return %b : tensor<*xf16>
}

// -----

// Constants that lost their digits in half precision are still the exact GELU's.
// CHECK-LABEL: func.func @half_constants(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) : (tensor<?x?x64xf16>) -> tensor<?x?x64xf16>
// CHECK-NEXT: return %[[Y]]
func.func @half_constants(%x: tensor<?x?x64xf16>) -> tensor<*xf16> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f16>} : () -> tensor<f16>
  %one = onnx.Constant {value = dense<1.0> : tensor<f16>} : () -> tensor<f16>
  %r = onnx.Constant {value = dense<1.4142> : tensor<f16>} : () -> tensor<f16>
  %d = onnx.Div(%x, %r) : (tensor<?x?x64xf16>, tensor<f16>) -> tensor<*xf16>
  %e = onnx.Erf(%d) : (tensor<*xf16>) -> tensor<*xf16>
  %a = onnx.Add(%e, %one) : (tensor<*xf16>, tensor<f16>) -> tensor<*xf16>
  %m = onnx.Mul(%x, %a) : (tensor<?x?x64xf16>, tensor<*xf16>) -> tensor<*xf16>
  %y = onnx.Mul(%m, %half) : (tensor<*xf16>, tensor<f16>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

// -----

// The cube by two products and the bracket by Horner's rule (transformers' gelu_fast).
// CHECK-LABEL: func.func @tanh_by_horner(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) {approximate = "tanh"}
// CHECK-NEXT: return %[[Y]]
func.func @tanh_by_horner(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %k = onnx.Constant {value = dense<0.7978845608> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.044715> : tensor<f32>} : () -> tensor<f32>
  %cx = onnx.Mul(%x, %c) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %cxx = onnx.Mul(%cx, %x) : (tensor<*xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %in = onnx.Add(%one, %cxx) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %kx = onnx.Mul(%x, %k) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %n = onnx.Mul(%kx, %in) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %t = onnx.Tanh(%n) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%one, %t) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %h = onnx.Mul(%x, %half) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%h, %a) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The root computed in the graph, the half behind the product (tf2onnx of a Keras gelu).
// CHECK-LABEL: func.func @tanh_root_in_graph(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) {approximate = "tanh"}
// CHECK-NEXT: return %[[Y]]
func.func @tanh_root_in_graph(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %three = onnx.Constant {value = dense<3> : tensor<i32>} : () -> tensor<i32>
  %two_by_pi = onnx.Constant {value = dense<0.636619747> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.044715> : tensor<f32>} : () -> tensor<f32>
  %k = onnx.Sqrt(%two_by_pi) : (tensor<f32>) -> tensor<*xf32>
  %p = onnx.Pow(%x, %three) : (tensor<?x?x64xf32>, tensor<i32>) -> tensor<*xf32>
  %cp = onnx.Mul(%c, %p) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %s = onnx.Add(%cp, %x) : (tensor<*xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %n = onnx.Mul(%k, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %t = onnx.Tanh(%n) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%t, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%a, %half) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %h) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// 1 + tanh(z) is 2 sigmoid(2z): the same function without a tanh.
// CHECK-LABEL: func.func @tanh_by_sigmoid(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) {approximate = "tanh"}
// CHECK-NEXT: return %[[Y]]
func.func @tanh_by_sigmoid(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %k2 = onnx.Constant {value = dense<1.595769122> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.044715> : tensor<f32>} : () -> tensor<f32>
  %xx = onnx.Mul(%x, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %cxx = onnx.Mul(%xx, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %in = onnx.Add(%cxx, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %kx = onnx.Mul(%x, %k2) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %n = onnx.Mul(%kx, %in) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %s = onnx.Sigmoid(%n) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// In half precision the two GELUs are 5e-4 apart, less than what constants lose: the nearer one it is.
// CHECK-LABEL: func.func @tanh_in_half(
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) {approximate = "tanh"} : (tensor<?x?x64xf16>) -> tensor<?x?x64xf16>
// CHECK-NEXT: return %[[Y]]
func.func @tanh_in_half(%x: tensor<?x?x64xf16>) -> tensor<*xf16> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f16>} : () -> tensor<f16>
  %three = onnx.Constant {value = dense<3.0> : tensor<f16>} : () -> tensor<f16>
  %c = onnx.Constant {value = dense<0.044715> : tensor<f16>} : () -> tensor<f16>
  %k = onnx.Constant {value = dense<0.79788> : tensor<f16>} : () -> tensor<f16>
  %one = onnx.Constant {value = dense<1.0> : tensor<f16>} : () -> tensor<f16>
  %h = onnx.Mul(%x, %half) : (tensor<?x?x64xf16>, tensor<f16>) -> tensor<*xf16>
  %p = onnx.Pow(%x, %three) : (tensor<?x?x64xf16>, tensor<f16>) -> tensor<*xf16>
  %m = onnx.Mul(%p, %c) : (tensor<*xf16>, tensor<f16>) -> tensor<*xf16>
  %s = onnx.Add(%x, %m) : (tensor<?x?x64xf16>, tensor<*xf16>) -> tensor<*xf16>
  %n = onnx.Mul(%s, %k) : (tensor<*xf16>, tensor<f16>) -> tensor<*xf16>
  %t = onnx.Tanh(%n) : (tensor<*xf16>) -> tensor<*xf16>
  %a = onnx.Add(%t, %one) : (tensor<*xf16>, tensor<f16>) -> tensor<*xf16>
  %y = onnx.Mul(%h, %a) : (tensor<*xf16>, tensor<*xf16>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

// -----

// A bias before it is not part of it, though the region could go on above.
// CHECK-LABEL: func.func @behind_a_bias(
// CHECK: %[[B:.*]] = onnx.Add(%arg0, %{{.*}})
// CHECK: %[[Y:.*]] = onnx.Gelu(%[[B]]) :
// CHECK-NEXT: return %[[Y]]
llm.weight @b : tensor<64xf32> source "b"
func.func @behind_a_bias(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %b = llm.param @b : tensor<64xf32>
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.707106769> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Add(%x, %b) : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<*xf32>
  %m = onnx.Mul(%z, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %e = onnx.Erf(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%e, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%z, %half) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%h, %a) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

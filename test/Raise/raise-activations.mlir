// RUN: llmc-opt %s --onnx-infer-shapes --raise-activations --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @silu_by_sigmoid(
// CHECK-SAME: %[[X:.*]]: tensor<?x?x64xf32>)
// CHECK-NEXT: %[[Y:.*]] = onnx.Swish(%[[X]]) :
// CHECK-NEXT: return %[[Y]]
func.func @silu_by_sigmoid(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %s = onnx.Sigmoid(%x) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %y = onnx.Mul(%x, %s) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// CHECK-LABEL: func.func @silu_by_exp(
// CHECK: onnx.Swish
// CHECK-NOT: onnx.Exp
func.func @silu_by_exp(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %one = onnx.Constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %n = onnx.Neg(%x) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %e = onnx.Exp(%n) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %d = onnx.Add(%one, %e) : (tensor<1xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %y = onnx.Div(%x, %d) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// CHECK-LABEL: func.func @quick_gelu(
// CHECK: onnx.Swish(%{{.*}}) {alpha = 1.702000e+00 : f32}
func.func @quick_gelu(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %c = onnx.Constant {value = dense<1.702> : tensor<f32>} : () -> tensor<f32>
  %m = onnx.Mul(%c, %x) : (tensor<f32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %s = onnx.Sigmoid(%m) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %y = onnx.Mul(%s, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// torch's spelling of the exact GELU, halves last.
// CHECK-LABEL: func.func @gelu_erf(
// CHECK: %[[Y:.*]] = onnx.Gelu(%{{.*}}) :
// CHECK-NEXT: return %[[Y]]
func.func @gelu_erf(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %r = onnx.Constant {value = dense<1.41421354> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %d = onnx.Div(%x, %r) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %e = onnx.Erf(%d) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %a = onnx.Add(%e, %one) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %m = onnx.Mul(%x, %a) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %y = onnx.Mul(%m, %half) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// By powers, as gpt2 has it.
// CHECK-LABEL: func.func @gelu_tanh(
// CHECK: onnx.Gelu(%{{.*}}) {approximate = "tanh"}
// CHECK-NOT: onnx.Tanh
func.func @gelu_tanh(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %three = onnx.Constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.044715> : tensor<f32>} : () -> tensor<f32>
  %k = onnx.Constant {value = dense<0.797884583> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %h = onnx.Mul(%x, %half) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %p = onnx.Pow(%x, %three) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %m = onnx.Mul(%p, %c) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %s = onnx.Add(%x, %m) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %n = onnx.Mul(%s, %k) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %t = onnx.Tanh(%n) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %a = onnx.Add(%t, %one) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %y = onnx.Mul(%h, %a) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// Another factor is another function.
// CHECK-LABEL: func.func @no_known_function(
// CHECK: onnx.Sigmoid
// CHECK-NOT: onnx.Swish
func.func @no_known_function(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %c = onnx.Constant {value = dense<1.5> : tensor<f32>} : () -> tensor<f32>
  %m = onnx.Mul(%c, %x) : (tensor<f32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %s = onnx.Sigmoid(%m) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %y = onnx.Mul(%s, %x) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// Two values: a gate, not an activation.
// CHECK-LABEL: func.func @two_values(
// CHECK: onnx.Sigmoid
// CHECK-NOT: onnx.Swish
func.func @two_values(%x: tensor<?x?x64xf32>, %g: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %s = onnx.Sigmoid(%g) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %y = onnx.Mul(%x, %s) : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

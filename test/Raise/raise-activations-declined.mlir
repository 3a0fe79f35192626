// RUN: llmc-opt %s --onnx-infer-shapes --raise-activations --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-activations --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-activations -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// What looks like an activation and is another function. The remark names the function that is left, and a value.

// A factor that is near to quick GELU's.
// CHECK-LABEL: func.func @factor(
// CHECK: onnx.Sigmoid
// CHECK-NOT: onnx.Swish
// DECLINED: the product behind onnx.Sigmoid is no activation that is known: at 1 it is 0.845535
func.func @factor(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %c = onnx.Constant {value = dense<1.7> : tensor<f32>} : () -> tensor<f32>
  %m = onnx.Mul(%c, %x) : (tensor<f32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %s = onnx.Sigmoid(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%s, %x) : (tensor<*xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// bfloat16 has few digits, but not so few that 1.5 is 1.702.
// CHECK-LABEL: func.func @factor_in_bfloat16(
// CHECK: onnx.Sigmoid
// CHECK-NOT: onnx.Swish
// DECLINED: the product behind onnx.Sigmoid is no activation that is known: at 1 it is 0.817574
func.func @factor_in_bfloat16(%x: tensor<?x?x64xbf16>) -> tensor<*xbf16> {
  %c = onnx.Constant {value = dense<1.5> : tensor<bf16>} : () -> tensor<bf16>
  %m = onnx.Mul(%c, %x) : (tensor<bf16>, tensor<?x?x64xbf16>) -> tensor<*xbf16>
  %s = onnx.Sigmoid(%m) : (tensor<*xbf16>) -> tensor<*xbf16>
  %y = onnx.Mul(%s, %x) : (tensor<*xbf16>, tensor<?x?x64xbf16>) -> tensor<*xbf16>
  return %y : tensor<*xbf16>
}

// -----

// erf of x itself: the root of 2 is missing.
// CHECK-LABEL: func.func @no_root(
// CHECK: onnx.Erf
// CHECK-NOT: onnx.Gelu
// DECLINED: the product behind onnx.Erf is no activation that is known: at 1 it is 0.921350
func.func @no_root(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %e = onnx.Erf(%x) : (tensor<?x?x64xf32>) -> tensor<*xf32>
  %a = onnx.Add(%e, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%a, %half) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %h) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// GELU's tanh with the square where the cube belongs.
// CHECK-LABEL: func.func @square(
// CHECK: onnx.Tanh
// CHECK-NOT: onnx.Gelu
// DECLINED: the product behind onnx.Tanh is no activation that is known
func.func @square(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %half = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.044715> : tensor<f32>} : () -> tensor<f32>
  %k = onnx.Constant {value = dense<0.797884583> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %p = onnx.Pow(%x, %two) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %s = onnx.Add(%x, %m) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  %n = onnx.Mul(%s, %k) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %t = onnx.Tanh(%n) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%t, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %h = onnx.Mul(%x, %half) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%h, %a) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Half of it forgotten: twice a GELU is no GELU, and no factor is found for it.
// CHECK-LABEL: func.func @twice_gelu(
// CHECK: onnx.Erf
// CHECK-NOT: onnx.Gelu
// DECLINED: at 1 it is 1.682689
func.func @twice_gelu(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.707106769> : tensor<f32>} : () -> tensor<f32>
  %m = onnx.Mul(%x, %c) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %e = onnx.Erf(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Add(%e, %one) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %a) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Mish: x tanh(softplus(x)) is near SiLU only from afar.
// CHECK-LABEL: func.func @mish(
// CHECK: onnx.Softplus
// CHECK-NOT: onnx.Swish
// DECLINED: the product behind onnx.Tanh is no activation that is known: at 1 it is 0.865098
func.func @mish(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %p = onnx.Softplus(%x) : (tensor<?x?x64xf32>) -> tensor<*xf32>
  %t = onnx.Tanh(%p) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %t) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A learned factor per column (Swish's beta): no function of one number.
// CHECK-LABEL: func.func @factor_per_column(
// CHECK: onnx.Sigmoid
// CHECK-NOT: onnx.Swish
// DECLINED: the product behind onnx.Sigmoid is of more than one value and numbers: a gate, no activation
llm.weight @beta : tensor<64xf32> source "beta"
func.func @factor_per_column(%x: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %beta = llm.param @beta : tensor<64xf32>
  %m = onnx.Mul(%beta, %x) : (tensor<64xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  %s = onnx.Sigmoid(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%s, %x) : (tensor<*xf32>, tensor<?x?x64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A gate of another linear: not an activation, however many columns.
// CHECK-LABEL: func.func @gate(
// CHECK: onnx.Sigmoid
// CHECK-NOT: onnx.Swish
// DECLINED: the product behind onnx.Sigmoid is of more than one value and numbers: a gate, no activation
func.func @gate(%x: tensor<?x?x64xf32>, %g: tensor<?x?x64xf32>) -> tensor<*xf32> {
  %s = onnx.Sigmoid(%g) : (tensor<?x?x64xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %s) : (tensor<?x?x64xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// x of the row before: the sizes are those of a SiLU, the places are not.
// CHECK-LABEL: func.func @moved(
// CHECK: onnx.Sigmoid
// CHECK-NOT: onnx.Swish
// DECLINED: a gate, no activation
func.func @moved(%x: tensor<4x4xf32>) -> tensor<*xf32> {
  %t = onnx.Transpose(%x) {perm = array<i64: 1, 0>} : (tensor<4x4xf32>) -> tensor<*xf32>
  %s = onnx.Sigmoid(%t) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %s) : (tensor<4x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A sigmoid by itself (a router's scores) and a softcap, tanh(x/c)*c, are no activations either; the first has no product.
// CHECK-LABEL: func.func @softcap(
// CHECK: onnx.Sigmoid
// CHECK: onnx.Tanh
// CHECK-NOT: onnx.Swish
// DECLINED-NOT: behind onnx.Sigmoid
// DECLINED: the product behind onnx.Tanh is no activation that is known: at 1 it is 0.99963
func.func @softcap(%x: tensor<?x?x64xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %c = onnx.Constant {value = dense<30.0> : tensor<f32>} : () -> tensor<f32>
  %r = onnx.Sigmoid(%x) : (tensor<?x?x64xf32>) -> tensor<*xf32>
  %d = onnx.Div(%x, %c) : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<*xf32>
  %t = onnx.Tanh(%d) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%t, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  return %y, %r : tensor<*xf32>, tensor<*xf32>
}

// RUN: llmc-opt %s -canonicalize -cse -split-input-file | FileCheck %s
// What holds without knowing a shape.

// CHECK-LABEL: func.func @identity
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>
func.func @identity(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK-NEXT: return %[[X]]
  %y = onnx.Identity(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// Types are refined by shape inference alone.
// CHECK-LABEL: func.func @identity_of_another_type
func.func @identity_of_another_type(%x: tensor<4xf32>) -> tensor<?xf32> {
  // CHECK: onnx.Identity
  %y = onnx.Identity(%x) : (tensor<4xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @cast_to_same
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>
func.func @cast_to_same(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK-NEXT: return %[[X]]
  %y = onnx.Cast(%x) {to = 1 : i64} : (tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @cast_to_other
func.func @cast_to_other(%x: tensor<?xf32>) -> tensor<?xf16> {
  // CHECK: onnx.Cast
  %y = onnx.Cast(%x) {to = 10 : i64} : (tensor<?xf32>) -> tensor<?xf16>
  return %y : tensor<?xf16>
}

// -----

// CHECK-LABEL: func.func @dropout_of_inference
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>,
func.func @dropout_of_inference(%x: tensor<?xf32>, %r: tensor<f32>) -> tensor<?xf32> {
  // CHECK-NEXT: return %[[X]]
  %no = onnx.None : none
  %y:2 = onnx.Dropout(%x, %r, %no) : (tensor<?xf32>, tensor<f32>, none) -> (tensor<?xf32>, none)
  return %y#0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @dropout_told_not_to
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>,
func.func @dropout_told_not_to(%x: tensor<?xf32>, %r: tensor<f32>) -> tensor<?xf32> {
  // CHECK-NEXT: return %[[X]]
  %mode = onnx.Constant {value = dense<false> : tensor<i1>} : () -> tensor<i1>
  %y:2 = onnx.Dropout(%x, %r, %mode) : (tensor<?xf32>, tensor<f32>, tensor<i1>) -> (tensor<?xf32>, tensor<?xi1>)
  return %y#0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @dropout_of_training
func.func @dropout_of_training(%x: tensor<?xf32>, %r: tensor<f32>) -> tensor<?xf32> {
  // CHECK: onnx.Dropout
  %mode = onnx.Constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %y:2 = onnx.Dropout(%x, %r, %mode) : (tensor<?xf32>, tensor<f32>, tensor<i1>) -> (tensor<?xf32>, none)
  return %y#0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @dropout_with_mask
func.func @dropout_with_mask(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xi1>) {
  // CHECK: onnx.Dropout
  %no = onnx.None : none
  %y:2 = onnx.Dropout(%x, %no, %no) : (tensor<?xf32>, none, none) -> (tensor<?xf32>, tensor<?xi1>)
  return %y#0, %y#1 : tensor<?xf32>, tensor<?xi1>
}

// -----

// CHECK-LABEL: func.func @constants
func.func @constants() -> (tensor<f32>, tensor<2xf32>, tensor<i64>, tensor<3xi64>, tensor<!onnx.string>, tensor<2x!onnx.string>, tensor<4xf32>) {
  // CHECK-DAG: onnx.Constant {value = dense<1.500000e+00> : tensor<f32>} : () -> tensor<f32>
  %a = onnx.Constant {value_float = 1.5 : f32} : () -> tensor<f32>
  // CHECK-DAG: onnx.Constant {value = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>} : () -> tensor<2xf32>
  %b = onnx.Constant {value_floats = array<f32: 1.0, 2.0>} : () -> tensor<2xf32>
  // CHECK-DAG: onnx.Constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %c = onnx.Constant {value_int = -1 : i64} : () -> tensor<i64>
  // CHECK-DAG: onnx.Constant {value = dense<[0, 1, -1]> : tensor<3xi64>} : () -> tensor<3xi64>
  %d = onnx.Constant {value_ints = array<i64: 0, 1, -1>} : () -> tensor<3xi64>
  // CHECK-DAG: onnx.Constant {value = dense<"word"> : tensor<!onnx.string>} : () -> tensor<!onnx.string>
  %e = onnx.Constant {value_string = "word"} : () -> tensor<!onnx.string>
  // CHECK-DAG: onnx.Constant {value = dense<["a", "b"]> : tensor<2x!onnx.string>} : () -> tensor<2x!onnx.string>
  %f = onnx.Constant {value_strings = ["a", "b"]} : () -> tensor<2x!onnx.string>
  // CHECK-DAG: onnx.Constant {value = sparse<2, 3.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
  %g = onnx.Constant {sparse_value = sparse<[[2]], [3.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  return %a, %b, %c, %d, %e, %f, %g : tensor<f32>, tensor<2xf32>, tensor<i64>, tensor<3xi64>, tensor<!onnx.string>, tensor<2x!onnx.string>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @empty_list
func.func @empty_list() -> tensor<0xi64> {
  // CHECK: onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %a = onnx.Constant {value_ints = array<i64>} : () -> tensor<0xi64>
  return %a : tensor<0xi64>
}

// -----

// What is pure and read by nobody goes, also with a body; what draws random numbers is not shared.
// CHECK-LABEL: func.func @effects
func.func @effects(%x: tensor<?xf32>, %c: tensor<i1>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NOT: onnx.Exp
  // CHECK-NOT: onnx.If
  %a = onnx.Exp(%x) : (tensor<?xf32>) -> tensor<?xf32>
  %b = onnx.If(%c) : (tensor<i1>) -> tensor<?xf32> {
    onnx.Yield %x : tensor<?xf32>
  }, {
    onnx.Yield %a : tensor<?xf32>
  }
  // CHECK-COUNT-2: onnx.RandomUniformLike
  %d = onnx.RandomUniformLike(%x) : (tensor<?xf32>) -> tensor<?xf32>
  %e = onnx.RandomUniformLike(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return %d, %e : tensor<?xf32>, tensor<?xf32>
}

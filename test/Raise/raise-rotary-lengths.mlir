// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary=max-context=64 --split-input-file | FileCheck %s --check-prefixes=CHECK,SHORT
// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary=max-context=100000 --split-input-file | FileCheck %s --check-prefixes=CHECK,LONG
// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-rotary 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// What the length of a run decides is that of a program's positions: runs of more than 16 have other frequencies.
// CHECK-LABEL: llm.model = {rotary_context
// SHORT-SAME: = 64 : i64
// LONG-SAME: = 100000 : i64
// CHECK-LABEL: func.func @two_tables(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[5.000000e-01, 1.250000e-01]> : tensor<2xf32>}
// CHECK: onnx.llmc.RotaryEmbedding(%{{.*}}, %[[INV]])
// UNKNOWN: the angle at position 16 is not as many times that at position 1
// UNKNOWN-LABEL: func.func @two_tables(
// UNKNOWN-NOT: onnx.llmc.RotaryEmbedding
func.func @two_tables(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %i4 = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %last = onnx.ReduceMax(%r, %no) {keepdims = 0 : i64} : (tensor<*xi64>, none) -> tensor<*xi64>
  %most = onnx.Constant {value = dense<15> : tensor<i64>} : () -> tensor<i64>
  %isLong = onnx.Greater(%last, %most) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %long = onnx.Constant {value = dense<[[0.5, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %short = onnx.Constant {value = dense<[[1.0, 0.25]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %inv = onnx.Where(%isLong, %long, %short) : (tensor<*xi1>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Frequencies that every length changes are known for a length that can be looked at.
// CHECK-LABEL: func.func @every_length(
// SHORT: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// SHORT: onnx.llmc.RotaryEmbedding(%{{.*}}, %[[INV]])
// LONG-NOT: onnx.llmc.RotaryEmbedding
// UNKNOWN-LABEL: func.func @every_length(
// UNKNOWN-NOT: onnx.llmc.RotaryEmbedding
func.func @every_length(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %i4 = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %last = onnx.ReduceMax(%r, %no) {keepdims = 0 : i64} : (tensor<*xi64>, none) -> tensor<*xi64>
  %lf = onnx.Cast(%last) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %lowest = onnx.Constant {value = dense<7.0> : tensor<f32>} : () -> tensor<f32>
  %length = onnx.Max(%lf, %lowest) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %plain = onnx.Constant {value = dense<[[63.0, 7.875]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %inv = onnx.Div(%plain, %length) : (tensor<1x2xf32>, tensor<*xf32>) -> tensor<*xf32>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

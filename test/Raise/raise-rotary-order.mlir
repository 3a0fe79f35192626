// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-rotary -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// Neighbours that are turned and left in another order: the rotation, and the order behind it.

// All first ones of the pairs, then all second ones (DeepSeek).
// CHECK-LABEL: func.func @halves(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {interleaved = 1 : i64, sequence_axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<2xf32>)
// CHECK: %[[ORDER:.*]] = onnx.Constant {value = dense<[0, 2, 1, 3]> : tensor<4xi64>}
// CHECK: %[[Z:.*]] = onnx.Gather(%[[Y]], %[[ORDER]]) {axis = -1 : i64}
// CHECK-NEXT: return %[[Z]]
func.func @halves(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = onnx.Constant {value = dense<99> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = onnx.Constant {value = dense<[1.0, 0.125]> : tensor<2xf32>} : () -> tensor<2xf32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %p = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %pc = onnx.Unsqueeze(%p, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %angle = onnx.Mul(%pc, %inv) : (tensor<*xf32>, tensor<2xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%angle) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%angle) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Slice(%x, %i0, %end, %i3, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %b = onnx.Slice(%x, %i1, %end, %i3, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %ac = onnx.Mul(%a, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %bs = onnx.Mul(%b, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %bc = onnx.Mul(%b, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %as = onnx.Mul(%a, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %first = onnx.Sub(%ac, %bs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %second = onnx.Add(%bc, %as) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Concat(%first, %second) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Behind a part that passes: that keeps its order.
// CHECK-LABEL: func.func @part(
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %{{.*}}) {interleaved = 1 : i64, sequence_axis = 2 : i64, start = 3 : i64}
// CHECK: %[[ORDER:.*]] = onnx.Constant {value = dense<[0, 1, 2, 3, 5, 4, 6]> : tensor<7xi64>}
// CHECK: onnx.Gather(%[[Y]], %[[ORDER]])
func.func @part(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %all: tensor<?x2x?x7xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = onnx.Constant {value = dense<99> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = onnx.Constant {value = dense<[1.0, 0.125]> : tensor<2xf32>} : () -> tensor<2xf32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %p = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %pc = onnx.Unsqueeze(%p, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %angle = onnx.Mul(%pc, %inv) : (tensor<*xf32>, tensor<2xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%angle) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%angle) : (tensor<*xf32>) -> tensor<*xf32>
  %sizes = onnx.Constant {value = dense<[3, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  %pass, %x = onnx.Split(%all, %sizes) {axis = 3 : i64} : (tensor<?x2x?x7xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  %a = onnx.Slice(%x, %i0, %end, %i3, %i2) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %b = onnx.Slice(%x, %i1, %end, %i3, %i2) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %ac = onnx.Mul(%a, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %bs = onnx.Mul(%b, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %bc = onnx.Mul(%b, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %as = onnx.Mul(%a, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %first = onnx.Sub(%ac, %bs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %second = onnx.Add(%bc, %as) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Concat(%pass, %first, %second) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The second ones first: no order that is known.
// CHECK-LABEL: func.func @second_first(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: pairs turn, but not by position times a frequency
func.func @second_first(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = onnx.Constant {value = dense<99> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = onnx.Constant {value = dense<[1.0, 0.125]> : tensor<2xf32>} : () -> tensor<2xf32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %p = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %pc = onnx.Unsqueeze(%p, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %angle = onnx.Mul(%pc, %inv) : (tensor<*xf32>, tensor<2xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%angle) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%angle) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Slice(%x, %i0, %end, %i3, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %b = onnx.Slice(%x, %i1, %end, %i3, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %ac = onnx.Mul(%a, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %bs = onnx.Mul(%b, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %bc = onnx.Mul(%b, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %as = onnx.Mul(%a, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %first = onnx.Sub(%ac, %bs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %second = onnx.Add(%bc, %as) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Concat(%second, %first) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

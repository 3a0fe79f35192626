// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-rotary -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// What turns with the position, or looks like it, and is no rotary embedding.

// Cosines of one frequency with sines of another.
// CHECK-LABEL: func.func @two_frequencies(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: pairs turn, but not by position times a frequency
func.func @two_frequencies(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %inv2 = onnx.Constant {value = dense<[[1.0, 0.25]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %b = onnx.Mul(%p, %inv2) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %bb = onnx.Concat(%b, %b) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%bb) : (tensor<*xf32>) -> tensor<*xf32>
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

// The minus is forgotten: no turn.
// CHECK-LABEL: func.func @no_minus(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: pairs turn, but not by position times a frequency
func.func @no_minus(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %turned = onnx.Concat(%hi, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Positions that begin at 1.
// CHECK-LABEL: func.func @from_one(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: pairs turn, but not by position times a frequency
func.func @from_one(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %f1 = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %p1 = onnx.Add(%p, %f1) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %a = onnx.Mul(%p1, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
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

// Angles that grow with the root of the position.
// CHECK-LABEL: func.func @roots_of_positions(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: the angle at position 2 is not as many times that at position 1
func.func @roots_of_positions(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %root = onnx.Sqrt(%p) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.Mul(%root, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
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

// Positions that stop at 100.
// CHECK-LABEL: func.func @positions_that_end(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: the angle at position 128 is not as many times that at position 1
func.func @positions_that_end(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %most = onnx.Constant {value = dense<100.0> : tensor<f32>} : () -> tensor<f32>
  %pm = onnx.Min(%p, %most) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %a = onnx.Mul(%pm, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
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

// Other frequencies for sequences longer than 8192 (longrope, dynamic scaling): as far is looked as the graph has numbers.
// CHECK-LABEL: func.func @frequencies_by_length(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: the angle at position 8192 is not as many times that at position 1
func.func @frequencies_by_length(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %limit = onnx.Constant {value = dense<8192> : tensor<i64>} : () -> tensor<i64>
  %slow = onnx.Constant {value = dense<[[0.5, 0.0625]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %long = onnx.Greater(%n, %limit) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %each = onnx.Where(%long, %slow, %inv) : (tensor<*xi1>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %a = onnx.Mul(%p, %each) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
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

// Frequencies of its own for each head.
// CHECK-LABEL: func.func @frequencies_per_head(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: the last head turns otherwise than the first
func.func @frequencies_per_head(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[[1.0, 0.125]], [[0.5, 0.25]]]> : tensor<2x1x2xf32>} : () -> tensor<2x1x2xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<2x1x2xf32>) -> tensor<*xf32>
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

// Rows behind a cache that count from 0 again.
// CHECK-LABEL: func.func @forgets_the_cache(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: a row behind a cache turns otherwise than the first
func.func @forgets_the_cache(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %pk: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "past", ""]}) -> tensor<*xf32> {
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
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %kn = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Concat(%pk, %kn) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Columns moved on by one: no pairs, a ring.
// CHECK-LABEL: func.func @ring(
// CHECK-NOT: onnx.llmc.RotaryEmbedding
// DECLINED: moves its dim 0 into dim 3, which pairs neither neighbours nor halves
func.func @ring(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %once = onnx.Constant {value = dense<[1, 2, 3, 0]> : tensor<4xi64>} : () -> tensor<4xi64>
  %sign = onnx.Constant {value = dense<[-1.0, -1.0, 1.0, 1.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %sw = onnx.Gather(%x, %once) {axis = 3 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %turned = onnx.Mul(%sw, %sign) : (tensor<*xf32>, tensor<4xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A sum of columns is no turn, and no region of moves and products.
// CHECK-LABEL: func.func @sums(
// CHECK: onnx.ReduceSum
// CHECK-NOT: onnx.llmc.RotaryEmbedding
func.func @sums(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %all = onnx.ReduceSum(%x, %i3) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%all, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Positions that are added are no turn either (sinusoidal positions).
// CHECK-LABEL: func.func @added(
// CHECK: onnx.Cos
// CHECK: onnx.Add(%arg1
// CHECK-NOT: onnx.llmc.RotaryEmbedding
func.func @added(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

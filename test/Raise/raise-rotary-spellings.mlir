// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary --split-input-file | FileCheck %s

// Rotations as exporters and model code spell them; the frequencies are read from what they do.

// Both halves by themselves, joined at the end; tables as wide as a half.
// CHECK-LABEL: func.func @halves_apart(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @halves_apart(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %cos = onnx.Cos(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %parts = onnx.Constant {value = dense<2> : tensor<2xi64>} : () -> tensor<2xi64>
  %lo, %hi = onnx.Split(%x, %parts) {axis = -1 : i64} : (tensor<?x2x?x4xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  %lc = onnx.Mul(%lo, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %hs = onnx.Mul(%hi, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %first = onnx.Sub(%lc, %hs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %hc = onnx.Mul(%hi, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %ls = onnx.Mul(%lo, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %second = onnx.Add(%hc, %ls) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Concat(%first, %second) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Halves swapped by a choice of columns, the minus in a vector of signs.
// CHECK-LABEL: func.func @halves_by_gather(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @halves_by_gather(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %swap = onnx.Constant {value = dense<[2, 3, 0, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %sign = onnx.Constant {value = dense<[-1.0, -1.0, 1.0, 1.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %swapped = onnx.Gather(%x, %swap) {axis = 3 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %turned = onnx.Mul(%swapped, %sign) : (tensor<*xf32>, tensor<4xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Pairs of neighbours by slices with a step of 2, stacked and flattened again (gptj, cohere).
// CHECK-LABEL: func.func @neighbours_by_stride(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {interleaved = 1 : i64, sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @neighbours_by_stride(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %i4 = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %step = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %minus = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %even = onnx.Slice(%x, %i0, %i4, %i3, %step) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %odd = onnx.Slice(%x, %i1, %i4, %i3, %step) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %ec = onnx.Mul(%even, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %os = onnx.Mul(%odd, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %oc = onnx.Mul(%odd, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %es = onnx.Mul(%even, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %re = onnx.Sub(%ec, %os) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %im = onnx.Add(%es, %oc) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %reu = onnx.Unsqueeze(%re, %minus) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %imu = onnx.Unsqueeze(%im, %minus) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %pairs = onnx.Concat(%reu, %imu) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %shape = onnx.Shape(%x) : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %y = onnx.Reshape(%pairs, %shape) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Complex products, written out: a dim of 2 is parted and joined (Meta's llama).
// CHECK-LABEL: func.func @complex_numbers(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {interleaved = 1 : i64, sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @complex_numbers(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %cos = onnx.Cos(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %minus = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %two = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %shape = onnx.Shape(%x) : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %head = onnx.Shape(%x) {end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %split = onnx.Concat(%head, %minus, %two) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xi64>
  %c2 = onnx.Reshape(%x, %split) : (tensor<?x2x?x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %re = onnx.Gather(%c2, %zero) {axis = 4 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %im = onnx.Gather(%c2, %one) {axis = 4 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %rc = onnx.Mul(%re, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %is = onnx.Mul(%im, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %rs = onnx.Mul(%re, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %ic = onnx.Mul(%im, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %a2 = onnx.Sub(%rc, %is) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %b2 = onnx.Add(%rs, %ic) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %a3 = onnx.Unsqueeze(%a2, %minus) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %b3 = onnx.Unsqueeze(%b2, %minus) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %pairs = onnx.Concat(%a3, %b3) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Reshape(%pairs, %shape) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Neighbours swapped by a choice of columns, tables with each cosine twice.
// CHECK-LABEL: func.func @neighbours_by_gather(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {interleaved = 1 : i64, sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @neighbours_by_gather(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %order = onnx.Constant {value = dense<[0, 0, 1, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %aa = onnx.Gather(%a, %order) {axis = 1 : i64} : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %swap = onnx.Constant {value = dense<[1, 0, 3, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %sign = onnx.Constant {value = dense<[-1.0, 1.0, -1.0, 1.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %sw = onnx.Gather(%x, %swap) {axis = 3 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %turned = onnx.Mul(%sw, %sign) : (tensor<*xf32>, tensor<4xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Four of eight columns turn, the others pass (gpt_neox, phi).
// CHECK-LABEL: func.func @first_part(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @first_part(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %i8 = onnx.Constant {value = dense<8> : tensor<1xi64>} : () -> tensor<1xi64>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %part = onnx.Slice(%x, %i0, %i4, %i3, %no) : (tensor<?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %rest = onnx.Slice(%x, %i4, %i8, %i3, %no) : (tensor<?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %lo = onnx.Slice(%part, %i0, %i2, %i3, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%part, %i2, %i4, %i3, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%part, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %rot = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Concat(%rot, %rest) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The last four turn.
// CHECK-LABEL: func.func @last_part(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64, start = 4 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @last_part(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %i8 = onnx.Constant {value = dense<8> : tensor<1xi64>} : () -> tensor<1xi64>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %rest = onnx.Slice(%x, %i0, %i4, %i3, %no) : (tensor<?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %part = onnx.Slice(%x, %i4, %i8, %i3, %no) : (tensor<?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %lo = onnx.Slice(%part, %i0, %i2, %i3, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%part, %i2, %i4, %i3, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%part, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %rot = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Concat(%rest, %rot) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Rows stand before heads: the dim of positions is another.
// CHECK-LABEL: func.func @rows_before_heads(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 1 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @rows_before_heads(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x?x2x4xf32> {onnx.dims = ["batch", "seq", "", ""]}) -> tensor<*xf32> {
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
  %cu = onnx.Unsqueeze(%cos, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %su = onnx.Unsqueeze(%sin, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x?x2x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x?x2x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cu) : (tensor<?x?x2x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %su) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Tables of 64 positions, of which the input of positions chooses; beyond them nothing is asked.
// CHECK-LABEL: func.func @tables_by_position(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg2, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @tables_by_position(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %pos: tensor<?x?xi64> {onnx.name = "position_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %i4 = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %upto = onnx.Constant {value = dense<64> : tensor<i64>} : () -> tensor<i64>
  %r = onnx.Range(%zero, %upto, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %cg = onnx.Gather(%cos, %pos) : (tensor<*xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %sg = onnx.Gather(%sin, %pos) : (tensor<*xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %cu = onnx.Unsqueeze(%cg, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %su = onnx.Unsqueeze(%sg, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cu) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %su) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The same tables, cut to the length.
// CHECK-LABEL: func.func @tables_cut_to_length(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @tables_cut_to_length(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %i4 = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %upto = onnx.Constant {value = dense<64> : tensor<i64>} : () -> tensor<i64>
  %r = onnx.Range(%zero, %upto, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %cg = onnx.Slice(%cos, %i0, %s, %i0, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %sg = onnx.Slice(%sin, %i0, %s, %i0, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cg) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sg) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Frequencies from a base, 10000 to the minus 2i/D, and angles by a product of matrices.
// CHECK-LABEL: func.func @base_in_graph(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 0.00999999977]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @base_in_graph(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %theta = onnx.Constant {value = dense<10000.0> : tensor<f32>} : () -> tensor<f32>
  %e = onnx.Constant {value = dense<[[0.0, 0.5]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %pw = onnx.Pow(%theta, %e) : (tensor<f32>, tensor<1x2xf32>) -> tensor<*xf32>
  %inv = onnx.Reciprocal(%pw) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.MatMul(%p, %inv) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
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

// Positions divided by 4: slower frequencies.
// CHECK-LABEL: func.func @linear_scaling(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[2.500000e-01, 3.125000e-02]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @linear_scaling(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %factor = onnx.Constant {value = dense<4.0> : tensor<f32>} : () -> tensor<f32>
  %slow = onnx.Div(%p, %factor) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %a = onnx.Mul(%slow, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
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

// Slow frequencies are made slower, fast ones stay (llama3).
// CHECK-LABEL: func.func @scaling_by_frequency(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.562500e-02]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @scaling_by_frequency(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %limit = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %factor = onnx.Constant {value = dense<8.0> : tensor<f32>} : () -> tensor<f32>
  %slow = onnx.Div(%inv, %factor) : (tensor<1x2xf32>, tensor<f32>) -> tensor<*xf32>
  %fast = onnx.Greater(%inv, %limit) : (tensor<1x2xf32>, tensor<f32>) -> tensor<*xi1>
  %each = onnx.Where(%fast, %inv, %slow) : (tensor<*xi1>, tensor<1x2xf32>, tensor<*xf32>) -> tensor<*xf32>
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

// A factor on both tables (yarn).
// CHECK-LABEL: func.func @factor(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {mscale = 1.250000e+00 : f32, sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @factor(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %f = onnx.Constant {value = dense<1.25> : tensor<f32>} : () -> tensor<f32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %cf = onnx.Mul(%cos, %f) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %sf = onnx.Mul(%sin, %f) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cf) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sf) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Turned the other way: negative frequencies.
// CHECK-LABEL: func.func @other_way_round(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[-1.000000e+00, -1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @other_way_round(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %plus = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Neg(%plus) : (tensor<*xf32>) -> tensor<*xf32>
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

// A frequency of 0: the last pair rests, and is a pair.
// CHECK-LABEL: func.func @pair_that_rests(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01, 0.000000e+00]> : tensor<3xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @pair_that_rests(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x6xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125, 0.0]]> : tensor<1x3xf32>} : () -> tensor<1x3xf32>
  %i6 = onnx.Constant {value = dense<6> : tensor<1xi64>} : () -> tensor<1xi64>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x3xf32>) -> tensor<*xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%aa) : (tensor<*xf32>) -> tensor<*xf32>
  %lo = onnx.Slice(%x, %i0, %i3, %i3, %no) : (tensor<?x2x?x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%x, %i3, %i6, %i3, %no) : (tensor<?x2x?x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x6xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Tables that lost their digits in half precision: the frequencies are those they were made of.
// CHECK-LABEL: func.func @tables_in_half(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg1, %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @tables_in_half(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf16> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf16> {
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
  %cos16 = onnx.Cast(%cos) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  %sin16 = onnx.Cast(%sin) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf16>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf16>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf16>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf16>
  %neg = onnx.Neg(%hi) : (tensor<*xf16>) -> tensor<*xf16>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf16>, tensor<*xf16>) -> tensor<*xf16>
  %xc = onnx.Mul(%x, %cos16) : (tensor<?x2x?x4xf16>, tensor<*xf16>) -> tensor<*xf16>
  %xs = onnx.Mul(%turned, %sin16) : (tensor<*xf16>, tensor<*xf16>) -> tensor<*xf16>
  %y = onnx.Add(%xc, %xs) : (tensor<*xf16>, tensor<*xf16>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

// -----

// A half model that turns in f32.
// CHECK-LABEL: func.func @in_f32_between_casts(
// CHECK: %[[F:.*]] = onnx.Cast(%arg1)
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%[[F]], %{{.*}}) {sequence_axis = 2 : i64}
// CHECK: onnx.Cast(%[[Y]])
func.func @in_f32_between_casts(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf16> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf16> {
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
  %xf = onnx.Cast(%x) {to = 1 : i64} : (tensor<?x2x?x4xf16>) -> tensor<*xf32>
  %lo = onnx.Slice(%xf, %i0, %i2, %i3, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %hi = onnx.Slice(%xf, %i2, %i4, %i3, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %neg = onnx.Neg(%hi) : (tensor<*xf32>) -> tensor<*xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xc = onnx.Mul(%xf, %cos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %yf = onnx.Add(%xc, %xs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Cast(%yf) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

// -----

// ONNX Runtime's operator with its tables.
// CHECK-LABEL: func.func @of_onnx_runtime(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%arg2, %[[INV]]) {interleaved = 1 : i64, sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @of_onnx_runtime(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %pos: tensor<?x?xi64> {onnx.name = "position_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %upto = onnx.Constant {value = dense<64> : tensor<i64>} : () -> tensor<i64>
  %r = onnx.Range(%zero, %upto, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.microsoft.RotaryEmbedding(%x, %pos, %cos, %sin) {interleaved = 1 : i64} : (tensor<?x2x?x4xf32>, tensor<?x?xi64>, tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The standard's operator (opset 23) behind a split into heads.
// CHECK-LABEL: func.func @of_the_standard(
// CHECK: %[[H:.*]] = onnx.Transpose
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%[[H]], %[[INV]]) {sequence_axis = 2 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @of_the_standard(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %pos: tensor<?x?xi64> {onnx.name = "position_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x?x8xf32> {onnx.dims = ["batch", "seq", ""]}) -> tensor<*xf32> {
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = onnx.Constant {value = dense<[[1.0, 0.125]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %upto = onnx.Constant {value = dense<64> : tensor<i64>} : () -> tensor<i64>
  %r = onnx.Range(%zero, %upto, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %a = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<1x2xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%a) : (tensor<*xf32>) -> tensor<*xf32>
  %heads = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %h = onnx.Reshape(%x, %heads) : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<*xf32>
  %t = onnx.Transpose(%h) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.RotaryEmbedding(%t, %cos, %sin, %pos) : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

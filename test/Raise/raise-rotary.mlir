// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-rotary --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-rotary -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

llm.weight @inv : tensor<2xf32> value dense<[1.0, 0.125]> : tensor<2xf32>
// Halves, angles computed in the graph from counted positions.
// CHECK-LABEL: func.func @half(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<[1.000000e+00, 1.250000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.RotaryEmbedding(%[[X:.*]], %[[INV]]) {sequence_axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<2xf32>)
// CHECK-NEXT: return %[[Y]]
func.func @half(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<?x2x?x4xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %i4 = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = llm.param @inv : tensor<2xf32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<1xi64>, none) -> tensor<i64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %p = onnx.Cast(%r) {to = 1 : i64} : (tensor<?xi64>) -> tensor<?xf32>
  %pc = onnx.Unsqueeze(%p, %i1) : (tensor<?xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %a = onnx.Mul(%pc, %inv) : (tensor<?x1xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %aa = onnx.Concat(%a, %a) {axis = -1 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %cos = onnx.Cos(%aa) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %sin = onnx.Sin(%aa) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %lo = onnx.Slice(%x, %i0, %i2, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x2x?x2xf32>
  %hi = onnx.Slice(%x, %i2, %i4, %i3, %no) : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x2x?x2xf32>
  %neg = onnx.Neg(%hi) : (tensor<?x2x?x2xf32>) -> tensor<?x2x?x2xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64} : (tensor<?x2x?x2xf32>, tensor<?x2x?x2xf32>) -> tensor<?x2x?x4xf32>
  %xc = onnx.Mul(%x, %cos) : (tensor<?x2x?x4xf32>, tensor<?x4xf32>) -> tensor<?x2x?x4xf32>
  %xs = onnx.Mul(%turned, %sin) : (tensor<?x2x?x4xf32>, tensor<?x4xf32>) -> tensor<?x2x?x4xf32>
  %y = onnx.Add(%xc, %xs) : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  return %y : tensor<?x2x?x4xf32>
}

// -----

// Tables, pairs of neighbours, a part of the columns, a factor on both tables.
llm.weight @cos : tensor<3x1xf32> value dense<[[2.0], [1.755165123], [1.080604612]]> : tensor<3x1xf32>
llm.weight @sin : tensor<3x1xf32> value dense<[[0.0], [0.958851077], [1.682941970]]> : tensor<3x1xf32>
// CHECK-LABEL: func.func @table(
// CHECK: %[[INV:.*]] = onnx.Constant {value = dense<5.000000e-01> : tensor<1xf32>}
// CHECK: onnx.llmc.RotaryEmbedding(%{{.*}}, %[[INV]]) {mscale = 2.000000e+00 : f32, sequence_axis = 2 : i64}
func.func @table(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %pos: tensor<?x?xi64> {onnx.name = "position_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %cos = llm.param @cos : tensor<3x1xf32>
  %sin = llm.param @sin : tensor<3x1xf32>
  %y = onnx.RotaryEmbedding(%x, %cos, %sin, %pos) {interleaved = 1 : i64, rotary_embedding_dim = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<3x1xf32>, tensor<3x1xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Angles that grow with the square of the position are no rotary embedding.
llm.weight @inv : tensor<2xf32> value dense<[0.5, 0.125]> : tensor<2xf32>
// CHECK-LABEL: func.func @squares(
// CHECK: onnx.RotaryEmbedding
// DECLINED: the angle at position 2 is not as many times that at position 1
func.func @squares(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %pos: tensor<?x?xi64> {onnx.name = "position_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = llm.param @inv : tensor<2xf32>
  %sq = onnx.Mul(%pos, %pos) : (tensor<?x?xi64>, tensor<?x?xi64>) -> tensor<?x?xi64>
  %p = onnx.Cast(%sq) {to = 1 : i64} : (tensor<?x?xi64>) -> tensor<?x?xf32>
  %pc = onnx.Unsqueeze(%p, %i2) : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %a = onnx.Mul(%pc, %inv) : (tensor<?x?x1xf32>, tensor<2xf32>) -> tensor<?x?x2xf32>
  %cos = onnx.Cos(%a) : (tensor<?x?x2xf32>) -> tensor<?x?x2xf32>
  %sin = onnx.Sin(%a) : (tensor<?x?x2xf32>) -> tensor<?x?x2xf32>
  %y = onnx.RotaryEmbedding(%x, %cos, %sin, %no) : (tensor<?x2x?x4xf32>, tensor<?x?x2xf32>, tensor<?x?x2xf32>, none) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

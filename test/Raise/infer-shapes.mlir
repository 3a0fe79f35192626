// RUN: llmc-opt %s --onnx-infer-shapes --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=onnx-infer-shapes -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// Sizes that the graph computes: heads are static, lengths are not.
// CHECK-LABEL: func.func @heads(
// CHECK: onnx.Shape(%{{.*}}) {{.*}} -> tensor<2xi64>
// CHECK: onnx.Reshape(%{{.*}}, %{{.*}}) : {{.*}} -> tensor<?x?x4x16xf32>
// CHECK: onnx.Transpose(%{{.*}}) {{.*}} -> tensor<?x4x?x16xf32>
// CHECK: return %{{.*}} : tensor<?x4x?x16xf32>
func.func @heads(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x?x64xf32> {onnx.dims = ["batch", "seq", ""]}) -> tensor<*xf32> {
  %h = onnx.Constant {value = dense<[4, 16]> : tensor<2xi64>} : () -> tensor<2xi64>
  %s = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  %all = onnx.Concat(%s, %h) {axis = 0 : i64} : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %r = onnx.Reshape(%x, %all) : (tensor<?x?x64xf32>, tensor<*xi64>) -> tensor<*xf32>
  %t = onnx.Transpose(%r) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  return %t : tensor<*xf32>
}

// -----

// What is bounded from above is not static, though long lengths all give it.
// CHECK-LABEL: func.func @bounded(
// CHECK: onnx.Expand(%{{.*}}, %{{.*}}) : {{.*}} -> tensor<?xf32>
func.func @bounded(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}) -> tensor<*xf32> {
  %most = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %one = onnx.Constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %m = onnx.Min(%s, %most) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %e = onnx.Expand(%one, %m) : (tensor<1xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %e : tensor<*xf32>
}

// -----

// A symbol is no number wherever it stands, also where no dim of tokens has its name.
// CHECK-LABEL: func.func @symbols(
// CHECK: onnx.Tile(%{{.*}}, %{{.*}}) : {{.*}} -> tensor<4x6x?xf32>
// CHECK: onnx.Min(%{{.*}}, %{{.*}}) : {{.*}} -> tensor<1xi64>
// CHECK: onnx.Expand(%{{.*}}, %{{.*}}) : {{.*}} -> tensor<?xf32>
func.func @symbols(%x: tensor<4x3x?xf32> {onnx.name = "x", onnx.dims = ["", "", "width"]}) -> (tensor<*xf32>, tensor<*xf32>) {
  %twice = onnx.Constant {value = dense<[1, 2, 1]> : tensor<3xi64>} : () -> tensor<3xi64>
  %t = onnx.Tile(%x, %twice) : (tensor<4x3x?xf32>, tensor<3xi64>) -> tensor<*xf32>
  %most = onnx.Constant {value = dense<5> : tensor<1xi64>} : () -> tensor<1xi64>
  %one = onnx.Constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %s = onnx.Shape(%x) {start = 2 : i64} : (tensor<4x3x?xf32>) -> tensor<*xi64>
  %m = onnx.Min(%s, %most) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %e = onnx.Expand(%one, %m) : (tensor<1xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %t, %e : tensor<*xf32>, tensor<*xf32>
}

// -----

// Products by letters and windows have sizes, and so has what is behind them.
// CHECK-LABEL: func.func @windows(
// CHECK: onnx.Einsum(%{{.*}}) {{.*}} -> tensor<?x4x9xf32>
// CHECK: onnx.Conv(%{{.*}}) {{.*}} -> tensor<?x6x4xf32>
// CHECK: onnx.Shape(%{{.*}}) : {{.*}} -> tensor<3xi64>
func.func @windows(%x: tensor<?x9x4xf32> {onnx.name = "x", onnx.dims = ["batch", "", ""]}, %w: tensor<6x2x3xf32>) -> tensor<*xi64> {
  %no = onnx.None : none
  %t = onnx.Einsum(%x) {equation = "bsd->bds"} : (tensor<?x9x4xf32>) -> tensor<*xf32>
  %c = onnx.Conv(%t, %w, %no) {group = 2 : i64, strides = array<i64: 2>, dilations = array<i64: 2>, pads = array<i64: 1, 1>} : (tensor<*xf32>, tensor<6x2x3xf32>, none) -> tensor<*xf32>
  %s = onnx.Shape(%c) : (tensor<*xf32>) -> tensor<*xi64>
  return %s : tensor<*xi64>
}

// -----

// A dim of a name of its own is no number, though it is the same beside every length of the sequence.
// CHECK-LABEL: func.func @names(
// CHECK: onnx.Transpose(%{{.*}}) {{.*}} -> tensor<?x4xi32>
func.func @names(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %y: tensor<4x?xi32> {onnx.name = "choices", onnx.dims = ["", "n"]}) -> tensor<*xi32> {
  %t = onnx.Transpose(%y) : (tensor<4x?xi32>) -> tensor<*xi32>
  return %t : tensor<*xi32>
}

// -----

// CHECK-LABEL: func.func @data_dependent(
// CHECK: onnx.NonZero(%{{.*}}) : (tensor<?x?xi64>) -> tensor<*xi64>
// DECLINED: onnx.NonZero has a count that only the data know
func.func @data_dependent(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}) -> tensor<*xi64> {
  %n = onnx.NonZero(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  return %n : tensor<*xi64>
}

// RUN: llmc-opt %s --onnx-infer-shapes --onnx-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Names and symbols are the next stages'; equal symbols are one size.
// CHECK: func.func @add(%[[X:.*]]: tensor<?x?x64xf32> {llm.dims = ["batch", "seq", ""], llm.name = "x"},
// CHECK-SAME: %[[Y:.*]]: tensor<64xf32> {llm.dims = [""], llm.name = "input1"})
// CHECK-SAME: -> (tensor<?x?x64xf32> {llm.dims = ["b", "s", ""], llm.name = "sum"})
// CHECK: %[[SUM:.*]] = linalg.generic
// CHECK-SAME: ins(%[[X]], %[[Y]] : tensor<?x?x64xf32>, tensor<64xf32>)
// CHECK: arith.addf
// CHECK: return %[[SUM]]
func.func @add(%x: tensor<?x?x64xf32> {onnx.name = "x", onnx.dims = ["batch", "seq", ""]}, %y: tensor<64xf32>)
    -> (tensor<*xf32> {onnx.name = "sum", onnx.dims = ["b", "s", ""]}) {
  %s = onnx.Add(%x, %y) : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %s : tensor<*xf32>
}

// -----

// What is computed with sizes is no tensor: heads of rows are a view.
// CHECK-LABEL: func.func @heads(
// CHECK-SAME: %[[X:.*]]: tensor<?x?x64xf32>
// CHECK: %[[H:.*]] = tensor.expand_shape %[[X]] {{\[\[}}0], [1], [2, 3]] output_shape [%{{.*}}, %{{.*}}, 4, 16]
// CHECK-NOT: tensor.from_elements
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[H]]
// CHECK: -> tensor<?x4x?x16xf32>
func.func @heads(%x: tensor<?x?x64xf32> {onnx.name = "x", onnx.dims = ["batch", "seq", ""]}) -> tensor<*xf32> {
  %b = onnx.Shape(%x) {end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<*xi64>
  %h = onnx.Constant {value = dense<[-1, 16]> : tensor<2xi64>} : () -> tensor<2xi64>
  %shape = onnx.Concat(%b, %h) {axis = 0 : i64} : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %r = onnx.Reshape(%x, %shape) : (tensor<?x?x64xf32>, tensor<*xi64>) -> tensor<*xf32>
  %t = onnx.Transpose(%r) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  return %t : tensor<*xf32>
}

// -----

// A table up to the length of the sequence: no more than it has.
// CHECK-LABEL: func.func @positions(
// CHECK: %[[SEQ:.*]] = tensor.dim
// CHECK: %[[COUNT:.*]] = arith.minsi %[[SEQ]], %{{.*}}
// CHECK: tensor.extract_slice %{{.*}}[0, 0] [%[[COUNT]], 8] [1, 1] : tensor<16x8xf32> to tensor<?x8xf32>
func.func @positions(%ids: tensor<?x?xi64> {onnx.name = "ids", onnx.dims = ["batch", "seq"]}, %table: tensor<16x8xf32>) -> tensor<*xf32> {
  %zero = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = onnx.Shape(%ids) {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %none = onnx.None : none
  %p = onnx.Slice(%table, %zero, %end, %zero, %none) : (tensor<16x8xf32>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  return %p : tensor<*xf32>
}

// -----

// Rows of a table by ids, also by those that count from the end.
// CHECK-LABEL: func.func @gather(
// CHECK-SAME: %[[IDS:.*]]: tensor<?x?xi64>
// CHECK-SAME: %[[TABLE:.*]]: tensor<10x8xf32>
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[IDS]] : tensor<?x?xi64>)
// CHECK: arith.select
// CHECK: tensor.extract %[[TABLE]]
func.func @gather(%ids: tensor<?x?xi64> {onnx.name = "ids", onnx.dims = ["batch", "seq"]}, %table: tensor<10x8xf32>) -> tensor<*xf32> {
  %r = onnx.Gather(%table, %ids) : (tensor<10x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  return %r : tensor<*xf32>
}

// -----

// Integers divide without a trap: by 0 it is 0.
// CHECK-LABEL: func.func @divide(
// CHECK: %[[SAFE:.*]] = arith.select
// CHECK: arith.divsi %{{.*}}, %[[SAFE]]
func.func @divide(%a: tensor<3xi32>, %b: tensor<3xi32>) -> tensor<*xi32> {
  %q = onnx.Div(%a, %b) : (tensor<3xi32>, tensor<3xi32>) -> tensor<*xi32>
  return %q : tensor<*xi32>
}

// -----

// A product with a weight is the linear of a step: batch and sequence are its rows, its matrix is turned
// by a recipe, a constant per column that only the product is added to is its bias.
// CHECK: llm.weight @w : tensor<16x8xf32> source "w" recipe [#llm.transpose]
// CHECK: llm.weight @b : tensor<16xf32> source "b"
// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:.*]]: tensor<?x?x8xf32>
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]] : tensor<?x?x8xf32> into tensor<?x8xf32>
// CHECK: %[[Y:.*]] = llm.linear %[[ROWS]], %{{.*}} bias(%{{.*}}) : (tensor<?x8xf32>, tensor<16x8xf32>, tensor<16xf32>) -> tensor<?x16xf32>
// CHECK: tensor.expand_shape %[[Y]] {{\[\[}}0, 1], [2]]
// CHECK-NOT: linalg.generic
// CHECK: return
llm.weight @w : tensor<8x16xf32> source "w"
llm.weight @b : tensor<16xf32> source "b"
func.func @linear(%x: tensor<?x?x8xf32> {onnx.name = "x", onnx.dims = ["batch", "seq", ""]}) -> tensor<*xf32> {
  %w = llm.param @w : tensor<8x16xf32>
  %b = llm.param @b : tensor<16xf32>
  %p = onnx.MatMul(%x, %w) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<*xf32>
  %y = onnx.Add(%p, %b) : (tensor<*xf32>, tensor<16xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// In halves the product is rounded before anything is added: the bias stays outside, and sums are f32.
// CHECK-LABEL: func.func @halves(
// CHECK: %[[WIDE:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<?x8xf16>) outs(%{{.*}} : tensor<?x8xf32>)
// CHECK: arith.extf
// CHECK: %[[Y:.*]] = llm.linear %[[WIDE]], %{{[^ ]*}} : (tensor<?x8xf32>, tensor<16x8xf16>) -> tensor<?x16xf32>
// CHECK: arith.truncf
// CHECK: arith.addf
llm.weight @w : tensor<8x16xf16> source "w"
llm.weight @b : tensor<16xf16> source "b"
func.func @halves(%x: tensor<?x8xf16> {onnx.name = "x", onnx.dims = ["rows", ""]}) -> tensor<*xf16> {
  %w = llm.param @w : tensor<8x16xf16>
  %b = llm.param @b : tensor<16xf16>
  %p = onnx.MatMul(%x, %w) : (tensor<?x8xf16>, tensor<8x16xf16>) -> tensor<*xf16>
  %y = onnx.Add(%p, %b) : (tensor<*xf16>, tensor<16xf16>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

// -----

// No linear: what is multiplied is turned, the matrix comes from an input, or it is computed.
// CHECK-LABEL: func.func @no_linear(
// CHECK-NOT: llm.linear
// CHECK: return
llm.weight @w : tensor<8x16xf32> source "w"
func.func @no_linear(%x: tensor<8x?xf32> {onnx.name = "x", onnx.dims = ["", "rows"]}, %m: tensor<8x16xf32>)
    -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %w = llm.param @w : tensor<8x16xf32>
  %none = onnx.None : none
  %a = onnx.Gemm(%x, %w, %none) {transA = 1 : i64} : (tensor<8x?xf32>, tensor<8x16xf32>, none) -> tensor<*xf32>
  %t = onnx.Transpose(%x) {perm = array<i64: 1, 0>} : (tensor<8x?xf32>) -> tensor<*xf32>
  %b = onnx.MatMul(%t, %m) : (tensor<*xf32>, tensor<8x16xf32>) -> tensor<*xf32>
  %n = onnx.Mul(%w, %w) : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  %c = onnx.MatMul(%t, %n) : (tensor<*xf32>, tensor<8x16xf32>) -> tensor<*xf32>
  return %a, %b, %c : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// Weights that nothing reads any more are gone; one that a table needs as it is stays beside the turned one.
// CHECK-DAG: llm.weight @t : tensor<5x8xf32> source "t"
// CHECK-DAG: llm.weight @{{t_.*}} : tensor<5x8xf32> source "t"
// CHECK-NOT: @unread
// CHECK-LABEL: func.func @tied(
// CHECK: llm.linear
llm.weight @t : tensor<5x8xf32> source "t"
llm.weight @unread : tensor<5x8xf32> source "u"
func.func @tied(%ids: tensor<?xi64> {onnx.name = "ids", onnx.dims = ["rows"]}) -> tensor<*xf32> {
  %t = llm.param @t : tensor<5x8xf32>
  %u = llm.param @unread : tensor<5x8xf32>
  %x = onnx.Gather(%t, %ids) : (tensor<5x8xf32>, tensor<?xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%t) {perm = array<i64: 1, 0>} : (tensor<5x8xf32>) -> tensor<8x5xf32>
  %y = onnx.MatMul(%x, %h) : (tensor<*xf32>, tensor<8x5xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// RUN: llmc-opt %s --onnx-drop-rounding --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-drop-rounding --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-passed=onnx-drop-rounding -o /dev/null 2>&1 | FileCheck %s --check-prefix=APPLIED

// Factors and results of products of two values that tokens decide; not rows in front of a product with weights, nor rounding by two
// numbers.
// CHECK-LABEL: func.func @attention(
// CHECK: %[[R:.*]] = onnx.QuantizeLinear(
// CHECK: %[[ROWS:.*]] = onnx.DequantizeLinear(%[[R]]
// CHECK: %[[Q:.*]] = onnx.MatMul(%[[ROWS]]
// CHECK: %[[K:.*]] = onnx.Transpose(%[[Q]])
// CHECK: %[[S:.*]] = onnx.MatMul(%[[Q]], %[[K]])
// CHECK: %[[W:.*]] = onnx.Softmax(%[[S]])
// CHECK: %[[U:.*]] = onnx.QuantizeLinear(%[[W]]
// CHECK: %[[V:.*]] = onnx.DequantizeLinear(%[[U]]
// CHECK: onnx.MatMul(%[[V]], %[[Q]])
// APPLIED-COUNT-3: attention is not rounded inside
// APPLIED-NOT: attention is not rounded inside
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @w : tensor<8x8xf32> source "w"
func.func @attention(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}, %s: tensor<f32>, %other: tensor<f32>, %z: tensor<ui8>) -> tensor<*xf32> {
  %table = llm.param @table : tensor<320x8xf32>
  %w = llm.param @w : tensor<8x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %xq = onnx.QuantizeLinear(%x, %s, %z) : (tensor<*xf32>, tensor<f32>, tensor<ui8>) -> tensor<*xui8>
  %xd = onnx.DequantizeLinear(%xq, %s, %z) : (tensor<*xui8>, tensor<f32>, tensor<ui8>) -> tensor<*xf32>
  %q = onnx.MatMul(%xd, %w) : (tensor<*xf32>, tensor<8x8xf32>) -> tensor<*xf32>
  %qq = onnx.QuantizeLinear(%q, %s, %z) : (tensor<*xf32>, tensor<f32>, tensor<ui8>) -> tensor<*xui8>
  %qd = onnx.DequantizeLinear(%qq, %s, %z) : (tensor<*xui8>, tensor<f32>, tensor<ui8>) -> tensor<*xf32>
  %kq = onnx.QuantizeLinear(%q, %other, %z) : (tensor<*xf32>, tensor<f32>, tensor<ui8>) -> tensor<*xui8>
  %kd = onnx.DequantizeLinear(%kq, %other, %z) : (tensor<*xui8>, tensor<f32>, tensor<ui8>) -> tensor<*xf32>
  %k = onnx.Transpose(%kd) {perm = array<i64: 0, 2, 1>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qd, %k) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %pq = onnx.QuantizeLinear(%p, %s, %z) : (tensor<*xf32>, tensor<f32>, tensor<ui8>) -> tensor<*xui8>
  %pd = onnx.DequantizeLinear(%pq, %s, %z) : (tensor<*xui8>, tensor<f32>, tensor<ui8>) -> tensor<*xf32>
  %a = onnx.Softmax(%pd) : (tensor<*xf32>) -> tensor<*xf32>
  %aq = onnx.QuantizeLinear(%a, %s, %z) : (tensor<*xf32>, tensor<f32>, tensor<ui8>) -> tensor<*xui8>
  %ad = onnx.DequantizeLinear(%aq, %other, %z) : (tensor<*xui8>, tensor<f32>, tensor<ui8>) -> tensor<*xf32>
  %y = onnx.MatMul(%ad, %q) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// RUN: llmc-opt %s --onnx-infer-shapes --onnx-decompose --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --onnx-decompose --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=onnx-decompose -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// A sum that is a result of its own, and its norm.
// CHECK-LABEL: func.func @skip(
// CHECK: %[[S:.*]] = onnx.Add(%arg0, %arg1)
// CHECK: %[[N:.*]] = onnx.RMSNormalization(%[[S]], %arg2) {epsilon = 9.99999997E-7 : f32}
// CHECK: return %[[N]], %[[S]]
func.func @skip(%x: tensor<?x?x64xf32>, %y: tensor<?x?x64xf32>, %w: tensor<64xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %no = onnx.None : none
  %n, %m, %i, %s = onnx.microsoft.SkipSimplifiedLayerNormalization(%x, %y, %w, %no) {epsilon = 1.0e-6 : f32} : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>, none) -> (tensor<*xf32>, none, none, tensor<*xf32>)
  return %n, %s : tensor<*xf32>, tensor<*xf32>
}

// -----

// Every head of keys serves two of queries; causal by positions, which count behind the cache.
// CHECK-LABEL: func.func @grouped(
// CHECK: %[[P:.*]]:3 = onnx.Split(%arg0, %{{.*}}) {axis = 2 : i64}
// CHECK: onnx.Concat(%arg2, %{{.*}}) {axis = 2 : i64}
// CHECK: onnx.GreaterOrEqual
// CHECK-NOT: onnx.LessOrEqual
// CHECK: onnx.Expand
// CHECK: onnx.Softmax
// CHECK: onnx.MatMul
// CHECK-NOT: GroupQueryAttention
func.func @grouped(%qkv: tensor<?x?x32xf32>, %pk: tensor<?x1x?x8xf32>, %pv: tensor<?x1x?x8xf32>, %len: tensor<?xi32>, %total: tensor<i32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y, %k, %v, %s = onnx.microsoft.GroupQueryAttention(%qkv, %no, %no, %pk, %pv, %len, %total, %no, %no, %no, %no, %no, %no, %no, %no, %no, %no) {num_heads = 2 : i64, kv_num_heads = 1 : i64} : (tensor<?x?x32xf32>, none, none, tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>, tensor<?xi32>, tensor<i32>, none, none, none, none, none, none, none, none, none, none) -> (tensor<*xf32>, none, none, none)
  return %y : tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @fast_gelu(
// CHECK: %[[S:.*]] = onnx.Add(%arg0, %arg1)
// CHECK: onnx.Gelu(%[[S]]) {approximate = "tanh"}
func.func @fast_gelu(%x: tensor<?x?x64xf32>, %b: tensor<64xf32>) -> tensor<*xf32> {
  %y = onnx.microsoft.FastGelu(%x, %b) : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @statistics(
// CHECK: SkipSimplifiedLayerNormalization
// DECLINED: is asked for its statistics
func.func @statistics(%x: tensor<?x?x64xf32>, %w: tensor<64xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %n, %m, %i, %s = onnx.microsoft.SkipSimplifiedLayerNormalization(%x, %x, %w, %no) {epsilon = 1.0e-6 : f32} : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>, none) -> (tensor<*xf32>, none, tensor<*xf32>, none)
  return %i : tensor<*xf32>
}

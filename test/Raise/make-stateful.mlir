// RUN: llmc-opt %s --onnx-infer-shapes --make-stateful --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --make-stateful --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=make-stateful -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// Batch and sequence are rows; heads are parted without a move; q, k and v of one matrix are three linears of its rows; only
// the rows that are asked for reach the head, which is the table.
// CHECK-LABEL: module
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @qkv : tensor<8x16xf32> source "qkv"
llm.weight @bias : tensor<16xf32> source "bias"
llm.weight @scale : tensor<8xf32> source "scale"
// CHECK-DAG: llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-DAG: llm.weight @[[Q:.*]] : tensor<8x8xf32> source "qkv" recipe [#llm.transpose, #llm.rows<0, 8>]
// CHECK-DAG: llm.weight @[[K:.*]] : tensor<4x8xf32> source "qkv" recipe [#llm.transpose, #llm.rows<8, 12>]
// CHECK-DAG: llm.weight @[[BK:.*]] : tensor<4xf32> source "bias" recipe [#llm.rows<8, 12>]
// CHECK: func.func @step(
// CHECK-SAME: %[[BATCH:.*]]: !llm.batch, %[[KV:.*]]: !llm.kv<1x1x4x4, f32>) -> (tensor<?x320xf32>, !llm.kv<1x1x4x4, f32>)
// CHECK: %[[IDS:.*]] = llm.batch_tokens %[[BATCH]]
// CHECK: %[[X:.*]] = llm.embed %[[IDS]]
// CHECK: %[[N:.*]] = llm.norm {{ ?}}rms %[[X]]
// CHECK: %[[WQ:.*]] = llm.param @[[Q]]
// CHECK: llm.linear %[[N]], %[[WQ]] bias
// CHECK: %[[WK:.*]] = llm.param @[[K]]
// CHECK: %[[VBK:.*]] = llm.param @[[BK]]
// CHECK: llm.linear %[[N]], %[[WK]] bias(%[[VBK]])
// CHECK: llm.kv_write %[[KV]]
// CHECK: llm.attention %{{.*}} cache(%{{.*}}) batch(%[[BATCH]]) {scale = 5.000000e-01 : f64}
// CHECK: %[[ALL:.*]] = arith.addf
// CHECK: %[[ROWS:.*]] = llm.batch_logit_rows
// CHECK: %[[ASKED:.*]] = llm.embed %[[ROWS]], %[[ALL]]
// CHECK: %[[L:.*]] = llm.linear %[[ASKED]], %[[T:.*]] :
// CHECK: return %[[L]]
// CHECK-NOT: func.func @main
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %qkv = llm.param @qkv : tensor<8x16xf32>
  %bias = llm.param @bias : tensor<16xf32>
  %scale = llm.param @scale : tensor<8xf32>
  %parts = onnx.Constant {value = dense<[8, 4, 4]> : tensor<3xi64>} : () -> tensor<3xi64>
  %two = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %one = onnx.Constant {value = dense<[0, 0, 1, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %n = onnx.RMSNormalization(%x, %scale) : (tensor<*xf32>, tensor<8xf32>) -> tensor<*xf32>
  %m = onnx.MatMul(%n, %qkv) : (tensor<*xf32>, tensor<8x16xf32>) -> tensor<*xf32>
  %mb = onnx.Add(%m, %bias) : (tensor<*xf32>, tensor<16xf32>) -> tensor<*xf32>
  %p:3 = onnx.Split(%mb, %parts) {axis = -1 : i64} : (tensor<*xf32>, tensor<3xi64>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %qr = onnx.Reshape(%p#0, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %kr = onnx.Reshape(%p#1, %one) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %vr = onnx.Reshape(%p#2, %one) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%qr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %k = onnx.Transpose(%kr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.Transpose(%vr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%q, %k, %v, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<8x320xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<8x320xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Keys behind the row's own: an encoder, which no cache serves.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK-NOT: @table_
// CHECK: func.func @main(
// CHECK-NOT: func.func @step
// DECLINED: sees keys behind its row, which a step cannot
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %r = onnx.Reshape(%x, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%r) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%q, %q, %q, %no, %no, %no) {scale = 0.5 : f32} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  return %f : tensor<*xf32>
}

// -----

// What mixes rows is no function of one row.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK: func.func @main(
// CHECK-NOT: func.func @step
// DECLINED: depends on no attention that was recognised
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %table = llm.param @table : tensor<320x8xf32>
  %axis = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = onnx.CumSum(%x, %axis) : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  return %c : tensor<*xf32>
}

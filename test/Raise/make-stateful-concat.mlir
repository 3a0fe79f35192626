// RUN: llmc-opt %s --onnx-infer-shapes --make-stateful --split-input-file | FileCheck %s

// Columns that a graph joins.

// Keys of two parts, one of which all heads have the same: it is written per head. Joined while the columns stood first.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @shared : tensor<8x3xf32> source "shared"
llm.weight @query : tensor<8x14xf32> source "query"
// CHECK-LABEL: module
// CHECK: func.func @step(%{{.*}}: !llm.batch, %{{.*}}: !llm.kv<1x2x7x4, f32>)
// CHECK: %[[H:.*]] = tensor.expand_shape %{{.*}} : tensor<?x8xf32> into tensor<?x2x4xf32>
// CHECK: %[[R:.*]] = llm.linear %{{.*}} -> tensor<?x3xf32>
// CHECK: %[[ONE:.*]] = tensor.expand_shape %[[R]] {{\[}}[0], [1, 2]] output_shape [%{{.*}}, 1, 3]
// CHECK: %[[ALL:.*]] = tensor.concat dim(1) %[[ONE]], %[[ONE]] : {{.*}} -> tensor<?x2x3xf32>
// CHECK: %[[K:.*]] = tensor.concat dim(2) %[[H]], %[[ALL]] : {{.*}} -> tensor<?x2x7xf32>
// CHECK: llm.kv_write %{{.*}}, %[[K]], value(%[[H]])
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %shared = llm.param @shared : tensor<8x3xf32>
  %query = llm.param @query : tensor<8x14xf32>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %heads = onnx.Constant {value = dense<[1, 2, 1, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %to7 = onnx.Constant {value = dense<[0, 0, 2, 7]> : tensor<4xi64>} : () -> tensor<4xi64>
  %r = onnx.MatMul(%x, %shared) : (tensor<*xf32>, tensor<8x3xf32>) -> tensor<*xf32>
  %r1 = onnx.Unsqueeze(%r, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %all = onnx.Expand(%r1, %heads) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %ht = onnx.Transpose(%h) {perm = array<i64: 3, 1, 2, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  %at = onnx.Transpose(%all) {perm = array<i64: 3, 1, 2, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  %kt = onnx.Concat(%ht, %at) {axis = 0 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %k = onnx.Transpose(%kt) {perm = array<i64: 3, 1, 2, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  %q0 = onnx.MatMul(%x, %query) : (tensor<*xf32>, tensor<8x14xf32>) -> tensor<*xf32>
  %q1 = onnx.Reshape(%q0, %to7) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%q1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%q, %k, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// One head, turned as a head of its own, then repeated: it is that head again.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @shared : tensor<8x4xf32> source "shared"
// CHECK-LABEL: module
// CHECK: %[[R:.*]] = llm.rope {{.*}} tensor<?x1x4xf32>
// CHECK-NOT: tensor.collapse_shape
// CHECK: tensor.concat dim(1) %[[R]], %[[R]] : {{.*}} -> tensor<?x2x4xf32>
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %shared = llm.param @shared : tensor<8x4xf32>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %inv = onnx.Constant {value = dense<[1.0, 0.5]> : tensor<2xf32>} : () -> tensor<2xf32>
  %heads = onnx.Constant {value = dense<[1, 2, 1, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %r = onnx.MatMul(%x, %shared) : (tensor<*xf32>, tensor<8x4xf32>) -> tensor<*xf32>
  %r1 = onnx.Unsqueeze(%r, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %rr = onnx.llmc.RotaryEmbedding(%r1, %inv) {sequence_axis = 2 : i64} : (tensor<*xf32>, tensor<2xf32>) -> tensor<*xf32>
  %all = onnx.Expand(%rr, %heads) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %k = onnx.Concat(%h, %all) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%k, %k, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Columns of rows.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: tensor.concat dim(1) %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %a, %b = onnx.Split(%af, %no) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<*xf32>, none) -> (tensor<*xf32>, tensor<*xf32>)
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %ra = onnx.Squeeze(%a, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %rb = onnx.Squeeze(%b, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %f = onnx.Concat(%rb, %ra) {axis = 2 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Rows behind rows are those of no step.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(onnx.Concat) joins something else than columns of rows"
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %twice = onnx.Concat(%h, %h) {axis = 2 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %twice, %twice, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Heads of one beside columns of the other: their dims differ.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(onnx.Concat) joins columns of rows whose other dims differ"
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %to4 = onnx.Constant {value = dense<[0, 0, 4, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %g0 = onnx.Reshape(%x, %to4) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %g = onnx.Transpose(%g0) {perm = array<i64: 0, 3, 1, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %k = onnx.Concat(%h, %g) {axis = 3 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%k, %k, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A cache of the row that keys and values are made of: what is made of old rows and new ones is what was, and will be, made of
// each. The step's cache holds keys and values.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @kv : tensor<8x16xf32> source "kv"
// CHECK-LABEL: module
// CHECK: func.func @step(%{{.*}}: !llm.batch, %{{.*}}: !llm.kv<1x2x4x4, f32>)
// CHECK: %[[X:.*]] = llm.embed
// CHECK: %[[K:.*]] = llm.linear %[[X]], %{{.*}} -> tensor<?x8xf32>
// CHECK: %[[KH:.*]] = tensor.expand_shape %[[K]]
// CHECK: %[[V:.*]] = llm.linear %[[X]], %{{.*}} -> tensor<?x8xf32>
// CHECK: %[[VH:.*]] = tensor.expand_shape %[[V]]
// CHECK: llm.kv_write %{{.*}}, %[[KH]], value(%[[VH]])
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}, %past: tensor<?x1x?x8xf32> {onnx.dims = ["b", "", "past", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %kv = llm.param @kv : tensor<8x16xf32>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %x1 = onnx.Unsqueeze(%x, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %all = onnx.Concat(%past, %x1) {axis = 2 : i64} : (tensor<?x1x?x8xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.MatMul(%all, %kv) : (tensor<*xf32>, tensor<8x16xf32>) -> tensor<*xf32>
  %flatm = onnx.Squeeze(%m, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %to8 = onnx.Constant {value = dense<[0, 0, 2, 8]> : tensor<4xi64>} : () -> tensor<4xi64>
  %mh = onnx.Reshape(%flatm, %to8) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %mt = onnx.Transpose(%mh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %k, %v = onnx.Split(%mt, %no) {axis = 3 : i64, num_outputs = 2 : i64} : (tensor<*xf32>, none) -> (tensor<*xf32>, tensor<*xf32>)
  %af = onnx.llmc.Attention(%h, %k, %v, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

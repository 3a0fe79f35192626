// RUN: llmc-opt %s --onnx-infer-shapes --make-stateful --split-input-file | FileCheck %s

// What tokens, positions, caches and the rows of logits may look like.

// For one sequence: a batch that is a number.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step(%[[B:.*]]: !llm.batch
// CHECK: %[[I:.*]] = llm.batch_tokens
// CHECK: llm.embed %[[I]]
// CHECK: llm.attention
// CHECK: %[[A:.*]] = llm.batch_logit_rows
// CHECK: llm.embed %[[A]]
func.func @main(%ids: tensor<1x?xi64> {onnx.name = "input_ids", onnx.dims = [1, "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<1x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// The same with the one in its reshapes.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]]
// CHECK: llm.attention
func.func @main(%ids: tensor<1x?xi64> {onnx.name = "input_ids", onnx.dims = [1, "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<1x?xi64>) -> tensor<*xf32>
  %q4 = onnx.Constant {value = dense<[1, -1, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %q3 = onnx.Constant {value = dense<[1, -1, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %hr = onnx.Reshape(%x, %q4) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %f = onnx.Reshape(%t, %q3) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// For four sequences.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: llm.attention
func.func @main(%ids: tensor<4x?xi64> {onnx.name = "input_ids", onnx.dims = [4, "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<4x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Tokens of 32 bits.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: llm.batch_tokens
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi32> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi32>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Tokens in one dim, cast, and their rows parted again (the spelling of older Gather lowerings).
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[I:.*]] = llm.batch_tokens
// CHECK: llm.embed %[[I]]
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %rows = onnx.Constant {value = dense<[-1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %b = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  %e = onnx.Constant {value = dense<8> : tensor<1xi64>} : () -> tensor<1xi64>
  %to = onnx.Concat(%b, %e) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %fl = onnx.Reshape(%ids, %rows) : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<*xi64>
  %c32 = onnx.Cast(%fl) {to = 6 : i64} : (tensor<*xi64>) -> tensor<*xi32>
  %xr = onnx.Gather(%table, %c32) : (tensor<320x8xf32>, tensor<*xi32>) -> tensor<*xf32>
  %x = onnx.Reshape(%xr, %to) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Caches that the graph has: what it joins to them is written, and they are no results. An axis may count from the end.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step(%{{.*}}: !llm.batch, %[[KV:.*]]: !llm.kv<1x2x4x4, f32>) -> (tensor<?x320xf32>, !llm.kv<1x2x4x4, f32>)
// CHECK: %[[W:.*]] = llm.kv_write %[[KV]]
// CHECK: llm.attention %{{.*}} cache(%[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}, %pk: tensor<?x2x?x4xf32> {onnx.dims = ["b", "", "past", ""]}, %pv: tensor<?x2x?x4xf32> {onnx.dims = ["b", "", "past", ""]}) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %k = onnx.Concat(%pk, %h) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.Concat(%pv, %h) {axis = -2 : i64} : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %k, %v, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l, %k, %v : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// Caches of floats around a graph of halves: a cast stands in front of what is new.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step(%{{.*}}: !llm.batch, %[[KV:.*]]: !llm.kv<1x2x4x4, f32>) -> (tensor<?x320xf32>, !llm.kv<1x2x4x4, f32>)
// CHECK: %[[W:.*]] = llm.kv_write %[[KV]]
// CHECK: llm.attention %{{.*}} cache(%[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}, %pk: tensor<?x2x?x4xf32> {onnx.dims = ["b", "", "past", ""]}, %pv: tensor<?x2x?x4xf32> {onnx.dims = ["b", "", "past", ""]}) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %hh = onnx.Cast(%h) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  %pkh = onnx.Cast(%pk) {to = 10 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xf16>
  %kh = onnx.Concat(%pkh, %hh) {axis = 2 : i64} : (tensor<*xf16>, tensor<*xf16>) -> tensor<*xf16>
  %k = onnx.Cast(%kh) {to = 1 : i64} : (tensor<*xf16>) -> tensor<*xf32>
  %v = onnx.Concat(%pv, %h) {axis = -2 : i64} : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %k, %v, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l, %k, %v : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// Logits of the last row alone: a step computes those of the rows that are asked for, whichever they are.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step(%{{.*}}: !llm.batch, %{{.*}}) -> (tensor<?x320xf32>
// CHECK: %[[Y:.*]] = arith.addf
// CHECK: %[[R:.*]] = llm.batch_logit_rows
// CHECK: %[[A:.*]] = llm.embed %[[R]], %[[Y]]
// CHECK: llm.linear %[[A]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %last = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = onnx.Constant {value = dense<9223372036854775807> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %z = onnx.Slice(%y, %last, %end, %i1, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// The same by an index, which leaves [batch, vocabulary].
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: llm.batch_logit_rows
// CHECK: llm.linear
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %last = onnx.Constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %z = onnx.Gather(%y, %last) {axis = 1 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Logits cast to f32, which they are.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[L:.*]] = llm.linear
// CHECK-NEXT: return %[[L]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %lo = onnx.Cast(%l) {to = 1 : i64} : (tensor<*xf32>) -> tensor<*xf32>
  return %lo : tensor<*xf32>
}

// -----

// Hidden states come first among the results: logits are those of the vocabulary.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step(%{{.*}}) -> (tensor<?x320xf32>
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> (tensor<*xf32>, tensor<*xf32>) {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y, %l : tensor<*xf32>, tensor<*xf32>
}

// -----

// The last row is taken before the last norm, and scaled: all that follows is of the rows that are asked for. How many those
// are is not asked of the norm, so that it and the product can be one kernel.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @n : tensor<8xf32> source "n"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[R:.*]] = llm.batch_logit_rows
// CHECK: %[[A:.*]] = llm.embed %[[R]]
// CHECK: %[[N:.*]] = llm.norm {{ ?}}rms %[[A]]
// CHECK: %[[C:.*]] = tensor.dim %[[R]]
// CHECK: tensor.splat %{{.*}}[%[[C]]]
// CHECK: %[[M:.*]] = arith.mulf %[[N]]
// CHECK: llm.linear %[[M]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %last = onnx.Constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %z = onnx.Gather(%y, %last) {axis = 1 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %n = llm.param @n : tensor<8xf32>
  %zn = onnx.RMSNormalization(%z, %n) : (tensor<*xf32>, tensor<8xf32>) -> tensor<*xf32>
  %tenth = onnx.Constant {value = dense<0.1> : tensor<f32>} : () -> tensor<f32>
  %zs = onnx.Mul(%zn, %tenth) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%zs, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// The first row alone: what follows it says nothing of it.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(onnx.Gather) leads to logits of one row, but neither takes the last nor is computed row by row"
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %last = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %z = onnx.Gather(%y, %last) {axis = 1 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// The row of the greatest token (a pooled classifier): which it is, the tokens say.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(onnx.GatherND) leads to logits of one row
// CHECK-NOT: func.func @step
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %last = onnx.ArgMax(%ids) {axis = 1 : i64, keepdims = 1 : i64, select_last_index = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %z = onnx.GatherND(%y, %last) {batch_dims = 1 : i64} : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Two scores of the last row: classes, not words.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @classes : tensor<8x2xf32> source "classes"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(func.func) no input of it chooses rows of a table and leads to an output of scores per token"
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %last = onnx.Constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %z = onnx.Gather(%y, %last) {axis = 1 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %head = llm.param @classes : tensor<8x2xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<8x2xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Tokens in one dim, sequence after sequence turned to token after token: those are other rows.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(onnx.Gather) chooses rows by something that is not the tokens"
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %rows = onnx.Constant {value = dense<[-1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %b = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  %e = onnx.Constant {value = dense<8> : tensor<1xi64>} : () -> tensor<1xi64>
  %to = onnx.Concat(%b, %e) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %tt = onnx.Transpose(%ids) {perm = array<i64: 1, 0>} : (tensor<?x?xi64>) -> tensor<*xi64>
  %fl = onnx.Reshape(%tt, %rows) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %c32 = onnx.Cast(%fl) {to = 6 : i64} : (tensor<*xi64>) -> tensor<*xi32>
  %xr = onnx.Gather(%table, %c32) : (tensor<320x8xf32>, tensor<*xi32>) -> tensor<*xf32>
  %x = onnx.Reshape(%xr, %to) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

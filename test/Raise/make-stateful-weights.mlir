// RUN: llmc-opt %s --onnx-infer-shapes --make-stateful --split-input-file | FileCheck %s

// Heads that hold query, key and value in turn (bloom): rows of every 12 of the matrix, chosen by constants.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @qkv : tensor<8x24xf32> source "qkv"
llm.weight @bias : tensor<24xf32> source "bias"
// CHECK-LABEL: module
// CHECK-DAG: tensor<8x8xf32> source "qkv" recipe [#llm.transpose, #llm.rows<0, 4, every = 12>]
// CHECK-DAG: tensor<8x8xf32> source "qkv" recipe [#llm.transpose, #llm.rows<4, 8, every = 12>]
// CHECK-DAG: tensor<8x8xf32> source "qkv" recipe [#llm.transpose, #llm.rows<8, 12, every = 12>]
// CHECK-DAG: tensor<8xf32> source "bias" recipe [#llm.rows<4, 8, every = 12>]
// CHECK: func.func @step
// CHECK-NOT: tensor.extract_slice
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %hq = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %hk = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %hv = onnx.Constant {value = dense<2> : tensor<i64>} : () -> tensor<i64>
  %qkv = llm.param @qkv : tensor<8x24xf32>
  %bias = llm.param @bias : tensor<24xf32>
  %parts = onnx.Constant {value = dense<[0, 0, 2, 3, 4]> : tensor<5xi64>} : () -> tensor<5xi64>
  %m = onnx.MatMul(%x, %qkv) : (tensor<*xf32>, tensor<8x24xf32>) -> tensor<*xf32>
  %mb = onnx.Add(%m, %bias) : (tensor<*xf32>, tensor<24xf32>) -> tensor<*xf32>
  %r = onnx.Reshape(%mb, %parts) : (tensor<*xf32>, tensor<5xi64>) -> tensor<*xf32>
  %qh = onnx.Gather(%r, %hq) {axis = 3 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %kh = onnx.Gather(%r, %hk) {axis = 3 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %vh = onnx.Gather(%r, %hv) {axis = 3 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %q = onnx.Transpose(%qh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %k = onnx.Transpose(%kh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.Transpose(%vh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%q, %k, %v, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<8x320xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<8x320xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// One head of keys for two of queries, cut out of one matrix by a slice of heads and two indices (falcon).
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @qkv : tensor<8x16xf32> source "qkv"
// CHECK-LABEL: module
// CHECK-DAG: tensor<8x8xf32> source "qkv" recipe [#llm.transpose, #llm.rows<0, 8>]
// CHECK-DAG: tensor<4x8xf32> source "qkv" recipe [#llm.transpose, #llm.rows<8, 12>]
// CHECK-DAG: tensor<4x8xf32> source "qkv" recipe [#llm.transpose, #llm.rows<12, 16>]
// CHECK: func.func @step(%{{.*}}: !llm.batch, %{{.*}}: !llm.kv<1x1x4x4, f32>)
// CHECK: llm.kv_write %{{.*}}, %{{.*}}, value(%{{.*}}), %{{.*}} : !llm.kv<1x1x4x4, f32>, tensor<?x1x4xf32>
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %qkv = llm.param @qkv : tensor<8x16xf32>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %to = onnx.Constant {value = dense<-2> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %ik = onnx.Constant {value = dense<-2> : tensor<1xi64>} : () -> tensor<1xi64>
  %iv = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %all = onnx.Constant {value = dense<[0, 0, 4, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %m = onnx.MatMul(%x, %qkv) : (tensor<*xf32>, tensor<8x16xf32>) -> tensor<*xf32>
  %r = onnx.Reshape(%m, %all) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %qh = onnx.Slice(%r, %i0, %to, %axis, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %kh = onnx.Gather(%r, %ik) {axis = 2 : i64} : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %vh = onnx.Gather(%r, %iv) {axis = 2 : i64} : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%qh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %k = onnx.Transpose(%kh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.Transpose(%vh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%q, %k, %v, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<8x320xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<8x320xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Learned positions that begin at the second row of their table (OPT), and rows in one dim between reshapes (gpt2).
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @places : tensor<66x8xf32> source "places"
llm.weight @w : tensor<8x8xf32> source "w"
llm.weight @b : tensor<8xf32> source "b"
// CHECK-LABEL: module attributes {llm.model = {context_length = 64
// CHECK-DAG: tensor<64x8xf32> source "places" recipe [#llm.rows<2, 66>]
// CHECK: func.func @step
// CHECK: %[[P:.*]] = llm.batch_positions
// CHECK: llm.embed %[[P]]
// CHECK: llm.linear %{{.*}}, %{{.*}} bias(%{{.*}})
// CHECK-NOT: {{\[\[0, 1\]}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %places = llm.param @places : tensor<66x8xf32>
  %w = llm.param @w : tensor<8x8xf32>
  %b = llm.param @b : tensor<8xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %tok = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %two = onnx.Constant {value = dense<2> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %rows = onnx.Constant {value = dense<[-1, 8]> : tensor<2xi64>} : () -> tensor<2xi64>
  %heads = onnx.Constant {value = dense<[2, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  %size = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  %len = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%len, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rb = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %place = onnx.Add(%rb, %two) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %pos = onnx.Gather(%places, %place) : (tensor<66x8xf32>, tensor<*xi64>) -> tensor<*xf32>
  %x = onnx.Add(%tok, %pos) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %flatrows = onnx.Reshape(%x, %rows) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %g = onnx.Gemm(%flatrows, %w, %b) : (tensor<*xf32>, tensor<8x8xf32>, tensor<8xf32>) -> tensor<*xf32>
  %full = onnx.Concat(%size, %heads) {axis = 0 : i64} : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %qh = onnx.Reshape(%g, %full) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%qh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%q, %q, %q, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<8x320xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<8x320xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Codes of 4 bits with a scale per 32 columns, of the table and of the head: one weight, in the grid that they are in.
llm.weight @codes : tensor<320x2x16xui8> source "codes"
llm.weight @scales : tensor<320x2xf32> source "scales"
llm.weight @zeros : tensor<320x1xui8> source "zeros"
// CHECK-LABEL: module
// CHECK-SAME: tied_embeddings = true
// CHECK: llm.weight @codes : !llm.packed<320x64, #llm.grid<bits = 4, group = 32, scale = f32, min = true>> source "codes" recipe [#llm.blocks<grid = <bits = 4, group = 32, scale = f32, min = true>, scales = "scales", zeros = "zeros">]
// CHECK-NEXT: func.func @step
// CHECK: %[[T:.*]] = llm.param @codes
// CHECK: llm.embed %{{.*}}, %[[T]]
// CHECK: %[[H:.*]] = llm.param @codes
// CHECK: llm.linear %{{.*}}, %[[H]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %codes = llm.param @codes : tensor<320x2x16xui8>
  %scales = llm.param @scales : tensor<320x2xf32>
  %zeros = llm.param @zeros : tensor<320x1xui8>
  %rows = onnx.Constant {value = dense<[320, 32]> : tensor<2xi64>} : () -> tensor<2xi64>
  %heads = onnx.Constant {value = dense<[0, 0, 4, 16]> : tensor<4xi64>} : () -> tensor<4xi64>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %bytes = onnx.Reshape(%codes, %rows) : (tensor<320x2x16xui8>, tensor<2xi64>) -> tensor<*xui8>
  %x = onnx.microsoft.GatherBlockQuantized(%bytes, %ids, %scales, %zeros) {block_size = 32 : i64} : (tensor<*xui8>, tensor<?x?xi64>, tensor<320x2xf32>, tensor<320x1xui8>) -> tensor<*xf32>
  %qh = onnx.Reshape(%x, %heads) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%qh) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%q, %q, %q, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %l = onnx.microsoft.MatMulNBits(%y, %codes, %scales, %zeros, %no, %no) {K = 64 : i64, N = 320 : i64, block_size = 32 : i64} : (tensor<*xf32>, tensor<320x2x16xui8>, tensor<320x2xf32>, tensor<320x1xui8>, none, none) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

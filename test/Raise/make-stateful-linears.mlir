// RUN: llmc-opt %s --onnx-infer-shapes --make-stateful --split-input-file | FileCheck %s

// Matrices as exporters join, cut, turn and bias them.

// q, k and v cut out of one product by slices (phi3, gpt_bigcode).
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @qkv : tensor<8x24xf32> source "qkv"
// CHECK-LABEL: module
// CHECK-DAG: source "qkv" recipe [#llm.transpose, #llm.rows<0, 8>]
// CHECK-DAG: source "qkv" recipe [#llm.transpose, #llm.rows<8, 16>]
// CHECK-DAG: source "qkv" recipe [#llm.transpose, #llm.rows<16, 24>]
// CHECK: func.func @step
// CHECK-NOT: tensor.extract_slice
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %qkv = llm.param @qkv : tensor<8x24xf32>
  %m = onnx.MatMul(%x, %qkv) : (tensor<*xf32>, tensor<8x24xf32>) -> tensor<*xf32>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %e0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %e8 = onnx.Constant {value = dense<8> : tensor<1xi64>} : () -> tensor<1xi64>
  %e16 = onnx.Constant {value = dense<16> : tensor<1xi64>} : () -> tensor<1xi64>
  %e24 = onnx.Constant {value = dense<24> : tensor<1xi64>} : () -> tensor<1xi64>
  %qs = onnx.Slice(%m, %e0, %e8, %i2, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %qhr = onnx.Reshape(%qs, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %qh = onnx.Transpose(%qhr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %ks = onnx.Slice(%m, %e8, %e16, %i2, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %khr = onnx.Reshape(%ks, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %kh = onnx.Transpose(%khr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %vs = onnx.Slice(%m, %e16, %e24, %i2, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %vhr = onnx.Reshape(%vs, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %vh = onnx.Transpose(%vhr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%qh, %kh, %vh, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A dim of three that is turned to the front, and indexed (timm, nanoGPT, clip).
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @qkv : tensor<8x24xf32> source "qkv"
// CHECK-LABEL: module
// CHECK-DAG: source "qkv" recipe [#llm.transpose, #llm.rows<0, 8>]
// CHECK-DAG: source "qkv" recipe [#llm.transpose, #llm.rows<8, 16>]
// CHECK-DAG: source "qkv" recipe [#llm.transpose, #llm.rows<16, 24>]
// CHECK: func.func @step
// CHECK-NOT: tensor.extract_slice
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %qkv = llm.param @qkv : tensor<8x24xf32>
  %m = onnx.MatMul(%x, %qkv) : (tensor<*xf32>, tensor<8x24xf32>) -> tensor<*xf32>
  %five = onnx.Constant {value = dense<[0, 0, 3, 2, 4]> : tensor<5xi64>} : () -> tensor<5xi64>
  %r = onnx.Reshape(%m, %five) : (tensor<*xf32>, tensor<5xi64>) -> tensor<*xf32>
  %t = onnx.Transpose(%r) {perm = array<i64: 2, 0, 3, 1, 4>} : (tensor<*xf32>) -> tensor<*xf32>
  %i0 = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %qh = onnx.Gather(%t, %i0) : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %i1 = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %kh = onnx.Gather(%t, %i1) : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %i2 = onnx.Constant {value = dense<2> : tensor<i64>} : () -> tensor<i64>
  %vh = onnx.Gather(%t, %i2) : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%qh, %kh, %vh, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Heads that hold q, k and v one after the other (gpt_neox), with a bias that goes along.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @qkv : tensor<8x24xf32> source "qkv"
llm.weight @b : tensor<24xf32> source "b"
// CHECK-LABEL: module
// CHECK-DAG: source "qkv" recipe [#llm.transpose, #llm.rows<0, 4, every = 12>]
// CHECK-DAG: source "qkv" recipe [#llm.transpose, #llm.rows<4, 8, every = 12>]
// CHECK-DAG: source "b" recipe [#llm.rows<0, 4, every = 12>]
// CHECK-DAG: source "b" recipe [#llm.rows<8, 12, every = 12>]
// CHECK: func.func @step
// CHECK-NOT: tensor.extract_slice
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %qkv = llm.param @qkv : tensor<8x24xf32>
  %b = llm.param @b : tensor<24xf32>
  %m0 = onnx.MatMul(%x, %qkv) : (tensor<*xf32>, tensor<8x24xf32>) -> tensor<*xf32>
  %m = onnx.Add(%b, %m0) : (tensor<24xf32>, tensor<*xf32>) -> tensor<*xf32>
  %four = onnx.Constant {value = dense<[0, 0, 2, 12]> : tensor<4xi64>} : () -> tensor<4xi64>
  %r = onnx.Reshape(%m, %four) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %parts = onnx.Constant {value = dense<4> : tensor<3xi64>} : () -> tensor<3xi64>
  %q, %k, %v = onnx.Split(%r, %parts) {axis = 3 : i64} : (tensor<*xf32>, tensor<3xi64>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %qh = onnx.Transpose(%q) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %kh = onnx.Transpose(%k) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %vh = onnx.Transpose(%v) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%qh, %kh, %vh, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A gated unit whose two matrices are one (phi3): halves of the rows, the activation of the first.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @up : tensor<8x32xf32> source "up"
llm.weight @down : tensor<16x8xf32> source "down"
// CHECK-LABEL: module
// CHECK-DAG: source "up" recipe [#llm.transpose, #llm.rows<0, 16>]
// CHECK-DAG: source "up" recipe [#llm.transpose, #llm.rows<16, 32>]
// CHECK: func.func @step
// CHECK: llm.attention
// CHECK: %[[G:.*]] = llm.linear
// CHECK: %[[U:.*]] = llm.linear
// CHECK: %[[S:.*]] = llm.act silu %[[G]]
// CHECK: arith.mulf %[[U]], %[[S]]
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
  %up = llm.param @up : tensor<8x32xf32>
  %down = llm.param @down : tensor<16x8xf32>
  %u = onnx.MatMul(%y, %up) : (tensor<*xf32>, tensor<8x32xf32>) -> tensor<*xf32>
  %half = onnx.Constant {value = dense<16> : tensor<2xi64>} : () -> tensor<2xi64>
  %gate, %rest = onnx.Split(%u, %half) {axis = -1 : i64} : (tensor<*xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  %s = onnx.Swish(%gate) : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.Mul(%rest, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %d = onnx.MatMul(%p, %down) : (tensor<*xf32>, tensor<16x8xf32>) -> tensor<*xf32>
  %z = onnx.Add(%y, %d) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Attention and feed-forward beside each other, of one norm (gptj, phi, cohere).
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @n : tensor<8xf32> source "n"
llm.weight @up : tensor<8x32xf32> source "up"
llm.weight @down : tensor<32x8xf32> source "down"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[N:.*]] = llm.norm {{ ?}}rms
// CHECK: tensor.expand_shape %[[N]]
// CHECK: llm.attention
// CHECK: llm.linear %[[N]]
// CHECK: llm.act gelu_erf
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %n = llm.param @n : tensor<8xf32>
  %nx = onnx.RMSNormalization(%x, %n) : (tensor<*xf32>, tensor<8xf32>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%nx, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %up = llm.param @up : tensor<8x32xf32>
  %down = llm.param @down : tensor<32x8xf32>
  %u = onnx.MatMul(%nx, %up) : (tensor<*xf32>, tensor<8x32xf32>) -> tensor<*xf32>
  %s = onnx.Gelu(%u) : (tensor<*xf32>) -> tensor<*xf32>
  %d = onnx.MatMul(%s, %down) : (tensor<*xf32>, tensor<32x8xf32>) -> tensor<*xf32>
  %both = onnx.Add(%f, %d) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %z = onnx.Add(%both, %x) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A head of its own, by Gemm with a turned matrix on rows in one dim.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @lm : tensor<320x8xf32> source "lm"
// CHECK-LABEL: module
// CHECK-SAME: tied_embeddings = false
// CHECK: llm.weight @lm : tensor<320x8xf32> source "lm"
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @lm
// CHECK: llm.linear %{{.*}}, %[[W]] :
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
  %lm = llm.param @lm : tensor<320x8xf32>
  %rows = onnx.Constant {value = dense<[-1, 8]> : tensor<2xi64>} : () -> tensor<2xi64>
  %yr = onnx.Reshape(%y, %rows) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %lr = onnx.Gemm(%yr, %lm, %no) {transB = 1 : i64} : (tensor<*xf32>, tensor<320x8xf32>, none) -> tensor<*xf32>
  %b = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  %vo = onnx.Constant {value = dense<320> : tensor<1xi64>} : () -> tensor<1xi64>
  %to = onnx.Concat(%b, %vo) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %l = onnx.Reshape(%lr, %to) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A head with a bias (phi, gptj).
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @lm : tensor<8x320xf32> source "lm"
llm.weight @lb : tensor<320xf32> source "lb"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @lm
// CHECK: %[[B:.*]] = llm.param @lb
// CHECK: llm.linear %{{.*}}, %[[W]] bias(%[[B]])
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
  %lm = llm.param @lm : tensor<8x320xf32>
  %lb = llm.param @lb : tensor<320xf32>
  %l0 = onnx.MatMul(%y, %lm) : (tensor<*xf32>, tensor<8x320xf32>) -> tensor<*xf32>
  %l = onnx.Add(%l0, %lb) : (tensor<*xf32>, tensor<320xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Rows times a number (gemma), logits through a softcap: only of the rows that are asked for, and multiplied where the graph
// divides by a number.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK-SAME: tied_embeddings = true
// CHECK: func.func @step
// CHECK: llm.embed
// CHECK: arith.mulf
// CHECK: llm.batch_logit_rows
// CHECK: llm.linear
// CHECK: %[[SHARE:.*]] = arith.constant 0.0333333351 : f32
// CHECK: %[[SHARES:.*]] = tensor.splat %[[SHARE]]
// CHECK: arith.mulf %{{.*}}, %[[SHARES]]
// CHECK: llm.act tanh
// CHECK: arith.mulf
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %scale = onnx.Constant {value = dense<2.82842708> : tensor<f32>} : () -> tensor<f32>
  %xs = onnx.Mul(%x, %scale) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%xs, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%xs, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cap = onnx.Constant {value = dense<30.0> : tensor<f32>} : () -> tensor<f32>
  %d = onnx.Div(%l, %cap) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %t = onnx.Tanh(%d) : (tensor<*xf32>) -> tensor<*xf32>
  %lc = onnx.Mul(%t, %cap) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  return %lc : tensor<*xf32>
}

// -----

// The square of a ReLU (nemotron): one activation.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @up : tensor<8x32xf32> source "up"
llm.weight @down : tensor<32x8xf32> source "down"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[U:.*]] = llm.linear
// CHECK: llm.act relu2 %[[U]]
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
  %up = llm.param @up : tensor<8x32xf32>
  %down = llm.param @down : tensor<32x8xf32>
  %u = onnx.MatMul(%y, %up) : (tensor<*xf32>, tensor<8x32xf32>) -> tensor<*xf32>
  %r = onnx.Relu(%u) : (tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Pow(%r, %two) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %d = onnx.MatMul(%s, %down) : (tensor<*xf32>, tensor<32x8xf32>) -> tensor<*xf32>
  %z = onnx.Add(%y, %d) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// The same as a product.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @up : tensor<8x32xf32> source "up"
llm.weight @down : tensor<32x8xf32> source "down"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[U:.*]] = llm.linear
// CHECK: llm.act relu2 %[[U]]
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
  %up = llm.param @up : tensor<8x32xf32>
  %down = llm.param @down : tensor<32x8xf32>
  %u = onnx.MatMul(%y, %up) : (tensor<*xf32>, tensor<8x32xf32>) -> tensor<*xf32>
  %r = onnx.Relu(%u) : (tensor<*xf32>) -> tensor<*xf32>
  %s = onnx.Mul(%r, %r) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %d = onnx.MatMul(%s, %down) : (tensor<*xf32>, tensor<32x8xf32>) -> tensor<*xf32>
  %z = onnx.Add(%y, %d) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Other powers: a cube by products, a root.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK: math.absf
// CHECK: math.sqrt
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %three = onnx.Constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %root = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %p = onnx.Pow(%x, %three) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %ab = onnx.Abs(%p) : (tensor<*xf32>) -> tensor<*xf32>
  %r = onnx.Pow(%ab, %root) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%r, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%r, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Clipped projections (olmo, mpt).
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @w : tensor<8x8xf32> source "w"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[M:.*]] = llm.linear
// CHECK: %[[L:.*]] = arith.maximumf %[[M]]
// CHECK: arith.minimumf %[[L]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %w = llm.param @w : tensor<8x8xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<8x8xf32>) -> tensor<*xf32>
  %lo = onnx.Constant {value = dense<-6.0> : tensor<f32>} : () -> tensor<f32>
  %hi = onnx.Constant {value = dense<6.0> : tensor<f32>} : () -> tensor<f32>
  %cl = onnx.Clip(%m, %lo, %hi) : (tensor<*xf32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%cl, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%cl, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A swish of another factor than those with a name: x times the sigmoid of its multiple.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[X:.*]] = llm.embed
// CHECK: %[[A:.*]] = arith.mulf %[[X]]
// CHECK: %[[S:.*]] = llm.act sigmoid %[[A]]
// CHECK: arith.mulf %[[X]], %[[S]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %s = onnx.Swish(%x) {alpha = 1.5 : f32} : (tensor<*xf32>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%s, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%s, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A product that is read before its bias is added: the bias is a sum of its own.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @w : tensor<8x8xf32> source "w"
llm.weight @b : tensor<8xf32> source "b"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[M:.*]] = llm.linear %{{.*}}, %{{.*}} :
// CHECK: %[[B:.*]] = llm.broadcast
// CHECK: %[[S:.*]] = arith.addf %[[M]], %[[B]]
// CHECK: arith.mulf %[[M]], %[[S]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %w = llm.param @w : tensor<8x8xf32>
  %b = llm.param @b : tensor<8xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<8x8xf32>) -> tensor<*xf32>
  %m2 = onnx.Add(%m, %b) : (tensor<*xf32>, tensor<8xf32>) -> tensor<*xf32>
  %both = onnx.Mul(%m, %m2) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%both, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%both, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Half numbers: weights keep their type, rows are f32.
llm.weight @table : tensor<320x8xf16> source "table"
llm.weight @w : tensor<8x8xf16> source "w"
// CHECK-LABEL: module
// CHECK: llm.weight @{{.*}} : tensor<320x8xf16> source "table"
// CHECK: func.func @step
// CHECK: llm.embed %{{.*}} : (tensor<?xi32>, tensor<320x8xf16>) -> tensor<?x8xf32>
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf16> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf16>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf16>, tensor<?x?xi64>) -> tensor<*xf16>
  %w = llm.param @w : tensor<8x8xf16>
  %xf = onnx.Cast(%x) {to = 1 : i64} : (tensor<*xf16>) -> tensor<*xf32>
  %xh = onnx.Cast(%xf) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  %m = onnx.MatMul(%xh, %w) : (tensor<*xf16>, tensor<8x8xf16>) -> tensor<*xf16>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %to2) : (tensor<*xf16>, tensor<4xi64>) -> tensor<*xf16>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf16>) -> tensor<*xf16>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf16>, tensor<*xf16>, tensor<*xf16>, none, none, none) -> tensor<*xf16>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf16>) -> tensor<*xf16>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf16>, tensor<3xi64>) -> tensor<*xf16>
  %y = onnx.Add(%m, %f) : (tensor<*xf16>, tensor<*xf16>) -> tensor<*xf16>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf16>) -> tensor<*xf16>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf16>, tensor<*xf16>) -> tensor<*xf16>
  return %l : tensor<*xf16>
}

// -----

// A power that is no whole number and no root.
llm.weight @table : tensor<320x8xf32> source "table"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(onnx.Pow) raises to a power other than 0.5, 2 and 3, which has no form on rows"
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %three = onnx.Constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %root = onnx.Constant {value = dense<0.3> : tensor<f32>} : () -> tensor<f32>
  %p = onnx.Pow(%x, %three) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %ab = onnx.Abs(%p) : (tensor<*xf32>) -> tensor<*xf32>
  %r = onnx.Pow(%ab, %root) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%r, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%r, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Query, key and value of one product, cut to a range before they part (mpt): each is a product, cut to the range.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @qkv : tensor<8x24xf32> source "qkv"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK-COUNT-3: arith.minimumf %{{.*}}, %{{.*}} : tensor<?x8xf32>
// CHECK-NOT: tensor.extract_slice
// CHECK-NOT: tensor<?x24xf32>
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %qkv = llm.param @qkv : tensor<8x24xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %all = onnx.MatMul(%x, %qkv) : (tensor<*xf32>, tensor<8x24xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<-1.5> : tensor<f32>} : () -> tensor<f32>
  %high = onnx.Constant {value = dense<1.5> : tensor<f32>} : () -> tensor<f32>
  %above = onnx.Max(%all, %low) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %cut = onnx.Min(%above, %high) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %p:3 = onnx.Split(%cut, %no) {axis = 2 : i64, num_outputs = 3 : i64} : (tensor<*xf32>, none) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %to2 = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %q0 = onnx.Reshape(%p#0, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %k0 = onnx.Reshape(%p#1, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %v0 = onnx.Reshape(%p#2, %to2) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%q0) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %k = onnx.Transpose(%k0) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %v = onnx.Transpose(%v0) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %af = onnx.llmc.Attention(%q, %k, %v, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %tf = onnx.Transpose(%af) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%tf, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%f, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

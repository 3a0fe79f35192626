// RUN: llmc-opt %s --onnx-infer-shapes --make-stateful --split-input-file | FileCheck %s

// DequantizeLinear of a constant before a product: the codes of the file are those of the linear.

// One scale for the whole of int8 [K, N]: rows of 32 share it, and the codes count from 128.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi8> source "c"
// CHECK-LABEL: module
// CHECK: llm.weight @c : !llm.packed<64x64, #llm.grid<bits = 8, group = 32, scale = f32, zero = 128>> source "c" recipe [#llm.dequantize<scales = 5.000000e-01 : f32, axis = 1, grid = <bits = 8, group = 32, scale = f32, zero = 128>, transposed = true>]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi8>
  %s = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %w = onnx.DequantizeLinear(%c, %s, %no) : (tensor<64x64xi8>, tensor<f32>, none) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// The same of uint8 with one zero.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xui8> source "c"
// CHECK-LABEL: module
// CHECK: llm.weight @c : !llm.packed<64x64, #llm.grid<bits = 8, group = 32, scale = f32, zero = 113>> source "c" recipe [#llm.dequantize<scales = 5.000000e-01 : f32, zeros = 113 : i64, axis = 1,
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xui8>
  %s = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Constant {value = dense<113> : tensor<ui8>} : () -> tensor<ui8>
  %w = onnx.DequantizeLinear(%c, %s, %z) : (tensor<64x64xui8>, tensor<f32>, tensor<ui8>) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// One scale per column of [K, N], with zeros that are 0 throughout: those cost nothing.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi8> source "c"
llm.weight @s : tensor<64xf32> source "s"
// CHECK-LABEL: module
// CHECK: llm.weight @c : !llm.packed<64x64, #llm.grid<bits = 8, group = 32, scale = f32, zero = 128>> source "c" recipe [#llm.dequantize<scales = "s", zeros = 0 : i64, axis = 1,
// CHECK-SAME: transposed = true>]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi8>
  %s = llm.param @s : tensor<64xf32>
  %z = onnx.Constant {value = dense<0> : tensor<64xi8>} : () -> tensor<64xi8>
  %w = onnx.DequantizeLinear(%c, %s, %z) {axis = 1 : i64} : (tensor<64x64xi8>, tensor<64xf32>, tensor<64xi8>) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// An axis counts from the end; zeros that a tensor has become minima.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi8> source "c"
llm.weight @s : tensor<64xf32> source "s"
llm.weight @z : tensor<64xi8> source "z"
// CHECK-LABEL: module
// CHECK: llm.weight @c : !llm.packed<64x64, #llm.grid<bits = 8, group = 32, scale = f32, min = true>> source "c" recipe [#llm.dequantize<scales = "s", zeros = "z", axis = 1,
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi8>
  %s = llm.param @s : tensor<64xf32>
  %z = llm.param @z : tensor<64xi8>
  %w = onnx.DequantizeLinear(%c, %s, %z) {axis = -1 : i64} : (tensor<64x64xi8>, tensor<64xf32>, tensor<64xi8>) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Blocks of 32 along K of int4 [K, N], scales of halves (the QDQ form of 4 bits of ONNX Runtime).
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi4> source "c"
llm.weight @s : tensor<2x64xf16> source "s"
// CHECK-LABEL: module
// CHECK: llm.weight @c : !llm.packed<64x64, #llm.grid<bits = 4, group = 32, scale = f16, zero = 8>> source "c" recipe [#llm.dequantize<scales = "s", block = 32, grid = <bits = 4, group = 32, scale = f16, zero = 8>, transposed = true>]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi4>
  %s = llm.param @s : tensor<2x64xf16>
  %w = onnx.DequantizeLinear(%c, %s, %no) {axis = 0 : i64, block_size = 32 : i64} : (tensor<64x64xi4>, tensor<2x64xf16>, none) -> tensor<*xf16>
  %wf = onnx.Cast(%w) {to = 1 : i64} : (tensor<*xf16>) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %wf) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// uint4 [N, K] turned by a Transpose, blocks of 32 with zeros.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xui4> source "c"
llm.weight @s : tensor<64x2xf32> source "s"
llm.weight @z : tensor<64x2xui4> source "z"
// CHECK-LABEL: module
// CHECK: llm.weight @c : !llm.packed<64x64, #llm.grid<bits = 4, group = 32, scale = f32, min = true>> source "c" recipe [#llm.dequantize<scales = "s", zeros = "z", axis = 1, block = 32, grid = <bits = 4, group = 32, scale = f32, min = true>>]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xui4>
  %s = llm.param @s : tensor<64x2xf32>
  %z = llm.param @z : tensor<64x2xui4>
  %q = onnx.DequantizeLinear(%c, %s, %z) {axis = 1 : i64, block_size = 32 : i64} : (tensor<64x64xui4>, tensor<64x2xf32>, tensor<64x2xui4>) -> tensor<*xf32>
  %w = onnx.Transpose(%q) {perm = array<i64: 1, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Gemm with a turned matrix of int8 and a bias of int32.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi8> source "c"
llm.weight @s : tensor<64xf32> source "s"
llm.weight @b : tensor<64xi32> source "b"
// CHECK-LABEL: module
// CHECK-DAG: llm.weight @c : !llm.packed<64x64, #llm.grid<bits = 8, group = 32, scale = f32, zero = 128>> source "c" recipe [#llm.dequantize<scales = "s", grid = <bits = 8, group = 32, scale = f32, zero = 128>>]
// CHECK-DAG: llm.weight @b : tensor<64xf32> source "b" recipe [#llm.dequantize<scales = "s">]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: %[[B:.*]] = llm.param @b
// CHECK: llm.linear %{{.*}}, %[[W]] bias(%[[B]])
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi8>
  %s = llm.param @s : tensor<64xf32>
  %b = llm.param @b : tensor<64xi32>
  %w = onnx.DequantizeLinear(%c, %s, %no) {axis = 0 : i64} : (tensor<64x64xi8>, tensor<64xf32>, none) -> tensor<*xf32>
  %bf = onnx.DequantizeLinear(%b, %s, %no) {axis = 0 : i64} : (tensor<64xi32>, tensor<64xf32>, none) -> tensor<*xf32>
  %rows = onnx.Constant {value = dense<[-1, 64]> : tensor<2xi64>} : () -> tensor<2xi64>
  %xr = onnx.Reshape(%x, %rows) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %g = onnx.Gemm(%xr, %w, %bf) {transB = 1 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %b2 = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<*xi64>
  %e = onnx.Constant {value = dense<64> : tensor<1xi64>} : () -> tensor<1xi64>
  %to = onnx.Concat(%b2, %e) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %m = onnx.Reshape(%g, %to) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Columns of a product are rows of its codes.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x192xi8> source "c"
llm.weight @s : tensor<192xf32> source "s"
// CHECK-LABEL: module
// CHECK: llm.weight @{{.*}} : !llm.packed<64x64, #llm.grid<bits = 8, group = 32, scale = f32, zero = 128>> source "c" recipe [#llm.dequantize<{{.*}}>, #llm.rows<64, 128>]
// CHECK: func.func @step
// CHECK-NOT: tensor.extract_slice
// CHECK: llm.attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x192xi8>
  %s = llm.param @s : tensor<192xf32>
  %w = onnx.DequantizeLinear(%c, %s, %no) {axis = 1 : i64} : (tensor<64x192xi8>, tensor<192xf32>, none) -> tensor<*xf32>
  %all = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %parts = onnx.Constant {value = dense<64> : tensor<3xi64>} : () -> tensor<3xi64>
  %q0, %m, %v0 = onnx.Split(%all, %parts) {axis = 2 : i64} : (tensor<*xf32>, tensor<3xi64>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A scale per place of K: no group has one, so the floats are what is multiplied.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi8> source "c"
llm.weight @s : tensor<64xf32> source "s"
// CHECK-LABEL: module
// CHECK: llm.weight @c : tensor<64x64xf32> source "c" recipe [#llm.dequantize<scales = "s">, #llm.transpose]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi8>
  %s = llm.param @s : tensor<64xf32>
  %w = onnx.DequantizeLinear(%c, %s, %no) {axis = 0 : i64} : (tensor<64x64xi8>, tensor<64xf32>, none) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Blocks of 8 are too short for a group.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi8> source "c"
llm.weight @s : tensor<8x64xf32> source "s"
// CHECK-LABEL: module
// CHECK: llm.weight @c : tensor<64x64xf32> source "c" recipe [#llm.dequantize<scales = "s", block = 8>, #llm.transpose]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi8>
  %s = llm.param @s : tensor<8x64xf32>
  %w = onnx.DequantizeLinear(%c, %s, %no) {axis = 0 : i64, block_size = 8 : i64} : (tensor<64x64xi8>, tensor<8x64xf32>, none) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Blocks along N: each place of K has a scale of its own.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi8> source "c"
llm.weight @s : tensor<64x2xf32> source "s"
// CHECK-LABEL: module
// CHECK: llm.weight @c : tensor<64x64xf32> source "c" recipe [#llm.dequantize<scales = "s", axis = 1, block = 32>, #llm.transpose]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi8>
  %s = llm.param @s : tensor<64x2xf32>
  %w = onnx.DequantizeLinear(%c, %s, %no) {axis = 1 : i64, block_size = 32 : i64} : (tensor<64x64xi8>, tensor<64x2xf32>, none) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Codes of 16 bits are in no grid.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi16> source "c"
llm.weight @s : tensor<64xf32> source "s"
// CHECK-LABEL: module
// CHECK: llm.weight @c : tensor<64x64xf32> source "c" recipe [#llm.dequantize<scales = "s", axis = 1>, #llm.transpose]
// CHECK: func.func @step
// CHECK: %[[W:.*]] = llm.param @c
// CHECK: llm.linear %{{.*}}, %[[W]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi16>
  %s = llm.param @s : tensor<64xf32>
  %w = onnx.DequantizeLinear(%c, %s, %no) {axis = 1 : i64} : (tensor<64x64xi16>, tensor<64xf32>, none) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Scales that are computed are no tensor of the file.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @c : tensor<64x64xi8> source "c"
llm.weight @s : tensor<64xf32> source "s"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(onnx.MatMul) multiplies by something that is no matrix of weights"
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %c = llm.param @c : tensor<64x64xi8>
  %s0 = llm.param @s : tensor<64xf32>
  %s = onnx.Exp(%s0) : (tensor<64xf32>) -> tensor<64xf32>
  %w = onnx.DequantizeLinear(%c, %s, %no) {axis = 1 : i64} : (tensor<64x64xi8>, tensor<64xf32>, none) -> tensor<*xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Rows as codes of uint8 and back: divided, rounded to even, from the zero on, cut off.
llm.weight @table : tensor<320x64xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: %[[X:.*]] = llm.embed
// CHECK: %[[D:.*]] = arith.divf %[[X]]
// CHECK: %[[R:.*]] = math.roundeven %[[D]]
// CHECK: %[[Z:.*]] = arith.addf %[[R]]
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[L:.*]] = arith.maximumf %[[Z]]
// CHECK: %[[MOST:.*]] = arith.constant 2.550000e+02 : f32
// CHECK: %[[C:.*]] = arith.minimumf %[[L]]
// CHECK: %[[S:.*]] = arith.subf %[[C]]
// CHECK: arith.mulf %[[S]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %xs = onnx.Constant {value = dense<0.01> : tensor<f32>} : () -> tensor<f32>
  %xz = onnx.Constant {value = dense<100> : tensor<ui8>} : () -> tensor<ui8>
  %q = onnx.QuantizeLinear(%x, %xs, %xz) : (tensor<*xf32>, tensor<f32>, tensor<ui8>) -> tensor<*xui8>
  %m = onnx.DequantizeLinear(%q, %xs, %xz) : (tensor<*xui8>, tensor<f32>, tensor<ui8>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// Signed codes of 16 bits without a zero: from -32768 to 32767.
llm.weight @table : tensor<320x64xf32> source "table"
// CHECK-LABEL: module
// CHECK: func.func @step
// CHECK: math.roundeven
// CHECK-NOT: arith.addf
// CHECK: arith.constant -3.276800e+04 : f32
// CHECK: arith.constant 3.276700e+04 : f32
// CHECK: arith.minimumf
// CHECK-NOT: arith.subf
// CHECK: arith.mulf
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %xs = onnx.Constant {value = dense<0.01> : tensor<f32>} : () -> tensor<f32>
  %q = onnx.QuantizeLinear(%x, %xs, %no) {output_dtype = 5 : i64} : (tensor<*xf32>, tensor<f32>, none) -> tensor<*xi16>
  %m = onnx.DequantizeLinear(%q, %xs, %no) : (tensor<*xi16>, tensor<f32>, none) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A scale per column of the rows.
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @s : tensor<64xf32> source "s"
// CHECK-LABEL: module
// CHECK-SAME: onnx.declined = "(onnx.QuantizeLinear) has other than one constant scale and zero for its rows"
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x64xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %s = llm.param @s : tensor<64xf32>
  %q = onnx.QuantizeLinear(%x, %s, %no) {axis = 2 : i64, output_dtype = 3 : i64} : (tensor<*xf32>, tensor<64xf32>, none) -> tensor<*xi8>
  %m = onnx.DequantizeLinear(%q, %s, %no) {axis = 2 : i64} : (tensor<*xi8>, tensor<64xf32>, none) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%m, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

// -----

// A table of codes with a scale per word, which is the head as well: one weight.
llm.weight @table : tensor<320x64xi8> source "table"
llm.weight @words : tensor<320xf32> source "words"
// CHECK-LABEL: module
// CHECK-SAME: tied_embeddings = true
// CHECK: llm.weight @table : !llm.packed<320x64, #llm.grid<bits = 8, group = 32, scale = f32, zero = 128>> source "table" recipe [#llm.dequantize<scales = "words", grid = <bits = 8, group = 32, scale = f32, zero = 128>>]
// CHECK-NOT: llm.weight
// CHECK: func.func @step
// CHECK: llm.embed
// CHECK: llm.linear
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %codes = llm.param @table : tensor<320x64xi8>
  %words = llm.param @words : tensor<320xf32>
  %table = onnx.DequantizeLinear(%codes, %words, %no) {axis = 0 : i64} : (tensor<320x64xi8>, tensor<320xf32>, none) -> tensor<*xf32>
  %x = onnx.Gather(%table, %ids) : (tensor<*xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<[0, 0, 2, 32]> : tensor<4xi64>} : () -> tensor<4xi64>
  %hr = onnx.Reshape(%x, %two) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %h = onnx.Transpose(%hr) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%h, %h, %h, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %flat = onnx.Constant {value = dense<[0, 0, 64]> : tensor<3xi64>} : () -> tensor<3xi64>
  %f = onnx.Reshape(%t, %flat) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%x, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}

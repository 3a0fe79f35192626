// RUN: llmc-opt %s --onnx-infer-shapes --make-stateful --split-input-file | FileCheck %s

// Every token repeated twice, the weights of its two experts gathered, their results weighed and added (mixtral by
// torch.onnx): nothing of that is made.
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @gate : tensor<4x8xf32> source "gate"
llm.weight @up : tensor<4x12x8xf32> source "up"
llm.weight @down : tensor<4x8x6xf32> source "down"
// CHECK-LABEL: module
// CHECK-DAG: tensor<4x6x8xf32> source "up" recipe [#llm.rows<0, 6, every = 12>]
// CHECK-DAG: tensor<4x6x8xf32> source "up" recipe [#llm.rows<6, 12, every = 12>]
// CHECK: func.func @step
// CHECK: %[[I:.*]], %[[W:.*]] = llm.route %{{.*}} {k = 2 : i64, weighting = #llm<route_weights sum>} : (tensor<?x4xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
// CHECK-NOT: expand_shape
// CHECK: %[[G:.*]] = llm.expert_linear %[[X:.*]], %[[I]], %{{.*}} : (tensor<?x8xf32>, tensor<?x2xi32>, tensor<4x6x8xf32>) -> tensor<?x2x6xf32>
// CHECK: %[[U:.*]] = llm.expert_linear %[[X]], %[[I]], %{{.*}} -> tensor<?x2x6xf32>
// CHECK: llm.act silu %[[G]]
// CHECK: %[[H:.*]] = arith.mulf %{{.*}}, %[[U]]
// CHECK: %[[D:.*]] = llm.expert_linear %[[H]], %[[I]], %{{.*}} : (tensor<?x2x6xf32>, tensor<?x2xi32>, tensor<4x8x6xf32>) -> tensor<?x2x8xf32>
// CHECK: llm.combine %[[D]], %[[W]] : (tensor<?x2x8xf32>, tensor<?x2xf32>) -> tensor<?x8xf32>
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %gate = llm.param @gate : tensor<4x8xf32>
  %up = llm.param @up : tensor<4x12x8xf32>
  %down = llm.param @down : tensor<4x8x6xf32>
  %rows = onnx.Constant {value = dense<[-1, 8]> : tensor<2xi64>} : () -> tensor<2xi64>
  %flat = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %heads = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %joined = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %one = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %last = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %twice = onnx.Constant {value = dense<[1, 2, 1]> : tensor<3xi64>} : () -> tensor<3xi64>
  %pairs = onnx.Constant {value = dense<[-1, 2, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %r = onnx.Reshape(%x, %heads) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%r) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%q, %q, %q, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %h = onnx.Reshape(%t, %joined) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %n = onnx.Reshape(%h, %rows) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %l = onnx.Gemm(%n, %gate, %no) {transB = 1 : i64} : (tensor<*xf32>, tensor<4x8xf32>, none) -> tensor<*xf32>
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "softmax", weighting = "sum"} : (tensor<*xf32>, none) -> (tensor<*xf32>, tensor<*xi64>)
  %n1 = onnx.Unsqueeze(%n, %one) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %n2 = onnx.Expand(%n1, %twice) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %n3 = onnx.Reshape(%n2, %rows) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %ef = onnx.Reshape(%e, %flat) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %en = onnx.Unsqueeze(%ef, %last) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ups = onnx.GatherND(%up, %en) : (tensor<4x12x8xf32>, tensor<*xi64>) -> tensor<*xf32>
  %c1 = onnx.Unsqueeze(%n3, %last) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %p1 = onnx.MatMul(%ups, %c1) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %s1 = onnx.Squeeze(%p1, %last) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %g, %u = onnx.Split(%s1, %no) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<*xf32>, none) -> (tensor<*xf32>, tensor<*xf32>)
  %act = onnx.Swish(%g) : (tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.Mul(%act, %u) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %downs = onnx.Gather(%down, %ef) : (tensor<4x8x6xf32>, tensor<*xi64>) -> tensor<*xf32>
  %c2 = onnx.Unsqueeze(%m, %last) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %p2 = onnx.MatMul(%downs, %c2) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %s2 = onnx.Squeeze(%p2, %last) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %wf = onnx.Reshape(%w, %flat) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %w1 = onnx.Unsqueeze(%wf, %last) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ws = onnx.Mul(%s2, %w1) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %wr = onnx.Reshape(%ws, %pairs) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %sum = onnx.ReduceSum(%wr, %one) {keepdims = 0 : i64} : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %sx = onnx.Shape(%x) : (tensor<*xf32>) -> tensor<3xi64>
  %back = onnx.Reshape(%sum, %sx) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %y = onnx.Add(%h, %back) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %head = onnx.Transpose(%table) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<8x320xf32>
  %logits = onnx.MatMul(%y, %head) : (tensor<*xf32>, tensor<8x320xf32>) -> tensor<*xf32>
  return %logits : tensor<*xf32>
}

// -----

// Weights of [in, out], chosen by [token, k] as they are, with biases; columns of gate and up in turn (gpt-oss).
llm.weight @table : tensor<320x8xf32> source "table"
llm.weight @gate : tensor<4x8xf32> source "gate"
llm.weight @up : tensor<4x8x12xf32> source "up"
llm.weight @upb : tensor<4x12xf32> source "upb"
// CHECK-LABEL: module
// CHECK-DAG: tensor<4x6x8xf32> source "up" recipe [#llm.transpose, #llm.rows<0, 1, every = 2>]
// CHECK-DAG: tensor<4x6xf32> source "upb" recipe [#llm.transpose, #llm.rows<1, 2, every = 2>, #llm.transpose]
// CHECK: func.func @step
// CHECK: llm.expert_linear %{{.*}}, %{{.*}}, %{{.*}} bias(%{{.*}}) : (tensor<?x8xf32>, tensor<?x2xi32>, tensor<4x6x8xf32>, tensor<4x6xf32>) -> tensor<?x2x6xf32>
// CHECK: llm.combine
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %table = llm.param @table : tensor<320x8xf32>
  %gate = llm.param @gate : tensor<4x8xf32>
  %up = llm.param @up : tensor<4x8x12xf32>
  %upb = llm.param @upb : tensor<4x12xf32>
  %heads = onnx.Constant {value = dense<[0, 0, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %joined = onnx.Constant {value = dense<[0, 0, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %rows = onnx.Constant {value = dense<[-1, 8]> : tensor<2xi64>} : () -> tensor<2xi64>
  %zero = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %one = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %two = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %last = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %most = onnx.Constant {value = dense<9223372036854775807> : tensor<1xi64>} : () -> tensor<1xi64>
  %limit = onnx.Constant {value = dense<7.0> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Gather(%table, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
  %r = onnx.Reshape(%x, %heads) : (tensor<*xf32>, tensor<4xi64>) -> tensor<*xf32>
  %q = onnx.Transpose(%r) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.llmc.Attention(%q, %q, %q, %no, %no, %no) {scale = 0.5 : f32, right = 0 : i64} : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none) -> tensor<*xf32>
  %t = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  %h = onnx.Reshape(%t, %joined) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  %n = onnx.Reshape(%h, %rows) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %l = onnx.Gemm(%n, %gate, %no) {transB = 1 : i64} : (tensor<*xf32>, tensor<4x8xf32>, none) -> tensor<*xf32>
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "identity", weighting = "softmax"} : (tensor<*xf32>, none) -> (tensor<*xf32>, tensor<*xi64>)
  %c = onnx.Unsqueeze(%n, %one) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %c2 = onnx.Unsqueeze(%c, %one) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ups = onnx.Gather(%up, %e) : (tensor<4x8x12xf32>, tensor<*xi64>) -> tensor<*xf32>
  %bs = onnx.Gather(%upb, %e) : (tensor<4x12xf32>, tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.MatMul(%c2, %ups) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %s = onnx.Squeeze(%p, %two) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %sb = onnx.Add(%bs, %s) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %g = onnx.Slice(%sb, %zero, %most, %two, %two) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %u = onnx.Slice(%sb, %one, %most, %two, %two) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %gc = onnx.Clip(%g, %no, %limit) : (tensor<*xf32>, none, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Mul(%gc, %u) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w1 = onnx.Unsqueeze(%w, %last) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ws = onnx.Mul(%w1, %m) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %sum = onnx.ReduceSum(%ws, %one) {keepdims = 0 : i64} : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %back = onnx.Constant {value = dense<[0, 0, 6]> : tensor<3xi64>} : () -> tensor<3xi64>
  %sx = onnx.Shape(%ids) : (tensor<?x?xi64>) -> tensor<2xi64>
  %six = onnx.Constant {value = dense<6> : tensor<1xi64>} : () -> tensor<1xi64>
  %shape = onnx.Concat(%sx, %six) {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  %y = onnx.Reshape(%sum, %shape) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// RUN: llmc-opt %s | llmc-opt | FileCheck %s
// RUN: llmc-opt %s -emit-bytecode | llmc-opt | FileCheck %s
// The one syntax of all operators, read, printed and read again.

// CHECK-LABEL: func.func @places(
// CHECK-SAME: %[[X:.*]]: tensor<?x64xf32>, %[[MOST:.*]]: tensor<f32>)
func.func @places(%x: tensor<?x64xf32>, %most: tensor<f32>) -> tensor<?x64xf32> {
  // CHECK: %[[NO:.*]] = onnx.None : none
  %no = onnx.None : none
  // CHECK: onnx.Clip(%[[X]], %[[NO]], %[[MOST]]) : (tensor<?x64xf32>, none, tensor<f32>) -> tensor<?x64xf32>
  %c = onnx.Clip(%x, %no, %most) : (tensor<?x64xf32>, none, tensor<f32>) -> tensor<?x64xf32>
  return %c : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @no_operands
func.func @no_operands() {
  // CHECK: onnx.Constant {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  return
}

// An attribute that has its default is there, and not printed.
// CHECK-LABEL: func.func @defaults(
func.func @defaults(%t: tensor<320x64xf32>, %ids: tensor<?x?xi64>) {
  // CHECK: onnx.Gather(%{{.*}}, %{{.*}}) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  %a = onnx.Gather(%t, %ids) {axis = 0 : i64} : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  // CHECK: onnx.Gather(%{{.*}}, %{{.*}}) {axis = 1 : i64} :
  %b = onnx.Gather(%t, %ids) {axis = 1 : i64} : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<320x?x?xf32>
  return
}

// Every kind of attribute; what is no attribute of the schema stays beside them.
// CHECK-LABEL: func.func @attributes(
func.func @attributes(%x: tensor<1x2x4x4xf32>, %s: tensor<2x!onnx.string>) {
  %no = onnx.None : none
  // CHECK: onnx.LRN(%{{.*}}) {alpha = 5.000000e-01 : f32, onnx.name = "node_1", size = 3 : i64}
  %a = onnx.LRN(%x) {alpha = 0.5 : f32, size = 3 : i64, onnx.name = "node_1"} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: onnx.Transpose(%{{.*}}) {perm = array<i64: 3, 2, 1, 0>}
  %b = onnx.Transpose(%x) {perm = array<i64: 3, 2, 1, 0>} : (tensor<1x2x4x4xf32>) -> tensor<4x4x2x1xf32>
  // CHECK: onnx.StringNormalizer(%{{.*}}) {case_change_action = "LOWER", stopwords = ["a", "the"]}
  %c = onnx.StringNormalizer(%s) {case_change_action = "LOWER", stopwords = ["a", "the"]} : (tensor<2x!onnx.string>) -> tensor<?x!onnx.string>
  // CHECK: onnx.Constant {value_floats = array<f32: 1.000000e+00, 2.000000e+00>}
  %d = onnx.Constant {value_floats = array<f32: 1.0, 2.0>} : () -> tensor<2xf32>
  // CHECK: onnx.Optional(%{{.*}}) {type = tensor<?xf32>} : (none) -> !onnx.opt<tensor<?xf32>>
  %e = onnx.Optional(%no) {type = tensor<?xf32>} : (none) -> !onnx.opt<tensor<?xf32>>
  return
}

// Values of any type that ONNX has, also of unknown rank.
// CHECK-LABEL: func.func @types(
func.func @types(%a: tensor<*xf32>, %b: !onnx.seq<tensor<?xf16>>, %c: !onnx.opt<!onnx.seq<tensor<*xi1>>>,
                 %d: !onnx.map<i64, tensor<f32>>, %e: tensor<4xcomplex<f32>>, %f: tensor<4xf8E4M3FN>, %g: tensor<4xui4>,
                 %h: tensor<4xi2>, %i: tensor<4xf4E2M1FN>) {
  // CHECK: onnx.Exp(%{{.*}}) : (tensor<*xf32>) -> tensor<*xf32>
  %0 = onnx.Exp(%a) : (tensor<*xf32>) -> tensor<*xf32>
  // CHECK: onnx.SequenceLength(%{{.*}}) : (!onnx.seq<tensor<?xf16>>) -> tensor<i64>
  %1 = onnx.SequenceLength(%b) : (!onnx.seq<tensor<?xf16>>) -> tensor<i64>
  // CHECK: onnx.OptionalHasElement(%{{.*}}) : (!onnx.opt<!onnx.seq<tensor<*xi1>>>) -> tensor<i1>
  %2 = onnx.OptionalHasElement(%c) : (!onnx.opt<!onnx.seq<tensor<*xi1>>>) -> tensor<i1>
  // CHECK: onnx.Identity(%{{.*}}) : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  %3 = onnx.Identity(%e) : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  // CHECK: onnx.Cast(%{{.*}}) {to = 1 : i64} : (tensor<4xf8E4M3FN>) -> tensor<4xf32>
  %4 = onnx.Cast(%f) {to = 1 : i64} : (tensor<4xf8E4M3FN>) -> tensor<4xf32>
  // CHECK: onnx.Cast(%{{.*}}) {to = 1 : i64} : (tensor<4xui4>) -> tensor<4xf32>
  %5 = onnx.Cast(%g) {to = 1 : i64} : (tensor<4xui4>) -> tensor<4xf32>
  // CHECK: onnx.Cast(%{{.*}}) {to = 1 : i64} : (tensor<4xi2>) -> tensor<4xf32>
  %6 = onnx.Cast(%h) {to = 1 : i64} : (tensor<4xi2>) -> tensor<4xf32>
  // CHECK: onnx.Cast(%{{.*}}) {to = 1 : i64} : (tensor<4xf4E2M1FN>) -> tensor<4xf32>
  %7 = onnx.Cast(%i) {to = 1 : i64} : (tensor<4xf4E2M1FN>) -> tensor<4xf32>
  return
}

// Variadic places take any number of values, several results stand in parentheses.
// CHECK-LABEL: func.func @variadic(
func.func @variadic(%x: tensor<2x4xf32>) {
  %no = onnx.None : none
  // CHECK: onnx.Concat(%{{.*}}, %{{.*}}, %{{.*}}) {axis = 0 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<6x4xf32>
  %a = onnx.Concat(%x, %x, %x) {axis = 0 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<6x4xf32>
  // CHECK: %{{.*}}:2 = onnx.Split(%{{.*}}, %{{.*}}) {num_outputs = 2 : i64} : (tensor<6x4xf32>, none) -> (tensor<3x4xf32>, tensor<3x4xf32>)
  %b:2 = onnx.Split(%a, %no) {num_outputs = 2 : i64} : (tensor<6x4xf32>, none) -> (tensor<3x4xf32>, tensor<3x4xf32>)
  return
}

// An output that nobody asked for has no type.
// CHECK-LABEL: func.func @absent_output(
func.func @absent_output(%x: tensor<2x4xf32>, %w: tensor<4xf32>) {
  %no = onnx.None : none
  // CHECK: %Y, %Mean, %InvStdDev = onnx.LayerNormalization(%{{.*}}, %{{.*}}, %{{.*}}) : (tensor<2x4xf32>, tensor<4xf32>, none) -> (tensor<2x4xf32>, none, none)
  %y:3 = onnx.LayerNormalization(%x, %w, %no) : (tensor<2x4xf32>, tensor<4xf32>, none) -> (tensor<2x4xf32>, none, none)
  return
}

// Subgraphs stand behind the types and see what is around them.
// CHECK-LABEL: func.func @subgraphs(
func.func @subgraphs(%c: tensor<i1>, %n: tensor<i64>, %x: tensor<?xf32>, %s: !onnx.seq<tensor<?xf32>>) {
  // CHECK: onnx.If(%{{.*}}) : (tensor<i1>) -> tensor<?xf32> {
  // CHECK-NEXT: onnx.Yield %{{.*}} : tensor<?xf32>
  // CHECK-NEXT: }, {
  %a = onnx.If(%c) : (tensor<i1>) -> tensor<?xf32> {
    onnx.Yield %x : tensor<?xf32>
  }, {
    %y = onnx.Neg(%x) : (tensor<?xf32>) -> tensor<?xf32>
    onnx.Yield %y : tensor<?xf32>
  }
  // CHECK: %{{.*}}:2 = onnx.Loop(%{{.*}}, %{{.*}}, %{{.*}}) : (tensor<i64>, tensor<i1>, tensor<?xf32>) -> (tensor<?xf32>, tensor<?x?xf32>) {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<i64>, %[[GOING:.*]]: tensor<i1>, %[[V:.*]]: tensor<?xf32>):
  %b:2 = onnx.Loop(%n, %c, %x) : (tensor<i64>, tensor<i1>, tensor<?xf32>) -> (tensor<?xf32>, tensor<?x?xf32>) {
  ^bb0(%i: tensor<i64>, %going: tensor<i1>, %v: tensor<?xf32>):
    // CHECK: onnx.Yield %[[GOING]], %{{.*}}, %[[V]] : tensor<i1>, tensor<?xf32>, tensor<?xf32>
    %w = onnx.Add(%v, %x) : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    onnx.Yield %going, %w, %v : tensor<i1>, tensor<?xf32>, tensor<?xf32>
  }
  // CHECK: onnx.Scan(%{{.*}}, %{{.*}}) {num_scan_inputs = 1 : i64}
  %d:2 = onnx.Scan(%x, %x) {num_scan_inputs = 1 : i64} : (tensor<?xf32>, tensor<?xf32>) -> (tensor<?xf32>, tensor<?x?xf32>) {
  ^bb0(%state: tensor<?xf32>, %in: tensor<f32>):
    %next = onnx.Add(%state, %in) : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
    onnx.Yield %next, %next : tensor<?xf32>, tensor<?xf32>
  }
  // CHECK: onnx.SequenceMap(%{{.*}}, %{{.*}}) : (!onnx.seq<tensor<?xf32>>, tensor<?xf32>) -> !onnx.seq<tensor<?xf32>>
  %e = onnx.SequenceMap(%s, %x) : (!onnx.seq<tensor<?xf32>>, tensor<?xf32>) -> !onnx.seq<tensor<?xf32>> {
  ^bb0(%each: tensor<?xf32>, %more: tensor<?xf32>):
    %sum = onnx.Add(%each, %more) : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    onnx.Yield %sum : tensor<?xf32>
  }
  return
}

// CHECK-LABEL: func.func @contributed(
func.func @contributed(%x: tensor<?x64xf32>, %b: tensor<16x2x16xui8>, %s: tensor<16x2xf32>, %w: tensor<64xf32>) {
  %no = onnx.None : none
  // CHECK: onnx.microsoft.MatMulNBits(%{{.*}}) {K = 64 : i64, N = 16 : i64, block_size = 32 : i64}
  %a = onnx.microsoft.MatMulNBits(%x, %b, %s, %no, %no, %no) {K = 64 : i64, N = 16 : i64, bits = 4 : i64, block_size = 32 : i64}
    : (tensor<?x64xf32>, tensor<16x2x16xui8>, tensor<16x2xf32>, none, none, none) -> tensor<?x16xf32>
  // CHECK: onnx.SimplifiedLayerNormalization(%{{.*}}, %{{.*}}) {epsilon = 9.99999997E-7 : f32}
  %c:2 = onnx.SimplifiedLayerNormalization(%x, %w) {epsilon = 1.0e-6 : f32} : (tensor<?x64xf32>, tensor<64xf32>) -> (tensor<?x64xf32>, none)
  return
}

// CHECK-LABEL: func.func @attention(
func.func @attention(%q: tensor<?x9x?x64xf16>, %k: tensor<?x3x?x64xf16>, %v: tensor<?x3x?x32xf16>, %p: tensor<?x?xi1>, %s: tensor<9xf32>) {
  // CHECK: onnx.llmc.Attention(%{{.*}}) {left = 15 : i64, right = 0 : i64, scale = 1.250000e-01 : f32, softcap = 5.000000e+01 : f32}
  // CHECK-SAME: (tensor<?x9x?x64xf16>, tensor<?x3x?x64xf16>, tensor<?x3x?x32xf16>, tensor<?x?xi1>, tensor<9xf32>, tensor<9xf32>) -> tensor<?x9x?x32xf16>
  %a = onnx.llmc.Attention(%q, %k, %v, %p, %s, %s) {left = 15 : i64, right = 0 : i64, scale = 0.125 : f32, softcap = 50.0 : f32}
    : (tensor<?x9x?x64xf16>, tensor<?x3x?x64xf16>, tensor<?x3x?x32xf16>, tensor<?x?xi1>, tensor<9xf32>, tensor<9xf32>) -> tensor<?x9x?x32xf16>
  // CHECK: onnx.llmc.Attention(%{{.*}}) {scale = 1.250000e-01 : f32}
  %no = onnx.None : none
  %b = onnx.llmc.Attention(%q, %k, %v, %no, %no, %no) {scale = 0.125 : f32}
    : (tensor<?x9x?x64xf16>, tensor<?x3x?x64xf16>, tensor<?x3x?x32xf16>, none, none, none) -> tensor<*xf16>
  return
}

// CHECK-LABEL: func.func @rotary(
func.func @rotary(%q: tensor<?x9x?x64xf32>, %inv: tensor<16xf32>) {
  // CHECK: onnx.llmc.RotaryEmbedding(%{{.*}}, %{{.*}}) {interleaved = 1 : i64, sequence_axis = 2 : i64, start = 32 : i64}
  %a = onnx.llmc.RotaryEmbedding(%q, %inv) {interleaved = 1 : i64, mscale = 1.0 : f32, sequence_axis = 2 : i64, start = 32 : i64}
    : (tensor<?x9x?x64xf32>, tensor<16xf32>) -> tensor<*xf32>
  return
}

// CHECK-LABEL: func.func @route
func.func @route(%l: tensor<?x8xf32>, %b: tensor<8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %no = onnx.None : none
  // CHECK: onnx.llmc.Route(%{{.*}}, %{{.*}}) {k = 2 : i64, score = "softmax", weighting = "sum"} : (tensor<?x8xf32>, none) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "softmax", weighting = "sum"} : (tensor<?x8xf32>, none) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  // CHECK: onnx.llmc.Route(%{{.*}}, %{{.*}}) {eps = 1.000000e+00 : f32, group_score = "top2_sum", groups = 4 : i64, k = 2 : i64, scale = 2.500000e+00 : f32, score = "sigmoid", top_groups = 2 : i64, weighting = "sum"}
  %v, %f = onnx.llmc.Route(%l, %b) {k = 2 : i64, score = "sigmoid", weighting = "sum", groups = 4 : i64, top_groups = 2 : i64, group_score = "top2_sum", scale = 2.5 : f32, eps = 1.0 : f32} : (tensor<?x8xf32>, tensor<8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  return %w, %f : tensor<?x2xf32>, tensor<?x2xi64>
}

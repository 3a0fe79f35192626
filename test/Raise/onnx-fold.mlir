// RUN: llmc-opt %s --onnx-infer-shapes --onnx-fold --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --onnx-fold --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-passed=onnx-fold -o /dev/null 2>&1 | FileCheck %s --check-prefix=APPLIED

// A size of heads that a shape says, and what is computed of it: one constant, and the shape is gone.
// CHECK-LABEL: func.func @heads(
// CHECK-NEXT: %[[C:.*]] = onnx.Constant {value = dense<16> : tensor<1xi64>}
// CHECK-NEXT: return %[[C]]
// APPLIED: remark: {{.*}}is the same in every run: a constant
func.func @heads(%x: tensor<?x?x64xf32> {onnx.name = "x", onnx.dims = ["batch", "seq", ""]}) -> tensor<*xi64> {
  %two = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %four = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%x) : (tensor<?x?x64xf32>) -> tensor<*xi64>
  %n = onnx.Gather(%s, %two) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %h = onnx.Div(%n, %four) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  return %h : tensor<*xi64>
}

// -----

// The target of a reshape keeps batch and sequence, whose sizes a run decides; the parts of it that none decides do not stay.
// CHECK-LABEL: func.func @target(
// CHECK-DAG: %[[H:.*]] = onnx.Constant {value = dense<16> : tensor<1xi64>}
// CHECK-DAG: %[[S:.*]] = onnx.Shape(%arg0) {end = 2 : i64
// CHECK: onnx.Concat(%[[S]], %{{.*}}, %[[H]])
// CHECK-NOT: onnx.Div
// CHECK: onnx.Reshape
func.func @target(%x: tensor<?x?x64xf32> {onnx.name = "x", onnx.dims = ["batch", "seq", ""]}) -> tensor<*xf32> {
  %four = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %open = onnx.Shape(%x) {end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<*xi64>
  %last = onnx.Shape(%x) {start = -1 : i64} : (tensor<?x?x64xf32>) -> tensor<*xi64>
  %h = onnx.Div(%last, %four) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %to = onnx.Concat(%open, %four, %h) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<*xi64>) -> tensor<*xi64>
  %r = onnx.Reshape(%x, %to) : (tensor<?x?x64xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %r : tensor<*xf32>
}

// -----

// A scale of attention by the size of a head, as f32 has it.
// CHECK-LABEL: func.func @scale(
// CHECK: %[[C:.*]] = onnx.Constant {value = dense<0.176776692> : tensor<f32>}
// CHECK: onnx.Mul(%arg0, %[[C]])
func.func @scale(%x: tensor<?x4x?x32xf32> {onnx.name = "x", onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %at = onnx.Constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%x) : (tensor<?x4x?x32xf32>) -> tensor<*xi64>
  %d = onnx.Gather(%s, %at) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %f = onnx.Cast(%d) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %r = onnx.Sqrt(%f) : (tensor<*xf32>) -> tensor<*xf32>
  %i = onnx.Div(%one, %r) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%x, %i) : (tensor<?x4x?x32xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Halves round at every op, as they do in a run.
// CHECK-LABEL: func.func @halves(
// CHECK: onnx.Constant {value = dense<9.765620e-04> : tensor<f16>}
func.func @halves(%x: tensor<?x3xf16> {onnx.name = "x", onnx.dims = ["batch", ""]}) -> tensor<*xf16> {
  %third = onnx.Constant {value = dense<0.3337> : tensor<f16>} : () -> tensor<f16>
  %at = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %s = onnx.Shape(%x) : (tensor<?x3xf16>) -> tensor<*xi64>
  %d = onnx.Gather(%s, %at) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %f = onnx.Cast(%d) {to = 10 : i64} : (tensor<*xi64>) -> tensor<*xf16>
  %m = onnx.Mul(%f, %third) : (tensor<*xf16>, tensor<f16>) -> tensor<*xf16>
  %one = onnx.Constant {value = dense<1.0> : tensor<f16>} : () -> tensor<f16>
  %r = onnx.Sub(%m, %one) : (tensor<*xf16>, tensor<f16>) -> tensor<*xf16>
  return %r : tensor<*xf16>
}

// -----

// Sizes whose difference no length changes.
// CHECK-LABEL: func.func @difference(
// CHECK: %[[C:.*]] = onnx.Constant {value = dense<0> : tensor<1xi64>}
// CHECK-NEXT: return %[[C]]
func.func @difference(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %k: tensor<?x2x?x16xf32> {onnx.name = "k", onnx.dims = ["batch", "", "past", ""]}, %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["batch", "total"]}) -> tensor<*xi64> {
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %p = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x16xf32>) -> tensor<*xi64>
  %t = onnx.Shape(%mask) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Sub(%t, %p) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %d = onnx.Sub(%n, %s) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  return %d : tensor<*xi64>
}

// -----

// What long lengths all give is not the same for short ones: a bound, a comparison with one token, with an empty cache.
// CHECK-LABEL: func.func @short(
// CHECK: %[[M:.*]] = onnx.Min(
// CHECK: %[[E:.*]] = onnx.Equal(
// CHECK: %[[G:.*]] = onnx.Greater(
// CHECK: return %[[M]], %[[E]], %[[G]]
func.func @short(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %k: tensor<?x2x?x16xf32> {onnx.name = "k", onnx.dims = ["batch", "", "past", ""]}) -> (tensor<*xi64>, tensor<*xi1>, tensor<*xi1>) {
  %most = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %one = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %zero = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %p = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x16xf32>) -> tensor<*xi64>
  %m = onnx.Min(%s, %most) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %e = onnx.Equal(%s, %one) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi1>
  %g = onnx.Greater(%p, %zero) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi1>
  return %m, %e, %g : tensor<*xi64>, tensor<*xi1>, tensor<*xi1>
}

// -----

// Elements of inputs are no sizes: a mask of ones is one that a run gives, and so is a token of 0.
// CHECK-LABEL: func.func @elements(
// CHECK: %[[L:.*]] = onnx.ReduceMin(
// CHECK: %[[T:.*]] = onnx.ReduceMax(
// CHECK: return %[[L]], %[[T]]
func.func @elements(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["batch", "seq"]}) -> (tensor<*xi64>, tensor<*xi64>) {
  %no = onnx.None : none
  %l = onnx.ReduceMin(%mask, %no) {keepdims = 0 : i64} : (tensor<?x?xi64>, none) -> tensor<*xi64>
  %t = onnx.ReduceMax(%ids, %no) {keepdims = 0 : i64} : (tensor<?x?xi64>, none) -> tensor<*xi64>
  return %l, %t : tensor<*xi64>, tensor<*xi64>
}

// -----

// A comparison of ranks; a range that nothing opens; integers of other widths.
// CHECK-LABEL: func.func @types(
// CHECK-DAG: %[[R:.*]] = onnx.Constant {value = dense<true> : tensor<1xi1>}
// CHECK-DAG: %[[C:.*]] = onnx.Constant {value = dense<[0, 1, 2, 3]> : tensor<4xi32>}
// CHECK-DAG: %[[U:.*]] = onnx.Constant {value = dense<252> : tensor<1xui8>}
// CHECK: return %[[R]], %[[C]], %[[U]]
func.func @types(%x: tensor<?x?x4xf32> {onnx.name = "x", onnx.dims = ["batch", "seq", ""]}) -> (tensor<*xi1>, tensor<*xi32>, tensor<*xui8>) {
  %three = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %zero = onnx.Constant {value = dense<0> : tensor<i32>} : () -> tensor<i32>
  %one = onnx.Constant {value = dense<1> : tensor<i32>} : () -> tensor<i32>
  %none = onnx.Constant {value = dense<0> : tensor<1xui8>} : () -> tensor<1xui8>
  %at = onnx.Constant {value = dense<2> : tensor<i64>} : () -> tensor<i64>
  %s = onnx.Shape(%x) : (tensor<?x?x4xf32>) -> tensor<*xi64>
  %rank = onnx.Shape(%s) : (tensor<*xi64>) -> tensor<*xi64>
  %r = onnx.Equal(%rank, %three) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi1>
  %d = onnx.Gather(%s, %at) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %d32 = onnx.Cast(%d) {to = 6 : i64} : (tensor<*xi64>) -> tensor<*xi32>
  %c = onnx.Range(%zero, %d32, %one) : (tensor<i32>, tensor<*xi32>, tensor<i32>) -> tensor<*xi32>
  %d8 = onnx.Cast(%d) {to = 2 : i64} : (tensor<*xi64>) -> tensor<*xui8>
  %u = onnx.Sub(%none, %d8) : (tensor<1xui8>, tensor<*xui8>) -> tensor<*xui8>
  return %r, %c, %u : tensor<*xi1>, tensor<*xi32>, tensor<*xui8>
}

// -----

// Tables of more elements stay ops: constants are no place for tensors.
// CHECK-LABEL: func.func @table(
// CHECK: %[[R:.*]] = onnx.Range(
// CHECK: return %[[R]]
func.func @table(%x: tensor<?x257xf32> {onnx.name = "x", onnx.dims = ["batch", ""]}) -> tensor<*xi64> {
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %s = onnx.Shape(%x) : (tensor<?x257xf32>) -> tensor<*xi64>
  %d = onnx.Gather(%s, %one) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %r = onnx.Range(%zero, %d, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  return %r : tensor<*xi64>
}

// -----

// What is made of weights stays so: their bytes never enter the graph.
// CHECK-LABEL: func.func @weights(
// CHECK: %[[E:.*]] = onnx.Exp(
// CHECK: return %[[E]]
llm.weight @w : tensor<4xf32> source "w"
func.func @weights(%x: tensor<?x4xf32> {onnx.name = "x", onnx.dims = ["batch", ""]}) -> tensor<*xf32> {
  %w = llm.param @w : tensor<4xf32>
  %e = onnx.Exp(%w) : (tensor<4xf32>) -> tensor<*xf32>
  return %e : tensor<*xf32>
}

// -----

// A dim of a name of its own is no number.
// CHECK-LABEL: func.func @names(
// CHECK: %[[S:.*]] = onnx.Shape(%arg1)
// CHECK: %[[E:.*]] = onnx.Equal(
// CHECK: return %[[E]]
func.func @names(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %y: tensor<4x?xi32> {onnx.name = "choices", onnx.dims = ["", "n"]}) -> tensor<*xi1> {
  %s = onnx.Shape(%y) {start = 1 : i64} : (tensor<4x?xi32>) -> tensor<*xi64>
  %one = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %e = onnx.Equal(%s, %one) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi1>
  return %e : tensor<*xi1>
}

// -----

// What a script's assignment to a whole slice becomes: a scatter of every element to its own place. It is what is assigned.
// CHECK-LABEL: func.func @assigned(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32> {{.*}}, %[[Y:.*]]: tensor<?x?xf32>
// CHECK-NEXT: return %[[Y]]
// APPLIED: remark: {{.*}}writes every element in its place: its updates
func.func @assigned(%x: tensor<?x?xf32> {onnx.name = "x", onnx.dims = ["batch", "seq"]}, %y: tensor<?x?xf32> {onnx.name = "y", onnx.dims = ["batch", "seq"]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %last = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %shape = onnx.Shape(%x) : (tensor<?x?xf32>) -> tensor<*xi64>
  %b = onnx.Gather(%shape, %zero) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %s = onnx.Gather(%shape, %one) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rows = onnx.Range(%zero, %b, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %columns = onnx.Range(%zero, %s, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %down = onnx.Unsqueeze(%rows, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %i = onnx.Expand(%down, %shape) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %j = onnx.Expand(%columns, %shape) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %iu = onnx.Unsqueeze(%i, %last) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ju = onnx.Unsqueeze(%j, %last) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %at = onnx.Concat(%iu, %ju) {axis = -1 : i64} : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %r = onnx.ScatterND(%x, %at, %y) : (tensor<?x?xf32>, tensor<*xi64>, tensor<?x?xf32>) -> tensor<*xf32>
  return %r : tensor<*xf32>
}

// -----

// Rows in the opposite order; a scatter that adds: they are no copies.
// CHECK-LABEL: func.func @reversed(
// CHECK: onnx.ScatterND
// CHECK: onnx.ScatterND
func.func @reversed(%x: tensor<?x4xf32> {onnx.name = "x", onnx.dims = ["batch", ""]}, %y: tensor<?x4xf32> {onnx.name = "y", onnx.dims = ["batch", ""]}) -> (tensor<*xf32>, tensor<*xf32>) {
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %less = onnx.Constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %last = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %shape = onnx.Shape(%x) : (tensor<?x4xf32>) -> tensor<*xi64>
  %b = onnx.Gather(%shape, %zero) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %end = onnx.Sub(%b, %one) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %back = onnx.Range(%end, %less, %less) : (tensor<*xi64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  %at = onnx.Unsqueeze(%back, %last) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %r = onnx.ScatterND(%x, %at, %y) : (tensor<?x4xf32>, tensor<*xi64>, tensor<?x4xf32>) -> tensor<*xf32>
  %forth = onnx.Range(%zero, %b, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %to = onnx.Unsqueeze(%forth, %last) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %s = onnx.ScatterND(%x, %to, %y) {reduction = "add"} : (tensor<?x4xf32>, tensor<*xi64>, tensor<?x4xf32>) -> tensor<*xf32>
  return %r, %s : tensor<*xf32>, tensor<*xf32>
}

// -----

// Places of what is not zero, where sizes decide it: repeat_interleave of an older exporter. Where elements of an input decide it stays.
// CHECK-LABEL: func.func @nonzero(
// CHECK-DAG: %[[C:.*]] = onnx.Constant {value = dense<{{\[}}[0, 0, 1, 1], [0, 1, 0, 1]]> : tensor<2x4xi64>}
// CHECK-DAG: %[[N:.*]] = onnx.NonZero(%arg1)
// CHECK: return %[[C]], %[[N]]
func.func @nonzero(%x: tensor<?x2xf32> {onnx.name = "x", onnx.dims = ["batch", ""]}, %given: tensor<3xi64> {onnx.name = "given", onnx.dims = [""]}) -> (tensor<*xi64>, tensor<*xi64>) {
  %two = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %n = onnx.Shape(%x) {start = 1 : i64} : (tensor<?x2xf32>) -> tensor<*xi64>
  %times = onnx.ConstantOfShape(%n) {value = dense<2> : tensor<1xi64>} : (tensor<*xi64>) -> tensor<*xi64>
  %range = onnx.Constant {value = dense<[0, 1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %down = onnx.Unsqueeze(%times, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %less = onnx.Less(%range, %down) : (tensor<2xi64>, tensor<*xi64>) -> tensor<*xi1>
  %places = onnx.NonZero(%less) : (tensor<*xi1>) -> tensor<*xi64>
  %open = onnx.NonZero(%given) : (tensor<3xi64>) -> tensor<*xi64>
  return %places, %open : tensor<*xi64>, tensor<*xi64>
}

// RUN: llmc-opt %s --onnx-infer-shapes --raise-routing --split-input-file | FileCheck %s

// Softmax over all, the two greatest divided by their sum (mixtral).
// CHECK-LABEL: func.func @softmax_sum(
// CHECK-SAME: %[[L:.*]]: tensor<?x8xf32>)
// CHECK: %[[NO:.*]] = onnx.None
// CHECK: %[[W:.*]], %[[E:.*]] = onnx.llmc.Route(%[[L]], %[[NO]])
// CHECK-SAME: k = 2 : i64
// CHECK-SAME: score = "softmax"
// CHECK-SAME: weighting = "sum"
// CHECK-NOT: onnx.TopK
// CHECK-NOT: onnx.Div
// CHECK: return %[[W]], %[[E]]
func.func @softmax_sum(%l: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Softmax(%l) {axis = -1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%p, %k) : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  %s = onnx.ReduceSum(%v, %axis) {keepdims = 1 : i64} : (tensor<?x2xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %w = onnx.Div(%v, %s) : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi64>
}

// -----

// The probabilities as they are (qwen2-moe), of [batch, sequence, experts].
// CHECK-LABEL: func.func @softmax_raw(
// CHECK: onnx.llmc.Route(%arg0, %{{[0-9]+}}) {{.*}}k = 3 : i64{{.*}}score = "softmax"{{.*}}weighting = "raw"{{.*}} : (tensor<?x?x6xf32>, none) -> (tensor<?x?x3xf32>, tensor<?x?x3xi64>)
// CHECK-NOT: onnx.TopK
func.func @softmax_raw(%l: tensor<?x?x6xf32>) -> (tensor<?x?x3xf32>, tensor<?x?x3xi64>) {
  %k = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %p = onnx.Softmax(%l) {axis = 2 : i64} : (tensor<?x?x6xf32>) -> tensor<?x?x6xf32>
  %v, %e = onnx.TopK(%p, %k) : (tensor<?x?x6xf32>, tensor<1xi64>) -> (tensor<?x?x3xf32>, tensor<?x?x3xi64>)
  return %v, %e : tensor<?x?x3xf32>, tensor<?x?x3xi64>
}

// -----

// The greatest logits first, softmax over them (gpt-oss): the same weights as a sum, and found from the logits.
// CHECK-LABEL: func.func @softmax_of_chosen(
// CHECK: onnx.llmc.Route(%arg0, %{{[0-9]+}}) {{.*}}k = 2 : i64{{.*}}score = "softmax"{{.*}}weighting = "sum"
// CHECK-NOT: onnx.Softmax
func.func @softmax_of_chosen(%l: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %v, %e = onnx.TopK(%l, %k) : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  %w = onnx.Softmax(%v) {axis = 1 : i64} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi64>
}

// -----

// One expert, weighed by the sigmoid of its logit, which is taken behind the choice (llama4).
// CHECK-LABEL: func.func @sigmoid_behind(
// CHECK: onnx.llmc.Route(%arg0, %{{[0-9]+}}) {{.*}}k = 1 : i64{{.*}}score = "sigmoid"{{.*}}weighting = "raw"
// CHECK-NOT: onnx.Sigmoid
func.func @sigmoid_behind(%l: tensor<?x4xf32>) -> (tensor<?x1xf32>, tensor<?x1xi64>) {
  %k = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %v, %e = onnx.TopK(%l, %k) : (tensor<?x4xf32>, tensor<1xi64>) -> (tensor<?x1xf32>, tensor<?x1xi64>)
  %w = onnx.Sigmoid(%v) : (tensor<?x1xf32>) -> tensor<?x1xf32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi64>
}

// -----

// A bias that only the choice sees, weights gathered from the scores without it, divided by their sum and a little more,
// times a factor (deepseek-v3 with one group).
// CHECK-LABEL: func.func @biased(
// CHECK: %[[B:.*]] = onnx.Constant {value = dense<[0.000000e+00, 5.000000e-01
// CHECK: onnx.llmc.Route(%arg0, %[[B]]) {eps = 9.99999971E-10 : f32
// CHECK-SAME: scale = 2.500000e+00 : f32
// CHECK-SAME: score = "sigmoid"
// CHECK-SAME: weighting = "sum"
func.func @biased(%l: tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %bias = onnx.Constant {value = dense<[0.0, 0.5, -0.25, 0.125]> : tensor<4xf32>} : () -> tensor<4xf32>
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant {value = dense<1.0e-9> : tensor<f32>} : () -> tensor<f32>
  %scale = onnx.Constant {value = dense<2.5> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Sigmoid(%l) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %c = onnx.Add(%s, %bias) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %v, %e = onnx.TopK(%c, %k) : (tensor<?x4xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  %g = onnx.GatherElements(%s, %e) {axis = 1 : i64} : (tensor<?x4xf32>, tensor<?x2xi64>) -> tensor<?x2xf32>
  %t = onnx.ReduceSum(%g, %axis) {keepdims = 1 : i64} : (tensor<?x2xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %te = onnx.Add(%t, %eps) : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %d = onnx.Div(%g, %te) : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  %w = onnx.Mul(%d, %scale) : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi64>
}

// -----

// Groups: of four groups of two the best two stay, by the sum of their scores; the choice is among theirs (deepseek-v3).
// CHECK-LABEL: func.func @groups(
// CHECK: onnx.llmc.Route(%arg0, %{{[0-9]+}})
// CHECK-SAME: group_score = "top2_sum"
// CHECK-SAME: groups = 4 : i64
// CHECK-SAME: k = 3 : i64
// CHECK-SAME: score = "sigmoid"
// CHECK-SAME: top_groups = 2 : i64
// CHECK-SAME: weighting = "raw"
// CHECK-NOT: onnx.TopK
func.func @groups(%l: tensor<?x8xf32>) -> (tensor<?x3xf32>, tensor<?x3xi64>) {
  %two = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %k = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %grouped = onnx.Constant {value = dense<[-1, 4, 2]> : tensor<3xi64>} : () -> tensor<3xi64>
  %flat = onnx.Constant {value = dense<[-1, 8]> : tensor<2xi64>} : () -> tensor<2xi64>
  %wide = onnx.Constant {value = dense<[1, 1, 2]> : tensor<3xi64>} : () -> tensor<3xi64>
  %zero = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %least = onnx.Constant {value = dense<-1.0> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Sigmoid(%l) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %g = onnx.Reshape(%s, %grouped) : (tensor<?x8xf32>, tensor<3xi64>) -> tensor<?x4x2xf32>
  %best, %_ = onnx.TopK(%g, %two) : (tensor<?x4x2xf32>, tensor<1xi64>) -> (tensor<?x4x2xf32>, tensor<?x4x2xi64>)
  %sum = onnx.ReduceSum(%best, %axis) {keepdims = 0 : i64} : (tensor<?x4x2xf32>, tensor<1xi64>) -> tensor<?x4xf32>
  %__, %kept = onnx.TopK(%sum, %two) {sorted = 0 : i64} : (tensor<?x4xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  %none = onnx.Mul(%sum, %zero) : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %shape = onnx.Shape(%kept) : (tensor<?x2xi64>) -> tensor<2xi64>
  %ones = onnx.Expand(%one, %shape) : (tensor<1xf32>, tensor<2xi64>) -> tensor<?x2xf32>
  %mask = onnx.ScatterElements(%none, %kept, %ones) {axis = 1 : i64} : (tensor<?x4xf32>, tensor<?x2xi64>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %m1 = onnx.Unsqueeze(%mask, %axis) : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<?x4x1xf32>
  %m2 = onnx.Expand(%m1, %wide) : (tensor<?x4x1xf32>, tensor<3xi64>) -> tensor<?x4x2xf32>
  %m3 = onnx.Reshape(%m2, %flat) : (tensor<?x4x2xf32>, tensor<2xi64>) -> tensor<?x8xf32>
  %allowed = onnx.Cast(%m3) {to = 9 : i64} : (tensor<?x8xf32>) -> tensor<?x8xi1>
  %c = onnx.Where(%allowed, %s, %least) : (tensor<?x8xi1>, tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%c, %k) : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x3xf32>, tensor<?x3xi64>)
  %w = onnx.GatherElements(%s, %e) {axis = 1 : i64} : (tensor<?x8xf32>, tensor<?x3xi64>) -> tensor<?x3xf32>
  return %w, %e : tensor<?x3xf32>, tensor<?x3xi64>
}

// -----

// A half graph that routes in f32: the logits are those behind the cast.
// CHECK-LABEL: func.func @half(
// CHECK: %[[L:.*]] = onnx.Cast(%arg0)
// CHECK: onnx.llmc.Route(%[[L]], %{{[0-9]+}}) {{.*}} : (tensor<?x8xf32>, none)
func.func @half(%l: tensor<?x8xf16>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %f = onnx.Cast(%l) {to = 1 : i64} : (tensor<?x8xf16>) -> tensor<?x8xf32>
  %p = onnx.Softmax(%f) {axis = -1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%p, %k) : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  return %v, %e : tensor<?x2xf32>, tensor<?x2xi64>
}

// -----

// Scores that no routing has are logits themselves; what is made of the weights behind it stays.
// CHECK-LABEL: func.func @squares(
// CHECK: %[[Q:.*]] = onnx.Mul(%[[S:.*]], %[[S]])
// CHECK: %[[W:.*]], %[[E:.*]] = onnx.llmc.Route(%[[Q]], %{{[0-9]+}}) {k = 2 : i64, score = "identity", weighting = "raw"}
// CHECK: %[[R:.*]] = onnx.Sub(%{{.*}}, %[[W]])
// CHECK: return %[[R]], %[[E]]
func.func @squares(%l: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Sigmoid(%l) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %q = onnx.Mul(%s, %s) : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%q, %k) : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  %w = onnx.Sub(%one, %v) : (tensor<f32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi64>
}

// -----

// The k smallest of what is negated are the k greatest.
// CHECK-LABEL: func.func @negated(
// CHECK: onnx.llmc.Route(%arg0, %{{[0-9]+}}) {k = 2 : i64, scale = -1.000000e+00 : f32, score = "identity", weighting = "raw"}
// CHECK-NOT: onnx.TopK
func.func @negated(%l: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %n = onnx.Neg(%l) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%n, %k) {largest = 0 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  return %v, %e : tensor<?x2xf32>, tensor<?x2xi64>
}

// -----

// A bias that is different for every row is no bias of experts: the choice is by the sum, the weights stay gathered.
// CHECK-LABEL: func.func @two_values(
// CHECK: %[[C:.*]] = onnx.Add
// CHECK: %{{.*}}, %[[E:.*]] = onnx.llmc.Route(%[[C]], %{{[0-9]+}}) {k = 2 : i64, score = "identity", weighting = "raw"}
// CHECK: onnx.GatherElements(%{{.*}}, %[[E]])
func.func @two_values(%l: tensor<?x8xf32>, %noise: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %k = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Sigmoid(%l) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %c = onnx.Add(%s, %noise) : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%c, %k) : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  %w = onnx.GatherElements(%s, %e) {axis = 1 : i64} : (tensor<?x8xf32>, tensor<?x2xi64>) -> tensor<?x2xf32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi64>
}

// -----

// Of few experts the greatest are mostly in the groups that stay; some of many rows show that there are groups.
// CHECK-LABEL: func.func @few_of_groups(
// CHECK: onnx.llmc.Route(
// CHECK-SAME: group_score = "top2_sum"
// CHECK-SAME: groups = 4 : i64
// CHECK-SAME: top_groups = 3 : i64
func.func @few_of_groups(%l: tensor<?x8xf32>) -> (tensor<?x1xf32>, tensor<?x1xi64>) {
  %two = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %top = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %k = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %grouped = onnx.Constant {value = dense<[-1, 4, 2]> : tensor<3xi64>} : () -> tensor<3xi64>
  %flat = onnx.Constant {value = dense<[-1, 8]> : tensor<2xi64>} : () -> tensor<2xi64>
  %wide = onnx.Constant {value = dense<[1, 1, 2]> : tensor<3xi64>} : () -> tensor<3xi64>
  %zero = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %least = onnx.Constant {value = dense<-1.0> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Sigmoid(%l) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %g = onnx.Reshape(%s, %grouped) : (tensor<?x8xf32>, tensor<3xi64>) -> tensor<?x4x2xf32>
  %best, %_ = onnx.TopK(%g, %two) : (tensor<?x4x2xf32>, tensor<1xi64>) -> (tensor<?x4x2xf32>, tensor<?x4x2xi64>)
  %sum = onnx.ReduceSum(%best, %axis) {keepdims = 0 : i64} : (tensor<?x4x2xf32>, tensor<1xi64>) -> tensor<?x4xf32>
  %__, %kept = onnx.TopK(%sum, %top) {sorted = 0 : i64} : (tensor<?x4xf32>, tensor<1xi64>) -> (tensor<?x3xf32>, tensor<?x3xi64>)
  %none = onnx.Mul(%sum, %zero) : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %shape = onnx.Shape(%kept) : (tensor<?x3xi64>) -> tensor<2xi64>
  %ones = onnx.Expand(%one, %shape) : (tensor<1xf32>, tensor<2xi64>) -> tensor<?x3xf32>
  %mask = onnx.ScatterElements(%none, %kept, %ones) {axis = 1 : i64} : (tensor<?x4xf32>, tensor<?x3xi64>, tensor<?x3xf32>) -> tensor<?x4xf32>
  %m1 = onnx.Unsqueeze(%mask, %axis) : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<?x4x1xf32>
  %m2 = onnx.Expand(%m1, %wide) : (tensor<?x4x1xf32>, tensor<3xi64>) -> tensor<?x4x2xf32>
  %m3 = onnx.Reshape(%m2, %flat) : (tensor<?x4x2xf32>, tensor<2xi64>) -> tensor<?x8xf32>
  %allowed = onnx.Cast(%m3) {to = 9 : i64} : (tensor<?x8xf32>) -> tensor<?x8xi1>
  %c = onnx.Where(%allowed, %s, %least) : (tensor<?x8xi1>, tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %v, %e = onnx.TopK(%c, %k) : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x1xf32>, tensor<?x1xi64>)
  %w = onnx.GatherElements(%s, %e) {axis = 1 : i64} : (tensor<?x8xf32>, tensor<?x1xi64>) -> tensor<?x1xf32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi64>
}

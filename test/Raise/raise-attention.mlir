// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-attention -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// A mask by comparison.
// CHECK-LABEL: func.func @causal(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @causal(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %scaled = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%scaled, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A sink per head: a column beside the scores, cut off behind the softmax; the shift by the greatest is no mask.
// CHECK-LABEL: func.func @sinks(
// CHECK: %[[S:.*]] = onnx.Constant {value = dense<[1.500000e+00, -2.000000e+00]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %[[S]]) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @sinks(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %scaled = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%scaled, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %sink = onnx.Constant {value = dense<[[[[1.5]], [[-2.0]]]]> : tensor<1x2x1x1xf32>} : () -> tensor<1x2x1x1xf32>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %bs = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %to = onnx.Concat(%bs, %i1, %s, %i1) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %column = onnx.Expand(%sink, %to) : (tensor<1x2x1x1xf32>, tensor<*xi64>) -> tensor<*xf32>
  %joined = onnx.Concat(%m, %column) {axis = -1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %most = onnx.ReduceMax(%joined, %end) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %shifted = onnx.Sub(%joined, %most) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %ws = onnx.Softmax(%shifted) : (tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Slice(%ws, %i0, %end, %i3, %no) : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A mask by a triangle of low numbers.
// CHECK-LABEL: func.func @triangle(
// CHECK: onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 2.500000e-01 : f32}
func.func @triangle(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.25> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ss = onnx.Concat(%s, %s) {axis = 0 : i64} : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %all = onnx.Expand(%low, %ss) : (tensor<f32>, tensor<*xi64>) -> tensor<*xf32>
  %bias = onnx.Trilu(%all, %one) {upper = 1 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %scaled = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%scaled, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A window longer than any length that shapes are tried with.
// CHECK-LABEL: func.func @window(
// CHECK: onnx.llmc.Attention({{.*}}) {left = 2999 : i64, right = 0 : i64, scale = 5.000000e-01 : f32}
func.func @window(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %width = onnx.Constant {value = dense<3000> : tensor<i64>} : () -> tensor<i64>
  %back = onnx.Sub(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %near = onnx.Less(%back, %width) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %past = onnx.GreaterOrEqual(%back, %zero) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %ok = onnx.And(%near, %past) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %scaled = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%scaled, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A slope per head, on the key's position: softmax does not see what a row adds.
// CHECK-LABEL: func.func @slopes(
// CHECK: %[[S:.*]] = onnx.Constant {value = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>}
// CHECK: onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %[[S]], %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
func.func @slopes(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %slope = onnx.Constant {value = dense<[[[0.5]], [[0.25]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %jf = onnx.Cast(%j) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %far = onnx.Mul(%slope, %jf) : (tensor<2x1x1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %far, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %scaled = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%scaled, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// No mask: an encoder.
// CHECK-LABEL: func.func @both_ways(
// CHECK: onnx.llmc.Attention({{.*}}) {scale = 5.000000e-01 : f32}
func.func @both_ways(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %bias = onnx.Unsqueeze(%f0, %i0) : (tensor<f32>, tensor<1xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %scaled = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%scaled, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The softcap stands before the mask.
// CHECK-LABEL: func.func @softcap(
// CHECK: onnx.llmc.Attention({{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32, softcap = 3.000000e+01 : f32}
func.func @softcap(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %scaled = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %thirty = onnx.Constant {value = dense<30.0> : tensor<f32>} : () -> tensor<f32>
  %less = onnx.Div(%scaled, %thirty) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %bent = onnx.Tanh(%less) : (tensor<*xf32>) -> tensor<*xf32>
  %capped = onnx.Mul(%bent, %thirty) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%capped, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Chunks are no window: a key that is near is not seen across their border.
// CHECK-LABEL: func.func @chunks(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no mask that is known explains position
func.func @chunks(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e9> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %width = onnx.Constant {value = dense<8> : tensor<i64>} : () -> tensor<i64>
  %ci = onnx.Div(%i, %width) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %cj = onnx.Div(%j, %width) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %same = onnx.Equal(%ci, %cj) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %past = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %ok = onnx.And(%same, %past) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %scaled = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%scaled, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

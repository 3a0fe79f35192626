// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-attention -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// Biases that grow with the distance (ALiBi), and those that are no slope.

// Slope times the distance back, which is negative.
// CHECK-LABEL: func.func @of_distances(
// CHECK: %[[S:.*]] = onnx.Constant {value = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %[[S]], %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @of_distances(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %slope = onnx.Constant {value = dense<[[[0.5]], [[0.25]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %d = onnx.Sub(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %df = onnx.Cast(%d) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %far = onnx.Mul(%slope, %df) : (tensor<2x1x1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %sum = onnx.Add(%x, %far) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %sum, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Slopes computed in the graph, by powers of 2, times the absolute distance with a minus.
// CHECK-LABEL: func.func @by_powers(
// CHECK: %[[S:.*]] = onnx.Constant {value = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %[[S]], %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @by_powers(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %two = onnx.Constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %e = onnx.Constant {value = dense<[[[-1.0]], [[-2.0]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %slope = onnx.Pow(%two, %e) : (tensor<f32>, tensor<2x1x1xf32>) -> tensor<*xf32>
  %d = onnx.Sub(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %df = onnx.Cast(%d) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %da = onnx.Abs(%df) : (tensor<*xf32>) -> tensor<*xf32>
  %dn = onnx.Neg(%da) : (tensor<*xf32>) -> tensor<*xf32>
  %far = onnx.Mul(%dn, %slope) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %sum = onnx.Add(%far, %x) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %sum, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Counted from the last key (mpt): a row's constant, which its softmax does not see.
// CHECK-LABEL: func.func @from_the_end(
// CHECK: %[[S:.*]] = onnx.Constant {value = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %[[S]], %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @from_the_end(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %slope = onnx.Constant {value = dense<[[[0.5]], [[0.25]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %n1 = onnx.Sub(%n, %one) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %back = onnx.Sub(%j, %n1) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %bf = onnx.Cast(%back) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %far = onnx.Mul(%slope, %bf) : (tensor<2x1x1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %sum = onnx.Add(%x, %far) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %sum, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Slopes inside a window.
// CHECK-LABEL: func.func @in_a_window(
// CHECK: %[[S:.*]] = onnx.Constant {value = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %[[S]], %{{.*}}) {left = 8 : i64, right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @in_a_window(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %slope = onnx.Constant {value = dense<[[[0.5]], [[0.25]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %width = onnx.Constant {value = dense<9> : tensor<i64>} : () -> tensor<i64>
  %d = onnx.Sub(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %df = onnx.Cast(%d) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %far = onnx.Mul(%slope, %df) : (tensor<2x1x1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %sum = onnx.Add(%x, %far) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %back = onnx.Sub(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %near = onnx.Less(%back, %width) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %both = onnx.And(%ok, %near) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %m = onnx.Where(%both, %sum, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The square of the distance is no slope.
// CHECK-LABEL: func.func @of_squares(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no mask that is known explains position
func.func @of_squares(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %slope = onnx.Constant {value = dense<[[[0.5]], [[0.25]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %d = onnx.Sub(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %df = onnx.Cast(%d) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %dd = onnx.Mul(%df, %df) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %dn = onnx.Neg(%dd) : (tensor<*xf32>) -> tensor<*xf32>
  %far = onnx.Mul(%slope, %dn) : (tensor<2x1x1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %sum = onnx.Add(%x, %far) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %sum, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A learned bias per bucket of distances (t5) is no slope.
// CHECK-LABEL: func.func @of_buckets(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no mask that is known explains position
func.func @of_buckets(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %table = onnx.Constant {value = dense<[[0.5, 1.0], [0.25, -1.0], [0.125, 2.0], [0.0, 0.5]]> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  %three = onnx.Constant {value = dense<3> : tensor<i64>} : () -> tensor<i64>
  %d = onnx.Sub(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %pos = onnx.Max(%d, %zero) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %bucket = onnx.Min(%pos, %three) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rel = onnx.Gather(%table, %bucket) : (tensor<4x2xf32>, tensor<*xi64>) -> tensor<*xf32>
  %bias = onnx.Transpose(%rel) {perm = array<i64: 2, 0, 1>} : (tensor<*xf32>) -> tensor<*xf32>
  %sum = onnx.Add(%x, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %sum, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A slope that ends at a distance of 100.
// CHECK-LABEL: func.func @with_an_end(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no mask that is known explains position
func.func @with_an_end(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %slope = onnx.Constant {value = dense<[[[0.5]], [[0.25]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %d = onnx.Sub(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %df = onnx.Cast(%d) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %most = onnx.Constant {value = dense<-100.0> : tensor<f32>} : () -> tensor<f32>
  %dm = onnx.Max(%df, %most) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %far = onnx.Mul(%slope, %dm) : (tensor<2x1x1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %sum = onnx.Add(%x, %far) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %sum, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

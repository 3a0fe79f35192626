// RUN: llmc-opt %s --onnx-infer-shapes --onnx-fold --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --onnx-fold --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-passed=onnx-fold -o /dev/null 2>&1 | FileCheck %s --check-prefix=APPLIED
// What a script's assignments to slices leave: rows that are known joined with those that were there.

// Columns 0..2 and 2..5 of a tensor of zeros, which nothing of is left (DeepSeek's keys in an export by torch).
// CHECK-LABEL: func.func @columns(
// CHECK-SAME: %[[A:.*]]: tensor<?x?x2xf32> {{.*}}, %[[B:.*]]: tensor<?x?x3xf32>
// CHECK: %[[TA:.*]] = onnx.Transpose(%[[A]]) {perm = array<i64: 2, 1, 0>}
// CHECK: %[[TB:.*]] = onnx.Transpose(%[[B]]) {perm = array<i64: 2, 1, 0>}
// CHECK: %[[C:.*]] = onnx.Concat(%[[TA]], %[[TB]]) {axis = 0 : i64} : {{.*}} -> tensor<5x?x?xf32>
// CHECK-NOT: onnx.ScatterND
// CHECK: %[[R:.*]] = onnx.Transpose(%[[C]]) {perm = array<i64: 2, 1, 0>}
// CHECK: return %[[R]]
// APPLIED: remark: {{.*}}writes the same rows in every run: its updates joined with the rows that are left
func.func @columns(%a: tensor<?x?x2xf32> {onnx.name = "a", onnx.dims = ["batch", "seq", ""]}, %b: tensor<?x?x3xf32> {onnx.name = "b", onnx.dims = ["batch", "seq", ""]}) -> tensor<*xf32> {
  %five = onnx.Constant {value = dense<5> : tensor<1xi64>} : () -> tensor<1xi64>
  %first = onnx.Constant {value = dense<[[0], [1]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  %second = onnx.Constant {value = dense<[[2], [3], [4]]> : tensor<3x1xi64>} : () -> tensor<3x1xi64>
  %rows = onnx.Shape(%a) {end = 2 : i64} : (tensor<?x?x2xf32>) -> tensor<2xi64>
  %shape = onnx.Concat(%rows, %five) {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<*xi64>
  %zeros = onnx.ConstantOfShape(%shape) : (tensor<*xi64>) -> tensor<*xf32>
  %z = onnx.Transpose(%zeros) {perm = array<i64: 2, 1, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  %ta = onnx.Transpose(%a) {perm = array<i64: 2, 1, 0>} : (tensor<?x?x2xf32>) -> tensor<*xf32>
  %s1 = onnx.ScatterND(%z, %first, %ta) {reduction = "none"} : (tensor<*xf32>, tensor<2x1xi64>, tensor<*xf32>) -> tensor<*xf32>
  %back = onnx.Transpose(%s1) {perm = array<i64: 2, 1, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  %tb = onnx.Transpose(%b) {perm = array<i64: 2, 1, 0>} : (tensor<?x?x3xf32>) -> tensor<*xf32>
  %again = onnx.Transpose(%back) {perm = array<i64: 2, 1, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  %s2 = onnx.ScatterND(%again, %second, %tb) : (tensor<*xf32>, tensor<3x1xi64>, tensor<*xf32>) -> tensor<*xf32>
  %r = onnx.Transpose(%s2) {perm = array<i64: 2, 1, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  return %r : tensor<*xf32>
}

// -----

// Rows in the middle: those before and behind are left. A slice of what was assigned before is a slice of that.
// CHECK-LABEL: func.func @middle(
// CHECK-SAME: %[[X:.*]]: tensor<6x?xf32> {{.*}}, %[[Y:.*]]: tensor<2x?xf32> {{.*}}, %[[Z:.*]]: tensor<2x?xf32>
// CHECK: %[[HEAD:.*]] = onnx.Slice(%[[X]], %{{.*}}) : {{.*}} -> tensor<1x?xf32>
// CHECK: %[[TAIL:.*]] = onnx.Slice(%[[X]], %{{.*}}) : {{.*}} -> tensor<3x?xf32>
// CHECK: %[[ONCE:.*]] = onnx.Concat(%[[HEAD]], %[[Y]], %[[TAIL]]) {axis = 0 : i64} : {{.*}} -> tensor<6x?xf32>
// CHECK: %[[LEFT:.*]] = onnx.Slice(%[[Y]], %{{.*}}) : {{.*}} -> tensor<1x?xf32>
// CHECK: %[[END:.*]] = onnx.Slice(%[[TAIL]], %{{.*}}) : {{.*}} -> tensor<2x?xf32>
// CHECK: %[[TWICE:.*]] = onnx.Concat(%[[HEAD]], %[[LEFT]], %[[Z]], %[[END]]) {axis = 0 : i64} : {{.*}} -> tensor<6x?xf32>
// CHECK: return %[[ONCE]], %[[TWICE]]
func.func @middle(%x: tensor<6x?xf32> {onnx.name = "x", onnx.dims = ["", "batch"]}, %y: tensor<2x?xf32> {onnx.name = "y", onnx.dims = ["", "batch"]}, %z: tensor<2x?xf32> {onnx.name = "z", onnx.dims = ["", "batch"]}) -> (tensor<*xf32>, tensor<*xf32>) {
  %at = onnx.Constant {value = dense<[[1], [2]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  %then = onnx.Constant {value = dense<[[2], [3]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  %once = onnx.ScatterND(%x, %at, %y) : (tensor<6x?xf32>, tensor<2x1xi64>, tensor<2x?xf32>) -> tensor<*xf32>
  %twice = onnx.ScatterND(%once, %then, %z) : (tensor<*xf32>, tensor<2x1xi64>, tensor<2x?xf32>) -> tensor<*xf32>
  return %once, %twice : tensor<*xf32>, tensor<*xf32>
}

// -----

// Rows apart from each other, the last one counted from the end, rows that an input names, and a sum: they stay.
// CHECK-LABEL: func.func @elsewhere(
// CHECK-COUNT-4: onnx.ScatterND
// CHECK-NOT: onnx.Concat
func.func @elsewhere(%x: tensor<6x?xf32> {onnx.name = "x", onnx.dims = ["", "batch"]}, %y: tensor<2x?xf32> {onnx.name = "y", onnx.dims = ["", "batch"]}, %given: tensor<2x1xi64> {onnx.name = "given", onnx.dims = ["", ""]}) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %apart = onnx.Constant {value = dense<[[1], [3]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  %back = onnx.Constant {value = dense<[[-2], [-1]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  %at = onnx.Constant {value = dense<[[1], [2]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  %a = onnx.ScatterND(%x, %apart, %y) : (tensor<6x?xf32>, tensor<2x1xi64>, tensor<2x?xf32>) -> tensor<*xf32>
  %b = onnx.ScatterND(%x, %back, %y) : (tensor<6x?xf32>, tensor<2x1xi64>, tensor<2x?xf32>) -> tensor<*xf32>
  %c = onnx.ScatterND(%x, %given, %y) : (tensor<6x?xf32>, tensor<2x1xi64>, tensor<2x?xf32>) -> tensor<*xf32>
  %d = onnx.ScatterND(%x, %at, %y) {reduction = "add"} : (tensor<6x?xf32>, tensor<2x1xi64>, tensor<2x?xf32>) -> tensor<*xf32>
  return %a, %b, %c, %d : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

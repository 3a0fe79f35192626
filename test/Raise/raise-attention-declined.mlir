// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=raise-attention -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// A softmax between products that is nearly attention. The remark names what is asked and the first place that differs.

// Over the rows: every key shares itself out among the queries.
// CHECK-LABEL: func.func @of_queries(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: is a softmax of dim 2, not of the keys, which are the last
func.func @of_queries(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) {axis = 2 : i64} : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A row does not see itself; the first sees nothing.
// CHECK-LABEL: func.func @not_itself(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: a row of it does not see its own key
func.func @not_itself(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.Greater(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The first ten tokens see each other (a prefix model).
// CHECK-LABEL: func.func @prefix(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no mask that is known explains position
func.func @prefix(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ten = onnx.Constant {value = dense<10> : tensor<i64>} : () -> tensor<i64>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %first = onnx.Less(%j, %ten) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %both = onnx.Or(%ok, %first) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %m = onnx.Where(%both, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A window, and the first four tokens for ever (StreamingLLM).
// CHECK-LABEL: func.func @window_and_first_tokens(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no mask that is known explains position
func.func @window_and_first_tokens(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %four = onnx.Constant {value = dense<4> : tensor<i64>} : () -> tensor<i64>
  %width = onnx.Constant {value = dense<32> : tensor<i64>} : () -> tensor<i64>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %d = onnx.Sub(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %near = onnx.Less(%d, %width) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %first = onnx.Less(%j, %four) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %seen = onnx.Or(%near, %first) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %both = onnx.And(%ok, %seen) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %m = onnx.Where(%both, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Every third key only (a dilated attention).
// CHECK-LABEL: func.func @every_third(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no mask that is known explains position 1 and the key at 0
func.func @every_third(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %three = onnx.Constant {value = dense<3> : tensor<i64>} : () -> tensor<i64>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %d = onnx.Sub(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %mod = onnx.Mod(%d, %three) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %hit = onnx.Equal(%mod, %zero) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %both = onnx.And(%ok, %hit) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %m = onnx.Where(%both, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A window of its own for each head.
// CHECK-LABEL: func.func @window_per_head(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no mask that is known explains position
func.func @window_per_head(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %widths = onnx.Constant {value = dense<[[[8]], [[16]]]> : tensor<2x1x1xi64>} : () -> tensor<2x1x1xi64>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %d = onnx.Sub(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %near = onnx.Less(%d, %widths) : (tensor<*xi64>, tensor<2x1x1xi64>) -> tensor<*xi1>
  %both = onnx.And(%ok, %near) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %m = onnx.Where(%both, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A scale of its own for each head.
// CHECK-LABEL: func.func @scale_per_head(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: one scale for all scores does not explain head 1, position
func.func @scale_per_head(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %c = onnx.Constant {value = dense<[[[0.5]], [[0.25]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<2x1x1xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A scale that grows with the position, from 600 on: no length that is shorter shows it.
// CHECK-LABEL: func.func @scale_grows(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: one scale for all scores does not explain head {{[01]}}, position
func.func @scale_grows(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %by = onnx.Constant {value = dense<600.0> : tensor<f32>} : () -> tensor<f32>
  %f1 = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %rf = onnx.Cast(%i) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %part = onnx.Div(%rf, %by) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %more = onnx.Max(%part, %f1) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %xs = onnx.Mul(%x, %more) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %xs, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Weights times a gain per head: their sum is not 1 (a head mask).
// CHECK-LABEL: func.func @weights_times_gains(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: its result is not a sum of values per head
func.func @weights_times_gains(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %gain = onnx.Constant {value = dense<[[[1.0]], [[0.5]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %wg = onnx.Mul(%w, %gain) : (tensor<*xf32>, tensor<2x1x1xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%wg, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Squared scores.
// CHECK-LABEL: func.func @squared_scores(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: its scores are no multiple of a product
func.func @squared_scores(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %xx = onnx.Mul(%m, %m) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%xx) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A router's softmax: no heads, no products.
// CHECK-LABEL: func.func @router(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: its scores are not [batch, heads, rows, keys]
func.func @router(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %x: tensor<?x?x8xf32> {onnx.dims = ["batch", "seq", ""]}) -> tensor<*xf32> {
  %y = onnx.Softmax(%x) : (tensor<?x?x8xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Scores that no product makes.
// CHECK-LABEL: func.func @given_scores(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no matrix product makes its scores
func.func @given_scores(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %scores: tensor<?x2x?x?xf32> {onnx.dims = ["batch", "", "seq", "seq"]}) -> tensor<*xf32> {
  %w = onnx.Softmax(%scores) : (tensor<?x2x?x?xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Weights that multiply nothing.
// CHECK-LABEL: func.func @weights_alone(
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.llmc.Attention
// DECLINED: no matrix product reads its weights
func.func @weights_alone(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  return %w : tensor<*xf32>
}

// -----

// A function of queries and keys is theirs, not attention's: it is done before. This is no near miss, and fires.
// CHECK-LABEL: func.func @functions_of_heads(
// CHECK: %[[Q:.*]] = onnx.Relu(%arg1)
// CHECK: %[[K:.*]] = onnx.Relu(
// CHECK: onnx.llmc.Attention(%[[Q]],
func.func @functions_of_heads(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %qq = onnx.Relu(%q) : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %kk = onnx.Relu(%kt) : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qq, %kk) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

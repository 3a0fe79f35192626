// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file | FileCheck %s

// Heads as exporters lay them out, repeat and scale them: attention is read from where they come.

// repeat_kv: a dim for the group, expanded, and joined with the heads.
// CHECK-LABEL: func.func @repeat_by_expand(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @repeat_by_expand(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x4x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %times = onnx.Constant {value = dense<[1, 1, 2, 1, 1]> : tensor<5xi64>} : () -> tensor<5xi64>
  %flatb = onnx.Shape(%k) {end = 1 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %flats = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %flathh = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %flatd = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %flat = onnx.Concat(%flatb, %flathh, %flats, %flatd) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ku = onnx.Unsqueeze(%k, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ke = onnx.Expand(%ku, %times) : (tensor<*xf32>, tensor<5xi64>) -> tensor<*xf32>
  %kr = onnx.Reshape(%ke, %flat) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %vu = onnx.Unsqueeze(%v, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ve = onnx.Expand(%vu, %times) : (tensor<*xf32>, tensor<5xi64>) -> tensor<*xf32>
  %vr = onnx.Reshape(%ve, %flat) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%kr) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x4x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %vr) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// repeat_interleave: heads chosen by constants.
// CHECK-LABEL: func.func @repeat_by_gather(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @repeat_by_gather(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x4x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %which = onnx.Constant {value = dense<[0, 0, 1, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %kr = onnx.Gather(%k, %which) {axis = 1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %vr = onnx.Gather(%v, %which) {axis = 1 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%kr) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x4x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %vr) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The group tiled in a dim of its own (tf2onnx).
// CHECK-LABEL: func.func @repeat_by_tile(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @repeat_by_tile(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x4x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %times = onnx.Constant {value = dense<[1, 1, 2, 1, 1]> : tensor<5xi64>} : () -> tensor<5xi64>
  %flatb = onnx.Shape(%k) {end = 1 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %flats = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %flathh = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %flatd = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %flat = onnx.Concat(%flatb, %flathh, %flats, %flatd) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ku = onnx.Unsqueeze(%k, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ke = onnx.Tile(%ku, %times) : (tensor<*xf32>, tensor<5xi64>) -> tensor<*xf32>
  %kr = onnx.Reshape(%ke, %flat) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %vu = onnx.Unsqueeze(%v, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ve = onnx.Tile(%vu, %times) : (tensor<*xf32>, tensor<5xi64>) -> tensor<*xf32>
  %vr = onnx.Reshape(%ve, %flat) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%kr) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x4x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %vr) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The same heads joined with themselves (torch.stack).
// CHECK-LABEL: func.func @repeat_by_concat(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @repeat_by_concat(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x4x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %flatb = onnx.Shape(%k) {end = 1 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %flats = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %flathh = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %flatd = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %flat = onnx.Concat(%flatb, %flathh, %flats, %flatd) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ku = onnx.Unsqueeze(%k, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ke = onnx.Concat(%ku, %ku) {axis = 2 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %kr = onnx.Reshape(%ke, %flat) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %vu = onnx.Unsqueeze(%v, %i2) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %ve = onnx.Concat(%vu, %vu) {axis = 2 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %vr = onnx.Reshape(%ve, %flat) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%kr) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x4x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %vr) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Heads tiled as a whole: query 1 reads key 1, not key 0, so no group of neighbours shares a key. What attention reads is the tiled heads.
// CHECK-LABEL: func.func @tiled_heads(
// CHECK: %[[K:.*]] = onnx.Tile(%arg2
// CHECK: %[[V:.*]] = onnx.Tile(%arg3
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %[[K]], %[[V]], {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @tiled_heads(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x4x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %times = onnx.Constant {value = dense<[1, 2, 1, 1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %kr = onnx.Tile(%k, %times) : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %vr = onnx.Tile(%v, %times) : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%kr) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x4x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %vr) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// One head of keys for all queries, which the product broadcasts (falcon, gpt_bigcode).
// CHECK-LABEL: func.func @one_head_of_keys(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @one_head_of_keys(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x4x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x1x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x1x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x1x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x4x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x1x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Keys go from rows to columns in one transpose; attention has heads before rows.
// CHECK-LABEL: func.func @keys_turned_at_once(
// CHECK: %[[Q:.*]] = onnx.Transpose(%arg1) {perm = array<i64: 0, 2, 1, 3>}
// CHECK: %[[K:.*]] = onnx.Transpose(%arg2) {perm = array<i64: 0, 2, 1, 3>}
// CHECK: %[[V:.*]] = onnx.Transpose(%arg3) {perm = array<i64: 0, 2, 1, 3>}
// CHECK: %[[A:.*]] = onnx.llmc.Attention(%[[Q]], %[[K]], %[[V]], {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK: onnx.Transpose(%[[A]])
func.func @keys_turned_at_once(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x?x2x4xf32> {onnx.dims = ["batch", "seq", "", ""]}, %k: tensor<?x?x2x4xf32> {onnx.dims = ["batch", "seq", "", ""]}, %v: tensor<?x?x2x4xf32> {onnx.dims = ["batch", "seq", "", ""]}) -> tensor<*xf32> {
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
  %qt = onnx.Transpose(%q) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x4xf32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 2, 3, 1>} : (tensor<?x?x2x4xf32>) -> tensor<*xf32>
  %vt = onnx.Transpose(%v) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qt, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.MatMul(%w, %vt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Transpose(%a) {perm = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Batch and heads are one dim of the products (torch.bmm; opt, bloom), four dims only for the mask.
// CHECK-LABEL: func.func @batch_and_heads_in_one(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @batch_and_heads_in_one(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %b = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %h = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %d = onnx.Constant {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %minus = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %flat = onnx.Concat(%minus, %s, %d) {axis = 0 : i64} : (tensor<1xi64>, tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %four = onnx.Concat(%b, %h, %s, %s) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %flats = onnx.Concat(%minus, %s, %s) {axis = 0 : i64} : (tensor<1xi64>, tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %out = onnx.Concat(%b, %h, %s, %d) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %qf = onnx.Reshape(%q, %flat) : (tensor<?x2x?x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %kf = onnx.Reshape(%k, %flat) : (tensor<?x2x?x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %vf = onnx.Reshape(%v, %flat) : (tensor<?x2x?x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %kt = onnx.Transpose(%kf) {perm = array<i64: 0, 2, 1>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qf, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x3 = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %x = onnx.Reshape(%x3, %four) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %w3 = onnx.Reshape(%w, %flats) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %a = onnx.MatMul(%w3, %vf) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Reshape(%a, %out) : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The query is scaled (opt, t5 exports).
// CHECK-LABEL: func.func @scaled_query(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @scaled_query(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %qs = onnx.Mul(%q, %c) : (tensor<?x2x?x4xf32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %x = onnx.MatMul(%qs, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The root of the scale on each side (torch's scaled_dot_product_attention).
// CHECK-LABEL: func.func @root_on_each_side(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = {{5.000000e-01|0.49999[0-9]*|0.50000[0-9]*}} : f32}
// CHECK-NEXT: return %[[Y]]
func.func @root_on_each_side(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %c = onnx.Constant {value = dense<0.707106769> : tensor<f32>} : () -> tensor<f32>
  %qs = onnx.Mul(%q, %c) : (tensor<?x2x?x4xf32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %ks = onnx.Mul(%kt, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %x = onnx.MatMul(%qs, %ks) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Scores divided by the root of the head's size, which the graph computes.
// CHECK-LABEL: func.func @divided_by_a_root(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @divided_by_a_root(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %c4 = onnx.Constant {value = dense<4.0> : tensor<f32>} : () -> tensor<f32>
  %root = onnx.Sqrt(%c4) : (tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %x = onnx.Div(%p, %root) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// No scale: weights have it (t5, gpt_neo).
// CHECK-LABEL: func.func @no_scale(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 1.000000e+00 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @no_scale(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %x = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A softcap behind a scaled query (gemma2): scale inside of the tanh, cap outside.
// CHECK-LABEL: func.func @softcap_of_a_scaled_query(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = {{5.000000e-01|0.49999[0-9]*|0.50000[0-9]*}} : f32, softcap = {{5.000000e\+01|49.9999[0-9]*|50.0000[0-9]*}} : f32}
// CHECK-NEXT: return %[[Y]]
func.func @softcap_of_a_scaled_query(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %cap = onnx.Constant {value = dense<50.0> : tensor<f32>} : () -> tensor<f32>
  %by = onnx.Constant {value = dense<0.02> : tensor<f32>} : () -> tensor<f32>
  %qs = onnx.Mul(%q, %c) : (tensor<?x2x?x4xf32>, tensor<f32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qs, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %less = onnx.Mul(%p, %by) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %t = onnx.Tanh(%less) : (tensor<*xf32>) -> tensor<*xf32>
  %x = onnx.Mul(%t, %cap) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Half numbers with a softmax in f32 between casts.
// CHECK-LABEL: func.func @softmax_in_f32(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @softmax_in_f32(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf16> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf16> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf16> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf16> {
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
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf16>) -> tensor<*xf16>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf16>, tensor<*xf16>) -> tensor<*xf16>
  %c = onnx.Constant {value = dense<0.5> : tensor<f16>} : () -> tensor<f16>
  %x = onnx.Mul(%p, %c) : (tensor<*xf16>, tensor<f16>) -> tensor<*xf16>
  %xf = onnx.Cast(%x) {to = 1 : i64} : (tensor<*xf16>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %xf, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %wf = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Cast(%wf) {to = 10 : i64} : (tensor<*xf32>) -> tensor<*xf16>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf16>, tensor<?x2x?x4xf16>) -> tensor<*xf16>
  return %y : tensor<*xf16>
}

// -----

// Norms and rotations of heads are not attention's: it reads what they leave.
// CHECK-LABEL: func.func @behind_norms_and_rotations(
// CHECK: %[[Q:.*]] = onnx.llmc.RotaryEmbedding
// CHECK: %[[K:.*]] = onnx.llmc.RotaryEmbedding
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%[[Q]], %[[K]], %arg3, {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
llm.weight @g : tensor<4xf32> source "g"
llm.weight @inv : tensor<2xf32> value dense<[1.0, 0.125]> : tensor<2xf32>
func.func @behind_norms_and_rotations(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %gain = llm.param @g : tensor<4xf32>
  %inv = llm.param @inv : tensor<2xf32>
  %qn = onnx.RMSNormalization(%q, %gain) : (tensor<?x2x?x4xf32>, tensor<4xf32>) -> tensor<*xf32>
  %qr = onnx.llmc.RotaryEmbedding(%qn, %inv) {sequence_axis = 2 : i64} : (tensor<*xf32>, tensor<2xf32>) -> tensor<*xf32>
  %kn = onnx.RMSNormalization(%k, %gain) : (tensor<?x2x?x4xf32>, tensor<4xf32>) -> tensor<*xf32>
  %kr = onnx.llmc.RotaryEmbedding(%kn, %inv) {sequence_axis = 2 : i64} : (tensor<*xf32>, tensor<2xf32>) -> tensor<*xf32>
  %kt = onnx.Transpose(%kr) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%qr, %kt) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The weights are an output too (output_attentions): they stay for it, attention is raised beside them.
// CHECK-LABEL: func.func @weights_are_read(
// CHECK: %[[W:.*]] = onnx.Softmax
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3,
// CHECK: return %[[Y]], %[[W]]
func.func @weights_are_read(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> (tensor<*xf32>, tensor<*xf32>) {
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
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y, %w : tensor<*xf32>, tensor<*xf32>
}

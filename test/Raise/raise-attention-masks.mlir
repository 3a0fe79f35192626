// RUN: llmc-opt %s --onnx-infer-shapes --raise-attention --split-input-file | FileCheck %s

// Masks as exporters build them: by comparisons, triangles, tables, booleans and padding. What they are is what counts.

// What is later is the smallest float (transformers 4).
// CHECK-LABEL: func.func @smallest_float(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @smallest_float(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-3.40282347E+38> : tensor<f32>} : () -> tensor<f32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %later = onnx.Less(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%later, %low, %f0) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%x, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A boolean mask that chooses the scores, or minus infinity (a torch attention that was decomposed).
// CHECK-LABEL: func.func @boolean(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @boolean(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A guard behind the softmax against rows that see nothing, which no causal row is.
// CHECK-LABEL: func.func @rows_without_keys(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @rows_without_keys(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %ok = onnx.GreaterOrEqual(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%x, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %bad = onnx.IsNaN(%w) : (tensor<*xf32>) -> tensor<*xi1>
  %safe = onnx.Where(%bad, %f0, %w) : (tensor<*xi1>, tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%safe, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A triangle of minus infinity above the diagonal, with dims for batch and heads; the mask is the first summand.
// CHECK-LABEL: func.func @triangle(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @triangle(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<1xf32>} : () -> tensor<1xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %ss = onnx.Concat(%s, %s) {axis = 0 : i64} : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %full = onnx.Expand(%low, %ss) : (tensor<1xf32>, tensor<*xi64>) -> tensor<*xf32>
  %bias = onnx.Trilu(%full, %one) {upper = 1 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %u = onnx.Unsqueeze(%bias, %i0) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %uu = onnx.Unsqueeze(%u, %i0) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %m = onnx.Add(%uu, %x) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A table of booleans that the model keeps, cut to the length (gpt2); no length beyond its 64 is tried.
// CHECK-LABEL: func.func @buffer(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @buffer(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %all = onnx.Constant {value = dense<1> : tensor<1x1x64x64xi64>} : () -> tensor<1x1x64x64xi64>
  %low = onnx.Constant {value = dense<-1.0e4> : tensor<f32>} : () -> tensor<f32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %lower = onnx.Trilu(%all, %no) {upper = 0 : i64} : (tensor<1x1x64x64xi64>, none) -> tensor<*xi64>
  %table = onnx.Cast(%lower) {to = 9 : i64} : (tensor<*xi64>) -> tensor<*xi1>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %rows = onnx.Slice(%table, %i0, %s, %i2, %no) : (tensor<*xi1>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>, none) -> tensor<*xi1>
  %ok = onnx.Slice(%rows, %i0, %s, %i3, %no) : (tensor<*xi1>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>, none) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Scores times ones and zeros, plus a low number times the rest (the first GPTs): a score is forgotten where it is not seen.
// CHECK-LABEL: func.func @by_products(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @by_products(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %f1 = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-1.0e4> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %b = onnx.Cast(%ok) {to = 1 : i64} : (tensor<*xi1>) -> tensor<*xf32>
  %xb = onnx.Mul(%x, %b) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %nb = onnx.Sub(%f1, %b) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %lb = onnx.Mul(%nb, %low) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%xb, %lb) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The triangle times what positions say, as transformers 4.38 joined the two; zeros stay zeros.
// CHECK-LABEL: func.func @triangle_times_positions(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @triangle_times_positions(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %ss = onnx.Concat(%s, %s) {axis = 0 : i64} : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %fl = onnx.Constant {value = dense<-3.40282347E+38> : tensor<1xf32>} : () -> tensor<1xf32>
  %full = onnx.Expand(%fl, %ss) : (tensor<1xf32>, tensor<*xi64>) -> tensor<*xf32>
  %tri = onnx.Trilu(%full, %one) {upper = 1 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %gt = onnx.Greater(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %gf = onnx.Cast(%gt) {to = 1 : i64} : (tensor<*xi1>) -> tensor<*xf32>
  %bias = onnx.Mul(%tri, %gf) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.Add(%x, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Padding joins as a sum of its own, (1 - mask) times the smallest float. A step has no padding: its mask is ones.
// CHECK-LABEL: func.func @padding_added(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @padding_added(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["batch", "seq"]}) -> tensor<*xf32> {
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
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %low = onnx.Constant {value = dense<-3.40282347E+38> : tensor<f32>} : () -> tensor<f32>
  %axes = onnx.Constant {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %f1 = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %mu = onnx.Unsqueeze(%mask, %axes) : (tensor<?x?xi64>, tensor<2xi64>) -> tensor<*xi64>
  %mf = onnx.Cast(%mu) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %inv = onnx.Sub(%f1, %mf) : (tensor<f32>, tensor<*xf32>) -> tensor<*xf32>
  %pad = onnx.Mul(%inv, %low) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %both = onnx.Add(%bias, %pad) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %m = onnx.Add(%x, %both) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Padding joins as a boolean (transformers 5).
// CHECK-LABEL: func.func @padding_and(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @padding_and(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["batch", "seq"]}) -> tensor<*xf32> {
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
  %axes = onnx.Constant {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %mb = onnx.Cast(%mask) {to = 9 : i64} : (tensor<?x?xi64>) -> tensor<*xi1>
  %mu = onnx.Unsqueeze(%mb, %axes) : (tensor<*xi1>, tensor<2xi64>) -> tensor<*xi1>
  %both = onnx.And(%ok, %mu) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %m = onnx.Where(%both, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Positions counted by the padding mask: its sums, less one.
// CHECK-LABEL: func.func @positions_from_padding(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, %{{.*}}, %{{.*}}, %{{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @positions_from_padding(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["batch", "seq"]}) -> tensor<*xf32> {
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %axes = onnx.Constant {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %count = onnx.CumSum(%mask, %one) : (tensor<?x?xi64>, tensor<i64>) -> tensor<*xi64>
  %pos = onnx.Sub(%count, %one) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %rowsr = onnx.Unsqueeze(%pos, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %i3 = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %rows = onnx.Unsqueeze(%rowsr, %i3) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %keys = onnx.Unsqueeze(%pos, %axes) : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %ok = onnx.GreaterOrEqual(%rows, %keys) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A window of the row and the 6 before it.
// CHECK-LABEL: func.func @window(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {left = 6 : i64, right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @window(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %width = onnx.Constant {value = dense<7> : tensor<i64>} : () -> tensor<i64>
  %back = onnx.Sub(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %near = onnx.Less(%back, %width) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %past = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %ok = onnx.And(%near, %past) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The same window as a band between two triangles.
// CHECK-LABEL: func.func @band(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {left = 6 : i64, right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @band(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %back = onnx.Constant {value = dense<-6> : tensor<i64>} : () -> tensor<i64>
  %f1 = onnx.Constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %ss = onnx.Concat(%s, %s) {axis = 0 : i64} : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %ones = onnx.Expand(%f1, %ss) : (tensor<1xf32>, tensor<*xi64>) -> tensor<*xf32>
  %lower = onnx.Trilu(%ones, %zero) {upper = 0 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %band = onnx.Trilu(%lower, %back) {upper = 1 : i64} : (tensor<*xf32>, tensor<i64>) -> tensor<*xf32>
  %ok = onnx.Cast(%band) {to = 9 : i64} : (tensor<*xf32>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Positions and the width as floats: what is forbidden, in place of what is allowed. The width counts for how far is looked.
// CHECK-LABEL: func.func @window_of_floats(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {left = 2999 : i64, right = 0 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @window_of_floats(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %low = onnx.Constant {value = dense<-3.40282347E+38> : tensor<f32>} : () -> tensor<f32>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %width = onnx.Constant {value = dense<3000.0> : tensor<f32>} : () -> tensor<f32>
  %rf = onnx.Cast(%r) {to = 1 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %fi = onnx.Unsqueeze(%rf, %i1) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %fj = onnx.Unsqueeze(%rf, %i0) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %back = onnx.Sub(%fi, %fj) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %far = onnx.GreaterOrEqual(%back, %width) : (tensor<*xf32>, tensor<f32>) -> tensor<*xi1>
  %later = onnx.Less(%back, %f0) : (tensor<*xf32>, tensor<f32>) -> tensor<*xi1>
  %no_key = onnx.Or(%far, %later) : (tensor<*xi1>, tensor<*xi1>) -> tensor<*xi1>
  %bias = onnx.Where(%no_key, %low, %f0) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%x, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// As far to the right as to the left: an encoder with local layers (ModernBERT).
// CHECK-LABEL: func.func @window_both_ways(
// CHECK: %[[Y:.*]] = onnx.llmc.Attention(%arg1, %arg2, %arg3, {{.*}}) {left = 8 : i64, right = 8 : i64, scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @window_both_ways(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %k: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %v: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
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
  %low = onnx.Constant {value = dense<-3.40282347E+38> : tensor<f32>} : () -> tensor<f32>
  %f0 = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %width = onnx.Constant {value = dense<8> : tensor<i64>} : () -> tensor<i64>
  %back = onnx.Sub(%i, %j) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %far = onnx.Abs(%back) : (tensor<*xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%far, %width) : (tensor<*xi64>, tensor<i64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Add(%x, %bias) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Rows behind a cache: they begin where it ends, the keys at 0. Keys and values are those of the cache with the new ones.
// CHECK-LABEL: func.func @behind_a_cache(
// CHECK: %[[K:.*]] = onnx.Concat(%arg1,
// CHECK: %[[V:.*]] = onnx.Concat(%arg2,
// CHECK: onnx.llmc.Attention(%arg3, %[[K]], %[[V]], {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
func.func @behind_a_cache(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %pk: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "past", ""]}, %pv: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "past", ""]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %kn: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %vn: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %i1 = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %k = onnx.Concat(%pk, %kn) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %v = onnx.Concat(%pv, %vn) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%s, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %ps = onnx.Shape(%pk) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<*xi64>
  %pn = onnx.Squeeze(%ps, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %end = onnx.Add(%pn, %n) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %rows = onnx.Range(%pn, %end, %one) : (tensor<*xi64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %keys = onnx.Range(%zero, %end, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%rows, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%keys, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The last rows of a triangle as long as the padding mask (ONNX Runtime, optimum).
// CHECK-LABEL: func.func @last_rows_of_a_triangle(
// CHECK: %[[K:.*]] = onnx.Concat(%arg2,
// CHECK: %[[V:.*]] = onnx.Concat(%arg3,
// CHECK: onnx.llmc.Attention(%arg4, %[[K]], %[[V]], {{.*}}) {right = 0 : i64, scale = 5.000000e-01 : f32}
func.func @last_rows_of_a_triangle(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}, %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["batch", "total"]}, %pk: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "past", ""]}, %pv: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "past", ""]}, %q: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %kn: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}, %vn: tensor<?x2x?x4xf32> {onnx.dims = ["batch", "", "seq", ""]}) -> tensor<*xf32> {
  %no = onnx.None : none
  %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %low = onnx.Constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %k = onnx.Concat(%pk, %kn) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %v = onnx.Concat(%pv, %vn) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
  %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %ts = onnx.Shape(%mask) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
  %ss = onnx.Concat(%ts, %ts) {axis = 0 : i64} : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %t = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %all = onnx.Expand(%t, %ss) : (tensor<1xi64>, tensor<*xi64>) -> tensor<*xi64>
  %tri = onnx.Trilu(%all, %no) {upper = 0 : i64} : (tensor<*xi64>, none) -> tensor<*xi64>
  %from = onnx.Sub(%ts, %s) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %rows = onnx.Slice(%tri, %from, %ts, %i0, %no) : (tensor<*xi64>, tensor<*xi64>, tensor<*xi64>, tensor<1xi64>, none) -> tensor<*xi64>
  %ok = onnx.Cast(%rows) {to = 9 : i64} : (tensor<*xi64>) -> tensor<*xi1>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>} : (tensor<*xf32>) -> tensor<*xf32>
  %p = onnx.MatMul(%q, %kt) : (tensor<?x2x?x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  %c = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %x = onnx.Mul(%p, %c) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %m = onnx.Where(%ok, %x, %low) : (tensor<*xi1>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %w = onnx.Softmax(%m) : (tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.MatMul(%w, %v) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

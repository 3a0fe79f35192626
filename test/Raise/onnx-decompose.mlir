// RUN: llmc-opt %s --onnx-infer-shapes --onnx-decompose --split-input-file | FileCheck %s
// RUN: llmc-opt %s --onnx-infer-shapes --onnx-decompose --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=onnx-decompose -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// A sum that is a result of its own, and its norm.
// CHECK-LABEL: func.func @skip(
// CHECK: %[[S:.*]] = onnx.Add(%arg0, %arg1)
// CHECK: %[[N:.*]] = onnx.RMSNormalization(%[[S]], %arg2) {epsilon = 9.99999997E-7 : f32}
// CHECK: return %[[N]], %[[S]]
func.func @skip(%x: tensor<?x?x64xf32>, %y: tensor<?x?x64xf32>, %w: tensor<64xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %no = onnx.None : none
  %n, %m, %i, %s = onnx.microsoft.SkipSimplifiedLayerNormalization(%x, %y, %w, %no) {epsilon = 1.0e-6 : f32} : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>, none) -> (tensor<*xf32>, none, none, tensor<*xf32>)
  return %n, %s : tensor<*xf32>, tensor<*xf32>
}

// -----

// Every head of keys serves two of queries; causal by positions, which count behind the cache.
// CHECK-LABEL: func.func @grouped(
// CHECK: %[[P:.*]]:3 = onnx.Split(%arg0, %{{.*}}) {axis = 2 : i64}
// CHECK: onnx.Concat(%arg2, %{{.*}}) {axis = 2 : i64}
// CHECK: onnx.GreaterOrEqual
// CHECK-NOT: onnx.LessOrEqual
// CHECK: onnx.Expand
// CHECK: onnx.Softmax
// CHECK: onnx.MatMul
// CHECK-NOT: GroupQueryAttention
func.func @grouped(%qkv: tensor<?x?x32xf32>, %pk: tensor<?x1x?x8xf32>, %pv: tensor<?x1x?x8xf32>, %len: tensor<?xi32>, %total: tensor<i32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y, %k, %v, %s = onnx.microsoft.GroupQueryAttention(%qkv, %no, %no, %pk, %pv, %len, %total, %no, %no, %no, %no, %no, %no, %no, %no, %no, %no) {num_heads = 2 : i64, kv_num_heads = 1 : i64} : (tensor<?x?x32xf32>, none, none, tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>, tensor<?xi32>, tensor<i32>, none, none, none, none, none, none, none, none, none, none) -> (tensor<*xf32>, none, none, none)
  return %y : tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @fast_gelu(
// CHECK: %[[S:.*]] = onnx.Add(%arg0, %arg1)
// CHECK: onnx.Gelu(%[[S]]) {approximate = "tanh"}
func.func @fast_gelu(%x: tensor<?x?x64xf32>, %b: tensor<64xf32>) -> tensor<*xf32> {
  %y = onnx.microsoft.FastGelu(%x, %b) : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @statistics(
// CHECK: SkipSimplifiedLayerNormalization
// DECLINED: is asked for its statistics
func.func @statistics(%x: tensor<?x?x64xf32>, %w: tensor<64xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %n, %m, %i, %s = onnx.microsoft.SkipSimplifiedLayerNormalization(%x, %x, %w, %no) {epsilon = 1.0e-6 : f32} : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>, none) -> (tensor<*xf32>, none, tensor<*xf32>, none)
  return %i : tensor<*xf32>
}

// -----

// Without a cache rows count from the first key, however many keys there are.
// CHECK-LABEL: func.func @from_the_first(
// CHECK: %[[ZERO:.*]] = onnx.Constant {value = dense<0> : tensor<i64>}
// CHECK: %[[POSITIONS:.*]] = onnx.Add(%{{.*}}, %[[ZERO]])
// CHECK: %[[ROWS:.*]] = onnx.Unsqueeze(%[[POSITIONS]]
// CHECK: %[[BACK:.*]] = onnx.Sub(%[[ROWS]]
// CHECK: onnx.GreaterOrEqual(%[[BACK]]
// CHECK: %[[W:.*]] = onnx.Softmax
// CHECK: onnx.MatMul(%[[W]]
func.func @from_the_first(%q: tensor<2x3x4x8xf32>, %k: tensor<2x3x6x8xf32>, %v: tensor<2x3x6x8xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y, %a, %b, %s = onnx.Attention(%q, %k, %v, %no, %no, %no, %no) {is_causal = 1 : i64} : (tensor<2x3x4x8xf32>, tensor<2x3x6x8xf32>, tensor<2x3x6x8xf32>, none, none, none, none) -> (tensor<*xf32>, none, none, none)
  return %y : tensor<*xf32>
}

// -----

// Behind a cache they count on from it.
// CHECK-LABEL: func.func @behind_a_cache(
// CHECK: %[[PAST:.*]] = onnx.Shape(%arg3) {end = 3 : i64, start = 2 : i64}
// CHECK: onnx.Add(%{{.*}}, %[[PAST]])
// CHECK: onnx.GreaterOrEqual
func.func @behind_a_cache(%q: tensor<2x3x4x8xf32>, %k: tensor<2x3x4x8xf32>, %v: tensor<2x3x4x8xf32>, %pk: tensor<2x3x5x8xf32>, %pv: tensor<2x3x5x8xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y, %a, %b, %s = onnx.Attention(%q, %k, %v, %no, %pk, %pv, %no) {is_causal = 1 : i64} : (tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, none, tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>, none) -> (tensor<*xf32>, none, none, none)
  return %y : tensor<*xf32>
}

// -----

// Of each batch its own length of keys: the rows are the last of them, and see no key behind.
// CHECK-LABEL: func.func @lengths(
// CHECK: %[[EACH:.*]] = onnx.Unsqueeze(%arg3
// CHECK: onnx.Sub(%[[EACH]]
// CHECK: %[[ENDS:.*]] = onnx.Unsqueeze(%[[EACH]]
// CHECK: %[[SEEN:.*]] = onnx.Less(%{{.*}}, %[[ENDS]])
// CHECK: onnx.Where(%[[SEEN]]
// CHECK: %[[W:.*]] = onnx.Softmax
// CHECK: onnx.Where(%{{.*}}, %[[W]]
func.func @lengths(%q: tensor<2x3x4x8xf32>, %k: tensor<2x3x6x8xf32>, %v: tensor<2x3x6x8xf32>, %n: tensor<2xi64>) -> tensor<*xf32> {
  %no = onnx.None : none
  %y, %a, %b, %s = onnx.Attention(%q, %k, %v, %no, %no, %no, %n) {is_causal = 1 : i64} : (tensor<2x3x4x8xf32>, tensor<2x3x6x8xf32>, tensor<2x3x6x8xf32>, none, none, none, tensor<2xi64>) -> (tensor<*xf32>, none, none, none)
  return %y : tensor<*xf32>
}

// -----

// A row whose mask hides every key has weights of 0; the weights are what mode 3 asks for. A mask of fewer keys hides the others.
// CHECK-LABEL: func.func @masked(
// CHECK: %[[MASK:.*]] = onnx.Pad(%arg3
// CHECK: onnx.Where(%[[MASK]]
// CHECK: %[[W:.*]] = onnx.Softmax
// CHECK: %[[SEES:.*]] = onnx.ReduceMax(%[[MASK]]
// CHECK: %[[SAFE:.*]] = onnx.Where(%[[SEES]], %[[W]]
// CHECK: %[[Y:.*]] = onnx.MatMul(%[[SAFE]]
// CHECK: return %[[Y]], %[[SAFE]]
func.func @masked(%q: tensor<2x3x4x8xf32>, %k: tensor<2x3x6x8xf32>, %v: tensor<2x3x6x8xf32>, %m: tensor<4x5xi1>) -> (tensor<*xf32>, tensor<*xf32>) {
  %no = onnx.None : none
  %y, %a, %b, %s = onnx.Attention(%q, %k, %v, %m, %no, %no, %no) {qk_matmul_output_mode = 3 : i64} : (tensor<2x3x4x8xf32>, tensor<2x3x6x8xf32>, tensor<2x3x6x8xf32>, tensor<4x5xi1>, none, none, none) -> (tensor<*xf32>, none, none, tensor<*xf32>)
  return %y, %s : tensor<*xf32>, tensor<*xf32>
}

// -----

// The softmax of halves in f32, and halves again.
// CHECK-LABEL: func.func @precise(
// CHECK: %[[WIDE:.*]] = onnx.Cast(%{{.*}}) {to = 1 : i64}
// CHECK: %[[W:.*]] = onnx.Softmax(%[[WIDE]])
// CHECK: onnx.CastLike(%[[W]], %arg0)
func.func @precise(%q: tensor<2x3x4x8xf16>, %k: tensor<2x3x6x8xf16>, %v: tensor<2x3x6x8xf16>) -> tensor<*xf16> {
  %no = onnx.None : none
  %y, %a, %b, %s = onnx.Attention(%q, %k, %v, %no, %no, %no, %no) {softmax_precision = 1 : i64} : (tensor<2x3x4x8xf16>, tensor<2x3x6x8xf16>, tensor<2x3x6x8xf16>, none, none, none, none) -> (tensor<*xf16>, none, none, none)
  return %y : tensor<*xf16>
}

// -----

// Rows of codes with one scale: rows of the table's numbers.
// CHECK-LABEL: func.func @rows(
// CHECK: %[[N:.*]] = onnx.DequantizeLinear(%arg0, %{{.*}}, %{{.*}})
// CHECK: %[[R:.*]] = onnx.Gather(%[[N]], %arg1)
// CHECK: return %[[R]]
func.func @rows(%codes: tensor<320x64xui8>, %ids: tensor<?x?xi64>) -> tensor<*xf32> {
  %s = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Constant {value = dense<128> : tensor<ui8>} : () -> tensor<ui8>
  %r = onnx.Gather(%codes, %ids) : (tensor<320x64xui8>, tensor<?x?xi64>) -> tensor<*xui8>
  %x = onnx.DequantizeLinear(%r, %s, %z) : (tensor<*xui8>, tensor<f32>, tensor<ui8>) -> tensor<*xf32>
  return %x : tensor<*xf32>
}

// -----

// A scale per column is one per column of the rows as well, but its axis is another.
// CHECK-LABEL: func.func @columns(
// CHECK: %[[R:.*]] = onnx.Gather(%arg0, %arg1)
// CHECK: onnx.DequantizeLinear(%[[R]],
// DECLINED: remark: {{.*}}has several scales for rows that are chosen before it
func.func @columns(%codes: tensor<320x64xi8>, %ids: tensor<?x?xi64>, %s: tensor<64xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %r = onnx.Gather(%codes, %ids) : (tensor<320x64xi8>, tensor<?x?xi64>) -> tensor<*xi8>
  %x = onnx.DequantizeLinear(%r, %s, %no) {axis = 2 : i64} : (tensor<*xi8>, tensor<64xf32>, none) -> tensor<*xf32>
  return %x : tensor<*xf32>
}

// -----

// Rows that become codes by the range of a run, times codes, scaled back: rows times the numbers of the weight.
// CHECK-LABEL: func.func @codes(
// CHECK: %[[W:.*]] = onnx.DequantizeLinear(%arg1, %arg2, %arg3) : (tensor<64x32xi8>
// CHECK: %[[Y:.*]] = onnx.MatMul(%arg0, %[[W]])
// CHECK: return %[[Y]]
func.func @codes(%x: tensor<?x64xf32>, %w: tensor<64x32xi8>, %s: tensor<32xf32>, %z: tensor<32xi8>) -> tensor<*xf32> {
  %q, %qs, %qz = onnx.DynamicQuantizeLinear(%x) : (tensor<?x64xf32>) -> (tensor<*xui8>, tensor<*xf32>, tensor<*xui8>)
  %p = onnx.MatMulInteger(%q, %w, %qz, %z) : (tensor<*xui8>, tensor<64x32xi8>, tensor<*xui8>, tensor<32xi8>) -> tensor<*xi32>
  %f = onnx.Cast(%p) {to = 1 : i64} : (tensor<*xi32>) -> tensor<*xf32>
  %b = onnx.Mul(%s, %qs) : (tensor<32xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%b, %f) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Both factors are rows; another zero than the rows' own is another number.
// CHECK-LABEL: func.func @both(
// CHECK: %[[P:.*]] = onnx.MatMul(%arg0, %arg1)
// CHECK: onnx.MatMulInteger
// CHECK: %[[N:.*]] = onnx.Mul(
// CHECK: return %[[P]], %[[N]]
// DECLINED: multiplies codes that are no rows quantised in front of it
func.func @both(%x: tensor<?x64xf32>, %w: tensor<64x?xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %q, %qs, %qz = onnx.DynamicQuantizeLinear(%x) : (tensor<?x64xf32>) -> (tensor<*xui8>, tensor<*xf32>, tensor<*xui8>)
  %r, %rs, %rz = onnx.DynamicQuantizeLinear(%w) : (tensor<64x?xf32>) -> (tensor<*xui8>, tensor<*xf32>, tensor<*xui8>)
  %p = onnx.MatMulInteger(%q, %r, %qz, %rz) : (tensor<*xui8>, tensor<*xui8>, tensor<*xui8>, tensor<*xui8>) -> tensor<*xi32>
  %f = onnx.Cast(%p) {to = 1 : i64} : (tensor<*xi32>) -> tensor<*xf32>
  %b = onnx.Mul(%qs, %rs) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %y = onnx.Mul(%f, %b) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %o = onnx.MatMulInteger(%q, %r, %rz, %rz) : (tensor<*xui8>, tensor<*xui8>, tensor<*xui8>, tensor<*xui8>) -> tensor<*xi32>
  %g = onnx.Cast(%o) {to = 1 : i64} : (tensor<*xi32>) -> tensor<*xf32>
  %n = onnx.Mul(%g, %b) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y, %n : tensor<*xf32>, tensor<*xf32>
}

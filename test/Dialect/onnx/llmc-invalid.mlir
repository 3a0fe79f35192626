// RUN: llmc-opt %s -verify-diagnostics -split-input-file
// One case per constraint of the onnx.llmc ops.

func.func @rank(%q: tensor<9x?x64xf32>, %k: tensor<?x3x?x64xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C1) requires four dims of query, key, value and result: found 3}}
  %a = onnx.llmc.Attention(%q, %k, %k, %no, %no, %no) {scale = 1.0 : f32}
    : (tensor<9x?x64xf32>, tensor<?x3x?x64xf32>, tensor<?x3x?x64xf32>, none, none, none) -> tensor<9x?x64xf32>
  return
}

// -----

func.func @head_dim(%q: tensor<?x9x?x64xf32>, %k: tensor<?x3x?x32xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C2) requires query [B, H, S, D], key [B, K, U, D] and value [B, K, U, Dv]: found}}
  %a = onnx.llmc.Attention(%q, %k, %k, %no, %no, %no) {scale = 1.0 : f32}
    : (tensor<?x9x?x64xf32>, tensor<?x3x?x32xf32>, tensor<?x3x?x32xf32>, none, none, none) -> tensor<?x9x?x32xf32>
  return
}

// -----

func.func @batch(%q: tensor<2x9x?x64xf32>, %k: tensor<?x3x?x64xf32>, %v: tensor<3x3x?x64xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C2) requires query [B, H, S, D]}}
  %a = onnx.llmc.Attention(%q, %k, %v, %no, %no, %no) {scale = 1.0 : f32}
    : (tensor<2x9x?x64xf32>, tensor<?x3x?x64xf32>, tensor<3x3x?x64xf32>, none, none, none) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @heads(%q: tensor<?x9x?x64xf32>, %k: tensor<?x2x?x64xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C2) requires the heads of keys to divide those of queries: found 2 and 9}}
  %a = onnx.llmc.Attention(%q, %k, %k, %no, %no, %no) {scale = 1.0 : f32}
    : (tensor<?x9x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>, none, none, none) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @no_heads(%q: tensor<?x?x?x64xf32>, %k: tensor<?x0x?x64xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C2) requires the heads of keys to divide those of queries: found 0 and}}
  %a = onnx.llmc.Attention(%q, %k, %k, %no, %no, %no) {scale = 1.0 : f32}
    : (tensor<?x?x?x64xf32>, tensor<?x0x?x64xf32>, tensor<?x0x?x64xf32>, none, none, none) -> tensor<?x?x?x64xf32>
  return
}

// -----

func.func @result(%q: tensor<?x9x?x64xf32>, %k: tensor<?x3x?x64xf32>, %v: tensor<?x3x?x32xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C3) result is [B, H, S, Dv]}}
  %a = onnx.llmc.Attention(%q, %k, %v, %no, %no, %no) {scale = 1.0 : f32}
    : (tensor<?x9x?x64xf32>, tensor<?x3x?x64xf32>, tensor<?x3x?x32xf32>, none, none, none) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @rows(%q: tensor<?x9x8x64xf32>, %k: tensor<?x3x4x64xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C4) the rows are the last of the positions: found 8 rows of 4}}
  %a = onnx.llmc.Attention(%q, %k, %k, %no, %no, %no) {scale = 1.0 : f32}
    : (tensor<?x9x8x64xf32>, tensor<?x3x4x64xf32>, tensor<?x3x4x64xf32>, none, none, none) -> tensor<?x9x8x64xf32>
  return
}

// -----

func.func @padding(%q: tensor<?x9x?x64xf32>, %k: tensor<?x3x4x64xf32>, %p: tensor<?x5xi1>) {
  %no = onnx.None : none
  // expected-error @below {{(C5) padding is [B, U], slopes and sinks are [H]: padding is 'tensor<?x5xi1>'}}
  %a = onnx.llmc.Attention(%q, %k, %k, %p, %no, %no) {scale = 1.0 : f32}
    : (tensor<?x9x?x64xf32>, tensor<?x3x4x64xf32>, tensor<?x3x4x64xf32>, tensor<?x5xi1>, none, none) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @slopes(%q: tensor<?x9x?x64xf32>, %k: tensor<?x3x4x64xf32>, %s: tensor<3xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C5) padding is [B, U], slopes and sinks are [H]: slopes is 'tensor<3xf32>'}}
  %a = onnx.llmc.Attention(%q, %k, %k, %no, %s, %no) {scale = 1.0 : f32}
    : (tensor<?x9x?x64xf32>, tensor<?x3x4x64xf32>, tensor<?x3x4x64xf32>, none, tensor<3xf32>, none) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @sinks(%q: tensor<?x9x?x64xf32>, %k: tensor<?x3x4x64xf32>, %s: tensor<9x1xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C5) padding is [B, U], slopes and sinks are [H]: sinks is 'tensor<9x1xf32>'}}
  %a = onnx.llmc.Attention(%q, %k, %k, %no, %no, %s) {scale = 1.0 : f32}
    : (tensor<?x9x?x64xf32>, tensor<?x3x4x64xf32>, tensor<?x3x4x64xf32>, none, none, tensor<9x1xf32>) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @softcap(%q: tensor<?x9x?x64xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C6) requires softcap >= 0, left and right >= -1 and a finite scale: found softcap -1}}
  %a = onnx.llmc.Attention(%q, %q, %q, %no, %no, %no) {scale = 1.0 : f32, softcap = -1.0 : f32}
    : (tensor<?x9x?x64xf32>, tensor<?x9x?x64xf32>, tensor<?x9x?x64xf32>, none, none, none) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @left(%q: tensor<?x9x?x64xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C6) requires softcap >= 0, left and right >= -1 and a finite scale: found softcap 0.000000e+00, left -2}}
  %a = onnx.llmc.Attention(%q, %q, %q, %no, %no, %no) {scale = 1.0 : f32, left = -2 : i64}
    : (tensor<?x9x?x64xf32>, tensor<?x9x?x64xf32>, tensor<?x9x?x64xf32>, none, none, none) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @scale(%q: tensor<?x9x?x64xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C6) requires softcap >= 0}}
  %a = onnx.llmc.Attention(%q, %q, %q, %no, %no, %no) {scale = 0x7fc00000 : f32}
    : (tensor<?x9x?x64xf32>, tensor<?x9x?x64xf32>, tensor<?x9x?x64xf32>, none, none, none) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @rotary_result(%q: tensor<?x9x?x64xf32>, %inv: tensor<32xf32>) {
  // expected-error @below {{(C1) result has the input's shape: input is 'tensor<?x9x?x64xf32>', result is 'tensor<?x9x?x32xf32>'}}
  %r = onnx.llmc.RotaryEmbedding(%q, %inv) {sequence_axis = 2 : i64} : (tensor<?x9x?x64xf32>, tensor<32xf32>) -> tensor<?x9x?x32xf32>
  return
}

// -----

func.func @rotary_frequencies(%q: tensor<?x9x?x64xf32>, %inv: tensor<1x32xf32>) {
  // expected-error @below {{(C2) requires inv [n] and start >= 0: found 'tensor<1x32xf32>' and 0}}
  %r = onnx.llmc.RotaryEmbedding(%q, %inv) {sequence_axis = 2 : i64} : (tensor<?x9x?x64xf32>, tensor<1x32xf32>) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @rotary_start(%q: tensor<?x9x?x64xf32>, %inv: tensor<16xf32>) {
  // expected-error @below {{(C2) requires inv [n] and start >= 0: found 'tensor<16xf32>' and -1}}
  %r = onnx.llmc.RotaryEmbedding(%q, %inv) {sequence_axis = 2 : i64, start = -1 : i64} : (tensor<?x9x?x64xf32>, tensor<16xf32>) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @rotary_outside(%q: tensor<?x9x?x64xf32>, %inv: tensor<32xf32>) {
  // expected-error @below {{(C2) rotates dims inside the last: found 32 pairs from 2 on, of 64}}
  %r = onnx.llmc.RotaryEmbedding(%q, %inv) {sequence_axis = 2 : i64, start = 2 : i64} : (tensor<?x9x?x64xf32>, tensor<32xf32>) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @rotary_axis(%q: tensor<?x9x?x64xf32>, %inv: tensor<32xf32>) {
  // expected-error @below {{(C3) requires sequence_axis to be a dim before the last: found 3 of 'tensor<?x9x?x64xf32>'}}
  %r = onnx.llmc.RotaryEmbedding(%q, %inv) {sequence_axis = 3 : i64} : (tensor<?x9x?x64xf32>, tensor<32xf32>) -> tensor<?x9x?x64xf32>
  return
}

// -----

func.func @route_groups(%l: tensor<?x8xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C1), (C2), (C3) cannot choose 2 of 8 experts in 1 of 3 groups}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "softmax", weighting = "sum", groups = 3 : i64} : (tensor<?x8xf32>, none) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @route_pairs(%l: tensor<?x8xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C1), (C2), (C3) cannot choose 1 of 8 experts in 1 of 8 groups}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 1 : i64, score = "softmax", weighting = "sum", groups = 8 : i64, group_score = "top2_sum"} : (tensor<?x8xf32>, none) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @route_many(%l: tensor<?x8xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C1), (C2), (C3) cannot choose 9 of 8 experts}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 9 : i64, score = "softmax", weighting = "sum"} : (tensor<?x8xf32>, none) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @route_left(%l: tensor<?x8xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C1), (C2), (C3) cannot choose 3 of 8 experts in 1 of 4 groups}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 3 : i64, score = "softmax", weighting = "sum", groups = 4 : i64} : (tensor<?x8xf32>, none) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @route_softmaxes(%l: tensor<?x8xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C1), (C2), (C3) cannot choose 2 of 8 experts in 1 of 1 groups, score 'sigmoid', weighting 'softmax'}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "sigmoid", weighting = "softmax"} : (tensor<?x8xf32>, none) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @route_word(%l: tensor<?x8xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C3) unknown word: found score 'tanh', weighting 'sum', group_score 'max'}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "tanh", weighting = "sum"} : (tensor<?x8xf32>, none) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @route_scale(%l: tensor<?x8xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C5) scale and eps are numbers: found}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "softmax", weighting = "sum", scale = 0x7fc00000 : f32} : (tensor<?x8xf32>, none) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @route_bias(%l: tensor<?x8xf32>, %b: tensor<7xf32>) {
  // expected-error @below {{(C4) select_bias is [X]: found 'tensor<7xf32>' for 'tensor<?x8xf32>'}}
  %w, %e = onnx.llmc.Route(%l, %b) {k = 2 : i64, score = "softmax", weighting = "sum"} : (tensor<?x8xf32>, tensor<7xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
  return
}

// -----

func.func @route_results(%l: tensor<?x8xf32>) {
  %no = onnx.None : none
  // expected-error @below {{(C2) results are [.., k]: found 'tensor<?x3xi64>' for 'tensor<?x8xf32>' and k 2}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "softmax", weighting = "sum"} : (tensor<?x8xf32>, none) -> (tensor<?x2xf32>, tensor<?x3xi64>)
  return
}

// -----

func.func @route_scalar(%l: tensor<f32>) {
  %no = onnx.None : none
  // expected-error @below {{(C1) requires a dim of experts: found 'tensor<f32>'}}
  %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "softmax", weighting = "sum"} : (tensor<f32>, none) -> (tensor<2xf32>, tensor<2xi64>)
  return
}

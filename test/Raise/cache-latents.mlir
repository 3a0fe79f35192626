// RUN: llmc-opt %s --cache-latents --split-input-file | FileCheck %s
// RUN: llmc-opt %s --cache-latents --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=cache-latents -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// Keys and values that are made of one row: the row is cached.

// Keys of a part per head and one that all share, queries of a product that are turned behind as many columns: the columns
// of the product that keys' matrices multiply, those that are turned, and no others.
// CHECK-LABEL: module
// CHECK-DAG: llm.weight @[[Q0:.*]] : tensor<6x8xf32> source "q" recipe [#llm.rows<0, 3, every = 7>]
// CHECK-DAG: llm.weight @[[Q1:.*]] : tensor<8x8xf32> source "q" recipe [#llm.rows<3, 7, every = 7>]
// CHECK-DAG: llm.weight @[[K:.*]] : tensor<2x2x3xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>, #llm.matrices<2>, #llm.transpose]
// CHECK-DAG: llm.weight @[[V:.*]] : tensor<2x2x2xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>, #llm.matrices<2>]
// CHECK-NOT: llm.weight @k :
// CHECK: func.func @step(%{{.*}}: !llm.batch, %[[KV:.*]]: !llm.kv<1x1x6x0, f32, prefix = 2>, %[[C:.*]]: tensor<?x2xf32>, %[[X:.*]]: tensor<?x8xf32>, %[[R:.*]]: tensor<?x1x4xf32>, {{.*}}) -> (tensor<?x2x2xf32>, !llm.kv<1x1x6x0, f32, prefix = 2>)
// CHECK-DAG: %[[QW0:.*]] = llm.param @[[Q0]]
// CHECK-DAG: %[[QW1:.*]] = llm.param @[[Q1]]
// CHECK-DAG: %[[KW:.*]] = llm.param @[[K]]
// CHECK-DAG: %[[QL0:.*]] = llm.linear %[[X]], %[[QW0]] : {{.*}} -> tensor<?x6xf32>
// CHECK-DAG: %[[QH0:.*]] = tensor.expand_shape %[[QL0]] {{.*}} into tensor<?x2x3xf32>
// CHECK-DAG: %[[QL1:.*]] = llm.linear %[[X]], %[[QW1]] : {{.*}} -> tensor<?x8xf32>
// CHECK-DAG: %[[QH1:.*]] = tensor.expand_shape %[[QL1]] {{.*}} into tensor<?x2x4xf32>
// CHECK-DAG: %[[QR:.*]] = llm.rope {{ *}}interleaved %[[QH1]], %{{.*}}, %{{.*}} : (tensor<?x2x4xf32>
// CHECK-DAG: %[[QK:.*]] = llm.linear %[[QH0]], %[[KW]] : {{.*}} -> tensor<?x2x2xf32>
// CHECK-DAG: %[[Q:.*]] = tensor.concat dim(2) %[[QK]], %[[QR]] : {{.*}} -> tensor<?x2x6xf32>
// CHECK-DAG: %[[ROW:.*]] = tensor.expand_shape %[[C]] {{.*}} into tensor<?x1x2xf32>
// CHECK-DAG: %[[KEY:.*]] = tensor.concat dim(2) %[[ROW]], %[[R]] : {{.*}} -> tensor<?x1x6xf32>
// CHECK: %[[W:.*]] = llm.kv_write %[[KV]][%[[L:.*]]], %[[KEY]], %{{.*}} : !llm.kv<1x1x6x0, f32, prefix = 2>, tensor<?x1x6xf32>
// CHECK: %[[A:.*]] = llm.attention %[[Q]] cache(%[[W]][%[[L]]]) {{.*}} {scale = 5.000000e-01 : f64} : {{.*}} -> tensor<?x2x2xf32>
// CHECK: %[[VW:.*]] = llm.param @[[V]]
// CHECK: %[[Y:.*]] = llm.linear %[[A]], %[[VW]] : {{.*}} -> tensor<?x2x2xf32>
// CHECK: return %[[Y]], %[[W]]
// REMARK: remark: {{.*}}keys and values of 2 heads are made of rows of 2 numbers, which the cache holds
llm.weight @k : tensor<6x2xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>]
llm.weight @v : tensor<4x2xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>]
llm.weight @q : tensor<14x8xf32> source "q"
func.func @step(%b: !llm.batch, %kv: !llm.kv<1x2x7x2, f32>, %row: tensor<?x2xf32>, %x: tensor<?x8xf32>, %r: tensor<?x1x4xf32>, %inv: tensor<2xf32>) -> (tensor<?x2x2xf32>, !llm.kv<1x2x7x2, f32>) {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %c = arith.constant 0 : index
  %t = tensor.dim %ids, %c : tensor<?xi32>
  %kw = llm.param @k : tensor<6x2xf32>
  %kl = llm.linear %row, %kw : (tensor<?x2xf32>, tensor<6x2xf32>) -> tensor<?x6xf32>
  %k = tensor.expand_shape %kl [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %vw = llm.param @v : tensor<4x2xf32>
  %vl = llm.linear %row, %vw : (tensor<?x2xf32>, tensor<4x2xf32>) -> tensor<?x4xf32>
  %v = tensor.expand_shape %vl [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %pos = llm.batch_positions %b : tensor<?xi32>
  %qhw = llm.param @q : tensor<14x8xf32>
  %qhl = llm.linear %x, %qhw : (tensor<?x8xf32>, tensor<14x8xf32>) -> tensor<?x14xf32>
  %qh = tensor.expand_shape %qhl [[0], [1, 2]] output_shape [%t, 2, 7] : tensor<?x14xf32> into tensor<?x2x7xf32>
  %q = llm.rope interleaved %qh, %pos, %inv {start = 3 : i64} : (tensor<?x2x7xf32>, tensor<?xi32>, tensor<2xf32>) -> tensor<?x2x7xf32>
  %all = tensor.concat dim(1) %r, %r : (tensor<?x1x4xf32>, tensor<?x1x4xf32>) -> tensor<?x2x4xf32>
  %key = tensor.concat dim(2) %k, %all : (tensor<?x2x3xf32>, tensor<?x2x4xf32>) -> tensor<?x2x7xf32>
  %c0 = arith.constant 0 : index
  %w0 = llm.kv_write %kv[%c0], %key, value(%v), %b : !llm.kv<1x2x7x2, f32>, tensor<?x2x7xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<1x2x7x2, f32>
  %a0 = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x7xf32>, !llm.kv<1x2x7x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  return %a0, %w0 : tensor<?x2x2xf32>, !llm.kv<1x2x7x2, f32>
}

// -----

// The shared part first, queries that no product makes, and no part that is shared in the second layer: its rows have another
// size, and one cache has those of one.
// CHECK-LABEL: module
// CHECK: !llm.kv<2x2x7x2, f32>
// CHECK-NOT: prefix
// REMARK: remark: {{.*}}its rows have other sizes than those of the first layer
llm.weight @k : tensor<6x2xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>]
llm.weight @v : tensor<4x2xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>]
llm.weight @k7 : tensor<14x2xf32> source "kv7"
func.func @step(%b: !llm.batch, %kv: !llm.kv<2x2x7x2, f32>, %row: tensor<?x2xf32>, %q: tensor<?x2x7xf32>, %r: tensor<?x1x4xf32>) -> (tensor<?x2x2xf32>, !llm.kv<2x2x7x2, f32>) {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %c = arith.constant 0 : index
  %t = tensor.dim %ids, %c : tensor<?xi32>
  %kw = llm.param @k : tensor<6x2xf32>
  %kl = llm.linear %row, %kw : (tensor<?x2xf32>, tensor<6x2xf32>) -> tensor<?x6xf32>
  %k = tensor.expand_shape %kl [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %vw = llm.param @v : tensor<4x2xf32>
  %vl = llm.linear %row, %vw : (tensor<?x2xf32>, tensor<4x2xf32>) -> tensor<?x4xf32>
  %v = tensor.expand_shape %vl [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %all = tensor.concat dim(1) %r, %r : (tensor<?x1x4xf32>, tensor<?x1x4xf32>) -> tensor<?x2x4xf32>
  %key = tensor.concat dim(2) %all, %k : (tensor<?x2x4xf32>, tensor<?x2x3xf32>) -> tensor<?x2x7xf32>
  %k7w = llm.param @k7 : tensor<14x2xf32>
  %k7l = llm.linear %row, %k7w : (tensor<?x2xf32>, tensor<14x2xf32>) -> tensor<?x14xf32>
  %k7 = tensor.expand_shape %k7l [[0], [1, 2]] output_shape [%t, 2, 7] : tensor<?x14xf32> into tensor<?x2x7xf32>
  %c0 = arith.constant 0 : index
  %w0 = llm.kv_write %kv[%c0], %key, value(%v), %b : !llm.kv<2x2x7x2, f32>, tensor<?x2x7xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<2x2x7x2, f32>
  %a0 = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x7xf32>, !llm.kv<2x2x7x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  %c1 = arith.constant 1 : index
  %w1 = llm.kv_write %w0[%c1], %k7, value(%v), %b : !llm.kv<2x2x7x2, f32>, tensor<?x2x7xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<2x2x7x2, f32>
  %a1 = llm.attention %q cache(%w1[%c1]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x7xf32>, !llm.kv<2x2x7x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  return %a1, %w1 : tensor<?x2x2xf32>, !llm.kv<2x2x7x2, f32>
}

// -----

// The shared part first, of queries that no product makes: columns are cut from them.
// CHECK-LABEL: module
// CHECK: %[[Q0:.*]] = tensor.extract_slice %{{.*}}[0, 0, 4] [%{{.*}}, 2, 3] [1, 1, 1]
// CHECK: %[[Q1:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0] [%{{.*}}, 2, 4] [1, 1, 1]
// CHECK: %[[QK:.*]] = llm.linear %[[Q0]]
// CHECK: tensor.concat dim(2) %[[QK]], %[[Q1]]
llm.weight @k : tensor<6x2xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>]
llm.weight @v : tensor<4x2xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>]
func.func @step(%b: !llm.batch, %kv: !llm.kv<1x2x7x2, f32>, %row: tensor<?x2xf32>, %q: tensor<?x2x7xf32>, %r: tensor<?x1x4xf32>) -> (tensor<?x2x2xf32>, !llm.kv<1x2x7x2, f32>) {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %c = arith.constant 0 : index
  %t = tensor.dim %ids, %c : tensor<?xi32>
  %kw = llm.param @k : tensor<6x2xf32>
  %kl = llm.linear %row, %kw : (tensor<?x2xf32>, tensor<6x2xf32>) -> tensor<?x6xf32>
  %k = tensor.expand_shape %kl [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %vw = llm.param @v : tensor<4x2xf32>
  %vl = llm.linear %row, %vw : (tensor<?x2xf32>, tensor<4x2xf32>) -> tensor<?x4xf32>
  %v = tensor.expand_shape %vl [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %all = tensor.concat dim(1) %r, %r : (tensor<?x1x4xf32>, tensor<?x1x4xf32>) -> tensor<?x2x4xf32>
  %key = tensor.concat dim(2) %all, %k : (tensor<?x2x4xf32>, tensor<?x2x3xf32>) -> tensor<?x2x7xf32>
  %c0 = arith.constant 0 : index
  %w0 = llm.kv_write %kv[%c0], %key, value(%v), %b : !llm.kv<1x2x7x2, f32>, tensor<?x2x7xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<1x2x7x2, f32>
  %a0 = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x7xf32>, !llm.kv<1x2x7x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  return %a0, %w0 : tensor<?x2x2xf32>, !llm.kv<1x2x7x2, f32>
}

// -----

// A row that is no shorter than keys and values: every query would read all of it, and sum it (gpt2).
// CHECK-LABEL: module
// CHECK-NOT: prefix
// REMARK: remark: {{.*}}a row in the cache would cost more work than it saves memory
llm.weight @k : tensor<6x10xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>]
llm.weight @v : tensor<4x10xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>]
func.func @step(%b: !llm.batch, %kv: !llm.kv<1x2x3x2, f32>, %row: tensor<?x10xf32>, %q: tensor<?x2x3xf32>) -> (tensor<?x2x2xf32>, !llm.kv<1x2x3x2, f32>) {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %c = arith.constant 0 : index
  %t = tensor.dim %ids, %c : tensor<?xi32>
  %keyw = llm.param @k : tensor<6x10xf32>
  %keyl = llm.linear %row, %keyw : (tensor<?x10xf32>, tensor<6x10xf32>) -> tensor<?x6xf32>
  %key = tensor.expand_shape %keyl [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %vw = llm.param @v : tensor<4x10xf32>
  %vl = llm.linear %row, %vw : (tensor<?x10xf32>, tensor<4x10xf32>) -> tensor<?x4xf32>
  %v = tensor.expand_shape %vl [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %c0 = arith.constant 0 : index
  %w0 = llm.kv_write %kv[%c0], %key, value(%v), %b : !llm.kv<1x2x3x2, f32>, tensor<?x2x3xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<1x2x3x2, f32>
  %a0 = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x3xf32>, !llm.kv<1x2x3x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  return %a0, %w0 : tensor<?x2x2xf32>, !llm.kv<1x2x3x2, f32>
}

// -----

// A bias that keys have.
// CHECK-LABEL: module
// CHECK-NOT: prefix
// REMARK: remark: {{.*}}keys and values of one row are made by codes, or with a bias
llm.weight @k : tensor<6x1xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>]
llm.weight @v : tensor<4x1xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>]
func.func @step(%b: !llm.batch, %kv: !llm.kv<1x2x3x2, f32>, %row: tensor<?x1xf32>, %q: tensor<?x2x3xf32>, %bias: tensor<6xf32>) -> (tensor<?x2x2xf32>, !llm.kv<1x2x3x2, f32>) {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %c = arith.constant 0 : index
  %t = tensor.dim %ids, %c : tensor<?xi32>
  %keyw = llm.param @k : tensor<6x1xf32>
  %keyl = llm.linear %row, %keyw bias(%bias) : (tensor<?x1xf32>, tensor<6x1xf32>, tensor<6xf32>) -> tensor<?x6xf32>
  %key = tensor.expand_shape %keyl [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %vw = llm.param @v : tensor<4x1xf32>
  %vl = llm.linear %row, %vw : (tensor<?x1xf32>, tensor<4x1xf32>) -> tensor<?x4xf32>
  %v = tensor.expand_shape %vl [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %c0 = arith.constant 0 : index
  %w0 = llm.kv_write %kv[%c0], %key, value(%v), %b : !llm.kv<1x2x3x2, f32>, tensor<?x2x3xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<1x2x3x2, f32>
  %a0 = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x3xf32>, !llm.kv<1x2x3x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  return %a0, %w0 : tensor<?x2x2xf32>, !llm.kv<1x2x3x2, f32>
}

// -----

// Two queries per key: a matrix per query is none that the file has.
// CHECK-LABEL: module
// CHECK-NOT: prefix
// REMARK: remark: {{.*}}keys and values of one row have fewer heads than queries
llm.weight @k : tensor<6x1xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>]
llm.weight @v : tensor<4x1xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>]
func.func @step(%b: !llm.batch, %kv: !llm.kv<1x2x3x2, f32>, %row: tensor<?x1xf32>, %q: tensor<?x4x3xf32>) -> (tensor<?x4x2xf32>, !llm.kv<1x2x3x2, f32>) {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %c = arith.constant 0 : index
  %t = tensor.dim %ids, %c : tensor<?xi32>
  %keyw = llm.param @k : tensor<6x1xf32>
  %keyl = llm.linear %row, %keyw : (tensor<?x1xf32>, tensor<6x1xf32>) -> tensor<?x6xf32>
  %key = tensor.expand_shape %keyl [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %vw = llm.param @v : tensor<4x1xf32>
  %vl = llm.linear %row, %vw : (tensor<?x1xf32>, tensor<4x1xf32>) -> tensor<?x4xf32>
  %v = tensor.expand_shape %vl [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %c0 = arith.constant 0 : index
  %w0 = llm.kv_write %kv[%c0], %key, value(%v), %b : !llm.kv<1x2x3x2, f32>, tensor<?x2x3xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<1x2x3x2, f32>
  %a0 = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.5 : f64} : (tensor<?x4x3xf32>, !llm.kv<1x2x3x2, f32>, index, !llm.batch) -> tensor<?x4x2xf32>
  return %a0, %w0 : tensor<?x4x2xf32>, !llm.kv<1x2x3x2, f32>
}

// -----

// Read twice.
// CHECK-LABEL: module
// CHECK-NOT: prefix
// REMARK: remark: {{.*}}keys and values of one row are read by several attentions
llm.weight @k : tensor<6x1xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>]
llm.weight @v : tensor<4x1xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>]
func.func @step(%b: !llm.batch, %kv: !llm.kv<1x2x3x2, f32>, %row: tensor<?x1xf32>, %q: tensor<?x2x3xf32>) -> (tensor<?x2x2xf32>, !llm.kv<1x2x3x2, f32>) {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %c = arith.constant 0 : index
  %t = tensor.dim %ids, %c : tensor<?xi32>
  %keyw = llm.param @k : tensor<6x1xf32>
  %keyl = llm.linear %row, %keyw : (tensor<?x1xf32>, tensor<6x1xf32>) -> tensor<?x6xf32>
  %key = tensor.expand_shape %keyl [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %vw = llm.param @v : tensor<4x1xf32>
  %vl = llm.linear %row, %vw : (tensor<?x1xf32>, tensor<4x1xf32>) -> tensor<?x4xf32>
  %v = tensor.expand_shape %vl [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %c0 = arith.constant 0 : index
  %w0 = llm.kv_write %kv[%c0], %key, value(%v), %b : !llm.kv<1x2x3x2, f32>, tensor<?x2x3xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<1x2x3x2, f32>
  %a0 = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x3xf32>, !llm.kv<1x2x3x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  %again = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.25 : f64} : (tensor<?x2x3xf32>, !llm.kv<1x2x3x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  return %a0, %w0 : tensor<?x2x2xf32>, !llm.kv<1x2x3x2, f32>
}

// -----

// Keys and values of different rows: nothing is said.
// CHECK-LABEL: module
// CHECK-NOT: prefix
// REMARK-NOT: remark
llm.weight @k : tensor<6x1xf32> source "kv" recipe [#llm.rows<0, 3, every = 5>]
llm.weight @v : tensor<4x1xf32> source "kv" recipe [#llm.rows<3, 5, every = 5>]
func.func @step(%b: !llm.batch, %kv: !llm.kv<1x2x3x2, f32>, %row: tensor<?x1xf32>, %other: tensor<?x1xf32>, %q: tensor<?x2x3xf32>) -> (tensor<?x2x2xf32>, !llm.kv<1x2x3x2, f32>) {
  %ids = llm.batch_tokens %b : tensor<?xi32>
  %c = arith.constant 0 : index
  %t = tensor.dim %ids, %c : tensor<?xi32>
  %keyw = llm.param @k : tensor<6x1xf32>
  %keyl = llm.linear %row, %keyw : (tensor<?x1xf32>, tensor<6x1xf32>) -> tensor<?x6xf32>
  %key = tensor.expand_shape %keyl [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %vw = llm.param @v : tensor<4x1xf32>
  %vl = llm.linear %other, %vw : (tensor<?x1xf32>, tensor<4x1xf32>) -> tensor<?x4xf32>
  %v = tensor.expand_shape %vl [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %c0 = arith.constant 0 : index
  %w0 = llm.kv_write %kv[%c0], %key, value(%v), %b : !llm.kv<1x2x3x2, f32>, tensor<?x2x3xf32>, value(tensor<?x2x2xf32>) -> !llm.kv<1x2x3x2, f32>
  %a0 = llm.attention %q cache(%w0[%c0]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x3xf32>, !llm.kv<1x2x3x2, f32>, index, !llm.batch) -> tensor<?x2x2xf32>
  return %a0, %w0 : tensor<?x2x2xf32>, !llm.kv<1x2x3x2, f32>
}

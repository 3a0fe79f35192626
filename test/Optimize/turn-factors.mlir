// RUN: llmc-opt %s --llm-turn-factors | FileCheck %s
// RUN: llmc-opt %s --llm-turn-factors --remarks-filter="llm-.*" -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAY

// Scores of a head, q k^T of [batch, positions, heads, channels]: the copy has neighbouring keys behind each
// channel of a head, and the product reads it so. Queries stay: their rows are no columns.
// CHECK-DAG: #[[K:map.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3, d1, d2)>
// CHECK-DAG: #[[SAME:map.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[Q:map.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
// CHECK-DAG: #[[TURNED:map.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
// CHECK-LABEL: @scores
// CHECK-SAME: %[[QUERY:.*]]: tensor<?x?x12x32xf32>, %[[KEY:.*]]: tensor<?x?x12x32xf32>, %[[START:.*]]: tensor
// CHECK: %[[BATCH:.*]] = tensor.dim %[[KEY]], %{{.*}}
// CHECK: %[[KEYS:.*]] = tensor.dim %[[KEY]], %{{.*}}
// CHECK: %[[EMPTY:.*]] = tensor.empty(%[[BATCH]], %[[KEYS]]) : tensor<?x12x32x?xf32>
// CHECK: %[[COPY:.*]] = linalg.generic {indexing_maps = [#[[K]], #[[SAME]]], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%[[KEY]] : tensor<?x?x12x32xf32>) outs(%[[EMPTY]] : tensor<?x12x32x?xf32>)
// CHECK: linalg.generic {indexing_maps = [#[[Q]], #[[TURNED]], #{{.*}}]{{.*}} ins(%[[QUERY]], %[[COPY]] : {{.*}}) outs(%[[START]]
// SAY: remark: {{.*}}applied{{.*}}columns of a factor became neighbours
// SAY: remark: {{.*}}a factor stays: it has no columns
func.func @scores(%q: tensor<?x?x12x32xf32>, %k: tensor<?x?x12x32xf32>, %s: tensor<?x12x?x?xf32>) -> tensor<?x12x?x?xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(b, h, q, k, d) -> (b, q, h, d)>, affine_map<(b, h, q, k, d) -> (b, k, h, d)>,
                       affine_map<(b, h, q, k, d) -> (b, h, q, k)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<?x?x12x32xf32>, tensor<?x?x12x32xf32>) outs(%s : tensor<?x12x?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<?x12x?x?xf32>
  return %y : tensor<?x12x?x?xf32>
}

// Values are read with their channels side by side already.
// CHECK-LABEL: @values
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT: linalg.generic
// SAY: a factor stays: its columns are neighbours
func.func @values(%p: tensor<?x?xf32>, %v: tensor<?x32xf32>, %s: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(q, d, k) -> (q, k)>, affine_map<(q, d, k) -> (k, d)>, affine_map<(q, d, k) -> (q, d)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %v : tensor<?x?xf32>, tensor<?x32xf32>) outs(%s : tensor<?x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %o, %m : f32
    linalg.yield %r : f32
  } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// A matrix times one vector, and one row of a product: copying would read as much as the product does.
// CHECK-LABEL: @one_vector
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT: linalg.generic
// SAY: a factor stays: each element is read once
func.func @one_vector(%m: tensor<?x?xf32>, %x: tensor<?xf32>, %s: tensor<?xf32>) -> tensor<?xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(n, k) -> (n, k)>, affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (n)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%m, %x : tensor<?x?xf32>, tensor<?xf32>) outs(%s : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: @one_row
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT: linalg.generic
// SAY: a factor stays: each element is read once
func.func @one_row(%x: tensor<1x64xf32>, %m: tensor<32x64xf32>, %s: tensor<1x32xf32>) -> tensor<1x32xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %m : tensor<1x64xf32>, tensor<32x64xf32>) outs(%s : tensor<1x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<1x32xf32>
  return %y : tensor<1x32xf32>
}

// Windows that overlap: their elements have no place of their own in a copy.
// CHECK-LABEL: @windows
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT: linalg.generic
// SAY: a factor stays: its places are no permutation of the loops
func.func @windows(%x: tensor<12x8xf32>, %w: tensor<5xf32>, %s: tensor<8xf32>) -> tensor<8xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(n, k) -> (n + k, n)>, affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (n)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : tensor<12x8xf32>, tensor<5xf32>) outs(%s : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// No sums, nothing that a lane would have to add up: transposes stay one op.
// CHECK-LABEL: @transpose
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT: linalg.generic
func.func @transpose(%x: tensor<?x?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(m, n) -> (n, m)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// RUN: llmc-opt %s --llm-form-generics --split-input-file | FileCheck %s

// A product with a bias: sums from zero, then the bias.
// CHECK-LABEL: @linear
// CHECK: %[[ZEROS:.*]] = linalg.generic
// CHECK: %[[SUMS:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%{{.*}}, %{{.*}} : tensor<?x8xf32>, tensor<4x8xf32>) outs(%[[ZEROS]] : tensor<?x4xf32>)
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}} ins(%[[SUMS]], %{{.*}} : tensor<?x4xf32>, tensor<4xf32>)
// CHECK-NOT: llm.linear
func.func @linear(%x: tensor<?x8xf32>, %w: tensor<4x8xf32>, %b: tensor<4xf32>) -> tensor<?x4xf32> {
  %y = llm.linear %x, %w bias(%b) : (tensor<?x8xf32>, tensor<4x8xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Layer normalisation: the mean, the squares of what is centred, the result.
// CHECK-LABEL: @norm
// CHECK-COUNT-2: iterator_types = ["parallel", "reduction"]
// CHECK: iterator_types = ["parallel", "parallel"]
// CHECK: math.sqrt
// CHECK-NOT: llm.norm
func.func @norm(%x: tensor<?x8xf32>, %g: tensor<8xf32>) -> tensor<?x8xf32> {
  %y = llm.norm layer %x weight(%g) {eps = 1.0e-5 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Rows are matrices for two products.
// CHECK-LABEL: @kron_rotate
// CHECK: %[[X:.*]] = tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] {{.*}} into tensor<?x3x4xf32>
// CHECK: %[[LEFT:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%[[X]], %{{.*}} : tensor<?x3x4xf32>, tensor<3x3xf32>)
// CHECK: %[[BOTH:.*]] = linalg.generic {{.*}} ins(%[[LEFT]], %{{.*}} : tensor<?x3x4xf32>, tensor<4x4xf32>)
// CHECK: tensor.collapse_shape %[[BOTH]]
// CHECK-NOT: llm.kron_rotate
func.func @kron_rotate(%x: tensor<?x12xf32>, %a: tensor<3x3xf32>, %b: tensor<4x4xf32>) -> tensor<?x12xf32> {
  %y = llm.kron_rotate %x, %a, %b : (tensor<?x12xf32>, tensor<3x3xf32>, tensor<4x4xf32>) -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// Half floats are computed in f32.
// CHECK-LABEL: @act
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: math.exp {{.*}} : f32
// CHECK: arith.truncf
func.func @act(%x: tensor<?x8xf16>) -> tensor<?x8xf16> {
  %y = llm.act silu %x : tensor<?x8xf16>
  return %y : tensor<?x8xf16>
}

// -----

// Rows of a table, and what is joined.
// CHECK-LABEL: @embed
// CHECK: tensor.extract
// CHECK: tensor.insert_slice
// CHECK: tensor.insert_slice
// CHECK-NOT: tensor.concat
func.func @embed(%ids: tensor<?xi32>, %table: tensor<9x8xf32>) -> tensor<?x16xf32> {
  %x = llm.embed %ids, %table : (tensor<?xi32>, tensor<9x8xf32>) -> tensor<?x8xf32>
  %y = tensor.concat dim(1) %x, %x : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// -----

// A packed weight is no tensor: the op stays, and whoever lowers it says so.
// CHECK-LABEL: @packed
// CHECK: llm.linear
func.func @packed(%x: tensor<?x32xf32>, %w: !llm.packed<4x32, #llm.q4_0>) -> tensor<?x4xf32> {
  %y = llm.linear %x, %w : (tensor<?x32xf32>, !llm.packed<4x32, #llm.q4_0>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// A weight that only products read stays with them; one that is looked up as well does not.
llm.weight @w : tensor<4x8xf32> source "w"
llm.weight @shared : tensor<4x8xf32> source "shared"
// CHECK-LABEL: @weights
// CHECK: llm.linear
// CHECK-NOT: llm.linear
func.func @weights(%x: tensor<?x8xf32>, %ids: tensor<?xi32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x8xf32>) {
  %w = llm.param @w : tensor<4x8xf32>
  %s = llm.param @shared : tensor<4x8xf32>
  %y = llm.linear %x, %w : (tensor<?x8xf32>, tensor<4x8xf32>) -> tensor<?x4xf32>
  %z = llm.linear %x, %s : (tensor<?x8xf32>, tensor<4x8xf32>) -> tensor<?x4xf32>
  %e = llm.embed %ids, %s : (tensor<?xi32>, tensor<4x8xf32>) -> tensor<?x8xf32>
  return %y, %z, %e : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x8xf32>
}

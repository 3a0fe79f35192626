// RUN: not llmc-opt %s -split-input-file --llm-sparsify-weights=spec=50-wanda --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-sparsify-weights -o %t.mlir 2> %t.said
// RUN: FileCheck %s < %t.said

// A constant of a graph has no recipe.
// CHECK: declined {{.*}}a constant of the graph
// CHECK: sparsify: no weight is left to prune
llm.weight @up : tensor<64x64xf32> value dense<1.0> : tensor<64x64xf32>
func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %uw = llm.param @up : tensor<64x64xf32>
  %u = llm.linear %x, %uw : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %y = arith.addf %x, %u : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// The product that gives logits is what all others lead to.
// CHECK: declined {{.*}}the spec keeps it
// CHECK: sparsify: no weight is left to prune
llm.weight @head : tensor<64x64xf32> source "h"
func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %hw = llm.param @head : tensor<64x64xf32>
  %y = llm.linear %x, %hw : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// Calibration sees rows of the batch, not a tensor of so many.
// CHECK: declined {{.*}}there are no statistics of its input
// CHECK: sparsify: no weight is left to prune
llm.weight @up : tensor<64x64xf32> source "u"
func.func @step(%x: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %uw = llm.param @up : tensor<64x64xf32>
  %u = llm.linear %x, %uw : (tensor<4x64xf32>, tensor<64x64xf32>) -> tensor<4x64xf32>
  %y = arith.addf %x, %u : tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

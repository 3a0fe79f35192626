// RUN: not llmc-opt %s -split-input-file --llm-equalize-inputs --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-equalize-inputs -o %t.mlir 2> %t.said
// RUN: FileCheck %s < %t.said

// A row of floats that the norm's result is added to would be divided, too.
// CHECK: declined {{.*}}its input has readers that are not scaled
// CHECK: equalize: no input of a product can be scaled
llm.weight @norm : tensor<64xf32> source "n"
llm.weight @up : tensor<64x64xf32> source "u"
func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = llm.param @norm : tensor<64xf32>
  %a = llm.norm rms %x weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %uw = llm.param @up : tensor<64x64xf32>
  %u = llm.linear %a, %uw : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %y = arith.addf %u, %a : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// Weights that two products read would be scaled for both.
// CHECK: declined {{.*}}its weights have other readers, or are no floats
// CHECK: equalize: no input of a product can be scaled
llm.weight @norm : tensor<64xf32> source "n"
llm.weight @up : tensor<64x64xf32> source "u"
func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = llm.param @norm : tensor<64xf32>
  %a = llm.norm rms %x weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %uw = llm.param @up : tensor<64x64xf32>
  %u = llm.linear %a, %uw : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %v = llm.linear %u, %uw : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %y = arith.addf %x, %v : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// A norm that two inputs come of has one row of weights.
// CHECK: declined {{.*}}what makes its input keeps its numbers
// CHECK: equalize: no input of a product can be scaled
llm.weight @norm : tensor<64xf32> source "n"
llm.weight @up : tensor<64x64xf32> source "u"
llm.weight @down : tensor<64x64xf32> source "d"
func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = llm.param @norm : tensor<64xf32>
  %a = llm.norm rms %x weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %uw = llm.param @up : tensor<64x64xf32>
  %u = llm.linear %a, %uw : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %m = llm.param @norm : tensor<64xf32>
  %b = llm.norm rms %u weight(%m) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %dw = llm.param @down : tensor<64x64xf32>
  %d = llm.linear %b, %dw : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %y = arith.addf %x, %d : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// A constant of a graph has no recipe.
// CHECK: declined {{.*}}its weights have other readers, or are no floats
// CHECK: equalize: no input of a product can be scaled
llm.weight @norm : tensor<64xf32> source "n"
llm.weight @up : tensor<64x64xf32> value dense<1.0> : tensor<64x64xf32>
func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = llm.param @norm : tensor<64xf32>
  %a = llm.norm rms %x weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %uw = llm.param @up : tensor<64x64xf32>
  %u = llm.linear %a, %uw : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %y = arith.addf %x, %u : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

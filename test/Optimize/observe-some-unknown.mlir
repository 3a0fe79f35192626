// RUN: not llmc-opt %s --llm-observe-linears 2>&1 | FileCheck %s

// A weight that no product has, and one whose input is no rows of the batch.
// CHECK-DAG: error: 'llm.observe' names 'nobody': no product with it has an input that could be observed
// CHECK-DAG: error: 'llm.observe' names 'head': no product with it has an input that could be observed
llm.weight @up : tensor<32x32xf32> source "u"
llm.weight @head : tensor<100x32xf32> source "h"
func.func @step(%batch: !llm.batch, %x: tensor<?x32xf32>) -> tensor<?x100xf32> attributes {llm.observe = ["up", "nobody", "head"]} {
  %up = llm.param @up : tensor<32x32xf32>
  %y = llm.linear %x, %up : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %some = llm.embed %rows, %y : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %h = llm.param @head : tensor<100x32xf32>
  %logits = llm.linear %some, %h : (tensor<?x32xf32>, tensor<100x32xf32>) -> tensor<?x100xf32>
  return %logits : tensor<?x100xf32>
}

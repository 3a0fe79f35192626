// RUN: llmc-opt %s --split-input-file --llm-observe-linears | FileCheck %s
// RUN: llmc-opt %s --split-input-file --llm-observe-linears --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-observe-linears -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// The inputs that are asked for, once, in the order of the step; behind the last one nothing is computed, and caches have what
// was written until then. Weights that nobody reads go; logits are zeros, as many as are asked.
// CHECK: llm.weight @table
// CHECK: llm.weight @first
// CHECK: llm.weight @second
// CHECK-NOT: llm.weight
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[BATCH:.*]]: !llm.batch, %[[KV:.*]]: !llm.kv<2x1x32x32, f32>) -> (tensor<?x100xf32> {llm.name = "logits"}, !llm.kv<2x1x32x32, f32>, tensor<?x32xf32> {llm.name = "input of first"}, tensor<?x32xf32> {llm.name = "input of third"})
// CHECK-NOT: llm.observe
// CHECK: %[[X:.*]] = llm.embed
// CHECK: %[[W0:.*]] = llm.kv_write %[[KV]]
// CHECK: %[[Y:.*]] = llm.linear
// CHECK-NOT: llm.kv_write
// CHECK-NOT: llm.linear
// CHECK: %[[ASKED:.*]] = llm.batch_logit_rows %[[BATCH]]
// CHECK: %[[COUNT:.*]] = tensor.dim %[[ASKED]], %c0
// CHECK: %[[ZEROS:.*]] = tensor.splat %{{.*}}[%[[COUNT]]] : tensor<?x100xf32>
// CHECK: %[[LOGITS:.*]] = arith.addf %[[ZEROS]], %[[ZEROS]]
// CHECK: return %[[LOGITS]], %[[W0]], %[[X]], %[[Y]] :
llm.weight @table : tensor<100x32xf32> source "t"
llm.weight @first : tensor<32x32xf32> source "1"
llm.weight @second : tensor<32x32xf32> source "2"
llm.weight @third : tensor<32x32xf32> source "3"
llm.weight @fourth : tensor<32x32xf32> source "4"
llm.weight @head : tensor<100x32xf32> source "h"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<2x1x32x32, f32>) -> (tensor<?x100xf32>, !llm.kv<2x1x32x32, f32>)
    attributes {llm.observe = ["third", "first"]} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %table = llm.param @table : tensor<100x32xf32>
  %x = llm.embed %ids, %table : (tensor<?xi32>, tensor<100x32xf32>) -> tensor<?x32xf32>
  %w1 = llm.param @first : tensor<32x32xf32>
  %k = llm.linear %x, %w1 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %k3 = tensor.expand_shape %k [[0], [1, 2]] output_shape [1, 1, 32] : tensor<?x32xf32> into tensor<?x1x32xf32>
  %kv0 = llm.kv_write %kv[%c0], %k3, value(%k3), %batch : !llm.kv<2x1x32x32, f32>, tensor<?x1x32xf32>, value(tensor<?x1x32xf32>) -> !llm.kv<2x1x32x32, f32>
  %w2 = llm.param @second : tensor<32x32xf32>
  %y = llm.linear %x, %w2 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %w3 = llm.param @third : tensor<32x32xf32>
  %z = llm.linear %y, %w3 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %z3 = tensor.expand_shape %z [[0], [1, 2]] output_shape [1, 1, 32] : tensor<?x32xf32> into tensor<?x1x32xf32>
  %kv1 = llm.kv_write %kv0[%c1], %z3, value(%z3), %batch : !llm.kv<2x1x32x32, f32>, tensor<?x1x32xf32>, value(tensor<?x1x32xf32>) -> !llm.kv<2x1x32x32, f32>
  %w4 = llm.param @fourth : tensor<32x32xf32>
  %u = llm.linear %z, %w4 : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %last = llm.embed %rows, %u : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %wh = llm.param @head : tensor<100x32xf32>
  %logits = llm.linear %last, %wh : (tensor<?x32xf32>, tensor<100x32xf32>) -> tensor<?x100xf32>
  return %logits, %kv1 : tensor<?x100xf32>, !llm.kv<2x1x32x32, f32>
}

// -----

// What several ops make of the rows that are asked is theirs, too: no input of it is observed.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: -> (tensor<?x100xf32> {llm.name = "logits"}, tensor<?x32xf32> {llm.name = "input of up"})
// DECLINED: declined {{.*}}no rows of the batch, or a loop
llm.weight @up : tensor<32x32xf32> source "u"
llm.weight @norm : tensor<32xf32> source "n"
llm.weight @head : tensor<100x32xf32> source "h"
func.func @step(%batch: !llm.batch, %x: tensor<?x32xf32>) -> tensor<?x100xf32> {
  %up = llm.param @up : tensor<32x32xf32>
  %y = llm.linear %x, %up : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %some = llm.embed %rows, %y : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %n = llm.param @norm : tensor<32xf32>
  %last = llm.norm rms %some weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
  %h = llm.param @head : tensor<100x32xf32>
  %logits = llm.linear %last, %h : (tensor<?x32xf32>, tensor<100x32xf32>) -> tensor<?x100xf32>
  return %logits : tensor<?x100xf32>
}

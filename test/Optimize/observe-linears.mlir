// RUN: llmc-opt %s --llm-observe-linears | FileCheck %s
// RUN: llmc-opt %s --llm-observe-linears --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-observe-linears -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

llm.weight @gate : tensor<96x64xf32> source "g"
llm.weight @up : !llm.packed<96x64, #llm.q4_1> source "u"
llm.weight @down : tensor<64x96xf32> source "d"
llm.weight @head : tensor<320x64xf32> source "h"

// An input that two weights share is one result, named after the first. The logits keep their name.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: -> (tensor<?x320xf32> {llm.name = "logits"}, !llm.kv<1x1x64x64, f32>, tensor<?x64xf32> {llm.name = "input of gate"}, tensor<?x96xf32> {llm.name = "input of down"})
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x1x64x64, f32>, %x: tensor<?x64xf32>) -> (tensor<?x320xf32>, !llm.kv<1x1x64x64, f32>) {
  %g = llm.param @gate : tensor<96x64xf32>
  %a = llm.linear %x, %g : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
  %u = llm.param @up : !llm.packed<96x64, #llm.q4_1>
  %b = llm.linear %x, %u : (tensor<?x64xf32>, !llm.packed<96x64, #llm.q4_1>) -> tensor<?x96xf32>
  // CHECK: %[[H:.*]] = arith.mulf
  %h = arith.mulf %a, %b : tensor<?x96xf32>
  %d = llm.param @down : tensor<64x96xf32>
  %y = llm.linear %h, %d : (tensor<?x96xf32>, tensor<64x96xf32>) -> tensor<?x64xf32>
  // The rows that logits are asked of are some of the batch.
  // DECLINED: declined {{.*}}no rows of the batch, or a loop
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %last = llm.embed %rows, %y : (tensor<?xi32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  %w = llm.param @head : tensor<320x64xf32>
  %logits = llm.linear %last, %w : (tensor<?x64xf32>, tensor<320x64xf32>) -> tensor<?x320xf32>
  // CHECK: return %{{.*}}, %{{.*}}, %{{.*}}, %[[H]] :
  return %logits, %kv : tensor<?x320xf32>, !llm.kv<1x1x64x64, f32>
}

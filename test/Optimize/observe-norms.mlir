// RUN: llmc-opt %s --split-input-file --llm-observe-norms | FileCheck %s
// RUN: llmc-opt %s --split-input-file --llm-observe-norms --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-observe-norms -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

llm.weight @first : tensor<64xf32> source "f"
llm.weight @second : tensor<64xf32> source "s"
llm.weight @head_norm : tensor<16xf32> source "h"
llm.weight @last : tensor<64xf32> source "l"

// What norms read, once: two norms of one value are one result, named after the first. Heads are no rows that layers hand on,
// and the rows that logits are asked of are some of the batch.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: -> (tensor<?x64xf32> {llm.name = "logits"}, tensor<?x64xf32> {llm.name = "input of first"}, tensor<?x64xf32> {llm.name = "input of second"})
// DECLINED-COUNT-3: declined {{.*}}no rows of the batch, a loop, or no weight
// DECLINED-NOT: declined
func.func @step(%batch: !llm.batch, %x: tensor<?x64xf32>, %q: tensor<?x4x16xf32>) -> tensor<?x64xf32> {
  %f = llm.param @first : tensor<64xf32>
  %s = llm.param @second : tensor<64xf32>
  %h = llm.param @head_norm : tensor<16xf32>
  %l = llm.param @last : tensor<64xf32>
  %a = llm.norm rms %x weight(%f) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %b = llm.norm rms %x weight(%s) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  // CHECK: %[[Y:.*]] = arith.addf
  %y = arith.addf %a, %b : tensor<?x64xf32>
  %c = llm.norm layer %y weight(%s) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %plain = llm.norm layer %c {eps = 1.0e-5 : f64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
  %heads = llm.norm rms %q weight(%h) {eps = 1.0e-5 : f64} : (tensor<?x4x16xf32>, tensor<16xf32>) -> tensor<?x4x16xf32>
  %flat = tensor.collapse_shape %heads [[0], [1, 2]] : tensor<?x4x16xf32> into tensor<?x64xf32>
  %z = arith.addf %plain, %flat : tensor<?x64xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %some = llm.embed %rows, %z : (tensor<?xi32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  %out = llm.norm rms %some weight(%l) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  // CHECK: return %{{.*}}, %{{.*}}, %[[Y]] :
  return %out : tensor<?x64xf32>
}

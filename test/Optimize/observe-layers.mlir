// RUN: llmc-opt %S/shrink-model.mlir --llm-observe-layers | FileCheck %s
// RUN: not llmc-opt %s --llm-observe-layers 2>&1 | FileCheck %s --check-prefix=ONE

// What each of two layers is given, and what the last one leaves.
// CHECK: func.func @step({{.*}}) -> (tensor<?x100xf32> {llm.name = "logits"}, !llm.kv<2x2x8x8, f32>, tensor<?x32xf32> {llm.name = "input of layer 0"}, tensor<?x32xf32> {llm.name = "input of layer 1"}, tensor<?x32xf32> {llm.name = "input of layer 2"})
// CHECK: %[[FIRST:.*]] = llm.embed
// CHECK: %[[H0:.*]] = arith.addf %[[FIRST]],
// CHECK: %[[SECOND:.*]] = arith.addf %[[H0]],
// CHECK: %[[H1:.*]] = arith.addf %[[SECOND]],
// CHECK: %[[END:.*]] = arith.addf %[[H1]],
// CHECK: return %{{.*}}, %{{.*}}, %[[FIRST]], %[[SECOND]], %[[END]]

// ONE: layers cannot be observed: one layer cannot be told from what is behind it
llm.weight @table : tensor<100x32xf32> source "t"
func.func @step(%batch: !llm.batch) -> tensor<?x32xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %table = llm.param @table : tensor<100x32xf32>
  %x = llm.embed %ids, %table : (tensor<?xi32>, tensor<100x32xf32>) -> tensor<?x32xf32>
  return %x : tensor<?x32xf32>
}

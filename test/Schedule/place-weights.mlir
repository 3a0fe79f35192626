// RUN: llmc-opt %s --llm-place-weights | FileCheck %s

// Weights lie in the order of their reading, at whole lines; one that nobody reads is gone.
// CHECK-DAG: llm.weight @first : tensor<3xf32> source "first" at 0
// CHECK-DAG: llm.weight @second : tensor<8xf32> source "second" at 64
// CHECK-NOT: @unread
llm.weight @second : tensor<8xf32> source "second"
llm.weight @unread : tensor<8xf32> source "unread"
llm.weight @first : tensor<3xf32> source "first"
func.func @main() -> (tensor<3xf32>, tensor<8xf32>) {
  %a = llm.param @first : tensor<3xf32>
  %b = llm.param @second : tensor<8xf32>
  return %a, %b : tensor<3xf32>, tensor<8xf32>
}

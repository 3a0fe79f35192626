// RUN: llmc-opt %s --onnx-infer-shapes --raise-norms --split-input-file | FileCheck %s

// Heads normed one by one, each with a weight of its own (stablelm), are one norm times those weights.
llm.weight @a : tensor<8xf32> source "a"
llm.weight @b : tensor<8xf32> source "b"
// CHECK-LABEL: func.func @of_each_head(
// CHECK-DAG: %[[A:.*]] = llm.param @a
// CHECK-DAG: %[[B:.*]] = llm.param @b
// CHECK: %[[ONES:.*]] = onnx.Constant {value = dense<1.000000e+00> : tensor<8xf32>}
// CHECK: %[[N:.*]], %{{.*}}, %{{.*}} = onnx.LayerNormalization(%arg0, %[[ONES]]
// CHECK: %[[RA:.*]] = onnx.Reshape(%[[A]]
// CHECK: %[[RB:.*]] = onnx.Reshape(%[[B]]
// CHECK: %[[AB:.*]] = onnx.Concat(%[[RA]], %[[RB]]) {axis = 0
// CHECK: %[[W:.*]] = onnx.Reshape(%[[AB]]
// CHECK: %[[Y:.*]] = onnx.Mul(%[[N]], %[[W]])
// CHECK-NEXT: return %[[Y]]
func.func @of_each_head(%x: tensor<?x2x?x8xf32>) -> tensor<*xf32> {
  %no = onnx.None : none
  %a = llm.param @a : tensor<8xf32>
  %b = llm.param @b : tensor<8xf32>
  %h:2 = onnx.Split(%x, %no) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<?x2x?x8xf32>, none) -> (tensor<*xf32>, tensor<*xf32>)
  %na, %am, %av = onnx.LayerNormalization(%h#0, %a, %no) : (tensor<*xf32>, tensor<8xf32>, none) -> (tensor<*xf32>, none, none)
  %nb, %bm, %bv = onnx.LayerNormalization(%h#1, %b, %no) : (tensor<*xf32>, tensor<8xf32>, none) -> (tensor<*xf32>, none, none)
  %y = onnx.Concat(%na, %nb) {axis = 1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Heads that change places, or norms with another epsilon, stay apart.
llm.weight @a : tensor<8xf32> source "a"
llm.weight @b : tensor<8xf32> source "b"
// CHECK-LABEL: func.func @in_other_places(
// CHECK: onnx.Concat(%{{.*}}, %{{.*}}) {axis = 1
// CHECK: onnx.Concat(%{{.*}}, %{{.*}}) {axis = 1
// CHECK-NOT: onnx.Mul
func.func @in_other_places(%x: tensor<?x2x?x8xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %no = onnx.None : none
  %a = llm.param @a : tensor<8xf32>
  %b = llm.param @b : tensor<8xf32>
  %h:2 = onnx.Split(%x, %no) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<?x2x?x8xf32>, none) -> (tensor<*xf32>, tensor<*xf32>)
  %na, %am, %av = onnx.LayerNormalization(%h#0, %a, %no) : (tensor<*xf32>, tensor<8xf32>, none) -> (tensor<*xf32>, none, none)
  %nb, %bm, %bv = onnx.LayerNormalization(%h#1, %b, %no) : (tensor<*xf32>, tensor<8xf32>, none) -> (tensor<*xf32>, none, none)
  %turned = onnx.Concat(%nb, %na) {axis = 1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %nc, %cm, %cv = onnx.LayerNormalization(%h#0, %a, %no) : (tensor<*xf32>, tensor<8xf32>, none) -> (tensor<*xf32>, none, none)
  %nd, %dm, %dv = onnx.LayerNormalization(%h#1, %b, %no) {epsilon = 1.0e-3 : f32} : (tensor<*xf32>, tensor<8xf32>, none) -> (tensor<*xf32>, none, none)
  %unlike = onnx.Concat(%nc, %nd) {axis = 1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %turned, %unlike : tensor<*xf32>, tensor<*xf32>
}

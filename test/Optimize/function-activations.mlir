// RUN: llmc-opt %s --llm-quantize-activations=to=mixed | FileCheck %s
// RUN: llmc-opt %s --llm-quantize-activations=to=mixed --llm-form-generics | FileCheck %s --check-prefix=GENERICS

// Rows of a function's products, whose nonlinearities are loops over elements: what they made has 15 bits.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: tensor<?x?x32xf32>
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[X]]
// CHECK: %[[BYTES:.*]] = llm.quantize_act %[[ROWS]] : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
// CHECK: llm.linear %[[BYTES]]
// CHECK: llm.quantize_act %{{.*}} : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, fine>>
// CHECK-NOT: llm.quantize_act
// CHECK: return
// Products of integers stay products; of the floats the one that gives halves becomes loops, as no kernel does.
// GENERICS-LABEL: func.func @main(
// GENERICS-COUNT-2: llm.linear
// GENERICS-NOT: llm.linear
// GENERICS: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
// GENERICS: return
#same = affine_map<(i, j, k) -> (i, j, k)>
llm.weight @up : !llm.packed<32x32, #llm.q4_1> source "up"
llm.weight @down : !llm.packed<32x32, #llm.q4_1> source "down"
llm.weight @half : tensor<32x32xf32> source "half"
func.func @main(%x: tensor<?x?x32xf32> {llm.name = "x", llm.dims = ["b", "s", ""]}) -> (tensor<?x32xf16> {llm.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %x, %c0 : tensor<?x?x32xf32>
  %s = tensor.dim %x, %c1 : tensor<?x?x32xf32>
  %up = llm.param @up : !llm.packed<32x32, #llm.q4_1>
  %down = llm.param @down : !llm.packed<32x32, #llm.q4_1>
  %half = llm.param @half : tensor<32x32xf32>
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x32xf32> into tensor<?x32xf32>
  %h = llm.linear %rows, %up : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_1>) -> tensor<?x32xf32>
  %wide = tensor.expand_shape %h [[0, 1], [2]] output_shape [%b, %s, 32] : tensor<?x32xf32> into tensor<?x?x32xf32>
  %e = tensor.empty(%b, %s) : tensor<?x?x32xf32>
  %a = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel", "parallel"]} ins(%wide : tensor<?x?x32xf32>) outs(%e : tensor<?x?x32xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = arith.maximumf %p, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x?x32xf32>
  %flat = tensor.collapse_shape %a [[0, 1], [2]] : tensor<?x?x32xf32> into tensor<?x32xf32>
  %d = llm.linear %flat, %down : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_1>) -> tensor<?x32xf32>
  %y = llm.linear %d, %half : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf16>
  return %y : tensor<?x32xf16>
}

// RUN: llmc-opt %s --split-input-file --llm-note-rounding | FileCheck %s

// Two turns of a layer, and a head.
// CHECK: module attributes {llm.rounding = [
// CHECK-SAME: "inputs of 2 products: codes of 8 bits, each within 1/254 of the greatest of its 32",
// CHECK-SAME: "inputs of 1 products: codes of 15 bits, each within 1/64516 of the greatest of its 32",
// CHECK-SAME: "prompts, 2 products and their weights on amx: bf16, each within 1/512 of itself",
// CHECK-SAME: "prompts, 2 attentions on avx512-bf16, amx and GPUs: bf16, each within 1/512 of itself"]}
llm.weight @w : tensor<32x32xf32> source "w"
func.func @step(%x: tensor<?x32xf32>, %kv: !llm.kv<2x1x32x32, f16>, %batch: !llm.batch) -> tensor<?x32xf32> {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %2 = arith.constant 2 : index
  %rows = tensor.dim %x, %0 : tensor<?x32xf32>
  %w = llm.param @w : tensor<32x32xf32>
  %y = scf.for %layer = %0 to %2 step %1 iter_args(%a = %x) -> (tensor<?x32xf32>) {
    %c = llm.quantize_act %a batch(%batch) : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, bf16_prompts>>
    %b = llm.linear %c, %w batch(%batch) : (!llm.packed<?x32, #llm.int8_act<32, bf16_prompts>>, tensor<32x32xf32>, !llm.batch) -> tensor<?x32xf32>
    %q = tensor.expand_shape %b [[0], [1, 2]] output_shape [%rows, 1, 32] : tensor<?x32xf32> into tensor<?x1x32xf32>
    %h = llm.attention %q cache(%kv[%layer]) batch(%batch) {narrow, scale = 1.0 : f64} : (tensor<?x1x32xf32>, !llm.kv<2x1x32x32, f16>, index, !llm.batch) -> tensor<?x1x32xf32>
    %n = tensor.collapse_shape %h [[0], [1, 2]] : tensor<?x1x32xf32> into tensor<?x32xf32>
    scf.yield %n : tensor<?x32xf32>
  }
  %c = llm.quantize_act %y : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, fine>>
  %r = llm.linear %c, %w : (!llm.packed<?x32, #llm.int8_act<32, fine>>, tensor<32x32xf32>) -> tensor<?x32xf32>
  return %r : tensor<?x32xf32>
}

// -----

// CHECK: llm.rounding = ["inputs of 2 products: f32", "prompts, 1 products and their weights on avx512-bf16 and amx: bf16, each within 1/512 of itself"]
llm.weight @w : tensor<32x32xf32> source "w"
func.func @step(%x: tensor<?x32xf32>, %batch: !llm.batch) -> tensor<?x32xf32> {
  %w = llm.param @w : tensor<32x32xf32>
  %p = llm.quantize_act %x batch(%batch) : tensor<?x32xf32> -> !llm.packed<?x32, #llm.float_act>
  %y = llm.linear %p, %w batch(%batch) : (!llm.packed<?x32, #llm.float_act>, tensor<32x32xf32>, !llm.batch) -> tensor<?x32xf32>
  %r = llm.linear %y, %w : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  return %r : tensor<?x32xf32>
}

// -----

// Nothing is said where nothing is multiplied.
// CHECK-NOT: llm.rounding
func.func @step() {
  return
}

// -----

// CHECK: llm.rounding = ["the cache: codes of 8 bits, each within 1/254 of the greatest of its head's key or value"]
func.func @step(%kv: !llm.kv<2x1x32x32, i8>, %k: tensor<?x1x32xf32>, %batch: !llm.batch) -> !llm.kv<2x1x32x32, i8> {
  %0 = arith.constant 0 : index
  %n = llm.kv_write %kv[%0], %k, value(%k), %batch : !llm.kv<2x1x32x32, i8>, tensor<?x1x32xf32>, value(tensor<?x1x32xf32>) -> !llm.kv<2x1x32x32, i8>
  return %n : !llm.kv<2x1x32x32, i8>
}

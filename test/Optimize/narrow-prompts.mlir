// RUN: llmc-opt %s --llm-narrow-prompts | FileCheck %s
// RUN: llmc-opt %s --llm-narrow-prompts --llm-narrow-prompts | FileCheck %s
// RUN: llmc-opt %s --llm-narrow-prompts --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-narrow-prompts -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// DECLINED-DAG: declined {{.*}}its rows are those that logits are asked of
// DECLINED-DAG: declined {{.*}}its rows are no multiple of 32
// DECLINED-DAG: declined {{.*}}others than products read it

// Attention may round its factors. Rows of prompts may be bf16 where only products read
// them, which take the batch. The rows that logits are asked of are some of the batch.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[BATCH:.*]]: !llm.batch
// CHECK: llm.attention {{.*}}narrow
// CHECK: %[[Q:.*]] = llm.quantize_act %{{.*}} batch(%[[BATCH]]) : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, bf16_prompts>>
// CHECK: %[[FINE:.*]] = llm.quantize_act %{{.*}} batch(%[[BATCH]]) : {{.*}} #llm.int8_act<32, fine, bf16_prompts>>
// CHECK: llm.linear %[[Q]], %{{.*}} batch(%[[BATCH]]) :
// CHECK: llm.linear %[[FINE]], %{{.*}} bias(%{{.*}}) batch(%[[BATCH]]) :
// CHECK: llm.embed
// CHECK: %[[ASKED:.*]] = llm.quantize_act %{{.*}} : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, fine>>
// CHECK: llm.linear %[[ASKED]], %{{.*}} : (
func.func @step(%batch: !llm.batch, %q: tensor<?x1x32xf32>, %kv: !llm.kv<1x1x32x32, f16>, %w: !llm.packed<32x32, #llm.q4_0>, %bias: tensor<32xf32>) -> tensor<?x32xf32> {
  %layer = arith.constant 0 : index
  %a = llm.attention %q cache(%kv[%layer]) batch(%batch) {scale = 1.0 : f64} : (tensor<?x1x32xf32>, !llm.kv<1x1x32x32, f16>, index, !llm.batch) -> tensor<?x1x32xf32>
  %x = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x1x32xf32> into tensor<?x32xf32>
  %bytes = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  %fine = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, fine>>
  %y = llm.linear %bytes, %w : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<32x32, #llm.q4_0>) -> tensor<?x32xf32>
  %z = llm.linear %fine, %w bias(%bias) : (!llm.packed<?x32, #llm.int8_act<32, fine>>, !llm.packed<32x32, #llm.q4_0>, tensor<32xf32>) -> tensor<?x32xf32>
  %s = arith.addf %y, %z : tensor<?x32xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %few = llm.embed %rows, %s : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %asked = llm.quantize_act %few : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act<32, fine>>
  %l = llm.linear %asked, %w : (!llm.packed<?x32, #llm.int8_act<32, fine>>, !llm.packed<32x32, #llm.q4_0>) -> tensor<?x32xf32>
  return %l : tensor<?x32xf32>
}

// Rows of f32 that products read, made once for all of them. Those that choose experts
// stay, and those of sparse rows and of heads.
// CHECK-LABEL: func.func @floats(
// CHECK-SAME: %[[BATCH:.*]]: !llm.batch, %[[X:.*]]: tensor<?x32xf32>
// CHECK: %[[ROWS:.*]] = llm.quantize_act %[[X]] batch(%[[BATCH]]) : tensor<?x32xf32> -> !llm.packed<?x32, #llm.float_act>
// CHECK: llm.linear %[[ROWS]], %{{.*}} batch(%[[BATCH]]) : (!llm.packed<?x32, #llm.float_act>, tensor<8x32xbf16>, !llm.batch)
// CHECK: llm.linear %[[ROWS]], %{{.*}} batch(%[[BATCH]]) : (!llm.packed<?x32, #llm.float_act>, !llm.packed<8x32, #llm.float_codes<type = f8E4M3FN, group = 32, scale = f32>>, !llm.batch)
// CHECK: llm.linear %[[X]], %{{.*}} : (tensor<?x32xf32>, tensor<8x32xf32>)
// CHECK: llm.linear %[[X]], %{{.*}} : (tensor<?x32xf32>, !llm.packed<8x32, #llm.sparse
// CHECK-NOT: quantize_act
func.func @floats(%batch: !llm.batch, %x: tensor<?x32xf32>, %w: tensor<8x32xbf16>, %codes: !llm.packed<8x32, #llm.float_codes<type = f8E4M3FN, group = 32, scale = f32>>, %router: tensor<8x32xf32>, %sparse: !llm.packed<8x32, #llm.sparse<cols = 32, entries = 16, type = f32>>, %perHead: tensor<2x8x32xf32>, %heads: tensor<?x2x32xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x8xf32>, tensor<?x2x8xf32>) {
  %a = llm.linear %x, %w : (tensor<?x32xf32>, tensor<8x32xbf16>) -> tensor<?x8xf32>
  %b = llm.linear %x, %codes : (tensor<?x32xf32>, !llm.packed<8x32, #llm.float_codes<type = f8E4M3FN, group = 32, scale = f32>>) -> tensor<?x8xf32>
  %scores = llm.linear %x, %router : (tensor<?x32xf32>, tensor<8x32xf32>) -> tensor<?x8xf32>
  %choice, %weights = llm.route %scores {k = 2 : i64} : (tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  %c = llm.linear %x, %sparse : (tensor<?x32xf32>, !llm.packed<8x32, #llm.sparse<cols = 32, entries = 16, type = f32>>) -> tensor<?x8xf32>
  %d = llm.linear %heads, %perHead : (tensor<?x2x32xf32>, tensor<2x8x32xf32>) -> tensor<?x2x8xf32>
  return %a, %b, %weights, %choice, %c, %d : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x8xf32>, tensor<?x2x8xf32>
}

// Near misses: a group of 16 that ends within what a tile multiplies at once, a reader
// that is no product, and a function of no batch.
// CHECK-LABEL: func.func @declined(
// CHECK-NOT: bf16_prompts
func.func @declined(%batch: !llm.batch, %x: tensor<?x48xf32>, %w: !llm.packed<8x48, #llm.grid<bits = 4, group = 16, scale = f16>>, %y: tensor<?x32xf32>) -> (tensor<?x8xf32>, tensor<?x32xf32>) {
  %q = llm.quantize_act %x : tensor<?x48xf32> -> !llm.packed<?x48, #llm.int8_act<16>>
  %a = llm.linear %q, %w : (!llm.packed<?x48, #llm.int8_act<16>>, !llm.packed<8x48, #llm.grid<bits = 4, group = 16, scale = f16>>) -> tensor<?x8xf32>
  %p = llm.quantize_act %y : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  %d = llm.dequant %p : !llm.packed<?x32, #llm.int8_act> -> tensor<?x32xf32>
  return %a, %d : tensor<?x8xf32>, tensor<?x32xf32>
}
// CHECK-LABEL: func.func @no_batch(
// CHECK-NOT: bf16_prompts
func.func @no_batch(%x: tensor<?x32xf32>, %w: !llm.packed<8x32, #llm.q4_0>) -> tensor<?x8xf32> {
  %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  %a = llm.linear %q, %w : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<8x32, #llm.q4_0>) -> tensor<?x8xf32>
  return %a : tensor<?x8xf32>
}

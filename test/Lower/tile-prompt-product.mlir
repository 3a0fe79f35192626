// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=amx --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s
// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=avx512-bf16 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefix=OTHERS

// A target with tiles of bf16: rows of prompts are rounded, generated ones are codes. A
// row has room for both, in an odd number of lines of 64 bytes.
// CHECK-LABEL: func.func private @k{{[0-9]+}}_quantize_act.amx(
// CHECK-SAME: memref<?x192xi8>
// CHECK: %[[PROMPT:.*]] = scf.for
// CHECK: scf.if %[[PROMPT]] {
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.cvtne2ps2bf16.512"
// CHECK: scf.if
// CHECK: math.roundeven

// 32 rows by two panels: four sums stay in their tiles over all of k. A function of its
// own, which is never inlined: all its tiles have one shape.
// CHECK-LABEL: func.func private @multiply_tiles_2.amx(
// CHECK-SAME: passthrough = ["noinline"]
// CHECK: scf.for {{.*}} step %c32 {
// CHECK: scf.if
// CHECK-COUNT-4: tileloadd64
// CHECK: } else {
// CHECK-COUNT-4: tilezero
// CHECK: %{{.*}}:4 = scf.for
// CHECK-COUNT-3: tileloadd64
// CHECK-COUNT-16: llvm.intr.prefetch
// CHECK-COUNT-2: tdpbf16ps
// CHECK: tileloadd64
// CHECK-COUNT-16: llvm.intr.prefetch
// CHECK-COUNT-2: tdpbf16ps
// CHECK-COUNT-4: tilestored64
// CHECK: scf.for {{.*}} step %c16 {
// CHECK-COUNT-2: tdpbf16ps

// Codes become bf16 in pairs of k, once for up to 256 rows; then generated rows go by
// themselves.
// CHECK-LABEL: func.func private @k{{[0-9]+}}_linear.amx(
// CHECK-DAG: memref.alloca() {alignment = 64 : i64} : memref<4096xi8>
// CHECK-DAG: memref.alloca() {alignment = 64 : i64} : memref<2048xi8>
// CHECK-DAG: memref.alloca() {alignment = 64 : i64} : memref<256x32xf32>
// CHECK: scf.for {{.*}} step %c256 {
// CHECK: arith.ori {{.*}} : vector<16xi32>
// CHECK: vector.bitcast {{.*}} : vector<16xi32> to vector<16xf32>
// CHECK: math.fma
// CHECK: arith.shrui {{.*}} : vector<16xi32>
// CHECK-NOT: arith.sitofp
// CHECK: call @multiply_tiles_2.amx(
// CHECK: call @multiply_tiles_2.amx(
// CHECK: llm.tile.dot

// OTHERS-NOT: tdpbf16ps
// OTHERS-LABEL: func.func private @"k{{[0-9]+}}_linear.avx512-bf16"(
// OTHERS-NOT: cvtne2ps2bf16
// OTHERS: llm.tile.dot
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x64xf32> source "t"
llm.weight @w : !llm.packed<96x64, #llm.q4_1> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x96xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x64xf32>
  %w = llm.param @w : !llm.packed<96x64, #llm.q4_1>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x64xf32>) -> tensor<?x64xf32>
  %q = llm.quantize_act %x batch(%batch) : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act<32, bf16_prompts>>
  %y = llm.linear %q, %w batch(%batch) : (!llm.packed<?x64, #llm.int8_act<32, bf16_prompts>>, !llm.packed<96x64, #llm.q4_1>, !llm.batch) -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}
}

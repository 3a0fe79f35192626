// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=amx --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,AMX
// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=avx512-bf16 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,BF16
// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=avx512-vnni --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefix=OTHERS

// Rows of prompts are rounded, generated ones are f32. A row has room for these, in an
// odd number of lines of 64 bytes.
// CHECK-LABEL: func.func private @{{"?}}k{{[0-9]+}}_quantize_act.
// CHECK-SAME: memref<?x320xi8>
// CHECK: %[[PROMPT:.*]] = scf.for
// CHECK: scf.if %[[PROMPT]] {
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.cvtne2ps2bf16.512"
// CHECK: scf.if
// CHECK: vector.store

// Without tile registers 8 rows by two panels: 16 sums stay in registers over all of k, a
// line of pairs serves 8 rows.
// AMX-LABEL: func.func private @multiply_tiles_2.amx(
// AMX: tdpbf16ps
// BF16-LABEL: func.func private @"multiply_tiles_2.avx512-bf16"(
// BF16: scf.for {{.*}} step %c8 {
// BF16: scf.if
// BF16-COUNT-16: llvm.load
// BF16: %{{.*}}:16 = scf.for
// BF16-COUNT-256: llvm.x86.avx512bf16.dpbf16ps.512
// BF16-NOT: dpbf16ps
// BF16-COUNT-16: llvm.store

// A bf16 of k and of k+1 become a pair as they are; an E4M3 is multiplied by its scale
// and rounded. Then generated rows go by themselves.
// CHECK-LABEL: func.func private @{{"?}}k{{[0-9]+}}_linear.
// CHECK: vector.interleave {{.*}} : vector<16xi16> -> vector<32xi16>
// CHECK-NOT: cvtne2ps2bf16
// CHECK: call @{{"?}}multiply_tiles_2.
// CHECK: llm.tile.dot
// CHECK-LABEL: func.func private @{{"?}}k{{[0-9]+}}_linear.
// CHECK: cvtne2ps2bf16
// CHECK: call @{{"?}}multiply_tiles_2.
// CHECK: llm.tile.dot

// OTHERS-NOT: bf16.512
// OTHERS-LABEL: func.func private @"k{{[0-9]+}}_quantize_act.avx512-vnni"(
// OTHERS-NOT: scf.if
// OTHERS-LABEL: func.func private @"k{{[0-9]+}}_linear.avx512-vnni"(
// OTHERS-NOT: multiply_tiles
// OTHERS: llm.tile.dot
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x64xf32> source "t"
llm.weight @w : tensor<96x64xbf16> source "w"
llm.weight @codes : !llm.packed<32x64, #llm.float_codes<type = f8E4M3FN, group = 32, scale = f32>> source "c"
func.func @step(%batch: !llm.batch) -> (tensor<?x96xf32> {llm.name = "wide"}, tensor<?x32xf32> {llm.name = "narrow"}) {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x64xf32>
  %w = llm.param @w : tensor<96x64xbf16>
  %c = llm.param @codes : !llm.packed<32x64, #llm.float_codes<type = f8E4M3FN, group = 32, scale = f32>>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x64xf32>) -> tensor<?x64xf32>
  %q = llm.quantize_act %x batch(%batch) : tensor<?x64xf32> -> !llm.packed<?x64, #llm.float_act>
  %y = llm.linear %q, %w batch(%batch) : (!llm.packed<?x64, #llm.float_act>, tensor<96x64xbf16>, !llm.batch) -> tensor<?x96xf32>
  %z = llm.linear %q, %c batch(%batch) : (!llm.packed<?x64, #llm.float_act>, !llm.packed<32x64, #llm.float_codes<type = f8E4M3FN, group = 32, scale = f32>>, !llm.batch) -> tensor<?x32xf32>
  return %y, %z : tensor<?x96xf32>, tensor<?x32xf32>
}
}

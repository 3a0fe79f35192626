// RUN: llmc-opt %s --split-input-file --llm-clone-targets | FileCheck %s
// RUN: llmc-opt %s --split-input-file --llm-clone-targets --remarks-filter=llm-.* 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: llmc-opt %s --split-input-file --llm-clone-targets=isas=avx-vnni | FileCheck %s --check-prefix=ALONE
// RUN: llmc-opt %s --split-input-file --llm-clone-targets=isas=avx2 | FileCheck %s --check-prefix=ONE --implicit-check-not=avx512
// RUN: not llmc-opt %s --llm-clone-targets=isas=avx2,sse9 2>&1 | FileCheck %s --check-prefix=ERROR

// Every function once per instruction set, best first; the original is gone, the
// weight stays one.
// CHECK: llm.weight @w
// CHECK-NOT: llm.weight
// CHECK-NOT: func.func @step(
// CHECK: func.func @step.amx({{.*}} attributes {llm.target = #llm.target<"amx", registers = 32, lanes = 16, tile_rows = 16>}
// CHECK: func.func @"step.avx512-vnni"({{.*}} attributes {llm.target = #llm.target<"avx512-vnni", registers = 32, lanes = 16>}
// CHECK: llm.param @w
// CHECK: func.func @"step.avx-vnni"({{.*}} attributes {llm.target = #llm.target<"avx-vnni", registers = 16, lanes = 8>}
// CHECK: llm.param @w
// CHECK: func.func @step.avx2({{.*}} attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>}
// CHECK: llm.param @w

// ONE: func.func @step.avx2(

// ERROR: llm-clone-targets: unknown instruction set 'sse9': amx, avx512-bf16, avx512-vnni, avx-vnni, avx2, sm_120a, sm_100a, sm_90a, sm_80 are known
llm.weight @w : tensor<8xf32> source "w"
func.func @step(%batch: !llm.batch) -> tensor<8xf32> {
  %w = llm.param @w : tensor<8xf32>
  return %w : tensor<8xf32>
}
func.func @quantised(%x: tensor<?x32xf32>) -> !llm.packed<?x32, #llm.int8_act> {
  %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  return %q : !llm.packed<?x32, #llm.int8_act>
}

// -----

// Prompts that may round to bf16 have code of their own.
// CHECK: func.func @"attend.avx512-bf16"({{.*}} attributes {llm.target = #llm.target<"avx512-bf16", registers = 32, lanes = 16>}
// CHECK: func.func @"attend.avx512-vnni"(
func.func @attend(%batch: !llm.batch, %q: tensor<?x2x32xf32>, %kv: !llm.kv<1x1x32x32, f16>) -> tensor<?x2x32xf32> {
  %layer = arith.constant 0 : index
  %a = llm.attention %q cache(%kv[%layer]) batch(%batch) {scale = 1.0 : f64, narrow} : (tensor<?x2x32xf32>, !llm.kv<1x1x32x32, f16>, index, !llm.batch) -> tensor<?x2x32xf32>
  return %a : tensor<?x2x32xf32>
}

// -----

// Without rows of integers AVX-VNNI would be AVX2 again, unless it is wanted alone.
// REMARK: remark: {{.*}}amx would be avx512-bf16 again: no op has code of its own
// REMARK: remark: {{.*}}avx512-bf16 would be avx512-vnni again: no op has code of its own
// REMARK: remark: {{.*}}avx-vnni would be avx2 again: no op has code of its own
// CHECK: func.func @"floats.avx512-vnni"(
// CHECK-NOT: avx-vnni
// CHECK: func.func @floats.avx2(
// ALONE: func.func @"floats.avx-vnni"(
func.func @floats(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  return %x : tensor<?x32xf32>
}

// RUN: llmc-opt %s | llmc-opt | FileCheck %s
// Every type and encoding, read, printed and read again.

// CHECK-LABEL: func.func private @packed(
// CHECK-SAME: !llm.packed<64x32, #llm.float<f32>>
// CHECK-SAME: !llm.packed<64x32, #llm.float<f16>>
// CHECK-SAME: !llm.packed<64x32, #llm.float<bf16>>
// CHECK-SAME: !llm.packed<64x32, #llm.q8_0>
// CHECK-SAME: !llm.packed<64x32, #llm.q4_0>
// CHECK-SAME: !llm.packed<8x64x32, #llm.q4_1>
func.func private @packed(
    !llm.packed<64x32, #llm.float<f32>>, !llm.packed<64x32, #llm.float<f16>>,
    !llm.packed<64x32, #llm.float<bf16>>, !llm.packed<64x32, #llm.q8_0>,
    !llm.packed<64x32, #llm.q4_0>, !llm.packed<8x64x32, #llm.q4_1>)

// CHECK-LABEL: func.func private @ggml(
// CHECK-SAME: #llm.q5_0>, {{.*}}#llm.q5_1>, {{.*}}#llm.q4_k>, {{.*}}#llm.q5_k>, {{.*}}#llm.q6_k>
func.func private @ggml(
    !llm.packed<64x32, #llm.q5_0>, !llm.packed<64x32, #llm.q5_1>,
    !llm.packed<64x256, #llm.q4_k>, !llm.packed<64x256, #llm.q5_k>, !llm.packed<64x256, #llm.q6_k>)

// CHECK-LABEL: func.func private @grids(
// CHECK-SAME: #llm.grid<bits = 3, group = 64, scale = bf16, zero = 4>
// CHECK-SAME: #llm.grid<bits = 4, group = 32, scale = f16, sub = ui6, block = 256, min = true>
func.func private @grids(
    !llm.packed<64x64, #llm.grid<bits = 3, group = 64, scale = bf16, zero = 4>>,
    !llm.packed<64x256, #llm.grid<bits = 4, group = 32, scale = f16, sub = ui6, block = 256, min = true>, #llm.panels>)

// CHECK-LABEL: func.func private @sparse(
// CHECK-SAME: !llm.packed<64x256, #llm.sparse<cols = 256, entries = 7, type = bf16>>
// CHECK-SAME: !llm.packed<64x576, #llm.sparse_codes<block = 192, entries = 19, scale = f16>, #llm.panels>
func.func private @sparse(
    !llm.packed<64x256, #llm.sparse<cols = 256, entries = 7, type = bf16>>,
    !llm.packed<64x576, #llm.sparse_codes<block = 192, entries = 19, scale = f16>, #llm.panels>)

// CHECK-LABEL: func.func private @float_codes(
// CHECK-SAME: !llm.packed<64x256, #llm.float_codes<type = f8E4M3FN, group = 128, scale = f32>>
// CHECK-SAME: !llm.packed<64x24, #llm.float_codes<type = f8E5M2, group = 24, scale = bf16>, #llm.panels>
// CHECK-SAME: #llm.float_codes<values = [0.00000000e+00, -6.96192801e-01, {{.*}}, 1.50000000e+00], group = 64, scale = f16>
func.func private @float_codes(
    !llm.packed<64x256, #llm.float_codes<type = f8E4M3FN, group = 128, scale = f32>>,
    !llm.packed<64x24, #llm.float_codes<type = f8E5M2, group = 24, scale = bf16>, #llm.panels>,
    !llm.packed<64x64, #llm.float_codes<values = [0.0, -0.6961928009986877, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5], group = 64, scale = f16>>)

// CHECK-LABEL: func.func private @activations(
// CHECK-SAME: !llm.packed<?x64, #llm.int8_act>
// CHECK-SAME: !llm.packed<?x64, #llm.int8_act<64>>
// CHECK-SAME: !llm.packed<?x64, #llm.int8_act<32, fine>>
// CHECK-SAME: !llm.packed<?x64, #llm.int8_act<16, fine>>
// CHECK-SAME: !llm.packed<?x64, #llm.int8_act<32, bf16_prompts>>
// CHECK-SAME: !llm.packed<?x64, #llm.int8_act<16, fine, bf16_prompts>>
// CHECK-SAME: !llm.packed<?x64, #llm.rounded_act<i4, 32>>
// CHECK-SAME: !llm.packed<?x64, #llm.rounded_act<f8E4M3FN, 64>>
func.func private @activations(
    !llm.packed<?x64, #llm.int8_act<32>>, !llm.packed<?x64, #llm.int8_act<64>>,
    !llm.packed<?x64, #llm.int8_act<32, fine>>, !llm.packed<?x64, #llm.int8_act<16, fine>>,
    !llm.packed<?x64, #llm.int8_act<32, bf16_prompts>>, !llm.packed<?x64, #llm.int8_act<16, fine, bf16_prompts>>,
    !llm.packed<?x64, #llm.rounded_act<i4, 32>>, !llm.packed<?x64, #llm.rounded_act<f8E4M3FN, 64>>)

// CHECK-LABEL: func.func private @layouts(
// CHECK-SAME: !llm.packed<64x32, #llm.q4_1, #llm.panels>
// CHECK-SAME: !llm.packed<64x32, #llm.q4_0, #llm.panels<16, 2:4>>
// CHECK-SAME: !llm.packed<64x32, #llm.float<f16>, #llm.panels<16, 3:32, 16x1>>
func.func private @layouts(!llm.packed<64x32, #llm.q4_1, #llm.panels<16>>, !llm.packed<64x32, #llm.q4_0, #llm.panels<16, 2:4>>, !llm.packed<64x32, #llm.float<f16>, #llm.panels<16, 3:32, 16x1>>)

// CHECK-LABEL: func.func private @caches(
// CHECK-SAME: !llm.kv<30x3x64x64, f16>
// CHECK-SAME: !llm.kv<2x1x576x0, bf16, prefix = 512>
// CHECK-SAME: !llm.kv<2x1x64x32, f32, window = 4096>
// CHECK-SAME: !llm.kv<2x1x64x32, i8>
// CHECK-SAME: !llm.batch
func.func private @caches(
    !llm.kv<30x3x64x64, f16>, !llm.kv<2x1x576x0, bf16, prefix = 512>,
    !llm.kv<2x1x64x32, f32, window = 4096>, !llm.kv<2x1x64x32, i8>, !llm.batch)

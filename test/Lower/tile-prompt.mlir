// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=avx512-vnni --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,F32
// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=avx512-bf16 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,BF16
// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=amx --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefix=AMX
// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=avx2 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefix=AVX2

// Rows of a prompt in tiles of 192 queries, the three heads of 64 rows; a block of six
// queries at a time takes four pages at a time, and its sums fill 24 registers. With
// bf16 it takes eight, keys are copied in pairs of dimensions, values in pairs of slots.
// CHECK-LABEL: func.func private @"k{{[0-9]+}}_attention.avx512-
// BF16-DAG: %[[QUERIES:.*]] = memref.alloca() {alignment = 64 : i64} : memref<192x16xi32>
// BF16-DAG: %[[KEYS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<8x16x64xi32>
// BF16-DAG: %[[VALUES:.*]] = memref.alloca() {alignment = 64 : i64} : memref<8x32x32xi32>
// BF16-DAG: %[[P:.*]] = memref.alloca() {alignment = 64 : i64} : memref<6x256xi32>
// F32-DAG: memref.alloca() {alignment = 64 : i64} : memref<6x256xf32>
// CHECK-DAG: %[[STATES:.*]] = memref.alloca() {alignment = 64 : i64} : memref<192x48xf32>
// The items of a range: as many rows as give each worker two, 64 at most.
// CHECK: arith.ceildivui
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step %{{.*}} {
// CHECK: scf.for %[[Q:.*]] = %c0 to %{{.*}} step %c6 {
// CHECK: vector.store %{{.*}}, %[[STATES]][%[[Q]], %c0]
// F32: scf.for %{{.*}} = %c0 to %{{.*}} step %c4 {
// BF16: scf.for %{{.*}} = %c0 to %{{.*}} step %c8 {
// BF16: scf.for %[[PLACE:.*]] = %c0 to
// BF16: llvm.call_intrinsic "llvm.x86.avx512bf16.cvtne2ps2bf16.512"
// BF16: vector.shuffle %{{.*}} [0, 16, 1, 17,
// BF16: vector.store %{{.*}}, %[[KEYS]][%[[PLACE]],
// BF16: vector.store %{{.*}}, %[[VALUES]][%[[PLACE]],
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c6 {
// Scores; with bf16 also which lanes have NaN.
// F32: %{{.*}}:6 = scf.for
// BF16: %{{.*}}:12 = scf.for
// CHECK: %{{.*}}:24 = scf.for
// BF16-COUNT-4: vector.load %[[KEYS]]
// BF16: memref.load %[[QUERIES]]
// BF16-COUNT-24: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// F32-COUNT-4: arith.extf
// F32: scf.yield
// CHECK: arith.cmpi sle
// CHECK: arith.select
// Their maximum and e^(score - maximum), by a power of two and a polynomial.
// CHECK: vector.load %[[STATES]]
// CHECK-NOT: math.exp
// CHECK: arith.shli %{{.*}} : vector<16xi32>
// With bf16 that is one of integers, whose bits are those of the probabilities.
// BF16: vector.shuffle %{{.*}} [0, 2, 4,
// BF16: arith.mului_extended %{{.*}} : vector<32xi16>
// BF16: %[[PAIRS:.*]] = vector.bitcast %{{.*}} : vector<32xi16> to vector<16xi32>
// BF16: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// BF16: vector.store %[[PAIRS]], %[[P]]
// F32: vector.store {{.*}} memref<6x256xf32>
// Values of slots that all rows see, then of those behind, which are hidden from some.
// CHECK: %{{.*}}:12 = scf.for
// CHECK: %{{.*}}:12 = scf.for
// BF16: vector.load %[[VALUES]]
// BF16-NOT: arith.andi
// BF16: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK: %{{.*}}:12 = scf.for
// BF16: arith.andi
// F32: arith.select
// CHECK: vector.store %{{.*}}, %[[STATES]]
// Half the registers: six queries and one vector of slots.
// AVX2-LABEL: func.func private @k{{[0-9]+}}_attention.avx2
// AVX2: arith.ceildivui
// AVX2: %{{.*}}:6 = scf.for %{{.*}} = %c0 to %c32
// With tiles of bf16, 96 queries meet eight pages at once: keys are 64 columns of each
// page, values the channels. Scores lie in memory where the product left them, and are
// written again only where some are hidden; results gain their products in memory. Lines
// have one of 64 bytes more, so that 16 of them are in different sets of the cache.
// AMX-LABEL: func.func private @multiply_tiles_4.amx(
// AMX-LABEL: func.func private @multiply_tiles_2.amx(
// AMX-LABEL: func.func private @k{{[0-9]+}}_attention.amx
// AMX-DAG: %[[SCORES:.*]] = memref.alloca() {alignment = 64 : i64} : memref<96x528xf32>
// AMX-DAG: %[[P:.*]] = memref.alloca() {alignment = 64 : i64} : memref<96x272xi32>
// AMX-DAG: memref.alloca() {alignment = 64 : i64} : memref<384x48xf32>
// AMX: scf.for %{{.*}} = %c0 to %{{.*}} step %c96 {
// AMX: scf.for
// AMX: func.call @multiply_tiles_4.amx(
// AMX: scf.for %{{.*}} step %c6 {
// AMX: vector.load %[[SCORES]]
// AMX: } else {
// AMX: vector.store %{{.*}}, %[[SCORES]]
// AMX: vector.store %{{.*}}, %[[P]]
// AMX: func.call @multiply_tiles_2.amx(
// What is infinite or no number is added to those that see it.
// AMX: scf.if
// AMX: memref.load %[[P]]
// AMX: arith.cmpi eq, %{{.*}} : vector<16xi32>
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x192xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x2x32x32, f16>) -> (tensor<?x192xf32>, !llm.kv<1x2x32x32, f16>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x192xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x192xf32>) -> tensor<?x192xf32>
  %T = tensor.dim %x, %c0 : tensor<?x192xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%T, 6, 32] : tensor<?x192xf32> into tensor<?x6x32xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 0.25 : f64, narrow} : (tensor<?x6x32xf32>, !llm.kv<1x2x32x32, f16>, index, !llm.batch) -> tensor<?x6x32xf32>
  %r = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x6x32xf32> into tensor<?x192xf32>
  return %r, %kv : tensor<?x192xf32>, !llm.kv<1x2x32x32, f16>
}
}

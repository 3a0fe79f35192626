// RUN: llmc-opt %s --llm-emit-tiles | FileCheck %s --implicit-check-not=llm.tile
// RUN: not llmc-opt %S/clone-targets.mlir --llm-emit-tiles 2>&1 | FileCheck %s --check-prefix=ERROR

// ERROR: llm-emit-tiles: needs a target of a known instruction set: run llm-clone-targets first

#avx512 = #llm.target<"avx512-vnni", registers = 32, lanes = 16>
#avx2 = #llm.target<"avx2", registers = 16, lanes = 8>
#amx = #llm.target<"amx", registers = 32, lanes = 16, tile_rows = 16>

// 8-bit codes at int8 rows.
// CHECK-LABEL: func.func private @grid512(
// CHECK-SAME: target_cpu = "x86-64"
// CHECK-SAME: target_features = #llvm.target_features<["+avx2", "+fma", "+f16c", "+avx512f", "+avx512bw", "+avx512dq", "+avx512vl", "+avx512vnni"
// CHECK-NOT: pmadd
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// CHECK-NOT: llvm.call_intrinsic
// CHECK: math.fma
func.func private @grid512(%x: memref<?x40xi8>, %w: memref<2x1x544xi8>, %acc: vector<16xf32>, %row: index, %panel: index) -> vector<16xf32> attributes {llm.target = #avx512} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {inputType = !llm.packed<?x32, #llm.int8_act>, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q8_0, #llm.panels>} : (vector<16xf32>), memref<?x40xi8>, memref<2x1x544xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

// A strip of eight rows is half a panel: the second begins 32 bytes into each
// vector of codes and 16 into the scales. Two rows read one load of codes.
// CHECK-LABEL: func.func private @grid(
// CHECK-SAME: target_cpu = "x86-64"
// CHECK-SAME: target_features = #llvm.target_features<["+avx2", "+fma", "+f16c"]>
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK-NOT: vpdpbusd
// CHECK: vector.load %{{.*}}[%{{.*}}, %{{.*}}, %[[C64]]] {{.*}}: memref<2x1x544xi8>, vector<32xi8>
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.x86.avx2.psign.b"
// CHECK: vector.load {{.*}}vector<32xi8>
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
// CHECK-NOT: vpdpbusd
// CHECK-COUNT-2: math.fma
func.func private @grid(%x: memref<?x40xi8>, %w: memref<2x1x544xi8>, %acc: vector<8xf32>, %row: index, %panel: index) -> (vector<8xf32>, vector<8xf32>) attributes {llm.target = #avx2} {
  %c0 = arith.constant 0 : index
  %r:2 = llm.tile.dot(%acc, %acc) x(%x[%row]) w(%w[%panel]) block(%c0) {inputType = !llm.packed<?x32, #llm.int8_act>, lane = 8 : i64, rows = 2 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q8_0, #llm.panels>} : (vector<8xf32>, vector<8xf32>), memref<?x40xi8>, memref<2x1x544xi8> -> vector<8xf32>, vector<8xf32>
  return %r#0, %r#1 : vector<8xf32>, vector<8xf32>
}

// Floats: one load of 16 weights per k serves every row of the tile; an inner
// size of 6 goes in groups of 2.
// CHECK-LABEL: func.func private @dense(
// CHECK: %[[W0:.*]] = vector.load {{.*}} : memref<1x6x16xf16>, vector<16xf16>
// CHECK: %[[F0:.*]] = arith.extf %[[W0]] : vector<16xf16> to vector<16xf32>
// CHECK: math.fma %[[F0]]
// CHECK: math.fma %[[F0]]
// CHECK: %[[W1:.*]] = vector.load
// CHECK: %[[F1:.*]] = arith.extf %[[W1]]
// CHECK-COUNT-2: math.fma %[[F1]]
// CHECK-NOT: math.fma
// CHECK: return
func.func private @dense(%x: memref<?x6xf32>, %w: memref<1x6x16xf16>, %acc: vector<16xf32>, %row: index, %group: index) -> (vector<16xf32>, vector<16xf32>) attributes {llm.target = #avx512} {
  %c0 = arith.constant 0 : index
  %r:2 = llm.tile.dot(%acc, %acc) x(%x[%row]) w(%w[%c0]) block(%group) {rows = 2 : i64, strips = 1 : i64, weightType = !llm.packed<16x6, #llm.float<f16>, #llm.panels>} : (vector<16xf32>, vector<16xf32>), memref<?x6xf32>, memref<1x6x16xf16> -> vector<16xf32>, vector<16xf32>
  return %r#0, %r#1 : vector<16xf32>, vector<16xf32>
}

// Float rows at 4-bit codes: scale and minimum are read, 32 weights made once;
// with `prefetch` the next panels are fetched too.
// CHECK-LABEL: func.func private @dequantised(
// CHECK: memref.prefetch
// CHECK: vector.load {{.*}}, vector<32xi8>
// CHECK: arith.extf {{.*}} : vector<16xf16> to vector<16xf32>
// CHECK: arith.extf {{.*}} : vector<16xf16> to vector<16xf32>
// CHECK-NOT: call_intrinsic
// CHECK-COUNT-32: math.fma
// CHECK-NOT: math.fma
// CHECK: return
func.func private @dequantised(%x: memref<?x32xf32>, %w: memref<2x1x320xi8>, %acc: vector<16xf32>, %row: index, %panel: index) -> vector<16xf32> attributes {llm.target = #avx512} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {prefetch, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q4_1, #llm.panels>} : (vector<16xf32>), memref<?x32xf32>, memref<2x1x320xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

// Sixteen groups share a float scale: it is loaded ahead of them, each group
// multiplies it with its own sub-scale. Six bits are two planes, put together by
// an or; 32 of the code is subtracted by the sum of the activations.
// CHECK-LABEL: func.func private @blocks(
// CHECK: %[[SHARED:.*]] = arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
// CHECK: scf.for
// CHECK-COUNT-4: arith.ori
// CHECK-NOT: arith.ori
// CHECK: %[[BYTES:.*]] = vector.load {{.*}} : memref<1x2x3360xi8>, vector<16xi8>
// CHECK: %[[WIDE:.*]] = arith.extsi %[[BYTES]] : vector<16xi8> to vector<16xi32>
// CHECK: %[[SUB:.*]] = arith.sitofp %[[WIDE]]
// CHECK: arith.mulf %[[SHARED]], %[[SUB]]
// CHECK: %[[SUM:.*]] = math.fma
// CHECK: scf.yield %[[SUM]]
func.func private @blocks(%x: memref<?x768xi8>, %w: memref<1x2x3360xi8>, %acc: vector<16xf32>, %row: index, %block: index) -> vector<16xf32> attributes {llm.target = #avx512} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%c0]) block(%block) {inputType = !llm.packed<?x512, #llm.int8_act<16>>, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<16x512, #llm.q6_k, #llm.panels>} : (vector<16xf32>), memref<?x768xi8>, memref<1x2x3360xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

// Five bits with AVX2: four sums of pairs of products fit into 16 bits.
// CHECK-LABEL: func.func private @pairs(
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
// CHECK-NOT: llvm.call_intrinsic
func.func private @pairs(%x: memref<?x40xi8>, %w: memref<1x1x352xi8>, %acc: vector<8xf32>, %row: index) -> vector<8xf32> attributes {llm.target = #avx2} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%c0]) block(%c0) {inputType = !llm.packed<?x32, #llm.int8_act>, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<16x32, #llm.q5_0, #llm.panels>} : (vector<8xf32>), memref<?x40xi8>, memref<1x1x352xi8> -> vector<8xf32>
  return %r : vector<8xf32>
}

// Eight rows are a tile: their codes are read where they are, 40 bytes apart; those of
// the weight are unpacked to memory of the function, which has room for 24 groups, beside the sums,
// which come back as vectors. Each of the three phases fetches a third of the next
// panel, in the first rows of a batch.
// CHECK-LABEL: func.func private @tiles(
// CHECK-SAME: "+avx512bf16", "+amx-tile", "+amx-int8"
// CHECK: %[[MEMORY:.*]] = memref.alloca() {alignment = 64 : i64} : memref<24x16x64xi8>
// CHECK-NOT: vpdpbusd
// CHECK: %[[FIRST:.*]] = arith.cmpi ult, %arg3, %c8
// CHECK: scf.if %[[FIRST]] {
// CHECK-COUNT-3: memref.prefetch %arg1[%{{.*}}], read, locality<2>, data
// CHECK-NEXT: }
// CHECK-COUNT-8: vector.store %{{.*}}, %[[MEMORY]][
// CHECK: scf.if
// CHECK-COUNT-3: memref.prefetch
// CHECK-NEXT: }
// CHECK: %[[ZERO:.*]] = llvm.call_intrinsic "llvm.x86.tilezero.internal"(%[[ROWS:.*]], %[[LINE:.*]]) : (i16, i16) -> !llvm.x86_amx
// CHECK: %[[X:.*]] = llvm.call_intrinsic "llvm.x86.tileloadd64.internal"(%[[ROWS2:.*]], %{{.*}}, %{{.*}}, %[[STRIDE:.*]]) :
// CHECK: %[[W:.*]] = llvm.call_intrinsic "llvm.x86.tileloadd64.internal"(
// CHECK: %[[SUMS:.*]] = llvm.call_intrinsic "llvm.x86.tdpbssd.internal"(%{{.*}}, %{{.*}}, %{{.*}}, %[[ZERO]], %[[X]], %[[W]])
// CHECK: llvm.call_intrinsic "llvm.x86.tilestored64.internal"(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[SUMS]])
// CHECK: scf.if
// CHECK-COUNT-3: memref.prefetch
// CHECK-NEXT: }
// CHECK-COUNT-8: vector.load %[[MEMORY]]
// CHECK: math.fma
// CHECK-NOT: llvm.call_intrinsic
func.func private @tiles(%x: memref<?x40xi8>, %w: memref<2x1x544xi8>, %acc: vector<16xf32>, %row: index, %panel: index) -> vector<16xf32> attributes {llm.target = #amx} {
  %c0 = arith.constant 0 : index
  %r:8 = llm.tile.dot(%acc, %acc, %acc, %acc, %acc, %acc, %acc, %acc) x(%x[%row]) w(%w[%panel]) block(%c0) {prefetch, inputType = !llm.packed<?x32, #llm.int8_act>, rows = 8 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q8_0, #llm.panels>} : (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>), memref<?x40xi8>, memref<2x1x544xi8> -> vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>
  return %r#7 : vector<16xf32>
}

// Few rows are multiplied by VPDPBUSD.
// CHECK-LABEL: func.func private @fewRows(
// CHECK-NOT: llvm.x86.tile
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
func.func private @fewRows(%x: memref<?x40xi8>, %w: memref<2x1x544xi8>, %acc: vector<16xf32>, %row: index, %panel: index) -> vector<16xf32> attributes {llm.target = #amx} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {inputType = !llm.packed<?x32, #llm.int8_act>, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q8_0, #llm.panels>} : (vector<16xf32>), memref<?x40xi8>, memref<2x1x544xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

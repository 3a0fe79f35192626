// RUN: llmc-opt --llm-emit-tiles --split-input-file %s | FileCheck %s
// What the tiles that begin with the first row of a batch fetch of the panels behind theirs.

#avx2 = #llm.target<"avx2", registers = 16, lanes = 8>
#vnni = #llm.target<"avx512-vnni", registers = 32, lanes = 16>

// One row is fast: the next panel, 320 bytes, comes to the first cache, whichever row it is.
// CHECK-LABEL: func.func private @row(
// CHECK-NOT: scf.if
// CHECK-COUNT-5: memref.prefetch %arg1[%{{.*}}], read, locality<3>, data
// CHECK-NOT: memref.prefetch
// CHECK: return
func.func private @row(%x: memref<?x40xi8>, %w: memref<2x1x320xi8>, %acc: vector<16xf32>, %row: index, %panel: index) -> vector<16xf32> attributes {llm.target = #vnni} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {prefetch, inputType = !llm.packed<?x32, #llm.int8_act>, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q4_1, #llm.panels>} : (vector<16xf32>), memref<?x40xi8>, memref<2x1x320xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

// -----

#vnni = #llm.target<"avx512-vnni", registers = 32, lanes = 16>

// Two rows: only the first two of a batch, and to the second cache.
// CHECK-LABEL: func.func private @rows(
// CHECK: %[[ROWS:.*]] = arith.constant 2 : index
// CHECK: %[[FIRST:.*]] = arith.cmpi ult, %arg4, %[[ROWS]] : index
// CHECK: scf.if %[[FIRST]] {
// CHECK-COUNT-5: memref.prefetch %arg1[%{{.*}}], read, locality<2>, data
// CHECK-NEXT: }
// CHECK-NOT: memref.prefetch
// CHECK: return
func.func private @rows(%x: memref<?x40xi8>, %w: memref<2x1x320xi8>, %a: vector<16xf32>, %b: vector<16xf32>, %row: index, %panel: index) -> (vector<16xf32>, vector<16xf32>) attributes {llm.target = #vnni} {
  %c0 = arith.constant 0 : index
  %r:2 = llm.tile.dot(%a, %b) x(%x[%row]) w(%w[%panel]) block(%c0) {prefetch, inputType = !llm.packed<?x32, #llm.int8_act>, rows = 2 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q4_1, #llm.panels>} : (vector<16xf32>, vector<16xf32>), memref<?x40xi8>, memref<2x1x320xi8> -> vector<16xf32>, vector<16xf32>
  return %r#0, %r#1 : vector<16xf32>, vector<16xf32>
}

// -----

#avx2 = #llm.target<"avx2", registers = 16, lanes = 8>

// The first strip of a panel has fetched what the second one reads.
// CHECK-LABEL: func.func private @secondStrip(
// CHECK-NOT: memref.prefetch
// CHECK: return
func.func private @secondStrip(%x: memref<?x32xf32>, %w: memref<2x32x16xf16>, %acc: vector<8xf32>, %row: index, %panel: index) -> vector<8xf32> attributes {llm.target = #avx2} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {prefetch, rows = 1 : i64, strips = 1 : i64, lane = 8 : i64, weightType = !llm.packed<32x32, #llm.float<f16>, #llm.panels>} : (vector<8xf32>), memref<?x32xf32>, memref<2x32x16xf16> -> vector<8xf32>
  return %r : vector<8xf32>
}

// -----

#avx2 = #llm.target<"avx2", registers = 16, lanes = 8>

// Of floats the block of k: 32 columns of 16 rows of 2 bytes are 16 lines.
// CHECK-LABEL: func.func private @floats(
// CHECK-COUNT-16: memref.prefetch %arg1[%{{.*}}], read, locality<3>, data
// CHECK-NOT: memref.prefetch
// CHECK: return
func.func private @floats(%x: memref<?x32xf32>, %w: memref<2x32x16xf16>, %acc: vector<8xf32>, %row: index, %panel: index) -> vector<8xf32> attributes {llm.target = #avx2} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {prefetch, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.float<f16>, #llm.panels>} : (vector<8xf32>), memref<?x32xf32>, memref<2x32x16xf16> -> vector<8xf32>
  return %r : vector<8xf32>
}

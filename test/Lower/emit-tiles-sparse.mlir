// RUN: llmc-opt %s --llm-emit-tiles | FileCheck %s --implicit-check-not=llm.tile

#avx512 = #llm.target<"avx512-vnni", registers = 32, lanes = 16>
#avx2 = #llm.target<"avx2", registers = 16, lanes = 8>

// Codes of 8 bits, 2 of 4: scales, then 4 vectors of kept codes, then one of a word of each row whose 8 numbers say which they are: 32 + 256 + 64 bytes.
// The lower two bytes of a word are those of an even four, the upper ones those of the next; what shuffles leave at 0 is 128.
// CHECK-LABEL: func.func private @grid512(
// CHECK: %[[PATTERNS:.*]] = vector.bitcast %{{.*}} : vector<64xi8> to vector<16xi32>
// CHECK: %[[KEPT:.*]] = vector.bitcast %{{.*}} : vector<64xi8> to vector<16xi32>
// CHECK: %[[EVEN:.*]] = arith.constant dense<[-2139094784, -2147385344, 25198592, -2147417984, 25165952, 16810112, -2139062144, {{.*}}]> : vector<16xi32>
// CHECK: %[[WHICH:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.si.512"(%[[EVEN]], %[[PATTERNS]])
// CHECK: %[[FIRST:.*]] = arith.constant dense<[0, 67372036, 134744072, 202116108, 0, 67372036,
// CHECK: %[[HOW:.*]] = arith.ori %[[WHICH]], %[[FIRST]] : vector<16xi32>
// CHECK: %[[BYTES:.*]] = vector.bitcast %[[HOW]] : vector<16xi32> to vector<64xi8>
// CHECK: %[[FOUR:.*]] = llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"(%{{.*}}, %[[BYTES]])
// CHECK: %[[ZERO:.*]] = arith.constant dense<-128> : vector<64xi8>
// CHECK: %[[CODES:.*]] = arith.xori %[[FOUR]], %[[ZERO]] : vector<64xi8>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%{{.*}}, %[[CODES]],
// CHECK: %[[SHIFT:.*]] = arith.constant dense<4> : vector<16xi32>
// CHECK: arith.shrui %{{.*}}, %[[SHIFT]]
// CHECK: %[[ODD:.*]] = arith.constant dense<[-2139094270, -2147254270, 58753026, -2147286400, 58720896, 50495616, -2139062144, {{.*}}]> : vector<16xi32>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.permvar.si.512"(%[[ODD]],
// CHECK-COUNT-6: llvm.call_intrinsic "llvm.x86.avx512.permvar.si.512"
// CHECK-NOT: permvar
// CHECK: math.fma
func.func private @grid512(%x: memref<?x40xi8>, %w: memref<2x1x352xi8>, %acc: vector<16xf32>, %row: index, %panel: index) -> vector<16xf32> attributes {llm.target = #avx512} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {inputType = !llm.packed<?x32, #llm.int8_act>, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q8_0, #llm.panels<16, 2:4>>} : (vector<16xf32>), memref<?x40xi8>, memref<2x1x352xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

// The same with AVX2, half a panel at a time: 8 rows, and tables of 8.
// CHECK-LABEL: func.func private @grid256(
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.x86.avx2.permd"({{.*}}) : (vector<8xi32>, vector<8xi32>) -> vector<8xi32>
// CHECK-NOT: permd
func.func private @grid256(%x: memref<?x40xi8>, %w: memref<2x1x224xi8>, %acc: vector<8xf32>, %row: index, %panel: index) -> vector<8xf32> attributes {llm.target = #avx2} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {inputType = !llm.packed<?x32, #llm.int8_act>, rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.q4_0, #llm.panels<16, 2:4>>} : (vector<8xf32>), memref<?x40xi8>, memref<2x1x224xi8> -> vector<8xf32>
  return %r : vector<8xf32>
}

// Rows of few floats: of each entry 16 columns, then 16 halves; x is gathered once for each row of the tile.
// CHECK-LABEL: func.func private @entries(
// CHECK: vector.load %{{.*}} : memref<2x3x64xi8>, vector<32xi8>
// CHECK: %[[COLUMNS:.*]] = arith.extui %{{.*}} : vector<16xi16> to vector<16xi32>
// CHECK: vector.load %{{.*}} : memref<2x3x64xi8>, vector<32xi8>
// CHECK: %[[NUMBERS:.*]] = arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
// CHECK: %[[X0:.*]] = vector.gather %{{.*}} [%[[COLUMNS]]], {{.*}} : memref<?x96xf32>
// CHECK: math.fma %[[NUMBERS]], %[[X0]], %{{.*}} : vector<16xf32>
// CHECK: %[[X1:.*]] = vector.gather %{{.*}} [%[[COLUMNS]]], {{.*}} : memref<?x96xf32>
// CHECK: math.fma %[[NUMBERS]], %[[X1]], %{{.*}} : vector<16xf32>
// CHECK-NOT: vector.gather
func.func private @entries(%x: memref<?x96xf32>, %w: memref<2x3x64xi8>, %a: vector<16xf32>, %b: vector<16xf32>, %row: index, %panel: index, %entry: index) -> (vector<16xf32>, vector<16xf32>) attributes {llm.target = #avx512} {
  %r:2 = llm.tile.dot(%a, %b) x(%x[%row]) w(%w[%panel]) block(%entry) {rows = 2 : i64, strips = 1 : i64, weightType = !llm.packed<32x96, #llm.sparse<cols = 96, entries = 3, type = f16>, #llm.panels>} : (vector<16xf32>, vector<16xf32>), memref<?x96xf32>, memref<2x3x64xi8> -> vector<16xf32>, vector<16xf32>
  return %r#0, %r#1 : vector<16xf32>, vector<16xf32>
}

// Rows of few codes, a block of two entries: 16 scales, then of each entry 16 columns and 16 codes. x is gathered from the block's first column on.
// CHECK-LABEL: func.func private @codes(
// CHECK-SAME: %[[BLOCK:[^ ]*]]: index)
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %{{.*}} : index
// CHECK: %[[C0:.*]] = vector.load %{{.*}} : memref<2x2x96xi8>, vector<16xi8>
// CHECK: arith.extsi %[[C0]] : vector<16xi8> to vector<16xi32>
// CHECK: %[[AT:.*]] = arith.extui %{{.*}} : vector<16xi8> to vector<16xi32>
// CHECK: %[[STEPS:.*]] = arith.sitofp
// CHECK: %[[X0:.*]] = vector.gather %{{.*}}[%{{.*}}, %[[FIRST]]] [%[[AT]]], {{.*}} : memref<?x96xf32>
// CHECK: math.fma %[[STEPS]], %[[X0]], %{{.*}} : vector<16xf32>
// CHECK: vector.gather
// CHECK: %[[SCALES:.*]] = arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
// CHECK: math.fma %[[SCALES]], %{{.*}}, %{{.*}} : vector<16xf32>
// CHECK-NOT: vector.gather
func.func private @codes(%x: memref<?x96xf32>, %w: memref<2x2x96xi8>, %a: vector<16xf32>, %row: index, %panel: index, %block: index) -> vector<16xf32> attributes {llm.target = #avx512} {
  %r = llm.tile.dot(%a) x(%x[%row]) w(%w[%panel]) block(%block) {rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x96, #llm.sparse_codes<block = 48, entries = 2, scale = f16>, #llm.panels>} : (vector<16xf32>), memref<?x96xf32>, memref<2x2x96xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

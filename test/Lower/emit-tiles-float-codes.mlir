// RUN: llmc-opt %s --llm-emit-tiles | FileCheck %s --implicit-check-not=llm.tile

#avx512 = #llm.target<"avx512-vnni", registers = 32, lanes = 16>
#avx2 = #llm.target<"avx2", registers = 16, lanes = 8>

// Floats of 8 bits: 16 codes of one k are 16 halves after a shift, with AVX-512 those of two k at once. A loop over pieces of 32 k adds to two sums, even k
// and odd k; the group's scale, with 2^8 for what the halves are short of, is a factor of both.
// CHECK-LABEL: func.func private @e4m3(
// CHECK: %[[SUMS:.*]]:2 = scf.for %{{.*}} iter_args(%[[EVEN:.*]] = %{{.*}}, %[[ODD:.*]] = %{{.*}})
// CHECK: %[[BYTES:.*]] = vector.load %{{.*}} : memref<2x1x1088xi8>, vector<32xi8>
// CHECK: %[[WORDS:.*]] = arith.extsi %[[BYTES]] : vector<32xi8> to vector<32xi16>
// CHECK: %[[SEVEN:.*]] = arith.constant dense<7> : vector<32xi16>
// CHECK: %[[SHIFTED:.*]] = arith.shli %[[WORDS]], %[[SEVEN]]
// CHECK: %[[MASK:.*]] = arith.constant dense<-16385> : vector<32xi16>
// CHECK: %[[HALVES:.*]] = arith.andi %[[SHIFTED]], %[[MASK]]
// CHECK: %[[F16:.*]] = vector.bitcast %[[HALVES]] : vector<32xi16> to vector<32xf16>
// CHECK: %[[FIRST:.*]] = vector.extract_strided_slice %[[F16]] {offsets = [0]
// CHECK: %[[W:.*]] = arith.extf %[[FIRST]] : vector<16xf16> to vector<16xf32>
// CHECK: vector.extract_strided_slice %[[F16]] {offsets = [16]
// CHECK: math.fma %[[W]], %{{.*}}, %[[EVEN]]
// CHECK: math.fma %{{.*}}, %{{.*}}, %[[ODD]]
// CHECK-COUNT-30: math.fma
// CHECK: scf.yield
// CHECK: %[[UNIT:.*]] = arith.constant dense<2.560000e+02> : vector<16xf32>
// CHECK: %[[SCALE:.*]] = arith.mulf %{{.*}}, %[[UNIT]]
// CHECK: %[[SUM:.*]] = arith.addf %[[SUMS]]#0, %[[SUMS]]#1
// CHECK: math.fma %[[SUM]], %[[SCALE]], %{{.*}}
func.func private @e4m3(%x: memref<?x64xf32>, %w: memref<2x1x1088xi8>, %acc: vector<16xf32>, %row: index, %panel: index) -> vector<16xf32> attributes {llm.target = #avx512} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x64, #llm.float_codes<type = f8E4M3FN, group = 64, scale = f32>, #llm.panels>} : (vector<16xf32>), memref<?x64xf32>, memref<2x1x1088xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

// An f8E5M2 is the upper byte of a half; half a panel at a time with AVX2, both rows multiply the same weights.
// CHECK-LABEL: func.func private @e5m2(
// CHECK: %[[WORDS:.*]] = arith.extui %{{.*}} : vector<8xi8> to vector<8xi16>
// CHECK: arith.shli %[[WORDS]], %{{.*}} : vector<8xi16>
// CHECK-NOT: arith.andi
// CHECK: %[[W:.*]] = arith.extf %{{.*}} : vector<8xf16> to vector<8xf32>
// CHECK: math.fma %[[W]],
// CHECK: math.fma %[[W]],
// CHECK-NOT: arith.mulf
func.func private @e5m2(%x: memref<?x32xf32>, %w: memref<2x1x544xi8>, %a: vector<8xf32>, %b: vector<8xf32>, %row: index, %panel: index) -> (vector<8xf32>, vector<8xf32>) attributes {llm.target = #avx2} {
  %c0 = arith.constant 0 : index
  %r:2 = llm.tile.dot(%a, %b) x(%x[%row]) w(%w[%panel]) block(%c0) {rows = 2 : i64, strips = 1 : i64, weightType = !llm.packed<32x32, #llm.float_codes<type = f8E5M2, group = 32, scale = bf16>, #llm.panels>} : (vector<8xf32>, vector<8xf32>), memref<?x32xf32>, memref<2x1x544xi8> -> vector<8xf32>, vector<8xf32>
  return %r#0, %r#1 : vector<8xf32>, vector<8xf32>
}

// Codes of 4 bits: 16 floats are one register of AVX-512, which a permutation looks up; of AVX2 two, and bit 3 chooses.
// CHECK-LABEL: func.func private @values512(
// CHECK: %[[LOW:.*]] = arith.extui %{{.*}} : vector<16xi8> to vector<16xi32>
// CHECK: %[[HIGH:.*]] = arith.shrui %[[LOW]], %{{.*}}
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.permvar.si.512"(%{{.*}}, %[[LOW]])
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.permvar.si.512"(%{{.*}}, %[[HIGH]])
func.func private @values512(%x: memref<?x64xf32>, %w: memref<2x1x544xi8>, %acc: vector<16xf32>, %row: index, %panel: index) -> vector<16xf32> attributes {llm.target = #avx512} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x64, #llm.float_codes<values = [-1.0, -0.7, -0.5, -0.4, -0.3, -0.2, -0.1, 0.0, 0.08, 0.16, 0.25, 0.34, 0.44, 0.56, 0.72, 1.0], group = 64, scale = f16>, #llm.panels>} : (vector<16xf32>), memref<?x64xf32>, memref<2x1x544xi8> -> vector<16xf32>
  return %r : vector<16xf32>
}

// CHECK-LABEL: func.func private @values256(
// CHECK: %[[LOW:.*]] = arith.extui %{{.*}} : vector<8xi8> to vector<8xi32>
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.permd"(%{{.*}}, %[[LOW]])
// CHECK: %[[FIRST:.*]] = vector.bitcast
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.permd"(%{{.*}}, %[[LOW]])
// CHECK: %[[LAST:.*]] = vector.bitcast
// CHECK: arith.select %{{.*}}, %[[LAST]], %[[FIRST]] : vector<8xi1>, vector<8xf32>
func.func private @values256(%x: memref<?x64xf32>, %w: memref<2x1x544xi8>, %acc: vector<8xf32>, %row: index, %panel: index) -> vector<8xf32> attributes {llm.target = #avx2} {
  %c0 = arith.constant 0 : index
  %r = llm.tile.dot(%acc) x(%x[%row]) w(%w[%panel]) block(%c0) {rows = 1 : i64, strips = 1 : i64, weightType = !llm.packed<32x64, #llm.float_codes<values = [-1.0, -0.7, -0.5, -0.4, -0.3, -0.2, -0.1, 0.0, 0.08, 0.16, 0.25, 0.34, 0.44, 0.56, 0.72, 1.0], group = 64, scale = f16>, #llm.panels>} : (vector<8xf32>), memref<?x64xf32>, memref<2x1x544xi8> -> vector<8xf32>
  return %r : vector<8xf32>
}

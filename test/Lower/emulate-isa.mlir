// RUN: llmc-opt %s --split-input-file --llm-emulate-isa=machine=avx2 | FileCheck %s
// RUN: llmc-opt %s --split-input-file --llm-emulate-isa=machine=x86-64 | FileCheck %s --check-prefix=BASE --implicit-check-not="call_intrinsic \"llvm.x86"
// RUN: llmc-opt %S/emit-tiles.mlir --llm-emit-tiles --llm-emulate-isa=machine=x86-64 | FileCheck %s --check-prefix=TILES --implicit-check-not="call_intrinsic \"llvm.x86"
// RUN: not llmc-opt %s --split-input-file --llm-emulate-isa=machine=z80 2>&1 | FileCheck %s --check-prefix=MACHINE

// MACHINE: llm-emulate-isa: unknown machine 'z80': native, x86-64, amx, avx512-bf16, avx512-vnni, avx-vnni, avx2 are known

// Whatever the emitters spell has an emulation.
// TILES: func.func private @grid512(

// Four products of an unsigned and a signed byte per lane. Features that avx2 has
// stay, and so do those that are switched off.
// CHECK-LABEL: func.func @vnni(
// CHECK-SAME: %[[ACC:.*]]: vector<16xi32>, %[[U:.*]]: vector<64xi8>, %[[S:.*]]: vector<64xi8>)
// CHECK-SAME: target_features = #llvm.target_features<["+avx2", "-prefer-256-bit"]>
// CHECK-DAG: %[[WIDE_U:.*]] = arith.extui %[[U]] : vector<64xi8> to vector<64xi32>
// CHECK-DAG: %[[WIDE_S:.*]] = arith.extsi %[[S]] : vector<64xi8> to vector<64xi32>
// CHECK: %[[P:.*]] = arith.muli %[[WIDE_U]], %[[WIDE_S]]
// CHECK: vector.shuffle %[[P]], %[[P]] [0, 4, 8, 12,
// CHECK: vector.shuffle %[[P]], %[[P]] [1, 5, 9, 13,
// CHECK: vector.shuffle %[[P]], %[[P]] [2, 6, 10, 14,
// CHECK: vector.shuffle %[[P]], %[[P]] [3, 7, 11, 15,
// CHECK: %[[SUM:.*]] = arith.addi
// CHECK: %[[R:.*]] = arith.addi %[[ACC]], %[[SUM]]
// CHECK: return %[[R]]
// BASE-LABEL: func.func @vnni(
// BASE-SAME: target_features = #llvm.target_features<["-prefer-256-bit"]>
func.func @vnni(%acc: vector<16xi32>, %u: vector<64xi8>, %s: vector<64xi8>) -> vector<16xi32> attributes {target_features = #llvm.target_features<["+avx2", "+avx512f", "+avx512vnni", "-prefer-256-bit"]>} {
  %r = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%acc, %u, %s) : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
  return %r : vector<16xi32>
}

// -----

// The same of 256 bits.
// CHECK-LABEL: func.func @avxvnni(
// CHECK-SAME: target_features = #llvm.target_features<["+avx2"]>
// CHECK: vector.shuffle %[[P:.*]], %[[P]] [0, 4, 8, 12, 16, 20, 24, 28]
func.func @avxvnni(%acc: vector<8xi32>, %u: vector<32xi8>, %s: vector<32xi8>) -> vector<8xi32> attributes {target_features = #llvm.target_features<["+avx2", "+avxvnni"]>} {
  %r = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"(%acc, %u, %s) : (vector<8xi32>, vector<32xi8>, vector<32xi8>) -> vector<8xi32>
  return %r : vector<8xi32>
}

// -----

// A machine with AVX2 runs this as it is.
// CHECK-LABEL: func.func @own(
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.psign.b"
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
// Elsewhere: signs, then pairs that saturate, then pairs that do not; intrinsics
// of every machine stay.
// BASE-LABEL: func.func @own(
// BASE-SAME: target_features = #llvm.target_features<[]>
// BASE: arith.cmpi slt
// BASE: arith.cmpi eq
// BASE: arith.minsi
// BASE: arith.maxsi
// BASE: arith.trunci {{.*}} : vector<16xi32> to vector<16xi16>
// BASE-NOT: arith.minsi
// BASE: llvm.call_intrinsic "llvm.abs.v8i32"
func.func @own(%a: vector<32xi8>, %b: vector<32xi8>, %one: vector<16xi16>) -> vector<8xi32> attributes {target_features = #llvm.target_features<["+avx2"]>} {
  %signed = llvm.call_intrinsic "llvm.x86.avx2.psign.b"(%a, %b) : (vector<32xi8>, vector<32xi8>) -> vector<32xi8>
  %pairs = llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"(%b, %signed) : (vector<32xi8>, vector<32xi8>) -> vector<16xi16>
  %sums = llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%pairs, %one) : (vector<16xi16>, vector<16xi16>) -> vector<8xi32>
  %false = arith.constant false
  %r = llvm.call_intrinsic "llvm.abs.v8i32"(%sums, %false) : (vector<8xi32>, i1) -> vector<8xi32>
  return %r : vector<8xi32>
}

// -----

// Two products of bf16 per lane, the higher halves first.
// CHECK-LABEL: func.func @bf16(
// CHECK-SAME: %[[ACC:.*]]: vector<16xf32>, %[[X:.*]]: vector<32xbf16>, %[[Y:.*]]: vector<32xbf16>)
// CHECK: %[[BITS:.*]] = vector.bitcast %[[X]] : vector<32xbf16> to vector<16xi32>
// CHECK: %[[HIGH:.*]] = arith.andi %[[BITS]]
// CHECK: %[[SUM:.*]] = math.fma %{{.*}}, %{{.*}}, %[[ACC]] : vector<16xf32>
// CHECK: arith.shli
// CHECK: %[[R:.*]] = math.fma %{{.*}}, %{{.*}}, %[[SUM]] : vector<16xf32>
// CHECK: return %[[R]]
func.func @bf16(%acc: vector<16xf32>, %x: vector<32xbf16>, %y: vector<32xbf16>) -> vector<16xf32> attributes {target_features = #llvm.target_features<["+avx2", "+avx512f", "+avx512bf16"]>} {
  %r = llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"(%acc, %x, %y) : (vector<16xf32>, vector<32xbf16>, vector<32xbf16>) -> vector<16xf32>
  return %r : vector<16xf32>
}

// -----

// A tile is memory: two rows of two words, of which each gains products of two quads.
// CHECK-LABEL: func.func @tiles(
// CHECK-SAME: %[[X:.*]]: !llvm.ptr, %[[Y:.*]]: !llvm.ptr, %[[OUT:.*]]: !llvm.ptr, %[[STRIDE:.*]]: i64)
// CHECK-COUNT-4: memref.alloca() {alignment = 64 : i64} : memref<16xi8>
// CHECK: scf.for
// CHECK: llvm.store %{{.*}}, %{{.*}} {alignment = 1 : i64} : vector<2xi32>, !llvm.ptr
// CHECK: arith.index_cast %[[STRIDE]] : i64 to index
// CHECK: scf.for
// CHECK: scf.for
// CHECK: arith.extui %{{.*}} : vector<8xi8> to vector<8xi32>
// CHECK: arith.extsi %{{.*}} : vector<8xi8> to vector<8xi32>
// CHECK: llvm.store %{{.*}} : vector<2xi32>, !llvm.ptr
func.func @tiles(%x: !llvm.ptr, %y: !llvm.ptr, %out: !llvm.ptr, %stride: i64) attributes {target_features = #llvm.target_features<["+avx2", "+amx-tile", "+amx-int8"]>} {
  %two = arith.constant 2 : i16
  %eight = arith.constant 8 : i16
  %zero = llvm.call_intrinsic "llvm.x86.tilezero.internal"(%two, %eight) : (i16, i16) -> !llvm.x86_amx
  %a = llvm.call_intrinsic "llvm.x86.tileloadd64.internal"(%two, %eight, %x, %stride) : (i16, i16, !llvm.ptr, i64) -> !llvm.x86_amx
  %b = llvm.call_intrinsic "llvm.x86.tileloadd64.internal"(%two, %eight, %y, %stride) : (i16, i16, !llvm.ptr, i64) -> !llvm.x86_amx
  %r = llvm.call_intrinsic "llvm.x86.tdpbsud.internal"(%two, %eight, %eight, %zero, %a, %b) : (i16, i16, i16, !llvm.x86_amx, !llvm.x86_amx, !llvm.x86_amx) -> !llvm.x86_amx
  llvm.call_intrinsic "llvm.x86.tilestored64.internal"(%two, %eight, %out, %stride, %r) : (i16, i16, !llvm.ptr, i64, !llvm.x86_amx) -> ()
  return
}

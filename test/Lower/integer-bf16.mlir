// RUN: llmc-opt %s --split-input-file --llm-integer-bf16 | FileCheck %s

// Chosen, moved and kept: the bits are an i16, and so are constants.
// CHECK-LABEL: llvm.func @chooses(
// CHECK-NOT: bf16
// CHECK: %[[NAN:.*]] = llvm.mlir.constant(dense<32704> : vector<4xi16>) : vector<4xi16>
// CHECK: %[[ONE:.*]] = llvm.mlir.constant(16256 : i16) : i16
// CHECK: %[[AT:.*]] = llvm.getelementptr %{{.*}}[%{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, i16
// CHECK: %[[X:.*]] = llvm.load %[[AT]] : !llvm.ptr -> vector<4xi16>
// CHECK: %[[Y:.*]] = llvm.select %{{.*}}, %[[NAN]], %[[X]] : vector<4xi1>, vector<4xi16>
// CHECK: %[[Z:.*]] = llvm.insertelement %[[ONE]], %[[Y]]
// CHECK: llvm.store %[[Z]], %[[AT]] : vector<4xi16>, !llvm.ptr
llvm.func @chooses(%p: !llvm.ptr, %i: i64, %which: vector<4xi1>, %lane: i32) {
  %nan = llvm.mlir.constant(dense<0x7FC0> : vector<4xbf16>) : vector<4xbf16>
  %one = llvm.mlir.constant(1.0 : bf16) : bf16
  %at = llvm.getelementptr %p[%i] : (!llvm.ptr, i64) -> !llvm.ptr, bf16
  %x = llvm.load %at : !llvm.ptr -> vector<4xbf16>
  %y = llvm.select %which, %nan, %x : vector<4xi1>, vector<4xbf16>
  %z = llvm.insertelement %one, %y[%lane : i32] : vector<4xbf16>
  llvm.store %z, %at : vector<4xbf16>, !llvm.ptr
  llvm.return
}

// -----

// Weights say of which floats their bytes are, whatever the code does with them.
// CHECK: llm.weight @w : !llm.packed<16x32, #llm.float<bf16>, #llm.panels> source "w"
// CHECK-LABEL: llvm.func @moves(
// CHECK: llvm.load {{.*}} -> i16
llm.weight @w : !llm.packed<16x32, #llm.float<bf16>, #llm.panels> source "w"
llvm.func @moves(%p: !llvm.ptr) {
  %x = llvm.load %p : !llvm.ptr -> bf16
  llvm.store %x, %p : bf16, !llvm.ptr
  llvm.return
}

// -----

// The bits of a float were taken before: what is left between integers does nothing.
// CHECK-LABEL: llvm.func @takes_bits(
// CHECK-NOT: bf16
// CHECK: llvm.bitcast %{{.*}} : i16 to i16
// CHECK: llvm.zext
llvm.func @takes_bits(%p: !llvm.ptr) -> i32 {
  %x = llvm.load %p : !llvm.ptr -> bf16
  %bits = llvm.bitcast %x : bf16 to i16
  %wide = llvm.zext %bits : i16 to i32
  llvm.return %wide : i32
}

// -----

// A processor that adds bf16 may: everything stays, in other functions too.
// CHECK-LABEL: llvm.func @adds(
// CHECK: llvm.fadd %{{.*}} : bf16
llvm.func @adds(%p: !llvm.ptr) {
  %x = llvm.load %p : !llvm.ptr -> bf16
  %y = llvm.fadd %x, %x : bf16
  llvm.store %y, %p : bf16, !llvm.ptr
  llvm.return
}
// CHECK-LABEL: llvm.func @moves(
// CHECK: llvm.load %{{.*}} : !llvm.ptr -> bf16
llvm.func @moves(%p: !llvm.ptr, %q: !llvm.ptr) {
  %x = llvm.load %p : !llvm.ptr -> bf16
  llvm.store %x, %q : bf16, !llvm.ptr
  llvm.return
}

// -----

// An instruction keeps its types, between casts.
// CHECK-LABEL: llvm.func @pairs(
// CHECK: %[[X:.*]] = llvm.load %{{.*}} -> vector<32xi16>
// CHECK: %[[CAST:.*]] = llvm.bitcast %[[X]] : vector<32xi16> to vector<32xbf16>
// CHECK: %[[AGAIN:.*]] = llvm.bitcast %[[X]] : vector<32xi16> to vector<32xbf16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"(%{{.*}}, %[[CAST]], %[[AGAIN]])
// CHECK: %[[ROUNDED:.*]] = llvm.call_intrinsic "llvm.x86.avx512bf16.cvtne2ps2bf16.512"({{.*}} -> vector<32xbf16>
// CHECK: %[[OUT:.*]] = llvm.bitcast %[[ROUNDED]] : vector<32xbf16> to vector<32xi16>
// CHECK: llvm.store %[[OUT]]
llvm.func @pairs(%p: !llvm.ptr, %sum: vector<16xf32>) {
  %x = llvm.load %p : !llvm.ptr -> vector<32xbf16>
  %r = llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"(%sum, %x, %x) : (vector<16xf32>, vector<32xbf16>, vector<32xbf16>) -> vector<16xf32>
  %y = llvm.call_intrinsic "llvm.x86.avx512bf16.cvtne2ps2bf16.512"(%r, %r) : (vector<16xf32>, vector<16xf32>) -> vector<32xbf16>
  llvm.store %y, %p : vector<32xbf16>, !llvm.ptr
  llvm.return
}

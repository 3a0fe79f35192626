// RUN: llmc-opt %s --llm-approximate-math | FileCheck %s

// CHECK-LABEL: func.func @vectors(
// CHECK-NOT: math.{{exp|tanh|erf|log}}
// CHECK: math.fma
// CHECK: return
func.func @vectors(%x: vector<16xf32>) -> vector<16xf32> {
  %0 = math.exp %x : vector<16xf32>
  %1 = math.tanh %0 : vector<16xf32>
  %2 = math.erf %1 : vector<16xf32>
  %3 = math.log %2 : vector<16xf32>
  return %3 : vector<16xf32>
}

// Angles of a rotation are large: sine and cosine stay exact, on scalars and on
// vectors, and so does the square root.
// CHECK-LABEL: func.func @exact(
// CHECK: math.cos %{{.*}} : f32
// CHECK: math.sin %{{.*}} : f32
// CHECK: math.sqrt %{{.*}} : f32
// CHECK: math.sin %{{.*}} : vector<16xf32>
// CHECK: math.rsqrt %{{.*}} : vector<16xf32>
func.func @exact(%x: f32, %v: vector<16xf32>) -> (f32, f32, f32, vector<16xf32>) {
  %0 = math.cos %x : f32
  %1 = math.sin %x : f32
  %2 = math.sqrt %x : f32
  %3 = math.sin %v : vector<16xf32>
  %4 = math.rsqrt %3 : vector<16xf32>
  return %0, %1, %2, %4 : f32, f32, f32, vector<16xf32>
}

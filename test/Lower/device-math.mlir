// RUN: llmc-opt %s --llm-device-math | FileCheck %s

// A device has no libm: its sines are sums in doubles. A CPU calls it.
// CHECK: module @sm_80
// CHECK-LABEL: func.func @turn
// CHECK: arith.extf %{{.*}} : f32 to f64
// CHECK: math.roundeven
// CHECK-COUNT-16: math.fma
// CHECK: arith.truncf %{{.*}} : f64 to f32
// CHECK-NOT: math.sin
// CHECK-NOT: math.cos
// CHECK: func.func @turn_on_cpu
// CHECK: math.cos
module @sm_80 {
  func.func @turn(%x: f32) -> (f32, f32) {
    %c = math.cos %x : f32
    %s = math.sin %x : f32
    return %c, %s : f32, f32
  }
}
func.func @turn_on_cpu(%x: f32) -> f32 {
  %c = math.cos %x : f32
  return %c : f32
}

// RUN: llmc-opt %s --llm-pack-weights | FileCheck %s
// RUN: llmc-opt %s --llm-pack-weights --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-pack-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// What linears and embeds read gets panels, in its own encoding.
// CHECK: llm.weight @grid : !llm.packed<40x32, #llm.q4_1, #llm.panels> source "g"
llm.weight @grid : !llm.packed<40x32, #llm.q4_1> source "g"
// CHECK: llm.weight @dense : !llm.packed<8x32, #llm.float<f16>, #llm.panels> source "d"
llm.weight @dense : tensor<8x32xf16> source "d"
// CHECK: llm.weight @l0 : !llm.packed<32x32, #llm.q8_0, #llm.panels> source "l0"
llm.weight @l0 : !llm.packed<32x32, #llm.q8_0> source "l0"
// CHECK: llm.weight @l1 : !llm.packed<32x32, #llm.q8_0, #llm.panels> source "l1"
llm.weight @l1 : !llm.packed<32x32, #llm.q8_0> source "l1"
// CHECK: llm.weight_table @layers : !llm.packed<32x32, #llm.q8_0, #llm.panels> [@l0, @l1]
llm.weight_table @layers : !llm.packed<32x32, #llm.q8_0> [@l0, @l1]
// DECLINED-COUNT-3: declined {{.*}}no product or table lookup reads it
// Vectors, and a matrix that a norm reads, do not.
// CHECK: llm.weight @bias : tensor<8xf32> source "b"
llm.weight @bias : tensor<8xf32> source "b"
// CHECK: llm.weight @scales : tensor<4x8xf32> source "s"
llm.weight @scales : tensor<4x8xf32> source "s"

// One matrix per expert has panels, the biases of experts none.
// CHECK: llm.weight @experts : !llm.packed<4x8x32, #llm.float<f32>, #llm.panels> source "e"
llm.weight @experts : tensor<4x8x32xf32> source "e"
// CHECK: llm.weight @biases : tensor<4x8xf32> source "eb"
llm.weight @biases : tensor<4x8xf32> source "eb"

// CHECK-LABEL: func.func @step(
func.func @step(%ids: tensor<?xi32>, %heads: tensor<?x4x8xf32>, %layer: index) -> (tensor<?x8xf32>, tensor<?x4x8xf32>) {
  %grid = llm.param @grid : !llm.packed<40x32, #llm.q4_1>
  // CHECK: llm.embed %{{.*}}, %{{.*}} : (tensor<?xi32>, !llm.packed<40x32, #llm.q4_1, #llm.panels>) -> tensor<?x32xf32>
  %x = llm.embed %ids, %grid : (tensor<?xi32>, !llm.packed<40x32, #llm.q4_1>) -> tensor<?x32xf32>
  // CHECK: llm.param @layers[%{{.*}}] : !llm.packed<32x32, #llm.q8_0, #llm.panels>
  %w = llm.param @layers[%layer] : !llm.packed<32x32, #llm.q8_0>
  %y = llm.linear %x, %w : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q8_0>) -> tensor<?x32xf32>
  // A selection of rows reads activations: no weight, no panels.
  // CHECK: llm.embed %{{.*}}, %{{.*}} : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %last = llm.embed %ids, %y : (tensor<?xi32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  %dense = llm.param @dense : tensor<8x32xf16>
  %bias = llm.param @bias : tensor<8xf32>
  // CHECK: llm.linear %{{.*}}, %{{.*}} bias(%{{.*}}) : (tensor<?x32xf32>, !llm.packed<8x32, #llm.float<f16>, #llm.panels>, tensor<8xf32>) -> tensor<?x8xf32>
  %z = llm.linear %last, %dense bias(%bias) : (tensor<?x32xf32>, tensor<8x32xf16>, tensor<8xf32>) -> tensor<?x8xf32>
  %scales = llm.param @scales : tensor<4x8xf32>
  // CHECK: llm.norm rms %{{.*}} weight(%{{.*}}) {{.*}} : (tensor<?x4x8xf32>, tensor<4x8xf32>) -> tensor<?x4x8xf32>
  %n = llm.norm rms %heads weight(%scales) {eps = 1.0e-5 : f64} : (tensor<?x4x8xf32>, tensor<4x8xf32>) -> tensor<?x4x8xf32>
  return %z, %n : tensor<?x8xf32>, tensor<?x4x8xf32>
}

// CHECK-LABEL: func.func @chosen(
func.func @chosen(%x: tensor<?x32xf32>, %i: tensor<?x2xi32>) -> tensor<?x2x8xf32> {
  %w = llm.param @experts : tensor<4x8x32xf32>
  %b = llm.param @biases : tensor<4x8xf32>
  // CHECK: llm.expert_linear {{.*}} : (tensor<?x32xf32>, tensor<?x2xi32>, !llm.packed<4x8x32, #llm.float<f32>, #llm.panels>, tensor<4x8xf32>) -> tensor<?x2x8xf32>
  %y = llm.expert_linear %x, %i, %w bias(%b) : (tensor<?x32xf32>, tensor<?x2xi32>, tensor<4x8x32xf32>, tensor<4x8xf32>) -> tensor<?x2x8xf32>
  return %y : tensor<?x2x8xf32>
}

// RUN: llmc-opt %s --llm-share-rotations | FileCheck %s

llm.weight @inv : tensor<4xf32> value dense<1.0> : tensor<4xf32>
llm.weight @other : tensor<4xf32> value dense<2.0> : tensor<4xf32>

// One rotation for all ropes of equal angles, right where the positions are
// known; it names its parameter itself.
// CHECK-LABEL: func.func @shares(
// CHECK: %[[POS:.*]] = llm.batch_positions
// CHECK-NEXT: %[[INV:.*]] = llm.param @inv
// CHECK-NEXT: %[[CS:.*]] = llm.rotation %[[POS]], %[[INV]] : (tensor<?xi32>, tensor<4xf32>) -> tensor<?x8xf32>
// CHECK-NOT: llm.rotation
// CHECK: %[[Q:.*]] = llm.rotate interleaved %{{.*}}, %[[CS]] : (tensor<?x4x8xf32>, tensor<?x8xf32>) -> tensor<?x4x8xf32>
// CHECK: llm.rotate half %[[Q]], %[[CS]] : (tensor<?x4x8xf32>, tensor<?x8xf32>) -> tensor<?x4x8xf32>
// CHECK-NOT: llm.rope
func.func @shares(%b: !llm.batch, %x: tensor<?x4x8xf32>) -> tensor<?x4x8xf32> {
  %pos = llm.batch_positions %b : tensor<?xi32>
  %inv0 = llm.param @inv : tensor<4xf32>
  %q = llm.rope interleaved %x, %pos, %inv0 : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  // Positions and frequencies are the same, though read again.
  %pos1 = llm.batch_positions %b : tensor<?xi32>
  %inv1 = llm.param @inv : tensor<4xf32>
  %k = llm.rope half %q, %pos1, %inv1 : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return %k : tensor<?x4x8xf32>
}

// Other frequencies, another scale, other positions: rotations of their own.
// CHECK-LABEL: func.func @differ(
// CHECK-COUNT-4: llm.rotation
// CHECK-NOT: llm.rotation
func.func @differ(%b: !llm.batch, %ids: tensor<?xi32>, %x: tensor<?x4x8xf32>) -> tensor<?x4x8xf32> {
  %pos = llm.batch_positions %b : tensor<?xi32>
  %inv = llm.param @inv : tensor<4xf32>
  %other = llm.param @other : tensor<4xf32>
  %0 = llm.rope half %x, %pos, %inv : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  %1 = llm.rope half %0, %pos, %other : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  %2 = llm.rope half %1, %pos, %inv {mscale = 1.5 : f64} : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  %3 = llm.rope half %2, %ids, %inv : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return %3 : tensor<?x4x8xf32>
}

// Frequencies that are no parameter: the rotation stands before its first rope.
// CHECK-LABEL: func.func @computed(
// CHECK: %[[DOUBLE:.*]] = arith.addf
// CHECK: llm.rotation %{{.*}}, %[[DOUBLE]] {mscale = 2.500000e-01 : f64}
// CHECK-NEXT: llm.rotate half %{{.*}}, %{{.*}} {start = 2 : i64}
func.func @computed(%b: !llm.batch, %inv: tensor<2xf32>, %x: tensor<?x4x8xf32>) -> tensor<?x4x8xf32> {
  %pos = llm.batch_positions %b : tensor<?xi32>
  %double = arith.addf %inv, %inv : tensor<2xf32>
  %0 = llm.rope half %x, %pos, %double {start = 2 : i64, mscale = 0.25 : f64} : (tensor<?x4x8xf32>, tensor<?xi32>, tensor<2xf32>) -> tensor<?x4x8xf32>
  return %0 : tensor<?x4x8xf32>
}

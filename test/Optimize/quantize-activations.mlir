// RUN: llmc-opt %s --llm-quantize-activations | FileCheck %s
// RUN: llmc-opt %s --llm-quantize-activations --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-quantize-activations -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// Both readers of the input share its quantisation.
// CHECK-LABEL: func.func @fires(
// CHECK-SAME: %[[X:.*]]: tensor<?x64xf32>, %[[W4:.*]]: !llm.packed<16x64, #llm.q4_1>, %[[W8:.*]]: !llm.packed
// CHECK: %[[Q:.*]] = llm.quantize_act %[[X]] : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act>
// CHECK-NOT: llm.quantize_act
// CHECK: llm.linear %[[Q]], %[[W4]] : (!llm.packed<?x64, #llm.int8_act>, !llm.packed<16x64, #llm.q4_1>) -> tensor<?x16xf32>
// CHECK: llm.linear %[[Q]], %[[W8]] : (!llm.packed<?x64, #llm.int8_act>, !llm.packed<8x64, #llm.q8_0>) -> tensor<?x8xf32>
func.func @fires(%x: tensor<?x64xf32>, %w4: !llm.packed<16x64, #llm.q4_1>, %w8: !llm.packed<8x64, #llm.q8_0>) -> (tensor<?x16xf32>, tensor<?x8xf32>) {
  %a = llm.linear %x, %w4 : (tensor<?x64xf32>, !llm.packed<16x64, #llm.q4_1>) -> tensor<?x16xf32>
  %b = llm.linear %x, %w8 : (tensor<?x64xf32>, !llm.packed<8x64, #llm.q8_0>) -> tensor<?x8xf32>
  return %a, %b : tensor<?x16xf32>, tensor<?x8xf32>
}

// The quantisation stands right behind its input: before every reader, even
// one in another block.
// CHECK-LABEL: func.func @dominates(
// CHECK: %[[N:.*]] = llm.norm
// CHECK-NEXT: %[[Q:.*]] = llm.quantize_act %[[N]]
// CHECK: scf.for
// CHECK: llm.linear %[[Q]]
// CHECK: llm.linear %[[Q]]
func.func @dominates(%x: tensor<?x32xf32>, %w: !llm.packed<32x32, #llm.q4_0>, %n: index) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %h = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %x) -> (tensor<?x32xf32>) {
    %a = llm.linear %h, %w : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_0>) -> tensor<?x32xf32>
    scf.yield %a : tensor<?x32xf32>
  }
  %b = llm.linear %h, %w : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q4_0>) -> tensor<?x32xf32>
  return %r, %b : tensor<?x32xf32>, tensor<?x32xf32>
}

// The groups of the activations are those of the weight: a model of mixed grids
// quantises its rows once for each.
// CHECK-LABEL: func.func @groups(
// CHECK-SAME: %[[X:.*]]: tensor<?x256xf32>
// CHECK-DAG: %[[BY16:.*]] = llm.quantize_act %[[X]] : tensor<?x256xf32> -> !llm.packed<?x256, #llm.int8_act<16>>
// CHECK-DAG: %[[BY32:.*]] = llm.quantize_act %[[X]] : tensor<?x256xf32> -> !llm.packed<?x256, #llm.int8_act>
// CHECK-NOT: llm.quantize_act
// CHECK: llm.linear %[[BY32]], %{{.*}} #llm.q4_k>
// CHECK: llm.linear %[[BY16]], %{{.*}} #llm.q6_k>
// CHECK: llm.linear %[[BY32]], %{{.*}} #llm.q5_1>
func.func @groups(%x: tensor<?x256xf32>, %w4: !llm.packed<8x256, #llm.q4_k>, %w6: !llm.packed<8x256, #llm.q6_k>,
                  %w5: !llm.packed<8x256, #llm.q5_1>) -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) {
  %a = llm.linear %x, %w4 : (tensor<?x256xf32>, !llm.packed<8x256, #llm.q4_k>) -> tensor<?x8xf32>
  %b = llm.linear %x, %w6 : (tensor<?x256xf32>, !llm.packed<8x256, #llm.q6_k>) -> tensor<?x8xf32>
  %c = llm.linear %x, %w5 : (tensor<?x256xf32>, !llm.packed<8x256, #llm.q5_1>) -> tensor<?x8xf32>
  return %a, %b, %c : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}

// DECLINED: declined {{.*}}the weight is no integer grid
// DECLINED: declined {{.*}}each head has a matrix of its own
// DECLINED: declined {{.*}}the rows are integers already
// Float weights, heads of their own and inputs that are integers already stay.
// CHECK-LABEL: func.func @stays(
// CHECK-COUNT-1: llm.quantize_act
// CHECK-NOT: llm.quantize_act
func.func @stays(%x: tensor<?x32xf32>, %dense: tensor<16x32xf16>, %heads: tensor<?x4x32xf32>, %perHead: !llm.packed<4x8x32, #llm.q8_0>,
                 %w: !llm.packed<16x32, #llm.q4_1>) -> (tensor<?x16xf32>, tensor<?x4x8xf32>, tensor<?x16xf32>) {
  %a = llm.linear %x, %dense : (tensor<?x32xf32>, tensor<16x32xf16>) -> tensor<?x16xf32>
  %b = llm.linear %heads, %perHead : (tensor<?x4x32xf32>, !llm.packed<4x8x32, #llm.q8_0>) -> tensor<?x4x8xf32>
  %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  %c = llm.linear %q, %w : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<16x32, #llm.q4_1>) -> tensor<?x16xf32>
  return %a, %b, %c : tensor<?x16xf32>, tensor<?x4x8xf32>, tensor<?x16xf32>
}

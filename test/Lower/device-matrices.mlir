// RUN: llmc-opt %s --split-input-file --llm-pack-weights --llm-clone-targets=isas=sm_80 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<7x64xf32> source "t"
llm.weight @route : tensor<4x64xf32> source "r"
llm.weight @up : tensor<4x40x64xf32> source "u"
llm.weight @heads : tensor<2x32x40xf32> source "h"

// A block has a panel of the matrix that its row has chosen, 16 of its rows; each of eight slices
// of k is added up by sixteen threads.
// CHECK-LABEL: module @sm_80
// CHECK: memref.global "private" @[[SUMS:step_k[0-9]+_expert_linear_shared0]] : memref<1x1x8x16xf32, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_expert_linear(
// CHECK-DAG: %[[PANELS:.*]] = arith.constant 3 : index
// CHECK-DAG: %[[LANES:.*]] = arith.constant 16 : index
// CHECK: llvm.nvvm.read.ptx.sreg.ctaid.x
// CHECK: arith.remui %[[THREAD:.*]], %[[LANES]]
// CHECK: arith.divui %[[THREAD]], %[[LANES]]
// CHECK: %[[CHOSEN:.*]] = memref.load %{{.*}} : memref<?x2xi32>
// CHECK: %[[EXPERT:.*]] = arith.index_cast %[[CHOSEN]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[EXPERT]], %[[PANELS]]
// CHECK: scf.for
// CHECK: memref.store %{{.*}} : memref<1x1x8x16xf32, 3>
// CHECK: llvm.nvvm.barrier.cta.sync.aligned.all
// CHECK: scf.if
// CHECK-COUNT-8: memref.load %{{.*}} : memref<1x1x8x16xf32, 3>

// Rows of a head share its matrix, four at a time.
// CHECK: memref.global "private" @{{.*}}_shared0 : memref<1x4x8x16xf32, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear
// CHECK: memref.reinterpret_cast %{{.*}} to offset: {{.*}}, strides: [80, 1]

// Panels of all choices; of heads, tiles of rows.
// CHECK-LABEL: func.func @step.sm_80(
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_expert_linear blocks %{{.*}} threads 128
// CHECK: llm.launch @sm_80::@step_k{{[0-9]+}}_linear{{[a-z_]*}} blocks %{{.*}} threads 128
func.func @step(%batch: !llm.batch) -> tensor<?x32xf32> {
  %t = llm.param @table : tensor<7x64xf32>
  %r = llm.param @route : tensor<4x64xf32>
  %u = llm.param @up : tensor<4x40x64xf32>
  %h = llm.param @heads : tensor<2x32x40xf32>
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<7x64xf32>) -> tensor<?x64xf32>
  %logits = llm.linear %x, %r : (tensor<?x64xf32>, tensor<4x64xf32>) -> tensor<?x4xf32>
  %chosen, %weights = llm.route %logits {k = 2 : i64} : (tensor<?x4xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  %y = llm.expert_linear %x, %chosen, %u : (tensor<?x64xf32>, tensor<?x2xi32>, tensor<4x40x64xf32>) -> tensor<?x2x40xf32>
  %z = llm.linear %y, %h : (tensor<?x2x40xf32>, tensor<2x32x40xf32>) -> tensor<?x2x32xf32>
  %sum = llm.combine %z, %weights : (tensor<?x2x32xf32>, tensor<?x2xf32>) -> tensor<?x32xf32>
  return %sum : tensor<?x32xf32>
}
}

// -----

// Two products of codes with biases, one epilogue: sums of both lie side by side, and an expert's bias is its own.
// CHECK-LABEL: module @sm_80
// CHECK: memref.global "private" @[[BOTH:step_k[0-9]+_expert_linear[a-z_]*]]_shared0 : memref<2x1x8x16xf32, 3>
// CHECK: func.func @[[BOTH]](
// CHECK-DAG: %[[SLICES:.*]] = arith.constant 8 : index
// CHECK-DAG: %[[FIRST:.*]] = arith.constant 0 : index
// The choice of a row, of which each thread asks alike.
// CHECK: %[[CHOSEN:.*]] = memref.load %{{.*}} : memref<?x1xi32>
// CHECK: arith.index_cast %[[CHOSEN]] : i32 to index
// The first product, then the second.
// CHECK: scf.for
// CHECK: memref.store %{{.*}} : memref<2x1x8x16xf32, 3>
// CHECK: scf.for
// CHECK: memref.store %{{.*}} : memref<2x1x8x16xf32, 3>
// CHECK: llvm.nvvm.barrier.cta.sync.aligned.all
// Panels are not full: columns that do not exist are nobody's.
// CHECK: arith.cmpi ult
// CHECK: scf.if
// CHECK-COUNT-8: memref.load %{{.*}} : memref<2x1x8x16xf32, 3>
// CHECK: vector.load %{{.*}} : memref<3x20xf32>, vector<1xf32>
// CHECK-COUNT-8: memref.load %{{.*}} : memref<2x1x8x16xf32, 3>
// CHECK: vector.load %{{.*}} : memref<3x20xf32>, vector<1xf32>
// CHECK: vector.store %{{.*}} : memref<?x1x20xf32>, vector<1xf32>
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<7x64xf32> source "t"
llm.weight @route : tensor<3x64xf32> source "r"
llm.weight @up : tensor<3x20x64xf32> source "u"
llm.weight @gate : tensor<3x20x64xf32> source "g"
llm.weight @up_bias : tensor<3x20xf32> source "ub"
llm.weight @gate_bias : tensor<3x20xf32> source "gb"
func.func @step(%batch: !llm.batch) -> tensor<?x20xf32> {
  %t = llm.param @table : tensor<7x64xf32>
  %r = llm.param @route : tensor<3x64xf32>
  %u = llm.param @up : tensor<3x20x64xf32>
  %g = llm.param @gate : tensor<3x20x64xf32>
  %ub = llm.param @up_bias : tensor<3x20xf32>
  %gb = llm.param @gate_bias : tensor<3x20xf32>
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<7x64xf32>) -> tensor<?x64xf32>
  %logits = llm.linear %x, %r : (tensor<?x64xf32>, tensor<3x64xf32>) -> tensor<?x3xf32>
  %chosen, %weights = llm.route %logits {k = 1 : i64} : (tensor<?x3xf32>) -> (tensor<?x1xi32>, tensor<?x1xf32>)
  %y = llm.expert_linear %x, %chosen, %u bias(%ub) : (tensor<?x64xf32>, tensor<?x1xi32>, tensor<3x20x64xf32>, tensor<3x20xf32>) -> tensor<?x1x20xf32>
  %z = llm.expert_linear %x, %chosen, %g bias(%gb) : (tensor<?x64xf32>, tensor<?x1xi32>, tensor<3x20x64xf32>, tensor<3x20xf32>) -> tensor<?x1x20xf32>
  %both = arith.mulf %y, %z : tensor<?x1x20xf32>
  %sum = llm.combine %both, %weights : (tensor<?x1x20xf32>, tensor<?x1xf32>) -> tensor<?x20xf32>
  return %sum : tensor<?x20xf32>
}
}

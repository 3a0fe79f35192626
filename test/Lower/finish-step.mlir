// RUN: llmc-opt %s --split-input-file --llm-finish-step="rows-per-step=32 max-batch=3" | FileCheck %s
// RUN: llmc-opt %s --split-input-file --llm-finish-step="max-context=16" | FileCheck %s --check-prefix=SHORT

// The weights stay for whoever writes them, barriers are calls with the step's own barrier, every
// variant has an entry that loads the fields of LlmrtStep, best variant first.
module attributes {llm.model = {context_length = 64 : i64},
                   llm.plan = #llm.plan<arena = 192, scratch = 128, caches = [<page = 4096>, <page = 2048, window = 512>], weights = 640, results = [<"logits", tensor<?x40xf32>, rows = asked>]>} {
// CHECK: llm.weight @w : tensor<160xf32> source "w" at 0
llm.weight @w : tensor<160xf32> source "w" at 0

// A kernel in which the workers meet takes the barrier of the step; others do not.
// CHECK: func.func private @k0_meets.avx2(%[[OF_STEP:[a-z0-9]*]]: !llvm.ptr)
// CHECK-NEXT: llvm.call @llmrt_barrier(%[[OF_STEP]])
// CHECK: func.func private @k1_alone.avx2() {
// CHECK-LABEL: func.func @step.avx2(
// CHECK-SAME: %[[BARRIER:[^:]*]]: !llvm.ptr)
// CHECK: llvm.call @llmrt_barrier(%[[BARRIER]]) : (!llvm.ptr) -> ()
// CHECK: %[[NUMBER:.*]] = llvm.mlir.constant(0 : i64)
// CHECK: llvm.call @llmrt_enter(%[[BARRIER]], %{{.*}}, %[[NUMBER]])
// CHECK-COUNT-2: call @k0_meets.avx2(%[[BARRIER]]) : (!llvm.ptr) -> ()
// CHECK: %[[NEXT:.*]] = llvm.mlir.constant(1 : i64)
// CHECK: llvm.call @llmrt_enter(%[[BARRIER]], %{{.*}}, %[[NEXT]])
// CHECK: call @k1_alone.avx2() : () -> ()
// CHECK-NOT: llm.barrier
func.func private @k0_meets.avx2() attributes {llm.cost = #llm.cost<weights = 1001, row = 1002, row_ops = 1003, key = 1004, key_ops = 1005, keys = 1006, rows = asked>} {
  llm.barrier
  return
}
func.func private @k1_alone.avx2() {
  return
}
func.func @step.avx2(%weights: memref<?xi8>, %arena: memref<?xi8>,
    %kv: memref<?xi8>, %slotPositions: memref<?xi32>, %blockTable: memref<?xi32>, %pages: index,
    %kv1: memref<?xi8>, %slotPositions1: memref<?xi32>, %blockTable1: memref<?xi32>, %pages1: index,
    %scratch: memref<?xi8>, %logits: memref<?xi8>,
    %tokens: memref<?xi32>, %positions: memref<?xi32>, %slots: memref<?xi32>,
    %sequences: memref<?xi32>, %parents: memref<?xi32>, %logitRows: memref<?xi32>,
    %ranges: memref<?xi8>, %sampling: memref<?xi8>, %rows: index, %capacity: index, %logitRowCount: index,
    %rangeCount: index, %promptRows: index, %blocks: index, %worker: index, %workers: index) attributes {target_cpu = "x86-64", target_features = #llvm.target_features<["+avx2", "+fma"]>} {
  llm.barrier
  llm.enter @k0_meets.avx2 worker %worker
  call @k0_meets.avx2() : () -> ()
  call @k0_meets.avx2() : () -> ()
  llm.enter @k1_alone.avx2 worker %worker
  call @k1_alone.avx2() : () -> ()
  return
}
func.func @"step.avx512-vnni"(%weights: memref<?xi8>, %arena: memref<?xi8>,
    %kv: memref<?xi8>, %slotPositions: memref<?xi32>, %blockTable: memref<?xi32>, %pages: index,
    %kv1: memref<?xi8>, %slotPositions1: memref<?xi32>, %blockTable1: memref<?xi32>, %pages1: index,
    %scratch: memref<?xi8>, %logits: memref<?xi8>,
    %tokens: memref<?xi32>, %positions: memref<?xi32>, %slots: memref<?xi32>,
    %sequences: memref<?xi32>, %parents: memref<?xi32>, %logitRows: memref<?xi32>,
    %ranges: memref<?xi8>, %sampling: memref<?xi8>, %rows: index, %capacity: index, %logitRowCount: index,
    %rangeCount: index, %promptRows: index, %blocks: index, %worker: index, %workers: index) attributes {target_cpu = "x86-64", target_features = #llvm.target_features<["+avx2", "+avx512f", "+avx512vnni", "-prefer-256-bit"]>} {
  return
}

// CHECK: llvm.func @llmrt_barrier(!llvm.ptr)
// CHECK: llvm.func internal @"llmrt_step.avx512-vnni"(%{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64)
// CHECK-SAME: target_cpu = "x86-64", target_features = #llvm.target_features<["+avx2", "+avx512f", "+avx512vnni", "-prefer-256-bit"]>
// CHECK: call @"step.avx512-vnni"(
// CHECK: llvm.mlir.global internal constant @"llmrt_variant.avx512-vnni"("avx512-vnni\00")

// The kernels that the step enters: name, bytes of weights, bytes and operations of a
// row and of a key, its keys, its rows.
// CHECK: llvm.mlir.global internal constant @llmrt_kernel.avx2.k0_meets("k0_meets\00")
// CHECK: llvm.mlir.global internal constant @llmrt_kernels.avx2()
// CHECK: llvm.mlir.addressof @llmrt_kernel.avx2.k0_meets
// CHECK: llvm.mlir.constant(1001 : i64)
// CHECK: llvm.mlir.constant(1002 : i64)
// CHECK: llvm.mlir.constant(1003 : i64)
// CHECK: llvm.mlir.constant(1004 : i64)
// CHECK: llvm.mlir.constant(1005 : i64)
// CHECK: llvm.mlir.constant(1006 : i64)
// CHECK: llvm.mlir.constant(1 : i64)
// CHECK: llvm.mlir.addressof @llmrt_kernel.avx2.k1_alone

// Caches and results are loaded from the tables that the descriptor points to.
// CHECK: llvm.func internal @llmrt_step.avx2(%[[STEP:.*]]: !llvm.ptr, %[[WORKER:.*]]: i64, %[[WORKERS:.*]]: i64)
// CHECK: llvm.getelementptr %[[STEP]][0]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[STEP]][16]
// CHECK: %[[CACHES:.*]] = llvm.load %[[AT]] : !llvm.ptr -> !llvm.ptr
// CHECK: llvm.getelementptr %[[CACHES]][0]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[CACHES]][24]
// CHECK: llvm.load %[[AT]] : !llvm.ptr -> i64
// CHECK: llvm.getelementptr %[[CACHES]][32]
// CHECK: llvm.getelementptr %[[CACHES]][56]
// CHECK: llvm.getelementptr %[[STEP]][24]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[STEP]][32]
// CHECK: %[[RESULTS:.*]] = llvm.load %[[AT]] : !llvm.ptr -> !llvm.ptr
// CHECK: %[[FIRST:.*]] = llvm.getelementptr %[[RESULTS]][0]
// CHECK: llvm.load %[[FIRST]] : !llvm.ptr -> !llvm.ptr
// CHECK: llvm.getelementptr %[[STEP]][40]
// CHECK: llvm.getelementptr %[[STEP]][144]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[STEP]][152]
// CHECK: %[[BARRIER:.*]] = llvm.load %[[AT]] : !llvm.ptr -> !llvm.ptr
// CHECK: call @step.avx2({{.*}}, %[[BARRIER]])
// CHECK: llvm.mlir.global internal constant @llmrt_variant.avx2("avx2\00")

// Name, columns, f32, asked rows.
// CHECK: llvm.mlir.global internal constant @llmrt_result.logits("logits\00")
// CHECK: llvm.mlir.global internal constant @llmrt_results()
// CHECK: llvm.mlir.addressof @llmrt_result.logits
// CHECK: llvm.mlir.constant(40 : i64)
// CHECK: llvm.mlir.constant(1 : i32)
// CHECK: llvm.mlir.constant(1 : i32)

// Bytes of a page, window.
// CHECK: llvm.mlir.global internal constant @llmrt_caches()
// CHECK: llvm.mlir.constant(4096 : i64)
// CHECK: llvm.mlir.constant(0 : i64)
// CHECK: llvm.mlir.constant(2048 : i64)
// CHECK: llvm.mlir.constant(512 : i64)

// Name, features, step, no function to sample with.
// CHECK: llvm.mlir.global internal constant @llmrt_variants()
// CHECK: llvm.mlir.addressof @"llmrt_variant.avx512-vnni"
// CHECK: llvm.mlir.constant(7 : i64)
// CHECK: llvm.mlir.addressof @"llmrt_step.avx512-vnni"
// CHECK: llvm.mlir.zero
// CHECK: llvm.mlir.addressof @llmrt_variant.avx2
// CHECK: llvm.mlir.constant(1 : i64)
// CHECK: llvm.mlir.addressof @llmrt_step.avx2
// CHECK: llvm.mlir.addressof @llmrt_kernels.avx2
// CHECK: llvm.mlir.constant(2 : i64)

// ABI version, variants, results, vocabulary, arena, scratch, caches, context, limits, weights.
// CHECK: llvm.mlir.global external constant @llmrt_model()
// CHECK: llvm.mlir.constant(10 : i32)
// CHECK: llvm.mlir.constant(2 : i32)
// CHECK: llvm.mlir.addressof @llmrt_variants
// CHECK: llvm.mlir.addressof @llmrt_results
// CHECK: llvm.mlir.constant(1 : i64)
// CHECK: llvm.mlir.constant(40 : i64)
// CHECK: llvm.mlir.constant(192 : i64)
// CHECK: llvm.mlir.constant(128 : i64)
// CHECK: llvm.mlir.addressof @llmrt_caches
// CHECK: llvm.mlir.constant(2 : i64)
// CHECK: llvm.mlir.constant(64 : i64)
// CHECK: llvm.mlir.constant(64 : i64)
// CHECK: llvm.mlir.constant(3 : i64)
// CHECK: llvm.mlir.constant(32 : i64)
// CHECK: llvm.mlir.constant(640 : i64)

// SHORT: @llmrt_model()
// SHORT: llvm.mlir.constant(64 : i64)
// SHORT: llvm.mlir.constant(16 : i64)
// SHORT: llvm.mlir.constant(8 : i64)
// SHORT: llvm.mlir.constant(256 : i64)
}

// -----

// A function @sample has entries as well, and its result stands in the table.
module attributes {llm.model = {context_length = 64 : i64},
                   llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0, results = [<"logits", tensor<?x40xf32>, rows = asked>, <"tokens", tensor<?xi32>, rows = asked>]>} {
func.func @step.avx2(%weights: memref<?xi8>, %arena: memref<?xi8>, %scratch: memref<?xi8>, %logits: memref<?xi8>, %ids: memref<?xi8>,
    %tokens: memref<?xi32>, %positions: memref<?xi32>, %slots: memref<?xi32>,
    %sequences: memref<?xi32>, %parents: memref<?xi32>, %logitRows: memref<?xi32>,
    %ranges: memref<?xi8>, %sampling: memref<?xi8>, %rows: index, %capacity: index, %logitRowCount: index,
    %rangeCount: index, %promptRows: index, %blocks: index, %worker: index, %workers: index) {
  return
}
func.func @sample.avx2(%weights: memref<?xi8>, %arena: memref<?xi8>, %scratch: memref<?xi8>, %logits: memref<?xi8>, %ids: memref<?xi8>,
    %tokens: memref<?xi32>, %positions: memref<?xi32>, %slots: memref<?xi32>,
    %sequences: memref<?xi32>, %parents: memref<?xi32>, %logitRows: memref<?xi32>,
    %ranges: memref<?xi8>, %sampling: memref<?xi8>, %rows: index, %capacity: index, %logitRowCount: index,
    %rangeCount: index, %promptRows: index, %blocks: index, %worker: index, %workers: index) {
  return
}
// CHECK: llvm.func internal @llmrt_step.avx2(
// CHECK: llvm.func internal @llmrt_sample.avx2(%[[STEP:.*]]: !llvm.ptr,
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[STEP]][32]
// CHECK: %[[RESULTS:.*]] = llvm.load %[[AT]]
// CHECK: llvm.getelementptr %[[RESULTS]][8]
// CHECK: call @sample.avx2(
// CHECK: llvm.mlir.global internal constant @llmrt_results()
// CHECK: llvm.mlir.addressof @llmrt_result.tokens
// CHECK: llvm.mlir.constant(1 : i64)
// CHECK: llvm.mlir.constant(2 : i32)
// CHECK: llvm.mlir.constant(1 : i32)
// CHECK: llvm.mlir.global internal constant @llmrt_variants()
// CHECK: llvm.mlir.addressof @llmrt_step.avx2
// CHECK: llvm.mlir.addressof @llmrt_sample.avx2
}

// RUN: llmc-opt %s --split-input-file --verify-diagnostics --llm-finish-function | FileCheck %s

#signature = {inputs = [{dims = ["n", ""], name = "x", type = tensor<?x8xf32>}], outputs = [{dims = [], name = "y", type = tensor<i64>}]}
module attributes {llm.signature = #signature} {
llm.weight @w : tensor<8xf32> source "w" at 64
func.func @main.avx2(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>, %sizes: memref<?xi64>, %worker: index, %workers: index) {
  llm.barrier
  return
}
func.func private @sizes(%in: memref<?xi64>, %out: memref<?xi64>, %workers: index) -> (i1, i64) {
  %fits = arith.constant true
  %bytes = arith.constant 0 : i64
  return %fits, %bytes : i1, i64
}
// The function hands its barrier on.
// CHECK: func.func @main.avx2({{.*}}, %[[BARRIER:.*]]: !llvm.ptr)
// CHECK: llvm.call @llmrt_barrier(%[[BARRIER]])
// Weights, workspace, inputs, outputs, sizes, barrier.
// CHECK: llvm.func internal @llmrt_call.avx2(%[[CALL:.*]]: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64)
// CHECK: llvm.getelementptr %[[CALL]][0]
// CHECK: llvm.getelementptr %[[CALL]][8]
// CHECK: llvm.getelementptr %[[CALL]][16]
// CHECK: llvm.getelementptr %[[CALL]][24]
// CHECK: llvm.getelementptr %[[CALL]][32]
// CHECK: llvm.getelementptr %[[CALL]][40]
// CHECK: call @main.avx2(
// What does not fit is -1 bytes.
// CHECK: llvm.func internal @llmrt_sizes(
// CHECK: %[[PLAN:.*]]:2 = func.call @sizes(
// CHECK: %[[UNFIT:.*]] = arith.constant -1
// CHECK: %[[BYTES:.*]] = arith.select %[[PLAN]]#0, %[[PLAN]]#1, %[[UNFIT]]
// CHECK: llvm.return %[[BYTES]]
// CHECK: llvm.mlir.global internal constant @llmrt_input0.symbol0("n\00")
// CHECK: llvm.mlir.global internal constant @llmrt_input0.name("x\00")
// CHECK: llvm.mlir.global internal constant @llmrt_input0.sizes()
// CHECK: llvm.mlir.constant(-1 : i64)
// CHECK: llvm.mlir.constant(8 : i64)
// f32, two dimensions.
// CHECK: llvm.mlir.global internal constant @llmrt_inputs()
// CHECK: llvm.mlir.constant(1 : i32)
// CHECK: llvm.mlir.constant(2 : i32)
// i64, none.
// CHECK: llvm.mlir.global internal constant @llmrt_outputs()
// CHECK: llvm.mlir.constant(6 : i32)
// CHECK: llvm.mlir.constant(0 : i32)
// CHECK: llvm.mlir.global internal constant @llmrt_signature()
// CHECK: llvm.mlir.addressof @llmrt_sizes
// CHECK: llvm.mlir.global external constant @llmrt_model()
// CHECK: llvm.mlir.constant(128 : i64)
// CHECK: llvm.mlir.addressof @llmrt_signature
}

// -----

// expected-error @below {{the module has no 'llm.signature' of its function: run llm-bind-function first}}
module {
}

// RUN: llmc-opt %s --llm-part-empties | FileCheck %s

// Two joins begin with one tensor; the first is read when the second is made.
// CHECK-LABEL: func.func @joins(
// CHECK: %[[A:.*]] = tensor.empty() : tensor<4x4xf32>
// CHECK: %[[C:.*]] = tensor.empty() : tensor<4x4xf32>
// CHECK-DAG: tensor.insert_slice %arg0 into %[[A]]
// CHECK-DAG: tensor.insert_slice %{{.*}} into %[[C]]

func.func @joins(%x: tensor<4x2xf32>, %y: tensor<4x2xf32>, %read: memref<4x4xf32>, %out: memref<4x4xf32>) {
  %both = tensor.empty() : tensor<4x4xf32>
  %a0 = tensor.insert_slice %x into %both[0, 0] [4, 2] [1, 1] : tensor<4x2xf32> into tensor<4x4xf32>
  %a = tensor.insert_slice %x into %a0[0, 2] [4, 2] [1, 1] : tensor<4x2xf32> into tensor<4x4xf32>
  %c0 = tensor.insert_slice %y into %both[0, 0] [4, 2] [1, 1] : tensor<4x2xf32> into tensor<4x4xf32>
  %c = tensor.insert_slice %x into %c0[0, 2] [4, 2] [1, 1] : tensor<4x2xf32> into tensor<4x4xf32>
  bufferization.materialize_in_destination %a in restrict writable %read : (tensor<4x4xf32>, memref<4x4xf32>) -> ()
  bufferization.materialize_in_destination %c in restrict writable %out : (tensor<4x4xf32>, memref<4x4xf32>) -> ()
  return
}

// One use is one tensor, and none is none.
// CHECK-LABEL: func.func @stays(
// CHECK-COUNT-1: tensor.empty
// CHECK-NOT: tensor.empty
// CHECK: return
func.func @stays(%x: tensor<4xf32>) -> tensor<8xf32> {
  %both = tensor.empty() : tensor<8xf32>
  %a = tensor.insert_slice %x into %both[0] [4] [1] : tensor<4xf32> into tensor<8xf32>
  return %a : tensor<8xf32>
}

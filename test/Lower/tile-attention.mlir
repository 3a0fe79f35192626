// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=avx512-vnni --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s
// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=avx2 --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s --check-prefix=AVX2

// A pass over the keys serves up to four heads: the score loop carries four
// vectors of 16 slots per head. Seven heads on one are 4 + 3, so the cache is read
// twice; a tile that had to divide them would read it seven times. The second
// kind of tile goes on with the worker whose turn it is. Few rows of long sequences
// deal out parts, whose states lie in the scratch of all workers until they are
// merged, and fetch lines of the next page; many rows share what the first has
// fetched, and attend the parts one behind the other.
// CHECK-LABEL: func.func private @"k{{[0-9]+}}_attention.
// CHECK-SAME: %[[SCRATCH:[a-z0-9]*]]: memref<?xi8>, %[[WORKER:[a-z0-9]*]]: index, %[[WORKERS:[a-z0-9]*]]: index)
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<4x64xf32>
// CHECK: arith.cmpi ule, %{{.*}}, %c16
// CHECK: %[[FEW_AND_LONG:.*]] = scf.if
// CHECK: scf.if %[[FEW_AND_LONG]] {
// CHECK: %[[STATES:.*]] = memref.view %[[SCRATCH]][%c0][%{{.*}}] : memref<?xi8> to memref<?xf32>
// CHECK: scf.if
// CHECK-NEXT: llm.barrier
// CHECK: scf.for {{.*}} iter_args(%[[TURN:.*]] = %[[WORKER]])
// CHECK: scf.for %{{.*}} = %[[TURN]] to %{{.*}} step %[[WORKERS]] {
// CHECK: %{{.*}}:16 = scf.for
// CHECK-COUNT-4: memref.prefetch %{{.*}}, read, locality<2>, data
// CHECK-COUNT-4: vector.load {{.*}}vector<16xf32>
// CHECK: scf.yield
// CHECK: vector.store %{{.*}}, %[[STATES]]
// CHECK: arith.subi %[[WORKERS]]
// CHECK: %[[NEXT:.*]] = arith.remui %{{.*}}, %[[WORKERS]]
// CHECK: scf.for %{{.*}} = %[[NEXT]] to %{{.*}} step %[[WORKERS]] {
// CHECK: %{{.*}}:12 = scf.for
// CHECK-COUNT-4: memref.prefetch
// CHECK-COUNT-4: vector.load {{.*}}vector<16xf32>
// CHECK: scf.yield
// CHECK: llm.barrier
// CHECK: memref.load %[[STATES]]
// CHECK: } else {
// CHECK: %{{.*}}:16 = scf.for
// CHECK-NOT: memref.prefetch
// CHECK-LABEL: func.func @"step.
// With half the registers, four loops over the dimensions of a key carry one
// vector per head each; every key is still read once per tile.
// AVX2-LABEL: func.func private @k{{[0-9]+}}_attention.avx2
// AVX2: %{{.*}}:4 = scf.for
// AVX2: memref.prefetch
// AVX2-NOT: memref.prefetch
// AVX2: vector.load {{.*}}vector<16xf32>
// AVX2-NOT: vector.load
// AVX2: scf.yield
// AVX2: %{{.*}}:4 = scf.for
// AVX2: %{{.*}}:4 = scf.for
// AVX2: %{{.*}}:4 = scf.for
// AVX2: math.exp
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x112xf32> source "t"
func.func @step(%batch: !llm.batch, %kv: !llm.kv<1x1x16x16, f32>) -> (tensor<?x112xf32>, !llm.kv<1x1x16x16, f32>) {
  %c0 = arith.constant 0 : index
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x112xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x112xf32>) -> tensor<?x112xf32>
  %T = tensor.dim %x, %c0 : tensor<?x112xf32>
  %q = tensor.expand_shape %x [[0], [1, 2]] output_shape [%T, 7, 16] : tensor<?x112xf32> into tensor<?x7x16xf32>
  %a = llm.attention %q cache(%kv[%c0]) batch(%batch) {scale = 0.25 : f64} : (tensor<?x7x16xf32>, !llm.kv<1x1x16x16, f32>, index, !llm.batch) -> tensor<?x7x16xf32>
  %r = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x7x16xf32> into tensor<?x112xf32>
  return %r, %kv : tensor<?x112xf32>, !llm.kv<1x1x16x16, f32>
}
}

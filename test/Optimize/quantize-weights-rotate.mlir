// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=4,group=16,rotate=input;down:rotate=both' | FileCheck %s
// RUN: llmc-opt %s '--llm-quantize-weights=spec=keep,rotate=input;gate:keep' | FileCheck %s --check-prefix=FLOATS
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=4,group=16,rotate=both' --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-quantize-weights --remarks-filter-missed=llm-quantize-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAID
// RUN: llmc-opt %s '--llmc-optimize=quantize=bits=4,group=16,rotate=input activations=i8' | FileCheck %s --check-prefix=ROWS
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=4,rotate=left' 2>&1 | FileCheck %s --check-prefix=SIDE
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=4,rotate=input,values=mofq' 2>&1 | FileCheck %s --check-prefix=FITTED
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=keep,bits=4' 2>&1 | FileCheck %s --check-prefix=KEPT
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=auto;down:rotate=both' 2>&1 | FileCheck %s --check-prefix=AUTO
// SIDE: quantize: rotate takes no, input or both, found 'left'
// FITTED: quantize: values=mofq follows from the weights as they are, and rotate makes other numbers of them: take values=kmeans
// KEPT: quantize: keep takes rotate= alone, found 'bits=4'
// AUTO: quantize: auto measures weights as they are, and rotate makes other numbers of them: leave rotate out

// One matrix of each size.
// CHECK-DAG: llm.weight @rotation.2 : tensor<2x2xf32> value dense<
// CHECK-DAG: llm.weight @rotation.16 : tensor<16x16xf32> value dense<
// CHECK-DAG: llm.weight @rotation.4 : tensor<4x4xf32> value dense<
// The matrix is turned before it is rounded.
// CHECK-DAG: llm.weight @up : {{.*}} recipe [#llm.transpose, #llm.kron_rotate<left = @rotation.2, right = @rotation.16>, #llm.round<
// CHECK-DAG: llm.weight @gate : {{.*}} recipe [#llm.kron_rotate<left = @rotation.2, right = @rotation.16>, #llm.round<
// CHECK-DAG: llm.weight @down : {{.*}} recipe [#llm.kron_rotate<left = @rotation.4, right = @rotation.16>, #llm.kron_rotate<left = @rotation.2, right = @rotation.16, rows = true>, #llm.round<
// FLOATS-DAG: llm.weight @up : tensor<64x32xf32> source "u" recipe [#llm.transpose, #llm.kron_rotate<
// FLOATS-DAG: llm.weight @gate : tensor<64x32xf32> source "g"{{$}}
llm.weight @up : tensor<64x32xf32> source "u" recipe [#llm.transpose]
llm.weight @gate : tensor<64x32xf32> source "g"
llm.weight @down : tensor<32x64xf32> source "d"
llm.weight @down.bias : tensor<32xf32> source "b"
// SAID-DAG: declined {{.*}}not turned: its zeros would be none any more
// CHECK-DAG: llm.weight @pruned : {{.*}} recipe [#llm.prune<method = "wanda", share = 5.000000e-01 : f64>, #llm.round<
llm.weight @pruned : tensor<32x32xf32> source "p" recipe [#llm.prune<method = "wanda", share = 0.5>]
// A prime number of rows: 263.
// SAID-DAG: declined {{.*}}not turned: rows of 263 have no two factors up to 256
llm.weight @odd : tensor<263x32xf32> source "o"
// A table has other readers, even where a pattern asks.
// CHECK-DAG: llm.weight @table : {{.*}} recipe [#llm.round<
llm.weight @table : tensor<96x32xf32> source "t"
// SAID-DAG: applied {{.*}}inputs and results of its products are turned

// The input is turned once for both products that read it.
// CHECK-LABEL: func.func @step
// CHECK: %[[EMBED:.*]] = llm.embed
// CHECK: %[[X:.*]] = llm.kron_rotate %[[EMBED]], {{.*}} : (tensor<?x32xf32>, tensor<2x2xf32>, tensor<16x16xf32>)
// CHECK-NOT: llm.kron_rotate %[[EMBED]]
// CHECK: llm.linear %[[X]], {{.*}} -> tensor<?x64xf32>
// CHECK: llm.linear %[[X]], {{.*}} -> tensor<?x64xf32>
// CHECK: %[[PRODUCT:.*]] = arith.mulf
// CHECK: %[[Y:.*]] = llm.kron_rotate %[[PRODUCT]],
// What is turned back gets the bias that was the product's.
// CHECK: %[[DOWN:.*]] = llm.linear %[[Y]], %{{[^ ]*}} : {{.*}} -> tensor<?x32xf32>
// CHECK: %[[BACK:.*]] = llm.kron_rotate %[[DOWN]], {{.*}} : (tensor<?x32xf32>, tensor<2x2xf32>, tensor<16x16xf32>)
// CHECK: %[[BIAS:.*]] = llm.broadcast
// CHECK: %[[SUM:.*]] = arith.addf %[[BACK]], %[[BIAS]]
// CHECK: llm.linear %[[SUM]]
// What is rounded is turned.
// ROWS: %[[TURNED:.*]] = llm.kron_rotate
// ROWS: llm.quantize_act %[[TURNED]]
// FLOATS: %[[E:.*]] = llm.embed
// FLOATS: %[[X:.*]] = llm.kron_rotate %[[E]]
// FLOATS-DAG: llm.linear %[[X]], %{{.*}} : (tensor<?x32xf32>, tensor<64x32xf32>)
// FLOATS-DAG: llm.linear %[[E]], %{{.*}} : (tensor<?x32xf32>, tensor<64x32xf32>)
func.func @step(%ids: tensor<?xi32>) -> tensor<?x96xf32> {
  %t = llm.param @table : tensor<96x32xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<96x32xf32>) -> tensor<?x32xf32>
  %uw = llm.param @up : tensor<64x32xf32>
  %u = llm.linear %x, %uw : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %gw = llm.param @gate : tensor<64x32xf32>
  %g = llm.linear %x, %gw : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %m = arith.mulf %u, %g : tensor<?x64xf32>
  %dw = llm.param @down : tensor<32x64xf32>
  %db = llm.param @down.bias : tensor<32xf32>
  %d = llm.linear %m, %dw bias(%db) : (tensor<?x64xf32>, tensor<32x64xf32>, tensor<32xf32>) -> tensor<?x32xf32>
  %pw = llm.param @pruned : tensor<32x32xf32>
  %p = llm.linear %d, %pw : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %ow = llm.param @odd : tensor<263x32xf32>
  %o = llm.linear %p, %ow : (tensor<?x32xf32>, tensor<263x32xf32>) -> tensor<?x263xf32>
  %zero = arith.constant 0 : index
  %first = tensor.dim %o, %zero : tensor<?x263xf32>
  %few = tensor.extract_slice %o[0, 0] [%first, 32] [1, 1] : tensor<?x263xf32> to tensor<?x32xf32>
  %logits = llm.linear %few, %t : (tensor<?x32xf32>, tensor<96x32xf32>) -> tensor<?x96xf32>
  return %logits : tensor<?x96xf32>
}

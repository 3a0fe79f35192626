// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=4,group=32,rank=8;odd:rank=0' | FileCheck %s
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=3,method=gptq,rank=16,iterations=3,group=channel' | FileCheck %s --check-prefix=AGAIN
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=4,group=32,rank=8;table:rank=8' --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-quantize-weights --remarks-filter-missed=llm-quantize-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAID
// RUN: llmc-opt %s '--llmc-optimize=quantize=bits=4,group=32,rank=8 activations=i8' | FileCheck %s --check-prefix=ROWS
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=4,rank=12' 2>&1 | FileCheck %s --check-prefix=RANK
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=4,rank=8,iterations=0' 2>&1 | FileCheck %s --check-prefix=ITERATIONS
// RANK: quantize: rank takes a multiple of 8 up to 256, or 0, found '12'
// ITERATIONS: quantize: iterations takes 1 to 20, found '0'

// The right factor has the groups of the codes, the left one a group for each row.
// CHECK: llm.weight @up : !llm.packed<192x64, #llm.grid<bits = 4, group = 32, scale = f16, zero = 8>> source "u" recipe [#llm.transpose, #llm.round<[[ROUND:grid = <bits = 4, group = 32, scale = f16, zero = 8>, method = "rtn"]]>]
// CHECK-DAG: llm.weight @up.left : !llm.packed<192x8, #llm.grid<bits = 8, group = 8, scale = f16, zero = 128>> source "u" recipe [#llm.transpose, #llm.low_rank<part = "left", rank = 8, round = <[[ROUND]]>>, #llm.round<grid = <bits = 8, group = 8, scale = f16, zero = 128>, method = "rtn">]
// CHECK-DAG: llm.weight @up.right : !llm.packed<8x64, #llm.grid<bits = 8, group = 32, scale = f16, zero = 128>> source "u" recipe [#llm.transpose, #llm.low_rank<part = "right", rank = 8, round = <[[ROUND]]>>, #llm.round<
// What is rounded again, and whose statistics.
// AGAIN: llm.weight @up : {{.*}} recipe [#llm.transpose, #llm.low_rank<part = "rest", rank = 16, round = <[[ROUND:grid = <bits = 3, group = 64, scale = f16, zero = 4>, method = "gptq", stats = "up", span = 64]]>, iterations = 3>, #llm.round<[[ROUND]]>]
// AGAIN-DAG: llm.weight @up.left : !llm.packed<192x16, {{.*}} #llm.low_rank<part = "left", rank = 16, round = <[[ROUND]]>, iterations = 3>
// AGAIN-DAG: llm.weight @up.right : !llm.packed<16x64, #llm.grid<bits = 8, group = 64,
// SAID-DAG: applied {{.*}}4 bits by rtn, one scale per 32, and factors of rank 8 beside it
llm.weight @up : tensor<192x64xf32> source "u" recipe [#llm.transpose]
// A pattern's own choice has none.
// CHECK-NOT: @odd.left
llm.weight @odd : tensor<64x192xf32> source "o"
// SAID-DAG: declined {{.*}}no factors: of rank 8 they would be as large as the codes
// CHECK-NOT: @small.left
llm.weight @small : tensor<16x64xf32> source "s"
// A table has other readers, even where a pattern asks for factors.
// SAID-DAG: declined {{.*}}no factors: more than products read it
llm.weight @table : tensor<96x64xf32> source "t"

// CHECK: %[[UP:.*]] = llm.param @up
// CHECK: %[[CODES:.*]] = llm.linear %[[X:.*]], %[[UP]] :
// CHECK: %[[V:.*]] = llm.param @up.right
// CHECK: %[[FEW:.*]] = llm.linear %[[X]], %[[V]] : {{.*}} -> tensor<?x8xf32>
// CHECK: %[[U:.*]] = llm.param @up.left
// CHECK: %[[REST:.*]] = llm.linear %[[FEW]], %[[U]] : {{.*}} -> tensor<?x192xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[CODES]], %[[REST]]
// CHECK: llm.act silu %[[SUM]]
// Both read one rounding of the rows.
// ROWS: %[[Q:.*]] = llm.quantize_act %{{.*}} : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act>
// ROWS: llm.linear %[[Q]], {{.*}} -> tensor<?x192xf32>
// ROWS: llm.linear %[[Q]], {{.*}} -> tensor<?x8xf32>
func.func @step(%ids: tensor<?xi32>) -> tensor<?x96xf32> {
  %t = llm.param @table : tensor<96x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<96x64xf32>) -> tensor<?x64xf32>
  %uw = llm.param @up : tensor<192x64xf32>
  %u = llm.linear %x, %uw : (tensor<?x64xf32>, tensor<192x64xf32>) -> tensor<?x192xf32>
  %a = llm.act silu %u : tensor<?x192xf32>
  %ow = llm.param @odd : tensor<64x192xf32>
  %o = llm.linear %a, %ow : (tensor<?x192xf32>, tensor<64x192xf32>) -> tensor<?x64xf32>
  %sw = llm.param @small : tensor<16x64xf32>
  %s = llm.linear %o, %sw : (tensor<?x64xf32>, tensor<16x64xf32>) -> tensor<?x16xf32>
  %zero = arith.constant 0 : index
  %first = tensor.dim %s, %zero : tensor<?x16xf32>
  %wide = tensor.empty(%first) : tensor<?x64xf32>
  %y = tensor.insert_slice %s into %wide[0, 0] [%first, 16] [1, 1] : tensor<?x16xf32> into tensor<?x64xf32>
  %logits = llm.linear %y, %t : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
  return %logits : tensor<?x96xf32>
}

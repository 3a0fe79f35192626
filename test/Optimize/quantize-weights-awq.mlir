// RUN: llmc-opt %s '--llm-quantize-weights=spec=method=awq,group=32' | FileCheck %s
// RUN: llmc-opt %s '--llm-quantize-weights=spec=method=awq,group=32' --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-quantize-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// A norm is divided by what the columns that read it are multiplied with.
// CHECK: llm.weight @norm : tensor<64xf32> source "n" recipe [#llm.scale<by = #llm.equalize<method = "awq", weights = [@gate, @up], stats = "gate", grid = <bits = 4, group = 32, scale = f16, zero = 8>>, rows = true, inverse = true>]
llm.weight @norm : tensor<64xf32> source "n"
// CHECK: llm.weight @gate : {{.*}} recipe [#llm.scale<by = #llm.equalize<method = "awq", weights = [@gate, @up], {{[^[]*}}>>, #llm.round<grid = {{.*}}, method = "rtn", stats = "gate">]
llm.weight @gate : tensor<96x64xf32> source "g"
// A factor of a gate: its rows are divided, too.
// CHECK: llm.weight @up : {{.*}} recipe [#llm.scale<by = #llm.equalize<method = "awq", weights = [@gate, @up]{{.*}}>>, #llm.scale<by = #llm.equalize<method = "awq", weights = [@down], stats = "down", {{.*}}, rows = true, inverse = true>, #llm.round<{{.*}}>]
llm.weight @up : tensor<96x64xf32> source "u"
// CHECK: llm.weight @down : {{.*}} recipe [#llm.scale<by = #llm.equalize<method = "awq", weights = [@down], {{.*}}>>, #llm.round<
llm.weight @down : tensor<64x96xf32> source "d"
// Nothing with weights of its own makes a sum.
// DECLINED: declined {{.*}}nothing with weights of its own makes it
// CHECK: llm.weight @other : {{.*}} recipe [#llm.round<{{.*}} stats = "other">]
llm.weight @other : tensor<64x64xf32> source "o"

func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = llm.param @norm : tensor<64xf32>
  %a = llm.norm rms %x weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %gw = llm.param @gate : tensor<96x64xf32>
  %g = llm.linear %a, %gw : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
  %s = llm.act silu %g : tensor<?x96xf32>
  %uw = llm.param @up : tensor<96x64xf32>
  %u = llm.linear %a, %uw : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
  %h = arith.mulf %s, %u : tensor<?x96xf32>
  %dw = llm.param @down : tensor<64x96xf32>
  %d = llm.linear %h, %dw : (tensor<?x96xf32>, tensor<64x96xf32>) -> tensor<?x64xf32>
  %r = arith.addf %x, %d : tensor<?x64xf32>
  %ow = llm.param @other : tensor<64x64xf32>
  %o = llm.linear %r, %ow : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %y = arith.addf %x, %o : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

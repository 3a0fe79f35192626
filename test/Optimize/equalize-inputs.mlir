// RUN: llmc-opt %s '--llm-equalize-inputs=spec=smooth,alpha=0.25' | FileCheck %s
// RUN: llmc-opt %s --llm-equalize-inputs --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-equalize-inputs -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED
// RUN: not llmc-opt %s --llm-equalize-inputs=spec=rough 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not llmc-opt %s --llm-equalize-inputs=spec=smooth,alpha=2 2>&1 | FileCheck %s --check-prefix=ALPHA
// NAME: equalize: 'rough' is no method that scales inputs: smooth, lae, osplus and quip are
// ALPHA: equalize: smooth takes alpha=NUMBER from 0 to 1, found 'alpha=2'
// RUN: llmc-opt %s '--llm-equalize-inputs=spec=lae' | FileCheck %s --check-prefix=LAE
// RUN: not llmc-opt %s --llm-equalize-inputs=spec=lae,alpha=0.5 2>&1 | FileCheck %s --check-prefix=NOTHING
// LAE: llm.weight @norm : tensor<64xf32> source "n" recipe [#llm.scale<by = #llm.equalize<method = "lae", weights = [@gate, @up], stats = "gate">, rows = true, inverse = true>]
// NOTHING: equalize: lae takes from=NUMBER and to=NUMBER, found 'alpha=0.5'
// RUN: not llmc-opt %s --llm-equalize-inputs=spec=smooth,from=far 2>&1 | FileCheck %s --check-prefix=FROM
// FROM: equalize: from takes the magnitude of an input, found 'far'
// RUN: not llmc-opt %s --llm-equalize-inputs=spec=lae,from=9,to=8 2>&1 | FileCheck %s --check-prefix=BETWEEN
// BETWEEN: equalize: from=9.00 is above to=8.00: no input is between them
// RUN: not llmc-opt %s --llm-equalize-inputs=spec=lae,to=8 2>&1 | FileCheck %s --check-prefix=REACH
// REACH: equalize: from and to read statistics, which only llmc has
// RUN: not llmc-opt %s --llm-equalize-inputs=spec=osplus 2>&1 | FileCheck %s --check-prefix=SHIFT
// SHIFT: equalize: osplus reads statistics, which only llmc has

// A norm is divided by what the columns that read it are multiplied with.
// CHECK: llm.weight @norm : tensor<64xf32> source "n" recipe [#llm.scale<by = #llm.equalize<method = "smooth", weights = [@gate, @up], stats = "gate", alpha = 2.500000e-01 : f64>, rows = true, inverse = true>]
llm.weight @norm : tensor<64xf32> source "n"
// CHECK: llm.weight @gate : tensor<96x64xf32> source "g" recipe [#llm.scale<by = #llm.equalize<{{[^>]*}}>>]
llm.weight @gate : tensor<96x64xf32> source "g"
// A factor of a gate: its rows are divided, too.
// CHECK: llm.weight @up : {{.*}} recipe [#llm.scale<by = #llm.equalize<method = "smooth", weights = [@gate, @up]{{[^>]*}}>>, #llm.scale<by = #llm.equalize<method = "smooth", weights = [@down]{{[^>]*}}>, rows = true, inverse = true>]
llm.weight @up : tensor<96x64xf32> source "u"
// CHECK: llm.weight @down : {{.*}} recipe [#llm.scale<by = #llm.equalize<method = "smooth", weights = [@down]{{[^>]*}}>>]
llm.weight @down : tensor<64x96xf32> source "d"
// Nothing with weights of its own makes a sum.
// DECLINED: declined {{.*}}nothing with weights of its own makes it
// CHECK: llm.weight @other : tensor<64x64xf32> source "o"{{$}}
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

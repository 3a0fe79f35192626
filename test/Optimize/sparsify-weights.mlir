// RUN: llmc-opt %s --llm-sparsify-weights=spec=50-wanda | FileCheck %s
// RUN: llmc-opt %s '--llm-sparsify-weights=spec=2:4-sparsegpt;d*:30;table:keep' | FileCheck %s --check-prefix=NAMED
// RUN: llmc-opt %s '--llm-sparsify-weights=spec=50;table:10' | FileCheck %s --check-prefix=TABLE
// RUN: llmc-opt %s --llm-sparsify-weights=spec=50-wanda --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-sparsify-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAID
// RUN: llmc-opt %s '--llmc-optimize=sparsify=2:4 quantize=bits=4,group=32' | FileCheck %s --check-prefix=BOTH
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=100 2>&1 | FileCheck %s --check-prefix=HOW
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=4:2-wanda 2>&1 | FileCheck %s --check-prefix=HOW
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=50-luck 2>&1 | FileCheck %s --check-prefix=METHOD
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=2:5 2>&1 | FileCheck %s --check-prefix=DIVIDE
// RUN: not llmc-opt %s '--llm-sparsify-weights=spec=50;none*:20' 2>&1 | FileCheck %s --check-prefix=MATCH
// RUN: not llmc-opt %s '--llm-sparsify-weights=spec=50;up' 2>&1 | FileCheck %s --check-prefix=COLON
// RUN: llmc-opt %s '--llm-sparsify-weights=spec=keep;up:2:4-wanda+dsnot' 2>&1 | FileCheck %s --check-prefix=REFINED
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=70-wanda,allocate=owl 2>&1 | FileCheck %s --check-prefix=STORE
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=70-wanda,allocate=fair 2>&1 | FileCheck %s --check-prefix=FAIR
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=70-wanda,spread=1 2>&1 | FileCheck %s --check-prefix=KEY
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=2:4-wanda,allocate=owl 2>&1 | FileCheck %s --check-prefix=GROUPS
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=95,allocate=owl 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=50,allocate=owl,lambda=2 2>&1 | FileCheck %s --check-prefix=LAMBDA
// RUN: not llmc-opt %s '--llm-sparsify-weights=spec=keep' 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: llmc-opt %s '--llm-sparsify-weights=spec=50-wanda,block=16x1;down:2:4,block=4x4' --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-sparsify-weights 2>&1 | FileCheck %s --check-prefix=BLOCKS
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=2:4,block=4x3 2>&1 | FileCheck %s --check-prefix=SETS
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=50,block=4x3 2>&1 | FileCheck %s --check-prefix=WIDTH
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=50,block=4 2>&1 | FileCheck %s --check-prefix=BLOCK
// RUN: not llmc-opt %s --llm-sparsify-weights=spec=50-sparsegpt,block=4x4 2>&1 | FileCheck %s --check-prefix=WHOLE
// HOW: sparsify: '{{.*}}' is no keep, PERCENT-METHOD
// METHOD: sparsify: 'luck' is no method that prunes: magnitude, wanda, sparsegpt, magnitude+dsnot, wanda+dsnot are
// DIVIDE: sparsify: 2:5 does not divide the 64 columns of 'up'
// MATCH: sparsify: no weight that products or lookups read matches 'none*'
// COLON: sparsify: 'up' is no PATTERN:CHOICE
// NOTHING: sparsify: no weight is left to prune
// STORE: sparsify: allocate=owl reads the model's weights, which only llmc has
// FAIR: sparsify: allocate takes owl, trace, found 'fair'
// KEY: sparsify: 'spread=1' is no key=value of a key that is known (allocate, block, lambda, outlier)
// GROUPS: sparsify: allocate=owl needs a percentage of zeros: of each 4 as many stay everywhere
// RANGE: sparsify: lambda=0.08 around a share of 0.95 leaves the range from 0 to 1: take a smaller one
// SETS: sparsify: 2:4 of blocks of 4x3 does not divide the 64 columns of 'up': keep it
// WIDTH: sparsify: a block of 4x3 does not divide the 64 columns of 'up': keep it
// BLOCK: sparsify: block takes ROWSxCOLUMNS, 1 to 64 each (16x1), found '4'
// WHOLE: sparsify: sparsegpt prunes no blocks: magnitude and wanda do
// LAMBDA: sparsify: lambda takes a number from 0 to 1, found '2'

// CHECK: llm.weight @up : tensor<96x64xf32> source "u" recipe [#llm.prune<method = "wanda", share = 5.000000e-01 : f64, stats = "up">]
// NAMED: @up {{.*}} recipe [#llm.prune<method = "sparsegpt", keep = 2, of = 4, stats = "up">]
// REFINED: @up {{.*}} recipe [#llm.prune<method = "wanda+dsnot", keep = 2, of = 4, stats = "up">]
// SAID-DAG: applied {{.*}}50 % of its numbers become 0 by wanda
// BLOCKS-DAG: applied {{.*}}50 % of its blocks of 16x1 become 0 by wanda
// BLOCKS-DAG: applied {{.*}}2 of 4 of its blocks of 4x4 become 0 by magnitude
// BLOCKS-DAG: @up {{.*}} recipe [#llm.prune<method = "wanda", share = 5.000000e-01 : f64, stats = "up", blockRows = 16>]
// BLOCKS-DAG: @down {{.*}} recipe [#llm.prune<method = "magnitude", keep = 2, of = 4, blockRows = 4, blockCols = 4>]
// BOTH: @up {{.*}} recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<
llm.weight @up : tensor<96x64xf32> source "u"
// NAMED: @down {{.*}} recipe [#llm.prune<method = "magnitude", share = 3.000000e-01 : f64>]
llm.weight @down : tensor<64x96xf32> source "d"
// What is on a grid stays on it.
// SAID-DAG: declined {{.*}}its numbers are on a grid already
// CHECK: @packed : !llm.packed<64x64, #llm.q8_0> source "p"{{$}}
llm.weight @packed : !llm.packed<64x64, #llm.q8_0> source "p"
// A table of rows is what all others depend on.
// CHECK: @table : tensor<100x64xf32> source "t"{{$}}
// NAMED: @table : tensor<100x64xf32> source "t"{{$}}
// TABLE: @table {{.*}} recipe [#llm.prune<method = "magnitude", share = 1.000000e-01 : f64>]
llm.weight @table : tensor<100x64xf32> source "t"

func.func @step(%ids: tensor<?xi32>) -> tensor<?x64xf32> {
  %t = llm.param @table : tensor<100x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<100x64xf32>) -> tensor<?x64xf32>
  %uw = llm.param @up : tensor<96x64xf32>
  %u = llm.linear %x, %uw : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
  %s = llm.act silu %u : tensor<?x96xf32>
  %dw = llm.param @down : tensor<64x96xf32>
  %d = llm.linear %s, %dw : (tensor<?x96xf32>, tensor<64x96xf32>) -> tensor<?x64xf32>
  %pw = llm.param @packed : !llm.packed<64x64, #llm.q8_0>
  %p = llm.linear %d, %pw : (tensor<?x64xf32>, !llm.packed<64x64, #llm.q8_0>) -> tensor<?x64xf32>
  %y = arith.addf %x, %p : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

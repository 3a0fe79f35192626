// RUN: llmc-opt %s --llm-pack-weights=zeros=smaller | FileCheck %s
// RUN: llmc-opt %s --llm-pack-weights=zeros=smaller --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-pack-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAID

#w8 = #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>
#w4 = #llm.grid<bits = 4, group = 32, scale = f16, zero = 8>
#w2 = #llm.grid<bits = 2, group = 128, scale = f16, zero = 2>

// Where the recipe leaves 2 of 4, panels hold them alone, whichever step follows.
// CHECK: llm.weight @eight : !llm.packed<16x128, {{.*}}, #llm.panels<16, 2:4>> source "a"
// SAID-DAG: applied {{.*}}a matrix is packed in panels without the zeros of 2:4, 5.2 bits instead of 8.2
llm.weight @eight : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
// CHECK: llm.weight @four : !llm.packed<16x128, {{.*}}, #llm.panels<16, 2:4>> source "a"
llm.weight @four : !llm.packed<16x128, #w4> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.scale<by = "factors">, #llm.round<grid = <bits = 4, group = 32, scale = f16, zero = 8>, method = "rtn">]
// Two bits and the place of each are no fewer than four codes of two.
// CHECK: llm.weight @two : !llm.packed<16x128, {{.*}}, #llm.panels> source "a"
// SAID-DAG: declined {{.*}}its zeros are stored: panels of 2:4 are no smaller
llm.weight @two : !llm.packed<16x128, #w2> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<grid = <bits = 2, group = 128, scale = f16, zero = 2>, method = "rtn">]
// CHECK: llm.weight @floats : !llm.packed<16x128, #llm.float<f32>, #llm.panels> source "a"
// SAID-DAG: declined {{.*}}its zeros are stored: only codes of integer grids are skipped
llm.weight @floats : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>]
// CHECK: llm.weight @half : !llm.packed<16x128, {{.*}}, #llm.panels> source "a"
llm.weight @half : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", share = 5.0e-01 : f64>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
// Rows of floats that have as many zeros each are sparse.
// CHECK: llm.weight @rows : !llm.packed<16x128, #llm.sparse<cols = 128, entries = 26, type = f32>, #llm.panels> source "a"
// SAID-DAG: applied {{.*}}a matrix is packed in panels without its zeros, 9.8 bits instead of 32.0
llm.weight @rows : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "wanda", share = 8.0e-01 : f64, stats = "rows">]
// CHECK: llm.weight @uneven : !llm.packed<16x128, #llm.float<f32>, #llm.panels> source "a"
// SAID-DAG: declined {{.*}}its zeros are stored: rows have a number of them each, which only wanda makes equal
llm.weight @uneven : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "magnitude", share = 8.0e-01 : f64>]
// CHECK: llm.weight @few : !llm.packed<16x128, #llm.float<f32>, #llm.panels> source "a"
// SAID-DAG: declined {{.*}}its zeros are stored: columns and numbers are no smaller with so few
llm.weight @few : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "wanda", share = 2.0e-01 : f64, stats = "few">]
// SAID-DAG: declined {{.*}}its zeros are stored: codes are skipped only of 2:4
// What is added to all numbers leaves no zeros.
// CHECK: llm.weight @added : !llm.packed<16x128, {{.*}}, #llm.panels> source "a"
llm.weight @added : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.add<1.0 : f32>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]

// Blocks: columns of 16 rows, found among 16; squares, among all of a set; of floats those of a row.
// CHECK: llm.weight @columns : !llm.packed<16x128, {{.*}}, #llm.panels<16, 8:16, 16x1>> source "a"
// SAID-DAG: applied {{.*}}a matrix is packed in panels without its blocks of zeros, 4.5 bits instead of 8.2
llm.weight @columns : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4, blockRows = 16>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
// CHECK: llm.weight @wide : !llm.packed<16x128, {{.*}}, #llm.panels<16, 8:16, 16x1>> source "a"
llm.weight @wide : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 1, of = 2, blockRows = 32, blockCols = 8>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
// CHECK: llm.weight @squares : !llm.packed<16x128, {{.*}}, #llm.panels<16, 3:4, 4x4>> source "a"
llm.weight @squares : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 3, of = 4, blockRows = 4, blockCols = 4>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
// CHECK: llm.weight @share : !llm.packed<16x128, #llm.float<f32>, #llm.panels<16, 40:128, 16x1>> source "a"
llm.weight @share : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "magnitude", share = 7.0e-01 : f64, blockRows = 16>]
// CHECK: llm.weight @other : !llm.packed<16x128, {{.*}}, #llm.panels> source "a"
// SAID-DAG: declined {{.*}}its zeros are stored: panels skip blocks of 16 rows, or of 4 rows and 4 columns, or several of these
llm.weight @other : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "magnitude", share = 5.0e-01 : f64, blockRows = 8>]
// CHECK: llm.weight @anywhere : !llm.packed<16x128, {{.*}}, #llm.panels> source "a"
// SAID-DAG: declined {{.*}}its zeros are stored: panels keep 4, 8 or 12 of 16 columns of codes, found 64 of 128
llm.weight @anywhere : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", share = 5.0e-01 : f64, blockRows = 16>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]

// A table is read by rows.
// CHECK: llm.weight @lookup : !llm.packed<16x128, {{.*}}, #llm.panels> source "a"
// SAID-DAG: declined {{.*}}its zeros are stored: it is read by rows
llm.weight @lookup : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]

// The weights of a table have one layout: that of its densest.
// SAID-DAG: declined {{.*}}its zeros are stored: the same weight of another layer has none
// CHECK: llm.weight @l0 : !llm.packed<16x128, {{.*}}, #llm.panels> source "a"
llm.weight @l0 : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
llm.weight @l1 : !llm.packed<16x128, #w8> source "a"
// CHECK: llm.weight_table @mixed : !llm.packed<16x128, {{.*}}, #llm.panels> [@l0, @l1]
llm.weight_table @mixed : !llm.packed<16x128, #w8> [@l0, @l1]
// CHECK: llm.weight @r0 : !llm.packed<16x128, #llm.sparse<cols = 128, entries = 64, type = f32>, #llm.panels>
llm.weight @r0 : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "wanda", share = 8.0e-01 : f64, stats = "r0">]
// CHECK: llm.weight @r1 : !llm.packed<16x128, #llm.sparse<cols = 128, entries = 64, type = f32>, #llm.panels>
llm.weight @r1 : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "wanda", share = 5.0e-01 : f64, stats = "r1">]
// CHECK: llm.weight_table @shares : !llm.packed<16x128, #llm.sparse<cols = 128, entries = 64, type = f32>, #llm.panels> [@r0, @r1]
llm.weight_table @shares : tensor<16x128xf32> [@r0, @r1]
// CHECK: llm.weight @b0 : !llm.packed<16x128, {{.*}}, #llm.panels<16, 12:16, 16x1>>
llm.weight @b0 : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 8, of = 16, blockRows = 16>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
llm.weight @b1 : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 12, of = 16, blockRows = 16>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
// CHECK: llm.weight_table @blocks : !llm.packed<16x128, {{.*}}, #llm.panels<16, 12:16, 16x1>> [@b0, @b1]
llm.weight_table @blocks : !llm.packed<16x128, #w8> [@b0, @b1]
// CHECK: llm.weight_table @sparse : !llm.packed<16x128, {{.*}}, #llm.panels<16, 2:4>> [@s0]
llm.weight @s0 : !llm.packed<16x128, #w8> source "a" recipe [#llm.prune<method = "magnitude", keep = 2, of = 4>, #llm.round<grid = <bits = 8, group = 64, scale = f16, zero = 128>, method = "rtn">]
llm.weight_table @sparse : !llm.packed<16x128, #w8> [@s0]

// CHECK-LABEL: func.func @step(
func.func @step(%x: tensor<?x128xf32>, %ids: tensor<?xi32>, %layer: index) -> tensor<?x16xf32> {
  // CHECK: llm.param @eight : !llm.packed<16x128, {{.*}}, #llm.panels<16, 2:4>>
  %eight = llm.param @eight : !llm.packed<16x128, #w8>
  %a = llm.linear %x, %eight : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  %four = llm.param @four : !llm.packed<16x128, #w4>
  %b = llm.linear %x, %four : (tensor<?x128xf32>, !llm.packed<16x128, #w4>) -> tensor<?x16xf32>
  %two = llm.param @two : !llm.packed<16x128, #w2>
  %c = llm.linear %x, %two : (tensor<?x128xf32>, !llm.packed<16x128, #w2>) -> tensor<?x16xf32>
  %floats = llm.param @floats : tensor<16x128xf32>
  %d = llm.linear %x, %floats : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
  %half = llm.param @half : !llm.packed<16x128, #w8>
  %e = llm.linear %x, %half : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  %added = llm.param @added : !llm.packed<16x128, #w8>
  %f = llm.linear %x, %added : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  // CHECK: llm.param @mixed[%{{.*}}] : !llm.packed<16x128, {{.*}}, #llm.panels>
  %mixed = llm.param @mixed[%layer] : !llm.packed<16x128, #w8>
  %g = llm.linear %x, %mixed : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  // CHECK: llm.param @sparse[%{{.*}}] : !llm.packed<16x128, {{.*}}, #llm.panels<16, 2:4>>
  %sparse = llm.param @sparse[%layer] : !llm.packed<16x128, #w8>
  %h = llm.linear %x, %sparse : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  %shares = llm.param @shares[%layer] : tensor<16x128xf32>
  %i = llm.linear %x, %shares : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
  %rows = llm.param @rows : tensor<16x128xf32>
  %j = llm.linear %x, %rows : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
  %uneven = llm.param @uneven : tensor<16x128xf32>
  %k = llm.linear %x, %uneven : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
  %few = llm.param @few : tensor<16x128xf32>
  %l = llm.linear %x, %few : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
  %columns = llm.param @columns : !llm.packed<16x128, #w8>
  %n = llm.linear %x, %columns : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  %wide = llm.param @wide : !llm.packed<16x128, #w8>
  %o = llm.linear %x, %wide : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  %squares = llm.param @squares : !llm.packed<16x128, #w8>
  %p = llm.linear %x, %squares : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  %share = llm.param @share : tensor<16x128xf32>
  %q = llm.linear %x, %share : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
  %other = llm.param @other : tensor<16x128xf32>
  %r = llm.linear %x, %other : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
  %anywhere = llm.param @anywhere : !llm.packed<16x128, #w8>
  %s = llm.linear %x, %anywhere : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  %blocks = llm.param @blocks[%layer] : !llm.packed<16x128, #w8>
  %t = llm.linear %x, %blocks : (tensor<?x128xf32>, !llm.packed<16x128, #w8>) -> tensor<?x16xf32>
  %lookup = llm.param @lookup : !llm.packed<16x128, #w8>
  %m = llm.embed %ids, %lookup : (tensor<?xi32>, !llm.packed<16x128, #w8>) -> tensor<?x128xf32>
  return %h : tensor<?x16xf32>
}

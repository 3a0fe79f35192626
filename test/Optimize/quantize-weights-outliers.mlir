// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=3,group=64,outliers=2;table:outliers=2' | FileCheck %s
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=3,group=64,outliers=2,rank=8' | FileCheck %s --check-prefix=FACTORS
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=3,group=64,outliers=2;table:outliers=2' --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-quantize-weights --remarks-filter-missed=llm-quantize-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAID
// RUN: llmc-opt %s '--llmc-optimize=quantize=bits=4,group=32,outliers=1 activations=i8' | FileCheck %s --check-prefix=ROWS
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=4,outliers=11' 2>&1 | FileCheck %s --check-prefix=MOST
// RUN: llmc-opt %s '--llm-quantize-weights=spec=w3-spqr' | FileCheck %s --check-prefix=PRESET
// PRESET: llm.weight @up : {{.*}} #llm.outliers<part = "rest", entries = 1, round = <grid = <bits = 3, group = 64, scale = f16, zero = 4>, method = "gptq", stats = "up", search = true>>
// RUN: llmc-opt %s '--llm-quantize-weights=spec=w3-owq,group=64,outliers=2' | FileCheck %s --check-prefix=COLUMNS
// COLUMNS: llm.weight @up : {{.*}} #llm.outliers<part = "rest", entries = 3, round = <grid = <bits = 3, group = 64, scale = f16, zero = 4>, method = "gptq", stats = "up", search = true>, by = "column">, #llm.round<
// COLUMNS: llm.weight @up.outliers : !llm.packed<192x128, #llm.sparse<cols = 128, entries = 3, type = f16>> {{.*}} #llm.outliers<part = "kept", {{.*}}, by = "column">]
// MOST: quantize: outliers of floats are at most 10 percent, found outliers=11: take outliers-as=i8, which has half the bits, or fewer
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w1-pb,outliers=51' 2>&1 | FileCheck %s --check-prefix=HALF
// HALF: quantize: outliers takes a percentage from 0 to 10, or to 50 with outliers-as=i8, found '51'
// Of codes of a byte so many of each block of columns; they are what the same codes leave.
// RUN: llmc-opt %s '--llm-quantize-weights=spec=w1-pb,group=64' | FileCheck %s --check-prefix=CODES
// CODES: llm.weight @up : !llm.packed<192x128, #llm.grid<[[GRID:bits = 1, group = 64, scale = f16, values = .-1, 1.]]>> source "u" recipe [#llm.transpose, #llm.outliers<part = "rest", entries = 13, round = <[[CODE:grid = <[^>]*>, method = "gptq", stats = "up", search = true]]>, by = "hessian", block = 128>, #llm.round<[[CODE]]>]
// CODES-NEXT: llm.weight @up.outliers : !llm.packed<192x128, #llm.sparse_codes<block = 128, entries = 13, scale = f16>> source "u" recipe [#llm.transpose, #llm.outliers<part = "kept", entries = 13, round = <[[CODE]]>, by = "hessian", block = 128>]
// CODES: llm.weight @down.outliers : !llm.packed<128x192, #llm.sparse_codes<block = 192, entries = 19, scale = f16>>
// CODES: llm.linear %{{.*}}, %{{.*}} : {{.*}}#llm.sparse_codes
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=3,group=64,outliers=2,outliers-as=i8,outliers-by=magnitude,scale=bf16' | FileCheck %s --check-prefix=MAGNITUDE
// MAGNITUDE: llm.weight @up.outliers : !llm.packed<192x128, #llm.sparse_codes<block = 128, entries = 3, scale = bf16>> {{.*}} by = "magnitude", block = 128>]

// Both parts come of the same numbers: those that the recipe has made so far.
// CHECK: llm.weight @up : !llm.packed<192x128, {{.*}}> source "u" recipe [#llm.transpose, #llm.outliers<part = "rest", entries = 3, round = <[[ROUND:grid = <bits = 3, group = 64, scale = f16, zero = 4>, method = "rtn"]]>>, #llm.round<[[ROUND]]>]
// CHECK-NEXT: llm.weight @up.outliers : !llm.packed<192x128, #llm.sparse<cols = 128, entries = 3, type = f16>> source "u" recipe [#llm.transpose, #llm.outliers<part = "kept", entries = 3, round = <[[ROUND]]>>]
// What factors make up for is what is left without outliers.
// FACTORS-DAG: llm.weight @up : {{.*}} recipe [#llm.transpose, #llm.outliers<part = "rest", {{[^]]*}}>>, #llm.round<
// FACTORS-DAG: llm.weight @up.left : {{.*}} recipe [#llm.transpose, #llm.outliers<part = "rest", {{[^]]*}}>>, #llm.low_rank<part = "left"
// SAID-DAG: applied {{.*}}3 bits by rtn, one scale per 64, and outliers beside it
llm.weight @up : tensor<192x128xf32> source "u" recipe [#llm.transpose]
// A table has no product that outliers could be added to.
// CHECK: llm.weight @table {{.*}} recipe [#llm.round<
// CHECK-NOT: @table.outliers
// SAID-DAG: declined {{.*}}no outliers: more than products read it
llm.weight @table : tensor<256x128xf32> source "t"
llm.weight @down : tensor<128x192xf32> source "d"

// CHECK-LABEL: func.func @step(
// ROWS-LABEL: func.func @step(
func.func @step(%ids: tensor<?xi32>) -> tensor<?x256xf32> {
  %table = llm.param @table : tensor<256x128xf32>
  %x = llm.embed %ids, %table : (tensor<?xi32>, tensor<256x128xf32>) -> tensor<?x128xf32>
  %up = llm.param @up : tensor<192x128xf32>
  // CHECK: %[[Y:.*]] = llm.linear %[[X:.*]], %{{.*}} : {{.*}}#llm.grid
  // CHECK-NEXT: %[[W:.*]] = llm.param @up.outliers
  // CHECK-NEXT: %[[S:.*]] = llm.linear %[[X]], %[[W]] : {{.*}}#llm.sparse
  // CHECK-NEXT: arith.addf %[[Y]], %[[S]]
  // Few floats take rows as they are.
  // ROWS: %[[Q:.*]] = llm.quantize_act %[[X:[^ ]*]] :
  // ROWS: llm.linear %[[Q]],
  // ROWS: llm.linear %[[X]], %{{.*}} : {{.*}}#llm.sparse
  %y = llm.linear %x, %up : (tensor<?x128xf32>, tensor<192x128xf32>) -> tensor<?x192xf32>
  %a = llm.act silu %y : tensor<?x192xf32>
  %down = llm.param @down : tensor<128x192xf32>
  %z = llm.linear %a, %down : (tensor<?x192xf32>, tensor<128x192xf32>) -> tensor<?x128xf32>
  %logits = llm.linear %z, %table : (tensor<?x128xf32>, tensor<256x128xf32>) -> tensor<?x256xf32>
  return %logits : tensor<?x256xf32>
}

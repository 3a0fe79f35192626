// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=4,group=16,outliers=2,outliers-as=i8;narrow:keep;long:outliers=2' --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-quantize-weights --remarks-filter-missed=llm-quantize-weights -o %t 2>&1 | FileCheck %s --check-prefix=SAID
// RUN: FileCheck %s < %t
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=4,group=16,outliers=10,outliers-as=i8,method=gptq,damp=0.1;*:outliers=50,outliers-by=hessian' | FileCheck %s --check-prefix=HALF
// RUN: llmc-opt %s '--llmc-optimize=quantize=bits=4,group=32,outliers=1,outliers-as=i8;long:keep activations=i8' | FileCheck %s --check-prefix=ROWS
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=1,group=32,scale-search=yes,scale=i8;long:bits=4,group=16' | FileCheck %s --check-prefix=BINARY

// 544 columns are four blocks of 136, 2 % of which are 3.
// CHECK: llm.weight @wide : {{.*}} recipe [#llm.outliers<part = "rest", entries = 3, round = <[[ROUND:grid = <bits = 4, group = 16, scale = f16, zero = 8>, method = "rtn"]]>, block = 136>, #llm.round<[[ROUND]]>]
// CHECK-NEXT: llm.weight @wide.outliers : !llm.packed<64x544, #llm.sparse_codes<block = 136, entries = 3, scale = f16>> source "a" recipe [#llm.outliers<part = "kept", entries = 3, round = <[[ROUND]]>, block = 136>]
// Half of a block may have codes of its own; `hessian` takes the statistics of the round step, and its damping.
// HALF: llm.weight @wide.outliers : !llm.packed<64x544, #llm.sparse_codes<block = 136, entries = 68, scale = f16>> {{.*}} method = "gptq", stats = "wide", damp = 1.000000e-01 : f64>, by = "hessian", block = 136>]
// BINARY: llm.weight @wide : !llm.packed<64x544, #llm.grid<bits = 1, group = 32, scale = f16, sub = si8, block = 32, values = [-1, 1]>>
llm.weight @wide : tensor<64x544xf32> source "a"
// A width of few factors has no blocks that a share of them makes sense in.
// CHECK: llm.weight @long : !llm.packed<544x4112, {{.*}}> source "b" recipe [#llm.round<
// CHECK-NOT: @long.outliers
// SAID: declined {{.*}}no outliers: its rows of 4112 are no blocks of 32 to 256 columns
// BINARY: llm.weight @long : !llm.packed<544x4112, #llm.grid<bits = 4, group = 16, scale = f16, sub = si8, block = 16, zero = 8>>
llm.weight @long : tensor<544x4112xf32> source "b"
llm.weight @narrow : tensor<4112x64xf32> source "c"

// CHECK-LABEL: func.func @step(
// ROWS-LABEL: func.func @step(
func.func @step(%x: tensor<?x544xf32>) -> tensor<?x544xf32> {
  %wide = llm.param @wide : tensor<64x544xf32>
  // CHECK: %[[Y:.*]] = llm.linear %[[X:.*]], %{{.*}} : {{.*}}#llm.grid
  // CHECK-NEXT: %[[W:.*]] = llm.param @wide.outliers
  // CHECK-NEXT: %[[S:.*]] = llm.linear %[[X]], %[[W]] : {{.*}}#llm.sparse_codes
  // CHECK-NEXT: arith.addf %[[Y]], %[[S]]
  // Codes of few numbers are multiplied with rows as they are.
  // ROWS: %[[Q:.*]] = llm.quantize_act %[[X:[^ ]*]] :
  // ROWS: llm.linear %[[Q]],
  // ROWS: llm.linear %[[X]], %{{.*}} : {{.*}}#llm.sparse_codes
  %y = llm.linear %x, %wide : (tensor<?x544xf32>, tensor<64x544xf32>) -> tensor<?x64xf32>
  %narrow = llm.param @narrow : tensor<4112x64xf32>
  %z = llm.linear %y, %narrow : (tensor<?x64xf32>, tensor<4112x64xf32>) -> tensor<?x4112xf32>
  %long = llm.param @long : tensor<544x4112xf32>
  %r = llm.linear %z, %long : (tensor<?x4112xf32>, tensor<544x4112xf32>) -> tensor<?x544xf32>
  return %r : tensor<?x544xf32>
}

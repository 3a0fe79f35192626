// RUN: llmc-opt %s --llm-quantize-activations=to=i4 | FileCheck %s
// RUN: llmc-opt %s --llm-quantize-activations=to=e4m3 | FileCheck %s --check-prefix=FLOAT
// RUN: llmc-opt %s --llm-quantize-activations=to=i6 --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-quantize-activations -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: llmc-opt %s --llm-quantize-activations=to=i8-static | FileCheck %s --check-prefix=STATIC

// REMARK-DAG: linear takes rows that are #llm.rounded_act<i6, 32>
// REMARK-DAG: the weight holds sparse rows

// One scale of the rows for each of the weight's: of 32 columns, or of a row where it has none.
// CHECK-LABEL: func.func @step(
// CHECK: %[[BY32:.*]] = llm.quantize_act %{{.*}} : tensor<?x64xf32> -> !llm.packed<?x64, #llm.rounded_act<i4, 32>>
// CHECK: %[[A:.*]] = llm.linear %[[BY32]], %{{.*}} #llm.q4_0>
// CHECK: %[[ROW:.*]] = llm.quantize_act %[[A]] : tensor<?x64xf32> -> !llm.packed<?x64, #llm.rounded_act<i4, 64>>
// CHECK: %[[B:.*]] = llm.linear %[[ROW]], %{{.*}} tensor<64x64xf16>
// CHECK: llm.linear %[[B]], %{{.*}} : (tensor<?x64xf32>, !llm.packed<64x64, #llm.sparse
// FLOAT: #llm.rounded_act<f8E4M3FN, 32>

// One scale for all rows where calibration sees them; not for those that logits are asked of.
// STATIC: llm.weight @a.input_scale : tensor<1xf32> recipe [#llm.input_scale<of = @a>] value dense<1.000000e+00> : tensor<1xf32>
// STATIC-NOT: input_scale :
// STATIC: func.func @step(
// STATIC: %[[S:.*]] = llm.param @a.input_scale : tensor<1xf32>
// STATIC: %[[Q:.*]] = llm.quantize_act %{{.*}} scale(%[[S]] : tensor<1xf32>) : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act>
// STATIC: llm.linear %[[Q]], %{{.*}} #llm.q4_0>
// STATIC: llm.quantize_act %{{.*}} : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act>
llm.weight @a : !llm.packed<64x64, #llm.q4_0> source "a"
llm.weight @b : tensor<64x64xf16> source "b"
llm.weight @c : !llm.packed<64x64, #llm.sparse<cols = 64, entries = 8, type = f16>> source "c"
func.func @step(%x: tensor<?x64xf32>, %batch: !llm.batch) -> (tensor<?x64xf32>, tensor<?x64xf32>, tensor<?x64xf32>) {
  %a = llm.param @a : !llm.packed<64x64, #llm.q4_0>
  %b = llm.param @b : tensor<64x64xf16>
  %c = llm.param @c : !llm.packed<64x64, #llm.sparse<cols = 64, entries = 8, type = f16>>
  %0 = llm.linear %x, %a : (tensor<?x64xf32>, !llm.packed<64x64, #llm.q4_0>) -> tensor<?x64xf32>
  %1 = llm.linear %0, %b : (tensor<?x64xf32>, tensor<64x64xf16>) -> tensor<?x64xf32>
  %2 = llm.linear %1, %c : (tensor<?x64xf32>, !llm.packed<64x64, #llm.sparse<cols = 64, entries = 8, type = f16>>) -> tensor<?x64xf32>
  %rows = llm.batch_logit_rows %batch : tensor<?xi32>
  %last = llm.embed %rows, %0 : (tensor<?xi32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  %3 = llm.linear %last, %a : (tensor<?x64xf32>, !llm.packed<64x64, #llm.q4_0>) -> tensor<?x64xf32>
  return %1, %2, %3 : tensor<?x64xf32>, tensor<?x64xf32>, tensor<?x64xf32>
}

// RUN: llmc-opt %s --llm-convert-weights | FileCheck %s
// RUN: llmc-opt %s --llm-convert-weights=to=f16 --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-convert-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED
// RUN: llmc-opt %s --llm-convert-weights=to=f16 | FileCheck %s --check-prefix=F16
// RUN: not llmc-opt %s --llm-convert-weights=to=q4_0 2>&1 | FileCheck %s --check-prefix=ERROR

// ERROR: for the --to option: takes f32, f16 or bf16, found 'q4_0'

// CHECK: llm.weight @packed : tensor<64x32xf32> source "p" recipe [#llm.convert<#llm.float<f32>>]
// F16: llm.weight @packed : tensor<64x32xf16> source "p" recipe [#llm.convert<#llm.float<f16>>]
llm.weight @packed : !llm.packed<64x32, #llm.q8_0> source "p"
// The new step comes after those of the recipe.
// CHECK: llm.weight @made : tensor<16x32xf32> source "m" recipe [#llm.transpose, #llm.rows<16, 32>, #llm.convert<#llm.float<f32>>]
llm.weight @made : tensor<16x32xf16> source "m" recipe [#llm.transpose, #llm.rows<16, 32>]
// DECLINED: declined {{.*}}a vector is read once, as it is
// Already what is asked: no step. Vectors stay what they are.
// CHECK: llm.weight @same : tensor<16x32xf32> source "s"{{$}}
// F16: llm.weight @same : tensor<16x32xf16> source "s" recipe
llm.weight @same : tensor<16x32xf32> source "s"
// CHECK: llm.weight @vector : tensor<32xf32> source "v"{{$}}
// F16: llm.weight @vector : tensor<32xf32> source "v"{{$}}
llm.weight @vector : tensor<32xf32> source "v"
// A constant has no recipe: its numbers are rounded.
// CHECK: llm.weight @constant : tensor<2x2xf32> value dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// F16: llm.weight @constant : tensor<2x2xf16> value dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf16>
llm.weight @constant : tensor<2x2xbf16> value dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xbf16>

// CHECK-LABEL: func.func @step(
// CHECK: %[[P:.*]] = llm.param @packed : tensor<64x32xf32>
// CHECK: llm.embed %{{.*}}, %[[P]] : (tensor<?xi32>, tensor<64x32xf32>) -> tensor<?x32xf32>
// CHECK: %[[M:.*]] = llm.param @made : tensor<16x32xf32>
// CHECK: llm.linear %{{.*}}, %[[M]] : (tensor<?x32xf32>, tensor<16x32xf32>) -> tensor<?x16xf32>
func.func @step(%ids: tensor<?xi32>) -> tensor<?x16xf32> {
  %p = llm.param @packed : !llm.packed<64x32, #llm.q8_0>
  %x = llm.embed %ids, %p : (tensor<?xi32>, !llm.packed<64x32, #llm.q8_0>) -> tensor<?x32xf32>
  %m = llm.param @made : tensor<16x32xf16>
  %y = llm.linear %x, %m : (tensor<?x32xf32>, tensor<16x32xf16>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

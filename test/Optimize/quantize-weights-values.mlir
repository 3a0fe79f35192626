// Codes of values: a table in the grid, of which rounding takes the nearest.
// RUN: llmc-opt %s --llm-quantize-weights=spec=nf4 | FileCheck %s --check-prefix=NF4
// RUN: llmc-opt %s --llm-quantize-weights=spec=mxfp4,method=gptq,scale-search=yes | FileCheck %s --check-prefix=MX
// RUN: llmc-opt %s '--llm-quantize-weights=spec=values=iq4_nl,group=32;table:nf4,scale=bf16;w:w8' | FileCheck %s --check-prefix=OVER
// RUN: llmc-opt %s '--llm-quantize-weights=spec=fp4,rank=8,outliers=5' | FileCheck %s --check-prefix=BESIDE
// RUN: llmc-opt %s '--llm-quantize-weights=spec=fp8;table:values=e5m2,group=32,scale=bf16' | FileCheck %s --check-prefix=FP8
// RUN: llmc-opt %s '--llm-quantize-weights=spec=fp8' | llmc-opt '--llm-quantize-weights=spec=fp8;table:w4' | FileCheck %s --check-prefix=AGAIN
// RUN: llmc-opt %s '--llm-quantize-weights=spec=fp8' --remark-policy=all --remark-format=emitRemark --remarks-filter-passed=llm-quantize-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=FLOATS
// RUN: llmc-opt %s --llm-quantize-weights=spec=nf4 --remark-policy=all --remark-format=emitRemark --remarks-filter-passed=llm-quantize-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=APPLIED

// NF4: llm.weight @w : !llm.packed<192x64, #llm.grid<bits = 4, group = 64, scale = f16, values = [-127, -88, -67, -50, -36, -23, -12, 0, 10, 20, 31, 43, 56, 71, 92, 127]>> source "w"
// NF4-SAME: recipe [#llm.round<grid = <bits = 4, group = 64, scale = f16, values = [-127, {{.*}}, 127]>, method = "rtn">]
// Scales are powers of two, in groups of 32 as the format has them.
// MX: llm.weight @w : !llm.packed<192x64, #llm.grid<bits = 4, group = 32, scale = f8E8M0FNU, values = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]>> source "w"
// MX-SAME: recipe [#llm.round<grid = <bits = 4, group = 32, scale = f8E8M0FNU, values = [0, {{.*}}, -12]>, method = "gptq", stats = "w", search = true>]
// A preset of other bits has the codes themselves.
// OVER: llm.weight @w : !llm.packed<192x64, #llm.grid<bits = 8, group = 32, scale = f16, zero = 128>>
// BESIDE-DAG: llm.weight @w : {{.*}} recipe [#llm.outliers<part = "rest", entries = 3, round = <grid = <bits = 4, group = 64, scale = f16, values = [0, {{.*}}]>, method = "rtn">>, #llm.round<
// BESIDE-DAG: llm.weight @w.left : {{.*}}#llm.low_rank<part = "left", rank = 8, round = <grid = <bits = 4, group = 64, scale = f16, values = [0, {{.*}}]>
// Floats of 8 bits are no grid; a row has one scale.
// FP8: llm.weight @w : !llm.packed<192x64, #llm.float_codes<type = f8E4M3FN, group = 64, scale = f32>> source "w" recipe [#llm.convert<#llm.float_codes<type = f8E4M3FN, group = 64, scale = f32>>]
// What has such codes keeps them.
// AGAIN: llm.weight @w : !llm.packed<192x64, #llm.float_codes<type = f8E4M3FN, group = 64, scale = f32>> source "w" recipe [#llm.convert<{{[^,]*, [^,]*, [^,]*}}>]{{$}}
// FLOATS: floats of 8 bits, e4m3, one scale per row
// APPLIED: 4 bits of nf4 by rtn, one scale per 64
llm.weight @w : tensor<192x64xf32> source "w"
// Tables keep 8 bits, and floats for scales, unless a pattern names them.
// NF4: llm.weight @table : !llm.packed<96x64, #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>>
// MX: llm.weight @table : !llm.packed<96x64, #llm.grid<bits = 8, group = 32, scale = f16, zero = 128>>
// FP8: llm.weight @table : !llm.packed<96x64, #llm.float_codes<type = f8E5M2, group = 32, scale = bf16>>
// OVER: llm.weight @table : !llm.packed<96x64, #llm.grid<bits = 4, group = 32, scale = bf16, values = [-127, -88,
llm.weight @table : tensor<96x64xf32> source "t"

func.func @step(%ids: tensor<?xi32>) -> tensor<?x192xf32> {
  %t = llm.param @table : tensor<96x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<96x64xf32>) -> tensor<?x64xf32>
  %w = llm.param @w : tensor<192x64xf32>
  %h = llm.linear %x, %w : (tensor<?x64xf32>, tensor<192x64xf32>) -> tensor<?x192xf32>
  %a = llm.act silu %h : tensor<?x192xf32>
  return %a : tensor<?x192xf32>
}

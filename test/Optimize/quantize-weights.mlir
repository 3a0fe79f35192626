// RUN: llmc-opt %s --llm-quantize-weights | FileCheck %s
// RUN: llmc-opt %s '--llm-quantize-weights=spec=method=gptq,bits=3,group=32,zero=asym,scale=bf16,scale-search=yes,damp=0.05,act-order=yes' | FileCheck %s --check-prefix=GPTQ
// RUN: llmc-opt %s '--llm-quantize-weights=spec=w4,group=channel;ma?e:keep;table:bits=2,group=16' | FileCheck %s --check-prefix=OVER
// RUN: llmc-opt %s '--llm-quantize-weights=spec=bits=3,group=16,scale=i8;back:zero=asym,group=64;table:bits=8,scale=f16' | FileCheck %s --check-prefix=BYTES
// RUN: llmc-opt %s '--llm-quantize-weights=spec=w4,group=16,scale=i6' --remark-policy=all --remark-format=emitRemark --remarks-filter-passed=llm-quantize-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=APPLIED
// RUN: llmc-opt %s --llm-quantize-weights --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-quantize-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED

// The largest of 128, 64 and 32 that divides 64 and 192.
// CHECK: llm.weight @made : !llm.packed<192x64, #llm.grid<bits = 4, group = 64, scale = f16, zero = 8>> source "m"
// CHECK-SAME: recipe [#llm.transpose, #llm.round<grid = <bits = 4, group = 64, scale = f16, zero = 8>, method = "rtn">]
// GPTQ: llm.weight @made : !llm.packed<192x64, #llm.grid<bits = 3, group = 32, scale = bf16, min = true>> source "m"
// GPTQ-SAME: recipe [#llm.transpose, #llm.round<grid = <bits = 3, group = 32, scale = bf16, min = true>, method = "gptq", stats = "made", search = true, damp = 5.000000e-02 : f64, order = true>]
// Of the columns that share a float at most 256, in groups that share vectors of codes.
// BYTES: llm.weight @made : !llm.packed<192x64, #llm.grid<bits = 3, group = 16, scale = f16, sub = si8, block = 64, zero = 4>> source "m"
// APPLIED: 4 bits by rtn, one scale per 16 of 6 bits, of a float per 64
// OVER: llm.weight @made : tensor<192x64xf32> source "m" recipe [#llm.transpose]
llm.weight @made : tensor<192x64xf32> source "m" recipe [#llm.transpose]
// A grid of more bits is rounded again.
// CHECK: llm.weight @back : !llm.packed<64x192, #llm.grid<bits = 4, group = 64, scale = f16, zero = 8>> source "b"
// BYTES: llm.weight @back : !llm.packed<64x192, #llm.grid<bits = 3, group = 64, scale = f16, sub = ui8, block = 192, min = true>> source "b"
// One scale per row is a scale for each of the widest groups that panels hold.
// OVER: llm.weight @back : !llm.packed<64x192, #llm.grid<bits = 4, group = 192, scale = f16, zero = 8>> source "b"
// OVER-SAME: recipe [#llm.round<grid = <bits = 4, group = 192, scale = f16, zero = 8>, method = "rtn", span = 192>]
llm.weight @back : !llm.packed<64x192, #llm.q8_0> source "b"
// DECLINED: declined {{.*}}a grid of 4 bits already
// CHECK: llm.weight @coarse : !llm.packed<64x64, #llm.q4_1> source "c"{{$}}
llm.weight @coarse : !llm.packed<64x64, #llm.q4_1> source "c"
// Experts have a matrix each; nobody has statistics of their inputs.
// CHECK: llm.weight @experts : !llm.packed<4x64x64, #llm.grid<bits = 4, group = 64, scale = f16, zero = 8>> source "x"
// GPTQ: llm.weight @experts : {{.*}} method = "rtn", search = true>]
llm.weight @experts : tensor<4x64x64xf32> source "x"
// Tables have 8 bits unless a pattern names them.
// CHECK: llm.weight @table : !llm.packed<96x64, #llm.grid<bits = 8, group = 64, scale = f16, zero = 128>> source "t"
// GPTQ: llm.weight @table : {{.*}}bits = 8, {{.*}} method = "rtn"
// OVER: llm.weight @table : {{.*}}bits = 2, group = 16,
// BYTES: llm.weight @table : {{.*}}bits = 8, group = 16, scale = f16, zero
llm.weight @table : tensor<96x64xf32> source "t"
// CHECK: llm.weight @norm : tensor<64xf32> source "n"{{$}}
llm.weight @norm : tensor<64xf32> source "n"

// CHECK-LABEL: func.func @step(
// CHECK: %[[T:.*]] = llm.param @table : !llm.packed<96x64, #llm.grid<bits = 8
// CHECK: llm.embed %{{.*}}, %[[T]]
// CHECK: %[[M:.*]] = llm.param @made : !llm.packed<192x64, #llm.grid<bits = 4
// CHECK: llm.linear %{{.*}}, %[[M]]
func.func @step(%ids: tensor<?xi32>, %chosen: tensor<?x2xi32>) -> tensor<?x96xf32> {
  %t = llm.param @table : tensor<96x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<96x64xf32>) -> tensor<?x64xf32>
  %n = llm.param @norm : tensor<64xf32>
  %a = llm.norm rms %x weight(%n) {eps = 1.0e-5 : f64} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %m = llm.param @made : tensor<192x64xf32>
  %h = llm.linear %a, %m : (tensor<?x64xf32>, tensor<192x64xf32>) -> tensor<?x192xf32>
  %b = llm.param @back : !llm.packed<64x192, #llm.q8_0>
  %y = llm.linear %h, %b : (tensor<?x192xf32>, !llm.packed<64x192, #llm.q8_0>) -> tensor<?x64xf32>
  %c = llm.param @coarse : !llm.packed<64x64, #llm.q4_1>
  %z = llm.linear %y, %c : (tensor<?x64xf32>, !llm.packed<64x64, #llm.q4_1>) -> tensor<?x64xf32>
  %e = llm.param @experts : tensor<4x64x64xf32>
  %o = llm.expert_linear %z, %chosen, %e : (tensor<?x64xf32>, tensor<?x2xi32>, tensor<4x64x64xf32>) -> tensor<?x2x64xf32>
  %logits = llm.linear %z, %t : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
  return %logits : tensor<?x96xf32>
}

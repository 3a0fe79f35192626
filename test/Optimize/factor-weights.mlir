// RUN: llmc-opt %s --llm-factor-weights=spec=lord,ratio=0.8 | FileCheck %s
// RUN: llmc-opt %s '--llm-factor-weights=spec=lplr,rank=16;down:svd,rank=32;o*:keep' | FileCheck %s --check-prefix=NAMED
// RUN: llmc-opt %s --llm-factor-weights=spec=lord,ratio=0.8 --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-factor-weights --remarks-filter-missed=llm-factor-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAID
// RUN: llmc-opt %s '--llmc-optimize=low-rank=lplr,rank=48 quantize=bits=4,group=64' | FileCheck %s --check-prefix=CODES
// RUN: llmc-opt %s '--llmc-optimize=low-rank=lord,rank=48 quantize=bits=4,group=64,method=gptq,rank=8;*.basis:rank=0' | FileCheck %s --check-prefix=GPTQ
// RUN: not llmc-opt %s --llm-factor-weights=spec=qr 2>&1 | FileCheck %s --check-prefix=METHOD
// RUN: not llmc-opt %s --llm-factor-weights=spec=method=qr 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not llmc-opt %s --llm-factor-weights=spec=svd,rank=24 2>&1 | FileCheck %s --check-prefix=RANK
// RUN: not llmc-opt %s --llm-factor-weights=spec=svd,ratio=1 2>&1 | FileCheck %s --check-prefix=RATIO
// RUN: not llmc-opt %s '--llm-factor-weights=spec=svd;up:ratio=x' 2>&1 | FileCheck %s --check-prefix=PATTERN
// RUN: not llmc-opt %s '--llm-factor-weights=spec=svd;none*:keep' 2>&1 | FileCheck %s --check-prefix=MATCH
// RUN: not llmc-opt %s --llm-factor-weights=spec=svd,rank=96 2>&1 | FileCheck %s --check-prefix=NOTHING
// METHOD: low-rank: 'qr' is no keep, no method (svd, lord, lplr), nor key=value of a key that is known (method, rank, ratio)
// NONE: low-rank: method takes svd, lord, lplr, found 'qr'
// RANK: low-rank: rank takes a multiple of 16 from 16 on, found '24'
// RATIO: low-rank: ratio takes a number between 0 and 1, of what is left, found '1'
// PATTERN: low-rank: the weights 'up': ratio takes a number between 0 and 1, of what is left, found 'x'
// MATCH: low-rank: no weight that products or lookups read matches 'none*'
// NOTHING: low-rank: no weight is left to factor: products read none, or only such as the spec keeps, that are codes already (give a model of floats) or that no factors of this rank are smaller than

// The table stays; so does what is too small.
// CHECK: llm.weight @table : tensor<96x64xf32> source "t"{{$}}
// SAID-DAG: declined {{.*}}the spec keeps it
llm.weight @table : tensor<96x64xf32> source "t"
// 0.8 of 256 x 64 numbers are a rank of 40: 32. The first factor keeps the name, and the statistics.
// CHECK: llm.weight @up : tensor<32x64xf16> source "u" recipe [#llm.transpose, #llm.factor<part = "right", method = "lord", rank = 32, stats = "up">]
// CHECK: llm.weight @up.basis : tensor<256x32xf16> source "u" recipe [#llm.transpose, #llm.factor<part = "left", method = "lord", rank = 32, stats = "up">]
// NAMED: llm.weight @up : tensor<16x64xf16> {{.*}}#llm.factor<part = "right", method = "lplr", rank = 16>]
// SAID-DAG: applied {{.*}}factors of rank 32 by lord, 62.5 % of its numbers
llm.weight @up : tensor<256x64xf16> source "u" recipe [#llm.transpose]
// NAMED: llm.weight @down : tensor<32x256xf32> {{.*}}#llm.factor<part = "right", method = "svd", rank = 32>]
// NAMED: llm.weight @down.basis : tensor<64x32xf32> {{.*}}#llm.factor<part = "left", method = "svd", rank = 32>]
// Each factor has codes in groups that divide its rows; the first makes up for what rounding makes of the second.
// CODES: llm.weight @down : !llm.packed<48x256, #llm.grid<bits = 4, group = 64, scale = f16, zero = 8>> source "d" recipe [#llm.factor<part = "right", method = "lplr", rank = 48, round = <[[ROUND:grid = <bits = 4, group = 48, scale = f16, zero = 8>, method = "rtn"]]>>, #llm.round<grid = <bits = 4, group = 64, scale = f16, zero = 8>, method = "rtn">]
// CODES: llm.weight @down.basis : !llm.packed<64x48, #llm.grid<bits = 4, group = 48, scale = f16, zero = 8>> source "d" recipe [#llm.factor<part = "left", method = "lplr", rank = 48>, #llm.round<[[ROUND]]>]
// Of the second one's input there are no statistics. What rounding takes from the first has factors of its own.
// GPTQ: llm.weight @down : {{.*}} recipe [#llm.factor<part = "right", method = "lord", rank = 48, stats = "down", round = <grid = <bits = 4, group = 48, scale = f16, zero = 8>, method = "rtn">>, #llm.round<grid = <bits = 4, group = 64, scale = f16, zero = 8>, method = "gptq", stats = "down">]
// GPTQ: llm.weight @down.right : {{.*}} recipe [#llm.factor<part = "right", method = "lord", rank = 48, stats = "down", round = <{{.*}}#llm.low_rank<part = "right"
// GPTQ: llm.weight @down.basis : {{.*}} recipe [#llm.factor<part = "left", method = "lord", rank = 48, stats = "down">, #llm.round<{{.*}}method = "rtn">]
llm.weight @down : tensor<64x256xf32> source "d"
// NAMED-NOT: @odd.basis
llm.weight @odd : tensor<64x64xf32> source "o"
// SAID-DAG: declined {{.*}}it is too small for a rank of 16 at that ratio
// CHECK: llm.weight @small : tensor<16x64xf32> source "s"{{$}}
llm.weight @small : tensor<16x64xf32> source "s"
// SAID-DAG: declined {{.*}}its numbers are codes already: factor a model of floats, or with --weights=f32
// CHECK-NOT: @codes.basis
llm.weight @codes : !llm.packed<64x64, #llm.q8_0> source "c"
llm.weight @bias : tensor<256xf32> source "b"

// CHECK: %[[V:.*]] = llm.param @up : tensor<32x64xf16>
// CHECK: %[[FEW:.*]] = llm.linear %{{.*}}, %[[V]] : {{.*}} -> tensor<?x32xf32>
// CHECK: %[[U:.*]] = llm.param @up.basis
// CHECK: %[[ALL:.*]] = llm.linear %[[FEW]], %[[U]] bias(%{{.*}}) : {{.*}} -> tensor<?x256xf32>
// CHECK: llm.act silu %[[ALL]]
func.func @step(%ids: tensor<?xi32>) -> tensor<?x96xf32> {
  %t = llm.param @table : tensor<96x64xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<96x64xf32>) -> tensor<?x64xf32>
  %uw = llm.param @up : tensor<256x64xf16>
  %b = llm.param @bias : tensor<256xf32>
  %u = llm.linear %x, %uw bias(%b) : (tensor<?x64xf32>, tensor<256x64xf16>, tensor<256xf32>) -> tensor<?x256xf32>
  %a = llm.act silu %u : tensor<?x256xf32>
  %dw = llm.param @down : tensor<64x256xf32>
  %d = llm.linear %a, %dw : (tensor<?x256xf32>, tensor<64x256xf32>) -> tensor<?x64xf32>
  %ow = llm.param @odd : tensor<64x64xf32>
  %o = llm.linear %d, %ow : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %cw = llm.param @codes : !llm.packed<64x64, #llm.q8_0>
  %c = llm.linear %o, %cw : (tensor<?x64xf32>, !llm.packed<64x64, #llm.q8_0>) -> tensor<?x64xf32>
  %sw = llm.param @small : tensor<16x64xf32>
  %s = llm.linear %c, %sw : (tensor<?x64xf32>, tensor<16x64xf32>) -> tensor<?x16xf32>
  %zero = arith.constant 0 : index
  %first = tensor.dim %s, %zero : tensor<?x16xf32>
  %wide = tensor.empty(%first) : tensor<?x64xf32>
  %y = tensor.insert_slice %s into %wide[0, 0] [%first, 16] [1, 1] : tensor<?x16xf32> into tensor<?x64xf32>
  %logits = llm.linear %y, %t : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
  return %logits : tensor<?x96xf32>
}

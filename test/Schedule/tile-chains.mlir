// RUN: llmc-opt %s --split-input-file --llm-tile-chains --canonicalize --cse | FileCheck %s
// RUN: llmc-opt %s --split-input-file --llm-tile-chains --remarks-filter=llm-tile-chains -o /dev/null 2>&1 | FileCheck %s --check-prefix=WHY

#bmnk = affine_map<(b, m, n, k) -> (b, m, k)>
#bknk = affine_map<(b, m, n, k) -> (b, k, n)>
#bmn = affine_map<(b, m, n, k) -> (b, m, n)>
#e = affine_map<(b, m, n) -> (b, m, n)>
#row = affine_map<(b, m, n) -> (b, m)>
#mask = affine_map<(b, m, n) -> (0, m, n)>
#turned = affine_map<(m, b, n) -> (b, m, n)>
#out = affine_map<(m, b, n) -> (m, b, n)>
#r = affine_map<(b, m) -> (b, m)>

// Attention as a graph spells it, its result with heads behind rows. Keys and the mask are no function of all the tiled loops: they stay
// outside, as the sum over them does; what sums begin with comes along.
// CHECK-LABEL: func.func @attention
// CHECK-SAME: %[[Q:.*]]: tensor<12x?x32xf32>, %[[K:.*]]: tensor<12x32x?xf32>, %[[V:.*]]: tensor<12x?x32xf32>, %[[MASK:.*]]: tensor<1x?x?xf32>
// CHECK: %[[KEYS:.*]] = linalg.generic {{.*}} ins(%[[K]]
// CHECK: arith.negf
// CHECK-NOT: linalg.generic
// CHECK: scf.forall (%[[B:.*]], %[[M:.*]]) = (0, 0) to (12, %[[ROWS:.*]]) step (1, 16) shared_outs(%[[OUT:.*]] = %{{.*}}) -> (tensor<?x12x32xf32>)
// CHECK: %[[LEFT:.*]] = arith.subi %[[ROWS]], %[[M]]
// CHECK: %[[TILE:.*]] = arith.minsi %[[LEFT]], %c16
// CHECK: tensor.extract_slice %[[Q]][%[[B]], %[[M]], 0] [1, %[[TILE]], 32]
// CHECK: tensor.extract_slice %[[KEYS]][%[[B]], 0, 0] [1, 32, %{{.*}}]
// CHECK: arith.mulf
// CHECK: tensor.extract_slice %[[MASK]][0, %[[M]], 0] [1, %[[TILE]], %{{.*}}]
// CHECK: arith.addf
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: arith.divf
// CHECK: tensor.extract_slice %[[V]][%[[B]], 0, 0]
// CHECK: tensor.parallel_insert_slice %{{.*}} into %[[OUT]][%[[M]], %[[B]], 0] [%[[TILE]], 1, 32]
// CHECK-NOT: linalg.generic
// CHECK: return
// WHY: [Passed] {{.*}}12 ops run by tiles of 16 rows
func.func @attention(%q: tensor<12x?x32xf32>, %k: tensor<12x32x?xf32>, %v: tensor<12x?x32xf32>, %mask: tensor<1x?x?xf32>, %m: index, %n: index) -> tensor<?x12x32xf32> {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %ek = tensor.empty(%n) : tensor<12x32x?xf32>
  %es = tensor.empty(%m, %n) : tensor<12x?x?xf32>
  %er = tensor.empty(%m) : tensor<12x?xf32>
  %ev = tensor.empty(%m) : tensor<12x?x32xf32>
  %eo = tensor.empty(%m) : tensor<?x12x32xf32>
  %keys = linalg.generic {indexing_maps = [#e, #e], iterator_types = ["parallel", "parallel", "parallel"]} ins(%k : tensor<12x32x?xf32>) outs(%ek : tensor<12x32x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %x = arith.negf %a : f32
    linalg.yield %x : f32
  } -> tensor<12x32x?xf32>
  %zs = linalg.generic {indexing_maps = [#e], iterator_types = ["parallel", "parallel", "parallel"]} outs(%es : tensor<12x?x?xf32>) {
  ^bb0(%o: f32):
    linalg.yield %zero : f32
  } -> tensor<12x?x?xf32>
  %zr = linalg.generic {indexing_maps = [#r], iterator_types = ["parallel", "parallel"]} outs(%er : tensor<12x?xf32>) {
  ^bb0(%o: f32):
    linalg.yield %zero : f32
  } -> tensor<12x?xf32>
  %lr = linalg.generic {indexing_maps = [#r], iterator_types = ["parallel", "parallel"]} outs(%er : tensor<12x?xf32>) {
  ^bb0(%o: f32):
    linalg.yield %least : f32
  } -> tensor<12x?xf32>
  %zv = linalg.generic {indexing_maps = [#e], iterator_types = ["parallel", "parallel", "parallel"]} outs(%ev : tensor<12x?x32xf32>) {
  ^bb0(%o: f32):
    linalg.yield %zero : f32
  } -> tensor<12x?x32xf32>
  %s = linalg.generic {indexing_maps = [#bmnk, #bknk, #bmn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%q, %keys : tensor<12x?x32xf32>, tensor<12x32x?xf32>) outs(%zs : tensor<12x?x?xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %x = arith.mulf %a, %c : f32
    %y = arith.addf %o, %x : f32
    linalg.yield %y : f32
  } -> tensor<12x?x?xf32>
  %masked = linalg.generic {indexing_maps = [#e, #mask, #e], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s, %mask : tensor<12x?x?xf32>, tensor<1x?x?xf32>) outs(%es : tensor<12x?x?xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %x = arith.addf %a, %c : f32
    linalg.yield %x : f32
  } -> tensor<12x?x?xf32>
  %largest = linalg.generic {indexing_maps = [#e, #row], iterator_types = ["parallel", "parallel", "reduction"]} ins(%masked : tensor<12x?x?xf32>) outs(%lr : tensor<12x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %x = arith.maximumf %o, %a : f32
    linalg.yield %x : f32
  } -> tensor<12x?xf32>
  %exp = linalg.generic {indexing_maps = [#e, #row, #e], iterator_types = ["parallel", "parallel", "parallel"]} ins(%masked, %largest : tensor<12x?x?xf32>, tensor<12x?xf32>) outs(%es : tensor<12x?x?xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %d = arith.subf %a, %c : f32
    %x = math.exp %d : f32
    linalg.yield %x : f32
  } -> tensor<12x?x?xf32>
  %sum = linalg.generic {indexing_maps = [#e, #row], iterator_types = ["parallel", "parallel", "reduction"]} ins(%exp : tensor<12x?x?xf32>) outs(%zr : tensor<12x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %x = arith.addf %o, %a : f32
    linalg.yield %x : f32
  } -> tensor<12x?xf32>
  %p = linalg.generic {indexing_maps = [#e, #row, #e], iterator_types = ["parallel", "parallel", "parallel"]} ins(%exp, %sum : tensor<12x?x?xf32>, tensor<12x?xf32>) outs(%es : tensor<12x?x?xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %x = arith.divf %a, %c : f32
    linalg.yield %x : f32
  } -> tensor<12x?x?xf32>
  %y = linalg.generic {indexing_maps = [#bmnk, #bknk, #bmn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%p, %v : tensor<12x?x?xf32>, tensor<12x?x32xf32>) outs(%zv : tensor<12x?x32xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %x = arith.mulf %a, %c : f32
    %z = arith.addf %o, %x : f32
    linalg.yield %z : f32
  } -> tensor<12x?x32xf32>
  %moved = linalg.generic {indexing_maps = [#turned, #out], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y : tensor<12x?x32xf32>) outs(%eo : tensor<?x12x32xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<?x12x32xf32>
  return %moved : tensor<?x12x32xf32>
}

// -----

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>
#e = affine_map<(m, n) -> (m, n)>
// What somebody else reads as well is computed once, for all: here the scores are a result.
// CHECK-LABEL: func.func @scores_are_read
// CHECK-NOT: scf.forall
// WHY: [Missed] {{.*}}its rows are no result of a product or a sum
func.func @scores_are_read(%q: tensor<?x32xf32>, %k: tensor<32x?xf32>, %v: tensor<?x32xf32>, %zs: tensor<?x?xf32>, %zv: tensor<?x32xf32>) -> (tensor<?x32xf32>, tensor<?x?xf32>) {
  %s = linalg.generic {indexing_maps = [#mk, #kn, #mn], iterator_types = ["parallel", "parallel", "reduction"]} ins(%q, %k : tensor<?x32xf32>, tensor<32x?xf32>) outs(%zs : tensor<?x?xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %x = arith.mulf %a, %c : f32
    %y = arith.addf %o, %x : f32
    linalg.yield %y : f32
  } -> tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [#mk, #kn, #mn], iterator_types = ["parallel", "parallel", "reduction"]} ins(%s, %v : tensor<?x?xf32>, tensor<?x32xf32>) outs(%zv : tensor<?x32xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %x = arith.mulf %a, %c : f32
    %z = arith.addf %o, %x : f32
    linalg.yield %z : f32
  } -> tensor<?x32xf32>
  return %y, %s : tensor<?x32xf32>, tensor<?x?xf32>
}

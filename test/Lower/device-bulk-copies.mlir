// RUN: llmc-opt %s --llm-pack-weights --llm-clone-targets=isas=sm_90a --llm-form-kernels --llm-plan-memory --llm-lower-step --canonicalize --cse | FileCheck %s

// Few rows of bytes times codes where the device copies in bulk: of each stage eight threads have a slice each, whose blocks of k lie one behind the other; the barrier of
// the stage counts their bytes. 4096 columns are 128 blocks of 288 bytes, 16 of each slice, of which a stage has four: four stages fit, and all are under way at once.
// CHECK-LABEL: module @sm_90a
// CHECK-DAG: memref.global "private" @[[RING:.*_shared0]] : memref<38912xi8, 3>
// CHECK-DAG: memref.global "private" @[[BARRIERS:.*_shared1]] : memref<4xi64, 3>
// CHECK-LABEL: func.func @step_k{{[0-9]+}}_linear(
// CHECK: griddepcontrol.launch_dependents
// One thread makes the barriers, before others use them.
// CHECK: arith.cmpi eq, %{{.*}}, %c0
// CHECK-NEXT: scf.if
// CHECK-COUNT-4: llvm.inline_asm has_side_effects "mbarrier.init.shared::cta.b64 [$0], $1;", "l,r,~{memory}"
// CHECK: "fence.mbarrier_init.release.cluster;"
// CHECK: llvm.nvvm.barrier.cta.sync.aligned.all
// CHECK: scf.if
// CHECK-NOT: llvm.nvvm.cp.async
// CHECK: arith.cmpi ult, %{{.*}}, %c8
// CHECK: "mbarrier.arrive.expect_tx.shared::cta.b64 _, [$0], $1;", "l,r,~{memory}"
// CHECK: arith.cmpi ne
// CHECK: "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [$0], [$1], $2, [$3];", "l,l,r,l,~{memory}"
// CHECK-COUNT-3: "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes
// Weights are under way when the rows are waited for.
// CHECK: "griddepcontrol.wait;"
// CHECK: scf.for
// CHECK: scf.while
// CHECK: "{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [$1], $2; selp.u32 $0, 1, 0, p; }", "=r,l,r,~{memory}"
// CHECK: scf.condition
// CHECK: llvm.nvvm.barrier.cta.sync.aligned.all
// CHECK-NOT: cp.async.bulk
// CHECK: vector.load {{.*}} : memref<32x4x288xi8, strided<[1216, 288, 1]>, 3>
module attributes {llm.model = {context_length = 64 : i64}} {
llm.weight @table : tensor<40x4096xf32> source "t"
llm.weight @w : !llm.packed<70x4096, #llm.q4_0> source "w"
func.func @step(%batch: !llm.batch) -> tensor<?x70xf32> {
  %ids = llm.batch_tokens %batch : tensor<?xi32>
  %t = llm.param @table : tensor<40x4096xf32>
  %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<40x4096xf32>) -> tensor<?x4096xf32>
  %q = llm.quantize_act %x : tensor<?x4096xf32> -> !llm.packed<?x4096, #llm.int8_act>
  %w = llm.param @w : !llm.packed<70x4096, #llm.q4_0>
  %y = llm.linear %q, %w : (!llm.packed<?x4096, #llm.int8_act>, !llm.packed<70x4096, #llm.q4_0>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}
}

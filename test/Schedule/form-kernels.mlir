// RUN: llmc-opt %s --llm-clone-targets=isas=avx2 --llm-form-kernels --split-input-file | FileCheck %s
// RUN: llmc-opt %s --llm-clone-targets=isas=avx2 --llm-form-kernels --split-input-file --remarks-filter=llm-form-kernels -o %t 2>&1 | FileCheck %s --check-prefix=SAYS
// RUN: not llmc-opt %s --llm-form-kernels --split-input-file 2>&1 | FileCheck %s --check-prefix=ERROR

// SAYS-DAG: 2 ops run as one kernel, norm_quantize_act
// SAYS-DAG: llm.quantize_act runs apart from what it reads: it needs what it reads whole
// SAYS-DAG: arith.mulf runs apart from what it reads: its operands come from kernels that do not run together
// SAYS-DAG: arith.mulf runs apart from what it reads: another op reads it before

// ERROR: llm-form-kernels: needs a target: run llm-clone-targets first

!w = !llm.packed<32x32, #llm.q8_0, #llm.panels>
!q = !llm.packed<?x32, #llm.int8_act>

// A norm takes the quantisation of its result along.
// CHECK-LABEL: func.func @norm.avx2(
// CHECK: llm.kernel "norm_quantize_act"(%{{.*}}, %{{.*}}) : (tensor<?x32xf32>, tensor<32xf32>) -> !llm.packed<?x32, #llm.int8_act>
// CHECK-NEXT: ^bb0
// CHECK-NEXT: %[[N:.*]] = llm.norm
// CHECK-NEXT: %[[Q:.*]] = llm.quantize_act %[[N]]
// CHECK-NEXT: llm.yield %[[Q]]
func.func @norm(%x: tensor<?x32xf32>, %s: tensor<32xf32>) -> !q {
  %n = llm.norm rms %x weight(%s) {eps = 1.0e-5 : f64} : (tensor<?x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
  %q = llm.quantize_act %n : tensor<?x32xf32> -> !q
  return %q : !q
}

// Also when another op reads the norm behind it: one kernel of two results.
// CHECK-LABEL: func.func @norm_read_twice.avx2(
// CHECK: %[[R:.*]]:2 = llm.kernel "norm_quantize_act"(
// CHECK: llm.yield %[[N:.*]], %[[Q:.*]] : tensor<?x32xf32>, !llm.packed<?x32, #llm.int8_act>
// CHECK: return %[[R]]#1, %[[R]]#0
func.func @norm_read_twice(%x: tensor<?x32xf32>) -> (!q, tensor<?x32xf32>) {
  %n = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %q = llm.quantize_act %n : tensor<?x32xf32> -> !q
  return %q, %n : !q, tensor<?x32xf32>
}

// The quantisation of a product needs whole groups of a row: its own kernel.
// CHECK-LABEL: func.func @product_quantised.avx2(
// CHECK: %[[P:.*]] = llm.kernel "linear"
// CHECK: llm.kernel "quantize_act"(%[[P]])
func.func @product_quantised(%x: !q, %w: !w) -> !q {
  %p = llm.linear %x, %w : (!q, !w) -> tensor<?x32xf32>
  %q = llm.quantize_act %p : tensor<?x32xf32> -> !q
  return %q : !q
}

// -----

!w = !llm.packed<32x32, #llm.q8_0, #llm.panels>

// The residual rides in the product's epilogue, with the bias.
// CHECK-LABEL: func.func @residual.avx2(
// CHECK-SAME: %[[X:.*]]: tensor<?x32xf32>, %[[W:.*]]: !llm.packed<32x32, #llm.q8_0, #llm.panels>, %[[B:.*]]: tensor<32xf32>
// CHECK: llm.kernel "linear_addf"(%[[X]], %[[W]], %[[B]]) schedule <rows = 4, strips = 1, lanes = 8, panels = 1> : (
// CHECK: %[[P:.*]] = llm.linear
// CHECK: %[[S:.*]] = arith.addf %{{.*}}, %[[P]]
// CHECK: llm.yield %[[S]] : tensor<?x32xf32>
// CHECK-NOT: llm.kernel
func.func @residual(%x: tensor<?x32xf32>, %w: !w, %b: tensor<32xf32>) -> tensor<?x32xf32> {
  %p = llm.linear %x, %w bias(%b) : (tensor<?x32xf32>, !w, tensor<32xf32>) -> tensor<?x32xf32>
  %s = arith.addf %x, %p : tensor<?x32xf32>
  return %s : tensor<?x32xf32>
}

// Gate and up projection of one input meet in one kernel.
// CHECK-LABEL: func.func @gated.avx2(
// CHECK: llm.kernel "linear_linear_silu_mulf"
// CHECK-COUNT-2: llm.linear
// CHECK: llm.act silu
// CHECK: arith.mulf
// CHECK-NOT: llm.kernel
func.func @gated(%x: tensor<?x32xf32>, %g: !w, %u: !w) -> tensor<?x32xf32> {
  %gate = llm.linear %x, %g : (tensor<?x32xf32>, !w) -> tensor<?x32xf32>
  %up = llm.linear %x, %u : (tensor<?x32xf32>, !w) -> tensor<?x32xf32>
  %act = llm.act silu %gate : tensor<?x32xf32>
  %y = arith.mulf %act, %up : tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// Products of different inputs do not.
// CHECK-LABEL: func.func @two_inputs.avx2(
// CHECK: %[[A:.*]] = llm.kernel "linear"
// CHECK: llm.kernel "linear_mulf"(%{{.*}}, %{{.*}}, %[[A]])
func.func @two_inputs(%x: tensor<?x32xf32>, %z: tensor<?x32xf32>, %g: !w, %u: !w) -> tensor<?x32xf32> {
  %a = llm.linear %x, %g : (tensor<?x32xf32>, !w) -> tensor<?x32xf32>
  %b = llm.linear %z, %u : (tensor<?x32xf32>, !w) -> tensor<?x32xf32>
  %y = arith.mulf %b, %a : tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

!odd = !llm.packed<48x32, #llm.float<f32>, #llm.panels>

// Three panels: one at a time.
// CHECK-LABEL: func.func @odd_panels.avx2(
// CHECK: schedule <rows = 4, strips = 2, lanes = 8, panels = 1>
func.func @odd_panels(%x: tensor<?x32xf32>, %w: !odd) -> tensor<?x48xf32> {
  %p = llm.linear %x, %w : (tensor<?x32xf32>, !odd) -> tensor<?x48xf32>
  return %p : tensor<?x48xf32>
}

// -----

// Reshapes and projections stay outside; what a loop body computes becomes
// kernels of its block.
// CHECK-LABEL: func.func @structure.avx2(
// CHECK: llm.batch_positions
// CHECK: scf.for
// CHECK: llm.kernel "norm"
// CHECK: tensor.expand_shape
// CHECK: llm.kernel "rotate"
// CHECK: tensor.collapse_shape
// CHECK: scf.yield
func.func @structure(%b: !llm.batch, %x: tensor<?x32xf32>, %inv: tensor<4xf32>, %n: index) -> tensor<?x32xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %pos = llm.batch_positions %b : tensor<?xi32>
  %cs = llm.rotation %pos, %inv : (tensor<?xi32>, tensor<4xf32>) -> tensor<?x8xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> (tensor<?x32xf32>) {
    %h = llm.norm rms %a {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
    %T = tensor.dim %h, %c0 : tensor<?x32xf32>
    %e = tensor.expand_shape %h [[0], [1, 2]] output_shape [%T, 4, 8] : tensor<?x32xf32> into tensor<?x4x8xf32>
    %t = llm.rotate half %e, %cs : (tensor<?x4x8xf32>, tensor<?x8xf32>) -> tensor<?x4x8xf32>
    %c = tensor.collapse_shape %t [[0], [1, 2]] : tensor<?x4x8xf32> into tensor<?x32xf32>
    scf.yield %c : tensor<?x32xf32>
  }
  return %r : tensor<?x32xf32>
}

// -----

!w = !llm.packed<32x32, #llm.float<f32>, #llm.panels>

// A number and a vector that are spread over rows are computed in each kernel
// that reads them, with their constant: they are no values between kernels.
// CHECK-LABEL: func.func @spread.avx2(
// CHECK-NOT: tensor.splat
// CHECK: %[[A:.*]] = llm.kernel "linear_mulf"(
// CHECK: arith.constant 2.200000e-01 : f32
// CHECK: tensor.splat
// CHECK: arith.mulf
// CHECK: llm.kernel "norm_mulf_mulf"(%[[A]], %{{.*}}, %{{.*}})
// CHECK-DAG: tensor.splat
// CHECK-DAG: llm.broadcast
// CHECK: llm.yield
// CHECK-NOT: tensor.splat
// CHECK: return
func.func @spread(%x: tensor<?x32xf32>, %w: !w, %v: tensor<32xf32>) -> tensor<?x32xf32> {
  %c0 = arith.constant 0 : index
  %T = tensor.dim %x, %c0 : tensor<?x32xf32>
  %f = arith.constant 0.22 : f32
  %s = tensor.splat %f[%T] : tensor<?x32xf32>
  %b = llm.broadcast %v[%T] : tensor<32xf32> -> tensor<?x32xf32>
  %p = llm.linear %x, %w : (tensor<?x32xf32>, !w) -> tensor<?x32xf32>
  %m = arith.mulf %p, %s : tensor<?x32xf32>
  %n = llm.norm rms %m {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %t = arith.mulf %n, %s : tensor<?x32xf32>
  %u = arith.mulf %t, %b : tensor<?x32xf32>
  return %u : tensor<?x32xf32>
}

// A norm, the residual behind it and the next norm: one kernel of two results.
// CHECK-LABEL: func.func @norm_residual_norm.avx2(
// CHECK: llm.kernel "norm_addf_norm"(
// CHECK-NEXT: ^bb0
// CHECK: %[[S:.*]] = arith.addf
// CHECK: %[[N:.*]] = llm.norm rms %[[S]]
// CHECK: llm.yield %[[S]], %[[N]] :
// CHECK-NOT: llm.kernel
func.func @norm_residual_norm(%x: tensor<?x32xf32>, %y: tensor<?x32xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %n = llm.norm rms %y {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %s = arith.addf %x, %n : tensor<?x32xf32>
  %m = llm.norm rms %s {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  return %s, %m : tensor<?x32xf32>, tensor<?x32xf32>
}

// A kernel runs where its last op stood: what another op reads before that is a
// kernel of its own, here the first product.
// CHECK-LABEL: func.func @read_before.avx2(
// CHECK: %[[P:.*]] = llm.kernel "linear"(
// CHECK: %[[N:.*]] = llm.kernel "norm"(%[[P]])
// CHECK: llm.kernel "linear_mulf"(%[[N]], %{{.*}}, %[[P]])
func.func @read_before(%x: tensor<?x32xf32>, %w: !w) -> tensor<?x32xf32> {
  %p = llm.linear %x, %w : (tensor<?x32xf32>, !w) -> tensor<?x32xf32>
  %n = llm.norm rms %p {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %q = llm.linear %n, %w : (tensor<?x32xf32>, !w) -> tensor<?x32xf32>
  %m = arith.mulf %p, %q : tensor<?x32xf32>
  return %m : tensor<?x32xf32>
}

// A value that a product reads whole joins no kernel of that product, though an
// op behind it reads the value too.
// CHECK-LABEL: func.func @read_whole_and_behind.avx2(
// CHECK: %[[A:.*]] = llm.kernel "tanh"(
// CHECK: llm.kernel "linear_addf"(%[[A]],
func.func @read_whole_and_behind(%x: tensor<?x32xf32>, %w: !w) -> tensor<?x32xf32> {
  %a = llm.act tanh %x : tensor<?x32xf32>
  %p = llm.linear %a, %w : (tensor<?x32xf32>, !w) -> tensor<?x32xf32>
  %s = arith.addf %p, %a : tensor<?x32xf32>
  return %s : tensor<?x32xf32>
}

// -----

// What nobody reads becomes no kernel.
// CHECK-LABEL: func.func @dead.avx2(
// CHECK-NOT: llm.kernel
// CHECK: return
func.func @dead(%x: tensor<?x32xf32>, %w: !llm.packed<32x32, #llm.q8_0, #llm.panels>) {
  %p = llm.linear %x, %w : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q8_0, #llm.panels>) -> tensor<?x32xf32>
  %a = llm.act relu %p : tensor<?x32xf32>
  %n = llm.norm rms %a {eps = 1.0e-5 : f64} : (tensor<?x32xf32>) -> tensor<?x32xf32>
  return
}

// -----

!e = !llm.packed<8x32x32, #llm.float<f32>, #llm.panels>

// Gate and up of the chosen experts meet in one kernel; down reads whole rows; the
// residual rides behind the sum.
// CHECK-LABEL: func.func @experts.avx2(
// CHECK: %[[R:.*]]:2 = llm.kernel "route"(
// CHECK: %[[G:.*]] = llm.kernel "expert_linear_expert_linear_silu_mulf"(%{{.*}}, %[[R]]#0, {{.*}} schedule <rows = 1, strips = 2, lanes = 8, panels = 1>
// CHECK: %[[D:.*]] = llm.kernel "expert_linear"(%[[G]], %[[R]]#0,
// CHECK: llm.kernel "combine_addf"(%[[D]], %[[R]]#1,
// CHECK-NOT: llm.kernel
func.func @experts(%x: tensor<?x32xf32>, %l: tensor<?x8xf32>, %g: !e, %u: !e, %d: !e) -> tensor<?x32xf32> {
  %i, %w = llm.route %l {k = 2 : i64} : (tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
  %gate = llm.expert_linear %x, %i, %g : (tensor<?x32xf32>, tensor<?x2xi32>, !e) -> tensor<?x2x32xf32>
  %up = llm.expert_linear %x, %i, %u : (tensor<?x32xf32>, tensor<?x2xi32>, !e) -> tensor<?x2x32xf32>
  %act = llm.act silu %gate : tensor<?x2x32xf32>
  %h = arith.mulf %act, %up : tensor<?x2x32xf32>
  %down = llm.expert_linear %h, %i, %d : (tensor<?x2x32xf32>, tensor<?x2xi32>, !e) -> tensor<?x2x32xf32>
  %y = llm.combine %down, %w : (tensor<?x2x32xf32>, tensor<?x2xf32>) -> tensor<?x32xf32>
  %s = arith.addf %x, %y : tensor<?x32xf32>
  return %s : tensor<?x32xf32>
}

// -----

!own = !llm.packed<4x32x32, #llm.float<f32>, #llm.panels>
!one = !llm.packed<32x32, #llm.float<f32>, #llm.panels>

// A product with a matrix per head and one with a matrix for all have loops of
// their own.
// CHECK-LABEL: func.func @heads.avx2(
// CHECK: %[[A:.*]] = llm.kernel "linear"(
// CHECK: llm.kernel "linear_mulf"(
func.func @heads(%x: tensor<?x4x32xf32>, %a: !own, %b: !one) -> tensor<?x4x32xf32> {
  %p = llm.linear %x, %a : (tensor<?x4x32xf32>, !own) -> tensor<?x4x32xf32>
  %q = llm.linear %x, %b : (tensor<?x4x32xf32>, !one) -> tensor<?x4x32xf32>
  %y = arith.mulf %p, %q : tensor<?x4x32xf32>
  return %y : tensor<?x4x32xf32>
}

// RUN: not llmc-opt %s --llm-clone-targets=isas=avx2 --llm-form-kernels --split-input-file 2>&1 | FileCheck %s
// Forms of ops that are verified and interpreted but not compiled are named.

// CHECK: error: no lowering yet for this form of 'llm.expert_linear'
func.func @expert_linear(%x: tensor<?x32xf32>, %i: tensor<?x2xi32>, %w: tensor<8x16x32xf32>) -> tensor<?x2x16xf32> {
  %u = llm.expert_linear %x, %i, %w : (tensor<?x32xf32>, tensor<?x2xi32>, tensor<8x16x32xf32>) -> tensor<?x2x16xf32>
  return %u : tensor<?x2x16xf32>
}

// -----

// CHECK: error: no lowering yet for this form of 'llm.attention': relative positions
func.func @relative(%q: tensor<?x4x8xf32>, %kv: !llm.kv<1x2x8x8, f32>, %l: index, %r: tensor<8x4xf32>, %b: !llm.batch) -> tensor<?x4x8xf32> {
  %a = llm.attention %q cache(%kv[%l]) rel(%r) batch(%b) {scale = 1.0 : f64} : (tensor<?x4x8xf32>, !llm.kv<1x2x8x8, f32>, index, tensor<8x4xf32>, !llm.batch) -> tensor<?x4x8xf32>
  return %a : tensor<?x4x8xf32>
}

// -----

// CHECK: error: no lowering yet for this form of 'llm.attention'
func.func @fixed_keys(%q: tensor<?x4x8xf32>, %k: tensor<5x2x8xf32>, %v: tensor<5x2x8xf32>, %b: !llm.batch) -> tensor<?x4x8xf32> {
  %a = llm.attention %q key(%k) value(%v) batch(%b) {scale = 1.0 : f64} : (tensor<?x4x8xf32>, tensor<5x2x8xf32>, tensor<5x2x8xf32>, !llm.batch) -> tensor<?x4x8xf32>
  return %a : tensor<?x4x8xf32>
}

// -----

// Rows are computed in f32.
// CHECK: error: no lowering yet for this form of 'llm.norm'
func.func @half_rows(%x: tensor<?x8xf16>) -> tensor<?x8xf16> {
  %n = llm.norm rms %x {eps = 1.0e-5 : f64} : (tensor<?x8xf16>) -> tensor<?x8xf16>
  return %n : tensor<?x8xf16>
}

// -----

// CHECK: error: no lowering yet for this form of 'arith.addi'
func.func @integers(%x: tensor<?x8xi32>) -> tensor<?x8xi32> {
  %y = arith.addi %x, %x : tensor<?x8xi32>
  return %y : tensor<?x8xi32>
}

// -----

// A matrix that is no parameter has no panels.
// CHECK: error: no lowering yet for this form of 'llm.linear'
func.func @weight_without_panels(%x: tensor<?x8xf32>, %w: tensor<8x8xf32>) -> tensor<?x8xf32> {
  %y = llm.linear %x, %w : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Groups of 16 activations do not meet groups of 32 weights.
// CHECK: error: no lowering yet for this form of 'llm.linear'
func.func @groups(%x: !llm.packed<?x32, #llm.int8_act<16>>, %w: !llm.packed<16x32, #llm.q8_0, #llm.panels>) -> tensor<?x16xf32> {
  %y = llm.linear %x, %w : (!llm.packed<?x32, #llm.int8_act<16>>, !llm.packed<16x32, #llm.q8_0, #llm.panels>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// -----

// CHECK: error: no lowering yet for this form of 'llm.linear'
func.func @int8_rows_of_floats(%x: !llm.packed<?x32, #llm.int8_act>, %w: !llm.packed<16x32, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32> {
  %y = llm.linear %x, %w : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<16x32, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// -----

// CHECK: error: no lowering yet for this form of 'arith.addf': its rows are not those of the batch
func.func @fixed_rows(%a: tensor<40x32xf32>, %b: tensor<40x32xf32>) -> tensor<40x32xf32> {
  %s = arith.addf %a, %b : tensor<40x32xf32>
  return %s : tensor<40x32xf32>
}

// -----

// CHECK: error: no lowering yet for this form of 'tensor.extract_slice': it takes some of the rows
func.func @some_rows(%x: tensor<?x8xf32>, %n: index) -> tensor<?x4xf32> {
  %y = tensor.extract_slice %x[0, 2] [%n, 4] [1, 1] : tensor<?x8xf32> to tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// CHECK: error: no lowering yet for this form of 'tensor.extract_slice': columns are chosen at run time
func.func @columns_at_run_time(%x: tensor<?x8xf32>, %n: index) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %T = tensor.dim %x, %c0 : tensor<?x8xf32>
  %y = tensor.extract_slice %x[0, %n] [%T, 4] [1, 1] : tensor<?x8xf32> to tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// CHECK: error: no lowering yet for this form of 'tensor.concat': rows are not joined
func.func @joined_rows(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = tensor.concat dim(0) %x, %x : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

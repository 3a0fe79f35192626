// RUN: llmc-opt %s --split-input-file --verify-diagnostics --llm-form-products | FileCheck %s

// A product is a kernel with a schedule; what stands around it stays.
// CHECK-LABEL: func.func @main.avx2
// CHECK: %[[X:.*]] = linalg.generic
// CHECK: llm.kernel "linear"(%[[X]], %{{.*}}, %{{.*}}) schedule <{{.*}}> : (tensor<?x32xf32>, !llm.packed<16x32, #llm.float<f32>, #llm.panels>, tensor<16xf32>) -> tensor<?x16xf32>
// CHECK: llm.linear
// CHECK: llm.yield
llm.weight @w : !llm.packed<16x32, #llm.float<f32>, #llm.panels> source "w"
llm.weight @b : tensor<16xf32> source "b"
func.func @main.avx2(%x: tensor<?x32xf32>) -> tensor<?x16xf32> attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %w = llm.param @w : !llm.packed<16x32, #llm.float<f32>, #llm.panels>
  %b = llm.param @b : tensor<16xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x32xf32>) outs(%x : tensor<?x32xf32>) {
  ^bb0(%p: f32, %o: f32):
    %q = math.exp %p : f32
    linalg.yield %q : f32
  } -> tensor<?x32xf32>
  %y = llm.linear %t, %w bias(%b) : (tensor<?x32xf32>, !llm.packed<16x32, #llm.float<f32>, #llm.panels>, tensor<16xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// -----

func.func @main.avx2(%x: tensor<?x32xf32>, %w: tensor<16x32xf32>) -> tensor<?x16xf32> attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  // expected-error @below {{no lowering yet for this form of 'llm.linear': its weight is no parameter in a layout}}
  %y = llm.linear %x, %w : (tensor<?x32xf32>, tensor<16x32xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// -----

// expected-error @below {{llm-form-products: needs a target: run llm-clone-targets first}}
func.func @main(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  return %x : tensor<?x32xf32>
}

// -----

// With 32 registers a tile of floats is eight rows by two panels; the odd panel out gets one.
// CHECK-LABEL: func.func @"main.avx512-vnni"
// CHECK: llm.kernel "linear"({{.*}}) schedule <rows = 8, strips = 2, lanes = 16, panels = 2>
// CHECK: llm.kernel "linear"({{.*}}) schedule <rows = 8, strips = 1, lanes = 16, panels = 1>
llm.weight @w : !llm.packed<32x32, #llm.float<f32>, #llm.panels> source "w"
llm.weight @v : !llm.packed<16x32, #llm.float<f32>, #llm.panels> source "v"
func.func @"main.avx512-vnni"(%x: tensor<?x32xf32>) -> tensor<?x16xf32> attributes {llm.target = #llm.target<"avx512-vnni", registers = 32, lanes = 16>} {
  %w = llm.param @w : !llm.packed<32x32, #llm.float<f32>, #llm.panels>
  %v = llm.param @v : !llm.packed<16x32, #llm.float<f32>, #llm.panels>
  %y = llm.linear %x, %w : (tensor<?x32xf32>, !llm.packed<32x32, #llm.float<f32>, #llm.panels>) -> tensor<?x32xf32>
  %z = llm.linear %y, %v : (tensor<?x32xf32>, !llm.packed<16x32, #llm.float<f32>, #llm.panels>) -> tensor<?x16xf32>
  return %z : tensor<?x16xf32>
}

// -----

// What makes integers of rows is a kernel, too; several products read what it made.
// CHECK-LABEL: func.func @main.avx2
// CHECK: %[[Q:.*]] = llm.kernel "quantize_act"(%{{.*}}) : (tensor<?x32xf32>) -> !llm.packed<?x32, #llm.int8_act>
// CHECK: llm.kernel "linear"(%[[Q]], %{{.*}}) schedule <{{.*}}> : (!llm.packed<?x32, #llm.int8_act>
// CHECK: llm.kernel "linear"(%[[Q]], %{{.*}}) schedule <{{.*}}> : (!llm.packed<?x32, #llm.int8_act>
llm.weight @w : !llm.packed<16x32, #llm.q8_0, #llm.panels> source "w"
llm.weight @v : !llm.packed<16x32, #llm.q8_0, #llm.panels> source "v"
func.func @main.avx2(%x: tensor<?x32xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %w = llm.param @w : !llm.packed<16x32, #llm.q8_0, #llm.panels>
  %v = llm.param @v : !llm.packed<16x32, #llm.q8_0, #llm.panels>
  %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
  %y = llm.linear %q, %w : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<16x32, #llm.q8_0, #llm.panels>) -> tensor<?x16xf32>
  %z = llm.linear %q, %v : (!llm.packed<?x32, #llm.int8_act>, !llm.packed<16x32, #llm.q8_0, #llm.panels>) -> tensor<?x16xf32>
  return %y, %z : tensor<?x16xf32>, tensor<?x16xf32>
}

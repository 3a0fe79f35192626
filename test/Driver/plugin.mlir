// RUN: llmc-opt %s --load-dialect-plugin=%plugin --load-pass-plugin=%plugin --pass-pipeline="builtin.module(test-count-products)" | FileCheck %s
// RUN: not llmc-opt %s --pass-pipeline="builtin.module(test-count-products)" 2>&1 | FileCheck %s --check-prefix=ALONE

// A pass of a shared library sees the dialect of llmc-opt as its own passes do.
// CHECK: module attributes {llmc_test.floats = 1 : i64, llmc_test.grids = 2 : i64}
// ALONE: 'test-count-products' does not refer to a registered pass or pass pipeline
func.func @products(%x: tensor<?x32xf32>, %w: !llm.packed<32x32, #llm.q8_0>, %f: tensor<32x32xf32>) -> tensor<?x32xf32> {
  %a = llm.linear %x, %w : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q8_0>) -> tensor<?x32xf32>
  %b = llm.linear %a, %w : (tensor<?x32xf32>, !llm.packed<32x32, #llm.q8_0>) -> tensor<?x32xf32>
  %c = llm.linear %b, %f : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  return %c : tensor<?x32xf32>
}

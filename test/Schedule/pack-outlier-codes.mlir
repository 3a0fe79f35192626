// RUN: llmc-opt %s --llm-pack-weights | FileCheck %s
// RUN: llmc-opt %s --llm-pack-weights --llm-form-kernels | FileCheck %s --check-prefix=KERNEL

#binary = #llm.grid<bits = 1, group = 64, scale = f16, values = [-1, 1]>
#codes = #llm.sparse_codes<block = 192, entries = 19, scale = f16>

// Outliers of a byte lie in panels as codes do: of 16 rows and a block a scale, and an entry of each row after the other.
// CHECK: llm.weight @w : !llm.packed<32x576, {{.*}}, #llm.panels>
// CHECK: llm.weight @w.outliers : !llm.packed<32x576, #llm.sparse_codes<block = 192, entries = 19, scale = f16>, #llm.panels>
llm.weight @w : !llm.packed<32x576, #binary> source "w" recipe [#llm.outliers<part = "rest", entries = 19, round = <grid = <bits = 1, group = 64, scale = f16, values = [-1, 1]>, method = "rtn", search = true>, by = "magnitude", block = 192>, #llm.round<grid = <bits = 1, group = 64, scale = f16, values = [-1, 1]>, method = "rtn", search = true>]
llm.weight @w.outliers : !llm.packed<32x576, #codes> source "w" recipe [#llm.outliers<part = "kept", entries = 19, round = <grid = <bits = 1, group = 64, scale = f16, values = [-1, 1]>, method = "rtn", search = true>, by = "magnitude", block = 192>]

// Both products of the same rows and their sum are one kernel.
// KERNEL: llm.kernel "linear_linear_addf"
func.func @step(%x: tensor<?x576xf32>) -> tensor<?x32xf32> attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %w = llm.param @w : !llm.packed<32x576, #binary>
  %q = llm.linear %x, %w : (tensor<?x576xf32>, !llm.packed<32x576, #binary>) -> tensor<?x32xf32>
  %o = llm.param @w.outliers : !llm.packed<32x576, #codes>
  %s = llm.linear %x, %o : (tensor<?x576xf32>, !llm.packed<32x576, #codes>) -> tensor<?x32xf32>
  %y = arith.addf %q, %s : tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// RUN: llmc-opt %s --split-input-file --llm-pack-weights=isas=avx512-vnni,avx2 | FileCheck %s
// RUN: llmc-opt %s --split-input-file --llm-pack-weights=isas=avx512-vnni,avx2 --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-pack-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAID
// RUN: llmc-opt %s --split-input-file '--llm-pack-weights=zeros=smaller isas=avx2' | FileCheck %s --check-prefix=SMALLER
// RUN: llmc-opt %s --split-input-file --llm-pack-weights=zeros=never | FileCheck %s --check-prefix=NEVER
// RUN: llmc-opt %s --split-input-file --llm-pack-weights=zeros=never --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-pack-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=ASKED
// Of devices there are no figures: bytes decide.
// RUN: llmc-opt %s --split-input-file --llm-pack-weights=isas=sm_80 | FileCheck %s --check-prefix=SMALLER
// RUN: llmc-opt %s --split-input-file --llm-pack-weights=isas=sm_80 --remark-policy=all --remark-format=emitRemark --remarks-filter=llm-pack-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=DEVICE
// DEVICE: without its zeros, 31.1 bits instead of 32.0
// DEVICE-NOT: of the time

// Weights that lie in caches: only instructions count, and a gather for each number takes more.
// CHECK-LABEL: llm.weight @cached
// CHECK-SAME: #llm.float<f32>, #llm.panels>
// SAID: declined {{.*}}its zeros are stored: without them generated rows take {{[1-9][0-9]*\.[0-9][0-9]}} of the time on {{avx512-vnni|avx2}} (--skip-zeros=smaller skips them)
// SMALLER-LABEL: llm.weight @cached
// SMALLER-SAME: #llm.sparse<cols = 128, entries = 83, type = f32>
// NEVER-LABEL: llm.weight @cached
// NEVER-SAME: #llm.float<f32>, #llm.panels>
// ASKED: declined {{.*}}its zeros are stored: --skip-zeros=never
llm.weight @cached : tensor<16x128xf32> source "a" recipe [#llm.prune<method = "wanda", share = 3.5e-01 : f64, stats = "a">]
func.func @step(%x: tensor<?x128xf32>) -> tensor<?x16xf32> {
  %w = llm.param @cached : tensor<16x128xf32>
  %y = llm.linear %x, %w : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// -----

// Weights that are read from memory: bytes count as well.
// CHECK-LABEL: llm.weight @large
// CHECK-SAME: #llm.sparse<cols = 4096, entries = 410, type = f32>
// SAID: applied {{.*}}without its zeros, 4.8 bits instead of 32.0; generated rows take 0.{{[0-9][0-9]}} of the time on {{avx512-vnni|avx2}}
llm.weight @large : tensor<4096x4096xf32> source "a" recipe [#llm.prune<method = "wanda", share = 9.0e-01 : f64, stats = "a">]
func.func @step(%x: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
  %w = llm.param @large : tensor<4096x4096xf32>
  %y = llm.linear %x, %w : (tensor<?x4096xf32>, tensor<4096x4096xf32>) -> tensor<?x4096xf32>
  return %y : tensor<?x4096xf32>
}

// -----

// A function has no generated rows: those of prompts count, which gather anew for each.
// CHECK-LABEL: llm.weight @function
// CHECK-SAME: #llm.float<f32>, #llm.panels>
// SAID: declined {{.*}}its zeros are stored: without them rows take {{[1-9][0-9]*\.[0-9][0-9]}} of the time
llm.weight @function : tensor<4096x4096xf32> source "a" recipe [#llm.prune<method = "wanda", share = 5.0e-01 : f64, stats = "a">]
func.func @main(%x: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
  %w = llm.param @function : tensor<4096x4096xf32>
  %y = llm.linear %x, %w : (tensor<?x4096xf32>, tensor<4096x4096xf32>) -> tensor<?x4096xf32>
  return %y : tensor<?x4096xf32>
}

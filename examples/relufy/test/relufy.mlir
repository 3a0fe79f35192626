// RUN: llmc-opt %s --load-pass-plugin=%plugin --pass-pipeline="builtin.module(relufy)" --remarks-filter=relufy 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=SAYS < %t

// SAYS-DAG: SiLU becomes ReLU
// SAYS-DAG: tanh is no SiLU

// CHECK-LABEL: func.func @gate(
// CHECK: llm.act relu
// CHECK: llm.act tanh
func.func @gate(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %a = llm.act silu %x : tensor<?x32xf32>
  %b = llm.act tanh %a : tensor<?x32xf32>
  return %b : tensor<?x32xf32>
}

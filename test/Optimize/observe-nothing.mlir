// RUN: not llmc-opt %s --llm-observe-norms 2>&1 | FileCheck %s
// RUN: not llmc-opt %s --llm-observe-linears 2>&1 | FileCheck %s

// CHECK: error: there is no @step whose rows could be observed: only models that complete text are
func.func @main(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  return %x : tensor<?x64xf32>
}

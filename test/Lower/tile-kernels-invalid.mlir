// RUN: not llmc-opt %s --split-input-file --llm-tile-kernels 2>&1 | FileCheck %s

// CHECK: error: llm-tile-kernels: needs @step and llm.plan: run llm-plan-memory first
module {
func.func @step(%batch: !llm.batch) {
  return
}
}

// -----

// CHECK: error: llm-tile-kernels: needs @step and llm.plan: run llm-plan-memory first
module attributes {llm.plan = {kv_bytes_per_page = 0 : i64}} {
func.func @other(%batch: !llm.batch) {
  return
}
}

// -----

// Between kernels stand constants, slots, parameters, reshapes and loops only.
// CHECK: error: no lowering yet for 'arith.subi'
module attributes {llm.plan = {kv_bytes_per_page = 0 : i64}} {
func.func @step(%batch: !llm.batch) {
  %c2 = arith.constant 2 : index
  %c0 = arith.subi %c2, %c2 : index
  return
}
}

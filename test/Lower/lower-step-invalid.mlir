// RUN: not llmc-opt %s --split-input-file --llm-lower-step 2>&1 | FileCheck %s

// CHECK: error: llm-lower-step: needs functions with a target and llm.plan: run llm-clone-targets and llm-plan-memory first
module {
func.func @step(%batch: !llm.batch) {
  return
}
}

// -----

// CHECK: error: llm-lower-step: needs functions with a target and llm.plan: run llm-clone-targets and llm-plan-memory first
module attributes {llm.plan = {kv_bytes_per_page = 0 : i64}} {
func.func @other(%batch: !llm.batch) {
  return
}
}

// -----

// Between kernels stand constants, slots, parameters, reshapes and loops only.
// CHECK: error: no lowering yet for 'arith.subi'
module attributes {llm.plan = {kv_bytes_per_page = 0 : i64}} {
func.func @step(%batch: !llm.batch) attributes {llm.target = #llm.target<"avx2", registers = 16, lanes = 8>} {
  %c2 = arith.constant 2 : index
  %c0 = arith.subi %c2, %c2 : index
  return
}
}

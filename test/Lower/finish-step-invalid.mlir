// RUN: not llmc-opt %s --split-input-file --llm-finish-step 2>&1 | FileCheck %s

// A number that is missing is an error and never 0.
// CHECK: error: the module has no memory plan 'llm.plan': run llm-plan-memory first
module attributes {llm.model = {context_length = 64 : i64}} {
}

// -----

// CHECK: error: @step returns no result named "logits"
module attributes {llm.model = {context_length = 64 : i64}, llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0, results = [<"hidden", tensor<?x8xf32>, rows = batch>]>} {
}

// -----

// CHECK: error: the module attribute 'llm.model' has no integer 'context_length'
module attributes {llm.model = {name = "x"}, llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0, results = [<"logits", tensor<?x8xf32>, rows = asked>]>} {
}

// -----

// CHECK: error: no function @step of a known instruction set: run llm-lower-step first
module attributes {llm.model = {context_length = 64 : i64}, llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0, results = [<"logits", tensor<?x8xf32>, rows = asked>]>} {
}

// RUN: llmc-opt %s -split-input-file | llmc-opt -split-input-file | FileCheck %s

// CHECK: module attributes {llm.plan = #llm.plan<arena = 128, scratch = 64, caches = [<page = 4096>, <page = 512, window = 64>], weights = 640, results = [<"logits", tensor<?x40xf32>, rows = asked>, <"hidden", tensor<?x8xf32>, rows = batch>]>}
module attributes {llm.plan = #llm.plan<arena = 128, scratch = 64, caches = [<page = 4096>, <page = 512, window = 64>], weights = 640, results = [<"logits", tensor<?x40xf32>, rows = asked>, <"hidden", tensor<?x8xf32>, rows = batch>]>} {
// CHECK: func.func private @step(!llm.batch) -> (tensor<?x40xf32> {llm.name = "logits"}, tensor<?x8xf32> {llm.name = "hidden"})
func.func private @step(!llm.batch) -> (tensor<?x40xf32> {llm.name = "logits"}, tensor<?x8xf32> {llm.name = "hidden"})
}

// -----

// CHECK: module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0>}
module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0>} {
}

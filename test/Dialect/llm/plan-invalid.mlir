// RUN: llmc-opt %s -verify-diagnostics -split-input-file
// One case per constraint of the memory plan and of the names of results.

// expected-error @below {{(C1) sizes are not negative, found -1}}
module attributes {llm.plan = #llm.plan<arena = 0, scratch = -1, weights = 0>} {
}

// -----

// expected-error @below {{(C2) results have different names, found "x" twice}}
module attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0, results = [<"x", tensor<?x1xf32>, rows = asked>, <"x", tensor<?x1xf32>, rows = batch>]>} {
}

// -----

// expected-error @below {{(C1) a result is rows of f32 or i32, found 'tensor<4x8xf32>'}}
func.func private @f() attributes {r = #llm.result<"x", tensor<4x8xf32>, rows = asked>}

// -----

// expected-error @below {{(C2) a result has a name, found ""}}
func.func private @f() attributes {r = #llm.result<"", tensor<?x4xf32>, rows = batch>}

// -----

// expected-error @below {{'llm.plan' is an attribute of modules}}
func.func private @f() attributes {llm.plan = #llm.plan<arena = 0, scratch = 0, weights = 0>}

// -----

// expected-error @below {{'llm.plan' is a #llm.plan<...>}}
module attributes {llm.plan = {arena = 0 : i64}} {
}

// -----

// expected-error @below {{'llm.name' of result 0 is a name, found 3}}
func.func private @f() -> (tensor<?x40xf32> {llm.name = 3 : i64})

// -----

// expected-error @below {{(C1) a page has bytes and a window is not negative, found 0 and 0}}
func.func private @f() attributes {c = #llm.cache<page = 0>}

// -----

// expected-error @below {{(C1) a page has bytes and a window is not negative, found 64 and -1}}
func.func private @f() attributes {c = #llm.cache<page = 64, window = -1>}

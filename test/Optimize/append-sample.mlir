// RUN: llmc-opt %s --split-input-file --llm-append-sample | FileCheck %s
// RUN: llmc-opt %s --split-input-file --llm-append-sample --remarks-filter="llm-append-sample" 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// Behind the step stands a function that chooses from its logits.
// CHECK: func.func private @step(
// CHECK: func.func @sample(%[[L:.*]]: tensor<?x40xf32> {llm.name = "logits"}, %[[B:.*]]: !llm.batch) -> (tensor<?xi32> {llm.name = "tokens"}) {
// CHECK-NEXT: %[[I:.*]] = llm.sample %[[L]] batch(%[[B]]) : tensor<?x40xf32> -> tensor<?xi32>
// CHECK-NEXT: return %[[I]]
// REMARK: @sample chooses from 40 logits
func.func private @step(%b: !llm.batch, %kv: !llm.kv<1x1x8x8, f32>) -> (tensor<?x40xf32>, !llm.kv<1x1x8x8, f32>)

// -----

// Of several results the logits are known by their name.
// CHECK: func.func @sample(%{{.*}}: tensor<?x40xf32>
// REMARK: @sample chooses from 40 logits
func.func private @step(%b: !llm.batch) -> (tensor<?x8xf32> {llm.name = "hidden"}, tensor<?x40xf32> {llm.name = "logits"})

// -----

// CHECK-NOT: @sample
// REMARK: the step returns no logits
func.func private @step(%b: !llm.batch) -> (tensor<?x8xf32> {llm.name = "hidden"})

// -----

// CHECK-NOT: @sample
// REMARK: logits are sampled as rows of f32
func.func private @step(%b: !llm.batch) -> tensor<?x8xf16>

// -----

// CHECK-NOT: @sample
// REMARK: sums over so large a vocabulary are not exact
func.func private @step(%b: !llm.batch) -> tensor<?x1048577xf32>

// -----

// A second run changes nothing.
// CHECK: func.func private @sample
// CHECK-NOT: llm.sample
// REMARK: the module has a @sample
func.func private @step(%b: !llm.batch) -> tensor<?x8xf32>
func.func private @sample(%l: tensor<?x8xf32>, %b: !llm.batch) -> tensor<?xi32>

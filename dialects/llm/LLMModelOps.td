//===- LLMModelOps.td - weights, batch projections, kernels -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LLM_MODEL_OPS
#define LLMC_LLM_MODEL_OPS

def LLM_WeightOp : LLM_Op<"weight", [Symbol]> {
  let summary = "a weight: its type and how it is made from the source";
  let description = [{
    Names a tensor without its bytes. `source` is the tensor's name in the model's
    files; `recipe` lists the steps from there to `type` (transpose, rows, stack, add,
    convert, blocks, dequantize, round, …); `value` holds a small constant instead of a source. `offset` is the
    place in the artifact's weight section, in bytes, once it is planned.
    (C1) exactly one of source and value. (C2) type is a tensor of numbers or packed in an
    encoding of weights, with static, positive dimensions. (C3) a value has the weight's type. (C4) all entries of a recipe are
    recipe steps, of a value's input_scale and scale. (C5) offset >= 0.
    ```mlir
    llm.weight @blk.0.attn_q.weight : !llm.packed<576x576, #llm.q4_1> source "blk.0.attn_q.weight"
    llm.weight @rope.inv : tensor<32xf32> value dense<1.0> : tensor<32xf32>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, OptionalAttr<StrAttr>:$source,
                       OptionalAttr<ArrayAttr>:$recipe, OptionalAttr<ElementsAttr>:$value,
                       OptionalAttr<LLM_Int>:$offset);
  let assemblyFormat = [{
    $sym_name `:` $type (`source` $source^)? (`recipe` $recipe^)? (`value` $value^)?
    (`at` $offset^)? attr-dict
  }];
  let hasVerifier = 1;
}

def LLM_WeightTableOp : LLM_Op<"weight_table", [Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "one weight per layer of a loop";
  let description = [{
    (C1) every entry names an `llm.weight` of type `type`. (C2) at least one entry.
    ```mlir
    llm.weight_table @layers.attn_q : !llm.packed<576x576, #llm.q4_1> [@blk.0.attn_q.weight, @blk.1.attn_q.weight]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, TypedArrayAttrBase<FlatSymbolRefAttr, "symbols">:$entries);
  let assemblyFormat = "$sym_name `:` $type $entries attr-dict";
}

def LLM_ParamOp : LLM_Op<"param", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "reads a weight, or the weight of a layer";
  let description = [{
    (C1) the symbol is an `llm.weight` without index, or an `llm.weight_table` with one.
    (C2) the result has the weight's type.
    ```mlir
    %w = llm.param @output_norm.weight : tensor<576xf32>
    %q = llm.param @layers.attn_q[%layer] : !llm.packed<576x576, #llm.q4_1>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$weight, Optional<Index>:$index);
  let results = (outs AnyTypeOf<[LLM_FloatTensor, LLM_IntegerTensor, LLM_PackedType]>:$result);
  let assemblyFormat = "$weight (`[` $index^ `]`)? attr-dict `:` type($result)";
}

class LLM_BatchProjection<string mnemonic, string what> : LLM_Op<mnemonic, [Pure]> {
  let summary = what;
  let description = [{
    One i32 per row.
    ```mlir
    %p = llm.}] # mnemonic # [{ %batch : tensor<?xi32>
    ```
  }];
  let arguments = (ins LLM_BatchType:$batch);
  let results = (outs LLM_IdTensor:$result);
  let assemblyFormat = "$batch attr-dict `:` type($result)";
}
def LLM_BatchTokensOp : LLM_BatchProjection<"batch_tokens", "the token of each row, [T]">;
def LLM_BatchPositionsOp : LLM_BatchProjection<"batch_positions", "the position of each row in its sequence, [T]">;
def LLM_BatchLogitRowsOp : LLM_BatchProjection<"batch_logit_rows", "the rows whose logits are asked, [L]">;

def LLM_KernelOp : LLM_Op<"kernel", [IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">,
                                     RecursiveMemoryEffects]> {
  let summary = "ops that run as one kernel";
  let description = [{
    Anchor ops (KernelAnchorOpInterface: embed, norm, linear, attention, ...) with
    the ops before and behind them that they take along, or elementwise ops alone.
    It is the unit of code deduplication, of memory planning and of barriers. `name`
    appears in symbols and in `--explain`; `arena` gives, per result, the byte
    offset per row capacity of its buffer once planned (-1: the result has none
    of its own: a cache, or what the step returns, which lies with the caller).
    `scratch` is what each worker needs to itself while it runs the kernel, in bytes.
    (C1) the region's arguments have the types of the inputs, its yield those of the results.
    (C2) arena has one offset per result. (C3) scratch >= 0.
    ```mlir
    %y = llm.kernel "norm"(%x, %w) : (tensor<?x576xf32>, tensor<576xf32>) -> tensor<?x576xf32> {
    ^bb0(%a: tensor<?x576xf32>, %b: tensor<576xf32>):
      %n = llm.norm rms %a weight(%b) {eps = 1.0e-5 : f64} : (tensor<?x576xf32>, tensor<576xf32>) -> tensor<?x576xf32>
      llm.yield %n : tensor<?x576xf32>
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Variadic<AnyType>:$inputs,
                       OptionalAttr<LLM_ScheduleAttr>:$schedule, OptionalAttr<DenseI64ArrayAttr>:$arena,
                       OptionalAttr<LLM_Int>:$scratch);
  let results = (outs Variadic<AnyType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $name `(` $inputs `)` (`schedule` $schedule^)? (`arena` $arena^)? (`scratch` $scratch^)? attr-dict `:`
    functional-type($inputs, $results) $body
  }];
  let hasVerifier = 1;
}

def LLM_YieldOp : LLM_Op<"yield", [Pure, Terminator, ReturnLike, ParentOneOf<["KernelOp"]>]> {
  let summary = "the results of a kernel";
  let arguments = (ins Variadic<AnyType>:$values);
  let builders = [OpBuilder<(ins), [{ }]>];
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif // LLMC_LLM_MODEL_OPS

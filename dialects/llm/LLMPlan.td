//===- LLMPlan.td - the memory plan of a compiled model ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `llm-plan-memory` decides and every later stage, the driver and the ABI
// read: typed, so that a number cannot be missing.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LLM_PLAN
#define LLMC_LLM_PLAN

include "LLMAttributes.td"

def LLM_ResultRows : LLM_Enum<"ResultRows", "result_rows", [
  I32EnumAttrCase<"Batch", 0, "batch">, I32EnumAttrCase<"Asked", 1, "asked">]>;

def LLM_ResultPlanAttr : LLM_Attr<"ResultPlan", "result"> {
  let summary = "one named result of a step";
  let description = [{
    The caller gives a step one buffer per result, row-major, of `type`'s elements.
    `rows = batch` has one row per row of the batch, `rows = asked` one per row whose
    logits are asked. Constraints: (C1) type is `tensor<?xCxT>` or `tensor<?xT>` with
    static C and T one of f32 and i32. (C2) the name is not empty.
    ```mlir
    #llm.result<"logits", tensor<?x49152xf32>, rows = asked>
    ```
  }];
  let parameters = (ins StringRefParameter<>:$name, "::mlir::RankedTensorType":$type,
                        EnumParameter<LLM_ResultRows>:$rows);
  let assemblyFormat = "`<` $name `,` $type `,` `rows` `=` $rows `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Elements of one row.
    int64_t getColumns() const { return getType().getRank() == 2 ? getType().getDimSize(1) : 1; }
  }];
}

def LLM_CachePlanAttr : LLM_Attr<"CachePlan", "cache"> {
  let summary = "one cache of a step";
  let description = [{
    `page`: bytes of one page of tokens over all layers and heads of the cache;
    `window = W`: its layers see the last W positions alone, 0 all of them.
    Constraints: (C1) page is positive, window is not negative.
    ```mlir
    #llm.cache<page = 983040, window = 512>
    ```
  }];
  let parameters = (ins "int64_t":$bytesPerPage, DefaultValuedParameter<"int64_t", "0">:$window);
  let assemblyFormat = "`<` `page` `=` $bytesPerPage (`,` `window` `=` $window^)? `>`";
  let genVerifyDecl = 1;
}

def LLM_PlanAttr : LLM_Attr<"Plan", "plan"> {
  let summary = "the memory that a step needs";
  let description = [{
    The module attribute `llm.plan`. `arena`: bytes of activations per row of capacity;
    `scratch`: bytes that each worker has to itself while a kernel runs; `weights`: bytes
    of the weight section. Caches stand in the order of the step's arguments, results in
    that of its function.
    Constraints: (C1) no size is negative. (C2) results have different names.
    ```mlir
    #llm.plan<arena = 2304, scratch = 0, caches = [<page = 983040>], weights = 84934656, results = [<"logits", tensor<?x49152xf32>, rows = asked>]>
    ```
  }];
  let parameters = (ins "int64_t":$arenaBytesPerRow,
                        "int64_t":$scratchBytesPerWorker, "int64_t":$weightBytes,
                        OptionalArrayRefParameter<"::mlir::llm::CachePlanAttr">:$caches,
                        OptionalArrayRefParameter<"::mlir::llm::ResultPlanAttr">:$results);
  let assemblyFormat = [{
    `<` `arena` `=` $arenaBytesPerRow `,`
    `scratch` `=` $scratchBytesPerWorker `,` (`caches` `=` `[` $caches^ `]` `,`)?
    `weights` `=` $weightBytes (`,` `results` `=` `[` $results^ `]`)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The name of the module attribute.
    static constexpr ::llvm::StringLiteral moduleAttrName = "llm.plan";
    /// The result of this name, or null.
    ::mlir::llm::ResultPlanAttr getResult(::llvm::StringRef name) const;
  }];
}

def LLM_CostAttr : LLM_Attr<"Cost", "cost"> {
  let summary = "what one call of a kernel reads and computes";
  let description = [{
    `weights` bytes, whatever it is called for; per row `row` bytes and `row_ops`
    multiplications and additions; per row and key that the row may see, at most
    `keys` of them (0: all), `key` bytes of the cache and `key_ops`. A kernel function
    carries it as `llm.cost`, for `app bench --profile`.
    ```mlir
    #llm.cost<weights = 207360, row = 4608, row_ops = 663552, key = 0, key_ops = 0, keys = 0, rows = batch>
    ```
  }];
  let parameters = (ins "int64_t":$weights, "int64_t":$row, "int64_t":$rowOps, "int64_t":$key,
                        "int64_t":$keyOps, "int64_t":$keys, EnumParameter<LLM_ResultRows>:$rows);
  let assemblyFormat = [{
    `<` `weights` `=` $weights `,` `row` `=` $row `,` `row_ops` `=` $rowOps `,` `key` `=` $key `,`
    `key_ops` `=` $keyOps `,` `keys` `=` $keys `,` `rows` `=` $rows `>`
  }];
}

#endif // LLMC_LLM_PLAN

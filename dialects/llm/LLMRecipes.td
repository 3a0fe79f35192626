//===- LLMRecipes.td - how weights are made of what files hold ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LLM_RECIPES
#define LLMC_LLM_RECIPES

include "LLMAttributes.td"

def LLM_TransposeStep : LLM_Attr<"TransposeStep", "transpose"> {
  let summary = "recipe step: the source is [in, out], or [experts, in, out]; swap its last two dimensions";
}
def LLM_RowsStep : LLM_Attr<"RowsStep", "rows"> {
  let summary = "recipe step: keep rows [begin, end), or such rows of every so many";
  let description = [{
    With `every`, the source's rows are groups of that many and `[begin, end)` of each group stays: of
    heads that hold query, key and value in turn, the queries. The rows of a source [X, N, K] are then those of all
    X matrices, one below the other; without `every` they are its X matrices.
  }];
  let parameters = (ins "int64_t":$begin, "int64_t":$end, DefaultValuedParameter<"int64_t", "0">:$every);
  let builders = [AttrBuilder<(ins "int64_t":$begin, "int64_t":$end), [{ return $_get($_ctxt, begin, end, 0); }]>];
  let assemblyFormat = "`<` $begin `,` $end (`,` `every` `=` $every^)? `>`";
  let genVerifyDecl = 1;
}
def LLM_ConvertStep : LLM_Attr<"ConvertStep", "convert"> {
  let summary = "recipe step: dequantise, then encode again";
  let parameters = (ins "::mlir::llm::EncodingAttrInterface":$encoding);
  let assemblyFormat = "`<` $encoding `>`";
}
def LLM_AddStep : LLM_Attr<"AddStep", "add"> {
  let summary = "recipe step: add a constant to every element (norm weights stored as w - 1)";
  let parameters = (ins "::mlir::FloatAttr":$value);
  let assemblyFormat = "`<` $value `>`";
}

def LLM_StackStep : LLM_Attr<"StackStep", "stack"> {
  let summary = "recipe step: the source is the first of several equal tensors; the others follow below it";
  let description = [{
    Leads to [1 + others, ...]: files keep the matrices of experts, or the norms of heads, each under a name of its own.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::StringAttr">:$others);
  let assemblyFormat = "`<` `[` $others `]` `>`";
}

def LLM_MatricesStep : LLM_Attr<"MatricesStep", "matrices"> {
  let summary = "recipe step: the source has the matrices of so many heads one below the other";
  let description = [{
    The source is [count * N, K] and becomes [count, N, K], the same bytes.
  }];
  let parameters = (ins "int64_t":$count);
  let assemblyFormat = "`<` $count `>`";
}

def LLM_BlocksStep : LLM_Attr<"BlocksStep", "blocks"> {
  let summary = "recipe step: the source has a grid's codes; its scales, and zeros, are tensors of their own";
  let description = [{
    The source is [N, G, bytes], or [N, G * bytes]: G groups of codes of each row, packed from the lowest bits on. `scales` names the
    tensor [N, G] (or [N * G]) of one float per group, `zeros` that of one zero per group: codes, packed likewise and
    padded to bytes per row, or floats. Leads to [N, G * group] in `grid`; with zeros its minimum is `-scale * zero`.
    With `matrices` the source has those of so many experts one below the other, and leads to [matrices, N, G * group].
    (ONNX Runtime: MatMulNBits, QMoE.)
  }];
  let parameters = (ins "::mlir::llm::GridAttr":$grid, "::mlir::StringAttr":$scales,
                        OptionalParameter<"::mlir::StringAttr">:$zeros,
                        DefaultValuedParameter<"int64_t", "0">:$matrices);
  let assemblyFormat = "`<` struct(params) `>`";
}

def LLM_DequantizeStep : LLM_Attr<"DequantizeStep", "dequantize"> {
  let summary = "recipe step: the source has integers; each times a scale, after a zero is taken off";
  let description = [{
    `value = (code - zero) * scale`. `scales` is a number for all, or names the tensor of one float per place of dim `axis`,
    or with `block` of one per so many places along it (the other dims are the source's); `zeros` likewise, with integers.
    Leads to floats of the source's shape. With `grid` it leads to a matrix [N, K] of the same codes in that, where a group has
    one scale: the source is [N, K], or [K, N] with `transposed`. (ONNX: DequantizeLinear.)
    ```mlir
    #llm.dequantize<scales = "w_scale", zeros = 3 : i64, axis = 1>
    ```
  }];
  let parameters = (ins "::mlir::Attribute":$scales, OptionalParameter<"::mlir::Attribute">:$zeros,
                        DefaultValuedParameter<"int64_t", "0">:$axis,
                        DefaultValuedParameter<"int64_t", "0">:$block,
                        OptionalParameter<"::mlir::llm::GridAttr">:$grid,
                        DefaultValuedParameter<"bool", "false">:$transposed);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_Equalize : LLM_Attr<"Equalize", "equalize"> {
  let summary = "factors for the columns of products with one input: an equivalent transform";
  let description = [{
    Factors s [K] for the columns of the `weights`, which have one input of K columns with statistics `stats`; the input is
    divided by s, for which what makes it is scaled. `method` finds them (`lib/Weights/Equalizing`): `awq` spares the columns
    which matter: s = rms(x)^a / geometric mean, where a of [0, 1] makes the error of the product least once W * diag(s) is
    rounded to `grid` (arXiv:2306.00978); `smooth` makes inputs easier to round: s = max|x|^alpha / max|W|^(1 - alpha)
    (arXiv:2211.10438); so do `lae`: s = max|x| / log2(2 + max|x|) (arXiv:2308.15987), and `osplus`, which shifts the columns before (arXiv:2304.09145). Where the input is the value of attention, `repeat` heads of `head` columns share one, and so their factors.
    ```mlir
    #llm.equalize<method = "awq", weights = [@gate, @up], stats = "gate", grid = <bits = 4, group = 64, scale = f16, zero = 8>>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$method, "::mlir::ArrayAttr":$weights, "::mlir::StringAttr":$stats,
                        OptionalParameter<"::mlir::llm::GridAttr">:$grid,
                        OptionalParameter<"::mlir::FloatAttr">:$alpha,
                        DefaultValuedParameter<"int64_t", "1">:$repeat,
                        DefaultValuedParameter<"int64_t", "0">:$head);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_ScaleStep : LLM_Attr<"ScaleStep", "scale"> {
  let summary = "recipe step: each column (or row, or number of a vector) is multiplied by a factor";
  let description = [{
    The factors are those of `by` (`#llm.equalize`), or the floats of the tensor that it names; with `inverse` it is
    divided by them. Leads to floats of the source's shape. Rounding steps that follow take statistics of an input whose columns were
    scaled the other way.
    ```mlir
    #llm.scale<by = "factors", rows = true, inverse = true>
    ```
  }];
  let parameters = (ins "::mlir::Attribute":$by, DefaultValuedParameter<"bool", "false">:$rows,
                        DefaultValuedParameter<"bool", "false">:$inverse);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_InputScaleStep : LLM_Attr<"InputScaleStep", "input_scale"> {
  let summary = "recipe step: times the scale of inputs that is the same for every row";
  let description = [{
    The source, single floats, times `max|x| / 127`: max|x| is the largest magnitude that the statistics know of the input of the product with
    the weight `of`, as that weight's recipe leaves its columns (some are gone, others are divided by factors).
    ```mlir
    #llm.input_scale<of = @blk.0.ffn_up.weight>
    ```
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$of);
  let assemblyFormat = "`<` struct(params) `>`";
}

def LLM_Selection : LLM_Attr<"Selection", "selection"> {
  let summary = "the units of a layer that stay: channels of its feed-forward part, or heads";
  let description = [{
    Of `of` units `keep` stay, in their order. A unit has as many rows of each of `makers` and columns of each of `readers`
    (weights by name, as they are before steps of this selection) as every other: a channel has a row of gate and up and a
    column of down; a head of keys has its rows of keys and values, and of the queries that read it, and the columns of the product
    behind. `method` scores them (`lib/Weights/Selecting`), and those of the largest scores stay: `magnitude` by the sum of squares of
    all weights of the unit (arXiv:2305.11627); `wanda` by the sum of |w| * |x| over the weights of the readers, with
    the norms |x| of their input that `stats` names (arXiv:2306.11695).
    ```mlir
    #llm.selection<method = "wanda", keep = 96, of = 128, makers = [@gate, @up], readers = [@down], stats = "down">
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$method, "int64_t":$keep, "int64_t":$of,
                        "::mlir::ArrayAttr":$makers, "::mlir::ArrayAttr":$readers,
                        OptionalParameter<"::mlir::StringAttr">:$stats);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_KeepStep : LLM_Attr<"KeepStep", "keep"> {
  let summary = "recipe step: the columns (or rows, or numbers of a vector) of units that stay";
  let description = [{
    The source's columns, or its rows with `rows`, are `of` runs of equal length, one of each unit; those that the selection
    `by` keeps stay, moved as they are stored: a unit's columns are whole blocks of the encoding. Steps that follow take the
    statistics of an input of these columns alone.
    ```mlir
    #llm.keep<by = <method = "magnitude", keep = 2, of = 3, makers = [@q, @k, @v], readers = [@o]>, rows = true>
    ```
  }];
  let parameters = (ins "::mlir::llm::SelectionAttr":$by, DefaultValuedParameter<"bool", "false">:$rows);
  let assemblyFormat = "`<` struct(params) `>`";
}

def LLM_PruneStep : LLM_Attr<"PruneStep", "prune"> {
  let summary = "recipe step: the weights that matter least become 0";
  let description = [{
    Leads to floats of the source's shape, a matrix, of which a `share` is 0; or, with `of`, all but `keep` of each `of` consecutive ones of a row. With `blockRows` or
    `blockCols` blocks of so many rows and columns become 0 or stay as a whole, and share and `of` count those of one row of blocks; a block is worth what its numbers are
    together. `method` says which matter least (`lib/Weights/Pruning`): `magnitude` the smallest; `wanda` those of the smallest |w| * |x| in their row, with the norms |x| of
    the input that `stats` names (arXiv:2306.11695); `sparsegpt` those that cost least once the columns to come make up for them, which they do (arXiv:2301.00774); with
    `+dsnot` zeros of a row then change places as long as that lowers the error (arXiv:2310.08915). Rounding steps that follow keep zeros.
    ```mlir
    #llm.prune<method = "wanda", keep = 2, of = 4, stats = "blk.0.attn_q.weight">
    #llm.prune<method = "wanda", share = 5.0e-01 : f64, stats = "blk.0.attn_q.weight", blockRows = 16>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$method,
                        OptionalParameter<"::mlir::FloatAttr">:$share,
                        DefaultValuedParameter<"int64_t", "0">:$keep,
                        DefaultValuedParameter<"int64_t", "0">:$of,
                        OptionalParameter<"::mlir::StringAttr">:$stats,
                        DefaultValuedParameter<"int64_t", "1">:$blockRows,
                        DefaultValuedParameter<"int64_t", "1">:$blockCols);
  let extraClassDeclaration = [{
    /// Whether several numbers go or stay together.
    bool hasBlocks() const { return getBlockRows() * getBlockCols() > 1; }
  }];
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_RoundStep : LLM_Attr<"RoundStep", "round"> {
  let summary = "recipe step: a quantiser chooses codes of a grid";
  let description = [{
    Leads to a matrix of the same shape in `grid`; with `sub` groups are fitted twice: for the float that a block of them
    shares, then each with an integer of that (arXiv:2310.04836). `method` names the quantiser
    (`lib/Weights/Rounding`): `rtn` takes the nearest codes; `gptq` goes through the columns and lets those to come
    make up for what rounding changed (arXiv:2210.17323). `span` consecutive elements, a multiple of the group,
    share one scale (a row of them: one scale per channel); 0 is the group, which it is with `sub`. With `search` scales minimise the squared
    error, else they span the values. `stats` names the statistics of the linear's input, which the errors of columns are
    weighted by; `gptq` needs them, adds `damp` times the mean of its diagonal to X^T X, and with `order` takes columns
    from the largest of that diagonal down.
    ```mlir
    #llm.round<grid = <bits = 4, group = 64, scale = f16, zero = 8>, method = "gptq", stats = "blk.0.attn_q.weight">
    ```
  }];
  let parameters = (ins "::mlir::llm::GridAttr":$grid, "::mlir::StringAttr":$method,
                        OptionalParameter<"::mlir::StringAttr">:$stats,
                        DefaultValuedParameter<"int64_t", "0">:$span,
                        DefaultValuedParameter<"bool", "false">:$search,
                        OptionalParameter<"::mlir::FloatAttr">:$damp,
                        DefaultValuedParameter<"bool", "false">:$order);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_LowRankStep : LLM_Attr<"LowRankStep", "low_rank"> {
  let summary = "recipe step: a factor of what rounding takes away from a matrix";
  let description = [{
    Of a matrix W [N, K], which `round` makes Q of: `part` is `left`, U [N, rank], or `right`, V [rank, K], with U V near
    W - Q, so that W x is near Q x + U (V x) (arXiv:2303.08302). The factors make the squared error of the matrix least, or that of the
    product where `round` names statistics of its input. With `iterations` Q is of W - U V, with the factors of the iteration
    before, as long as that lowers the error (arXiv:2310.08659); `part` `rest` leads to what is rounded then.
    ```mlir
    #llm.low_rank<part = "left", rank = 8, round = <grid = <bits = 4, group = 64, scale = f16, zero = 8>, method = "rtn">>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$part, "int64_t":$rank, "::mlir::llm::RoundStepAttr":$round,
                        DefaultValuedParameter<"int64_t", "1">:$iterations);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_FactorStep : LLM_Attr<"FactorStep", "factor"> {
  let summary = "recipe step: one of two factors that stand for a whole matrix";
  let description = [{
    Of a matrix W [N, K]: `part` is `left`, U [N, rank], or `right`, V [rank, K], with U V near W, so that W x is near U (V x).
    `method` says what columns U has (`lib/Weights/LowRank/Factoring.h`): `svd` the left singular vectors of W; `lord` the
    eigenvectors of W H W^T, `stats` naming the sums H = X^T X of the product's input (arXiv:2309.14021); `lplr` those of W S
    with a Gaussian S (arXiv:2310.11028). V makes the squared error least for the U that is there, which is what `round`
    made of it if that is given.
    ```mlir
    #llm.factor<part = "right", method = "lord", rank = 320, stats = "blk.0.attn_q.weight">
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$part, "::mlir::StringAttr":$method, "int64_t":$rank,
                        OptionalParameter<"::mlir::StringAttr">:$stats,
                        OptionalParameter<"::mlir::llm::RoundStepAttr">:$round);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def LLM_OutliersStep : LLM_Attr<"OutliersStep", "outliers"> {
  let summary = "recipe step: a matrix parts into few weights of each row and what is left";
  let description = [{
    Of each row `entries` weights are outliers: `part` is `kept`, where all others are 0, or `rest`, where they are 0
    themselves, so that W = kept + rest. Without `round` they are the largest (arXiv:2306.07629); with it `by` says which:
    `weight`, if nothing is said, those whose rounding to the nearest costs most, the squared error times the mean square of the column's input
    if `round` names statistics (after arXiv:2306.03078); `column` the same columns in every row, those whose weights cost most together
    (arXiv:2306.02272); `magnitude` the largest; `hessian` those of the largest w^2 / [H^-1]_jj^2 with H = X^T X of the
    statistics (arXiv:2310.00034). All but `magnitude` take `round`.

    With `block` it is `entries` of each `block` columns, and they are what codes leave of them instead of the weights themselves: codes
    of few values have none for 0. `rest` leads to the whole matrix W, and the round step behind it, which is `round`, leaves the outliers out:
    groups are fitted to the others, and there is no error that later columns make up for. `kept` is then 0 but for W - Q of the
    outliers, Q being what these codes stand for and W what they were when their columns came.
    ```mlir
    #llm.outliers<part = "rest", entries = 6, round = <grid = <bits = 3, group = 64, scale = f16, zero = 4>, method = "gptq", stats = "blk.0.attn_q.weight">>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$part, "int64_t":$entries,
                        OptionalParameter<"::mlir::llm::RoundStepAttr">:$round,
                        OptionalParameter<"::mlir::StringAttr">:$by,
                        DefaultValuedParameter<"int64_t", "0">:$block);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif // LLMC_LLM_RECIPES

//===- Passes.td - passes that choose types and share work ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_OPTIMIZE_PASSES
#define LLMC_OPTIMIZE_PASSES

include "mlir/Pass/PassBase.td"

def QuantizeActivations : Pass<"llm-quantize-activations", "::mlir::ModuleOp"> {
  let summary = "rows that linears multiply are rounded";
  let description = [{
    `llm.linear %x, %w` becomes `llm.linear (llm.quantize_act %x), %w`. The activations get one scale per group of the
    weight, of a row where it has none; readers of one value in one encoding share its quantisation. `to` says what they become:

    - `i8`: `#llm.int8_act`, where the weight is an integer grid.
    - `mixed`: the same, but linears whose result is kept (written to a cache, or returned), or
      whose rows come out of a nonlinearity, take `#llm.int8_act<32, fine>`: 15 bits per element
      instead of 8, for twice the integer products of the same loaded weights.
    - `i16`: these for all.
    - `i8-static`: `i8` with one scale for all rows, a weight `NAME.input_scale` that is made of the statistics of the input of
      NAME. `scales` says which: `clip=no`, of the largest magnitude; `clip=0.01`, `0.001` or `0.0001`, of that which so large a share of
      numbers at most is above; `clip=error`, of the least squared error; with `to=M` inputs with numbers above M are rounded by `i8`.
      Only llmc has the numbers for all but the first. Rows without statistics, those that logits are asked of, have scales of their own.
    - `i6`, `i4`, `e4m3`: `#llm.rounded_act`, before weights of any type but sparse rows: the products stay those of floats.

    Expects: llm ops on tensors. Leaves: the same, with packed linear inputs.
    Saves: dot products run on 8-bit integers, 4 products per lane and instruction.
  }];
  let options = [Option<"to", "to", "::llmc::RowRounding", "::llmc::RowRounding::i8",
                        "i8, mixed, i16, i8-static, i6, i4 or e4m3">,
                 Option<"scales", "scales", "std::string", "\"\"", "of i8-static: clip=CLIP, to=M, with a comma between">];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def NarrowPrompts : Pass<"llm-narrow-prompts", "::mlir::ModuleOp"> {
  let summary = "rows of prompts may be rounded to bf16";
  let description = [{
    Where a target multiplies bf16 faster than what rows are otherwise, prompts may take a
    route of their own: `llm.attention` becomes `narrow`, and `llm.quantize_act` with all
    its readers takes the batch and `bf16_prompts`. Prompts lose less to bf16 than to bytes
    with a scale per group. Rows of f32 that products read become `#llm.float_act`, but
    those that choose experts. Rows that logits are asked of stay: they are some of the batch.
    With `products=false` attention alone may, and rows of products are what they are everywhere.

    Expects: quantised activations. Leaves: the same, with a choice for the target.
    Saves: products of bf16 in tiles keep their sums over all of k, those of bytes leave
    after every group.
  }];
  let options = [Option<"products", "products", "bool", "true", "whether rows of products may be bf16 too">];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def ObserveLinears : Pass<"llm-observe-linears", "::mlir::ModuleOp"> {
  let summary = "inputs of products become results of the step";
  let description = [{
    Every tensor of rows that `llm.linear` multiplies with a weight becomes a result of
    `@step`, once, named `input of WEIGHT` after the first such weight: what `llmc
    calibrate` collects statistics of. Not the rows that logits are asked of, nor those of
    experts, which are some of the batch. Where the step has an attribute `llm.observe`, a list
    of weights, only inputs of products with these are results, and what nobody needs for them
    goes: layers behind them, and the logits, which become zeros.

    Expects: imported IR, layers unrolled. Leaves: the same with more results.
    Saves: nothing; it makes visible what quantisers weigh their errors with.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect", "::mlir::func::FuncDialect"];
}

def ObserveLayers : Pass<"llm-observe-layers", "::mlir::ModuleOp"> {
  let summary = "what layers are given becomes results of the step";
  let description = [{
    The rows [T, E] that each layer is given become results of `@step`, `input of layer N`, and what the last one
    leaves: by how little a layer turns them `--shrink=layers=N` chooses. A layer has one attention; between two of
    them one value alone is read later.

    Expects: imported IR, layers unrolled. Leaves: the same with more results.
    Saves: nothing; it makes visible which layers change little.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect", "::mlir::func::FuncDialect"];
}

def ObserveNorms : Pass<"llm-observe-norms", "::mlir::ModuleOp"> {
  let summary = "inputs of norms become results of the step";
  let description = [{
    Every tensor of rows [T, D] that `llm.norm` reads becomes a result of `@step`, once, named
    `input of WEIGHT` after the norm's weight: what layers hand on, of which `llmc eval
    --layers` says how far a build is from another. No method scales it. Not the rows that
    logits are asked of, nor heads, nor what norms without a weight read.

    Expects: imported IR, layers unrolled. Leaves: the same with more results.
    Saves: nothing; it makes visible where errors come from.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect", "::mlir::func::FuncDialect"];
}

def QuantizeWeights : Pass<"llm-quantize-weights", "::mlir::ModuleOp"> {
  let summary = "matrices get fewer bits";
  let description = [{
    Every matrix that products read becomes `!llm.packed` in an `#llm.grid`, and its recipe
    gains a `#llm.round` step, which chooses the codes when the weight is made. `spec` says
    how: `CHOICE{;PATTERN:CHOICE}`, where a choice is `keep`, or a preset (`w8`, `w4`,
    `w4-gptq`, `w4-kmeans`, `w3-kmeans`, `w4-awq`, `w3-gptq`, `w3-awq`, `w3-spqr`, `w3-owq`, `w1-pb`, `w2-quip`,
    `nf4`, `fp4`, `mxfp4`, `fp8`) and key=value pairs:

    | key | values | what it is |
    |---|---|---|
    | `method` | rtn, gptq, awq, awq+gptq, quantease, awq+quantease | who chooses codes; all but rtn need statistics of the inputs |
    | `bits` | 1 to 8 | of a code; those of 1 bit stand for -1 and 1 |
    | `group` | 16 to 256, channel, auto | columns that share a scale; auto: the largest of 128, 64, 32 that divides every width |
    | `zero` | sym, asym | codes around zero, or above a minimum per group |
    | `values` | uniform, nf4, fp4, iq4_nl, 16 integers with / between them (8 of 3 bits, 4 of 2) | what codes stand for |
    | | e4m3, e5m2 | codes of 8 bits are floats: `#llm.float_codes`, which a `#llm.convert` step makes |
    | `scale` | f16, bf16, f32, e8m0 | type of scales and minimums; e8m0: powers of two |
    | | i8, i6 | integers of so many bits, of an f16 that up to 256 columns share |
    | `scale-search` | yes, no | scales of least squared error, not those that span the values |
    | `damp` | 0 to 1 | gptq: share of the diagonal's mean that is added to it (0.01) |
    | `act-order` | yes, no | gptq: columns of the largest inputs first |
    | `rotate` | no, input, both | the matrix is turned by orthogonal ones before it is rounded: its columns, or rows as well |
    | `outliers` | 0 to 10, to 50 in 8 bits | percent of each row that have more bits beside the codes |
    | `outliers-by` | weight, column, magnitude, hessian | which do: of each row those that cost most (weight), the same columns in all, the largest, or those of the largest w^2 / [H^-1]_jj^2 |
    | `outliers-as` | f16, i8 | they are floats instead of the codes, or what codes leave of them in 8 bits: `#llm.sparse`, `#llm.sparse_codes` |
    | `rank` | a multiple of 8 up to 256, 0 | of two factors of what rounding takes away, in 8 bits |
    | `iterations` | 1 to 20 | times that what the factors leave is rounded again |

    With a rank, `linear(x)` with a weight Q becomes `linear(x) + U (V x)`, two more products whose weights have a
    `#llm.low_rank` step, where that is smaller than the codes and only products read the weight. With outliers it
    becomes `linear(x) + S x`, where S has an `#llm.outliers` step. With `rotate` `linear(x)` becomes `linear(llm.kron_rotate x)` with a
    weight that has a `#llm.kron_rotate` step, and with both sides `llm.kron_rotate` of that; `keep,rotate=` leaves such weights floats.
    With awq the columns whose inputs are large are scaled up first (`#llm.scale`), and what
    makes the input, a norm or another product, is scaled down (`#llm.equalize` finds the factors).
    Tables that rows are looked up in, and the product that gives logits, get 8 bits by
    rtn unless a pattern names them. Weights on a grid of as few bits stay; those of more
    are rounded again.

    Expects: imported IR (before quantised activations). Leaves: the same.
    Saves: 16/bits of the bytes of f16 weights that every token reads.
  }];
  let options = [Option<"spec", "spec", "std::string", "\"w4\"", "CHOICE{;PATTERN:CHOICE}">];
  let dependentDialects = ["::mlir::llm::LLMDialect", "::mlir::arith::ArithDialect"];
}

def ShrinkModel : Pass<"llm-shrink-model", "::mlir::ModuleOp"> {
  let summary = "layers lose channels and heads, or go as a whole";
  let description = [{
    What is left is a plain smaller model. `spec` says what goes: `KEY=VALUE{,KEY=VALUE}`.

    | key | values | what it is |
    |---|---|---|
    | `channels` | `20%`, or a number | of the feed-forward part of each layer: rows of gate and up, columns of down |
    | `heads` | a number, or `30%` | heads of keys and values of each layer, with the queries that read them: rows of q, k, v, columns of o |
    | `without` | `20/21` | layers, counted from 0 (`layers=2` has llmc choose them) |
    | `by` | wanda, magnitude | which units go; wanda, if nothing is said, needs statistics of the inputs |
    | `multiple` | 32 | the number of channels that are left is one of this |

    Weights that share units are found along the data flow. They get a `#llm.keep` step, and smaller types, and so does
    all between them; `#llm.selection` says who chooses when weights are made.

    Expects: imported IR, layers unrolled. Leaves: the same, smaller.
    Saves: the bytes and products of what goes, on every target.
  }];
  let options = [Option<"spec", "spec", "std::string", "\"channels=20%\"", "KEY=VALUE{,KEY=VALUE}">];
  let dependentDialects = ["::mlir::llm::LLMDialect", "::mlir::tensor::TensorDialect"];
}

def EqualizeInputs : Pass<"llm-equalize-inputs", "::mlir::ModuleOp"> {
  let summary = "large columns of inputs move into the weights";
  let description = [{
    Products with one input have the columns of their weights multiplied (`#llm.scale`), and what makes the
    input, a norm or another product, is divided: the same numbers, but inputs that are easier to round.
    `spec` says how: `smooth`, or `smooth,alpha=A` with A from 0 (nothing of the inputs' reach moves) to 1;
    0.5 if it does not say (arXiv:2211.10438); `lae`, by the logarithm of their reach (arXiv:2308.15987); `quip`, by the
    root of how long a column of the input is over one of the weights (arXiv:2307.13304); or `osplus`, which first shifts columns to lie around 0, and then makes those that reach further than a limit
    smaller (arXiv:2304.09145). A shift is a bias of the norm, or of the product that makes values of attention, and one more of each product that
    reads them; only llmc has the numbers. With `,from=A` and `,to=B` inputs whose largest magnitude is below A or above B stay.
    Needs statistics of the inputs.

    Expects: imported IR, weights of floats. Leaves: the same.
    Saves: nothing by itself; int8 activations lose less.
  }];
  let options = [Option<"spec", "spec", "std::string", "\"smooth\"", "smooth[,alpha=A], lae, osplus or quip, [,from=A][,to=B]">];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def SparsifyWeights : Pass<"llm-sparsify-weights", "::mlir::ModuleOp"> {
  let summary = "the weights that matter least become 0";
  let description = [{
    The recipe of every matrix that products read gains an `#llm.prune` step. `spec` says how:
    `CHOICE{;PATTERN:CHOICE}`, where a choice is `keep`, `PERCENT-METHOD` (`50-wanda`) or
    `KEPT:OF-METHOD` (`2:4-sparsegpt`), and a method is magnitude, wanda, sparsegpt, magnitude+dsnot
    or wanda+dsnot; all but the first need statistics of the inputs. With `,allocate=owl` or `trace` a percentage
    is that of all matrices, of which some lose more and some less; only llmc has the numbers for that. With
    `,block=RxC` (magnitude, wanda) blocks of so many rows and columns go, of each row of blocks as many.
    Tables that rows are looked up in, and the product that gives logits, are kept unless a pattern
    names them.

    Expects: imported IR, before weights are quantised. Leaves: the same.
    Saves: nothing itself: `llm-pack-weights` leaves out the zeros that kernels skip.
  }];
  let options = [Option<"spec", "spec", "std::string", "\"50-magnitude\"", "CHOICE{;PATTERN:CHOICE}">];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def FactorWeights : Pass<"llm-factor-weights", "::mlir::ModuleOp"> {
  let summary = "products with a matrix become products with two factors of it";
  let description = [{
    `llm.linear %x, @w` with W [N, K] becomes `llm.linear (llm.linear %x, @w), @w.basis`: `@w` is now
    V [rank, K], and a new weight U [N, rank], by `#llm.factor` steps of their recipes. The bias goes with U. `spec` says
    how: `CHOICE{;PATTERN:CHOICE}`, where a choice is `keep`, or a method and key=value pairs:

    | key | values | what it is |
    |---|---|---|
    | `method` | svd, lord, lplr | the least error of W, or (with statistics of the input) of the product; or a sketch |
    | `rank` | a multiple of 16 | of all matrices |
    | `ratio` | between 0 and 1 | of the matrix' numbers that are left (0.8): a multiple of 32 below, or 16 |

    Tables that rows are looked up in, and the product that gives logits, are kept unless a pattern
    names them; so are experts, what is on a grid already, and what factors would not be smaller than.

    Expects: imported IR, before weights are quantised. Leaves: the same.
    Saves: rank * (N + K) instead of N * K numbers that each token reads.
  }];
  let options = [Option<"spec", "spec", "std::string", "\"svd\"", "CHOICE{;PATTERN:CHOICE}">];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def ConvertKV : Pass<"llm-convert-kv", "::mlir::ModuleOp"> {
  let summary = "caches hold another element type";
  let description = [{
    Every `!llm.kv` changes its element type. Expects: tensors. Leaves: the same.
    Saves: f16 halves the bytes that decode attention reads, i8 nearly halves them again.
  }];
  let options = [Option<"to", "to", "::llmc::CacheType", "::llmc::CacheType::f16", "f32, f16, bf16 or i8">];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def ConvertWeights : Pass<"llm-convert-weights", "::mlir::ModuleOp"> {
  let summary = "matrices are stored in another float type";
  let description = [{
    Every matrix weight becomes a dense tensor of `to`; its recipe gains a convert step.
    Expects: imported IR (before quantised activations). Leaves: the same.
    Saves: nothing; it removes the weight encoding from a comparison.
  }];
  let options = [Option<"to", "to", "::llmc::FloatFormat", "::llmc::FloatFormat::f32", "f32, f16 or bf16">];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def ShareRotations : Pass<"llm-share-rotations", "::mlir::ModuleOp"> {
  let summary = "rope angles are computed once per step";
  let description = [{
    `llm.rope %x, %pos, %inv` becomes `llm.rotate %x, (llm.rotation %pos, %inv)`, and equal
    rotations are one. Expects: tensors. Leaves: no llm.rope.
    Saves: 2 x layers - 1 evaluations of R/2 cosines and sines per row.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def OutlineLayers : Pass<"llm-outline-layers", "::mlir::ModuleOp"> {
  let summary = "equal layers become a loop";
  let description = [{
    Every run of ops that repeats with equal types and data flow becomes an `scf.for`, the
    longest first: layers of several kinds become several loops, layers in turn one loop
    over the turns. Weights that differ between repetitions become `llm.weight_table`s,
    layer slots the induction variable (times a step, plus a first slot). A run of
    elementwise ops alone stays: it fuses into one kernel.

    Expects: unrolled layers, final types. Leaves: loops, or the IR as it was with a remark.
    Saves: code and compile time no longer grow with the number of layers.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect", "::mlir::scf::SCFDialect"];
}

def NoteRounding : Pass<"llm-note-rounding", "::mlir::ModuleOp"> {
  let summary = "what products round is written down";
  let description = [{
    The module attribute `llm.rounding` gets a line for each way in which products take
    their inputs: how many of one step do, and how far a number may be off. Two more say
    what rows of prompts lose on targets which take the choice of llm-narrow-prompts.

    Expects: a step whose inputs have their encodings. Leaves: the same with the attribute,
    which `app info` prints.
    Saves: nothing; a program says what it computes.
  }];
}

def AppendSample : Pass<"llm-append-sample", "::mlir::ModuleOp"> {
  let summary = "logits become tokens";
  let description = [{
    The module gains a function beside `@step`, which the runtime runs behind it or
    later, for as many rows as it wants:
    `func.func @sample(%logits: tensor<?xVxf32> {llm.name = "logits"}, %b: !llm.batch) ->
    (tensor<?xi32> {llm.name = "tokens"})`, one `llm.sample`.

    Expects: `@step`. Leaves: the same with `@sample`, or the IR as it was with a remark.
    Saves: milliseconds per token that the runtime would sort a vocabulary in.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect", "::mlir::func::FuncDialect"];
}

def FuseGenerics : Pass<"llm-fuse-generics", "::mlir::ModuleOp"> {
  let summary = "elementwise ops join what reads them";
  let description = [{
    A linalg.generic without sums joins the one that reads its result, where no element
    is computed twice: it has one reader, whose loops are as many as the element's
    dimensions. What only moves elements (a transpose, a broadcast, a change of type)
    joins every reader. Upstream's patterns; the choice is ours.

    Expects: linalg.generic on tensors. Leaves: fewer of them.
    Saves: a write and a read of every intermediate, and a barrier.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::affine::AffineDialect"];
}

def TurnFactors : Pass<"llm-turn-factors", "::mlir::ModuleOp"> {
  let summary = "products read factors whose columns are neighbours";
  let description = [{
    A factor of a linalg.generic with sums whose elements for neighbouring results lie
    apart (the keys of `q k^T`) is copied first, so that they are neighbours. Not where
    each of its elements is read once, as in a matrix times one vector: the copy would
    cost as much as the product.

    Expects: linalg.generic on tensors, fused: fusion takes copies back. Leaves: products
    whose lanes can be columns. Saves: the sum over the lanes of every element.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

#endif // LLMC_OPTIMIZE_PASSES

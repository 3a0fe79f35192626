//===- LLMTileOps.td - what a tiled kernel is made of -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tiling turns each llm.kernel into loops over these few ops; emitters spell
// them per instruction set. They work on memrefs and on vectors whose lanes are
// output rows.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LLM_TILE_OPS
#define LLMC_LLM_TILE_OPS

def LLM_F32Vector : VectorOfRankAndType<[1], [F32]>;

def LLM_TileDotOp : LLM_Op<"tile.dot", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>, AttrSizedOperandSegments]> {
  let summary = "rows x strips tile of a matrix product, one block of k";
  let description = [{
    `accs[r * strips + s][n] += sum_k x[row + r, k] * w[n0 + s * lanes + n, k]` over the k of
    `block`: those of an integer grid that share a float scale, or up to 32 of a float matrix.
    A strip is `lanes` consecutive output rows of a panel, one accumulator: a
    vector of `lanes` f32; the first strip begins at row `lane` of `panel`, that is n0. `x` is
    [T, K] f32, or the bytes [T, rowBytes] of quantised rows; `w` is the packed
    matrix as its layout draws it. On a device, where threads have one lane each, `thread`
    rows of the panel lie before the first strip as well. `prefetch` also fetches the same place of the
    panels that follow these, of several rows in the first of a batch.
    (C1) rows * strips accumulators of one type, at least one. (C2) lane is a multiple of their width.
  }];
  let arguments = (ins Variadic<LLM_F32Vector>:$accs, AnyMemRef:$x, Index:$row, AnyMemRef:$w,
                       Index:$panel, Index:$block, Optional<Index>:$thread, LLM_Int:$rows, LLM_Int:$strips,
                       DefaultValuedAttr<LLM_Int, "0">:$lane, TypeAttrOf<LLM_PackedType>:$weightType,
                       OptionalAttr<TypeAttrOf<LLM_PackedType>>:$inputType, UnitAttr:$prefetch);
  let results = (outs Variadic<LLM_F32Vector>:$results);
  let assemblyFormat = [{
    `(` $accs `)` `x` `(` $x `[` $row `]` `)` `w` `(` $w `[` $panel `]` `)` `block` `(` $block `)`
    (`thread` `(` $thread^ `)`)? attr-dict `:`
    `(` type($accs) `)` `,` type($x) `,` type($w) `->` type($results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Output rows of one strip.
    int64_t getLanes() { return ::llvm::cast<VectorType>(getAccs()[0].getType()).getDimSize(0); }
  }];
}

def LLM_BarrierOp : LLM_Op<"barrier", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "all workers of the step meet";
  let description = [{ No worker passes before all have arrived; writes before it are seen after it. }];
  let assemblyFormat = "attr-dict";
}

def LLM_EnterOp : LLM_Op<"enter", [MemoryEffects<[MemRead, MemWrite]>,
                                   DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a worker begins a kernel";
  let description = [{
    Where time is measured. (C1) kernel is a function. `number` is the kernel's place in the table of the program,
    from `llm-finish-step` on.
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Index:$worker, OptionalAttr<LLM_Int>:$number);
  let assemblyFormat = "$kernel `worker` $worker (`number` $number^)? attr-dict";
}

def LLM_LaunchOp : LLM_Op<"launch", [MemoryEffects<[MemRead, MemWrite]>,
                                     DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "starts a kernel on the step's device";
  let description = [{
    `blocks` blocks of `threads` threads run the kernel behind all that were launched before it. Memrefs are of the
    device's memory; a kernel gets each as its allocated and aligned address, offset, sizes and strides.
    (C1) kernel is a function in a module of the device. `number` is the kernel's place in the table of the program,
    from `llm-finish-step` on.
    ```mlir
    module @sm_80 {
      func.func @step_k0_copy(%x: memref<?x64xf32>) {
        return
      }
    }
    func.func @step.sm_80(%rows: index, %x: memref<?x64xf32>) {
      llm.launch @sm_80::@step_k0_copy blocks %rows threads 128(%x) : memref<?x64xf32>
      return
    }
    ```
  }];
  let arguments = (ins SymbolRefAttr:$kernel, Index:$blocks, LLM_Int:$threads, OptionalAttr<LLM_Int>:$number,
                       Variadic<AnyTypeOf<[AnyMemRef, Index]>>:$inputs);
  let assemblyFormat = [{
    $kernel `blocks` $blocks `threads` $threads (`number` $number^)? `(` $inputs `)` attr-dict `:` type($inputs)
  }];
}

#endif // LLMC_LLM_TILE_OPS

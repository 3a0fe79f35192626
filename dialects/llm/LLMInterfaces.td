//===- LLMInterfaces.td - what encodings, layouts and anchors must answer ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An encoding knows the bytes of files, a layout those of memory; what they hold
// is the same `Grid`. Kernels read panels (GridPanel) and never an encoding.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LLM_INTERFACES
#define LLMC_LLM_INTERFACES

include "mlir/IR/OpBase.td"

def LLM_EncodingAttrInterface : AttrInterface<"EncodingAttrInterface"> {
  let cppNamespace = "::mlir::llm";
  let description = [{
    How numbers are stored: blocks of `blockElems` consecutive elements of the
    innermost dimension in `blockBytes` bytes. The byte layout of a block is the
    one of the format's own files (GGML's for `q4_0`, …).
  }];
  let methods = [
    InterfaceMethod<"Elements in one block; 1 for plain floats.",
      "int64_t", "getBlockElems">,
    InterfaceMethod<"Bytes of one block.",
      "int64_t", "getBlockBytes">,
    InterfaceMethod<"Writes the `blockElems` values of the block at `bytes`.",
      "void", "dequantizeBlock", (ins "const uint8_t *":$bytes, "float *":$values)>,
    InterfaceMethod<"Encodes `blockElems` values into the block at `bytes`.",
      "void", "quantizeBlock", (ins "const float *":$values, "uint8_t *":$bytes)>,
    InterfaceMethod<"Whether `quantizeBlock` exists: some formats are only read.",
      "bool", "canQuantize", (ins), /*methodBody=*/"", /*defaultImplementation=*/"return true;">,
    InterfaceMethod<[{The grid of a block's codes; nothing for plain floats and
      activations.}],
      "std::optional<::mlir::llm::Grid>", "getGrid">,
    InterfaceMethod<"Splits a block into its parts; only for encodings with a grid.",
      "void", "unpackBlock", (ins "const uint8_t *":$bytes, "::mlir::llm::GridBlock &":$block)>,
    InterfaceMethod<"Joins parts into the block at `bytes`; only for encodings that quantisers choose codes of.",
      "void", "packBlock", (ins "const ::mlir::llm::GridBlock &":$block, "uint8_t *":$bytes),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        llvm_unreachable("no quantiser chooses codes of this encoding");
      }]>,
  ];
  let extraSharedClassDeclaration = [{
    /// Bytes of `elems` consecutive elements; `elems` is a multiple of the block.
    int64_t getBytes(int64_t elems) {
      return elems / $_attr.getBlockElems() * $_attr.getBlockBytes();
    }
    /// Dequantises `elems` consecutive elements.
    void dequantize(const uint8_t *bytes, int64_t elems, float *values) {
      int64_t step = $_attr.getBlockElems();
      for (int64_t i = 0; i < elems; i += step, bytes += $_attr.getBlockBytes())
        $_attr.dequantizeBlock(bytes, values + i);
    }
    /// Quantises `elems` consecutive elements.
    void quantize(const float *values, int64_t elems, uint8_t *bytes) {
      int64_t step = $_attr.getBlockElems();
      for (int64_t i = 0; i < elems; i += step, bytes += $_attr.getBlockBytes())
        $_attr.quantizeBlock(values + i, bytes);
    }
  }];
}

def LLM_LayoutAttrInterface : AttrInterface<"LayoutAttrInterface"> {
  let cppNamespace = "::mlir::llm";
  let description = [{
    The order of a matrix's blocks in memory. Absent means the source order:
    rows one after the other.
  }];
  let methods = [
    InterfaceMethod<"Why a matrix of `encoding` cannot have this layout; empty if it can.",
      "std::string", "refuse", (ins "::mlir::llm::EncodingAttrInterface":$encoding)>,
    InterfaceMethod<[{A packed `rows` x `cols` matrix as kernels see it; its first
      dimension is what workers share.}],
      "::mlir::MemRefType", "getPackedType", (ins "int64_t":$rows, "int64_t":$cols,
        "::mlir::llm::EncodingAttrInterface":$encoding)>,
    InterfaceMethod<"Bytes of an `rows` x `cols` matrix of `encoding`.",
      "int64_t", "getPackedBytes", (ins "int64_t":$rows, "int64_t":$cols,
        "::mlir::llm::EncodingAttrInterface":$encoding)>,
    InterfaceMethod<[{Rearranges a whole matrix from source order into
      `packed`, which holds `getPackedBytes` bytes. False where its numbers do not fit: they are
      not 0 where the layout says so.}],
      "bool", "pack", (ins "const uint8_t *":$source, "int64_t":$rows,
        "int64_t":$cols, "::mlir::llm::EncodingAttrInterface":$encoding,
        "uint8_t *":$packed)>,
  ];
}

def LLM_KernelAnchorOpInterface : OpInterface<"KernelAnchorOpInterface"> {
  let cppNamespace = "::mlir::llm";
  let description = [{
    An op that a kernel is built around. Kernel formation asks what may run in the
    same kernel and how it is tiled for a target; it knows no op by name. Who
    builds the loops is the target's business (for CPUs: `CpuTilerOpInterface`).
  }];
  let methods = [
    InterfaceMethod<[{Why this form of the op has no kernel; empty where it has one.}],
      "std::string", "getDecline">,
    InterfaceMethod<[{Whether the op that computes `operand` may run ahead of this op in
      its kernel: it is elementwise, or an anchor that absorbs this op.}],
      "bool", "absorbsProducer", (ins "::mlir::OpOperand &":$operand),
      /*methodBody=*/"", /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{Whether `user`, an elementwise op or an anchor that reads a result
      of this op, may run behind it in its kernel.}],
      "bool", "absorbsUser", (ins "::mlir::Operation *":$user),
      /*methodBody=*/"", /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{Whether `other`, an anchor that does not depend on this one, may
      run beside it in one kernel, so that an op that reads both is the epilogue of both.}],
      "bool", "runsBeside", (ins "::mlir::Operation *":$other),
      /*methodBody=*/"", /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{How the kernel is tiled for `target`; null where there is nothing to choose.}],
      "::mlir::llm::ScheduleAttr", "chooseSchedule", (ins "::mlir::llm::TargetAttr":$target),
      /*methodBody=*/"", /*defaultImplementation=*/"return {};">,
    InterfaceMethod<[{Bytes of memory that each worker brings while the kernel runs: its own, or the team's.}],
      "int64_t", "getScratchBytes", (ins "::mlir::llm::TargetAttr":$target),
      /*methodBody=*/"", /*defaultImplementation=*/"return 0;">,
    InterfaceMethod<[{Adds what this op reads and computes with weights and keys.}],
      "void", "addCost", (ins "::mlir::llm::KernelCost &":$cost),
      /*methodBody=*/"", /*defaultImplementation=*/"(void)cost;">,
  ];
}

#endif // LLMC_LLM_INTERFACES

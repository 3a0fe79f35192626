//===- CpuInterfaces.td - who builds the loops of a kernel on a CPU ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attached to ops of the dialect as external models, so that the dialect knows no
// machine. A new anchor or a new epilogue op is one file that attaches its model.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LOWER_CPU_INTERFACES
#define LLMC_LOWER_CPU_INTERFACES

include "mlir/IR/OpBase.td"

def LLM_CpuTilerOpInterface : OpInterface<"CpuTilerOpInterface"> {
  let cppNamespace = "::llmc";
  let description = [{Builds the loops of kernels around an anchor (`KernelAnchorOpInterface`).}];
  let methods = [
    InterfaceMethod<[{Builds this worker's share of the whole kernel that `args` holds; this op is
      the first in its body that has the interface.}],
      "void", "tile", (ins "::llmc::TileBuilder &":$builder, "const ::llmc::KernelArgs &":$args)>,
  ];
}

def LLM_CpuElementwiseOpInterface : OpInterface<"CpuElementwiseOpInterface"> {
  let cppNamespace = "::llmc";
  let description = [{
    One tile of an op that rides in kernels. Ops of `arith` and `math` with the trait
    Elementwise need none: they are cloned onto vectors.
  }];
  let methods = [
    InterfaceMethod<[{The result at `place`, as a vector of its lanes, from the operands there: one
      vector per operand, null for an operand that is no rows.}],
      "::mlir::Value", "evaluate", (ins "::llmc::TileBuilder &":$builder,
        "const ::llmc::TilePlace &":$place, "::mlir::ValueRange":$operands)>,
  ];
}

#endif // LLMC_LOWER_CPU_INTERFACES

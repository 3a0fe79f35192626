//===- LLMRotation.td - inputs of products in another basis -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights whose numbers are alike in size lose least to few bits (arXiv:2307.13304):
// a matrix is turned by an orthogonal one, and its input with it. Declared apart
// (LLMRotation.h): few files read it, and only they are built again when it changes.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LLM_ROTATION
#define LLMC_LLM_ROTATION

include "LLMBase.td"
include "LLMInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def LLM_KronRotateStep : LLM_Attr<"KronRotateStep", "kron_rotate"> {
  let summary = "recipe step: rows of a matrix are turned as `llm.kron_rotate` turns an input";
  let description = [{
    `left` [A, A] and `right` [B, B] are weights, orthogonal matrices: each row of the source [N, A * B] becomes what
    `llm.kron_rotate` makes of it with them, so that products with inputs that are turned too stay what they were. With
    `rows` each column of [A * B, K] is turned the other way, which `llm.kron_rotate` behind the
    product takes back. Leads to floats of the source's shape. Rounding steps that follow take statistics of the turned
    input: H = X^T X becomes V^T H V (arXiv:2307.13304).
    ```mlir
    #llm.kron_rotate<left = @rotation.24, right = @rotation.24>
    ```
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$left, "::mlir::FlatSymbolRefAttr":$right,
                        DefaultValuedParameter<"bool", "false">:$rows);
  let assemblyFormat = "`<` struct(params) `>`";
}

def LLM_KronRotateOp : Op<LLM_Dialect, "kron_rotate", [
    Pure, DeclareOpInterfaceMethods<LLM_KernelAnchorOpInterface, ["getDecline", "addCost"]>]> {
  let summary = "rows times a Kronecker product of two small matrices";
  let description = [{
    `result[t, i * B + j] = sum_k sum_l left[k, i] * input[t, k * B + l] * right[l, j]`: a row, seen as a matrix
    X [A, B], becomes left^T X right, for K * (A + B) products where a matrix [K, K] takes K * K; sums in f32.
    With orthogonal matrices rows keep their lengths (arXiv:2307.13304). input [T, A * B], left [A, A], right [B, B].
    (C1) type(result) == type(input). (C2) left and right are square, and dim(input, 1) == A * B.
    ```mlir
    %h = llm.kron_rotate %x, %a, %b : (tensor<?x576xf32>, tensor<24x24xf32>, tensor<24x24xf32>) -> tensor<?x576xf32>
    ```
  }];
  let arguments = (ins 2DTensorOf<[F32, F16, BF16]>:$input, 2DTensorOf<[F32]>:$left, 2DTensorOf<[F32]>:$right);
  let results = (outs 2DTensorOf<[F32, F16, BF16]>:$result);
  let assemblyFormat = "$input `,` $left `,` $right attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif // LLMC_LLM_ROTATION

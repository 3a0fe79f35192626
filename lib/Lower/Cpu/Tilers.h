//===- Tilers.h - the CPU's tilers, and how ops get them ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_TILERS_H
#define LLMC_LIB_LOWER_CPU_TILERS_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// Each attaches the models of its file (CpuInterfaces.td).
void attachAttentionTiler(mlir::MLIRContext *context);
void attachCacheWriteTiler(mlir::MLIRContext *context);
void attachColumnTilers(mlir::MLIRContext *context);
void attachElementwiseTiles(mlir::MLIRContext *context);
void attachEmbedTiler(mlir::MLIRContext *context);
void attachExpertTilers(mlir::MLIRContext *context);
void attachPositionTilers(mlir::MLIRContext *context);
void attachProductTiler(mlir::MLIRContext *context);
void attachRotationTiler(mlir::MLIRContext *context);
void attachRouteTiler(mlir::MLIRContext *context);
void attachRowTilers(mlir::MLIRContext *context);
void attachSampleTiler(mlir::MLIRContext *context);

/// An activation function of a number, or of each in a vector.
mlir::Value applyAct(TileBuilder &b, mlir::llm::ActFn fn, mlir::Value x);

/// Attention to explicit keys, which are rows of the batch.
void tileRowAttention(TileBuilder &b, const KernelArgs &args,
                      mlir::llm::AttentionOp op);

/// What llm.sample multiplies logits with, min(log2(e) / temperature, max f32).
mlir::Value scaleSample(TileBuilder &b, mlir::Value temperature);
/// Its weights, trunc(2^32 * 2^x) for each x <= 0 of a vector.
mlir::Value weighSample(TileBuilder &b, mlir::Value x);

/// Rows of elementwise ops, norms and quantisations; a kernel without an anchor
/// is one of these.
void tileRows(TileBuilder &b, const KernelArgs &args);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_TILERS_H

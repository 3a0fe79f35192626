//===- CodebookFormats.h - GGML's IQ1, IQ2 and IQ3 blocks --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A few bits choose a point of 4 or 8 magnitudes from a fixed set. Its elements
// take few values, so a block is codes of 4 bits for a table, without loss: twice
// the file's bytes or less, which kernels read like any grid's.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_CODEBOOKFORMATS_H
#define LLMC_DIALECTS_LLM_CODEBOOKFORMATS_H

#include "dialects/llm/Grid.h"

namespace mlir::llm {

/// Elements are 8 t + 1 or 8 t - 1, t from -1 to 1; one of both for 8 of them.
Grid getIq1Grid(int64_t group);
/// Signed magnitudes 8, 25 and 43.
Grid getIq2Grid(int64_t group);
/// Signed magnitudes from 4 to 62, and odd ones up to 15.
Grid getIq3XxsGrid();
Grid getIq3SGrid();

void decodeIq1S(const uint8_t *bytes, GridBlock &block);
void decodeIq1M(const uint8_t *bytes, GridBlock &block);
void decodeIq2Xxs(const uint8_t *bytes, GridBlock &block);
void decodeIq2Xs(const uint8_t *bytes, GridBlock &block);
void decodeIq2S(const uint8_t *bytes, GridBlock &block);
void decodeIq3Xxs(const uint8_t *bytes, GridBlock &block);
void decodeIq3S(const uint8_t *bytes, GridBlock &block);

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_CODEBOOKFORMATS_H

//===- SamplingDefaults.h - how the model's makers sample -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_SAMPLINGDEFAULTS_H
#define LLMC_LIB_IMPORT_SAMPLINGDEFAULTS_H

#include "Source.h"

namespace llmc {

/// The entry `sampling` of `llm.model`: temperature, top_k, top_p, min_p,
/// repetition_penalty and repetition_window as far as generation_config.json or
/// the keys `general.sampling.*` have them; null where they have none. Fails on
/// a value that no sampler takes.
llvm::Expected<mlir::DictionaryAttr>
readSamplingDefaults(Source &source, mlir::MLIRContext &context);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_SAMPLINGDEFAULTS_H

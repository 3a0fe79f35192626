//===- EmbeddingDefaults.h - how the model's makers embed -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_EMBEDDINGDEFAULTS_H
#define LLMC_LIB_IMPORT_EMBEDDINGDEFAULTS_H

#include "Source.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace llmc {

/// What a folder of sentence-transformers says: `{pooling = "mean", normalize =
/// true, max_tokens = 256}`, each as far as it does. Null where it is no such
/// folder.
llvm::Expected<mlir::DictionaryAttr>
readEmbeddingDefaults(Source &source, llvm::StringRef folder,
                      mlir::MLIRContext &context);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_EMBEDDINGDEFAULTS_H

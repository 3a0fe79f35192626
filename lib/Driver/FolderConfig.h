//===- FolderConfig.h - what beside weights a folder says -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_FOLDERCONFIG_H
#define LLMC_LIB_DRIVER_FOLDERCONFIG_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace llmc {

/// A module of the model whose weight has codes.
struct PackedModule {
  std::string name; // "model.layers.0.mlp.up_proj"
  int64_t bits;
  int64_t group;        // columns that share a scale; 0: a row of them
  bool isFloat = false; // float-quantized, else pack-quantized
};

/// The text of a folder's config.json. Fails where it says that weights are quantised
/// already.
llvm::Expected<std::string> readFloatConfig(llvm::StringRef folder);

/// The same config.json with the quantization_config of compressed-tensors, each scheme with its
/// format where there are two. `floats` are modules with a matrix that has no codes.
std::string addQuantization(llvm::StringRef config,
                            llvm::ArrayRef<PackedModule> modules,
                            std::vector<std::string> floats);

/// The files of a folder that go with any weights: configs, tokenizers, templates,
/// code, licences, and the folders of what comes behind an encoder (1_Pooling).
llvm::Expected<std::vector<std::string>> listCompanions(llvm::StringRef folder);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_FOLDERCONFIG_H

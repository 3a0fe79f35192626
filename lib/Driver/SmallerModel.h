//===- SmallerModel.h - what files say of a model that shrank ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_SMALLERMODEL_H
#define LLMC_LIB_DRIVER_SMALLERMODEL_H

#include "llmc/Import/SizeKeys.h"
#include "llmc/Weights/GgufWriter.h"

#include "mlir/IR/BuiltinOps.h"

#include <optional>

namespace llmc {

/// The sizes that --shrink changed, and the layers that are gone. Where it changed
/// nothing all stays as it is.
class SmallerModel {
public:
  SmallerModel() = default;
  /// Of the module's `llm.model` before and after; layers by their old numbers.
  SmallerModel(mlir::DictionaryAttr before, mlir::DictionaryAttr after,
               std::vector<int64_t> without);

  /// What a tensor is called in the smaller model; nothing for one of a layer that is
  /// gone.
  std::optional<std::string> getName(llvm::StringRef tensor) const;
  /// The text of a folder's config.json with the new sizes. Fails where it does not
  /// have the old ones under the names that importers read.
  llvm::Expected<std::string> changeConfig(llvm::StringRef config) const;
  /// The same for the metadata of a GGUF file.
  llvm::Expected<GgufIntegers> changeKeys(const GgufFile &file) const;

private:
  struct Change {
    SizeKey key;
    int64_t before, after;
  };

  /// Where nothing is said of heads of keys, they are as many as there are queries.
  bool mayBeAbsent(const Change &change) const;

  std::vector<Change> changes;
  std::vector<int64_t> without;   // in order
  std::optional<int64_t> headDim; // where heads change
};

/// Why layers of an imported step cannot be numbered anew in files, or an empty string:
/// they differ, and readers know by their numbers how.
std::string findMixedLayers(mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_SMALLERMODEL_H

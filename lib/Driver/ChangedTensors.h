//===- ChangedTensors.h - tensors that quantisers change --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers that a program would have, row by row in the tensors of the model's
// files that they were: what every format of files has to know.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_CHANGEDTENSORS_H
#define LLMC_LIB_DRIVER_CHANGEDTENSORS_H

#include "llmc/Emit/PlacedFile.h"
#include "llmc/Emit/WeightStream.h"
#include "llmc/Weights/SourceRows.h"

#include "llvm/ADT/StringSet.h"

namespace llmc {

/// "tensor 'lm_head.weight': text".
llvm::Error tensorError(llvm::StringRef name, const llvm::Twine &text);

/// Columns of a weight that share a scale.
int64_t getScaleSpan(mlir::llm::WeightOp weight);

/// Where rows of a tensor go in one file: so many bytes each.
struct RowPlace {
  PlacedFile *file;
  uint64_t offset; // of the first row
  uint64_t rowBytes;
};

class ChangedTensors {
public:
  /// Fails where a tensor's numbers are not those of weights as a whole, and on
  /// factors and outliers, which `format` ("a GGUF file") has no place for.
  static llvm::Expected<ChangedTensors>
  find(mlir::ModuleOp module, const WeightStore &store, llvm::StringRef format);

  /// The weight that a tensor becomes; of several, which are alike, the first. Null
  /// for a tensor that stays.
  mlir::llm::WeightOp lookup(llvm::StringRef tensor) const {
    auto it = first.find(tensor);
    return it == first.end() ? mlir::llm::WeightOp() : it->second;
  }
  /// The shape of a tensor that changes: smaller where it loses units.
  llvm::ArrayRef<int64_t> getShape(llvm::StringRef tensor) const {
    return shapes.find(tensor)->second;
  }
  /// Whether a weight, changed or not, is made of the tensor.
  bool isRead(llvm::StringRef tensor) const { return read.contains(tensor); }

  /// Where each tensor's rows go, part by part.
  using Places = llvm::StringMap<llvm::SmallVector<RowPlace, 2>>;
  /// `make` gives the bytes of all rows of a weight for one part after the other.
  llvm::Error
  write(const WeightMaker &make, const Places &places,
        llvm::function_ref<void(uint64_t, uint64_t)> progress) const;

private:
  llvm::Error add(mlir::llm::WeightOp weight, const WeightStore &store);
  llvm::Error settleRows(const WeightStore &store);
  void setShape(const SourceTensor &tensor, int64_t rows);

  struct Weight {
    mlir::llm::WeightOp op;
    std::vector<RowRun> runs;    // rows of the tensors that are written
    std::vector<RowRun> dropped; // rows of the sources
    int64_t countRows() const { return runs.back().at + runs.back().count; }
  };
  static llvm::Error writeRows(const Weight &weight,
                               llvm::ArrayRef<uint8_t> bytes,
                               const Places &places);

  std::vector<Weight> weights;
  llvm::StringMap<mlir::llm::WeightOp> first; // by tensor
  llvm::StringMap<llvm::SmallVector<int64_t, 2>> shapes;
  llvm::StringSet<> read; // tensors, by any weight
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_CHANGEDTENSORS_H

//===- ModelTables.h - the constants that describe a compiled model -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// abi.h defines C structs; generated code has to spell each as a constant global.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_MODELTABLES_H
#define LLMC_LIB_LOWER_MODELTABLES_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <variant>

namespace llmc {

/// The address of a symbol; null where the name is empty.
struct AddressOf {
  std::string symbol;
};
using TableField = std::variant<int32_t, int64_t, AddressOf>;
using TableEntry = std::vector<TableField>;

/// LlmrtModel but for its version; abi.h says what each is. What is a step's stays 0
/// in a function program.
struct ModelFields {
  std::vector<TableEntry> variants;
  AddressOf results, caches, signature;
  int64_t resultCount = 0, vocabulary = 0, arenaBytesPerRow = 0,
          scratchBytesPerWorker = 0, cacheCount = 0, contextLength = 0,
          maxContext = 0, maxBatch = 0, rowsPerStep = 0, weightBytes = 0;
};

class ModelTables {
public:
  /// Appends to the builder's module.
  explicit ModelTables(mlir::ImplicitLocOpBuilder &b);

  /// Text that ends with 0; returns its address.
  AddressOf addString(const llvm::Twine &symbol, llvm::StringRef text);
  /// Structs one after the other, each of `structBytes` bytes.
  AddressOf addTable(llvm::StringRef symbol, llvm::ArrayRef<TableEntry> entries,
                     size_t structBytes);
  /// `llmrt_model`, which other objects see.
  void addModel(const ModelFields &model);

private:
  mlir::Type getType(const TableEntry &entry, size_t structBytes);
  mlir::Value createStruct(const TableEntry &entry, mlir::Type type);
  mlir::Value createField(const TableField &field);
  void addGlobal(llvm::StringRef symbol, mlir::Type type,
                 mlir::LLVM::Linkage linkage,
                 llvm::function_ref<mlir::Value()> body);

  mlir::ImplicitLocOpBuilder &b;
  mlir::Type pointer;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_MODELTABLES_H

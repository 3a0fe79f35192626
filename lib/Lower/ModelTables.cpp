//===- ModelTables.cpp - the constants that describe a compiled model -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ModelTables.h"

#include "llmrt/abi.h"

using namespace mlir;

namespace llmc {

ModelTables::ModelTables(ImplicitLocOpBuilder &b)
    : b(b), pointer(LLVM::LLVMPointerType::get(b.getContext())) {}

AddressOf ModelTables::addString(const Twine &symbol, StringRef text) {
  std::string terminated = text.str() + '\0';
  auto type = LLVM::LLVMArrayType::get(b.getI8Type(), terminated.size());
  LLVM::GlobalOp::create(b, type, /*isConstant=*/true, LLVM::Linkage::Internal,
                         symbol.str(), b.getStringAttr(terminated));
  return {symbol.str()};
}

AddressOf ModelTables::addTable(StringRef symbol, ArrayRef<TableEntry> entries,
                                size_t structBytes) {
  assert(!entries.empty() && "an empty table has no type");
  Type entryType = getType(entries.front(), structBytes);
  Type type = LLVM::LLVMArrayType::get(entryType, entries.size());
  addGlobal(symbol, type, LLVM::Linkage::Internal, [&] {
    Value table = LLVM::PoisonOp::create(b, type);
    for (auto [i, entry] : llvm::enumerate(entries))
      table = LLVM::InsertValueOp::create(
          b, table, createStruct(entry, entryType),
          ArrayRef<int64_t>{static_cast<int64_t>(i)});
    return table;
  });
  return {symbol.str()};
}

void ModelTables::addModel(const ModelFields &model) {
  AddressOf variants =
      addTable("llmrt_variants", model.variants, sizeof(LlmrtVariant));
  const TableEntry entry = {int32_t(LLMRT_ABI_VERSION),
                            int32_t(model.variants.size()),
                            variants,
                            model.results,
                            model.resultCount,
                            model.vocabulary,
                            model.arenaBytesPerRow,
                            model.scratchBytesPerWorker,
                            model.caches,
                            model.cacheCount,
                            model.contextLength,
                            model.maxContext,
                            model.maxBatch,
                            model.rowsPerStep,
                            model.weightBytes,
                            model.signature};
  Type type = getType(entry, sizeof(LlmrtModel));
  addGlobal("llmrt_model", type, LLVM::Linkage::External,
            [&] { return createStruct(entry, type); });
}

Type ModelTables::getType(const TableEntry &entry, size_t structBytes) {
  SmallVector<Type> types;
  size_t bytes = 0;
  for (const TableField &field : entry) {
    bool isNarrow = std::holds_alternative<int32_t>(field);
    bytes += isNarrow ? 4 : 8;
    types.push_back(std::holds_alternative<AddressOf>(field) ? pointer
                    : isNarrow ? Type(b.getI32Type())
                               : Type(b.getI64Type()));
  }
  assert(bytes == structBytes && "the fields are those of abi.h");
  return LLVM::LLVMStructType::getLiteral(b.getContext(), types);
}

Value ModelTables::createStruct(const TableEntry &entry, Type type) {
  Value value = LLVM::PoisonOp::create(b, type);
  for (auto [i, field] : llvm::enumerate(entry))
    value =
        LLVM::InsertValueOp::create(b, value, createField(field),
                                    ArrayRef<int64_t>{static_cast<int64_t>(i)});
  return value;
}

Value ModelTables::createField(const TableField &field) {
  if (auto *number = std::get_if<int32_t>(&field))
    return LLVM::ConstantOp::create(b, b.getI32Type(),
                                    b.getI32IntegerAttr(*number));
  if (auto *number = std::get_if<int64_t>(&field))
    return LLVM::ConstantOp::create(b, b.getI64Type(),
                                    b.getI64IntegerAttr(*number));
  const std::string &symbol = std::get<AddressOf>(field).symbol;
  if (symbol.empty())
    return LLVM::ZeroOp::create(b, pointer);
  return LLVM::AddressOfOp::create(b, pointer, symbol);
}

/// A constant whose initialiser is built by `body`.
void ModelTables::addGlobal(StringRef symbol, Type type, LLVM::Linkage linkage,
                            llvm::function_ref<Value()> body) {
  auto global = LLVM::GlobalOp::create(b, type, /*isConstant=*/true, linkage,
                                       symbol, Attribute());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&global.getInitializerRegion());
  LLVM::ReturnOp::create(b, body());
}

} // namespace llmc

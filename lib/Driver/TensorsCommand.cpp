//===- TensorsCommand.cpp - llmc inspect --tensors ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table of what a model's files hold. Nothing is imported, so it works for
// architectures and types that llmc does not know.
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Weights/TensorList.h"
#include "llmrt/Console.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llmc;

namespace {
/// Tensors of one type over all files.
struct TypeTotal {
  int64_t tensors = 0;
  std::optional<uint64_t> sizeBytes = 0; // none if unknown
};
} // namespace

using TypeTotals = std::map<std::string, TypeTotal>;

static TypeTotals addUp(llvm::ArrayRef<ListedFile> files) {
  TypeTotals totals;
  for (const ListedFile &file : files)
    for (const ListedTensor &tensor : file.tensors) {
      TypeTotal &total = totals[tensor.type];
      ++total.tensors;
      if (tensor.sizeBytes)
        *total.sizeBytes += *tensor.sizeBytes;
      else
        total.sizeBytes = std::nullopt; // every tensor of this type
    }
  return totals;
}

static llvm::json::Value toJson(std::optional<uint64_t> sizeBytes) {
  return sizeBytes ? llvm::json::Value(*sizeBytes) : llvm::json::Value(nullptr);
}

static llvm::json::Value toJson(llvm::ArrayRef<ListedFile> files) {
  llvm::json::Array listed, types;
  for (const ListedFile &file : files) {
    llvm::json::Array tensors;
    for (const ListedTensor &tensor : file.tensors)
      tensors.push_back(
          llvm::json::Object{{"name", tensor.name},
                             {"type", tensor.type},
                             {"shape", llvm::json::Array(tensor.shape)},
                             {"bytes", toJson(tensor.sizeBytes)},
                             {"offset", tensor.offset}});
    listed.push_back(llvm::json::Object{{"file", file.path},
                                        {"format", file.format},
                                        {"bytes", file.sizeBytes},
                                        {"tensors", std::move(tensors)}});
  }
  for (const auto &[type, total] : addUp(files))
    types.push_back(llvm::json::Object{{"type", type},
                                       {"tensors", total.tensors},
                                       {"bytes", toJson(total.sizeBytes)}});
  return llvm::json::Object{{"files", std::move(listed)},
                            {"types", std::move(types)}};
}

static std::string spell(std::optional<uint64_t> sizeBytes) {
  return sizeBytes ? std::to_string(*sizeBytes) : "unknown";
}

static void printText(llvm::ArrayRef<ListedFile> files) {
  constexpr const char *row = "  %-40s %-12s %-18s %12s %12s\n";
  for (const ListedFile &file : files) {
    llvm::outs() << file.path << ": " << file.format << ", "
                 << file.tensors.size() << " tensors, "
                 << formatBytes(file.sizeBytes) << "\n"
                 << llvm::format(row, "name", "type", "shape", "bytes",
                                 "offset");
    for (const ListedTensor &tensor : file.tensors)
      llvm::outs() << llvm::format(
          row, llmrt::printable(tensor.name).c_str(), tensor.type.c_str(),
          formatShape(tensor.shape).c_str(), spell(tensor.sizeBytes).c_str(),
          std::to_string(tensor.offset).c_str());
  }
  llvm::outs() << "types\n";
  for (const auto &[type, total] : addUp(files))
    llvm::outs() << llvm::format(
        "  %-12s %5lld tensors %14s bytes\n", type.c_str(),
        static_cast<long long>(total.tensors), spell(total.sizeBytes).c_str());
}

llvm::Error llmc::runTensors(const TensorsCommand &command) {
  auto files = listTensors(command.model);
  if (!files)
    return files.takeError();
  if (command.json)
    llvm::outs() << llvm::formatv("{0:2}\n", toJson(*files));
  else
    printText(*files);
  return llvm::Error::success();
}

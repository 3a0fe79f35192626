//===- KeptRows.cpp - rows that earlier sweeps measured -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "KeptRows.h"

#include "llmc/Emit/PendingFile.h"
#include "llmc/Weights/Files.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;

llvm::Expected<KeptRows> KeptRows::open(const std::string &path) {
  KeptRows kept;
  kept.path = path;
  uint64_t size = 0; // of a file that is not there, too
  if (path.empty() || llvm::sys::fs::file_size(path, size) || size == 0)
    return std::move(kept);
  auto file = openFile(path);
  if (!file)
    return file.takeError();
  llvm::StringRef rest = (*file)->getBuffer();
  for (size_t number = 1; !rest.empty(); ++number) {
    auto [line, after] = rest.split('\n');
    const bool isWhole = line.size() < rest.size();
    rest = after;
    auto value = llvm::json::parse(line);
    SweepRow *row = value ? value->getAsObject() : nullptr;
    if (row && row->getString("key") && row->getString("build")) {
      kept.rows.push_back(std::move(*row));
      continue;
    }
    if (!value)
      llvm::consumeError(value.takeError());
    if (isWhole)
      return llvm::createStringError(
          path + ": line " + std::to_string(number) +
          " is no row of llmc eval --sweep: give another file with --results");
  }
  return std::move(kept);
}

const SweepRow *KeptRows::find(llvm::StringRef key) const {
  for (const SweepRow &row : rows)
    if (row.getString("key") == key)
      return &row;
  return nullptr;
}

/// All of them anew: the file is whole at any time.
llvm::Error KeptRows::add(const SweepRow &row) {
  if (path.empty())
    return llvm::Error::success();
  rows.push_back(row);
  auto file = PendingFile::create(path);
  if (!file)
    return file.takeError();
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (const SweepRow &each : rows)
    stream << llvm::json::Value(SweepRow(each)) << "\n";
  if (llvm::Error error = file->write(text))
    return error;
  return file->commit();
}

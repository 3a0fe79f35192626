//===- Files.cpp - model files in memory ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Files.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace llmc;

Expected<std::unique_ptr<MemoryBuffer>> llmc::openFile(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return fileError(path, "", "cannot be opened: " + error.message());
  if (!sys::fs::is_regular_file(status))
    return fileError(path, "", "is not a regular file");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fileError(path, "",
                     "cannot be read: " + buffer.getError().message());
  return std::move(*buffer);
}

ArrayRef<uint8_t> llmc::bytesOf(const MemoryBuffer &buffer) {
  return arrayRefFromStringRef(buffer.getBuffer());
}

//===- Files.cpp - model files in memory ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Files.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/NotAModel.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace llmc;

Expected<std::unique_ptr<MemoryBuffer>> llmc::openFile(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return error == std::errc::no_such_file_or_directory
               ? explainNoSuchModel(path)
               : fileError(path, "", "cannot be opened: " + error.message());
  if (!sys::fs::is_regular_file(status))
    return fileError(path, "", "is not a regular file");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fileError(path, "",
                     "cannot be read: " + buffer.getError().message() +
                         (buffer.getError() == std::errc::permission_denied
                              ? ": give a file that you may read"
                              : ""));
  if (std::string failed = describeFailedDownload((*buffer)->getBuffer());
      !failed.empty())
    return fileError(path, "", failed);
  return std::move(*buffer);
}

ArrayRef<uint8_t> llmc::bytesOf(const MemoryBuffer &buffer) {
  return arrayRefFromStringRef(buffer.getBuffer());
}

//===- Files.cpp - model files in memory ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Files.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/NotAModel.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

#include <atomic>

using namespace llvm;
using namespace llmc;

namespace {

/// A file as it was when it was mapped; never freed, for a signal handler may
/// look at it at any time.
struct MappedFile {
  std::string path;
  const char *begin;
  const char *end;
  sys::fs::file_status status;
  const MappedFile *before;
};

std::atomic<const MappedFile *> lastMapped = nullptr;

} // namespace

static void noteMapping(StringRef path, const MemoryBuffer &buffer,
                        const sys::fs::file_status &status) {
  auto *file = new MappedFile{path.str(), buffer.getBufferStart(),
                              buffer.getBufferEnd(), status, lastMapped.load()};
  while (!lastMapped.compare_exchange_weak(file->before, file)) {
  }
}

const char *llmc::findMappedFile(const void *address) {
  auto *at = static_cast<const char *>(address);
  for (const MappedFile *file = lastMapped.load(); file; file = file->before)
    if (at >= file->begin && at < file->end)
      return file->path.c_str();
  return nullptr;
}

Error llmc::checkMappedFilesUnchanged() {
  for (const MappedFile *file = lastMapped.load(); file; file = file->before) {
    sys::fs::file_status now;
    if (sys::fs::status(file->path, now) ||
        now.getUniqueID() != file->status.getUniqueID())
      continue; // another file has its name; the one that was read is as it was
    if (now.getSize() != file->status.getSize() ||
        now.getLastModificationTime() != file->status.getLastModificationTime())
      return fileError(file->path, "",
                       "was changed while it was read; compile it again once "
                       "it is complete");
  }
  return Error::success();
}

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
  if ((*buffer)->getBufferKind() == MemoryBuffer::MemoryBuffer_MMap)
    noteMapping(path, **buffer, status);
  return std::move(*buffer);
}

ArrayRef<uint8_t> llmc::bytesOf(const MemoryBuffer &buffer) {
  return arrayRefFromStringRef(buffer.getBuffer());
}

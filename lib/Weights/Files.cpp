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

/// A file as it was when it was opened; never freed, for a signal handler may
/// look at it at any time.
struct OpenedFile {
  std::string path;
  const char *begin; // of its mapping; null: there is none
  const char *end;
  sys::fs::file_status status;
  const OpenedFile *before;
};

std::atomic<const OpenedFile *> lastOpened = nullptr;

} // namespace

static void noteFile(StringRef path, const MemoryBuffer &buffer,
                     const sys::fs::file_status &status) {
  bool isMapped = buffer.getBufferKind() == MemoryBuffer::MemoryBuffer_MMap;
  auto *file = new OpenedFile{
      path.str(), isMapped ? buffer.getBufferStart() : nullptr,
      isMapped ? buffer.getBufferEnd() : nullptr, status, lastOpened.load()};
  while (!lastOpened.compare_exchange_weak(file->before, file)) {
  }
}

const char *llmc::findMappedFile(const void *address) {
  auto *at = static_cast<const char *>(address);
  for (const OpenedFile *file = lastOpened.load(); file; file = file->before)
    if (at >= file->begin && at < file->end)
      return file->path.c_str();
  return nullptr;
}

FileWatch::FileWatch() : before(lastOpened.load()) {}

Error FileWatch::check() const {
  for (const OpenedFile *file = lastOpened.load(); file != before;
       file = file->before) {
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

Expected<bool> llmc::fileExists(StringRef path) {
  std::error_code error = sys::fs::access(path, sys::fs::AccessMode::Exist);
  if (!error)
    return true;
  if (error == std::errc::no_such_file_or_directory ||
      error == std::errc::not_a_directory)
    return false;
  return fileError(path, "", "cannot be looked for: " + error.message());
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
  noteFile(path, **buffer, status);
  return std::move(*buffer);
}

ArrayRef<uint8_t> llmc::bytesOf(const MemoryBuffer &buffer) {
  return arrayRefFromStringRef(buffer.getBuffer());
}

//===- PendingFile.cpp - an output file that appears whole or not at all --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The temporary file stands in the folder of the final one, so that the rename
// is atomic. Its removal on a signal is LLVM's: async-signal-safe.
//===----------------------------------------------------------------------===//
#include "llmc/Emit/PendingFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

using namespace llmc;

std::string llmc::adviseWrite(llvm::StringRef path, std::error_code code) {
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (!folder.empty() && !llvm::sys::fs::exists(folder))
    return ": there is no folder '" + folder.str() + "'; mkdir -p it first";
  if (code == std::errc::permission_denied ||
      code == std::errc::read_only_file_system)
    return ": choose a folder that you may write";
  if (code == std::errc::no_space_on_device)
    return ": make room there, or choose another disk";
  return "";
}

llvm::Error llmc::cannotWrite(llvm::StringRef path, std::error_code code) {
  return llvm::createStringError(code, "cannot write '" + path +
                                           "': " + code.message() +
                                           adviseWrite(path, code));
}

static std::error_code lastError() {
  return std::error_code(errno, std::generic_category());
}

/// Flushes a file, or a folder's entries, to disk.
static std::error_code flushToDisk(const std::string &path, int flags) {
  int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0)
    return lastError();
  std::error_code code;
  // Some file systems have no fsync; their writes are as safe as they get.
  if (::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS)
    code = lastError();
  if (::close(descriptor) != 0 && !code)
    code = lastError();
  return code;
}

PendingFile::PendingFile(std::string finalPath, std::string temporary)
    : finalPath(std::move(finalPath)), temporary(std::move(temporary)) {}

PendingFile::PendingFile(PendingFile &&other) noexcept
    : finalPath(std::move(other.finalPath)),
      temporary(std::move(other.temporary)) {
  other.temporary.clear();
}

PendingFile::~PendingFile() {
  if (temporary.empty())
    return;
  llvm::sys::fs::remove(temporary);
  llvm::sys::DontRemoveFileOnSignal(temporary);
}

/// Fails where a folder, a device or the like has the name.
static llvm::Error checkName(llvm::StringRef path) {
  llvm::sys::fs::file_status status;
  if (path.empty())
    return llvm::createStringError("the output needs a file name");
  if (llvm::sys::fs::status(path, status) || !llvm::sys::fs::exists(status) ||
      llvm::sys::fs::is_regular_file(status))
    return llvm::Error::success();
  llvm::SmallString<128> inside(path);
  llvm::sys::path::append(inside, "app");
  return llvm::createStringError(
      "cannot write '" + path + "': it exists and is not a file: " +
      (llvm::sys::fs::is_directory(status)
           ? "name one in it, '" + inside.str().str() + "'"
           : "name another"));
}

llvm::Expected<PendingFile> PendingFile::create(llvm::StringRef finalPath) {
  if (llvm::Error error = checkName(finalPath))
    return error;
  llvm::SmallString<128> temporary;
  int descriptor;
  if (std::error_code code = llvm::sys::fs::createUniqueFile(
          finalPath + ".%%%%%%%%.tmp", descriptor, temporary))
    return cannotWrite(finalPath, code);
  ::close(descriptor);
  std::string message;
  if (llvm::sys::RemoveFileOnSignal(temporary, &message)) {
    llvm::sys::fs::remove(temporary);
    return llvm::createStringError(message);
  }
  return PendingFile(finalPath.str(), temporary.str().str());
}

llvm::Error PendingFile::write(llvm::StringRef contents) {
  assert(!temporary.empty() && "a pending file is written, then committed");
  std::error_code code;
  llvm::raw_fd_ostream stream(temporary, code);
  if (code)
    return cannotWrite(finalPath, code);
  stream << contents;
  stream.close();
  code = stream.error();
  stream.clear_error();
  return code ? cannotWrite(finalPath, code) : llvm::Error::success();
}

llvm::Error PendingFile::commit() {
  assert(!temporary.empty() && "a pending file is committed once");
  if (std::error_code code = flushToDisk(temporary, O_RDONLY))
    return cannotWrite(finalPath, code);
  if (std::error_code code = llvm::sys::fs::rename(temporary, finalPath))
    return cannotWrite(finalPath, code);
  llvm::sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
  llvm::StringRef folder = llvm::sys::path::parent_path(finalPath);
  if (std::error_code code = flushToDisk(folder.empty() ? "." : folder.str(),
                                         O_RDONLY | O_DIRECTORY))
    return cannotWrite(finalPath, code);
  return llvm::Error::success();
}

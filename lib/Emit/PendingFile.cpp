//===- PendingFile.cpp - an output file that appears whole or not at all --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The temporary file stands in the folder of the final one, so that the rename
// is atomic. Its removal on a signal is LLVM's: async-signal-safe. A process that
// is killed outright leaves it, without a lock, to the next one.
//===----------------------------------------------------------------------===//
#include "llmc/Emit/PendingFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
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

std::error_code llmc::flushToDisk(const std::string &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
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

PendingFile::PendingFile(std::string finalPath, std::string temporary, int lock)
    : finalPath(std::move(finalPath)), temporary(std::move(temporary)),
      lock(lock) {}

PendingFile::PendingFile(PendingFile &&other) noexcept
    : finalPath(std::move(other.finalPath)),
      temporary(std::move(other.temporary)), lock(other.lock) {
  other.temporary.clear();
  other.lock = -1;
}

/// What stands beside a temporary file until `adopt` takes it.
static std::string besidePath(llvm::StringRef temporary) {
  return temporary.str() + ".ld";
}

static void removeTemporary(const std::string &temporary) {
  for (const std::string &path : {temporary, besidePath(temporary)}) {
    llvm::sys::fs::remove(path);
    llvm::sys::DontRemoveFileOnSignal(path);
  }
}

PendingFile::~PendingFile() {
  if (!temporary.empty())
    removeTemporary(temporary);
  if (lock >= 0)
    ::close(lock);
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

/// Removes what compiles to this name left that were killed: temporary files
/// and folders that nobody has locked.
static void removeLeftovers(llvm::StringRef finalPath) {
  llvm::StringRef folder = llvm::sys::path::parent_path(finalPath);
  std::string prefix = (llvm::sys::path::filename(finalPath) + ".").str();
  std::error_code code;
  llvm::sys::fs::directory_iterator entry(folder.empty() ? "." : folder, code),
      end;
  for (; !code && entry != end; entry.increment(code)) {
    llvm::StringRef name = llvm::sys::path::filename(entry->path());
    if (!name.consume_front(prefix) || !name.consume_back(".tmp") ||
        name.size() != 8 || !llvm::all_of(name, llvm::isHexDigit))
      continue;
    int descriptor = ::open(entry->path().c_str(),
                            O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
      continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
      if (llvm::sys::fs::is_directory(entry->path()))
        llvm::sys::fs::remove_directories(entry->path());
      else
        removeTemporary(entry->path());
    }
    ::close(descriptor);
  }
}

/// A new file that this process has locked: the lock goes when the process does,
/// however it ends.
static llvm::Expected<int> createLocked(llvm::StringRef finalPath,
                                        llvm::SmallVectorImpl<char> &path) {
  for (;;) {
    int descriptor;
    if (std::error_code code = llvm::sys::fs::createUniqueFile(
            finalPath + ".%%%%%%%%.tmp", descriptor, path))
      return cannotWrite(finalPath, code);
    struct stat status;
    bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    // Where a file system has no locks nobody removes leftovers either.
    if (locked ? ::fstat(descriptor, &status) == 0 && status.st_nlink > 0
               : errno != EWOULDBLOCK)
      return descriptor;
    ::close(descriptor); // taken for a leftover between the two calls
  }
}

namespace {
/// No signal comes between making a file and noting that it is to be removed.
class SignalsHeld {
public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }

private:
  sigset_t before;
};
} // namespace

llvm::Expected<PendingFile> PendingFile::create(llvm::StringRef finalPath) {
  if (llvm::Error error = checkName(finalPath))
    return error;
  return createBeside(finalPath);
}

llvm::Expected<PendingFile>
PendingFile::createBeside(llvm::StringRef finalPath) {
  removeLeftovers(finalPath);
  SignalsHeld held;
  llvm::SmallString<128> temporary;
  auto lock = createLocked(finalPath, temporary);
  if (!lock)
    return lock.takeError();
  PendingFile file(finalPath.str(), temporary.str().str(), *lock);
  std::string message;
  for (const std::string &path : {file.temporary, file.besidePath()})
    if (llvm::sys::RemoveFileOnSignal(path, &message))
      return llvm::createStringError(message);
  return file;
}

std::string PendingFile::besidePath() const { return ::besidePath(temporary); }

llvm::Error PendingFile::adopt() {
  assert(!temporary.empty() && "a pending file adopts, then is committed");
  std::string other = besidePath();
  int descriptor = ::open(other.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return cannotWrite(finalPath, lastError());
  // Locked before it has the name under which it would be a leftover.
  (void)::flock(descriptor, LOCK_EX | LOCK_NB);
  std::swap(lock, descriptor);
  std::error_code code = llvm::sys::fs::rename(other, temporary);
  ::close(descriptor);
  return code ? cannotWrite(finalPath, code) : llvm::Error::success();
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

llvm::Error PendingFile::moveTo(llvm::StringRef path) {
  assert(!temporary.empty() && "a pending file is committed once");
  if (std::error_code code = flushToDisk(temporary))
    return cannotWrite(finalPath, code);
  if (std::error_code code = llvm::sys::fs::rename(temporary, path))
    return cannotWrite(finalPath, code);
  removeTemporary(temporary); // the names; the file has its own
  temporary.clear();
  return llvm::Error::success();
}

llvm::Error PendingFile::commit() {
  if (llvm::Error error = moveTo(finalPath))
    return error;
  llvm::StringRef folder = llvm::sys::path::parent_path(finalPath);
  if (std::error_code code = flushToDisk(folder.empty() ? "." : folder.str()))
    return cannotWrite(finalPath, code);
  return llvm::Error::success();
}

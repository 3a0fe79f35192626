//===- StatisticsFile.cpp - statistics that are written input by input ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part is a prefix of the whole file, so its length says how many inputs it has:
// a process that is killed while it writes one leaves the ones before.
//===----------------------------------------------------------------------===//
#include "StatisticsFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llmc;

llvm::Error StatisticsFile::fail() const {
  return cannotWrite(part, {errno, std::generic_category()});
}

/// The file of that name, which no other process has.
llvm::Error StatisticsFile::lock() {
  for (;;) {
    const int opened = ::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (opened < 0)
      return fail();
    // Where a file system has no locks nobody can tell.
    if (::flock(opened, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(opened);
      return llvm::createStringError(
          "'" + part +
          "' is being written by another llmc calibrate: wait for "
          "it, or name another file with -o");
    }
    struct stat ours, named;
    const bool isNamed =
        ::fstat(opened, &ours) == 0 && ::stat(part.c_str(), &named) == 0 &&
        ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
    descriptor = isNamed ? opened : -1;
    if (isNamed)
      return llvm::Error::success();
    ::close(opened); // who had it has given it its name, or removed it
  }
}

/// What is there, cut to the inputs that are whole.
llvm::Error StatisticsFile::recognise() {
  struct stat status;
  if (::fstat(descriptor, &status) != 0)
    return fail();
  const std::string &beginning = layout.getBeginning();
  const auto size = static_cast<uint64_t>(status.st_size);
  std::string there(std::min<uint64_t>(size, beginning.size()), 0);
  if (::pread(descriptor, there.data(), there.size(), 0) !=
      static_cast<ssize_t>(there.size()))
    return fail();
  const bool isOurs = llvm::StringRef(beginning).starts_with(there);
  while (isOurs && count < layout.size() && layout.getEnd(count + 1) <= size)
    ++count;
  kept = count;
  found = !isOurs ? Found::others : count ? Found::inputs : Found::nothing;
  const uint64_t end = count ? layout.getEnd(count) : 0;
  if (::ftruncate(descriptor, static_cast<off_t>(end)) != 0 ||
      ::lseek(descriptor, static_cast<off_t>(end), SEEK_SET) < 0)
    return fail();
  return count ? llvm::Error::success() : write(beginning);
}

llvm::Expected<std::unique_ptr<StatisticsFile>>
StatisticsFile::open(llvm::StringRef path, StatisticsLayout layout) {
  auto whole = PendingFile::create(path);
  if (!whole)
    return whole.takeError();
  std::unique_ptr<StatisticsFile> file(new StatisticsFile(
      std::move(layout), std::move(*whole), (path + ".part").str()));
  if (llvm::Error error = file->lock())
    return std::move(error);
  if (llvm::Error error = file->recognise())
    return std::move(error);
  if (!file->kept)
    llvm::sys::RemoveFileOnSignal(file->part);
  return std::move(file);
}

StatisticsFile::~StatisticsFile() {
  if (descriptor < 0)
    return;
  if (kept) {
    if (count > kept)
      (void)!::ftruncate(descriptor, static_cast<off_t>(layout.getEnd(kept)));
  } else {
    ::unlink(part.c_str());
  }
  llvm::sys::DontRemoveFileOnSignal(part);
  ::close(descriptor);
}

llvm::Error StatisticsFile::write(llvm::StringRef bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return fail();
    bytes = bytes.drop_front(written);
  }
  return llvm::Error::success();
}

llvm::Error StatisticsFile::add(const InputStatistics &input) {
  assert(count < layout.size() && "no more inputs than were announced");
  if (llvm::Error error = writeInput(
          input, [&](llvm::StringRef bytes) { return write(bytes); }))
    return error;
  ++count;
  assert(::lseek(descriptor, 0, SEEK_CUR) ==
             static_cast<off_t>(layout.getEnd(count)) &&
         "an input of the shape that was announced");
  return llvm::Error::success();
}

llvm::Error StatisticsFile::keep() {
  if (::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS)
    return fail();
  kept = count;
  llvm::sys::DontRemoveFileOnSignal(part);
  return llvm::Error::success();
}

llvm::Error StatisticsFile::commit() {
  assert(count == layout.size() && "the file has all inputs");
  if (llvm::Error error = write(layout.getEnding()))
    return error;
  if (std::error_code code = llvm::sys::fs::rename(part, whole.besidePath()))
    return cannotWrite(part, code);
  llvm::sys::DontRemoveFileOnSignal(part);
  ::close(descriptor);
  descriptor = -1;
  if (llvm::Error error = whole.adopt())
    return error;
  return whole.commit();
}

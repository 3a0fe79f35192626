//===- PlacedFile.cpp - a file of a known size, written in any order ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Emit/PlacedFile.h"

#include "llmc/Emit/PendingFile.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

using namespace llmc;

static std::error_code makeError(int number) {
  return std::error_code(number, std::generic_category());
}

llvm::Expected<PlacedFile>
PlacedFile::open(llvm::StringRef path, llvm::StringRef name, uint64_t bytes) {
  int descriptor = ::open(path.str().c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0)
    return cannotWrite(name, makeError(errno));
  PlacedFile file(descriptor, name.str());
  int number = 0;
  do
    number = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  while (number == EINTR);
  // Some file systems reserve nothing; there a write will say.
  if (number && number != EOPNOTSUPP && number != EINVAL)
    return cannotWrite(name, makeError(number));
  return file;
}

PlacedFile::PlacedFile(PlacedFile &&other) noexcept
    : descriptor(other.descriptor), name(std::move(other.name)) {
  other.descriptor = -1;
}

PlacedFile::~PlacedFile() {
  if (descriptor >= 0)
    ::close(descriptor);
}

llvm::Error PlacedFile::write(uint64_t offset, llvm::ArrayRef<uint8_t> bytes) {
  while (!bytes.empty()) {
    ssize_t done = ::pwrite(descriptor, bytes.data(), bytes.size(),
                            static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return cannotWrite(name, makeError(done < 0 ? errno : ENOSPC));
    bytes = bytes.drop_front(done);
    offset += done;
  }
  return llvm::Error::success();
}

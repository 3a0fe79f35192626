//===- FileDigests.cpp - which bytes a program was made of ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcrypto's SHA-256 uses the processor's instructions for it, LLVM's own does
// not. Of libcrypto the plain functions: EVP would load providers and read the
// user's openssl.cnf, for the same bytes.
//===----------------------------------------------------------------------===//
#include "llmc/Emit/FileDigests.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace llmc;

/// Reads all of a file; errno tells a failure.
static bool readFile(const std::string &path, const std::atomic<bool> &stop,
                     FileDigest &digest) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  SHA256_CTX state;
  SHA256_Init(&state);
  std::vector<uint8_t> buffer(1 << 20);
  ssize_t got;
  while ((got = ::read(descriptor, buffer.data(), buffer.size())) != 0) {
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 || stop)
      break;
    SHA256_Update(&state, buffer.data(), size_t(got));
    digest.bytes += uint64_t(got);
  }
  int failure = errno;
  ::close(descriptor);
  errno = failure;
  uint8_t sum[SHA256_DIGEST_LENGTH];
  SHA256_Final(sum, &state);
  digest.sha256 = llvm::toHex(llvm::ArrayRef(sum), /*LowerCase=*/true);
  return got == 0;
}

FileDigests::FileDigests(llvm::ArrayRef<std::string> paths)
    : paths(paths.begin(), paths.end()), reader([this] { readAll(); }) {}

FileDigests::~FileDigests() {
  stop = true;
  if (reader.joinable())
    reader.join();
}

void FileDigests::readAll() {
  for (const std::string &path : paths) {
    FileDigest digest;
    digest.name = llvm::sys::path::filename(path);
    if (!readFile(path, stop, digest)) {
      if (!stop)
        problem = path + ": cannot be read: " + std::strerror(errno);
      return;
    }
    digests.push_back(std::move(digest));
  }
}

llvm::Expected<std::vector<FileDigest>> FileDigests::take() {
  assert(reader.joinable() && "digests are taken once");
  reader.join();
  if (!problem.empty())
    return llvm::createStringError(problem);
  return std::move(digests);
}

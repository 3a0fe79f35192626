//===- SectionWriter.cpp - one section of the artifact --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plain write(2): the file is written once, in order, and every failure must
// reach the user as a sentence.
//===----------------------------------------------------------------------===//
#include "SectionWriter.h"

#include "llmc/Emit/PendingFile.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

using namespace llmc;

SectionWriter::SectionWriter(std::string name, int descriptor, uint64_t end)
    : name(std::move(name)), descriptor(descriptor), end(end) {}

SectionWriter::SectionWriter(SectionWriter &&other) noexcept
    : name(std::move(other.name)), descriptor(other.descriptor), end(other.end),
      section(other.section), sum(std::move(other.sum)) {
  other.descriptor = -1;
}

SectionWriter::~SectionWriter() {
  if (descriptor >= 0)
    ::close(descriptor);
}

llvm::Expected<SectionWriter> SectionWriter::open(llvm::StringRef path,
                                                  llvm::StringRef name) {
  SectionWriter writer(name.str(),
                       ::open(path.str().c_str(), O_RDWR | O_CLOEXEC), 0);
  if (writer.descriptor < 0)
    return writer.failure();
  off_t end = ::lseek(writer.descriptor, 0, SEEK_END);
  if (end < 0)
    return writer.failure();
  writer.end = uint64_t(end);
  return writer;
}

llvm::Error SectionWriter::failure() {
  std::error_code code(errno, std::generic_category());
  return cannotWrite(name, code);
}

llvm::Error SectionWriter::reserve(uint64_t bytes) {
  // Without this call (network file systems) a full disk shows later.
  if (::fallocate(descriptor, FALLOC_FL_KEEP_SIZE, off_t(end), off_t(bytes)) ==
          0 ||
      errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR)
    return llvm::Error::success();
  std::error_code code(errno, std::generic_category());
  return llvm::createStringError(
      code, "cannot write '%s': %llu more bytes needed: %s%s", name.c_str(),
      static_cast<unsigned long long>(bytes), code.message().c_str(),
      adviseWrite(name, code).c_str());
}

llvm::Error SectionWriter::writeRaw(const void *data, uint64_t bytes) {
  assert(descriptor >= 0 && "a writer that was moved from writes nothing");
  const char *next = static_cast<const char *>(data);
  while (bytes) {
    ssize_t written = ::write(descriptor, next, bytes);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failure();
    next += written;
    bytes -= uint64_t(written);
    end += uint64_t(written);
  }
  return llvm::Error::success();
}

/// Reads back what stands in the file: the linker wrote it.
llvm::Expected<LlmrtSection> SectionWriter::coverCode(uint64_t bytes) {
  llmrt::Checksum sum;
  std::vector<uint8_t> buffer(1 << 20);
  for (uint64_t at = 0; at < bytes;) {
    ssize_t got =
        ::pread(descriptor, buffer.data(),
                std::min<uint64_t>(bytes - at, buffer.size()), off_t(at));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return llvm::createStringError("cannot read '%s' back: %s", name.c_str(),
                                     got < 0 ? std::strerror(errno)
                                             : "it became shorter");
    sum.add(buffer.data(), size_t(got));
    at += uint64_t(got);
  }
  return LlmrtSection{LLMRT_SECTION_CODE, 0, 0, bytes, sum.value()};
}

llvm::Error SectionWriter::beginSection(uint32_t kind) {
  static const uint8_t zeros[LLMRT_SECTION_ALIGN] = {};
  if (llvm::Error error =
          writeRaw(zeros, llvm::alignTo(end, LLMRT_SECTION_ALIGN) - end))
    return error;
  section = {};
  section.kind = kind;
  section.offset = end;
  sum.reset();
  return llvm::Error::success();
}

llvm::Error SectionWriter::write(llvm::ArrayRef<uint8_t> bytes) {
  assert(section.offset + section.bytes == end &&
         "a section is begun before it is written, and has no gap");
  if (llvm::Error error = writeRaw(bytes.data(), bytes.size()))
    return error;
  section.bytes += bytes.size();
  sum.add(bytes.data(), bytes.size());
  return llvm::Error::success();
}

llvm::Error SectionWriter::padTo(uint64_t sectionBytes) {
  assert(section.bytes <= sectionBytes && "a section is as long as planned");
  static const uint8_t zeros[4096] = {};
  while (section.bytes < sectionBytes) {
    uint64_t missing =
        std::min<uint64_t>(sectionBytes - section.bytes, sizeof(zeros));
    if (llvm::Error error = write(llvm::ArrayRef(zeros, missing)))
      return error;
  }
  return llvm::Error::success();
}

LlmrtSection SectionWriter::endSection() {
  section.checksum = sum.value();
  return section;
}

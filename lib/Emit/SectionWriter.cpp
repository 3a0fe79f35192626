//===- SectionWriter.cpp - the sections of the artifact -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plain write(2): the file is written once, in order, and every failure must
// reach the user as a sentence.
//===----------------------------------------------------------------------===//
#include "SectionWriter.h"

#include "ArtifactSegment.h"

#include "llmc/Emit/PendingFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace llmc;

SectionWriter::SectionWriter(std::string name, int descriptor)
    : name(std::move(name)), descriptor(descriptor) {}

SectionWriter::SectionWriter(SectionWriter &&other) noexcept
    : name(std::move(other.name)), descriptor(other.descriptor),
      begin(other.begin), end(other.end), waiting(std::move(other.waiting)),
      section(other.section), sum(std::move(other.sum)) {
  other.descriptor = -1;
}

SectionWriter::~SectionWriter() {
  if (descriptor >= 0)
    ::close(descriptor);
}

llvm::Expected<SectionWriter> SectionWriter::open(llvm::StringRef path,
                                                  llvm::StringRef name,
                                                  uint64_t address,
                                                  uint64_t alignment) {
  SectionWriter writer(name.str(),
                       ::open(path.str().c_str(), O_RDWR | O_CLOEXEC));
  if (writer.descriptor < 0)
    return writer.failure();
  off_t end = ::lseek(writer.descriptor, 0, SEEK_END);
  if (end < 0)
    return writer.failure();
  writer.end = uint64_t(end);
  if (llvm::Error error = writer.padBy((address - writer.end) % alignment))
    return error;
  writer.begin = writer.end;
  // The name alone: no program has a model before its header is complete.
  LlmrtArtifact begun = {};
  std::memcpy(begun.magic, LLMRT_ARTIFACT_MAGIC, sizeof(begun.magic));
  if (llvm::Error error = writer.writeRaw(&begun, sizeof(begun)))
    return error;
  if (llvm::Error error = writer.flush())
    return error;
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

/// Up to the next huge page of the file bytes wait; then they are written at once.
llvm::Error SectionWriter::writeRaw(const void *data, uint64_t bytes) {
  assert(descriptor >= 0 && "a writer that was moved from writes nothing");
  const char *next = static_cast<const char *>(data);
  while (bytes) {
    uint64_t room = hugePageBytes - end % hugePageBytes;
    uint64_t count = std::min(bytes, room);
    waiting.insert(waiting.end(), next, next + count);
    next += count;
    bytes -= count;
    end += count;
    if (count == room)
      if (llvm::Error error = flush())
        return error;
  }
  return llvm::Error::success();
}

llvm::Error SectionWriter::flush() {
  llvm::Error error = writeOut(waiting.data(), waiting.size());
  waiting.clear();
  return error;
}

llvm::Error SectionWriter::writeOut(const void *data, uint64_t bytes) {
  const char *next = static_cast<const char *>(data);
  while (bytes) {
    ssize_t written = ::write(descriptor, next, bytes);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failure();
    next += written;
    bytes -= uint64_t(written);
  }
  return llvm::Error::success();
}

llvm::Error SectionWriter::padBy(uint64_t bytes) {
  const std::vector<char> zeros(bytes);
  return writeRaw(zeros.data(), bytes);
}

llvm::Error SectionWriter::alignTo(uint64_t alignment) {
  return padBy(llvm::alignTo(end, alignment) - end);
}

llvm::Error SectionWriter::beginSection(uint32_t kind) {
  if (llvm::Error error = alignTo(LLMRT_SECTION_ALIGN))
    return error;
  section = {};
  section.kind = kind;
  section.offset = position();
  sum.reset();
  return llvm::Error::success();
}

llvm::Error SectionWriter::write(llvm::ArrayRef<uint8_t> bytes) {
  assert(section.offset + section.bytes == position() &&
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

llvm::Error SectionWriter::writeEnd() {
  static const char mark[] = LLMRT_ARTIFACT_END;
  if (llvm::Error error = alignTo(8))
    return error;
  return writeRaw(mark, sizeof(mark) - 1);
}

llvm::Error SectionWriter::writeHeader(llvm::ArrayRef<LlmrtSection> table) {
  assert(table.size() <= LLMRT_MAX_SECTIONS && "a header holds so many");
  LlmrtArtifact header = {};
  std::memcpy(header.magic, LLMRT_ARTIFACT_MAGIC, sizeof(header.magic));
  header.abiVersion = LLMRT_ABI_VERSION;
  header.sectionCount = uint32_t(table.size());
  header.bytes = position();
  llvm::copy(table, header.sections);
  header.checksum = llmrt::checksum(&header, sizeof(header));
  return rewrite(begin, &header, sizeof(header));
}

llvm::Error SectionWriter::rewrite(uint64_t offset, const void *data,
                                   uint64_t bytes) {
  if (llvm::Error error = flush())
    return error;
  if (::lseek(descriptor, off_t(offset), SEEK_SET) < 0)
    return failure();
  llvm::Error error = writeOut(data, bytes);
  if (::lseek(descriptor, 0, SEEK_END) < 0 && !error)
    return failure();
  return error;
}

llvm::Error SectionWriter::editLinked(
    llvm::function_ref<llvm::Error(llvm::MutableArrayRef<char>)> edit) {
  llvm::SmallVector<char, 0> linked(begin);
  for (uint64_t at = 0; at < begin;) {
    ssize_t got = ::pread(descriptor, &linked[at], begin - at, off_t(at));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return llvm::createStringError("cannot read '%s' back: %s", name.c_str(),
                                     got < 0 ? std::strerror(errno)
                                             : "it became shorter");
    at += uint64_t(got);
  }
  if (llvm::Error error = edit(linked))
    return error;
  return rewrite(0, linked.data(), linked.size());
}

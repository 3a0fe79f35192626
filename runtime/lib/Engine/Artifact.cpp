//===- Artifact.cpp - the sections appended to a compiled model -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Artifact.h"
#include "llmrt/Checksum.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llmrt;

namespace {

constexpr uint32_t maxSections = 16;

/// Reads one artifact; every error names the file.
class Reader {
public:
  explicit Reader(const std::string &path) : path(path) {}
  ~Reader() {
    if (descriptor >= 0)
      close(descriptor);
  }

  Status openFile();
  Status readTrailer();
  Status readTable();
  Status checkSection(uint32_t index, uint64_t previousEnd);
  Expected<MappedMemory> mapSection(const LlmrtSection &section);

  uint64_t fileBytes = 0;
  std::vector<LlmrtSection> table;

private:
  Status failure(const char *format, ...) __attribute__((format(printf, 2, 3)));
  Status read(uint64_t offset, void *to, size_t bytes);

  const std::string &path;
  int descriptor = -1;
  LlmrtTrailer trailer = {};
};

Status Reader::failure(const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return Status::error(path + ": " + text);
}

Status Reader::read(uint64_t offset, void *to, size_t bytes) {
  auto *next = static_cast<char *>(to);
  while (bytes > 0) {
    ssize_t got = pread(descriptor, next, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return failure("cannot read %zu bytes at %" PRIu64 ": %s", bytes, offset,
                     got < 0 ? std::strerror(errno) : "the file ends");
    next += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<size_t>(got);
  }
  return Status::ok();
}

Status Reader::openFile() {
  descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return failure("cannot open: %s", std::strerror(errno));
  struct stat info;
  if (fstat(descriptor, &info) != 0)
    return failure("cannot read its size: %s", std::strerror(errno));
  if (!S_ISREG(info.st_mode))
    return failure("is not a regular file");
  fileBytes = static_cast<uint64_t>(info.st_size);
  return Status::ok();
}

Status Reader::readTrailer() {
  if (fileBytes < sizeof trailer)
    return failure("has no model: %" PRIu64 " bytes, a trailer has %zu",
                   fileBytes, sizeof trailer);
  if (Status status =
          read(fileBytes - sizeof trailer, &trailer, sizeof trailer);
      !status)
    return status;
  if (std::memcmp(trailer.magic, LLMRT_TRAILER_MAGIC, sizeof trailer.magic) !=
      0)
    return failure("has no model at its end, no trailer \"%s\": was it "
                   "stripped, or cut off "
                   "in a download? Compile or fetch it again",
                   LLMRT_TRAILER_MAGIC);
  if (trailer.abiVersion != LLMRT_ABI_VERSION)
    return failure("trailer has layout version %u, this program reads %d",
                   trailer.abiVersion, LLMRT_ABI_VERSION);
  if (trailer.fileBytes != fileBytes)
    return failure("trailer says %" PRIu64 " bytes, the file has %" PRIu64,
                   trailer.fileBytes, fileBytes);
  if (trailer.sectionCount < 1 || trailer.sectionCount > maxSections)
    return failure("trailer says %u sections, allowed are 1 to %u",
                   trailer.sectionCount, maxSections);
  return Status::ok();
}

Status Reader::readTable() {
  const uint64_t tableBytes = trailer.sectionCount * sizeof(LlmrtSection);
  const uint64_t tableEnd = fileBytes - sizeof trailer;
  if (trailer.tableOffset > tableEnd ||
      tableEnd - trailer.tableOffset != tableBytes)
    return failure("section table at %" PRIu64
                   " does not end at the trailer, %" PRIu64,
                   trailer.tableOffset, tableEnd);
  table.resize(trailer.sectionCount);
  if (Status status = read(trailer.tableOffset, table.data(), tableBytes);
      !status)
    return status;
  if (checksum(table.data(), tableBytes) != trailer.checksum)
    return failure("section table at %" PRIu64
                   " has another checksum than the trailer says",
                   trailer.tableOffset);
  const uint32_t last = trailer.sectionCount - 1;
  if (table[last].kind != LLMRT_SECTION_CODE || table[last].offset != 0)
    return failure("section %u, the last, is not the code at 0", last);
  if (Status status = checkSection(last, 0); !status)
    return status;
  uint64_t previousEnd = table[last].bytes; // it stands before the others
  for (uint32_t i = 0; i < last; ++i) {
    if (Status status = checkSection(i, previousEnd); !status)
      return status;
    previousEnd = table[i].offset + table[i].bytes;
  }
  return Status::ok();
}

Status Reader::checkSection(uint32_t index, uint64_t previousEnd) {
  const LlmrtSection &section = table[index];
  if (sectionName(section.kind).empty())
    return failure("section %u has the unknown kind %u", index, section.kind);
  if (section.reserved != 0)
    return failure("section %u has %u in its reserved field", index,
                   section.reserved);
  for (uint32_t other = 0; other < index; ++other)
    if (table[other].kind == section.kind)
      return failure("sections %u and %u are both %s", other, index,
                     sectionName(section.kind).data());
  if (section.offset % LLMRT_SECTION_ALIGN != 0)
    return failure("section %u starts at %" PRIu64 ", not at a multiple of %d",
                   index, section.offset, LLMRT_SECTION_ALIGN);
  if (section.bytes == 0)
    return failure("section %u is empty", index);
  if (section.offset > trailer.tableOffset ||
      section.bytes > trailer.tableOffset - section.offset)
    return failure("section %u of %" PRIu64 " bytes at %" PRIu64
                   " passes the section table at %" PRIu64,
                   index, section.bytes, section.offset, trailer.tableOffset);
  if (section.offset < previousEnd)
    return failure("section %u at %" PRIu64
                   " overlaps the one before, which ends at %" PRIu64,
                   index, section.offset, previousEnd);
  return Status::ok();
}

Expected<MappedMemory> Reader::mapSection(const LlmrtSection &section) {
  std::string purpose =
      path + ": section " + std::string(sectionName(section.kind));
  return MappedMemory::file(descriptor, section.offset, section.bytes,
                            purpose.c_str());
}

} // namespace

std::string_view llmrt::sectionName(uint32_t kind) {
  switch (kind) {
  case LLMRT_SECTION_WEIGHTS:
    return "weights";
  case LLMRT_SECTION_TOKENIZER:
    return "tokenizer";
  case LLMRT_SECTION_INFO:
    return "info";
  case LLMRT_SECTION_CODE:
    return "code";
  }
  return {};
}

Expected<Artifact> Artifact::open(const std::string &path) {
  Reader reader(path);
  for (auto check :
       {&Reader::openFile, &Reader::readTrailer, &Reader::readTable})
    if (Status status = (reader.*check)(); !status)
      return status;
  Artifact artifact;
  artifact.fileName = path;
  artifact.sizeBytes = reader.fileBytes;
  artifact.table = reader.table;
  for (const LlmrtSection &section : artifact.table) {
    auto map = reader.mapSection(section);
    if (!map)
      return map.status();
    // The first step reads all weights, front to back.
    if (section.kind == LLMRT_SECTION_WEIGHTS)
      madvise(map->data(), section.bytes, MADV_WILLNEED);
    artifact.maps.push_back(std::move(*map));
  }
  return artifact;
}

std::span<const uint8_t> Artifact::section(uint32_t kind) const {
  for (size_t i = 0; i < table.size(); ++i)
    if (table[i].kind == kind)
      return {maps[i].data(), static_cast<size_t>(table[i].bytes)};
  return {};
}

bool Artifact::equals(const Artifact &other) const {
  return sizeBytes == other.sizeBytes &&
         std::equal(table.begin(), table.end(), other.table.begin(),
                    other.table.end(),
                    [](const LlmrtSection &a, const LlmrtSection &b) {
                      return a.kind == b.kind && a.offset == b.offset &&
                             a.bytes == b.bytes && a.checksum == b.checksum;
                    });
}

Status Artifact::verify() const {
  for (size_t i = 0; i < table.size(); ++i)
    if (checksum(maps[i].data(), table[i].bytes) != table[i].checksum)
      return Status::error(
          fileName + ": section " + std::string(sectionName(table[i].kind)) +
          " of " + std::to_string(table[i].bytes) +
          " bytes has another checksum than the file says: "
          "the file was changed or damaged: compile or fetch it "
          "again");
  return Status::ok();
}

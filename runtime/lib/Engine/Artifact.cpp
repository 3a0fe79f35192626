//===- Artifact.cpp - the model in a program ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Artifact.h"
#include "llmrt/Checksum.h"
#include "llmrt/ElfFile.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llmrt;

namespace {

/// Reads an artifact's header; every error names the program.
class Reader {
public:
  Reader(std::span<const uint8_t> segment, const std::string &name)
      : segment(segment), name(name) {}

  Expected<std::vector<LlmrtSection>> readTable();

private:
  Status failure(const char *format, ...) __attribute__((format(printf, 2, 3)));
  Status checkEnds();
  Status checkHeader();
  Status checkSection(uint32_t index, uint64_t previousEnd);

  std::span<const uint8_t> segment;
  const std::string &name;
  LlmrtArtifact header = {};
};

constexpr std::string_view endMark = LLMRT_ARTIFACT_END;
constexpr size_t signalSetBytes = 8; // what `isReadable` reads
static_assert(endMark.size() == signalSetBytes);

Status Reader::failure(const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return Status::error(name + ": " + text);
}

} // namespace

/// Whether a load from there would not be answered with SIGBUS: a loader maps
/// pages that a file which was cut off does not have. The system reads the
/// signal set before it says that there is no such operation.
static bool isReadable(const uint8_t *address) {
  constexpr int noSuchOperation = -1;
  return syscall(SYS_rt_sigprocmask, noSuchOperation, address, nullptr,
                 signalSetBytes) == 0 ||
         errno != EFAULT;
}

Status Reader::checkEnds() {
  if (segment.empty())
    return failure("has no model: its code was not linked by llmc compile");
  if (segment.size() < sizeof header + endMark.size())
    return failure("has no model: its %zu bytes are less than a header's %zu",
                   segment.size(), sizeof header);
  const uint8_t *end = segment.data() + segment.size() - endMark.size();
  if (!isReadable(segment.data()) || !isReadable(end) ||
      std::memcmp(end, endMark.data(), endMark.size()) != 0)
    return failure("has no whole model: its %zu bytes do not end in \"%s\": "
                   "was the file cut off in a download? Compile or fetch it "
                   "again",
                   segment.size(), endMark.data());
  return Status::ok();
}

Status Reader::checkHeader() {
  std::memcpy(&header, segment.data(), sizeof header);
  if (std::memcmp(header.magic, LLMRT_ARTIFACT_MAGIC, sizeof header.magic) != 0)
    return failure("has no model: no \"%s\" at its start",
                   LLMRT_ARTIFACT_MAGIC);
  if (header.abiVersion != LLMRT_ABI_VERSION)
    return failure("has layout version %u, this program reads %d",
                   header.abiVersion, LLMRT_ABI_VERSION);
  if (header.bytes != segment.size())
    return failure("header says %" PRIu64 " bytes, its segment has %zu",
                   header.bytes, segment.size());
  if (header.sectionCount < 1 || header.sectionCount > LLMRT_MAX_SECTIONS)
    return failure("header says %u sections, allowed are 1 to %d",
                   header.sectionCount, LLMRT_MAX_SECTIONS);
  const uint64_t expected = header.checksum;
  header.checksum = 0;
  if (checksum(&header, sizeof header) != expected)
    return failure("header has another checksum than it says: the file was "
                   "changed or damaged: compile or fetch it again");
  return Status::ok();
}

Status Reader::checkSection(uint32_t index, uint64_t previousEnd) {
  const LlmrtSection &section = header.sections[index];
  if (sectionName(section.kind).empty())
    return failure("section %u has the unknown kind %u", index, section.kind);
  if (section.reserved != 0)
    return failure("section %u has %u in its reserved field", index,
                   section.reserved);
  for (uint32_t other = 0; other < index; ++other)
    if (header.sections[other].kind == section.kind &&
        section.kind != LLMRT_SECTION_DEVICE) // one per variant
      return failure("sections %u and %u are both %s", other, index,
                     sectionName(section.kind).data());
  if (section.bytes == 0)
    return failure("section %u is empty", index);
  if (section.kind == LLMRT_SECTION_CODE)
    return Status::ok(); // stands outside
  if (section.offset % LLMRT_SECTION_ALIGN != 0)
    return failure("section %u starts at %" PRIu64 ", not at a multiple of %d",
                   index, section.offset, LLMRT_SECTION_ALIGN);
  const uint64_t end = segment.size() - endMark.size();
  if (section.offset > end || section.bytes > end - section.offset)
    return failure("section %u of %" PRIu64 " bytes at %" PRIu64
                   " passes the end at %" PRIu64,
                   index, section.bytes, section.offset, end);
  if (section.offset < previousEnd)
    return failure("section %u at %" PRIu64
                   " overlaps what is before, which ends at %" PRIu64,
                   index, section.offset, previousEnd);
  return Status::ok();
}

Expected<std::vector<LlmrtSection>> Reader::readTable() {
  if (Status status = checkEnds(); !status)
    return status;
  if (Status status = checkHeader(); !status)
    return status;
  uint64_t previousEnd = sizeof header;
  for (uint32_t i = 0; i < header.sectionCount; ++i) {
    if (Status status = checkSection(i, previousEnd); !status)
      return status;
    previousEnd = header.sections[i].offset + header.sections[i].bytes;
  }
  const LlmrtSection &last = header.sections[header.sectionCount - 1];
  if (last.kind != LLMRT_SECTION_CODE || last.offset != 0)
    return failure("section %u, the last, is not the code",
                   header.sectionCount - 1);
  return std::vector<LlmrtSection>(header.sections,
                                   header.sections + header.sectionCount);
}

std::string_view llmrt::sectionName(uint32_t kind) {
  switch (kind) {
  case LLMRT_SECTION_WEIGHTS:
    return "weights";
  case LLMRT_SECTION_TOKENIZER:
    return "tokenizer";
  case LLMRT_SECTION_INFO:
    return "info";
  case LLMRT_SECTION_DEVICE:
    return "device";
  case LLMRT_SECTION_CODE:
    return "code";
  }
  return {};
}

/// The loaded segment that begins with `llmrt_artifact`, as the loader has it;
/// empty: there is none.
static std::span<const uint8_t> findOwnSegment() {
  std::span<const uint8_t> found;
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *result) {
        const auto *begin = reinterpret_cast<const uint8_t *>(&llmrt_artifact);
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr) &header = info->dlpi_phdr[i];
          if (header.p_type != PT_LOAD ||
              info->dlpi_addr + header.p_vaddr !=
                  reinterpret_cast<uintptr_t>(begin))
            continue;
          *static_cast<std::span<const uint8_t> *>(result) = {begin,
                                                              header.p_filesz};
          return 1;
        }
        return 0;
      },
      &found);
  return found;
}

Expected<Artifact> Artifact::loaded() {
  Dl_info own;
  const bool known = dladdr(&llmrt_artifact, &own) && own.dli_fname;
  return read(findOwnSegment(), known ? own.dli_fname : "this program");
}

Expected<Artifact> Artifact::read(std::span<const uint8_t> segment,
                                  std::string name) {
  auto table = Reader(segment, name).readTable();
  if (!table)
    return table.status();
  Artifact artifact;
  artifact.name = std::move(name);
  artifact.segment = segment;
  artifact.table = std::move(*table);
  // The first step reads all weights, front to back; in huge pages where the file system
  // has files in such pieces.
  if (auto weights = artifact.section(LLMRT_SECTION_WEIGHTS); !weights.empty())
    for (int advice : {MADV_HUGEPAGE, MADV_WILLNEED})
      madvise(const_cast<uint8_t *>(weights.data()), weights.size(), advice);
  return artifact;
}

/// All of a file, mapped.
static Expected<MappedMemory> mapFile(const std::string &path) {
  auto failure = [&](std::string what) {
    return Status::error(path + ": " + what);
  };
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return failure(std::string("cannot open: ") + std::strerror(errno));
  struct stat info;
  Expected<MappedMemory> map = failure("has no model: it is empty");
  if (fstat(descriptor, &info) != 0)
    map = failure(std::string("cannot read its size: ") + std::strerror(errno));
  else if (!S_ISREG(info.st_mode))
    map = failure("is not a regular file");
  else if (info.st_size > 0)
    map = MappedMemory::file(descriptor, uint64_t(info.st_size), path.c_str());
  close(descriptor);
  return map;
}

Expected<Artifact> Artifact::open(const std::string &path) {
  auto map = mapFile(path);
  if (!map)
    return map.status();
  auto elf = ElfFile::read({map->data(), size_t(map->size())});
  if (!elf)
    return Status::error(path + ": " + elf.message());
  auto artifact = read(elf->artifact(), path);
  if (artifact)
    artifact->file = std::move(*map);
  return artifact;
}

std::span<const uint8_t> Artifact::section(uint32_t kind) const {
  for (const LlmrtSection &section : table)
    if (section.kind == kind && kind != LLMRT_SECTION_CODE)
      return segment.subspan(section.offset, section.bytes);
  return {};
}

std::vector<std::span<const uint8_t>> Artifact::deviceImages() const {
  std::vector<std::span<const uint8_t>> images;
  for (const LlmrtSection &section : table)
    if (section.kind == LLMRT_SECTION_DEVICE)
      images.push_back(segment.subspan(section.offset, section.bytes));
  return images;
}

bool Artifact::equals(const Artifact &other) const {
  return segment.size() == other.segment.size() &&
         std::equal(table.begin(), table.end(), other.table.begin(),
                    other.table.end(),
                    [](const LlmrtSection &a, const LlmrtSection &b) {
                      return a.kind == b.kind && a.offset == b.offset &&
                             a.bytes == b.bytes && a.checksum == b.checksum;
                    });
}

Status Artifact::damaged(std::string_view part, uint64_t bytes) const {
  return Status::error(
      name + ": " + std::string(part) + " of " + std::to_string(bytes) +
      " bytes has another checksum than the file says: the "
      "file was changed or damaged: compile or fetch it again");
}

/// Between sections stand zeros.
Status Artifact::verifyGaps() const {
  uint64_t begin = sizeof(LlmrtArtifact);
  for (const LlmrtSection &section : table) {
    const bool isCode = section.kind == LLMRT_SECTION_CODE;
    const uint64_t end =
        isCode ? segment.size() - endMark.size() : section.offset;
    auto gap = segment.subspan(begin, end - begin);
    if (!std::all_of(gap.begin(), gap.end(), [](uint8_t b) { return b == 0; }))
      return damaged("the gap before section " +
                         std::string(sectionName(section.kind)),
                     gap.size());
    begin = section.offset + section.bytes;
  }
  return Status::ok();
}

Status Artifact::verify() const {
  for (const LlmrtSection &entry : table) {
    const bool isCode = entry.kind == LLMRT_SECTION_CODE;
    if (isCode && !isFile())
      continue; // relocated, and its data written
    uint64_t found = 0;
    if (!isCode)
      found = checksum(segment.data() + entry.offset, entry.bytes);
    else if (auto elf = ElfFile::read({file.data(), size_t(file.size())}))
      found = elf->code().checksum;
    if (found != entry.checksum)
      return damaged("section " + std::string(sectionName(entry.kind)),
                     entry.bytes);
  }
  return verifyGaps();
}

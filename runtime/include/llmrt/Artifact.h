//===- Artifact.h - the sections appended to a compiled model -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the trailer and the section table of abi.h before anything is used,
// and maps the sections. The file may come from anywhere: every number in it is
// checked against the file's real size.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_ARTIFACT_H
#define LLMRT_ARTIFACT_H

#include "llmrt/MappedMemory.h"
#include "llmrt/Status.h"
#include "llmrt/abi.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

class Artifact {
public:
  /// Errors name the file, the place and the cause.
  static Expected<Artifact> open(const std::string &path);

  /// The bytes of a section; empty where the file has none of this kind. The
  /// address is a multiple of 64.
  std::span<const uint8_t> section(uint32_t kind) const;

  /// Reads every section, the executable too, and compares its checksum.
  Status verify() const;

  /// Whether both files hold the same, by their sections' checksums.
  bool equals(const Artifact &other) const;

  const std::vector<LlmrtSection> &sections() const { return table; }
  const std::string &path() const { return fileName; }
  uint64_t fileBytes() const { return sizeBytes; }
  /// Bytes of the executable, which stands before all other sections.
  uint64_t codeBytes() const { return section(LLMRT_SECTION_CODE).size(); }

private:
  std::string fileName;
  uint64_t sizeBytes = 0;
  std::vector<LlmrtSection> table;
  std::vector<MappedMemory> maps; // one per section
};

/// "weights", "tokenizer", "info", "code"; empty where the kind is unknown.
std::string_view sectionName(uint32_t kind);

} // namespace llmrt

#endif // LLMRT_ARTIFACT_H

//===- Artifact.h - the model in a program --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the artifact of abi.h before anything of it is used. It may come from
// anywhere: every number in it is checked against its segment's real size.
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
  /// The one that was loaded with this code. Errors name the program.
  static Expected<Artifact> loaded();

  /// That of another program's file, which is mapped. Errors name the file, the
  /// place and the cause.
  static Expected<Artifact> open(const std::string &path);

  /// `segment` is page aligned, outlives this and may end in pages that its file
  /// does not have; `name` is for errors.
  static Expected<Artifact> read(std::span<const uint8_t> segment,
                                 std::string name);

  /// The bytes of a section; empty where there is none of this kind. The address
  /// is a multiple of 64. The code has no bytes here.
  std::span<const uint8_t> section(uint32_t kind) const;
  /// The code of devices, by LlmrtVariant.image.
  std::vector<std::span<const uint8_t>> deviceImages() const;

  /// Reads every section, and of a file the code too, and compares checksums.
  Status verify() const;

  /// Whether both hold the same, by their sections' checksums.
  bool equals(const Artifact &other) const;

  /// Whether it stands in a file that `open` mapped, code and all.
  bool isFile() const { return file.size() > 0; }
  const std::vector<LlmrtSection> &sections() const { return table; }
  const std::string &path() const { return name; }
  /// What the system loads, in bytes of the file: code and artifact.
  uint64_t loadedBytes() const { return table.back().bytes + segment.size(); }

private:
  Status verifyGaps() const;
  Status damaged(std::string_view part, uint64_t bytes) const;

  std::string name;
  MappedMemory file; // empty for the program's own
  std::span<const uint8_t> segment;
  std::vector<LlmrtSection> table; // the code last
};

/// "weights", "tokenizer", "info", "device", "code"; empty where the kind is unknown.
std::string_view sectionName(uint32_t kind);

} // namespace llmrt

#endif // LLMRT_ARTIFACT_H

//===- ElfFile.h - what a loader takes of a program's file ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs are compared by what is loaded of them: `strip` and its like rewrite
// section headers, names and the places of segments in the file, and change
// nothing that runs. Every number of the file is checked against its size.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_ELFFILE_H
#define LLMRT_ELFFILE_H

#include "llmrt/Status.h"
#include "llmrt/abi.h"

#include <cstdint>
#include <span>
#include <vector>

namespace llmrt {

/// A view of an ELF file for x86-64.
class ElfFile {
public:
  /// Errors go on behind the file's name: "has no model: ...".
  static Expected<ElfFile> read(std::span<const uint8_t> file);

  /// The loaded segment that begins with LLMRT_ARTIFACT_MAGIC.
  std::span<const uint8_t> artifact() const { return model; }

  /// The entry of everything else that is loaded: its bytes in the file, and a
  /// checksum of them. Of the ELF header the section headers' place and number
  /// do not count, of the program headers the segments' places in the file.
  LlmrtSection code() const;

private:
  Status readSegments();

  std::span<const uint8_t> file;
  std::span<const uint8_t> model;
  std::vector<std::span<const uint8_t>> segments; // the others
  size_t headBytes = 0;                           // ELF and program headers
};

} // namespace llmrt

#endif // LLMRT_ELFFILE_H

//===- SectionWriter.h - one section of the artifact ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes a file front to back and computes a section's checksum on the way, so
// that no byte of it is read again.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_EMIT_SECTIONWRITER_H
#define LLMC_LIB_EMIT_SECTIONWRITER_H

#include "llmrt/Checksum.h"
#include "llmrt/abi.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llmc {

/// Appends to a file that holds an executable.
class SectionWriter {
public:
  /// Opens `path` for appending at its end; messages say `name`.
  static llvm::Expected<SectionWriter> open(llvm::StringRef path,
                                            llvm::StringRef name);
  SectionWriter(SectionWriter &&other) noexcept;
  SectionWriter &operator=(SectionWriter &&) = delete;
  ~SectionWriter();

  /// Bytes of the file so far.
  uint64_t position() const { return end; }
  /// Makes sure that the disk has room for `bytes` more; fails early if not.
  llvm::Error reserve(uint64_t bytes);
  /// The entry of the executable, the file's first `bytes` bytes.
  llvm::Expected<LlmrtSection> coverCode(uint64_t bytes);
  /// Pads with zeros to LLMRT_SECTION_ALIGN and starts a section there.
  llvm::Error beginSection(uint32_t kind);
  /// Appends to the current section and its checksum.
  llvm::Error write(llvm::ArrayRef<uint8_t> bytes);
  /// Pads the current section with zeros to `sectionBytes`.
  llvm::Error padTo(uint64_t sectionBytes);
  /// The finished section's entry.
  LlmrtSection endSection();
  /// Appends outside any section.
  llvm::Error writeRaw(const void *data, uint64_t bytes);

private:
  SectionWriter(std::string name, int descriptor, uint64_t end);
  llvm::Error failure();

  std::string name;
  int descriptor;
  uint64_t end;
  LlmrtSection section = {};
  llmrt::Checksum sum; // of the current section
};

} // namespace llmc

#endif // LLMC_LIB_EMIT_SECTIONWRITER_H

//===- SectionWriter.h - the sections of the artifact -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the artifact of abi.h front to back and computes a section's checksum
// on the way, so that no byte of it is read again. Huge pages at a time, where they
// lie in the file: the system keeps them as they were written.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_EMIT_SECTIONWRITER_H
#define LLMC_LIB_EMIT_SECTIONWRITER_H

#include "llmrt/Checksum.h"
#include "llmrt/abi.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace llmc {

/// Appends to a file that holds an executable.
class SectionWriter {
public:
  /// Opens `path`, pads it to where an offset is `address` modulo `alignment`, both multiples
  /// of LLMRT_SECTION_ALIGN, and leaves room for the header; messages say `name`.
  static llvm::Expected<SectionWriter>
  open(llvm::StringRef path, llvm::StringRef name, uint64_t address = 0,
       uint64_t alignment = LLMRT_SECTION_ALIGN);
  SectionWriter(SectionWriter &&other) noexcept;
  SectionWriter &operator=(SectionWriter &&) = delete;
  ~SectionWriter();

  /// Where in the file the artifact begins.
  uint64_t fileOffset() const { return begin; }
  /// Bytes of the artifact so far.
  uint64_t position() const { return end - begin; }
  /// Makes sure that the disk has room for `bytes` more; fails early if not.
  llvm::Error reserve(uint64_t bytes);
  /// Pads with zeros to LLMRT_SECTION_ALIGN and starts a section there.
  llvm::Error beginSection(uint32_t kind);
  /// Appends to the current section and its checksum.
  llvm::Error write(llvm::ArrayRef<uint8_t> bytes);
  /// Pads the current section with zeros to `sectionBytes`.
  llvm::Error padTo(uint64_t sectionBytes);
  /// The finished section's entry.
  LlmrtSection endSection();
  /// Appends LLMRT_ARTIFACT_END, at a multiple of 8.
  llvm::Error writeEnd();
  /// Lets `edit` change what stands before the artifact, and writes it back.
  llvm::Error
  editLinked(llvm::function_ref<llvm::Error(llvm::MutableArrayRef<char>)> edit);
  /// Writes what waits for its huge page to be full.
  llvm::Error flush();
  /// Completes the header that lists `table`, and writes it to its place.
  llvm::Error writeHeader(llvm::ArrayRef<LlmrtSection> table);

private:
  SectionWriter(std::string name, int descriptor);
  llvm::Error failure();
  llvm::Error writeRaw(const void *data, uint64_t bytes);
  llvm::Error writeOut(const void *data, uint64_t bytes);
  llvm::Error padBy(uint64_t bytes);
  llvm::Error rewrite(uint64_t offset, const void *data, uint64_t bytes);
  llvm::Error alignTo(uint64_t alignment);

  std::string name;
  int descriptor;
  uint64_t begin = 0, end = 0; // in the file
  std::vector<char> waiting; // the last bytes before `end`, not in the file yet
  LlmrtSection section = {};
  llmrt::Checksum sum; // of the current section
};

} // namespace llmc

#endif // LLMC_LIB_EMIT_SECTIONWRITER_H

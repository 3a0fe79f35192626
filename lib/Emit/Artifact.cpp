//===- Artifact.cpp - weights, tokenizer and facts behind the code --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Appended instead of linked: weights never meet the linker's memory or
// relocation limits. When they stand in the file, the headers are edited so that
// the loader maps them (ArtifactSegment.h).
//===----------------------------------------------------------------------===//
#include "ArtifactSegment.h"
#include "SectionWriter.h"
#include "llmc/Emit/Emit.h"
#include "llmc/Emit/WeightStream.h"
#include "llmrt/ElfFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llmc;

static llvm::Error
writeWeights(SectionWriter &writer, llvm::ArrayRef<PlannedWeight> weights,
             const WeightStore &store, uint64_t sectionBytes,
             llvm::function_ref<void(uint64_t, uint64_t)> progress) {
  auto make = [&](mlir::llm::WeightOp weight) {
    return makeWeight(weight, store);
  };
  uint64_t done = 0;
  auto consume = [&](const PlannedWeight &weight,
                     llvm::ArrayRef<uint8_t> bytes) -> llvm::Error {
    if (llvm::Error error = writer.padTo(weight.offset))
      return error;
    if (llvm::Error error = writer.write(bytes))
      return error;
    done = weight.offset + weight.bytes;
    if (progress)
      progress(done, sectionBytes);
    return llvm::Error::success();
  };
  if (llvm::Error error = streamWeights(weights, make, consume))
    return error;
  return writer.padTo(sectionBytes);
}

static llvm::Error writeText(SectionWriter &writer, uint32_t kind,
                             llvm::StringRef text,
                             std::vector<LlmrtSection> &table) {
  if (text.empty())
    return llvm::Error::success();
  if (llvm::Error error = writer.beginSection(kind))
    return error;
  if (llvm::Error error = writer.write(llvm::arrayRefFromStringRef(text)))
    return error;
  table.push_back(writer.endSection());
  return llvm::Error::success();
}

static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readBack(llvm::StringRef path, llvm::StringRef name) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return llvm::createStringError("cannot read '" + name +
                                   "' back: " + file.getError().message());
  return std::move(*file);
}

/// What is linked, and room for the artifact behind it. Where weights fill huge pages,
/// they lie so that they are mapped as such.
static llvm::Expected<SectionWriter>
openLinked(llvm::StringRef path, llvm::StringRef name, uint64_t weightBytes) {
  auto file = readBack(path, name);
  if (!file)
    return file.takeError();
  auto address =
      getArtifactAddress({(*file)->getBufferStart(), (*file)->getBufferSize()});
  if (!address)
    return address.takeError();
  return SectionWriter::open(
      path, name, *address,
      weightBytes < 2 * hugePageBytes ? LLMRT_SECTION_ALIGN : hugePageBytes);
}

/// The entry of the code, as it stands in the file: the linker wrote it.
static llvm::Expected<LlmrtSection> coverCode(llvm::StringRef path,
                                              llvm::StringRef name) {
  auto file = readBack(path, name);
  if (!file)
    return file.takeError();
  auto bytes = llvm::arrayRefFromStringRef((*file)->getBuffer());
  auto elf = llmrt::ElfFile::read({bytes.data(), bytes.size()});
  if (!elf)
    return llvm::createStringError("cannot read '" + name +
                                   "' back: " + elf.message());
  return elf->code();
}

llvm::Expected<uint64_t> llmc::getWeightSectionBytes(mlir::ModuleOp planned) {
  auto weights = collectPlannedWeights(planned);
  if (!weights)
    return weights.takeError();
  if (weights->empty())
    return 0;
  return llvm::alignTo(weights->back().offset + weights->back().bytes, 64);
}

llvm::Error
llmc::appendSections(llvm::StringRef path, const ArtifactInputs &inputs,
                     llvm::function_ref<void(uint64_t, uint64_t)> progress) {
  auto weights = collectPlannedWeights(inputs.planned);
  if (!weights)
    return weights.takeError();
  auto weightBytes = getWeightSectionBytes(inputs.planned);
  if (!weightBytes)
    return weightBytes.takeError();
  llvm::StringRef name = inputs.name.empty() ? path : inputs.name;
  auto writer = openLinked(path, name, *weightBytes);
  if (!writer)
    return writer.takeError();
  if (llvm::Error error = writer->reserve(
          *weightBytes + inputs.tokenizer.size() + 4 * LLMRT_SECTION_ALIGN))
    return error;

  std::vector<LlmrtSection> table;
  // A function may have none, and no section is empty.
  if (*weightBytes) {
    if (llvm::Error error = writer->beginSection(LLMRT_SECTION_WEIGHTS))
      return error;
    if (llvm::Error error = writeWeights(*writer, *weights, *inputs.weights,
                                         *weightBytes, progress))
      return error;
    table.push_back(writer->endSection());
  }
  if (llvm::Error error =
          writeText(*writer, LLMRT_SECTION_TOKENIZER, inputs.tokenizer, table))
    return error;
  for (const std::string &code : inputs.deviceCode)
    if (llvm::Error error =
            writeText(*writer, LLMRT_SECTION_DEVICE,
                      llvm::StringRef(code.c_str(), code.size() + 1), table))
      return error;
  if (inputs.info) {
    auto info = inputs.info();
    if (!info)
      return info.takeError();
    if (llvm::Error error =
            writeText(*writer, LLMRT_SECTION_INFO, *info, table))
      return error;
  }
  if (llvm::Error error = writer->writeEnd())
    return error;
  if (llvm::Error error = writer->editLinked([&](auto linked) {
        return placeArtifact(linked, writer->fileOffset(), writer->position());
      }))
    return error;
  auto code = coverCode(path, name);
  if (!code)
    return code.takeError();
  table.push_back(*code);
  return writer->writeHeader(table);
}

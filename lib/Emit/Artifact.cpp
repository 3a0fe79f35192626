//===- Artifact.cpp - weights, tokenizer and facts behind the code --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Appended instead of linked: weights never meet the linker's memory,
// relocation limits or the loader; the program maps them from its own file.
//===----------------------------------------------------------------------===//
#include "SectionWriter.h"
#include "WeightStream.h"
#include "llmc/Emit/Emit.h"

#include "llvm/Support/MathExtras.h"

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

static llvm::Error writeTable(SectionWriter &writer,
                              llvm::ArrayRef<LlmrtSection> table) {
  static const uint8_t zeros[8] = {};
  if (llvm::Error error = writer.writeRaw(
          zeros, llvm::alignTo(writer.position(), 8) - writer.position()))
    return error;
  LlmrtTrailer trailer = {};
  uint64_t tableBytes = table.size() * sizeof(LlmrtSection);
  std::memcpy(trailer.magic, LLMRT_TRAILER_MAGIC, sizeof(trailer.magic));
  trailer.abiVersion = LLMRT_ABI_VERSION;
  trailer.sectionCount = uint32_t(table.size());
  trailer.tableOffset = writer.position();
  trailer.fileBytes = trailer.tableOffset + tableBytes + sizeof(trailer);
  trailer.checksum = llmrt::checksum(table.data(), tableBytes);
  if (llvm::Error error = writer.writeRaw(table.data(), tableBytes))
    return error;
  return writer.writeRaw(&trailer, sizeof(trailer));
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
  auto writer =
      SectionWriter::open(path, inputs.name.empty() ? path : inputs.name);
  if (!writer)
    return writer.takeError();
  if (llvm::Error error = writer->reserve(
          *weightBytes + inputs.tokenizer.size() + 4 * LLMRT_SECTION_ALIGN))
    return error;

  auto code = writer->coverCode(writer->position());
  if (!code)
    return code.takeError();
  std::vector<LlmrtSection> table;
  if (llvm::Error error = writer->beginSection(LLMRT_SECTION_WEIGHTS))
    return error;
  if (llvm::Error error = writeWeights(*writer, *weights, *inputs.weights,
                                       *weightBytes, progress))
    return error;
  table.push_back(writer->endSection());
  if (llvm::Error error =
          writeText(*writer, LLMRT_SECTION_TOKENIZER, inputs.tokenizer, table))
    return error;
  if (inputs.info) {
    auto info = inputs.info();
    if (!info)
      return info.takeError();
    if (llvm::Error error =
            writeText(*writer, LLMRT_SECTION_INFO, *info, table))
      return error;
  }
  table.push_back(*code);
  return writeTable(*writer, table);
}

//===- Quantized.cpp - fuzzes folders that others quantised -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An input is a config.json in one line, and a safetensors file.
//===----------------------------------------------------------------------===//
#include "Fuzz.h"
#include "FuzzContext.h"

#include "lib/Import/Quantized/QuantizedForm.h"
#include "llmc/Weights/Json.h"

using namespace llmc;

static constexpr int64_t mostMade = 1 << 20; // bytes of a tensor

static llvm::Error open(llvm::StringRef text, llvm::ArrayRef<uint8_t> bytes) {
  auto fields = parseJsonObject("config.json", text);
  if (!fields)
    return fields.takeError();
  Source source(SourceKind::HuggingFace, "model");
  source.config = HfConfig("config.json", std::move(*fields));
  auto quantized = QuantizedTensors::open(*source.config);
  if (!quantized)
    return quantized.takeError();
  auto tensors = parseSafetensors("model.safetensors", bytes);
  if (!tensors)
    return tensors.takeError();
  for (const SafeTensor &tensor : *tensors)
    quantized->take(tensor, "model.safetensors");
  if (llvm::Error error = quantized->addMatrices(
          source, fuzz::getContext<mlir::llm::LLMDialect>()))
    return error;
  std::vector<uint8_t> made;
  for (const SourceTensor &tensor : source.weights.tensors())
    if (tensor.getSizeBytes() <= mostMade)
      tensor.read(made);
  return llvm::Error::success();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::ArrayRef<uint8_t> bytes(data, size);
  const uint8_t *end = std::find(bytes.begin(), bytes.end(), '\n');
  size_t length = end - bytes.begin();
  if (length == size)
    return 0;
  llvm::StringRef text(reinterpret_cast<const char *>(data), length);
  if (llvm::Error error = open(text, bytes.drop_front(length + 1)))
    fuzz::checkMessage(llvm::toString(std::move(error)));
  return 0;
}

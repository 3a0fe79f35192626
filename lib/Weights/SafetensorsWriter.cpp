//===- SafetensorsWriter.cpp - writing safetensors files ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/SafetensorsWriter.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace llmc;

static constexpr uint64_t alignment = 8; // of the first tensor

static uint64_t getElementBytes(const SafetensorsPlace &tensor) {
  std::optional<int64_t> count = countElements(tensor.shape);
  assert(count && tensor.bytes % *count == 0 && "a shape fills its bytes");
  return tensor.bytes / *count;
}

/// Of the tensors of one file, which are placed from its header on.
static std::string makeHeader(ArrayRef<SafetensorsPlace *> tensors,
                              const SafetensorsMetadata &metadata) {
  std::string text;
  raw_string_ostream stream(text);
  json::OStream out(stream);
  out.object([&] {
    // transformers reads no file that does not say so.
    out.attributeObject("__metadata__", [&] {
      out.attribute("format", "pt");
      for (const auto &[name, text] : metadata)
        out.attribute(name, text);
    });
    for (const SafetensorsPlace *tensor : tensors)
      out.attributeObject(tensor->name, [&] {
        out.attribute("dtype", tensor->dtype);
        out.attribute("shape", json::Array(tensor->shape));
        out.attribute(
            "data_offsets",
            json::Array{static_cast<int64_t>(tensor->offset),
                        static_cast<int64_t>(tensor->offset + tensor->bytes)});
      });
  });
  text.resize(alignTo(text.size(), alignment), ' ');
  std::string header;
  raw_string_ostream whole(header);
  support::endian::Writer(whole, endianness::little)
      .write(static_cast<uint64_t>(text.size()));
  whole << text;
  return header;
}

static SafetensorsLayout layOut(ArrayRef<SafetensorsPlace *> tensors,
                                const SafetensorsMetadata &metadata) {
  SafetensorsLayout file;
  std::vector<SafetensorsPlace *> placed;
  for (uint64_t elementBytes : {8, 4, 2, 1})
    for (SafetensorsPlace *tensor : tensors)
      if (getElementBytes(*tensor) == elementBytes) {
        tensor->offset = file.bytes;
        file.bytes += tensor->bytes;
        placed.push_back(tensor);
      }
  assert(placed.size() == tensors.size() && "dtypes have 1 to 8 bytes");
  file.header = makeHeader(placed, metadata);
  for (SafetensorsPlace *tensor : tensors)
    tensor->offset += file.header.size();
  file.bytes += file.header.size();
  return file;
}

std::vector<SafetensorsLayout>
llmc::layOutSafetensors(MutableArrayRef<SafetensorsPlace> tensors,
                        uint64_t mostBytes,
                        const SafetensorsMetadata &metadata) {
  std::vector<std::vector<SafetensorsPlace *>> groups(1);
  uint64_t bytes = 0;
  for (SafetensorsPlace &tensor : tensors) {
    if (!groups.back().empty() && bytes + tensor.bytes > mostBytes) {
      groups.emplace_back();
      bytes = 0;
    }
    bytes += tensor.bytes;
    tensor.file = groups.size() - 1;
    groups.back().push_back(&tensor);
  }
  std::vector<SafetensorsLayout> files;
  for (auto [i, group] : enumerate(groups)) {
    files.push_back(layOut(group, metadata));
    files.back().name = groups.size() == 1
                            ? "model.safetensors"
                            : formatv("model-{0,0+5}-of-{1,0+5}.safetensors",
                                      i + 1, groups.size())
                                  .str();
  }
  return files;
}

std::string llmc::makeSafetensorsIndex(ArrayRef<SafetensorsPlace> tensors,
                                       ArrayRef<SafetensorsLayout> files) {
  int64_t total = 0;
  json::Object map;
  for (const SafetensorsPlace &tensor : tensors) {
    total += static_cast<int64_t>(tensor.bytes);
    map[tensor.name] = files[tensor.file].name;
  }
  return formatv("{0:2}\n",
                 json::Value(json::Object{
                     {"metadata", json::Object{{"total_size", total}}},
                     {"weight_map", std::move(map)}}))
      .str();
}

//===- WeightStore.cpp - the tensors of a model's files -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/WeightStore.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/DenseMap.h"

#include <mutex>

using namespace llvm;
using namespace llmc;

void WeightStore::addBuffer(std::unique_ptr<MemoryBuffer> buffer) {
  buffers.push_back(std::move(buffer));
}

void WeightStore::keep(std::shared_ptr<const void> holder) {
  holders.push_back(std::move(holder));
}

/// Bytes that a tensor needs, or nothing when its shape cannot be stored so.
static std::optional<int64_t> getSourceBytes(const SourceTensor &tensor) {
  std::optional<int64_t> elements = countElements(tensor.shape);
  mlir::llm::EncodingAttrInterface encoding = tensor.encoding;
  assert(encoding && "readers leave out tensors that have no encoding");
  int64_t block = encoding.getBlockElems();
  int64_t cols = tensor.shape.empty() ? 1 : tensor.shape.back();
  int64_t bytes = 0;
  if (!elements || cols % block ||
      MulOverflow(*elements / block, encoding.getBlockBytes(), bytes))
    return std::nullopt;
  return bytes;
}

ArrayRef<uint8_t> SourceTensor::read(std::vector<uint8_t> &made) const {
  if (!make)
    return bytes;
  made = make();
  assert(static_cast<int64_t>(made.size()) == getSizeBytes() &&
         "a tensor is made as it was announced");
  return made;
}

int64_t SourceTensor::getSizeBytes() const {
  std::optional<int64_t> size = getSourceBytes(*this);
  assert(size && "the store asked when the tensor was added");
  return *size;
}

Error WeightStore::addTensor(SourceTensor tensor) {
  std::optional<int64_t> bytes = getSourceBytes(tensor);
  bool isFilled =
      tensor.make ||
      (bytes && *bytes == static_cast<int64_t>(tensor.bytes.size()));
  if (!bytes || !isFilled)
    return createStringError(
        "tensor " + quote(tensor.name) + ": shape " + spellShape(tensor.shape) +
        " needs " + (bytes ? std::to_string(*bytes) : "whole blocks of") +
        " bytes, found " + std::to_string(tensor.bytes.size()));
  if (!indexByName.try_emplace(tensor.name, list.size()).second)
    return createStringError("tensor " + quote(tensor.name) +
                             ": the name is used twice");
  list.push_back(std::move(tensor));
  return Error::success();
}

/// Made once each; a thread that comes while another one makes them waits.
struct WeightStore::Derived {
  struct Entry {
    std::once_flag once;
    std::string problem;
    std::vector<float> numbers;
    unsigned taken = 0;
  };
  std::mutex mutex;
  DenseMap<mlir::Attribute, std::shared_ptr<Entry>> entries;
};

std::shared_ptr<WeightStore::Derived> WeightStore::makeDerived() {
  return std::make_shared<Derived>();
}

std::string
WeightStore::derive(mlir::Attribute key, std::vector<float> &numbers,
                    function_ref<std::string(std::vector<float> &)> make,
                    unsigned uses) const {
  std::shared_ptr<Derived::Entry> entry;
  {
    std::lock_guard<std::mutex> lock(derived->mutex);
    auto &place = derived->entries[key];
    if (!place)
      place = std::make_shared<Derived::Entry>();
    entry = place;
    if (++entry->taken == uses)
      derived->entries.erase(key);
  }
  std::call_once(entry->once, [&] { entry->problem = make(entry->numbers); });
  numbers = entry->numbers;
  return entry->problem;
}

const SourceTensor *WeightStore::find(StringRef name) const {
  auto it = indexByName.find(name);
  return it == indexByName.end() ? nullptr : &list[it->second];
}

//===- Statistics.cpp - what calibration knows of inputs ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Statistics.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Safetensors.h"

#include "llvm/Support/xxhash.h"

#include <cstring>

using namespace llvm;
using namespace llmc;

namespace {

/// What is known of an input, in the order of the file.
struct StatisticKind {
  enum Shape { square, columns, quantiles, rows };
  const char *name;
  std::vector<float> InputStatistics::*numbers;
  Shape shape;
  bool isOptional; // files of before have none
};

} // namespace

static const StatisticKind statistics[] = {
    {"xtx", &InputStatistics::xtx, StatisticKind::square, false},
    {"absmax", &InputStatistics::absmax, StatisticKind::columns, false},
    {"mean", &InputStatistics::mean, StatisticKind::columns, false},
    {"l2", &InputStatistics::l2, StatisticKind::columns, false},
    {"min", &InputStatistics::min, StatisticKind::columns, true},
    {"max", &InputStatistics::max, StatisticKind::columns, true},
    {"quantiles", &InputStatistics::quantiles, StatisticKind::quantiles, true},
    {"sample", &InputStatistics::sample, StatisticKind::rows, true}};

/// Of an input of `cols` columns, `rows` of which are its sample.
static SmallVector<int64_t> getShape(StatisticKind::Shape shape, int64_t cols,
                                     int64_t rows) {
  switch (shape) {
  case StatisticKind::square:
    return {cols, cols};
  case StatisticKind::columns:
    return {cols};
  case StatisticKind::quantiles:
    return {static_cast<int64_t>(std::size(quantileShares))};
  case StatisticKind::rows:
    return {rows, cols};
  }
  llvm_unreachable("every shape is a case");
}

std::array<uint8_t, 16> llmc::fingerprintModel(const WeightStore &store) {
  constexpr size_t beginning = 4096; // a model's tensors differ from the start
  std::string text;
  for (const SourceTensor &tensor : store.tensors()) {
    text += tensor.name + spellShape(tensor.shape);
    text += toStringRef(tensor.bytes.take_front(beginning));
  }
  XXH128_hash_t hash = xxh3_128bits(arrayRefFromStringRef(text));
  std::array<uint8_t, 16> made;
  std::memcpy(made.data(), &hash.low64, 8);
  std::memcpy(made.data() + 8, &hash.high64, 8);
  return made;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

using TensorsByName = StringMap<const SafeTensor *>;

static Error checkModel(StringRef path, const TensorsByName &byName,
                        const WeightStore &store) {
  const SafeTensor *model = byName.lookup("model");
  auto wanted = fingerprintModel(store);
  if (!model || model->dtype != "U8")
    return fileError(path, "",
                     "is no file of statistics: llmc calibrate makes one");
  if (model->bytes != ArrayRef<uint8_t>(wanted))
    return fileError(path, "",
                     "these statistics are of another model, or of other "
                     "files of it: llmc calibrate makes them of this one");
  return Error::success();
}

/// Adds what is known of the input of `weight`, under the names of `as`.
/// How many rows were seen, which the sums of a shifted input follow from.
static Error addTokens(StringRef path, StringRef as,
                       const TensorsByName &byName, mlir::MLIRContext &context,
                       WeightStore &store) {
  const SafeTensor *tokens = byName.lookup("tokens");
  if (!tokens || tokens->dtype != "I64" || tokens->shape.size() != 1 ||
      tokens->shape[0] != 1)
    return fileError(path, "", "has no number of tokens, I64 1");
  auto type = mlir::IntegerType::get(&context, 64);
  if (Error error = store.addTensor(
          {getStatisticName(as, "tokens"), tokens->shape,
           mlir::llm::IntegerEncodingAttr::get(&context, type), tokens->bytes}))
    return fileError(path, quote(as), toString(std::move(error)));
  return Error::success();
}

static Error addInput(StringRef path, StringRef weight, StringRef as,
                      const TensorsByName &byName, mlir::MLIRContext &context,
                      WeightStore &store) {
  const SafeTensor *xtx = byName.lookup((weight + "/xtx").str());
  if (!xtx || xtx->shape.size() != 2 || xtx->shape[0] != xtx->shape[1])
    return fileError(path, quote(weight), "has no square of sums 'xtx'");
  for (const StatisticKind &statistic : statistics) {
    const SafeTensor *found =
        byName.lookup((weight + "/" + statistic.name).str());
    if (!found && statistic.isOptional)
      continue;
    const int64_t rows =
        found && found->shape.size() == 2 ? found->shape[0] : mostSampleRows;
    auto shape = getShape(statistic.shape, xtx->shape[0], rows);
    if (!found || found->dtype != "F32" || found->shape != shape)
      return fileError(path, quote(weight),
                       Twine("its statistic '") + statistic.name +
                           "' is missing, or not F32 " + spellShape(shape) +
                           ": calibrate again");
    if (Error error = store.addTensor(
            {getStatisticName(as, statistic.name), found->shape,
             getSafetensorsEncoding("F32", &context), found->bytes}))
      return fileError(path, quote(weight), toString(std::move(error)));
  }
  return addTokens(path, as, byName, context, store);
}

Error llmc::readStatistics(StringRef path, mlir::MLIRContext &context,
                           WeightStore &store) {
  auto buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  auto tensors = parseSafetensors(path, bytesOf(**buffer));
  if (!tensors)
    return tensors.takeError();
  TensorsByName byName;
  for (const SafeTensor &tensor : *tensors)
    byName[tensor.name] = &tensor;
  if (Error error = checkModel(path, byName, store))
    return error;
  for (const SafeTensor &tensor : *tensors) {
    auto [weight, statistic] = StringRef(tensor.name).rsplit('/');
    StringRef of = statistic == "as" ? toStringRef(tensor.bytes) : weight;
    if (statistic == "as" || statistic == "xtx")
      if (Error error = addInput(path, of, weight, byName, context, store))
        return error;
  }
  store.addBuffer(std::move(*buffer));
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

template <typename T> static StringRef bytesOfNumbers(ArrayRef<T> numbers) {
  return {reinterpret_cast<const char *>(numbers.data()),
          numbers.size() * sizeof(T)};
}

static void addPlaces(const ObservedInput &input, int64_t rows,
                      std::vector<SafetensorsPlace> &places) {
  for (const StatisticKind &statistic : statistics) {
    auto shape = getShape(statistic.shape, input.cols, rows);
    const uint64_t bytes = *countElements(shape) * sizeof(float);
    places.push_back({input.weights.front() + "/" + statistic.name, "F32",
                      std::move(shape), bytes});
  }
}

static SafetensorsPlace placeText(const Twine &name, StringRef text) {
  return {name.str(), "U8", {static_cast<int64_t>(text.size())}, text.size()};
}

/// The order of the format is that of the list here: elements of 8 bytes, of 4, of 1.
StatisticsLayout::StatisticsLayout(ArrayRef<ObservedInput> inputs,
                                   int64_t tokens,
                                   const std::array<uint8_t, 16> &model,
                                   const SafetensorsMetadata &made) {
  std::vector<SafetensorsPlace> places = {
      {"tokens", "I64", {1}, sizeof(tokens)}};
  for (const ObservedInput &input : inputs)
    addPlaces(input, std::min(tokens, mostSampleRows), places);
  ending = bytesOfNumbers(ArrayRef<uint8_t>(model));
  places.push_back(placeText("model", ending));
  for (const ObservedInput &input : inputs)
    for (const std::string &other : drop_begin(input.weights)) {
      places.push_back(placeText(other + "/as", input.weights.front()));
      ending += input.weights.front();
    }
  auto files = layOutSafetensors(places, UINT64_MAX, made);
  assert(files.size() == 1 && "no limit, one file");
  beginning = files.front().header;
  beginning += bytesOfNumbers(ArrayRef(&tokens, 1));
  ends = {beginning.size()};
  for (size_t input = 0; input < inputs.size(); ++input) {
    const SafetensorsPlace &last = places[(input + 1) * std::size(statistics)];
    ends.push_back(last.offset + last.bytes);
  }
  assert(ends.back() + ending.size() == files.front().bytes &&
         "inputs lie between what begins the file and what ends it");
}

Error llmc::writeInput(const InputStatistics &input,
                       function_ref<Error(StringRef)> write) {
  for (const StatisticKind &statistic : statistics)
    if (Error error = write(bytesOfNumbers(ArrayRef(input.*statistic.numbers))))
      return error;
  return Error::success();
}

//===- Statistics.cpp - what calibration knows of inputs ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Statistics.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Safetensors.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <cstring>

using namespace llvm;
using namespace llmc;

static const char *const statistics[] = {"xtx", "absmax", "mean", "l2"};

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
static Error addInput(StringRef path, StringRef weight, StringRef as,
                      const TensorsByName &byName, mlir::MLIRContext &context,
                      WeightStore &store) {
  const SafeTensor *xtx = byName.lookup((weight + "/xtx").str());
  if (!xtx || xtx->shape.size() != 2 || xtx->shape[0] != xtx->shape[1])
    return fileError(path, quote(weight), "has no square of sums 'xtx'");
  for (const char *statistic : statistics) {
    const SafeTensor *found = byName.lookup((weight + "/" + statistic).str());
    if (!found || found->dtype != "F32" || found->shape.back() != xtx->shape[0])
      return fileError(path, quote(weight),
                       Twine("its statistic '") + statistic +
                           "' is missing, or not F32 of " +
                           Twine(xtx->shape[0]) + " columns");
    if (Error error = store.addTensor(
            {getStatisticName(as, statistic), found->shape,
             getSafetensorsEncoding("F32", &context), found->bytes}))
      return fileError(path, quote(weight), toString(std::move(error)));
  }
  return Error::success();
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

namespace {

/// A tensor of the file.
struct Piece {
  std::string name;
  const char *dtype;
  std::vector<int64_t> shape;
  StringRef bytes;
};

} // namespace

template <typename T> static StringRef bytesOfNumbers(ArrayRef<T> numbers) {
  return {reinterpret_cast<const char *>(numbers.data()),
          numbers.size() * sizeof(T)};
}

static void addPieces(const InputStatistics &input,
                      std::vector<Piece> &pieces) {
  const auto cols = static_cast<int64_t>(input.mean.size());
  const std::string &first = input.weights.front();
  assert(static_cast<int64_t>(input.xtx.size()) == cols * cols &&
         "all of one input");
  pieces.push_back({first + "/xtx",
                    "F32",
                    {cols, cols},
                    bytesOfNumbers(ArrayRef(input.xtx))});
  pieces.push_back({first + "/absmax",
                    "F32",
                    {cols},
                    bytesOfNumbers(ArrayRef(input.absmax))});
  pieces.push_back(
      {first + "/mean", "F32", {cols}, bytesOfNumbers(ArrayRef(input.mean))});
  pieces.push_back(
      {first + "/l2", "F32", {cols}, bytesOfNumbers(ArrayRef(input.l2))});
  for (const std::string &other : drop_begin(input.weights))
    pieces.push_back(
        {other + "/as", "U8", {static_cast<int64_t>(first.size())}, first});
}

static std::string makeHeader(ArrayRef<Piece> pieces) {
  json::Object header;
  uint64_t at = 0;
  for (const Piece &piece : pieces) {
    header[piece.name] = json::Object{
        {"dtype", piece.dtype},
        {"shape", json::Array(piece.shape)},
        {"data_offsets", json::Array{at, at + piece.bytes.size()}}};
    at += piece.bytes.size();
  }
  std::string text;
  raw_string_ostream(text) << json::Value(std::move(header));
  text.append((8 - text.size() % 8) % 8, ' '); // floats lie aligned
  return text;
}

Error llmc::writeStatistics(ArrayRef<InputStatistics> inputs, int64_t tokens,
                            const std::array<uint8_t, 16> &model,
                            function_ref<Error(StringRef)> write) {
  // Numbers of 8 and 4 bytes before bytes: each lies at a multiple of its size.
  std::vector<Piece> pieces = {
      {"tokens", "I64", {1}, bytesOfNumbers(ArrayRef(&tokens, 1))}};
  for (const InputStatistics &input : inputs)
    addPieces(input, pieces);
  pieces.push_back(
      {"model", "U8", {16}, bytesOfNumbers(ArrayRef<uint8_t>(model))});
  stable_sort(pieces, [](const Piece &a, const Piece &b) {
    return StringRef(a.dtype) != "U8" && StringRef(b.dtype) == "U8";
  });
  std::string header = makeHeader(pieces);
  uint64_t length = header.size();
  if (Error error = write(bytesOfNumbers(ArrayRef(&length, 1))))
    return error;
  if (Error error = write(header))
    return error;
  for (const Piece &piece : pieces)
    if (Error error = write(piece.bytes))
      return error;
  return Error::success();
}

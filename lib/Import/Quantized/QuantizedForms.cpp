//===- QuantizedForms.cpp - quantised matrices of a folder ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Codes with a scale per group are kept: integers become a grid, which integer
// kernels read, others codes of floats. What neither holds is dequantised, to the
// floats that config.json names for the model, as transformers does it; the user is told.
//===----------------------------------------------------------------------===//
#include "QuantizedForm.h"

#include "dialects/llm/GridPanel.h"
#include "llmc/Weights/Errors.h"

#include <numeric>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

namespace {
struct Method {
  StringLiteral name; // in config.json
  FormReader read;
};
} // namespace

static constexpr Method methods[] = {
    {"gptq", readGptq},
    {"awq", readAwq},
    {"compressed-tensors", readCompressedTensors},
    {"bitsandbytes", readBitsAndBytes},
    {"fp8", readFp8},
    {"fbgemm_fp8", readFp8},
};

bool llmc::isInOrder(ArrayRef<int32_t> groupOf, int64_t group) {
  for (auto [column, index] : enumerate(groupOf))
    if (index != static_cast<int64_t>(column) / group)
      return false;
  return true;
}

std::optional<int64_t> llmc::findCommonZero(ArrayRef<float> zeros) {
  if (zeros.empty() || !all_equal(zeros))
    return std::nullopt;
  return static_cast<int64_t>(zeros.front());
}

//===----------------------------------------------------------------------===//
// One matrix
//===----------------------------------------------------------------------===//

static mlir::FloatType getFloats(ScaleType type, mlir::MLIRContext *context) {
  if (type == ScaleType::f32)
    return mlir::Float32Type::get(context);
  if (type == ScaleType::f16)
    return mlir::Float16Type::get(context);
  return mlir::BFloat16Type::get(context);
}

static std::string refuseGroups(const MatrixFacts &facts) {
  return "no panel has groups of " + std::to_string(facts.group) + " of its " +
         std::to_string(facts.columns) + " columns";
}

/// A scale of a row, or of the columns that lie in one group and are as many in each:
/// where they are few, their scales take more than they save.
static FloatCodesAttr chooseFloatCodes(const MatrixFacts &facts,
                                       std::string &reason,
                                       mlir::MLIRContext *context) {
  constexpr int64_t least = 16;
  int64_t group = facts.group >= facts.columns
                      ? facts.columns
                      : std::gcd(facts.group, facts.columns);
  if (group < std::min(least, facts.columns) ||
      (!facts.values.empty() && group % 2)) {
    reason = refuseGroups(facts);
    return {};
  }
  return FloatCodesAttr::get(
      context,
      facts.float8 ? getFloatType(*facts.float8, context) : mlir::FloatType(),
      facts.values.empty()
          ? mlir::DenseF32ArrayAttr()
          : mlir::DenseF32ArrayAttr::get(context, facts.values),
      group, getFloats(facts.scale, context));
}

/// The grid of codes that are integers, or null: `reason` says why then.
static GridAttr chooseGrid(const MatrixFacts &facts, std::string &reason,
                           mlir::MLIRContext *context) {
  // A zero beyond the codes, and one per group, are minimums; their products with
  // a scale take an f32.
  bool hasMin = !facts.zero || *facts.zero >= int64_t(1) << facts.bits;
  ScaleType type = hasMin ? ScaleType::f32 : facts.scale;
  // Rows with one scale are cut into groups: activations keep a scale per 32.
  const bool isRow = facts.group == facts.columns;
  int64_t most = isRow && facts.group > 128 ? 32 : facts.group;
  for (int64_t group : {most, int64_t(32), int64_t(16), int64_t(8)}) {
    Grid grid{facts.bits, group};
    if (group > most || group % 8 || facts.group % group ||
        facts.columns % group || !GridPanel::refuse(grid).empty())
      continue;
    return GridAttr::get(context, facts.bits, group, getFloats(type, context),
                         {}, 0, hasMin ? 0 : *facts.zero, hasMin);
  }
  reason = refuseGroups(facts);
  return {};
}

/// How the codes are kept, or null: `reason` says why then.
static EncodingAttrInterface chooseEncoding(const MatrixFacts &facts,
                                            std::string &reason,
                                            mlir::MLIRContext *context) {
  reason = facts.obstacle;
  if (!reason.empty())
    return {};
  if (facts.float8 || !facts.values.empty())
    return chooseFloatCodes(facts, reason, context);
  return chooseGrid(facts, reason, context);
}

/// The floats that the model's own config names; f32 if it names none.
static mlir::FloatType chooseFloats(Source &source,
                                    mlir::MLIRContext *context) {
  for (StringRef key : {"dtype", "torch_dtype"}) {
    Expected<std::string> name = source.config->getString(key, "");
    if (!name)
      consumeError(name.takeError());
    else if (*name == "bfloat16")
      return mlir::BFloat16Type::get(context);
    else if (*name == "float16")
      return mlir::Float16Type::get(context);
  }
  return mlir::Float32Type::get(context);
}

static std::vector<uint8_t> encode(ArrayRef<float> values,
                                   EncodingAttrInterface encoding) {
  std::vector<uint8_t> bytes(encoding.getBytes(values.size()));
  encoding.quantize(values.data(), values.size(), bytes.data());
  return bytes;
}

//===----------------------------------------------------------------------===//
// The folder
//===----------------------------------------------------------------------===//

Expected<QuantizedTensors> QuantizedTensors::open(HfConfig &config) {
  QuantizedTensors tensors;
  auto quantization = config.getObject("quantization_config");
  if (!quantization)
    return quantization.takeError();
  if (!*quantization)
    return tensors;
  auto method = (*quantization)->getString("quant_method");
  if (!method)
    return method.takeError();
  std::string known;
  for (const Method &candidate : methods) {
    known += (known.empty() ? "" : ", ") + candidate.name.str();
    if (candidate.name != *method)
      continue;
    auto form = candidate.read(**quantization);
    if (!form)
      return form.takeError();
    tensors.method = *method;
    tensors.form = std::move(*form);
    return tensors;
  }
  return (*quantization)
      ->fail("quant_method", "the methods that are read are " + known +
                                 ": take the model unquantised, quantised with "
                                 "one of these, or as GGUF");
}

bool QuantizedTensors::take(const SafeTensor &tensor, StringRef file) {
  if (!form)
    return false;
  for (StringRef ending : form->getParts()) {
    StringRef stem = tensor.name;
    bool isPlain = ending == ".weight" &&
                   is_contained(floatDtypes, StringRef(tensor.dtype));
    if (isPlain || !stem.consume_back(ending))
      continue;
    MatrixParts &parts = matrices[stem.str()];
    parts.stem = stem.str();
    parts.file = file.str();
    parts.parts[ending.str()] = tensor;
    names.insert(tensor.name);
    return true;
  }
  return false;
}

/// Tools add biases of zeros to linears that have none.
static void dropZeroBias(Source &source, StringRef stem) {
  std::string name = stem.str() + ".bias";
  const SourceTensor *bias = source.weights.find(name);
  if (bias && all_of(bias->bytes, [](uint8_t byte) { return byte == 0; }))
    source.meaningless.insert(name);
}

Error QuantizedTensors::addMatrices(Source &source,
                                    mlir::MLIRContext &context) {
  mlir::FloatType floats = chooseFloats(source, &context);
  std::map<std::string, int64_t> dequantised; // by reason
  for (auto &[stem, parts] : matrices) {
    Expected<MatrixFacts> facts = form->describe(parts);
    if (!facts)
      return facts.takeError();
    std::string reason;
    EncodingAttrInterface encoding;
    SourceTensor tensor{
        stem + ".weight", {facts->rows, facts->columns}, {}, {}};
    if (auto kept = chooseEncoding(*facts, reason, &context)) {
      tensor.encoding = kept;
      tensor.make = [read = facts->read, kept] {
        return packMatrix(read(), kept);
      };
    } else {
      ++dequantised[reason];
      encoding = FloatEncodingAttr::get(&context, floats);
      tensor.encoding = encoding;
      tensor.make = [read = facts->read, encoding] {
        return encode(dequantize(read()), encoding);
      };
    }
    source.fileOfTensor[tensor.name] = parts.file;
    if (Error error = source.weights.addTensor(std::move(tensor)))
      return fileError(parts.file, "", toString(std::move(error)));
    dropZeroBias(source, stem);
  }
  for (const auto &[reason, count] : dequantised) {
    std::string type;
    raw_string_ostream(type) << floats;
    source.warn("quantised with " + method,
                Twine(count) + (count == 1 ? " matrix is" : " matrices are") +
                    " dequantised to " + type + ": " + reason);
  }
  return Error::success();
}

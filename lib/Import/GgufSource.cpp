//===- GgufSource.cpp - opens a GGUF file ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Source.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/GgufParts.h"

using namespace llvm;
using namespace llmc;

namespace {
/// Collects optional fields; keeps the first error.
class FieldReader {
public:
  explicit FieldReader(const GgufFile &file) : file(file) {}

  std::string text(StringRef key) {
    return keep(file.getString(key, StringRef())).str();
  }
  /// Any number: whether it is a token only the vocabulary knows.
  int64_t id(StringRef key) {
    return keep(file.getInteger(key, INT64_MIN, INT64_MAX, -1));
  }
  int flag(StringRef key) {
    return file.find(key) ? keep(file.getBool(key, false)) : -1;
  }
  std::vector<std::string> texts(StringRef key) {
    std::vector<StringRef> found = keep(file.getStrings(key));
    return std::vector<std::string>(found.begin(), found.end());
  }
  std::vector<int32_t> numbers(StringRef key) {
    std::vector<int32_t> narrow;
    for (int64_t number : keep(file.getIntegers(key)))
      narrow.push_back(number == static_cast<int32_t>(number) ? number : -1);
    return narrow;
  }
  std::vector<float> reals(StringRef key) { return keep(file.getFloats(key)); }
  /// Numbers of eight bits, as the bytes that they are.
  std::string bytes(StringRef key) {
    std::string found;
    for (int64_t number : keep(file.getIntegers(key)))
      found += static_cast<char>(number);
    return found;
  }
  std::string problem;

private:
  const GgufFile &file;

  template <typename T> T keep(Expected<T> value) {
    if (value)
      return std::move(*value);
    std::string message = toString(value.takeError());
    if (problem.empty())
      problem = message;
    return T();
  }
};
} // namespace

static Expected<std::optional<llmrt::TokenizerModel>>
readTokenizer(const GgufFile &file, StringRef preTokenizer) {
  FieldReader read(file);
  llmrt::GgufTokenizerFields fields;
  fields.model = read.text("tokenizer.ggml.model");
  // What converters write for a model that has no vocabulary.
  bool none = fields.model == "none" || fields.model == "no_vocab";
  if (none || !file.find("tokenizer.ggml.model"))
    return std::nullopt;
  fields.pre = preTokenizer.empty() ? read.text("tokenizer.ggml.pre")
                                    : preTokenizer.str();
  fields.tokens = read.texts("tokenizer.ggml.tokens");
  fields.tokenTypes = read.numbers("tokenizer.ggml.token_type");
  fields.scores = read.reals("tokenizer.ggml.scores");
  fields.merges = read.texts("tokenizer.ggml.merges");
  fields.bosId = read.id("tokenizer.ggml.bos_token_id");
  fields.eosId = read.id("tokenizer.ggml.eos_token_id");
  fields.eotId = read.id("tokenizer.ggml.eot_token_id");
  fields.eomId = read.id("tokenizer.ggml.eom_token_id");
  fields.padId = read.id("tokenizer.ggml.padding_token_id");
  fields.unknownId = read.id("tokenizer.ggml.unknown_token_id");
  fields.separatorId = read.id("tokenizer.ggml.seperator_token_id");
  fields.addBos = read.flag("tokenizer.ggml.add_bos_token");
  fields.addEos = read.flag("tokenizer.ggml.add_eos_token");
  fields.addSpacePrefix = read.flag("tokenizer.ggml.add_space_prefix");
  fields.removeExtraWhitespaces =
      read.flag("tokenizer.ggml.remove_extra_whitespaces");
  fields.charsmap = read.bytes("tokenizer.ggml.precompiled_charsmap");
  fields.chatTemplate = read.text("tokenizer.chat_template");
  if (!read.problem.empty())
    return createStringError(read.problem);
  llmrt::Expected<llmrt::TokenizerModel> model =
      llmrt::buildGgufTokenizer(fields);
  if (!model)
    return fileError(file.fileName, "tokenizer", model.message());
  return std::move(*model);
}

static Error addTensor(Source &source, const GgufTensor &tensor,
                       mlir::MLIRContext &context) {
  if (auto encoding = getGgmlEncoding(tensor.type, &context))
    return source.weights.addTensor(
        {tensor.name.str(), tensor.shape, encoding, tensor.bytes});
  source.unreadable[tensor.name] = "type " + spellGgmlType(tensor.type) +
                                   "; the types that can be read are " +
                                   spellReadableGgmlTypes(&context);
  return Error::success();
}

Expected<Source> llmc::readOpenedGguf(OpenedGguf opened, StringRef path,
                                      mlir::MLIRContext &context,
                                      StringRef preTokenizer) {
  GgufFile &file = opened.file;
  Source source(SourceKind::Gguf, path);
  for (auto &buffer : opened.buffers)
    source.weights.addBuffer(std::move(buffer));
  for (auto [tensor, part] : zip_equal(file.tensors, opened.partOf)) {
    source.fileOfTensor[tensor.name] = opened.paths[part];
    if (Error error = addTensor(source, tensor, context))
      return fileError(opened.paths[part], "", toString(std::move(error)));
  }
  Expected<StringRef> architecture = file.getString("general.architecture");
  if (!architecture)
    return architecture.takeError();
  Expected<StringRef> name = file.getString("general.name", getGgufStem(path));
  if (!name)
    return name.takeError();
  Expected<std::optional<llmrt::TokenizerModel>> tokenizer =
      readTokenizer(file, preTokenizer);
  if (!tokenizer)
    return tokenizer.takeError();
  Expected<StringRef> license = file.getString("general.license", "");
  if (!license)
    return license.takeError();
  source.license = license->str();
  source.files = std::move(opened.paths);
  source.architecture = architecture->str();
  source.name = name->str();
  source.tokenizer = std::move(*tokenizer);
  source.gguf = std::move(file);
  return source;
}

Expected<Source> llmc::openGguf(StringRef path, mlir::MLIRContext &context,
                                StringRef preTokenizer) {
  Expected<OpenedGguf> opened = openGgufFiles(path);
  if (!opened)
    return opened.takeError();
  return readOpenedGguf(std::move(*opened), path, context, preTokenizer);
}

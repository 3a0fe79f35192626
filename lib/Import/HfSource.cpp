//===- HfSource.cpp - opens a Hugging Face folder -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// config.json, model.safetensors or shards with an index, and as far as they
// are there tokenizer.json (else tokenizer.model or vocab.txt),
// tokenizer_config.json, chat_template.jinja and generation_config.json. No
// other file of the folder is opened.
//===----------------------------------------------------------------------===//
#include "Quantized/QuantizedForm.h"
#include "Source.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Json.h"
#include "llmc/Weights/NotAModel.h"
#include "llmc/Weights/Safetensors.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <set>

using namespace llvm;
using namespace llmc;

static constexpr uint64_t greatestJson = 256 << 20; // bytes

static std::string pathIn(StringRef folder, StringRef name) {
  SmallString<256> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

/// `license: apache-2.0` of a model card's front matter; a card is for people,
/// so one without is no error.
static std::string readLicense(StringRef folder) {
  constexpr uint64_t longestCard = 64 << 10; // bytes; the matter stands first
  auto card =
      MemoryBuffer::getFileSlice(pathIn(folder, "README.md"), longestCard, 0);
  if (!card)
    return "";
  StringRef text = (*card)->getBuffer();
  if (!text.consume_front("---\n"))
    return "";
  for (StringRef line : split(text.split("\n---").first, '\n'))
    if (line.consume_front("license:"))
      return line.trim(" \t\r\"'").str();
  return "";
}

/// The text of a file; empty when it does not exist and need not.
static Expected<std::string> readText(StringRef folder, StringRef name,
                                      bool needed) {
  std::string path = pathIn(folder, name);
  Expected<bool> exists = needed ? true : fileExists(path);
  if (!exists)
    return exists.takeError();
  if (!*exists)
    return std::string();
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  if ((*buffer)->getBufferSize() > greatestJson)
    return fileError(path, "", "is larger than 256 MiB");
  return (*buffer)->getBuffer().str();
}

static Expected<HfConfig> readConfig(StringRef folder, StringRef name) {
  Expected<std::string> text = readText(folder, name, /*needed=*/true);
  if (!text)
    return text.takeError();
  std::string path = pathIn(folder, name);
  Expected<json::Object> object = parseJsonObject(path, *text);
  if (!object)
    return object.takeError();
  return HfConfig(path, std::move(*object));
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

/// Norms of old checkpoints, made of TensorFlow's: transformers reads them so.
static void renameOldNorm(std::string &name) {
  StringRef stem = name;
  if (stem.consume_back("LayerNorm.gamma"))
    name = (stem + "LayerNorm.weight").str();
  else if (stem.consume_back("LayerNorm.beta"))
    name = (stem + "LayerNorm.bias").str();
}

static Error addTensor(Source &source, QuantizedTensors &quantized,
                       SafeTensor &tensor, StringRef path,
                       mlir::MLIRContext &context) {
  renameOldNorm(tensor.name);
  if (source.unreadable.contains(tensor.name) ||
      source.weights.find(tensor.name) || quantized.contains(tensor.name))
    return fileError(path, "tensor " + quote(tensor.name),
                     "another file of the model has it too");
  source.fileOfTensor[tensor.name] = path.str();
  if (quantized.take(tensor, path))
    return Error::success();
  auto encoding = getSafetensorsEncoding(tensor.dtype, &context);
  if (!encoding) {
    source.unreadable[tensor.name] =
        "dtype " + tensor.dtype +
        "; the dtypes that can be read are F32, F16 and BF16";
    return Error::success();
  }
  if (Error error = source.weights.addTensor(
          {tensor.name, tensor.shape, encoding, tensor.bytes}))
    return fileError(path, "", toString(std::move(error)));
  return Error::success();
}

/// Adds all tensors of one file; with an index, exactly those that it lists.
static Error addFile(Source &source, QuantizedTensors &quantized,
                     StringRef name, const StringMap<std::string> *index,
                     mlir::MLIRContext &context) {
  std::string path = pathIn(source.path, name);
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  Expected<std::vector<SafeTensor>> tensors =
      parseSafetensors(path, bytesOf(**buffer));
  if (!tensors)
    return tensors.takeError();
  source.weights.addBuffer(std::move(*buffer));
  source.files.push_back(path);
  for (SafeTensor &tensor : *tensors) {
    if (index && index->lookup(tensor.name) != name)
      return fileError(path, "tensor " + quote(tensor.name),
                       "the index does not place it in this file");
    if (Error error = addTensor(source, quantized, tensor, path, context))
      return error;
  }
  return Error::success();
}

static Error addShards(Source &source, QuantizedTensors &quantized,
                       StringRef indexName, mlir::MLIRContext &context) {
  Expected<std::string> text = readText(source.path, indexName, true);
  if (!text)
    return text.takeError();
  std::string indexPath = pathIn(source.path, indexName);
  Expected<StringMap<std::string>> index =
      parseSafetensorsIndex(indexPath, *text);
  if (!index)
    return index.takeError();
  std::set<std::string> files; // in a fixed order
  for (const auto &entry : *index)
    files.insert(entry.getValue());
  for (const std::string &file : files) {
    Expected<bool> exists = fileExists(pathIn(source.path, file));
    if (!exists)
      return exists.takeError();
    if (!*exists)
      return fileError(indexPath, "",
                       "names " + quote(file) +
                           ", which is not in the folder: download it too, "
                           "every part is needed (" +
                           Twine(files.size()) + " in all)");
    if (Error error = addFile(source, quantized, file, &*index, context))
      return error;
  }
  for (const auto &entry : *index)
    if (!source.weights.find(entry.getKey()) &&
        !source.unreadable.contains(entry.getKey()) &&
        !quantized.contains(entry.getKey()))
      return fileError(indexPath, "tensor " + quote(entry.getKey()),
                       "is not in " + quote(entry.getValue()));
  return Error::success();
}

static Error addTensors(Source &source, QuantizedTensors &quantized,
                        mlir::MLIRContext &context) {
  constexpr StringLiteral single = "model.safetensors";
  constexpr StringLiteral index = "model.safetensors.index.json";
  Expected<bool> hasIndex = fileExists(pathIn(source.path, index));
  if (!hasIndex)
    return hasIndex.takeError();
  Expected<bool> hasSingle = fileExists(pathIn(source.path, single));
  if (!hasSingle)
    return hasSingle.takeError();
  if (*hasSingle) {
    if (*hasIndex) // left by an earlier save; transformers reads in this order
      source.warn(index, "is not read, for " + single +
                             " holds the weights: remove the one that is old");
    return addFile(source, quantized, single, nullptr, context);
  }
  if (*hasIndex)
    return addShards(source, quantized, index, context);
  return explainNoModelFolder(source.path);
}

//===----------------------------------------------------------------------===//
// Tokenizer
//===----------------------------------------------------------------------===//

/// Adds the tokens that end a generation as the model's configs say.
static Error addEndIds(Source &source, llmrt::TokenizerModel &tokenizer) {
  auto add = [&](HfConfig &config) -> Error {
    Expected<std::vector<int64_t>> ids =
        config.getIntegers("eos_token_id", INT64_MIN, INT64_MAX);
    if (!ids)
      return ids.takeError();
    for (int64_t id : *ids) {
      if (id < 0 || id >= static_cast<int64_t>(tokenizer.tokens.size()))
        continue; // "none", or a padded vocabulary: no text has such a token
      if (!is_contained(tokenizer.endIds, id))
        tokenizer.endIds.push_back(static_cast<int32_t>(id));
    }
    return Error::success();
  };
  if (source.config)
    if (Error error = add(*source.config))
      return error;
  return source.generation ? add(*source.generation) : Error::success();
}

static Error readGenerationConfig(Source &source, StringRef folder) {
  constexpr StringLiteral name = "generation_config.json";
  Expected<bool> exists = fileExists(pathIn(folder, name));
  if (!exists)
    return exists.takeError();
  if (!*exists)
    return Error::success();
  Expected<HfConfig> config = readConfig(folder, name);
  if (!config)
    return config.takeError();
  source.generation = std::move(*config);
  return Error::success();
}

/// A file that holds a vocabulary, and its reader.
struct TokenizerFile {
  StringLiteral name;
  llmrt::Expected<llmrt::TokenizerModel> (*parse)(std::string_view file,
                                                  std::string_view config);
};

/// The best first: tokenizer.json alone says all.
static constexpr TokenizerFile tokenizerFiles[] = {
    {"tokenizer.json", llmrt::parseHuggingFaceTokenizer},
    {"tokenizer.model", llmrt::parseSentencePiece},
    {"vocab.txt", llmrt::parseVocabularyText}};

/// Null where there is none.
static Expected<const TokenizerFile *> findTokenizerFile(StringRef folder) {
  for (const TokenizerFile &file : tokenizerFiles) {
    Expected<bool> exists = fileExists(pathIn(folder, file.name));
    if (!exists)
      return exists.takeError();
    if (*exists)
      return &file;
  }
  return nullptr;
}

static Error readTokenizer(Source &source, StringRef folder) {
  Expected<const TokenizerFile *> file = findTokenizerFile(folder);
  if (!file)
    return file.takeError();
  if (!*file)
    return Error::success();
  std::string texts[3];
  const StringRef files[] = {(*file)->name, "tokenizer_config.json",
                             "chat_template.jinja"};
  for (auto [text, name] : zip(texts, files)) {
    Expected<std::string> content = readText(folder, name, false);
    if (!content)
      return content.takeError();
    text = std::move(*content);
  }
  llmrt::Expected<llmrt::TokenizerModel> tokenizer =
      (*file)->parse(texts[0], texts[1]);
  if (!tokenizer && source.kind == SourceKind::Onnx) {
    source.unreadableTokenizer = "tokenizer: " + tokenizer.message();
    return Error::success();
  }
  if (!tokenizer)
    return fileError(folder, "tokenizer", tokenizer.message());
  if (!texts[2].empty())
    tokenizer->chatTemplate = texts[2];
  if (Error error = addEndIds(source, *tokenizer))
    return error;
  source.tokenizer = std::move(*tokenizer);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The folder
//===----------------------------------------------------------------------===//

Error llmc::readHuggingFaceTexts(Source &source, StringRef folder) {
  if (Error error = readGenerationConfig(source, folder))
    return error;
  if (Error error = readTokenizer(source, folder))
    return error;
  for (StringRef file : {"config.json", "generation_config.json",
                         "tokenizer_config.json", "chat_template.jinja"}) {
    Expected<bool> exists = fileExists(pathIn(folder, file));
    if (!exists)
      return exists.takeError();
    if (*exists)
      source.files.push_back(pathIn(folder, file));
  }
  Expected<const TokenizerFile *> file = findTokenizerFile(folder);
  if (!file)
    return file.takeError();
  if (*file)
    source.files.push_back(pathIn(folder, (*file)->name));
  return Error::success();
}

Expected<Source> llmc::openHuggingFace(StringRef folder,
                                       mlir::MLIRContext &context) {
  Expected<bool> isModel = fileExists(pathIn(folder, "config.json"));
  if (!isModel)
    return isModel.takeError();
  if (!*isModel)
    return explainNoModelFolder(folder);
  Expected<HfConfig> config = readConfig(folder, "config.json");
  if (!config)
    return config.takeError();
  Expected<QuantizedTensors> quantized = QuantizedTensors::open(*config);
  if (!quantized)
    return quantized.takeError();
  Source source(SourceKind::HuggingFace, folder);
  Expected<std::string> architecture = config->getString("model_type");
  if (!architecture)
    return architecture.takeError();
  StringRef leaf = sys::path::filename(folder.rtrim('/'));
  Expected<std::string> name = config->getString("_name_or_path", leaf);
  if (!name)
    return name.takeError();
  source.architecture = *architecture;
  source.name = name->empty() ? leaf.str() : *name;
  source.license = readLicense(folder);
  source.config = std::move(*config);
  if (Error error = addTensors(source, *quantized, context))
    return error;
  if (Error error = quantized->addMatrices(source, context))
    return error;
  if (Error error = readHuggingFaceTexts(source, folder))
    return error;
  return source;
}

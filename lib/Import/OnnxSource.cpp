//===- OnnxSource.cpp - opens an ONNX file and what lies beside it --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The graph says what is computed; tokenizer, names and lengths are in the files
// of Hugging Face (config.json, tokenizer.json) or of ONNX Runtime GenAI
// (genai_config.json) in the same folder.
//===----------------------------------------------------------------------===//
#include "OnnxGraph.h"
#include "Source.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Json.h"

#include "mlir/IR/Builders.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace llmc;

/// Whether a file is ONNX by its name or, under another, by its contents.
static bool isOnnxFile(StringRef path) {
  if (!sys::fs::is_regular_file(path) || path.ends_with(".onnx"))
    return sys::fs::is_regular_file(path);
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    consumeError(buffer.takeError()); // said by whoever reads it next
  return buffer && isOnnx((*buffer)->getBuffer());
}

std::string llmc::findOnnxFile(StringRef path) {
  if (!sys::fs::is_directory(path))
    return isOnnxFile(path) ? path.str() : "";
  std::string found;
  std::error_code error;
  for (sys::fs::directory_iterator it(path, error), end; it != end && !error;
       it.increment(error)) {
    if (!StringRef(it->path()).ends_with(".onnx") || !isOnnxFile(it->path()))
      continue;
    if (!found.empty())
      return ""; // which one is meant is not for us to say
    found = it->path();
  }
  SmallString<256> weights(path);
  sys::path::append(weights, "model.safetensors");
  Expected<bool> exists = fileExists(weights);
  if (!exists)
    consumeError(exists.takeError()); // said by whoever reads the folder next
  return !exists || *exists ? "" : found;
}

/// A JSON object of a file beside the model; empty if there is no such file.
static Expected<json::Object> readBeside(StringRef folder, StringRef name) {
  SmallString<256> path(folder);
  sys::path::append(path, name);
  Expected<bool> exists = fileExists(path);
  if (!exists)
    return exists.takeError();
  if (!*exists)
    return json::Object();
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  return parseJsonObject(path, (*buffer)->getBuffer());
}

/// How many positions the files beside the graph speak of; 0: none does.
static Expected<int64_t> readContextLength(StringRef folder) {
  Expected<json::Object> config = readBeside(folder, "config.json");
  if (!config)
    return config.takeError();
  for (StringRef key : {"max_position_embeddings", "n_positions"})
    if (std::optional<int64_t> length = config->getInteger(key))
      return *length;
  Expected<json::Object> genai = readBeside(folder, "genai_config.json");
  if (!genai)
    return genai.takeError();
  if (const json::Object *model = genai->getObject("model"))
    if (std::optional<int64_t> length = model->getInteger("context_length"))
      return *length;
  return 0;
}

static void describeModel(const Source &source, int64_t context,
                          mlir::ModuleOp module) {
  mlir::Builder builder(module.getContext());
  mlir::NamedAttrList model;
  model.set("architecture", builder.getStringAttr("onnx"));
  model.set("name", builder.getStringAttr(source.name));
  model.set("format", builder.getStringAttr("onnx"));
  if (context > 0)
    model.set("context_length", builder.getI64IntegerAttr(context));
  module->setAttr("llm.model", model.getDictionary(module.getContext()));
}

Expected<Source> llmc::openOnnx(StringRef path, mlir::ModuleOp module) {
  Expected<std::unique_ptr<OnnxFile>> file = openOnnxFile(path);
  if (!file)
    return file.takeError();
  std::shared_ptr<OnnxFile> shared = std::move(*file);
  Source source(SourceKind::Onnx, path);
  source.architecture = "onnx";
  StringRef folder = sys::path::parent_path(path);
  StringRef stem = sys::path::stem(path);
  source.name = stem == "model" && !folder.empty()
                    ? sys::path::filename(folder).str()
                    : stem.str();
  source.weights.keep(shared);
  if (Error error = buildOnnxGraph(*shared, source.weights, module))
    return error;
  for (const std::string &name : shared->files())
    source.files.push_back(name);
  Expected<int64_t> context = readContextLength(folder);
  if (!context)
    return context.takeError();
  if (Error error = readHuggingFaceTexts(source, folder.empty() ? "." : folder))
    return error;
  describeModel(source, *context, module);
  return source;
}

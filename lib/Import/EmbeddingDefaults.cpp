//===- EmbeddingDefaults.cpp - how the model's makers embed ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A folder of sentence-transformers lists in modules.json what comes behind the
// encoder: a pooling of its rows, perhaps a norm, each with a folder of its own.
//===----------------------------------------------------------------------===//
#include "EmbeddingDefaults.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/Json.h"

#include "mlir/IR/Builders.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace llmc;

static std::string pathIn(StringRef folder, StringRef name) {
  SmallString<256> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

/// A JSON file of the folder; null where there is none.
static Expected<json::Value> readJson(Source &source, StringRef folder,
                                      StringRef name) {
  std::string path = pathIn(folder, name);
  Expected<bool> exists = fileExists(path);
  if (!exists)
    return exists.takeError();
  if (!*exists)
    return nullptr;
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  Expected<json::Value> value = parseJson(path, (*buffer)->getBuffer());
  if (value)
    source.files.push_back(path);
  return value;
}

/// The mode that a pooling's config.json switches on, without
/// `pooling_mode_` and `_tokens` around it: mean, cls, max, lasttoken, ...
static Expected<std::string> readPooling(Source &source, StringRef folder,
                                         StringRef module) {
  std::string name = (module + "/config.json").str();
  Expected<json::Value> value = readJson(source, folder, name);
  if (!value)
    return value.takeError();
  const json::Object *config = value->getAsObject();
  if (!config)
    return fileError(folder, name, "requires an object that says the pooling");
  if (std::optional<StringRef> mode = config->getString("pooling_mode"))
    return mode->str();
  std::string modes;
  for (const auto &[key, setting] : *config) {
    StringRef mode = key;
    if (!mode.consume_front("pooling_mode_") ||
        setting.getAsBoolean() != std::optional(true))
      continue;
    if (!mode.consume_back("_tokens"))
      mode.consume_back("_token");
    modes += (modes.empty() ? "" : "+") + mode.str();
  }
  if (modes.empty())
    return fileError(folder, name, "switches on no pooling_mode");
  return modes;
}

namespace {
struct Module {
  std::string kind, path;
};
} // namespace

/// The modules behind the encoder, in order.
static Expected<std::vector<Module>> readModules(Source &source,
                                                 StringRef folder) {
  Expected<json::Value> value = readJson(source, folder, "modules.json");
  if (!value)
    return value.takeError();
  std::vector<Module> modules;
  if (value->getAsNull()) {
    Expected<bool> pools = fileExists(pathIn(folder, "1_Pooling/config.json"));
    if (!pools)
      return pools.takeError();
    if (*pools)
      modules.push_back({"Pooling", "1_Pooling"});
    return modules;
  }
  auto fail = [&](const Twine &message) {
    return fileError(folder, "modules.json", message);
  };
  const json::Array *list = value->getAsArray();
  if (!list)
    return fail("requires a list of modules");
  for (const json::Value &entry : *list) {
    const json::Object *object = entry.getAsObject();
    std::optional<StringRef> type, path;
    if (object) {
      type = object->getString("type");
      path = object->getString("path");
    }
    if (!type || !path || path->contains('/') || *path == "..")
      return fail("requires modules with a type and a folder of this one");
    modules.push_back({type->rsplit('.').second.str(), path->str()});
    if (modules.back().kind.empty())
      modules.back().kind = type->str();
  }
  return modules;
}

/// Where sentence-transformers cuts texts; 0: the files do not say.
static Expected<int64_t> readMostTokens(Source &source, StringRef folder) {
  constexpr StringLiteral name = "sentence_bert_config.json";
  Expected<json::Value> value = readJson(source, folder, name);
  if (!value)
    return value.takeError();
  const json::Object *config = value->getAsObject();
  if (!config || !config->get("max_seq_length") ||
      config->get("max_seq_length")->getAsNull())
    return 0;
  std::optional<int64_t> most = config->getInteger("max_seq_length");
  if (!most || *most < 1 || *most > INT32_MAX)
    return fileError(folder, name,
                     "max_seq_length: requires a number of tokens");
  return *most;
}

Expected<mlir::DictionaryAttr>
llmc::readEmbeddingDefaults(Source &source, StringRef folder,
                            mlir::MLIRContext &context) {
  Expected<std::vector<Module>> modules = readModules(source, folder);
  if (!modules)
    return modules.takeError();
  mlir::Builder builder(&context);
  mlir::NamedAttrList entries;
  for (const Module &module : *modules) {
    if (module.kind == "Pooling") {
      Expected<std::string> pooling = readPooling(source, folder, module.path);
      if (!pooling)
        return pooling.takeError();
      entries.set("pooling", builder.getStringAttr(*pooling));
    } else if (module.kind == "Normalize") {
      entries.set("normalize", builder.getBoolAttr(true));
    } else if (module.kind != "Transformer") {
      source.warn("modules.json",
                  "lists a " + module.kind + " (" + quote(module.path) +
                      "), which is not part of the program: what embed gives "
                      "is what would go into it");
    }
  }
  Expected<int64_t> most = readMostTokens(source, folder);
  if (!most)
    return most.takeError();
  if (*most)
    entries.set("max_tokens", builder.getI64IntegerAttr(*most));
  return entries.empty() ? mlir::DictionaryAttr()
                         : entries.getDictionary(&context);
}

//===- FolderConfig.cpp - what beside weights a folder says ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FolderConfig.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/Json.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <map>

using namespace llvm;
using namespace llmc;

static constexpr StringLiteral key = "quantization_config";

static std::string pathIn(StringRef folder, const Twine &name) {
  SmallString<256> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// config.json
//===----------------------------------------------------------------------===//

Expected<std::string> llmc::readFloatConfig(StringRef folder) {
  std::string path = pathIn(folder, "config.json");
  auto buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  Expected<json::Object> config = parseJsonObject(path, (*buffer)->getBuffer());
  if (!config)
    return config.takeError();
  const json::Value *quantised = config->get(key);
  if (!quantised)
    return (*buffer)->getBuffer().str();
  if (!quantised->getAsNull()) {
    const json::Object *object = quantised->getAsObject();
    StringRef method =
        object ? object->getString("quant_method").value_or("") : "";
    return fileError(path, key,
                     "says that the model is quantised already" +
                         (method.empty() ? "" : " (" + method + ")").str() +
                         ": take the model of floats that it was made of");
  }
  config->erase(key);
  return formatv("{0:2}", json::Value(std::move(*config))).str();
}

static StringRef getFormat(bool isFloat) {
  return isFloat ? "float-quantized" : "pack-quantized";
}

static json::Object makeGroup(const PackedModule &like, json::Array targets) {
  json::Object weights{{"num_bits", like.bits},
                       {"type", like.isFloat ? "float" : "int"},
                       {"symmetric", true},
                       {"dynamic", false},
                       {"actorder", nullptr},
                       {"strategy", like.group ? "group" : "channel"},
                       {"group_size", like.group ? json::Value(like.group)
                                                 : json::Value(nullptr)}};
  return json::Object{{"targets", std::move(targets)},
                      {"weights", std::move(weights)},
                      {"input_activations", nullptr},
                      {"output_activations", nullptr}};
}

std::string llmc::addQuantization(StringRef config,
                                  ArrayRef<PackedModule> modules,
                                  std::vector<std::string> floats) {
  std::map<std::tuple<bool, int64_t, int64_t>,
           std::vector<const PackedModule *>>
      schemes;
  for (const PackedModule &module : modules)
    schemes[{module.isFloat, module.bits, module.group}].push_back(&module);
  // Most modules are meant by their class, as tools want it that know no names.
  const auto *most = &*std::max_element(
      schemes.begin(), schemes.end(), [](const auto &a, const auto &b) {
        return a.second.size() < b.second.size();
      });
  const bool isMixed = std::get<0>(schemes.begin()->first) !=
                       std::get<0>(schemes.rbegin()->first);
  json::Object groups;
  for (const auto &scheme : schemes) {
    const PackedModule &like = *scheme.second.front();
    json::Array targets;
    if (&scheme == most)
      targets.push_back("Linear");
    else
      for (const PackedModule *module : scheme.second)
        targets.push_back(module->name);
    json::Object group = makeGroup(like, std::move(targets));
    if (isMixed)
      group["format"] = getFormat(like.isFloat);
    groups[formatv("group_{0}", groups.size()).str()] = std::move(group);
  }
  json::Object object{
      {"quant_method", "compressed-tensors"},
      {"format", isMixed ? "mixed-precision" : getFormat(modules[0].isFloat)},
      {"quantization_status", "compressed"},
      {"config_groups", std::move(groups)},
      {"ignore", json::Array(floats)},
      {"kv_cache_scheme", nullptr}};
  // Nothing else of the file changes.
  StringRef before = config.rtrim();
  assert(before.ends_with("}") && "a config is an object");
  before = before.drop_back().rtrim();
  std::string text = formatv("{0:2}", json::Value(std::move(object))).str();
  std::string indented;
  for (char c : text) {
    indented += c;
    if (c == '\n')
      indented += "  ";
  }
  return (before + (before.ends_with("{") ? "" : ",") + "\n  \"" + key +
          "\": " + indented + "\n}\n")
      .str();
}

//===----------------------------------------------------------------------===//
// Other files
//===----------------------------------------------------------------------===//

static bool isCompanion(StringRef name) {
  if (name.starts_with(".") || name.ends_with(".index.json"))
    return false;
  for (StringRef ending :
       {".json", ".jinja", ".txt", ".model", ".tiktoken", ".md", ".py"})
    if (name.ends_with(ending))
      return true;
  return name.starts_with("LICENSE") || name.starts_with("NOTICE");
}

/// 1_Pooling: what sentence-transformers has behind an encoder.
static bool isModuleFolder(StringRef name) {
  auto [number, rest] = name.split('_');
  return !number.empty() && all_of(number, isDigit) && !rest.empty();
}

static Error list(StringRef folder, const std::string &inside,
                  std::vector<std::string> &names) {
  std::error_code code;
  std::string path = pathIn(folder, inside);
  for (sys::fs::directory_iterator at(path, code), end; !code && at != end;
       at.increment(code)) {
    StringRef name = sys::path::filename(at->path());
    if (sys::fs::is_regular_file(at->path())) {
      if (isCompanion(name) || (!inside.empty() && !name.starts_with(".")))
        names.push_back(inside + name.str());
    } else if (inside.empty() && isModuleFolder(name) &&
               sys::fs::is_directory(at->path())) {
      if (Error error = list(folder, name.str() + "/", names))
        return error;
    }
  }
  if (code)
    return fileError(path, "", "cannot be read: " + code.message());
  return Error::success();
}

Expected<std::vector<std::string>> llmc::listCompanions(StringRef folder) {
  std::vector<std::string> names;
  if (Error error = list(folder, "", names))
    return error;
  llvm::sort(names);
  return names;
}

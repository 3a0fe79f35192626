//===- NotAModelFolder.cpp - folders that are no models -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/NotAModel.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <vector>

using namespace llvm;
using namespace llmc;

namespace {

/// The names in a folder, sorted.
class Entries {
public:
  static Expected<Entries> read(StringRef folder) {
    Entries entries;
    std::error_code code;
    for (sys::fs::directory_iterator at(folder, code), end; !code && at != end;
         at.increment(code))
      entries.names.push_back(sys::path::filename(at->path()).str());
    if (code)
      return fileError(folder, "", "cannot be read: " + code.message());
    std::sort(entries.names.begin(), entries.names.end());
    return entries;
  }

  bool empty() const { return names.empty(); }
  bool has(StringRef name) const { return is_contained(names, name); }
  /// The first name that ends so; empty if there is none.
  std::string ending(std::initializer_list<StringRef> suffixes) const {
    for (const std::string &name : names)
      for (StringRef suffix : suffixes)
        if (StringRef(name).ends_with(suffix))
          return name;
    return "";
  }

  std::vector<std::string> allEnding(StringRef suffix) const {
    std::vector<std::string> found;
    copy_if(names, std::back_inserter(found), [&](const std::string &name) {
      return StringRef(name).ends_with(suffix);
    });
    return found;
  }

private:
  std::vector<std::string> names;
};

} // namespace

static constexpr StringLiteral wanted =
    "a model's folder has config.json, *.safetensors and tokenizer.json";

static std::string pathIn(StringRef folder, StringRef name) {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

/// Models of another kind, each with the way to one that llmc reads.
static std::string describeOtherKind(StringRef folder, const Entries &entries) {
  if (entries.has("adapter_config.json"))
    return "is an adapter (LoRA, adapter_config.json), not a model: merge it "
           "into its model first (peft: merge_and_unload(), then "
           "save_pretrained(FOLDER))";
  if (entries.has("model_index.json"))
    return "is a pipeline of diffusers (model_index.json): llmc compiles "
           "language models only, give one";
  if (std::vector<std::string> graphs = entries.allEnding(".onnx");
      graphs.size() > 1)
    return "holds several ONNX models, " + quote(graphs[0]) + " and " +
           quote(graphs[1]) + (graphs.size() > 2 ? " and others" : "") +
           ": give one of them, " + quote(pathIn(folder, graphs[0]));
  else if (!graphs.empty())
    return "holds an ONNX model: give it, " + quote(pathIn(folder, graphs[0]));
  if (entries.has("genai_config.json"))
    return "has a genai_config.json, but not the .onnx file that it speaks of: "
           "download it, too";
  if (std::string gguf = entries.ending({".gguf"}); !gguf.empty())
    return "holds GGUF files: give one of them, " + quote(pathIn(folder, gguf));
  if (entries.has("snapshots"))
    return "is the Hub's cache of a model: give the folder in its " +
           quote(pathIn(folder, "snapshots"));
  return "";
}

/// Weights in formats that llmc does not read.
static std::string describeWeights(const Entries &entries) {
  std::string torch = entries.ending({".bin", ".pt", ".pth", ".ckpt"});
  if (!torch.empty())
    return "has its weights in " + quote(torch) +
           " (PyTorch), which llmc does not read: save them as safetensors "
           "(transformers: from_pretrained(...).save_pretrained(FOLDER))";
  std::string other = entries.ending({".h5", ".msgpack", ".ot", ".tflite"});
  if (!other.empty())
    return "has its weights in " + quote(other) +
           ", which llmc does not read: take the model as safetensors or GGUF";
  return "";
}

static std::string describeFolder(StringRef folder, const Entries &entries) {
  if (entries.empty())
    return "is an empty folder: " + wanted.str() + "; download them into it";
  if (std::string kind = describeOtherKind(folder, entries); !kind.empty())
    return kind;
  if (std::string weights = describeWeights(entries); !weights.empty())
    return weights;
  std::string tensors = entries.ending({".safetensors"});
  if (!entries.has("config.json"))
    return tensors.empty()
               ? "has no config.json and no *.safetensors: " + wanted.str() +
                     "; give such a folder, or a GGUF file"
               : "has " + quote(tensors) +
                     " but no config.json: " + wanted.str() +
                     "; download the missing ones";
  return "has config.json but neither model.safetensors nor "
         "model.safetensors.index.json: download the weights too";
}

Error llmc::explainNoModelFolder(StringRef folder) {
  Expected<Entries> entries = Entries::read(folder);
  if (!entries)
    return entries.takeError();
  return fileError(folder, "", describeFolder(folder, *entries));
}

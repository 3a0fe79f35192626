//===- NotAModelName.cpp - names that lead nowhere ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/NotAModel.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <system_error>

using namespace llvm;
using namespace llmc;

static std::string downloadFromHub(StringRef name) {
  StringRef leaf = sys::path::filename(name);
  return "hf download " + name.str() + " --local-dir " + leaf.str() +
         " (older: huggingface-cli download), then give the folder " +
         quote(leaf);
}

/// OWNER/NAME: one slash, the characters of the Hub, and no ending of a file.
static bool isHubName(StringRef path) {
  auto [owner, name] = path.split('/');
  auto allowed = [](StringRef part) {
    return !part.empty() && part.front() != '.' && all_of(part, [](char c) {
      return isAlnum(c) || c == '-' || c == '_' || c == '.';
    });
  };
  return allowed(owner) && allowed(name) && !name.ends_with(".gguf") &&
         !name.ends_with(".safetensors") && !name.ends_with(".bin") &&
         !name.ends_with(".onnx") && !sys::fs::exists(owner);
}

/// https://huggingface.co/OWNER/NAME/resolve/... -> OWNER/NAME
static std::string hubNameIn(StringRef address) {
  StringRef rest = address.split("://").second;
  if (!rest.consume_front("huggingface.co/") && !rest.consume_front("hf.co/"))
    return "";
  auto [owner, behind] = rest.split('/');
  StringRef name = behind.split('/').first;
  return owner.empty() || name.empty() ? "" : (owner + "/" + name).str();
}

static std::string describeAddress(StringRef address) {
  std::string hub = hubNameIn(address);
  if (!hub.empty() && !address.ends_with(".gguf"))
    return "is a URL, and llmc downloads nothing: " + downloadFromHub(hub);
  return "is a URL, and llmc downloads nothing: fetch it first (curl -L -O " +
         address.str() + "), then give the file " +
         quote(sys::path::filename(address));
}

/// The entry of the path's folder that is spelled most alike.
static std::string nearestEntry(StringRef path) {
  StringRef folder = sys::path::parent_path(path);
  StringRef leaf = sys::path::filename(path);
  std::string nearest;
  unsigned least = 4; // mistakes at most, and less than half of the name
  std::error_code code;
  for (sys::fs::directory_iterator at(folder.empty() ? "." : folder, code), end;
       !code && at != end; at.increment(code)) {
    StringRef entry = sys::path::filename(at->path());
    unsigned apart = leaf.edit_distance(entry, true, least);
    // The case of letters is one mistake, however many there are.
    if (entry.equals_insensitive(leaf))
      apart = 1;
    if (apart < least && apart * 2 < leaf.size()) {
      least = apart;
      nearest = at->path();
    }
  }
  return StringRef(nearest).starts_with("./") ? nearest.substr(2) : nearest;
}

static std::string describeMissing(StringRef path) {
  if (path == "-")
    return "stands for standard input, but a model is mapped, not read: give "
           "its file";
  if (path.contains("://"))
    return describeAddress(path);
  std::string missing = "cannot be opened: No such file or directory";
  if (path.starts_with("hf:"))
    return missing + ", and llmc downloads nothing: " +
           downloadFromHub(path.drop_front(3));
  if (std::string near = nearestEntry(path); !near.empty())
    return missing + ": did you mean " + quote(near) + "?";
  if (isHubName(path))
    return missing + ". If it is a name of the Hugging Face Hub: " +
           downloadFromHub(path);
  StringRef folder = sys::path::parent_path(path);
  if (!folder.empty() && !sys::fs::is_directory(folder))
    return missing + ": there is no folder " + quote(folder) +
           "; give a GGUF file or a Hugging Face folder";
  return missing + ": give a GGUF file or a Hugging Face folder; 'ls " +
         (folder.empty() ? "." : folder.str()) + "' lists what is there";
}

Error llmc::explainNoSuchModel(StringRef path) {
  return fileError(path, "", describeMissing(path));
}

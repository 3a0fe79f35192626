//===- GgufParts.cpp - one model in several GGUF files --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/GgufParts.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"

using namespace llvm;
using namespace llmc;

static constexpr StringLiteral merge =
    "join them with llama-gguf-split --merge";

/// `NAME-00002-of-00003.gguf` taken apart.
static bool matchPart(StringRef path, StringRef &stem, uint32_t &part,
                      uint32_t &count) {
  SmallVector<StringRef> match;
  static const Regex pattern("^(.*)-([0-9]{5})-of-([0-9]{5})\\.gguf$");
  if (!pattern.match(path, &match) || match[2].getAsInteger(10, part) ||
      match[3].getAsInteger(10, count) || part < 1 || part > count)
    return false;
  stem = match[1];
  return true;
}

std::vector<std::string> llmc::getGgufPartNames(StringRef path) {
  StringRef stem;
  uint32_t part = 0, count = 0;
  if (!matchPart(path, stem, part, count))
    return {path.str()};
  std::vector<std::string> names;
  for (uint32_t i = 1; i <= count; ++i)
    names.push_back(formatv("{0}-{1,0+5}-of-{2,0+5}.gguf", stem, i, count));
  return names;
}

StringRef llmc::getGgufStem(StringRef path) {
  StringRef stem;
  uint32_t part = 0, count = 0;
  return sys::path::filename(
      matchPart(path, stem, part, count) ? stem : sys::path::stem(path));
}

//===----------------------------------------------------------------------===//
// Parts that are read
//===----------------------------------------------------------------------===//

static Expected<int64_t> getPartCount(const GgufFile &file) {
  return file.getInteger("split.count", 0, 99999, 1);
}

/// That `file` is part `index` of `count`.
static Error checkPart(const GgufFile &file, int64_t index, int64_t count) {
  Expected<int64_t> found = getPartCount(file);
  if (!found)
    return found.takeError();
  Expected<int64_t> number = file.getInteger("split.no", 0, 99999);
  if (!number)
    return number.takeError();
  if (*found == count && *number == index)
    return Error::success();
  return fileError(file.fileName, "key 'split.no'",
                   "requires part " + Twine(index + 1) + " of " + Twine(count) +
                       ", found part " + Twine(*number + 1) + " of " +
                       Twine(*found) +
                       ": are all parts those of one model? Download them "
                       "again");
}

Expected<GgufFile> llmc::joinGgufParts(std::vector<GgufFile> parts) {
  assert(!parts.empty() && "a model has a part");
  auto count = static_cast<int64_t>(parts.size());
  GgufFile joined = parts.front();
  StringSet<> names;
  for (auto [index, part] : enumerate(parts)) {
    if (Error error = checkPart(part, static_cast<int64_t>(index), count))
      return error;
    for (const GgufTensor &tensor : part.tensors)
      if (!names.insert(tensor.name).second)
        return fileError(part.fileName, "tensor " + quote(tensor.name),
                         "another part of the model has it too");
    if (index)
      joined.tensors.insert(joined.tensors.end(), part.tensors.begin(),
                            part.tensors.end());
  }
  auto found = static_cast<int64_t>(joined.tensors.size());
  Expected<int64_t> tensors =
      joined.getInteger("split.tensors.count", 0, INT32_MAX, found);
  if (!tensors)
    return tensors.takeError();
  if (*tensors != found)
    return fileError(joined.fileName, "key 'split.tensors.count'",
                     "requires " + Twine(*tensors) +
                         " tensors in all parts, found " + Twine(found) +
                         ": are all parts those of one model? Download them "
                         "again");
  return joined;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static Expected<GgufFile> openPart(StringRef path, OpenedGguf &opened) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  Expected<GgufFile> file = parseGguf(path, bytesOf(**buffer));
  if (!file)
    return file;
  opened.partOf.resize(opened.partOf.size() + file->tensors.size(),
                       opened.paths.size());
  opened.paths.push_back(path.str());
  opened.buffers.push_back(std::move(*buffer));
  return file;
}

/// The names of all parts of the model that `file`, one of `count`, is part of.
static Expected<std::vector<std::string>> findParts(const GgufFile &file,
                                                    int64_t count) {
  std::vector<std::string> names = getGgufPartNames(file.fileName);
  auto named = static_cast<int64_t>(names.size());
  if (named != count)
    return fileError(file.fileName, "key 'split.count'",
                     "is one of " + Twine(count) + " files, but its name " +
                         (named == 1 ? "does not say which"
                                     : "says one of " + Twine(named)) +
                         ": give it the name that it had (NAME-00001-of-" +
                         formatv("{0,0+5}", count).str() +
                         ".gguf) beside the others, or " + merge);
  for (const std::string &name : names) {
    Expected<bool> exists = fileExists(name);
    if (!exists)
      return exists.takeError();
    if (!*exists)
      return fileError(file.fileName, "key 'split.count'",
                       "is one of " + Twine(count) + " files, and " +
                           quote(sys::path::filename(name)) +
                           " is not beside it: download it, too");
  }
  return names;
}

Expected<OpenedGguf> llmc::openGgufFiles(StringRef path) {
  OpenedGguf opened;
  Expected<GgufFile> file = openPart(path, opened);
  if (!file)
    return file.takeError();
  Expected<int64_t> count = getPartCount(*file);
  if (!count)
    return count.takeError();
  opened.file = std::move(*file);
  if (*count <= 1)
    return opened;
  Expected<std::vector<std::string>> names = findParts(opened.file, *count);
  if (!names)
    return names.takeError();
  OpenedGguf all;
  std::vector<GgufFile> parts;
  for (const std::string &name : *names) {
    Expected<GgufFile> part = openPart(name, all);
    if (!part)
      return part.takeError();
    parts.push_back(std::move(*part));
  }
  Expected<GgufFile> joined = joinGgufParts(std::move(parts));
  if (!joined)
    return joined.takeError();
  all.file = std::move(*joined);
  return all;
}

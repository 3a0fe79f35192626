//===- ProgramCache.cpp - programs that are kept --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiling SmolLM2 takes seconds and its program is as large as the model, so
// programs are kept: $XDG_CACHE_HOME/llmc/<key>/app, the key made of the
// model's bytes, the options and this llmc. What is kept is run, so the folder is
// its owner's alone, and a program is checked against its checksums first.
//===----------------------------------------------------------------------===//
#include "ProgramCache.h"

#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Weights/Files.h"
#include "llmrt/Artifact.h"
#include "llmrt/Console.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

using namespace llmc;

namespace {

/// A content key that grows by parts.
class ContentKey {
public:
  void add(llvm::StringRef bytes) {
    llvm::XXH128_hash_t hash =
        llvm::xxh3_128bits(llvm::arrayRefFromStringRef(bytes));
    parts +=
        llvm::utohexstr(hash.high64) + "-" + llvm::utohexstr(hash.low64) + "\n";
  }

  llvm::Error addFile(llvm::StringRef path) {
    auto buffer = openFile(path);
    if (!buffer)
      return buffer.takeError();
    add((*buffer)->getBuffer());
    return llvm::Error::success();
  }

  /// A file, or the files of a folder by name.
  llvm::Error addModel(llvm::StringRef path) {
    if (!llvm::sys::fs::is_directory(path))
      return addFile(path);
    std::vector<std::string> names;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator it(path, code), end;
         !code && it != end; it.increment(code))
      if (llvm::sys::fs::is_regular_file(it->path()))
        names.push_back(it->path());
    if (code)
      return llvm::createStringError(code, "cannot read '" + path +
                                               "': " + code.message());
    std::sort(names.begin(), names.end());
    for (const std::string &name : names) {
      add(llvm::sys::path::filename(name));
      if (llvm::Error error = addFile(name))
        return error;
    }
    return llvm::Error::success();
  }

  std::string finish() const {
    llvm::XXH128_hash_t hash =
        llvm::xxh3_128bits(llvm::arrayRefFromStringRef(parts));
    return llvm::utohexstr(hash.high64, /*LowerCase=*/true) +
           llvm::utohexstr(hash.low64, /*LowerCase=*/true);
  }

private:
  std::string parts;
};

} // namespace

static llvm::Expected<std::string> getCacheFolder() {
  llvm::SmallString<128> folder;
  const char *cache = std::getenv("XDG_CACHE_HOME");
  const char *home = std::getenv("HOME");
  if (cache && *cache)
    folder = cache;
  else if (home && *home)
    llvm::sys::path::append(folder, home, ".cache");
  else
    return llvm::createStringError(
        "no folder for compiled programs: set XDG_CACHE_HOME or HOME");
  llvm::sys::path::append(folder, "llmc");
  return folder.str().str();
}

/// Makes a folder that only its owner may enter, or checks that it is one:
/// what stands in it will be run.
static llvm::Error makePrivateFolder(llvm::StringRef path) {
  std::string name = path.str();
  if (std::error_code code = llvm::sys::fs::create_directories(
          path, /*IgnoreExisting=*/true, llvm::sys::fs::owner_all))
    return llvm::createStringError(code, "cannot write '" + path +
                                             "': " + code.message());
  struct stat status;
  if (::lstat(name.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
      status.st_uid != ::geteuid())
    return llvm::createStringError(
        "'" + path +
        "' is not a folder of yours, so no program in it is run: "
        "remove it, or set XDG_CACHE_HOME to a folder of yours");
  if ((status.st_mode & 077) && ::chmod(name.c_str(), 0700) != 0)
    return llvm::createStringError("others may enter '" + path +
                                   "', where programs to run are kept: chmod "
                                   "700 it");
  return llvm::Error::success();
}

llvm::Expected<std::string> llmc::getCachedPath(const std::string &model,
                                                const CompileOptions &options) {
  ContentKey key;
  key.add(LLMC_VERSION);
  llvm::sys::fs::file_status self;
  if (!llvm::sys::fs::status("/proc/self/exe", self))
    key.add(std::to_string(self.getSize()) + " " +
            std::to_string(
                self.getLastModificationTime().time_since_epoch().count()));
  auto isas = getTargetIsas(options); // native differs by machine
  if (!isas)
    return isas.takeError();
  key.add(llvm::join(*isas, " "));
  key.add(
      llvm::formatv("{0}", llvm::json::Value(describeOptions(options))).str());
  if (llvm::Error error = key.addModel(model))
    return error;
  if (!options.stats.empty())
    if (llvm::Error error = key.addFile(options.stats))
      return error;
  auto folder = getCacheFolder();
  if (!folder)
    return folder.takeError();
  llvm::SmallString<128> path(*folder);
  if (llvm::Error error = makePrivateFolder(path))
    return error;
  llvm::sys::path::append(path, key.finish());
  if (llvm::Error error = makePrivateFolder(path))
    return error;
  llvm::sys::path::append(path, "app");
  return path.str().str();
}

/// Why the program that stands there is compiled anew; empty: it is not.
static std::string findDamage(const std::string &path) {
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0)
    return "";
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() ||
      (status.st_mode & (S_IWGRP | S_IWOTH)))
    return path + ": is not a file of yours alone";
  auto artifact = llmrt::Artifact::open(path);
  llmrt::Status whole = artifact ? artifact->verify() : artifact.status();
  return whole.message();
}

llvm::Expected<bool> llmc::cacheProgram(const std::string &path,
                                        const std::string &model,
                                        const CompileOptions &options,
                                        bool quiet) {
  if (std::string damage = findDamage(path); !damage.empty()) {
    llvm::errs() << "llmc: " << llmrt::warningLabel(2)
                 << llmrt::printable(damage) << "; compiling it again\n";
    if (std::error_code code = llvm::sys::fs::remove(path))
      return llvm::createStringError(code, "cannot replace '" + path +
                                               "': " + code.message());
  }
  if (llvm::sys::fs::exists(path))
    return false;
  // A sweep that ended may have removed it, empty.
  if (llvm::Error error = makePrivateFolder(llvm::sys::path::parent_path(path)))
    return std::move(error);
  CompileCommand compile;
  compile.model = model;
  compile.output = path;
  compile.options = options;
  compile.quiet = quiet;
  if (llvm::Error error = runCompile(compile))
    return std::move(error);
  return true;
}

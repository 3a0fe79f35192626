//===- PendingFolder.cpp - an output folder, whole or not at all ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The folder exists under a temporary name for as long as a few renames take. Who is
// killed then leaves it, without a lock, to the next one.
//===----------------------------------------------------------------------===//
#include "llmc/Emit/PendingFolder.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace llmc;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static llvm::Error refuse(llvm::StringRef name, llvm::StringRef why) {
  return llvm::createStringError("cannot write '" + name + "': " + why);
}

/// Fails where something has the name that would be lost, or is in use.
static llvm::Error checkFolder(llvm::StringRef name) {
  fs::file_status status;
  if (fs::status(name, status) || !fs::exists(status))
    return fs::is_symlink_file(name)
               ? refuse(name, "it is a link to nothing: name another")
               : llvm::Error::success();
  if (!fs::is_directory(status))
    return refuse(name, "it exists and is not a folder: name another");
  if (fs::equivalent(name, "."))
    return refuse(name, "it is the current folder, and would be another one "
                        "then: name one to be made");
  std::error_code code;
  fs::directory_iterator first(name, code);
  if (code)
    return cannotWrite(name, code);
  if (first != fs::directory_iterator())
    return refuse(name, "it is a folder with files in it: name one to be "
                        "made, or an empty one");
  return llvm::Error::success();
}

llvm::Expected<PendingFolder> PendingFolder::create(llvm::StringRef finalPath) {
  llvm::StringRef name = finalPath.rtrim('/');
  if (name.empty())
    return llvm::createStringError("the output needs the name of a folder");
  if (llvm::Error error = checkFolder(name))
    return error;
  // A link to an empty folder is not what a folder can take the place of.
  llvm::SmallString<128> real;
  PendingFolder folder(fs::real_path(name, real) ? name.str()
                                                 : real.str().str());
  // Nobody should wait to hear that nothing can be written there.
  if (auto file = PendingFile::createBeside(folder.finalPath); !file)
    return file.takeError();
  return folder;
}

llvm::Expected<PendingFile *> PendingFolder::add(llvm::StringRef name) {
  auto file = PendingFile::createBeside(finalPath);
  if (!file)
    return file.takeError();
  entries.push_back({name.str(), std::move(*file)});
  return &entries.back().file;
}

llvm::Error PendingFolder::fill(const std::string &folder) {
  for (Entry &entry : entries) {
    llvm::SmallString<128> place(folder);
    path::append(place, entry.name);
    if (std::error_code code = fs::create_directories(
            path::parent_path(place), /*IgnoreExisting=*/true, fs::all_all))
      return cannotWrite(finalPath, code);
    if (llvm::Error error = entry.file.moveTo(place))
      return error;
  }
  entries.clear();
  if (std::error_code code = flushToDisk(folder))
    return cannotWrite(finalPath, code);
  return llvm::Error::success();
}

llvm::Error PendingFolder::commit() {
  llvm::SmallString<128> folder;
  fs::createUniquePath(finalPath + ".%%%%%%%%.tmp", folder,
                       /*MakeAbsolute=*/false);
  if (std::error_code code =
          fs::create_directory(folder, /*IgnoreExisting=*/false, fs::all_all))
    return cannotWrite(finalPath, code);
  int lock = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
  auto unlock = llvm::scope_exit([&] {
    if (lock >= 0)
      ::close(lock);
  });
  if (lock >= 0)
    (void)::flock(lock, LOCK_EX | LOCK_NB);
  llvm::Error error = fill(folder.str().str());
  if (!error)
    // Takes the place of an empty folder as well; fails on any other.
    if (std::error_code code = fs::rename(folder, finalPath))
      error = cannotWrite(finalPath, code);
  if (error) {
    fs::remove_directories(folder);
    return error;
  }
  llvm::StringRef parent = path::parent_path(finalPath);
  if (std::error_code code = flushToDisk(parent.empty() ? "." : parent.str()))
    return cannotWrite(finalPath, code);
  return llvm::Error::success();
}

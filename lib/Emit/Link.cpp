//===- Link.cpp - object and runtime to a program, with lld in process ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Links against the C library's shared objects themselves, found through this
// process' own mappings: linker scripts, headers and static archives live in
// development packages that a user's machine does not have. They are made to
// look like older ones first (OlderLibrary.h).
//===----------------------------------------------------------------------===//
#include "OlderLibrary.h"
#include "RuntimeObjects.h"
#include "llmc/Emit/Emit.h"
#include "llmc/Emit/PendingFile.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <fcntl.h>
#include <link.h>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

using namespace llmc;

static const char *const dynamicLinker = "/lib64/ld-linux-x86-64.so.2";

namespace {

/// Linker inputs as files without a name on disk: nothing is left behind
/// whatever happens, and no path of this machine can reach the output.
class MemoryFiles {
public:
  ~MemoryFiles() {
    for (int descriptor : descriptors)
      ::close(descriptor);
  }

  /// A path under which this process can open the bytes.
  llvm::Expected<std::string> add(const char *name, llvm::StringRef bytes) {
    int descriptor = ::memfd_create(name, MFD_CLOEXEC);
    if (descriptor < 0)
      return failure();
    descriptors.push_back(descriptor);
    while (!bytes.empty()) {
      ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return failure();
      bytes = bytes.drop_front(size_t(written));
    }
    std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    if (!llvm::sys::fs::exists(path))
      return llvm::createStringError("linking needs /proc to be mounted");
    return path;
  }

private:
  static llvm::Error failure() {
    return llvm::createStringError(
        std::error_code(errno, std::generic_category()),
        "cannot hold the linker's inputs in memory");
  }
  llvm::SmallVector<int> descriptors;
};

} // namespace

namespace {
/// A shared library of this system that programs link against.
struct SystemLibrary {
  std::string name; // "libm.so.6"
  std::string path;
};
} // namespace

/// The shared C libraries of this system, by what this process has loaded. Old
/// C libraries keep threads, dlopen and clocks in libraries of their own.
static llvm::Expected<std::vector<SystemLibrary>> findSystemLibraries() {
  std::string libc;
  ::dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *found) {
        if (llvm::sys::path::filename(info->dlpi_name) != "libc.so.6")
          return 0;
        *static_cast<std::string *>(found) = info->dlpi_name;
        return 1;
      },
      &libc);
  if (libc.empty())
    return llvm::createStringError(
        "linking needs glibc: this process has no libc.so.6 loaded");
  std::vector<SystemLibrary> libraries;
  for (const char *name :
       {"libm.so.6", "libc.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1",
        "ld-linux-x86-64.so.2"}) {
    llvm::SmallString<128> path(llvm::sys::path::parent_path(libc));
    llvm::sys::path::append(path, name);
    if (llvm::sys::fs::exists(path))
      libraries.push_back({name, path.str().str()});
  }
  return libraries;
}

static std::error_code lastError() {
  return std::error_code(errno, std::generic_category());
}

/// One line of what lld said: the first error, and how many lines there are.
static std::string summarize(llvm::StringRef output) {
  llvm::SmallVector<llvm::StringRef> lines;
  output.split(lines, '\n', -1, /*KeepEmpty=*/false);
  if (lines.empty())
    return "no message";
  llvm::StringRef first = lines.front();
  first.consume_front("ld.lld: error: ");
  return first.str() +
         (lines.size() > 1
              ? " (and " + std::to_string(lines.size() - 1) + " more lines)"
              : "");
}

static llvm::Error runLinker(llvm::ArrayRef<std::string> arguments) {
  // lld keeps its state in a global context.
  static std::mutex oneAtATime;
  std::lock_guard<std::mutex> lock(oneAtATime);
  llvm::SmallVector<const char *> raw;
  for (const std::string &argument : arguments)
    raw.push_back(argument.c_str());
  std::string output;
  llvm::raw_string_ostream stream(output);
  lld::Result result =
      lld::lldMain(raw, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return llvm::Error::success();
  return llvm::createStringError("linking failed: %s",
                                 summarize(output).c_str());
}

/// Names the C libraries in the linker's arguments, as old ones: programs start
/// on machines with an older C library than this one's.
static llvm::Error addSystemLibraries(MemoryFiles &files,
                                      std::vector<std::string> &arguments) {
  auto libraries = findSystemLibraries();
  if (!libraries)
    return libraries.takeError();
  for (const SystemLibrary &library : *libraries) {
    auto bytes = llvm::MemoryBuffer::getFile(library.path);
    if (!bytes)
      return llvm::createStringError("cannot read '" + library.path +
                                     "': " + bytes.getError().message());
    auto older = makeOlderLibrary((*bytes)->getBuffer(), oldestGlibcMinor);
    if (!older)
      return llvm::createStringError(library.path + ": " +
                                     llvm::toString(older.takeError()));
    auto path = files.add(library.name.c_str(), *older);
    if (!path)
      return path.takeError();
    // Newer C libraries have threads and dladdr in libc.so.6, older ones in
    // these two: a program that is to find them in both names all three.
    bool always =
        library.name == "libpthread.so.0" || library.name == "libdl.so.2";
    arguments.push_back(always ? "--no-as-needed" : "--as-needed");
    arguments.push_back(std::move(*path));
  }
  // What one library wants of another is the loader's business.
  arguments.push_back("--allow-shlib-undefined");
  return llvm::Error::success();
}

/// Fails if the disk, or a limit of the process, has no room for `bytes` at
/// `path`: lld maps its output and would die of SIGBUS there.
static llvm::Error checkRoom(llvm::StringRef path, llvm::StringRef name,
                             uint64_t bytes) {
  int descriptor =
      ::open(path.str().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return cannotWrite(name, lastError());
  // Where a file system cannot reserve, the check is left out.
  int failure = ::fallocate(descriptor, 0, 0, off_t(bytes)) == 0 ? 0 : errno;
  ::close(descriptor);
  ::unlink(path.str().c_str());
  if (failure != ENOSPC && failure != EDQUOT && failure != EFBIG)
    return llvm::Error::success();
  errno = failure;
  return cannotWrite(name, lastError());
}

llvm::Error
llmc::linkProgram(llvm::ArrayRef<llvm::SmallVector<char, 0>> objects,
                  LinkKind kind, llvm::StringRef path, llvm::StringRef name) {
  bool shared = kind == LinkKind::shared;
  llvm::ArrayRef<EmbeddedObject> runtime =
      shared ? libraryObjects() : programObjects();
  assert(runtime.size() > 2 && "the last two objects are end files");
  uint64_t inputBytes = 0; // the output is never larger
  for (const auto &object : objects)
    inputBytes += object.size();
  for (const EmbeddedObject &part : runtime)
    inputBytes += part.bytes.size();
  if (llvm::Error error =
          checkRoom(path, name.empty() ? path : name, inputBytes))
    return error;
  MemoryFiles files;
  std::vector<std::string> arguments = {
      "ld.lld", "-m", "elf_x86_64", "-o", path.str(), "--gc-sections",
      "--as-needed", "--eh-frame-hdr", "--hash-style=gnu", "--build-id=none",
      "--strip-all",
      // No lazy binding and no executable stack: a program reads files it did
      // not write.
      "-z", "relro", "-z", "now", "-z", "noexecstack",
      // The place for the model is behind everything else, see Artifact.cpp.
      "-z", "lrodata-after-bss"};
  auto add = [&](const char *name, llvm::StringRef bytes) -> llvm::Error {
    auto input = files.add(name, bytes);
    if (!input)
      return input.takeError();
    arguments.push_back(std::move(*input));
    return llvm::Error::success();
  };

  if (shared) {
    auto script = files.add("exports", "{ global: llmrt_*; local: *; };");
    if (!script)
      return script.takeError();
    arguments.insert(arguments.end(), {"-shared", "-Bsymbolic", "-z", "defs",
                                       "--version-script=" + *script});
  } else {
    arguments.insert(arguments.end(),
                     {"-pie", "--dynamic-linker", dynamicLinker});
  }
  assert(runtime.size() > 2 && "the last two objects are end files");
  for (const EmbeddedObject &part : runtime.drop_back(2))
    if (llvm::Error error = add(part.name, part.bytes))
      return error;
  for (const auto &object : objects)
    if (llvm::Error error =
            add("model.o", llvm::StringRef(object.data(), object.size())))
      return error;
  for (const EmbeddedObject &part : runtime.take_back(2))
    if (llvm::Error error = add(part.name, part.bytes))
      return error;
  if (llvm::Error error = addSystemLibraries(files, arguments))
    return error;
  return runLinker(arguments);
}

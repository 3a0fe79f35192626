//===- ChildProgram.cpp - what another program says -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ChildProgram.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace llmc;

namespace {

/// A file without a name, so that a program may write more than a pipe holds.
class Capture {
public:
  explicit Capture(const char *name)
      : descriptor(::memfd_create(name, MFD_CLOEXEC)) {}
  Capture(const Capture &) = delete;
  Capture &operator=(const Capture &) = delete;
  ~Capture() {
    if (descriptor >= 0)
      ::close(descriptor);
  }

  bool opened() const { return descriptor >= 0; }
  /// In the child: what goes to `stream` comes here.
  void take(int stream) const { ::dup2(descriptor, stream); }

  std::string text() const {
    std::string all;
    char part[4096];
    ssize_t count;
    while ((count = ::pread(descriptor, part, sizeof part, all.size())) > 0)
      all.append(part, count);
    return all;
  }

private:
  int descriptor;
};

} // namespace

/// Never returns. Between fork and exec only what is async-signal-safe.
[[noreturn]] static void become(const std::vector<char *> &arguments,
                                const Capture &out, const Capture &err,
                                pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) // it ended before
    ::_exit(1);
  out.take(STDOUT_FILENO);
  err.take(STDERR_FILENO);
  ::execv(arguments.front(), arguments.data());
  const char *why = std::strerror(errno);
  (void)!::write(STDERR_FILENO, why, std::strlen(why));
  ::_exit(127);
}

/// "error: " is said once, by who reports it.
static std::string findLastLine(llvm::StringRef text) {
  llvm::StringRef line = text.rtrim();
  line = line.substr(line.rfind('\n') + 1);
  line.consume_front("error: ");
  return line.str();
}

llvm::Expected<std::string>
llmc::runProgram(llvm::ArrayRef<std::string> command) {
  auto fail = [&](const llvm::Twine &why) {
    return llvm::createStringError("'" + command.front() + "' " + why);
  };
  Capture out("stdout"), err("stderr");
  if (!out.opened() || !err.opened())
    return fail("cannot be run: " + llvm::Twine(std::strerror(errno)));
  std::vector<char *> arguments;
  for (const std::string &argument : command)
    arguments.push_back(const_cast<char *>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid(), child = ::fork();
  if (child == 0)
    become(arguments, out, err, parent);
  if (child < 0)
    return fail("cannot be run: " + llvm::Twine(std::strerror(errno)));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return fail("was lost: " + llvm::Twine(std::strerror(errno)));
  if (WIFSIGNALED(status))
    return fail("was ended by a signal: " +
                llvm::Twine(::strsignal(WTERMSIG(status))));
  if (WEXITSTATUS(status) == 0)
    return out.text();
  std::string why = findLastLine(err.text());
  return why.empty()
             ? fail("ended with code " + llvm::Twine(WEXITSTATUS(status)))
             : llvm::createStringError(why);
}

llvm::Expected<llvm::json::Object>
llmc::askProgram(llvm::ArrayRef<std::string> command) {
  auto said = runProgram(command);
  if (!said)
    return said.takeError();
  auto parsed = llvm::json::parse(*said);
  if (!parsed)
    return parsed.takeError();
  if (llvm::json::Object *object = parsed->getAsObject())
    return std::move(*object);
  return llvm::createStringError(command.front() + ": says no JSON object");
}

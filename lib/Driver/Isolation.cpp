//===- Isolation.cpp - a command in a process of its own ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the child was doing, and why it gave up, stand in a page that both
// processes share: it outlives every kind of death.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Isolation.h"

#include "llmc/Weights/Files.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using namespace llmc;

namespace {

/// Shared by both processes. Texts are cut to fit and end with 0.
struct Page {
  char activity[128];
  char failure[1024];
  char result[4096];
};

Page *page = nullptr; // null: no child
volatile pid_t child = 0;
bool isChild = false;

// These end a process unless it handles them, and mean no mistake of its own.
constexpr int endingSignals[] = {SIGHUP,  SIGINT,  SIGQUIT,  SIGTERM,
                                 SIGALRM, SIGPIPE, SIGUSR1,  SIGUSR2,
                                 SIGXCPU, SIGPROF, SIGVTALRM};

} // namespace

/// Async-signal-safe.
template <size_t size>
static void store(char (&field)[size], const char *text, size_t length) {
  length = std::min(length, size - 1);
  std::memcpy(field, text, length);
  field[length] = 0;
}

static void onSignal(int number, void (*handler)(int, siginfo_t *, void *)) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask); // a second one waits until files are removed
  sigaction(number, &action, nullptr);
}

//===----------------------------------------------------------------------===//
// The child
//===----------------------------------------------------------------------===//

/// From here on this thread is the one that ends the process: threads that read one
/// file die of it at the same time, and the others wait.
static void takeTheEnd() {
  static std::atomic_flag begun;
  sigset_t all;
  sigfillset(&all); // no handler of this thread waits for this thread
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (begun.test_and_set())
    ::pause();
}

/// Ends the child with a reason; from a signal handler as well.
[[noreturn]] static void giveUp(const char *reason) {
  takeTheEnd();
  if (page && !page->failure[0])
    store(page->failure, reason, std::strlen(reason));
  llvm::sys::RunInterruptHandlers(); // removes temporary files
  _exit(1);
}

static void dieOf(int number, siginfo_t *, void *) {
  takeTheEnd();
  llvm::sys::RunInterruptHandlers();
  std::signal(number, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  raise(number);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  _exit(1);
}

static void explainBusError(int number, siginfo_t *info, void *context) {
  const char *file = findMappedFile(info->si_addr);
  if (!file)
    dieOf(number, info, context);
  char reason[1024] = {};
  std::strncat(reason, file, sizeof(reason) - 80);
  std::strcat(reason, ": became shorter while it was read, or its disk fails");
  giveUp(reason);
}

static void explainFatalError(void *, const char *reason, bool) {
  giveUp(reason);
}

/// Memory or threads ran out in code without exceptions.
[[noreturn]] static void explainTermination() {
  giveUp("no memory, or no thread, is left");
}

static void prepareChild(pid_t parent) {
  isChild = true;
  endWhereMemoryEnds();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent)
    _exit(1);
  llvm::install_fatal_error_handler(explainFatalError);
  std::set_terminate(explainTermination);
  // LLVM takes its signals when it is first asked to, and never again.
  llvm::sys::AddSignalHandler([](void *) {}, nullptr);
  for (int number : endingSignals)
    onSignal(number, dieOf);
  onSignal(SIGBUS, explainBusError);
  std::signal(SIGXFSZ, SIG_IGN); // the write fails, and says so
}

//===----------------------------------------------------------------------===//
// The parent
//===----------------------------------------------------------------------===//

static void forward(int number, siginfo_t *, void *) {
  int kept = errno;
  if (child > 0)
    ::kill(child, number);
  errno = kept;
}

static std::string doing() {
  return page->activity[0] ? std::string(" (") + page->activity + ")" : "";
}

/// What a signal says that was not sent to end us.
static std::string describeDeath(int number) {
  std::string name = "SIG" + std::string(sigabbrev_np(number)
                                             ? sigabbrev_np(number)
                                             : std::to_string(number).c_str());
  if (number == SIGKILL)
    return "the compiler was killed" + doing() +
           ": the system does that where memory runs out; close other "
           "programs, or take a smaller model";
  return "the compiler died of " + name + doing() +
         ": this is a bug of llmc, please report it with the model's name";
}

static CommandEnd describeEnd(int status) {
  CommandEnd end;
  end.result = page->result;
  if (page->failure[0])
    end = {1, page->failure + doing(), ""};
  else if (WIFEXITED(status))
    end.code = WEXITSTATUS(status);
  else
    end = {1, describeDeath(WTERMSIG(status)), ""};
  return end;
}

/// Ends this process as the child was ended.
static void followChild(int status) {
  if (!WIFSIGNALED(status) ||
      std::find(std::begin(endingSignals), std::end(endingSignals),
                WTERMSIG(status)) == std::end(endingSignals))
    return;
  std::signal(WTERMSIG(status), SIG_DFL);
  raise(WTERMSIG(status));
}

static CommandEnd waitForChild() {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return {1,
              std::string("cannot wait for the compiler: ") +
                  std::strerror(errno),
              ""};
  child = 0;
  for (int number : endingSignals)
    std::signal(number, SIG_DFL);
  followChild(status);
  return describeEnd(status);
}

CommandEnd llmc::runIsolated(llvm::function_ref<int()> command) {
  static Page own;
  if (std::getenv("LLMC_IN_PROCESS")) {
    page = &own;
    int code = command();
    return {code, "", page->result};
  }
  void *memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t parent = getpid();
  if (memory == MAP_FAILED)
    return {1, std::string("cannot start: ") + std::strerror(errno), ""};
  page = static_cast<Page *>(memory);
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  child = fork();
  if (child == 0) {
    prepareChild(parent);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    std::exit(command());
  }
  int failure = errno;
  for (int number : endingSignals)
    if (child > 0)
      onSignal(number, forward);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (child < 0)
    return {1, std::string("cannot start a process: ") + std::strerror(failure),
            ""};
  return waitForChild();
}

static ActivityWatcher activityWatcher;

void llmc::noteActivity(llvm::StringRef what) {
  if (page)
    store(page->activity, what.data(), what.size());
  if (activityWatcher)
    activityWatcher(what);
}

ActivityWatcher llmc::watchActivity(ActivityWatcher watcher) {
  return std::exchange(activityWatcher, std::move(watcher));
}

void llmc::handOver(llvm::StringRef result) {
  if (page)
    store(page->result, result.data(), result.size());
}

void llmc::giveUpMemory() {
  constexpr char message[] = "llmc: error: out of memory\n";
  if (!isChild) // whose parent says it
    (void)!::write(STDERR_FILENO, message, sizeof message - 1);
  giveUp("out of memory");
}

void llmc::endWhereMemoryEnds() {
  static bool done = false;
  if (std::exchange(done, true))
    return;
  llvm::install_bad_alloc_error_handler(
      [](void *, const char *, bool) { giveUpMemory(); });
  // Not by an exception: the futures of a thread pool catch those of their tasks.
  std::set_new_handler(giveUpMemory);
}

void llmc::openStandardDescriptors() {
  for (int descriptor : {0, 1, 2})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      // The lowest that is free: this one.
      (void)!::open("/dev/null", O_RDONLY);
}

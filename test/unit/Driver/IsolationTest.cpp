//===- IsolationTest.cpp - however a command ends, one line says so -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A child has one thread of its parent's, and waits for what another one held. Suites of
// this name are run first, before a test leaves threads behind.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Isolation.h"

#include "llmc/Emit/PendingFile.h"
#include "llmc/Weights/Files.h"

#include "Emit/EmitTesting.h"

#include "llvm/Support/ErrorHandling.h"

#include <csignal>
#include <fstream>
#include <future>
#include <latch>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace llmc;
using namespace llmc::testing;

namespace {

/// A file of 16 pages, mapped as models are.
struct MappedModel {
  explicit MappedModel(const Folder &folder) : path(folder.file("model.gguf")) {
    std::ofstream(path) << std::string(size_t(16) << 12, 'x');
    auto opened = openFile(path);
    EXPECT_TRUE(bool(opened));
    buffer = std::move(*opened);
  }
  void cut() const { ASSERT_EQ(::truncate(path.c_str(), 4096), 0); }
  /// The page at an index; page 0 stays where the file is cut.
  char read(int page) const {
    return *const_cast<const volatile char *>(buffer->getBufferStart() +
                                              (page << 12));
  }

  std::string path;
  std::unique_ptr<llvm::MemoryBuffer> buffer;
};

} // namespace

TEST(IsolationDeathTest, TheCodeAndTheResultOfACommandArriveAtTheParent) {
  CommandEnd end = runIsolated([] {
    handOver("tokens=7");
    return 3;
  });
  EXPECT_EQ(end.code, 3);
  EXPECT_EQ(end.result, "tokens=7");
  EXPECT_EQ(end.failure, "");
}

TEST(IsolationDeathTest, NothingTheChildDoesChangesTheParent) {
  int value = 1;
  EXPECT_EQ(runIsolated([&] { return value = 2; }).code, 2);
  EXPECT_EQ(value, 1);
}

TEST(IsolationDeathTest, ResultsAreCutToFit) {
  CommandEnd end = runIsolated([] {
    handOver(std::string(100'000, 'r'));
    return 0;
  });
  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(end.result, std::string(4095, 'r'));
}

TEST(IsolationDeathTest, AFatalErrorOfLLVMIsAFailureWithWhatWasDone) {
  CommandEnd end = runIsolated([]() -> int {
    noteActivity("linking");
    llvm::report_fatal_error("no such relocation", /*gen_crash_diag=*/false);
  });
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(end.failure, "no such relocation (linking)");
}

TEST(IsolationDeathTest, MemoryThatRunsOutIsSaid) {
  CommandEnd end = runIsolated([]() -> int {
    noteActivity("reading weights");
    llvm::report_bad_alloc_error("a vector");
  });
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(end.failure, "out of memory (reading weights)");
}

/// A future would keep the exception for whoever asks for its value.
TEST(IsolationDeathTest, MemoryThatRunsOutInATaskIsSaid) {
  CommandEnd end = runIsolated([]() -> int {
    std::async(std::launch::deferred, [] {
      volatile size_t bytes = size_t(1) << 60;
      static void *volatile kept = ::operator new(bytes);
      return kept != nullptr;
    }).wait();
    return 0;
  });
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(end.failure, "out of memory");
}

TEST(IsolationDeathTest, AnExceptionThatNobodyCatchesIsSaid) {
  CommandEnd end = runIsolated([]() -> int {
    std::thread([] { std::vector<char>().reserve(size_t(-1)); }).join();
    return 0;
  });
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(end.failure, "no memory, or no thread, is left");
}

TEST(IsolationDeathTest, ABugIsCalledOneAndKilledProcessesAreExplained) {
  CommandEnd bug = runIsolated([] {
    noteActivity("tiling");
    std::signal(SIGILL, SIG_DFL);
    return raise(SIGILL);
  });
  EXPECT_EQ(bug.code, 1);
  EXPECT_EQ(bug.failure, "the compiler died of SIGILL (tiling): this is a bug "
                         "of llmc, please report it with the model's name");
  CommandEnd killed = runIsolated([] { return raise(SIGKILL); });
  EXPECT_EQ(killed.code, 1);
  EXPECT_NE(killed.failure.find("the system does that where memory runs out"),
            std::string::npos)
      << killed.failure;
}

TEST(IsolationDeathTest, ASignalThatEndsTheChildEndsTheParentAlike) {
  for (int number : {SIGINT, SIGTERM, SIGPIPE}) {
    pid_t parent = fork();
    if (parent == 0) {
      runIsolated([&] { return raise(number); });
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(parent, &status, 0), parent);
    ASSERT_TRUE(WIFSIGNALED(status)) << number;
    EXPECT_EQ(WTERMSIG(status), number);
  }
}

TEST(IsolationDeathTest, AFileThatShrinksIsNamed) {
  Folder folder;
  MappedModel model(folder);
  CommandEnd end = runIsolated([&] {
    noteActivity("packing");
    model.cut();
    return model.read(15) == 'x' ? 0 : 2;
  });
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(end.failure, model.path + ": became shorter while it was read, or "
                                      "its disk fails (packing)");
}

TEST(IsolationDeathTest, ThreadsThatDieOfOneFileAtOnceLeaveNothing) {
  Folder folder, out;
  for (int round = 0; round < 40; ++round) {
    MappedModel model(folder);
    CommandEnd end = runIsolated([&] {
      std::vector<PendingFile> files;
      for (int index = 0; index < 16; ++index)
        if (auto file =
                PendingFile::create(out.file("app" + std::to_string(index))))
          files.push_back(std::move(*file));
        else
          return 2;
      model.cut();
      std::latch together(8);
      std::vector<std::thread> readers;
      for (int page = 1; page <= 8; ++page)
        readers.emplace_back([&, page] {
          together.arrive_and_wait();
          model.read(page);
        });
      for (std::thread &reader : readers)
        reader.join();
      return 0;
    });
    EXPECT_EQ(end.code, 1);
    EXPECT_NE(end.failure.find("became shorter"), std::string::npos);
    ASSERT_TRUE(out.entries().empty()) << "in round " << round;
  }
}

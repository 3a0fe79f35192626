//===- GraphFuzz.cpp - random graphs, compiled against interpreted --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// graph-fuzz [--graphs=60] [--seed=1]
//
// Runs the graphs of `graphs` seeds from `seed` on. Each runs in a process of its
// own: a crash or a hang is a failure like another. A failing graph is made
// smaller while it still fails in the same way, and printed with its seed.
//===----------------------------------------------------------------------===//
#include "RandomGraph.h"

#include "llmc/Driver/Pipelines.h"
#include "llmrt/Cpu.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <cmath>
#include <sys/wait.h>
#include <unistd.h>

using namespace llmc;
using namespace llmc::test;

static constexpr unsigned limitSeconds = 300; // of one graph: a hang ends

/// sqrt(sum (a - b)^2 / sum b^2); infinite where a is not a number.
static double relativeError(llvm::ArrayRef<float> a, llvm::ArrayRef<float> b) {
  double difference = 0, whole = 0;
  if (a.size() != b.size())
    return INFINITY;
  for (size_t i = 0; i < a.size(); ++i) {
    difference += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
    whole += double(b[i]) * b[i];
  }
  if (std::isnan(difference))
    return INFINITY;
  return difference == 0 ? 0 : std::sqrt(difference / whole);
}

/// What is wrong with the graph; empty if nothing is.
static std::string check(const RandomGraph &random) {
  Graph graph = random.build();
  std::vector<ReferenceBatch> batches = random.batches(graph);
  GraphRun run(graph, {random.variant});
  if (!run.ok())
    return "does not compile";
  auto expected = run.interpret(batches);
  if (expected.size() != batches.size())
    return "has no meaning";
  if (run.compiled->variants().empty())
    return "";
  run.compiled->start(random.variant, random.workers);
  for (size_t i = 0; i < batches.size(); ++i) {
    double error = relativeError(run.compiled->run(batches[i]), expected[i]);
    if (!(error <= random.tolerance()))
      return "step " + std::to_string(i) + " differs by " +
             std::to_string(error);
  }
  return "";
}

/// The same in a process of its own.
static std::string checkApart(const RandomGraph &random) {
  int ends[2];
  if (::pipe(ends))
    return "no pipe";
  pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    ::dup2(ends[1], STDOUT_FILENO); // what gtest says of a failed step
    ::dup2(ends[1], STDERR_FILENO);
    ::alarm(limitSeconds);
    std::string wrong = check(random);
    if (!wrong.empty())
      std::printf("%s\n", wrong.c_str());
    std::fflush(stdout);
    ::_exit(wrong.empty() ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof(buffer))) > 0;)
    said.append(buffer, got);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    return said + "ended by signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) ? said : "";
}

/// The kind of a failure, without its figures: a reduction must not slide from
/// wrong numbers to a graph that does not compile.
static llvm::StringRef kindOf(llvm::StringRef said) {
  for (llvm::StringRef kind :
       {"does not compile", "has no meaning", "differs by", "ended by signal"})
    if (said.contains(kind))
      return kind;
  return said;
}

/// The smallest graph found that still fails as `said` says.
static RandomGraph reduce(RandomGraph failing, llvm::StringRef said) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (RandomGraph &candidate : failing.reductions())
      if (kindOf(checkApart(candidate)) == kindOf(said)) {
        failing = std::move(candidate);
        smaller = true;
        break;
      }
  }
  return failing;
}

static void report(const RandomGraph &failing, llvm::StringRef said) {
  std::printf("FAILED %s\n%s\n", failing.describe().c_str(),
              said.str().c_str());
  std::fflush(stdout);
  RandomGraph small = reduce(failing, said);
  std::printf("reduced to %s\n%s\n%s\n", small.describe().c_str(),
              checkApart(small).c_str(), small.build().text().c_str());
  std::fflush(stdout);
}

static bool parse(llvm::StringRef argument, llvm::StringRef name,
                  int64_t &value) {
  return argument.consume_front(name) && !argument.getAsInteger(10, value) &&
         value >= 0;
}

int main(int argc, char **argv) {
  int64_t graphs = 60, seed = 1, failures = 0;
  for (llvm::StringRef argument : llvm::ArrayRef(argv + 1, argc - 1))
    if (!parse(argument, "--graphs=", graphs) &&
        !parse(argument, "--seed=", seed)) {
      std::fprintf(stderr, "usage: graph-fuzz [--graphs=60] [--seed=1]\n");
      return 2;
    }
  auto begin = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < graphs; ++i) {
    RandomGraph random(static_cast<uint32_t>(seed + i));
    std::string said = checkApart(random);
    if (said.empty())
      continue;
    ++failures;
    report(random, said);
  }
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  std::printf("%lld graphs from seed %lld: %lld failed, %.0f s\n",
              static_cast<long long>(graphs), static_cast<long long>(seed),
              static_cast<long long>(failures), seconds.count());
  return failures != 0;
}

//===- EvalCommand.cpp - llmc eval ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A build is measured by its own `eval`: what is measured is what will run. The first
// build of a sweep writes down what it predicts, the others are compared with that.
//===----------------------------------------------------------------------===//
#include "Calibration.h"
#include "ChildProgram.h"
#include "Destination.h"
#include "KeptRows.h"
#include "ProgramCache.h"
#include "Quantization.h"
#include "SweepKnee.h"
#include "SweepTable.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Weights/Files.h"
#include "llmrt/Console.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <chrono>
#include <unistd.h>

using namespace llmc;

std::vector<std::string> llmc::getEvalArguments(const EvalCommand &command) {
  std::vector<std::string> arguments = {"eval",
                                        "--text",
                                        command.text,
                                        "--context",
                                        std::to_string(command.context),
                                        "--device",
                                        command.device};
  auto add = [&](const char *option, const std::string &value) {
    if (!value.empty() && value != "0")
      arguments.insert(arguments.end(), {option, value});
  };
  add("--windows", std::to_string(command.windows));
  add("--threads", std::to_string(command.threads));
  add("--kl-base", command.klBase);
  add("--kl", command.kl);
  if (command.json)
    arguments.push_back("--json");
  return arguments;
}

namespace {

class Sweep {
public:
  explicit Sweep(const EvalCommand &command) : command(command) {}
  ~Sweep() {
    if (!predictions.empty())
      llvm::sys::fs::remove(predictions);
    for (const Build &build : builds) // those that nothing is left in
      llvm::sys::fs::remove(llvm::sys::path::parent_path(build.path));
  }
  llvm::Error run();

private:
  struct Build {
    SweptBuild asked;
    std::string path, key; // of the program; of its row
  };

  llvm::Error prepare();
  llvm::Error prepareStatistics();
  llvm::Error addBuild(SweptBuild asked);
  llvm::Error measureAll();
  llvm::Expected<SweepRow> measure(Build &build, bool isReference);
  llvm::Error runBuild(const Build &build, bool isReference, SweepRow &row);
  void say(const Build &build, llvm::StringRef what) const;
  void print(const SweepRow &row);
  llvm::Error finish(Destination &picture);

  const EvalCommand &command;
  KeptRows kept;
  std::string textKey;
  std::vector<Build> builds;
  size_t nameWidth = 5;
  llvm::FileRemover statistics;
  std::string predictions; // of the reference; empty: none were made
  std::vector<SweepRow> rows;
  std::vector<std::string> failures;
};

} // namespace

//===----------------------------------------------------------------------===//
// Builds
//===----------------------------------------------------------------------===//

/// One calibration for all builds that need one.
llvm::Error Sweep::prepareStatistics() {
  for (const Build &build : builds) {
    CompileOptions options = build.asked.options;
    if (!needsStatistics(options) || !options.stats.empty())
      continue;
    if (llvm::Error error = calibrateIfNeeded(command.model, command.quiet,
                                              options, statistics))
      return error;
    for (Build &each : builds)
      if (needsStatistics(each.asked.options) &&
          each.asked.options.stats.empty())
        each.asked.options.stats = options.stats;
    return llvm::Error::success();
  }
  return llvm::Error::success();
}

llvm::Error Sweep::addBuild(SweptBuild asked) {
  if (!takesStatistics(asked.options))
    asked.options.stats = ""; // for the others
  CompileOptions checked = asked.options;
  if (needsStatistics(checked) && checked.stats.empty())
    checked.stats = "to come";
  if (llvm::Error error = checkWeightOptions(checked))
    return llvm::createStringError(asked.name + ": " +
                                   llvm::toString(std::move(error)));
  nameWidth = std::max(nameWidth, asked.name.size());
  builds.push_back({std::move(asked), "", ""});
  return llvm::Error::success();
}

llvm::Error Sweep::prepare() {
  auto text = openFile(command.text);
  if (!text)
    return text.takeError();
  textKey = std::to_string(llvm::xxh3_64bits((*text)->getBuffer())) + "-" +
            std::to_string(command.context) + "-" +
            std::to_string(command.windows);
  auto rowsKept = KeptRows::open(command.results);
  if (!rowsKept)
    return rowsKept.takeError();
  kept = std::move(*rowsKept);
  if (command.kl.empty())
    if (llvm::Error error = addBuild({"reference", command.options}))
      return error;
  for (const SweptBuild &build : command.sweep)
    if (llvm::Error error = addBuild(build))
      return error;
  if (llvm::Error error = prepareStatistics())
    return error;
  for (Build &build : builds) {
    auto path = getCachedPath(command.model, build.asked.options);
    if (!path)
      return path.takeError();
    build.path = std::move(*path);
    llvm::StringRef folder =
        llvm::sys::path::filename(llvm::sys::path::parent_path(build.path));
    build.key =
        (folder + "-" + textKey + (command.speed ? "-speed" : "")).str();
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

void Sweep::say(const Build &build, llvm::StringRef what) const {
  noteActivity(build.asked.name + ": " + what.str());
  if (!command.quiet)
    llvm::errs() << "llmc: " << &build - builds.data() + 1 << " of "
                 << builds.size() << ", " << llmrt::printable(build.asked.name)
                 << ": " << what << "\n";
}

/// Adds what one of the program's commands says as JSON.
static llvm::Error addFigures(std::vector<std::string> call,
                              llvm::StringRef part,
                              llvm::ArrayRef<llvm::StringLiteral> names,
                              SweepRow &row) {
  auto said = askProgram(call);
  if (!said)
    return said.takeError();
  const llvm::json::Object *figures = &*said;
  if (!part.empty())
    figures = figures->getObject(part);
  for (llvm::StringLiteral name : names)
    if (const llvm::json::Value *value = figures ? figures->get(name) : nullptr)
      row[name] = *value;
  return llvm::Error::success();
}

llvm::Error Sweep::runBuild(const Build &build, bool isReference,
                            SweepRow &row) {
  if (llvm::Error error = addFigures({build.path, "info", "--json"}, "model",
                                     {"bits_per_weight", "weight_bytes"}, row))
    return error;
  say(build, "measuring");
  EvalCommand own = command;
  own.json = true;
  if (isReference)
    own.klBase = predictions;
  else if (own.kl.empty())
    own.kl = predictions;
  std::vector<std::string> call = getEvalArguments(own);
  call.insert(call.begin(), build.path);
  if (llvm::Error error = addFigures(
          call, "",
          {"perplexity", "tokens", "kl_mean", "kl_p99", "top1_agreement"}, row))
    return error;
  if (!command.speed)
    return llvm::Error::success();
  call = {build.path, "bench", "--json", "-p", "0", "-n", "32", "-r", "3"};
  if (command.threads)
    call.insert(call.end(), {"--threads", std::to_string(command.threads)});
  return addFigures(call, "", {"decode_tokens_per_s"}, row);
}

llvm::Expected<SweepRow> Sweep::measure(Build &build, bool isReference) {
  const auto begin = std::chrono::steady_clock::now();
  // What this sweep makes and removes is its own: others measure too.
  const std::string own = build.path + "-" + std::to_string(::getpid());
  if (!llvm::sys::fs::exists(build.path))
    build.path = own;
  say(build, "compiling");
  auto isNew = cacheProgram(build.path, command.model, build.asked.options,
                            /*quiet=*/true);
  if (!isNew)
    return isNew.takeError();
  const std::chrono::duration<double> time =
      std::chrono::steady_clock::now() - begin;
  if (isReference) {
    predictions = own + ".predictions";
    llvm::sys::RemoveFileOnSignal(predictions);
  }
  SweepRow row{{"key", build.key}, {"build", build.asked.name}};
  std::optional<llvm::FileRemover>
      remover; // a sweep leaves no gigabytes behind
  if (*isNew) {
    row["compile_seconds"] = time.count();
    remover.emplace(build.path);
    llvm::sys::RemoveFileOnSignal(build.path);
  }
  llvm::Error error = runBuild(build, isReference, row);
  if (error)
    return std::move(error);
  return std::move(row);
}

void Sweep::print(const SweepRow &row) {
  if (!command.json) {
    if (rows.empty())
      llvm::outs() << writeTableHead(nameWidth, command.speed);
    llvm::outs() << writeTableRow(row, nameWidth, command.speed);
    llvm::outs().flush();
  }
  rows.push_back(row);
}

llvm::Error Sweep::measureAll() {
  const bool allKept = llvm::all_of(
      builds, [&](const Build &build) { return kept.find(build.key); });
  for (Build &build : builds) {
    const bool isReference = &build == builds.data() && command.kl.empty();
    const SweepRow *known = kept.find(build.key);
    // The others are compared with what the reference predicts.
    if (known && (!isReference || allKept)) {
      print(*known);
      continue;
    }
    auto row = measure(build, isReference);
    if (!row && isReference)
      return row.takeError();
    if (!row) {
      failures.push_back(build.asked.name + ": " +
                         llvm::toString(row.takeError()));
      llvm::errs() << "llmc: " << llmrt::warningLabel(2)
                   << llmrt::printable(failures.back()) << "\n";
      continue;
    }
    print(*row);
    if (!known)
      if (llvm::Error error = kept.add(*row))
        return error;
  }
  return llvm::Error::success();
}

llvm::Error Sweep::finish(Destination &picture) {
  const std::vector<Knee> knees = findKnees(rows);
  if (!command.json)
    for (const Knee &knee : knees)
      llvm::outs() << describeKnee(knee, rows);
  if (command.json) {
    llvm::json::Array all;
    for (const SweepRow &row : rows)
      all.push_back(SweepRow(row));
    for (const Knee &knee : knees)
      (*all[knee.row].getAsObject())["knee_of"] = knee.series;
    llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(all)));
  }
  if (!command.svg.empty()) {
    const std::string page = drawSweep(rows);
    if (page.empty())
      return llvm::createStringError(
          command.svg + ": no build differs from the reference, so there is "
                        "nothing to draw");
    if (llvm::Error error = picture.write(page))
      return error;
  }
  if (failures.empty())
    return llvm::Error::success();
  return llvm::createStringError(
      std::to_string(failures.size()) + " of " + std::to_string(builds.size()) +
      " builds failed; the first: " + failures.front());
}

llvm::Error Sweep::run() {
  auto picture = Destination::open(command.svg, command.model);
  if (!picture)
    return picture.takeError();
  if (llvm::Error error = prepare())
    return error;
  if (llvm::Error error = measureAll())
    return error;
  return finish(*picture);
}

llvm::Error llmc::runSweep(const EvalCommand &command) {
  return Sweep(command).run();
}

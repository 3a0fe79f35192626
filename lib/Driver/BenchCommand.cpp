//===- BenchCommand.cpp - llmc bench --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A build is measured by its own `bench`; a roofline takes turns between that and the
// limits, because the machine changes.
//===----------------------------------------------------------------------===//
#include "ChildProgram.h"
#include "Destination.h"
#include "Median.h"
#include "ProgramCache.h"
#include "Roofline.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Isolation.h"
#include "llmrt/ThreadPool.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;

static constexpr int64_t passes = 5; // of each limit; the best counts

std::vector<std::string> llmc::getBenchArguments(const BenchCommand &command) {
  std::vector<std::string> arguments = {"bench"};
  auto add = [&](const char *option, const std::string &value) {
    arguments.insert(arguments.end(), {option, value});
  };
  add("--prompt", std::to_string(command.prompt));
  add("--tokens", std::to_string(command.tokens));
  add("--depth", std::to_string(command.depth));
  add("--batch", std::to_string(command.batch));
  add("--repetitions", std::to_string(command.repetitions));
  add("--device", command.device);
  if (command.threads)
    add("--threads", std::to_string(command.threads));
  if (command.profile)
    arguments.push_back("--profile");
  if (command.json)
    arguments.push_back("--json");
  return arguments;
}

static llvm::json::Object describe(const MachineLimits &limits) {
  return llvm::json::Object{{"read_bytes_per_s", limits.read},
                            {"int8_operations_per_s", limits.int8},
                            {"bf16_operations_per_s", limits.bf16},
                            {"f32_operations_per_s", limits.f32}};
}

static void printLimits(const MachineLimits &limits, int64_t threads,
                        int64_t bytes) {
  llvm::outs() << llvm::formatv(
      "{0} threads read {1:f1} GB/s of {2:f0} MB and make products of bytes at "
      "{3:f0} GOP/s, ",
      threads, limits.read / 1e9, double(bytes) / 1e6, limits.int8 / 1e9);
  if (limits.bf16 > 0)
    llvm::outs() << llvm::formatv("of bf16 at {0:f0}, ", limits.bf16 / 1e9);
  llvm::outs() << llvm::formatv("of f32 at {0:f0}\n", limits.f32 / 1e9);
}

static void printJson(llvm::json::Object object) {
  llvm::outs() << llvm::formatv("{0:2}\n",
                                llvm::json::Value(std::move(object)));
}

llvm::Error llmc::runLimits(const BenchCommand &command) {
  const int64_t threads =
      command.threads ? command.threads : llmrt::ThreadPool::availableCores();
  const MachineLimits limits =
      measureLimits("", command.bytes, threads, passes);
  if (command.json)
    printJson(llvm::json::Object{{"threads", threads},
                                 {"bytes", command.bytes},
                                 {"limits", describe(limits)}});
  else
    printLimits(limits, threads, command.bytes);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The roofline
//===----------------------------------------------------------------------===//

namespace {

class RooflineRun {
public:
  explicit RooflineRun(const BenchCommand &command) : command(command) {}
  llvm::Error run();

private:
  llvm::Expected<llvm::json::Object> ask(std::vector<std::string> call) const;
  llvm::Error readFacts();
  llvm::Error runRound();
  int64_t getStepBytes() const;
  MachineLimits takeMedians() const;
  void print(llvm::ArrayRef<KernelPhase> phases,
             const MachineLimits &limits) const;

  const BenchCommand &command;
  std::string program, variant;
  FloatProducts floats;
  int64_t threads = 0, bytes = 0;
  std::vector<llvm::json::Object> rounds;
  std::vector<MachineLimits> limits; // of each round
};

} // namespace

/// What the program says as JSON.
llvm::Expected<llvm::json::Object>
RooflineRun::ask(std::vector<std::string> call) const {
  call.insert(call.begin(), program);
  return askProgram(call);
}

/// What the program multiplies.
llvm::Error RooflineRun::readFacts() {
  auto facts = ask({"info", "--json"});
  if (!facts)
    return facts.takeError();
  const llvm::json::Object *model = facts->getObject("model");
  if (!model)
    return llvm::Error::success();
  // "inputs of 210 products: f32"
  // "prompts, 210 products and their weights on avx512-bf16 and amx: bf16, ..."
  bool integers = false, narrowed = false;
  if (const llvm::json::Array *rounding = model->getArray("rounding"))
    for (const llvm::json::Value &each : *rounding) {
      auto [where, how] = each.getAsString().value_or("").split(": ");
      integers |= where.starts_with("inputs of ") && how != "f32";
      narrowed |= where.starts_with("prompts, ") &&
                  where.contains(" products ") && where.contains(variant) &&
                  how.starts_with("bf16");
    }
  floats.generated = !integers;
  floats.prompts = !integers || narrowed;
  return llvm::Error::success();
}

/// What a generated row reads; many bytes where none was generated.
int64_t RooflineRun::getStepBytes() const {
  constexpr int64_t otherwise = int64_t(1) << 28;
  const llvm::json::Object *phase = rounds.front().getObject("decode_kernels");
  const llvm::json::Array *kernels =
      phase ? phase->getArray("kernels") : nullptr;
  if (!kernels)
    return otherwise;
  double sum = 0;
  for (const llvm::json::Value &kernel : *kernels)
    sum += kernel.getAsObject()->getNumber("bytes").value_or(0);
  return int64_t(sum / phase->getNumber("steps").value_or(1));
}

llvm::Error RooflineRun::runRound() {
  const std::string what =
      llvm::formatv("round {0} of {1}", rounds.size() + 1, command.repetitions);
  noteActivity(what);
  if (!command.quiet)
    llvm::errs() << "llmc: " << what << "\n";
  BenchCommand own = command;
  own.profile = own.json = true;
  own.repetitions = 1;
  auto round = ask(getBenchArguments(own));
  if (!round)
    return round.takeError();
  rounds.push_back(std::move(*round));
  if (rounds.size() == 1) {
    variant = rounds.front().getString("variant").value_or("");
    threads = rounds.front().getInteger("threads").value_or(1);
    bytes = getStepBytes();
  }
  limits.push_back(measureLimits(variant, bytes, threads, passes));
  return llvm::Error::success();
}

MachineLimits RooflineRun::takeMedians() const {
  MachineLimits result;
  for (double MachineLimits::*field :
       {&MachineLimits::read, &MachineLimits::int8, &MachineLimits::bf16,
        &MachineLimits::f32}) {
    std::vector<double> values;
    for (const MachineLimits &each : limits)
      values.push_back(each.*field);
    result.*field = median(std::move(values));
  }
  return result;
}

void RooflineRun::print(llvm::ArrayRef<KernelPhase> phases,
                        const MachineLimits &most) const {
  if (!command.json) {
    llvm::outs() << variant << ": ";
    printLimits(most, threads, bytes);
    for (const KernelPhase &phase : phases)
      llvm::outs() << "\n" << writeKernelTable(phase);
    return;
  }
  llvm::json::Array list;
  for (const KernelPhase &phase : phases) {
    llvm::json::Array kernels;
    for (const KernelTime &kernel : phase.kernels)
      kernels.push_back(llvm::json::Object{{"kernel", kernel.name},
                                           {"seconds", kernel.seconds},
                                           {"bytes", kernel.bytes},
                                           {"operations", kernel.operations},
                                           {"share_of_limit", kernel.share()}});
    list.push_back(llvm::json::Object{{"phase", phase.name},
                                      {"kernels", std::move(kernels)}});
  }
  printJson(llvm::json::Object{{"variant", variant},
                               {"threads", threads},
                               {"bytes", bytes},
                               {"limits", describe(most)},
                               {"phases", std::move(list)}});
}

llvm::Error RooflineRun::run() {
  auto picture = Destination::open(command.roofline, command.model);
  if (!picture)
    return picture.takeError();
  auto path = getCachedPath(command.model, command.options);
  if (!path)
    return path.takeError();
  program = std::move(*path);
  if (auto made =
          cacheProgram(program, command.model, command.options, command.quiet);
      !made)
    return made.takeError();
  for (int64_t round = 0; round < command.repetitions; ++round)
    if (llvm::Error error = runRound())
      return error;
  if (llvm::Error error = readFacts())
    return error;
  const MachineLimits most = takeMedians();
  const std::vector<KernelPhase> phases = readPhases(rounds, most, floats);
  print(phases, most);
  return picture->write(drawRoofline(phases, most));
}

llvm::Error llmc::runRoofline(const BenchCommand &command) {
  return RooflineRun(command).run();
}

//===- ScheduleTuning.cpp - tiles that are chosen by measuring ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A candidate gives every product another tile at once, since each kernel's time is
// taken by itself. Rows and strips of a tile are seen by prompts, panels by generated
// rows, so that each is chosen by its own phase.
//===----------------------------------------------------------------------===//
#include "ScheduleTuning.h"

#include "LoadedProgram.h"
#include "Median.h"
#include "PackedMemory.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Driver/Pipelines.h"
#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Support/Explain.h"
#include "llmrt/Engine.h"
#include "llmrt/KernelClock.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"

#include <array>

using namespace llmc;
using namespace mlir::llm;

namespace {

constexpr int64_t rounds =
    3; // of which the least counts: the rest is other work
constexpr int64_t promptSteps = 2, generated = 16;
constexpr double worthwhile =
    0.97; // of the time with the tiles of the cost model

/// What a candidate makes of a schedule; 0: as it was.
struct Variation {
  int64_t rows = 0, strips = 0, panels = 0;
};
constexpr Variation variations[] = {{}, // what the cost model chose
                                    {.rows = 1},
                                    {.rows = 2},
                                    {.rows = 3},
                                    {.rows = 4},
                                    {.rows = 6},
                                    {.rows = 8},
                                    {.rows = 12},
                                    {.strips = 2, .panels = 2},
                                    {.panels = 2},
                                    {.panels = 4}};

enum Phase { prompts, rowsGenerated, phaseCount };

/// Products of equal types, which share a schedule.
struct Product {
  ScheduleAttr chosen;
  std::vector<KernelOp> kernels; // of the module that is tuned
  // Of each candidate what its time is of that with the chosen one, in each round.
  std::array<std::vector<std::vector<double>>, phaseCount> ratios;
};

/// Seconds of each product in each phase.
using Times = std::array<std::vector<double>, phaseCount>;

/// The step with the tiles of a variation.
struct Candidate {
  size_t variation;
  LoadedProgram program;
  std::unique_ptr<llmrt::Engine> engine;
  int32_t sequence = 0;
};

class ScheduleTuner {
public:
  explicit ScheduleTuner(Compiler &compiler) : compiler(compiler) {}
  llvm::Error run();

private:
  llvm::Error findProducts();
  llvm::Error addCandidate(size_t variation);
  llvm::Error start(Candidate &candidate);
  llvm::Expected<Times> measure(Candidate &candidate);
  llvm::Error measurePhase(Candidate &candidate, Phase phase,
                           std::vector<double> &seconds);
  llvm::Error compare(size_t candidate, bool isFirst);
  void choose(Product &product);

  Compiler &compiler;
  std::string isa;
  std::vector<Product> products;
  llvm::StringMap<size_t> numbers; // of products, by what tells them apart
  std::optional<PackedMemory> weights;
  std::vector<Candidate> candidates; // the first is what was chosen
};

} // namespace

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// Registers that each row and strip of a tile takes at most.
static int64_t countSums(LinearOp product) {
  auto codes = llvm::dyn_cast<Int8ActEncodingAttr>(
      mlir::llm::getEncoding(product.getInput().getType()));
  if (!codes)
    return 2; // a sum, and a number that is multiplied
  return codes.getFine() ? 8 : 4;
}

/// A schedule with its changes; null where it cannot have them, or has them.
static ScheduleAttr vary(ScheduleAttr schedule, const Variation &variation,
                         LinearOp product, TargetAttr target) {
  auto weight = llvm::cast<PackedType>(product.getWeight().getType());
  auto layout = llvm::cast<PanelsLayoutAttr>(weight.getLayout());
  const int64_t all = llvm::divideCeil(weight.getRows(), layout.getRows());
  auto either = [](int64_t changed, int64_t kept) {
    return changed ? changed : kept;
  };
  const int64_t rows = either(variation.rows, schedule.getRows()),
                strips = either(variation.strips, schedule.getStrips()),
                panels = either(variation.panels, schedule.getPanels());
  // Registers of tiles have their number of rows; others hold a few sums for each
  // row and strip, and what is multiplied.
  if (rows != schedule.getRows() && target.getTileRows())
    return {};
  if (rows * strips * countSums(product) > target.getRegisters())
    return {};
  if (all % panels ||
      panels * layout.getRows() % (strips * schedule.getLanes()))
    return {};
  auto varied = ScheduleAttr::get(schedule.getContext(), rows, strips,
                                  schedule.getLanes(), panels);
  return varied == schedule ? ScheduleAttr() : varied;
}

/// The product of a kernel that multiplies one matrix per row; null of others.
static LinearOp findProduct(KernelOp kernel) {
  auto found = kernel.getBody().front().getOps<LinearOp>();
  return kernel.getSchedule() && !found.empty() ? *found.begin() : LinearOp();
}

static std::string describe(KernelOp kernel) {
  std::string text = kernel.getName().str();
  llvm::raw_string_ostream stream(text);
  stream << kernel.getSchedule() << kernel->getOperandTypes()
         << kernel->getResultTypes();
  return text;
}

static bool belongsTo(mlir::func::FuncOp function, llvm::StringRef isa) {
  TargetAttr target = getTarget(function);
  return target && target.getIsa() == isa;
}

llvm::Error ScheduleTuner::findProducts() {
  const llvm::StringSet<> machine =
      llvm::cantFail(getMachineFeatures("native"));
  const std::vector<std::string> isas = compiler.getIsas();
  auto here = llvm::find_if(isas, [&](llvm::StringRef each) {
    return llvm::is_contained(getKnownIsas(), each) && runsOn(machine, each);
  });
  if (here == isas.end())
    return llvm::createStringError(
        "--tune measures on this machine, which runs no variant of " +
        llvm::join(isas, ", ") + ": leave it out, or add --cpu=native");
  isa = *here;
  for (auto function : compiler.getModule().getOps<mlir::func::FuncOp>())
    if (belongsTo(function, isa))
      function.walk([&](KernelOp kernel) {
        if (!findProduct(kernel))
          return;
        auto [known, isNew] =
            numbers.try_emplace(describe(kernel), products.size());
        if (isNew)
          products.emplace_back();
        Product &product = products[known->second];
        product.chosen = *kernel.getSchedule();
        product.kernels.push_back(kernel);
      });
  return llvm::Error::success();
}

/// The step with other tiles, as code. Kernels are named after their product, so that
/// their times are found.
llvm::Error ScheduleTuner::addCandidate(size_t variation) {
  mlir::OwningOpRef<mlir::ModuleOp> module = compiler.getModule().clone();
  bool differs = variation == 0;
  for (auto function :
       llvm::make_early_inc_range(module->getOps<mlir::func::FuncOp>())) {
    TargetAttr target = getTarget(function);
    if (target && target.getIsa() != isa) {
      function.erase();
      continue;
    }
    function.walk([&](KernelOp kernel) {
      LinearOp linear = findProduct(kernel);
      if (!linear)
        return;
      kernel.setName(llvm::formatv("{0}_t{1}", kernel.getName(),
                                   numbers.at(describe(kernel)))
                         .str());
      if (ScheduleAttr varied = vary(*kernel.getSchedule(),
                                     variations[variation], linear, target)) {
        kernel.setScheduleAttr(varied);
        differs = true;
      }
    });
  }
  if (!differs)
    return llvm::Error::success();
  if (llvm::Error error =
          runStage(Stage::lower, *module, compiler.getOptions(), {isa}))
    return error;
  auto program = LoadedProgram::loadCode(*module);
  if (!program)
    return program.takeError();
  candidates.push_back({variation, std::move(*program), nullptr});
  return start(candidates.back());
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

llvm::Error ScheduleTuner::start(Candidate &candidate) {
  const CompileOptions &options = compiler.getOptions();
  auto engine = llmrt::Engine::create(
      candidate.program.model(), weights->bytes(),
      {.batch = 1,
       .context = std::min(options.maxContext,
                           promptSteps * options.rowsPerStep + generated),
       .device = llmrt::Device::Cpu});
  if (!engine)
    return llvm::createStringError(engine.message());
  candidate.engine = std::move(*engine);
  auto sequence = candidate.engine->open();
  if (!sequence)
    return llvm::createStringError(sequence.message());
  candidate.sequence = *sequence;
  return llvm::Error::success();
}

llvm::Error ScheduleTuner::measurePhase(Candidate &candidate, Phase phase,
                                        std::vector<double> &seconds) {
  llmrt::Engine &engine = *candidate.engine;
  const int64_t together = phase == prompts ? engine.options().rowsPerStep : 1;
  const int64_t rows =
      std::min(engine.options().context,
               phase == prompts ? promptSteps * together : generated);
  if (llvm::Error error = toError(engine.truncate(candidate.sequence, 0)))
    return error;
  const std::vector<int32_t> tokens(rows, 0);
  llmrt::KernelClock clock(engine.variant().kernelCount);
  engine.setClock(&clock);
  llmrt::Status status = llmrt::Status::ok();
  for (int64_t i = 0; status && i < rows; i += together) {
    const auto count = static_cast<size_t>(std::min(together, rows - i));
    const llmrt::StepPart part{candidate.sequence,
                               {&tokens[i], count},
                               llmrt::LogitRows::Last,
                               phase == prompts ? LLMRT_PHASE_PROMPT
                                                : LLMRT_PHASE_GENERATED};
    status = engine.step({&part, 1});
  }
  engine.setClock(nullptr);
  const llvm::ArrayRef kernels(engine.variant().kernels,
                               engine.variant().kernelCount);
  for (auto [kernel, time] : llvm::zip(kernels, clock.times())) {
    size_t number = 0;
    if (!llvm::StringRef(kernel.name)
             .rsplit("_t")
             .second.getAsInteger(10, number))
      seconds[number] += time.seconds;
  }
  return toError(status);
}

llvm::Expected<Times> ScheduleTuner::measure(Candidate &candidate) {
  Times times;
  for (Phase phase : {prompts, rowsGenerated}) {
    times[phase].resize(products.size());
    if (llvm::Error error = measurePhase(candidate, phase, times[phase]))
      return std::move(error);
  }
  return times;
}

/// A candidate beside what was chosen, before or behind it: the machine changes.
llvm::Error ScheduleTuner::compare(size_t candidate, bool isFirst) {
  std::array<std::optional<Times>, 2>
      times; // of the chosen one, of the candidate
  for (size_t which : {size_t(isFirst), size_t(!isFirst)}) {
    auto measured = measure(candidates[which ? candidate : 0]);
    if (!measured)
      return measured.takeError();
    times[which] = std::move(*measured);
  }
  for (auto [number, product] : llvm::enumerate(products))
    for (Phase phase : {prompts, rowsGenerated})
      product.ratios[phase][candidate].push_back((*times[1])[phase][number] /
                                                 (*times[0])[phase][number]);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

void ScheduleTuner::choose(Product &product) {
  struct Best {
    size_t candidate = 0;
    double ratio = 1;
  };
  auto findBest = [&](Phase phase) {
    Best best;
    for (size_t i = 1; i < candidates.size(); ++i)
      if (double ratio = median(product.ratios[phase][i]);
          ratio < std::min(worthwhile, best.ratio))
        best = {i, ratio};
    return best;
  };
  const Best prompt = findBest(prompts), row = findBest(rowsGenerated);
  Variation both = variations[candidates[prompt.candidate].variation];
  if (row.candidate)
    both.panels = variations[candidates[row.candidate].variation].panels;
  KernelOp first = product.kernels.front();
  const ScheduleAttr tuned =
      vary(product.chosen, both, findProduct(first),
           getTarget(first->getParentOfType<mlir::func::FuncOp>()));
  for (KernelOp kernel : product.kernels) {
    if (!tuned) {
      decline(kernel, "tune", "no other tile is 3 % faster");
      continue;
    }
    kernel.setScheduleAttr(tuned);
    applied(kernel, "tune", [&] {
      std::string text;
      llvm::raw_string_ostream(text)
          << product.chosen << " becomes " << tuned
          << llvm::formatv(", prompts in {0:f2} and generated rows in {1:f2} "
                           "of the time",
                           prompt.ratio, row.ratio);
      return text;
    });
  }
}

llvm::Error ScheduleTuner::run() {
  if (llvm::Error error = findProducts())
    return error;
  if (products.empty())
    return llvm::Error::success(); // nothing has tiles
  auto packed = PackedMemory::make(compiler, "weights, with which --tune "
                                             "measures");
  if (!packed)
    return packed.takeError();
  weights.emplace(std::move(*packed));
  candidates.reserve(std::size(variations));
  for (size_t i = 0; i < std::size(variations); ++i) {
    noteActivity(llvm::formatv("compiling candidate {0} of {1}", i + 1,
                               std::size(variations))
                     .str());
    if (llvm::Error error = addCandidate(i))
      return error;
  }
  for (Candidate &candidate : candidates) // once for memory to be there
    if (auto times = measure(candidate); !times)
      return times.takeError();
  for (Product &product : products)
    for (auto &ratios : product.ratios)
      ratios.resize(candidates.size());
  for (int64_t round = 0; round < rounds; ++round)
    for (size_t i = 1; i < candidates.size(); ++i) {
      noteActivity(llvm::formatv("measuring candidate {0} of {1}", i + 1,
                                 candidates.size())
                       .str());
      if (llvm::Error error = compare(i, round % 2))
        return error;
    }
  for (Product &product : products)
    choose(product);
  return llvm::Error::success();
}

llvm::Error llmc::tuneSchedules(Compiler &compiler) {
  if (isFunctionProgram(compiler.getModule()))
    return llvm::createStringError(
        "--tune is for models that generate, this one is a function: leave it "
        "out");
  if (!compiler.getOptions().emulateOn.empty())
    return llvm::createStringError(
        "--tune measures instructions that --emulate-on replaces by plain "
        "code: leave one out");
  return ScheduleTuner(compiler).run();
}

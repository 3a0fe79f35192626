//===- llmc-ptxsim.cpp - a kernel of PTX runs, without a GPU --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arguments.h"
#include "llmc/PtxSim/Launch.h"
#include "llmrt/Usage.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

using namespace llmc::ptxsim;

namespace {

struct Options {
  std::string file, kernel, grid = "1", block = "1";
  std::vector<std::string> arguments;
  uint64_t shared = 0, seed = 0, resident = 4;
  bool json = false, noRaces = false;
};

} // namespace

/// "4,2" or "4": the sides that are not given are 1.
static Extent extentOf(const std::string &text, const char *option) {
  Extent extent;
  uint32_t *sides[] = {&extent.x, &extent.y, &extent.z};
  std::istringstream stream(text);
  size_t k = 0;
  for (std::string side; std::getline(stream, side, ',');) {
    char *end = nullptr;
    unsigned long value = std::strtoul(side.c_str(), &end, 10);
    if (k == 3 || side.empty() || *end || !value || value > 0x7fffffff)
      throw Error(Error::Kind::Launch, std::string(option) +
                                           " takes up to three numbers from 1, "
                                           "X,Y,Z, found '" +
                                           text + "'");
    *sides[k++] = uint32_t(value);
  }
  return extent;
}

static std::string readFile(const std::string &name) {
  std::ifstream stream(name, std::ios::binary);
  if (!stream)
    throw Error(Error::Kind::Text,
                "cannot read '" + name + "': " + std::strerror(errno));
  std::ostringstream all;
  all << stream.rdbuf();
  return all.str();
}

static const Function &chooseKernel(const Module &module,
                                    const std::string &name) {
  std::vector<std::string> names = module.kernels();
  const std::string &chosen =
      name.empty() && names.size() == 1 ? names.front() : name;
  if (const Function *kernel = module.kernel(chosen))
    return *kernel;
  std::string all = names.empty() ? "there is none" : llmrt::listNames(names);
  throw Error(Error::Kind::Launch,
              name.empty()
                  ? "--kernel must choose one of " + all
                  : "there is no kernel '" + name + "': the file has " + all);
}

static void run(const Options &options) {
  DeviceMemory memory;
  Module module(readFile(options.file), options.file, memory);
  const Function &kernel = chooseKernel(module, options.kernel);
  Arguments arguments(memory);
  for (const std::string &each : options.arguments)
    arguments.add(each);
  LaunchOptions launch;
  launch.grid = extentOf(options.grid, "--grid");
  launch.block = extentOf(options.block, "--block");
  launch.dynamicSharedBytes = uint32_t(options.shared);
  launch.seed = options.seed;
  launch.residentBlocks = uint32_t(options.resident);
  launch.races = !options.noRaces;
  Counters counters;
  llmc::ptxsim::launch(module, kernel, arguments.bytesFor(module, kernel),
                       memory, launch, &counters);
  arguments.writeFiles();
  if (options.json)
    std::printf("%s\n", toJson(counters).c_str());
}

int main(int argc, char **argv) {
  Options options;
  CLI::App app("Runs a kernel of PTX on the CPU and checks it: addresses, "
               "uninitialised shared memory, races, deadlock.\n"
               "Example: llmc-ptxsim k.ptx --grid 4 --block 128 --arg in:x.npy "
               "--arg out:y.npy:<f4:512 --arg u32:512");
  app.add_option("FILE", options.file, "PTX text")->required();
  app.add_option("--kernel", options.kernel, "Its name (default: the only one)")
      ->type_name("NAME");
  app.add_option("--grid", options.grid, "Blocks (default: 1)")
      ->type_name("X,Y,Z");
  app.add_option("--block", options.block, "Threads of a block (default: 1)")
      ->type_name("X,Y,Z");
  app.add_option("--arg", options.arguments,
                 "A parameter, in order: in:FILE.npy, out:FILE.npy:TYPE:DIMS, "
                 "inout:FILE.npy:OUT.npy, zeros:BYTES, or a number: u32:7, "
                 "s32:-1, u64:1, s64:1, f32:0.5, f64:2")
      ->type_name("VALUE")
      ->allow_extra_args(false);
  llmrt::takesWhole(app.add_option("--shared", options.shared,
                                   "Bytes of dynamic shared memory"),
                    0, 227 * 1024);
  llmrt::takesWhole(app.add_option("--seed", options.seed,
                                   "Order of blocks and warps, and when "
                                   "asynchronous copies end (default: 0)"),
                    0, INT64_MAX);
  llmrt::takesWhole(app.add_option("--resident", options.resident,
                                   "Blocks at the same time; 0: all (default: "
                                   "4)"),
                    0, 1 << 20);
  app.add_flag("--no-races", options.noRaces, "Look for no races: faster");
  app.add_flag("--json", options.json, "Print what was counted");
  try {
    app.parse(argc, argv);
    run(options);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return app.exit(error);
    std::fprintf(
        stderr, "llmc-ptxsim: %s%s\n", llmrt::errorLabel(2).c_str(),
        llmrt::explainUsage(app, error, {"llmc-ptxsim", {}, {}}).c_str());
    return 2;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "llmc-ptxsim: %s%s\n", llmrt::errorLabel(2).c_str(),
                 llmrt::printable(error.what()).c_str());
    return 1;
  }
  return 0;
}

//===- Module.cpp - PTX text, read and decoded ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "llmc/PtxSim/Module.h"
#include "Parser.h"

using namespace llmc::ptxsim;

Module::Module(std::string_view text, std::string name, DeviceMemory &memory)
    : held(std::make_unique<ModuleContents>()) {
  held->name = name;
  held->memory = &memory;
  held->opcodes.push_back("not.pred"); // of guards' negation
  try {
    Scanner scanner(text, std::move(name));
    parseModule(scanner, *held);
    if (held->target.empty())
      scanner.fail("is no PTX: there is no .target");
    for (Function &function : held->functions)
      if (function.isKernel && function.isDefined)
        linkKernel(*held, function);
  } catch (...) {
    for (uint64_t address : held->allocations)
      memory.release(address);
    throw;
  }
}

Module::~Module() {
  for (uint64_t address : held->allocations)
    held->memory->release(address);
}

std::vector<std::string> Module::kernels() const {
  std::vector<std::string> names;
  for (const Function &function : held->functions)
    if (function.isKernel && function.isDefined)
      names.push_back(function.name);
  return names;
}

const Function *Module::kernel(std::string_view name) const {
  for (const Function &function : held->functions)
    if (function.isKernel && function.isDefined && function.name == name)
      return &function;
  return nullptr;
}

const std::vector<Parameter> &Module::parameters(const Function &kernel) const {
  return kernel.parameters;
}

uint32_t Module::parameterBytes(const Function &kernel) const {
  return kernel.parameterBytes;
}

uint32_t Module::staticSharedBytes(const Function &kernel) const {
  return kernel.sharedBytes;
}

uint32_t Module::localBytes(const Function &kernel) const {
  return kernel.image.localBytes;
}

uint32_t Module::maxThreads(const Function &kernel) const {
  return kernel.maxThreads;
}

std::optional<std::pair<uint64_t, uint64_t>>
Module::variable(std::string_view name) const {
  auto found = held->variables.find(name);
  if (found == held->variables.end())
    return std::nullopt;
  return std::pair(found->second.address, found->second.sizeBytes);
}

const std::string &Module::target() const { return held->target; }

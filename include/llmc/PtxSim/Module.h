//===- Module.h - PTX text, read and decoded ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What LLVM's NVPTX backend prints, ready to be executed. A module lives in a
// DeviceMemory: its .global and .const variables are allocated there.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_MODULE_H
#define LLMC_PTXSIM_MODULE_H

#include "llmc/PtxSim/Memory.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace llmc::ptxsim {

/// What was wrong, in which line of which PTX, or in which thread of a kernel.
class Error : public std::runtime_error {
public:
  enum class Kind {
    Text,       // PTX that cannot be read, or has what is not known
    Launch,     // a launch that no device would take
    Address,    // out of bounds
    Misaligned, // an address that is no multiple of the access
    Data,       // shared memory that nobody wrote
    Race,
    Deadlock,
    Program, // anything else that a kernel must not do
  };
  Error(Kind kind, const std::string &message)
      : std::runtime_error(message), kind(kind) {}
  Kind kind;
};

/// One parameter of a kernel: where its bytes lie among all of them.
struct Parameter {
  std::string name;
  uint32_t offset = 0;
  uint32_t sizeBytes = 0;
};

struct Function;
struct ModuleContents;

class Module {
public:
  /// Reads PTX; `name` stands in errors. Throws Error.
  Module(std::string_view text, std::string name, DeviceMemory &memory);
  ~Module();

  /// The names of all kernels, in their order.
  std::vector<std::string> kernels() const;
  /// Null where there is no such kernel.
  const Function *kernel(std::string_view name) const;
  const std::vector<Parameter> &parameters(const Function &kernel) const;
  uint32_t parameterBytes(const Function &kernel) const;
  uint32_t staticSharedBytes(const Function &kernel) const;
  uint32_t localBytes(const Function &kernel) const;
  /// Threads of a block: .maxntid, .reqntid; 0 where there is none.
  uint32_t maxThreads(const Function &kernel) const;
  /// Address and size of a .global or .const variable.
  std::optional<std::pair<uint64_t, uint64_t>>
  variable(std::string_view name) const;
  /// "sm_90a".
  const std::string &target() const;

  const ModuleContents &contents() const { return *held; }

private:
  std::unique_ptr<ModuleContents> held;
};

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_MODULE_H

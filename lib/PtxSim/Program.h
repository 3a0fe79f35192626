//===- Program.h - PTX in the form that is executed -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A register is a slot: 32 lanes of 64 bits, whatever its type; shorter values
// are zero above it. Constants, special registers and addresses of variables are
// slots too, filled when a warp starts, so that every operand is read alike.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_PROGRAM_H
#define LLMC_PTXSIM_PROGRAM_H

#include "Type.h"
#include "llmc/PtxSim/Module.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llmc::ptxsim {

class Warp;
struct Instruction;
using Handler = void (*)(Warp &, const Instruction &);

constexpr unsigned warpLanes = 32;

/// What an address means. A generic one has the number of its window above it.
enum class Space : uint8_t { Generic, Global, Shared, Local, Param };
constexpr uint64_t windowBits = 56;
constexpr uint64_t sharedWindow = uint64_t(1) << windowBits;
constexpr uint64_t localWindow = uint64_t(2) << windowBits;
constexpr uint64_t paramWindow = uint64_t(3) << windowBits;
/// Where .shared begins: the first KiB is the system's, as on sm_90.
constexpr uint64_t sharedBegin = 1024;

struct Instruction {
  static constexpr uint32_t noGuard = ~0u;

  Handler run = nullptr;
  uint32_t first = 0; // of its operands' slots in the pool
  uint16_t count = 0; // of these
  uint16_t opcode = 0;
  uint32_t guard = noGuard; // slot of @p
  bool guardNegated = false;
  bool isTable = false;  // target is one of the branch tables
  bool isOffset = false; // target is the offset of a second address
  Space space = Space::Generic;
  uint8_t elementBytes = 0; // of one element that is read or written
  uint8_t elements = 1;     // of a vector of these
  uint32_t target = 0;      // of a branch or call
  uint32_t mode = 0;        // what else its family needs
  int64_t offset = 0;       // of [register + offset]
  uint32_t line = 0;
};

/// One operand as it is written.
struct Operand {
  enum class Kind {
    Register,
    Immediate, // also the address of a variable
    Shared,    // the address of a .shared variable
    Label,
    Memory, // parts[0] + value; then coordinates
    Vector, // parts
    Sink,   // _
    Name,   // of a function
  };
  Kind kind = Kind::Sink;
  Type type = Type::None; // of a register
  uint32_t slot = 0;      // of a register
  uint64_t value = 0;  // of an immediate; of a .shared variable, what is added
  bool isReal = false; // the value is a double's bits, from 1.5 or 0d...
  bool isSingle = false;        // a float's bits, from 0f...
  bool negated = false;         // !%p
  Space space = Space::Generic; // of a variable's address
  std::string_view text;
  std::vector<Operand> parts;
};

/// The triples first, then what specialValue lists in this order.
enum class Special : uint8_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  NumWarps,
  WarpSize,
  SmId,
  NumSms,
  GridId,
  LaneMaskEq,
  LaneMaskLe,
  LaneMaskLt,
  LaneMaskGe,
  LaneMaskGt,
  DynamicSharedBytes,
  TotalSharedBytes,
  Zero,
  One, // of what only clusters of several blocks have
};

/// The code of a function, or of a kernel with all that it calls.
struct Code {
  std::vector<Instruction> instructions;
  std::vector<uint32_t> pool; // slots, `first` of an instruction indexes it
  std::vector<std::vector<uint32_t>> branchTables;
  std::vector<std::pair<uint32_t, uint64_t>> constants; // slot, value
  std::vector<std::pair<uint32_t, Special>> specials;
  /// Addresses that are known when a kernel is linked.
  struct SharedAddress {
    uint32_t slot;
    std::string variable;
    int64_t addend;
  };
  std::vector<SharedAddress> sharedAddresses;
  struct LocalAddress {
    uint32_t slot;
    uint64_t offset;
  };
  std::vector<LocalAddress> localAddresses;
  uint32_t slotCount = 0;
  uint32_t localBytes = 0;
};

/// A byte range of the caller's or callee's local memory that carries an argument.
struct Argument {
  uint32_t offset = 0, sizeBytes = 0;
};

struct Call {
  std::string callee;
  std::vector<Argument> results, arguments; // in the caller's local memory
  uint32_t instruction = 0;
  uint32_t line = 0;
};

/// A call after linking: bytes that are copied, from caller to callee and back.
struct CallPlan {
  std::vector<std::pair<Argument, uint32_t>> in, out; // from, to offset
};

struct Function {
  std::string name;
  bool isKernel = false;
  bool isDefined = false;
  std::vector<Parameter> parameters;        // of a kernel
  std::vector<Argument> results, arguments; // of a device function
  uint32_t parameterBytes = 0;
  uint32_t sharedBytes = 0; // static; known when linked
  uint32_t maxThreads = 0;
  Code code;
  std::vector<Call> calls;
  // After linking, of a kernel:
  Code image;
  std::vector<CallPlan> plans; // `mode` of a call indexes it
};

struct Variable {
  uint64_t address = 0, sizeBytes = 0;
};

/// A .shared variable; each kernel lays out those that it names.
struct SharedVariable {
  uint32_t sizeBytes = 0, alignment = 1;
  bool isDynamic = false; // extern: as large as the launch says
};

struct ModuleContents {
  std::string name; // of the file
  std::string target, version;
  std::vector<Function> functions;
  std::map<std::string, Variable, std::less<>> variables;
  std::map<std::string, SharedVariable, std::less<>> sharedVariables;
  std::vector<std::string>
      opcodes; // names, `opcode` of an instruction indexes it
  DeviceMemory *memory = nullptr;
  std::vector<uint64_t> allocations;
};

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_PROGRAM_H

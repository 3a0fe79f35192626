//===- Link.cpp - a kernel with all that it calls -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Callees stand behind the kernel's code, each once, with registers and local
// memory of its own: there is no recursion, so a call copies only its arguments.
//===----------------------------------------------------------------------===//
#include "Parser.h"

#include <algorithm>

using namespace llmc::ptxsim;

namespace {

class Linker {
public:
  Linker(ModuleContents &contents, Function &kernel)
      : contents(contents), kernel(kernel), image(kernel.image) {}
  void link();

private:
  struct Placed {
    const Function *function;
    uint32_t pc, slots, pool, tables, local;
  };
  [[noreturn]] void fail(uint32_t line, const std::string &message) const;
  size_t place(const Function &function);
  void addCalls(size_t caller, std::vector<const Function *> &path);
  void layOutShared();

  ModuleContents &contents;
  Function &kernel;
  Code &image;
  std::vector<Placed> placed;
};

} // namespace

void Linker::fail(uint32_t line, const std::string &message) const {
  throw Error(Error::Kind::Text,
              contents.name + ":" + std::to_string(line) + ": " + message);
}

size_t Linker::place(const Function &function) {
  const Code &code = function.code;
  uint32_t local = uint32_t(alignTo(image.localBytes, 16));
  Placed here{&function,
              uint32_t(image.instructions.size()),
              image.slotCount,
              uint32_t(image.pool.size()),
              uint32_t(image.branchTables.size()),
              local};
  for (Instruction each : code.instructions) {
    each.first += here.pool;
    each.target += each.isOffset ? 0 : each.isTable ? here.tables : here.pc;
    if (each.guard != Instruction::noGuard)
      each.guard += here.slots;
    image.instructions.push_back(each);
  }
  for (uint32_t slot : code.pool)
    image.pool.push_back(slot + here.slots);
  for (std::vector<uint32_t> table : code.branchTables) {
    for (uint32_t &target : table)
      target += here.pc;
    image.branchTables.push_back(std::move(table));
  }
  for (auto [slot, value] : code.constants)
    image.constants.push_back({slot + here.slots, value});
  for (auto [slot, special] : code.specials)
    image.specials.push_back({slot + here.slots, special});
  for (Code::SharedAddress each : code.sharedAddresses) {
    each.slot += here.slots;
    image.sharedAddresses.push_back(std::move(each));
  }
  for (const Code::LocalAddress &each : code.localAddresses)
    image.constants.push_back(
        {each.slot + here.slots, each.offset + here.local});
  image.slotCount += code.slotCount;
  image.localBytes = local + code.localBytes;
  placed.push_back(here);
  return placed.size() - 1;
}

void Linker::addCalls(size_t caller, std::vector<const Function *> &path) {
  const Function &function = *placed[caller].function;
  path.push_back(&function);
  for (const Call &call : function.calls) {
    auto callee = std::find_if(
        contents.functions.begin(), contents.functions.end(),
        [&](const Function &each) { return each.name == call.callee; });
    if (callee == contents.functions.end() || !callee->isDefined)
      fail(call.line,
           "calls '" + call.callee + "', which the module does not hold");
    if (std::find(path.begin(), path.end(), &*callee) != path.end())
      fail(call.line, "'" + call.callee +
                          "' calls itself: recursion is not "
                          "known");
    if (callee->arguments.size() != call.arguments.size() ||
        callee->results.size() != call.results.size())
      fail(call.line, "calls '" + call.callee + "' with " +
                          std::to_string(call.arguments.size()) +
                          " arguments, it takes " +
                          std::to_string(callee->arguments.size()));
    auto known =
        std::find_if(placed.begin(), placed.end(), [&](const Placed &each) {
          return each.function == &*callee;
        });
    size_t there =
        known != placed.end() ? size_t(known - placed.begin()) : place(*callee);
    CallPlan plan;
    uint32_t mine = placed[caller].local, theirs = placed[there].local;
    for (size_t k = 0; k < call.arguments.size(); ++k)
      plan.in.push_back({{call.arguments[k].offset + mine,
                          std::min(call.arguments[k].sizeBytes,
                                   callee->arguments[k].sizeBytes)},
                         callee->arguments[k].offset + theirs});
    for (size_t k = 0; k < call.results.size(); ++k)
      plan.out.push_back(
          {{callee->results[k].offset + theirs,
            std::min(call.results[k].sizeBytes, callee->results[k].sizeBytes)},
           call.results[k].offset + mine});
    Instruction &instruction =
        image.instructions[placed[caller].pc + call.instruction];
    instruction.target = placed[there].pc;
    instruction.mode = uint32_t(kernel.plans.size());
    kernel.plans.push_back(std::move(plan));
    addCalls(there, path);
  }
  path.pop_back();
}

void Linker::layOutShared() {
  std::map<std::string_view, uint64_t> places;
  uint64_t end = sharedBegin;
  for (const Code::SharedAddress &each : image.sharedAddresses) {
    const SharedVariable &variable =
        contents.sharedVariables.find(each.variable)->second;
    if (variable.isDynamic || places.contains(each.variable))
      continue;
    end = alignTo(end, variable.alignment);
    places[each.variable] = end;
    end += variable.sizeBytes;
  }
  // What is extern begins behind the rest, and all of it at the same place.
  uint64_t dynamic = alignTo(end, 16);
  for (const Code::SharedAddress &each : image.sharedAddresses)
    dynamic =
        alignTo(dynamic,
                contents.sharedVariables.find(each.variable)->second.alignment);
  bool hasDynamic = false;
  for (const Code::SharedAddress &each : image.sharedAddresses) {
    bool isDynamic =
        contents.sharedVariables.find(each.variable)->second.isDynamic;
    hasDynamic |= isDynamic;
    uint64_t address = isDynamic ? dynamic : places[each.variable];
    image.constants.push_back({each.slot, address + uint64_t(each.addend)});
  }
  kernel.sharedBytes = uint32_t((hasDynamic ? dynamic : end) - sharedBegin);
}

void Linker::link() {
  place(kernel);
  std::vector<const Function *> path;
  addCalls(0, path);
  layOutShared();
}

void llmc::ptxsim::linkKernel(ModuleContents &contents, Function &kernel) {
  Linker(contents, kernel).link();
}

//===- Parts.cpp - code of several instruction sets in parts ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Parts.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llmc;

namespace {
using Parts = llvm::SmallSetVector<size_t, 4>;

class Splitter {
public:
  explicit Splitter(llvm::Module &code) : code(code) {
    for (const llvm::Function &function : code)
      if (!function.isDeclaration())
        partOf[&function] = numberOf(function);
  }

  std::vector<std::unique_ptr<llvm::Module>> split() {
    for (llvm::GlobalObject &global : code.global_objects())
      if (!global.isDeclaration() && global.hasLocalLinkage() &&
          !isCopied(global) && isUsedElsewhere(global)) {
        global.setLinkage(llvm::GlobalValue::ExternalLinkage);
        global.setVisibility(llvm::GlobalValue::HiddenVisibility);
        global.setDSOLocal(true);
      }
    std::vector<std::unique_ptr<llvm::Module>> modules;
    for (size_t part = 0; part <= numbers.size(); ++part) {
      llvm::ValueToValueMapTy copies;
      modules.push_back(
          llvm::CloneModule(code, copies, [&](const llvm::GlobalValue *value) {
            auto *global = llvm::dyn_cast<llvm::GlobalObject>(value);
            return global && placesOf(*global).contains(part);
          }));
    }
    return modules;
  }

private:
  /// The first is that of functions which ask for nothing.
  size_t numberOf(const llvm::Function &function) {
    llvm::StringRef cpu =
        function.getFnAttribute("target-cpu").getValueAsString();
    llvm::StringRef features =
        function.getFnAttribute("target-features").getValueAsString();
    if (cpu.empty() && features.empty())
      return 0;
    return numbers.insert({{cpu, features}, numbers.size() + 1}).first->second;
  }

  /// Whether each part that uses it has one.
  static bool isCopied(const llvm::GlobalObject &global) {
    auto *variable = llvm::dyn_cast<llvm::GlobalVariable>(&global);
    return variable && variable->isConstant() && variable->hasLocalLinkage();
  }

  Parts placesOf(const llvm::GlobalObject &global) const {
    Parts places;
    if (isCopied(global))
      addUsers(global, places);
    else if (auto *function = llvm::dyn_cast<llvm::Function>(&global))
      places.insert(partOf.lookup(function));
    if (places.empty())
      places.insert(0);
    return places;
  }

  void addUsers(const llvm::Value &value, Parts &places) const {
    for (const llvm::User *user : value.users()) {
      if (auto *instruction = llvm::dyn_cast<llvm::Instruction>(user))
        places.insert(partOf.lookup(instruction->getFunction()));
      else if (auto *global = llvm::dyn_cast<llvm::GlobalObject>(user))
        places.insert_range(placesOf(*global));
      else
        addUsers(*user, places);
    }
  }

  bool isUsedElsewhere(const llvm::GlobalObject &global) const {
    Parts users;
    addUsers(global, users);
    size_t own = placesOf(global).front();
    return llvm::any_of(users, [&](size_t part) { return part != own; });
  }

  llvm::Module &code;
  llvm::MapVector<std::pair<llvm::StringRef, llvm::StringRef>, size_t> numbers;
  llvm::DenseMap<const llvm::Function *, size_t> partOf;
};
} // namespace

std::vector<std::unique_ptr<llvm::Module>>
llmc::splitByTarget(llvm::Module &code) {
  return Splitter(code).split();
}

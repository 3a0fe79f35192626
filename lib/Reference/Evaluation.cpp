//===- Evaluation.cpp - runs blocks of ops --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values are dropped after their last use: a prompt of 512 rows would otherwise
// hold 2 GiB of activations of a 30-layer model.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;

static LastUses findLastUses(Block &block) {
  LastUses uses;
  auto add = [&](Value value, Operation *definition) {
    Operation *last = definition;
    for (Operation *user : value.getUsers()) {
      Operation *here = block.findAncestorOpInBlock(*user);
      assert(here && "a block's values are read in the block or below it");
      if (!last || last->isBeforeInBlock(here))
        last = here;
    }
    if (last)
      uses[last].push_back(value);
  };
  for (BlockArgument argument : block.getArguments())
    add(argument, nullptr);
  for (Operation &op : block)
    for (Value result : op.getResults())
      add(result, &op);
  return uses;
}

const LastUses &Evaluation::getLastUses(Block &block) {
  auto [it, isNew] = lastUses.try_emplace(&block);
  if (isNew)
    it->second = findLastUses(block);
  return it->second;
}

llvm::Expected<std::vector<RuntimeValue>>
Evaluation::run(Block &block, std::vector<RuntimeValue> arguments) {
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments(), arguments))
    values[argument] = std::move(value);
  for (Operation &op : block.without_terminator()) {
    const OpTable::Evaluator *evaluate =
        table.find(op.getName().getStringRef());
    if (!evaluate)
      return llvm::createStringError("no reference for op '" +
                                     op.getName().getStringRef() + "'");
    if (llvm::Error error = (*evaluate)(*this, &op))
      return error;
    // Looked up again: a nested block may have grown the table.
    const LastUses &uses = getLastUses(block);
    if (auto dead = uses.find(&op); dead != uses.end())
      for (Value value : dead->second)
        values.erase(value);
  }
  std::vector<RuntimeValue> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(get(value));
  return results;
}

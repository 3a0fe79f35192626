//===- ReferenceCommand.cpp - llmc run --reference ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same prompt through the interpreter of the llm dialect: slow, and what a
// compiled program is compared with.
//===----------------------------------------------------------------------===//
#include "OpenTokenizer.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Reference/Interpreter.h"

#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <numeric>

using namespace llmc;

/// The token of the highest logit of the last row; the first of equals.
static int32_t pickGreedy(const ReferenceLogits &logits) {
  auto row = logits.values.end() - logits.vocabulary;
  return int32_t(std::max_element(row, logits.values.end()) - row);
}

namespace {

/// One sequence that grows token by token.
class GreedySequence {
public:
  GreedySequence(mlir::ModuleOp module, const WeightStore &weights)
      : interpreter(module, weights) {}

  llvm::Expected<int32_t> append(llvm::ArrayRef<int32_t> tokens) {
    ReferenceBatch batch;
    batch.tokens.assign(tokens.begin(), tokens.end());
    batch.positions.resize(tokens.size());
    std::iota(batch.positions.begin(), batch.positions.end(), length);
    batch.sequences.assign(tokens.size(), 0);
    batch.logitRows = {int32_t(tokens.size()) - 1};
    length += int32_t(tokens.size());
    auto logits = interpreter.step(batch);
    if (!logits)
      return logits.takeError();
    return pickGreedy(*logits);
  }

private:
  Interpreter interpreter;
  int32_t length = 0;
};

} // namespace

llvm::Error llmc::runReference(const ReferenceCommand &command) {
  Compiler compiler;
  if (llvm::Error error = compiler.import(command.model, {}))
    return error;
  OpenTokenizer open;
  bool needsText = command.ids.empty() || !command.printIds;
  if (needsText)
    if (llvm::Error error = openTokenizer(compiler.getModel(),
                                          "give token ids with --ids", open))
      return error;

  std::vector<int32_t> tokens = command.ids;
  if (tokens.empty()) {
    auto encoded = open.tokenizer->encode(command.prompt);
    if (!encoded)
      return llvm::createStringError(encoded.message());
    tokens = std::move(*encoded);
  }
  if (tokens.empty())
    return llvm::createStringError("the prompt is empty");

  GreedySequence sequence(compiler.getModule(), compiler.getModel().weights);
  std::optional<llmrt::Detokenizer> text;
  if (open.tokenizer)
    text.emplace(*open.tokenizer, /*skipSpecial=*/true, /*continues=*/true);
  for (int64_t i = 0; i < command.count; ++i) {
    auto next = sequence.append(tokens);
    if (!next)
      return next.takeError();
    if (open.tokenizer && !command.ignoreEnd && open.tokenizer->isEnd(*next))
      break;
    if (command.printIds)
      llvm::outs() << (i ? "," : "") << *next;
    else
      llvm::outs() << text->push(*next);
    llvm::outs().flush();
    tokens = {*next};
  }
  llvm::outs() << (command.printIds ? "" : text->flush()) << "\n";
  return llvm::Error::success();
}

//===- Ask.cpp - one turn of chat, or a completion ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "App.h"

using namespace llmrt;
using namespace llmrt::app;

static Expected<std::vector<int32_t>> encodeTurn(const Application &program,
                                                 const AskOptions &options,
                                                 std::string text) {
  if (!program.hasChatTemplate())
    return options.system.empty() && options.variables.empty()
               ? program.encode(text, /*addSpecial=*/true)
               : Status::error("this model has no chat template, so no "
                               "--system and no --template-variables");
  auto conversation =
      Conversation::create(program, options.system, options.variables);
  if (!conversation)
    return conversation.status();
  conversation->add("user", std::move(text));
  return conversation->encode();
}

Status app::ask(Application &program, const AskOptions &options) {
  if (auto tokenizer = program.needTokenizer(); !tokenizer)
    return tokenizer.status();
  std::string text = options.text;
  if (text.empty()) {
    auto read = program.readPrompt("-");
    if (!read)
      return read.status();
    text = std::move(*read);
  }
  if (text.empty())
    return Status::error(
        "the prompt is empty: give a text, or write one to standard input");
  auto ids = encodeTurn(program, options, std::move(text));
  if (!ids)
    return ids.status();
  auto plan = planAnswer(program, options.generate);
  if (!plan)
    return plan.status();
  plan->continues = !program.hasChatTemplate();
  return generate(program, {std::move(*ids)}, options.generate, *plan);
}

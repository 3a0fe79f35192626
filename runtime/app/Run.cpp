//===- Run.cpp - raw completion of texts or ids ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "App.h"

using namespace llmrt;
using namespace llmrt::app;

/// The texts to complete: -p, else the file, else standard input.
static Expected<std::vector<std::string>>
promptTexts(Application &program, const RunOptions &options) {
  if (!options.prompts.empty() || !options.ids.empty())
    return options.prompts;
  auto text = program.readPrompt(options.file.empty() ? "-" : options.file);
  if (!text)
    return text.status();
  if (options.file.empty() && text->empty())
    return Status::error("the prompt is empty: give -p TEXT, -f FILE or --ids "
                         "1,2,3, or write one to standard input");
  return std::vector<std::string>{std::move(*text)};
}

Status app::run(Application &program, const RunOptions &options) {
  std::vector<std::vector<int32_t>> prompts;
  for (const std::string &text : options.ids) {
    auto ids = parseIds(text);
    if (!ids)
      return ids.status();
    prompts.push_back(std::move(*ids));
  }
  auto texts = promptTexts(program, options);
  if (!texts)
    return texts.status();
  for (const std::string &text : *texts) {
    auto ids = program.encode(text, /*addSpecial=*/true);
    if (!ids)
      return ids.status();
    prompts.push_back(std::move(*ids));
  }
  return generate(program, std::move(prompts), options.generate,
                  planCompletion(options.generate));
}

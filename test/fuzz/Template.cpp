//===- Template.cpp - fuzzes chat templates ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmrt/ChatTemplate.h"

using namespace llmrt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Expected<ChatTemplate> parsed = ChatTemplate::parse(fuzz::textOf(data, size));
  if (!parsed)
    return 0;
  std::tm now = {};
  now.tm_mday = 1;
  now.tm_year = 100;
  const ChatMessage messages[] = {{"system", "be\nkind"},
                                  {"user", "gr\u00fc\u00dfe  <&> "},
                                  {"assistant", ""}};
  ChatOptions options;
  options.bosToken = "<s>";
  options.eosToken = "</s>";
  options.now = &now;
  options.workLimit = 1 << 22; // with the whole of it inputs take seconds
  for (size_t count : {0u, 3u})
    fuzz::drop(parsed->render(std::span(messages).first(count), options));
  return 0;
}

//===- Conversation.cpp - fuzzes the JSON that templates see ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmrt/ChatTemplate.h"

using namespace llmrt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const Expected<ChatTemplate> chat = ChatTemplate::parse(
      "{{ tools | tojson }}{% for m in messages %}{{ m.role }}{{ m.content }}"
      "{{ m | tojson(indent=2) }}{% for k in m %}{{ m[k] }}{% endfor %}"
      "{% endfor %}{{ enable_thinking }}");
  ChatOptions options;
  options.workLimit = 1 << 22; // with the whole of it inputs take seconds
  fuzz::drop(chat->renderJson(fuzz::textOf(data, size), options));
  options.variables = fuzz::textOf(data, size);
  const ChatMessage message{"user", "Hello"};
  fuzz::drop(chat->render({&message, 1}, options));
  return 0;
}

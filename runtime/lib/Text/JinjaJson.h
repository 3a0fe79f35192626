//===- JinjaJson.h - JSON becomes values of a template --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As Python's json.loads: members keep their order, which shows in prompts.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_JINJAJSON_H
#define LLMRT_TEXT_JINJAJSON_H

#include "JinjaValue.h"
#include "llmrt/Status.h"

namespace llmrt::jinja {

/// Fails with a message that begins with `what` and says where: where the text
/// is no JSON, nests deeper than a value may or is larger than 64 MiB.
Expected<Value> parseJsonValue(std::string_view text, const std::string &what);

} // namespace llmrt::jinja

#endif // LLMRT_TEXT_JINJAJSON_H

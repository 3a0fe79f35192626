//===- ModelInfo.cpp - what the compiler wrote about the model ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/ModelInfo.h"

using namespace llmrt;

bool llmrt::isShallow(std::string_view json) {
  constexpr int mostDepth = 32;
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < json.size(); ++i) {
    if (inString && json[i] == '\\')
      ++i;
    else if (json[i] == '"')
      inString = !inString;
    else if (!inString && (json[i] == '[' || json[i] == '{'))
      ++depth;
    else if (!inString && (json[i] == ']' || json[i] == '}'))
      --depth;
    if (depth > mostDepth)
      return false;
  }
  return true;
}

Expected<Json> llmrt::modelInfo(const Program &program) {
  if (program.infoJson().empty())
    return Json::object();
  if (!isShallow(program.infoJson()))
    return Status::error(program.artifact().path() +
                         ": info section: brackets nest too deeply");
  Json info =
      Json::parse(program.infoJson(), nullptr, /*allow_exceptions=*/false);
  if (!info.is_object())
    return Status::error(program.artifact().path() +
                         ": info section: not a JSON object");
  return info;
}

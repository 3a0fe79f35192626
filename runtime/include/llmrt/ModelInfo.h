//===- ModelInfo.h - what the compiler wrote about the model ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_MODELINFO_H
#define LLMRT_MODELINFO_H

#include "llmrt/Program.h"

#include <nlohmann/json.hpp>

namespace llmrt {

using Json = nlohmann::ordered_json;

/// The facts in a program, an object; empty where it has none.
Expected<Json> modelInfo(const Program &program);

/// Whether brackets nest no deeper than such texts ever do; printing JSON is
/// recursive.
bool isShallow(std::string_view json);

} // namespace llmrt

#endif // LLMRT_MODELINFO_H

//===- PreTokenizerNames.cpp - splitting rules that GGUF names ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GGUF stores only a name; the rules are those of the tokenizer.json of the
// model the name stands for.
//===----------------------------------------------------------------------===//
#include "GgufTokenizer.h"

#include <array>

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr std::string_view llama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view qwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view gpt4oPattern =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr std::array<PreTokenizerName, 20> names = {{
    {"gpt-2", "", false, false, false, false},
    {"gpt2", "", false, false, false, false},
    {"phi-2", "", false, false, false, false},
    {"mpt", "", false, false, false, false},
    {"olmo", "", false, false, false, false},
    {"jais", "", false, false, false, false},
    {"smollm", "", true, false, false, false},
    {"starcoder", "", true, false, false, false},
    {"refact", "", true, false, false, false},
    {"command-r", "", true, false, false, false},
    {"codeshell", "", true, false, false, false},
    {"llama-bpe", llama3Pattern, false, true, true, false},
    {"llama3", llama3Pattern, false, true, true, false},
    {"llama-v3", llama3Pattern, false, true, true, false},
    {"falcon3", llama3Pattern, false, true, true, false},
    {"dbrx", llama3Pattern, false, false, false, false},
    {"smaug-bpe", llama3Pattern, false, false, false, false},
    {"qwen2", qwen2Pattern, false, false, false, true},
    {"deepseek-r1-qwen", qwen2Pattern, false, false, false, false},
    {"gpt-4o", gpt4oPattern, false, true, false, false},
}};

} // namespace

const PreTokenizerName *text::findPreTokenizerName(std::string_view name) {
  for (const PreTokenizerName &entry : names)
    if (entry.name == name)
      return &entry;
  return nullptr;
}

Expected<std::vector<PreTokenizerStep>>
llmrt::preTokenizerByName(std::string_view name) {
  const PreTokenizerName *entry = findPreTokenizerName(name);
  if (!entry) {
    std::string known;
    for (const PreTokenizerName &other : names)
      known += (known.empty() ? "" : ", ") + std::string(other.name);
    return Status::error("tokenizer.ggml.pre is '" + std::string(name) +
                         "', known are " + known);
  }
  std::vector<PreTokenizerStep> steps;
  if (entry->digitsFirst) {
    PreTokenizerStep digits;
    digits.kind = PreTokenizerStep::Kind::Digits;
    digits.individualDigits = true;
    steps.push_back(digits);
  }
  if (!entry->pattern.empty()) {
    PreTokenizerStep split;
    split.kind = PreTokenizerStep::Kind::Split;
    split.pattern = entry->pattern;
    steps.push_back(split);
  }
  PreTokenizerStep byteLevel;
  byteLevel.useRegex = entry->pattern.empty();
  steps.push_back(byteLevel);
  return steps;
}

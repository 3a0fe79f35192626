//===- PreTokenizerNames.cpp - splitting rules that GGUF names ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GGUF stores only a name; the rules are those of the tokenizer.json of the
// models the name stands for. Names whose rules need more than expressions
// (kimi-k2, afmoe, superbpe) are not here.
//===----------------------------------------------------------------------===//
#include "GgufTokenizer.h"
#include "PreTokenizer.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr std::string_view eachDigit = R"(\p{N})";
constexpr std::string_view llama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view qwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view qwen35Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view gpt4oPattern =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view tekkenPattern =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view bailingPattern =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr std::string_view seedCoderPattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view deepseek3Pattern =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view bloomPattern = R"( ?[^(\s|.,!?…。，、।۔،)]+)";
constexpr std::string_view cjkRuns = R"([一-龥぀-ゟ゠-ヿ]+)";
constexpr std::string_view hanHangulRuns = R"([一-龥ࠀ-一가-퟿]+)";

constexpr uint8_t plain = 0, whole = PreTokenizerName::IgnoreMerges,
                  bos = PreTokenizerName::AddBos, nfc = PreTokenizerName::Nfc;

/// The names that converters to GGUF write; those of one row mean the same.
/// "default" is what llama.cpp takes where a file names nothing.
const PreTokenizerName rows[] = {
    {"gpt-2 gpt2 phi-2 mpt olmo jais exaone4 gigachat a.x-4.0 mellum trillion "
     "granite-docling modern-bert jina-es jina-de jina-v2-es jina-v2-de",
     {gpt2Pattern},
     plain},
    {"smollm starcoder refact command-r codeshell exaone minerva-7b mellum2",
     {eachDigit, gpt2Pattern},
     plain},
    {"llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 "
     "jina-v5-nano",
     {llama3Pattern},
     whole | bos},
    {"dbrx smaug-bpe glm4 chatglm-bpe", {llama3Pattern}, plain},
    {"qwen2", {qwen2Pattern}, nfc},
    {"deepseek-r1-qwen kormo f2llmv2 stablelm2 megrez hunyuan grok-2 "
     "solar-open",
     {qwen2Pattern},
     plain},
    {"qwen35", {qwen35Pattern}, nfc},
    {"gpt-4o", {gpt4oPattern}, whole},
    {"llama4 kanana2 minimax-m2", {gpt4oPattern}, plain},
    {"tekken", {tekkenPattern}, whole | bos},
    {"bailingmoe bailingmoe2 llada-moe", {bailingPattern}, plain},
    {"seed-coder", {seedCoderPattern}, plain},
    {"deepseek-v3 hunyuan-dense joyai-llm",
     {R"(\p{N}{1,3})", cjkRuns, deepseek3Pattern},
     plain},
    {"deepseek-coder",
     {R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", hanHangulRuns, eachDigit},
     plain},
    {"falcon",
     {R"([\p{P}$+<=>^~|`]+)", gpt2Pattern, R"([0-9][0-9][0-9])"},
     plain},
    {"bloom poro-chat gpt3-finnish", {bloomPattern}, plain},
    {"viking", {bloomPattern, eachDigit}, plain},
    {"default",
     {R"([\p{P}$+<=>^~|]+)", gpt2Pattern, R"(\p{N}+)", R"([0-9][0-9][0-9])"},
     plain},
};

/// Whether `name` is one of the words of `list`.
bool isListed(std::string_view list, std::string_view name) {
  if (name.empty() || name.find(' ') != name.npos)
    return false;
  std::string spaced = " " + std::string(list) + " ";
  return spaced.find(" " + std::string(name) + " ") != spaced.npos;
}

} // namespace

const PreTokenizerName *text::findPreTokenizerName(std::string_view name) {
  for (const PreTokenizerName &row : rows)
    if (isListed(row.names, name))
      return &row;
  return nullptr;
}

Expected<std::vector<PreTokenizerStep>>
llmrt::preTokenizerByName(std::string_view name) {
  const PreTokenizerName *row = findPreTokenizerName(name);
  if (!row) {
    std::string known;
    for (const PreTokenizerName &other : rows)
      known += (known.empty() ? "" : " ") + std::string(other.names);
    return Status::error("tokenizer.ggml.pre is '" + std::string(name) +
                         "', known are " + known);
  }
  std::vector<PreTokenizerStep> steps;
  PreTokenizerStep byteLevel; // brings GPT-2's pattern itself
  byteLevel.useRegex = row->patterns.back() == gpt2Pattern;
  for (std::string_view pattern : row->patterns) {
    if (byteLevel.useRegex && pattern == gpt2Pattern)
      break;
    PreTokenizerStep step;
    bool digits = pattern == eachDigit; // the same, without an expression
    step.kind =
        digits ? PreTokenizerStep::Kind::Digits : PreTokenizerStep::Kind::Split;
    step.individualDigits = digits;
    if (!digits)
      step.pattern = pattern;
    steps.push_back(step);
  }
  steps.push_back(byteLevel);
  return steps;
}

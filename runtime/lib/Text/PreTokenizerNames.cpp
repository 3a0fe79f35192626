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
// Letters with a case, as the file that the name stands for lists them.
constexpr std::string_view deepseekWords =
    R"(\s?[)"
    R"(A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA})"
    R"(\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF}\x{370}-\x{373})"
    R"(\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C})"
    R"(\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F})"
    R"(\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}\x{13F8}-\x{13FD})"
    R"(\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B})"
    R"(\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15})"
    R"(\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D})"
    R"(\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D}\x{1F5F}-\x{1F7D})"
    R"(\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4})"
    R"(\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB})"
    R"(\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102})"
    R"(\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126})"
    R"(\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139})"
    R"(\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184})"
    R"(\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE}\x{2CF2})"
    R"(\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F})"
    R"(\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF})"
    R"(\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A})"
    R"(\x{FF41}-\x{FF5A}\x{10400}-\x{1044F}\x{104B0}-\x{104D3})"
    R"(\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2})"
    R"(\x{118A0}-\x{118DF}\x{1E900}-\x{1E943})"
    R"(]+)";
constexpr std::string_view bloomPattern = R"( ?[^(\s|.,!?…。，、।۔،)]+)";
constexpr std::string_view cjkRuns = R"([一-龥぀-ゟ゠-ヿ]+)";
constexpr std::string_view hanHangulRuns = R"([一-龥ࠀ-一가-퟿]+)";

constexpr uint8_t plain = 0, whole = PreTokenizerName::IgnoreMerges,
                  bos = PreTokenizerName::AddBos, nfc = PreTokenizerName::Nfc;

/// The names that converters to GGUF write; those of one row mean the same.
/// "default" is what llama.cpp takes where a file names nothing.
const PreTokenizerName rows[] = {
    {"gpt-2 gpt2 phi-2 mpt olmo jais exaone4 gigachat a.x-4.0 mellum trillion "
     "granite-docling modern-bert jina-es jina-de jina-v2-es jina-v2-de "
     "jina-v1-en jina-v2-code roberta-bpe",
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
    {"deepseek-llm",
     {R"([\r\n])", deepseekWords, R"(\s?[!-/:-~！-／：-～‘-‟　-。]+)",
      R"(\s+$)", hanHangulRuns, R"(\p{N}+)"},
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
                         "', known are " + known +
                         ": --pre-tokenizer=NAME takes one of them instead");
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

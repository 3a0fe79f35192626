//===- VocabularyText.cpp - BERT's vocab.txt ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A token a line, the line's number is the id.
//===----------------------------------------------------------------------===//
#include "VocabularyText.h"

#include "HuggingFaceJson.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr std::string_view specialTokens[] = {"[UNK]", "[CLS]", "[SEP]",
                                              "[PAD]", "[MASK]"};

bool isSpecial(std::string_view token) {
  return std::find(std::begin(specialTokens), std::end(specialTokens), token) !=
         std::end(specialTokens);
}

/// Reads the lines; those that are special tokens become added ones.
Status readLines(std::string_view text, TokenizerModel &model,
                 Vocabulary &vocabulary) {
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    int32_t id = int32_t(model.tokens.size());
    if (id == INT32_MAX)
      return Status::error("vocab.txt has too many lines");
    model.tokens.emplace_back(line);
    model.types.push_back(isSpecial(line) ? TokenType::Control
                                          : TokenType::Normal);
    bool first = vocabulary.emplace(line, id).second;
    if (!first || !isSpecial(line))
      continue;
    AddedToken token;
    token.id = id;
    token.content = line;
    model.addedTokens.push_back(std::move(token));
  }
  return Status::ok();
}

Expected<BertRules> readRules(const Json &config) {
  BertRules rules;
  const std::string place = "tokenizer_config.json";
  Expected<bool> lowercase = readBool(config, place, "do_lower_case", true);
  if (!lowercase)
    return lowercase.status();
  rules.lowercase = *lowercase;
  Expected<bool> accents = readBool(config, place, "strip_accents", *lowercase);
  if (!accents)
    return accents.status();
  rules.stripAccents = *accents;
  Expected<bool> chinese =
      readBool(config, place, "tokenize_chinese_chars", true);
  if (!chinese)
    return chinese.status();
  rules.spaceIdeographs = *chinese;
  return rules;
}

void addNormalizer(TokenizerModel &model, NormalizerStep::Kind kind) {
  model.normalizers.emplace_back().kind = kind;
}

void addClassStep(TokenizerModel &model, CharacterClass characters,
                  SplitBehavior behavior) {
  PreTokenizerStep &step = model.steps.emplace_back();
  step.kind = PreTokenizerStep::Kind::Class;
  step.characters = characters;
  step.behavior = behavior;
}

} // namespace

BertRules BertRules::of(const TokenizerModel &model) {
  BertRules rules;
  for (size_t id = 0; id < model.tokens.size(); ++id)
    if (model.types[id] == TokenType::Normal &&
        !model.tokens[id].starts_with('['))
      for (char c : model.tokens[id])
        if (c >= 'A' && c <= 'Z')
          rules.lowercase = rules.stripAccents = false;
  return rules;
}

void text::applyBertRules(const BertRules &rules, TokenizerModel &model) {
  using Kind = NormalizerStep::Kind;
  model.kind = TokenizerKind::WordPiece;
  model.continuingPrefix = "##";
  model.maxWordCharacters = 100;
  addNormalizer(model, Kind::CleanText);
  if (rules.spaceIdeographs)
    addNormalizer(model, Kind::SpaceIdeographs);
  if (rules.stripAccents)
    addNormalizer(model, Kind::StripBertAccents);
  if (rules.lowercase)
    addNormalizer(model, Kind::Lowercase);
  addClassStep(model, CharacterClass::WhiteSpace, SplitBehavior::Removed);
  addClassStep(model, CharacterClass::Punctuation, SplitBehavior::Isolated);
  // A space before every token but continuations and the first.
  model.firstToken = FirstToken::WordPiece;
  for (const std::string &token : model.tokens)
    model.outputs.push_back(token.starts_with("##") ? token.substr(2)
                                                    : " " + token);
}

Expected<TokenizerModel>
llmrt::parseVocabularyText(std::string_view text,
                           std::string_view tokenizerConfigJson) {
  Expected<Json> config = parseTokenizerConfig(tokenizerConfigJson);
  if (!config)
    return config.status();
  TokenizerModel model;
  Vocabulary vocabulary;
  if (Status status = readLines(text, model, vocabulary); status.failed())
    return status;
  Expected<BertRules> rules = readRules(*config);
  if (!rules)
    return rules.status();
  for (auto [name, id] :
       {std::pair("[UNK]", &model.unknownId), std::pair("[PAD]", &model.padId)})
    if (auto found = vocabulary.find(name); found != vocabulary.end())
      *id = found->second;
  for (auto [name, ids] : {std::pair("[CLS]", &model.prefixIds),
                           std::pair("[SEP]", &model.suffixIds)}) {
    auto found = vocabulary.find(name);
    if (found == vocabulary.end())
      return Status::error("vocab.txt lacks the token '" + std::string(name) +
                           "'");
    ids->push_back(found->second);
  }
  if (Status status = readTokenizerConfig(*config, model, vocabulary);
      status.failed())
    return Status::error("tokenizer_config.json: " + status.message());
  applyBertRules(*rules, model);
  if (Status status = verifyTokenizer(model); status.failed())
    return Status::error("vocab.txt: " + status.message());
  return model;
}

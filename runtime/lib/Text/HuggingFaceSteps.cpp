//===- HuggingFaceSteps.cpp - the stages of a tokenizer.json --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pre-tokenizer and post-processor: trees of typed objects flattened to what the
// runtime executes.
//===----------------------------------------------------------------------===//
#include "HuggingFaceJson.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

Expected<SplitBehavior> readBehavior(const Json &step,
                                     const std::string &place) {
  Expected<std::string> name = readString(step, place, "behavior", "");
  if (!name)
    return name.status();
  constexpr const char *names[] = {"Removed", "Isolated", "MergedWithPrevious",
                                   "MergedWithNext", "Contiguous"};
  for (uint8_t i = 0; i < 5; ++i)
    if (*name == names[i])
      return SplitBehavior(i);
  return Status::error(place + ".behavior is '" + *name +
                       "', known are Removed, Isolated, MergedWithPrevious, "
                       "MergedWithNext, Contiguous");
}

Status readSplit(const Json &json, const std::string &place,
                 PreTokenizerStep &step) {
  step.kind = PreTokenizerStep::Kind::Split;
  if (Status status = readPattern(json, place, step.pattern, step.literal);
      status.failed())
    return status;
  Expected<bool> invert = readBool(json, place, "invert", false);
  if (!invert)
    return invert.status();
  step.invert = *invert;
  Expected<SplitBehavior> behavior = readBehavior(json, place);
  if (!behavior)
    return behavior.status();
  step.behavior = *behavior;
  return Status::ok();
}

Status readByteLevel(const Json &json, const std::string &place,
                     PreTokenizerStep &step) {
  step.kind = PreTokenizerStep::Kind::ByteLevel;
  Expected<bool> prefix = readBool(json, place, "add_prefix_space", true);
  if (!prefix)
    return prefix.status();
  Expected<bool> useRegex = readBool(json, place, "use_regex", true);
  if (!useRegex)
    return useRegex.status();
  step.addPrefixSpace = *prefix;
  step.useRegex = *useRegex;
  return Status::ok();
}

Status readDigits(const Json &json, const std::string &place,
                  PreTokenizerStep &step) {
  step.kind = PreTokenizerStep::Kind::Digits;
  Expected<bool> individual = readBool(json, place, "individual_digits", false);
  if (!individual)
    return individual.status();
  step.individualDigits = *individual;
  return Status::ok();
}

Status readPunctuation(const Json &json, const std::string &place,
                       PreTokenizerStep &step) {
  step.kind = PreTokenizerStep::Kind::Class;
  step.characters = CharacterClass::Punctuation;
  step.behavior = SplitBehavior::Isolated;
  if (!findMember(json, "behavior"))
    return Status::ok();
  Expected<SplitBehavior> behavior = readBehavior(json, place);
  if (!behavior)
    return behavior.status();
  step.behavior = *behavior;
  return Status::ok();
}

Status readMetaspace(const Json &json, const std::string &place,
                     PreTokenizerStep &step) {
  step.kind = PreTokenizerStep::Kind::Metaspace;
  Expected<std::string> mark = readString(json, place, "replacement", "\u2581");
  if (!mark)
    return mark.status();
  Expected<PrefixScheme> prefix = readPrefixScheme(json, place);
  if (!prefix)
    return prefix.status();
  Expected<bool> split = readBool(json, place, "split", true);
  if (!split)
    return split.status();
  step.pattern = *mark;
  step.prefix = *prefix;
  step.splitWords = *split;
  return Status::ok();
}

PreTokenizerStep classStep(CharacterClass characters, SplitBehavior behavior) {
  PreTokenizerStep step;
  step.kind = PreTokenizerStep::Kind::Class;
  step.characters = characters;
  step.behavior = behavior;
  return step;
}

/// Steps that have no options; nothing of another type.
std::vector<PreTokenizerStep> plainSteps(const std::string &type) {
  PreTokenizerStep noSpace =
      classStep(CharacterClass::WhiteSpace, SplitBehavior::Removed);
  if (type == "WhitespaceSplit")
    return {noSpace};
  if (type == "Whitespace")
    return {noSpace,
            classStep(CharacterClass::Word, SplitBehavior::Contiguous)};
  if (type == "BertPreTokenizer")
    return {noSpace,
            classStep(CharacterClass::Punctuation, SplitBehavior::Isolated)};
  return {};
}

struct StepReader {
  const char *type;
  Status (*read)(const Json &, const std::string &, PreTokenizerStep &);
};

constexpr StepReader stepReaders[] = {{"ByteLevel", readByteLevel},
                                      {"Split", readSplit},
                                      {"Digits", readDigits},
                                      {"Punctuation", readPunctuation},
                                      {"Metaspace", readMetaspace}};

Status readStep(const Json &json, const std::string &type,
                TokenizerModel &result) {
  std::vector<PreTokenizerStep> plain = plainSteps(type);
  result.steps.insert(result.steps.end(), plain.begin(), plain.end());
  if (!plain.empty())
    return Status::ok();
  for (const StepReader &reader : stepReaders)
    if (type == reader.type) {
      PreTokenizerStep step;
      Status status = reader.read(json, "pre_tokenizer." + type, step);
      result.steps.push_back(std::move(step));
      return status;
    }
  return Status::error("pre_tokenizer.type is '" + type +
                       "', supported are BertPreTokenizer, ByteLevel, Digits, "
                       "Metaspace, Punctuation, Split, Whitespace, "
                       "WhitespaceSplit and Sequence");
}

/// The ids of one element of a template, looked up in its special_tokens.
Status readTemplateToken(const Json &processor, const Json &element,
                         std::vector<int32_t> &ids) {
  Expected<std::string> name =
      readString(element, "post_processor.single", "id", "");
  if (!name)
    return name.status();
  const Json *table = findMember(processor, "special_tokens");
  const Json *entry = table ? findMember(*table, name->c_str()) : nullptr;
  const Json *list = entry ? findMember(*entry, "ids") : nullptr;
  if (!list || !list->is_array())
    return Status::error("post_processor.special_tokens has no ids for '" +
                         *name + "'");
  for (const Json &value : *list) {
    Expected<int32_t> id =
        readId(value, "post_processor.special_tokens['" + *name + "']");
    if (!id)
      return id.status();
    ids.push_back(*id);
  }
  return Status::ok();
}

Status readTemplate(const Json &processor, TokenizerModel &result) {
  const Json *single = findMember(processor, "single");
  if (!single || !single->is_array())
    return Status::error("post_processor.single is not an array");
  std::vector<int32_t> prefix, suffix;
  int sequences = 0;
  for (const Json &piece : *single) {
    if (const Json *token = findMember(piece, "SpecialToken")) {
      Status status =
          readTemplateToken(processor, *token, sequences ? suffix : prefix);
      if (status.failed())
        return status;
      continue;
    }
    const Json *sequence = findMember(piece, "Sequence");
    Expected<std::string> id =
        sequence ? readString(*sequence, "post_processor.single", "id", "")
                 : Expected<std::string>(std::string());
    if (!id || *id != "A" || ++sequences > 1)
      return Status::error("post_processor.single wants special tokens around "
                           "one sequence A");
  }
  if (sequences != 1)
    return Status::error("post_processor.single lacks the sequence A");
  // A later processor puts its tokens around those of an earlier one.
  result.prefixIds.insert(result.prefixIds.begin(), prefix.begin(),
                          prefix.end());
  result.suffixIds.insert(result.suffixIds.end(), suffix.begin(), suffix.end());
  return Status::ok();
}

Status readPairProcessor(const Json &processor, TokenizerModel &result) {
  for (auto [name, ids] : {std::pair("cls", &result.prefixIds),
                           std::pair("sep", &result.suffixIds)}) {
    const Json *pair = findMember(processor, name);
    std::string place = "post_processor." + std::string(name);
    if (!pair || !pair->is_array() || pair->size() != 2)
      return Status::error(place + " is not a pair of token and id");
    Expected<int32_t> id = readId((*pair)[1], place);
    if (!id)
      return id.status();
    ids->insert(name[0] == 'c' ? ids->begin() : ids->end(), *id);
  }
  return Status::ok();
}

} // namespace

Expected<PrefixScheme> text::readPrefixScheme(const Json &json,
                                              const std::string &place) {
  // Older files have a flag instead.
  Expected<bool> flag = readBool(json, place, "add_prefix_space", true);
  if (!flag)
    return flag.status();
  Expected<std::string> scheme =
      readString(json, place, "prepend_scheme", *flag ? "always" : "never");
  if (!scheme)
    return scheme.status();
  constexpr const char *names[] = {"never", "first", "always"};
  for (uint8_t i = 0; i < 3; ++i)
    if (*scheme == names[i])
      return PrefixScheme(i);
  return Status::error(place + ".prepend_scheme is '" + *scheme +
                       "', known are always, first and never");
}

Status text::readPreTokenizer(const Json *preTokenizer,
                              TokenizerModel &result) {
  if (!preTokenizer)
    return Status::ok();
  return visitSequence(*preTokenizer, "pre_tokenizer", "pretokenizers",
                       [&](const Json &json, const std::string &type) {
                         return readStep(json, type, result);
                       });
}

Status text::readPostProcessor(const Json *postProcessor,
                               TokenizerModel &result) {
  if (!postProcessor)
    return Status::ok();
  return visitSequence(
      *postProcessor, "post_processor", "processors",
      [&](const Json &json, const std::string &type) {
        if (type == "ByteLevel") // only moves offsets
          return Status::ok();
        if (type == "TemplateProcessing")
          return readTemplate(json, result);
        if (type == "RobertaProcessing" || type == "BertProcessing")
          return readPairProcessor(json, result);
        return Status::error("post_processor.type is '" + type +
                             "', supported are ByteLevel, TemplateProcessing, "
                             "RobertaProcessing, BertProcessing and Sequence");
      });
}

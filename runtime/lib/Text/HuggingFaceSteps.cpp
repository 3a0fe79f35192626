//===- HuggingFaceSteps.cpp - the stages of a tokenizer.json --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Normaliser, pre-tokenizer, post-processor and decoder: trees of typed objects
// flattened to what the runtime executes.
//===----------------------------------------------------------------------===//
#include "HuggingFaceJson.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

/// Calls `visit` on `value`, or on each element if it is a Sequence with its
/// elements in `member`. Nesting is bounded by `parseJson`.
template <typename Visit>
Status visitSequence(const Json &value, const std::string &place,
                     const char *member, const Visit &visit) {
  Expected<std::string> type = readType(value, place);
  if (!type)
    return type.status();
  if (*type != "Sequence")
    return visit(value, *type);
  const Json *elements = findMember(value, member);
  if (!elements || !elements->is_array())
    return Status::error(place + "." + member + " is not an array");
  for (const Json &element : *elements)
    if (Status status =
            visitSequence(element, place + "." + member, member, visit);
        status.failed())
      return status;
  return Status::ok();
}

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
  const Json *pattern = findMember(json, "pattern");
  const Json *regex = pattern ? findMember(*pattern, "Regex") : nullptr;
  const Json *literal = pattern ? findMember(*pattern, "String") : nullptr;
  const Json *text = regex ? regex : literal;
  if (!text || !text->is_string())
    return Status::error(place + ".pattern is neither {\"Regex\": …} nor "
                                 "{\"String\": …}");
  step.pattern = text->get_ref<const std::string &>();
  step.literal = !regex;
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

Status readStep(const Json &json, const std::string &type,
                TokenizerModel &result) {
  PreTokenizerStep step;
  std::string place = "pre_tokenizer." + type;
  Status status = Status::ok();
  if (type == "ByteLevel") {
    status = readByteLevel(json, place, step);
  } else if (type == "Split") {
    status = readSplit(json, place, step);
  } else if (type == "Digits") {
    step.kind = PreTokenizerStep::Kind::Digits;
    Expected<bool> individual =
        readBool(json, place, "individual_digits", false);
    if (!individual)
      return individual.status();
    step.individualDigits = *individual;
  } else {
    return Status::error("pre_tokenizer.type is '" + type +
                         "', supported are ByteLevel, Split, Digits and "
                         "Sequence");
  }
  if (status.failed())
    return status;
  result.steps.push_back(std::move(step));
  return Status::ok();
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

Status text::readNormalizer(const Json *normalizer, TokenizerModel &result) {
  if (!normalizer)
    return Status::ok();
  return visitSequence(*normalizer, "normalizer", "normalizers",
                       [&](const Json &, const std::string &type) {
                         if (type != "NFC")
                           return Status::error(
                               "normalizer.type is '" + type +
                               "', supported are NFC and none");
                         result.normalizer = TextNormalizer::NFC;
                         return Status::ok();
                       });
}

Status text::readPreTokenizer(const Json *preTokenizer,
                              TokenizerModel &result) {
  if (!preTokenizer)
    return Status::error("pre_tokenizer is null, byte-level BPE wants a "
                         "ByteLevel");
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

Status text::readDecoder(const Json *decoder) {
  if (!decoder)
    return Status::ok(); // byte-level vocabularies have one way to decode
  return visitSequence(*decoder, "decoder", "decoders",
                       [](const Json &, const std::string &type) {
                         if (type == "ByteLevel")
                           return Status::ok();
                         return Status::error("decoder.type is '" + type +
                                              "', supported is ByteLevel");
                       });
}

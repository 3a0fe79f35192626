//===- KeyReader.cpp - many keys, one error -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "KeyReader.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

Error KeyReader::takeError() {
  if (problem.empty())
    return Error::success();
  return createStringError(problem);
}

int64_t GgufKeys::integer(StringRef key, int64_t max) {
  return keep<int64_t>(file.getInteger(prefix + key.str(), 1, max), 1);
}

int64_t GgufKeys::integer(StringRef key, int64_t max, int64_t absent) {
  return keep<int64_t>(file.getInteger(prefix + key.str(), 1, max, absent), 1);
}

int64_t GgufKeys::perLayer(StringRef key, int64_t max, int64_t absent) {
  assert(absent >= 0 && absent <= max && "what is absent is in range too");
  std::string full = prefix + key.str();
  const GgufValue *value = file.find(full);
  if (!value && absent)
    return absent;
  if (!value || value->type != GgufType::Array)
    return integer(key, max);
  std::vector<int64_t> numbers =
      keep<std::vector<int64_t>>(file.getIntegers(full), {});
  if (!numbers.empty() && all_equal(numbers) && numbers[0] >= 1 &&
      numbers[0] <= max)
    return numbers[0];
  keep<int64_t>(fileError(file.fileName, "key " + quote(full),
                          "layers that differ in it cannot be imported; "
                          "requires equal integers from 1 to " +
                              Twine(max)),
                1);
  return 1;
}

double GgufKeys::number(StringRef key, double min, double max) {
  return keep<double>(file.getFloat(prefix + key.str(), min, max), min);
}

double GgufKeys::number(StringRef key, double min, double max, double absent) {
  return keep<double>(file.getFloat(prefix + key.str(), min, max, absent),
                      absent);
}

int64_t HfKeys::integer(StringRef key, int64_t max) {
  return keep<int64_t>(config.getInteger(key, 1, max), 1);
}

int64_t HfKeys::integer(StringRef key, int64_t max, int64_t absent) {
  return keep<int64_t>(config.getInteger(key, 1, max, absent), 1);
}

double HfKeys::number(StringRef key, double min, double max, double absent) {
  return keep<double>(config.getFloat(key, min, max, absent), absent);
}

bool HfKeys::flag(StringRef key, bool absent) {
  return keep<bool>(config.getBool(key, absent), absent);
}

Expected<ActFn> llmc::readHfActivation(HfConfig &config, StringRef key,
                                       StringRef absent) {
  Expected<std::string> name = config.getString(key, absent);
  if (!name)
    return name.takeError();
  std::optional<ActFn> fn =
      StringSwitch<std::optional<ActFn>>(*name)
          .Cases({"silu", "swish"}, ActFn::Silu)
          .Case("gelu", ActFn::GeluErf)
          .Cases({"gelu_new", "gelu_pytorch_tanh", "gelu_fast"},
                 ActFn::GeluTanh)
          .Case("quick_gelu", ActFn::QuickGelu)
          .Case("relu", ActFn::Relu)
          .Case("relu2", ActFn::Relu2)
          .Default(std::nullopt);
  if (!fn)
    return config.fail(key, "requires silu, gelu, gelu_new, "
                            "gelu_pytorch_tanh, quick_gelu, relu or relu2");
  return *fn;
}

//===----------------------------------------------------------------------===//
// Keys that nobody read
//===----------------------------------------------------------------------===//

// What every saved config may hold and inference does not depend on: names,
// dtypes (the tensors have their own), training, generation defaults.
// clang-format off
static constexpr StringRef harmlessHfKeys[] = {
    "_name_or_path", "name", "_attn_implementation",
    "_attn_implementation_autoset", "architectures", "model_type",
    "tokenizer_class", "transformers_version", "transformers.js_config",
    "dtype", "torch_dtype", "torchscript", "use_bfloat16", "use_cache",
    "output_past",
    "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id",
    "unk_token_id", "decoder_start_token_id", "forced_bos_token_id",
    "forced_eos_token_id", "bad_words_ids", "suppress_tokens",
    "begin_suppress_tokens",
    "initializer_range", "attention_dropout", "hidden_dropout",
    "embedding_dropout", "residual_dropout", "resid_pdrop",
    "embd_pdrop", "attn_pdrop", "gradient_checkpointing", "pretraining_tp",
    "is_decoder", "is_llama_config", "max_sequence_length",
    "task_specific_params", "finetuning_task", "id2label", "label2id",
    "num_labels", "_num_labels", "problem_type", "pruned_heads", "prefix",
    "return_dict", "return_dict_in_generate", "output_attentions",
    "output_hidden_states", "output_scores", "chunk_size_feed_forward",
    "generation_config",
    "max_length", "min_length", "do_sample", "early_stopping", "temperature",
    "top_k", "top_p", "typical_p", "num_beams", "num_beam_groups",
    "num_return_sequences", "diversity_penalty", "repetition_penalty",
    "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size"};
// clang-format on

// What the families of transformers name structure and numbers with. A key with
// such a word may change every result, whichever family it comes from.
// clang-format off
static constexpr StringRef meaningfulWords[] = {
    "act", "activation", "adapter", "alibi", "altup", "attention", "attn",
    "audio", "auto", "bias", "block", "blocks", "cap", "chunk", "chunked",
    "clip", "conv", "cross", "cutoff", "decoder", "depth", "dim", "dims",
    "embd", "embedding", "embeddings", "encoder", "expand", "expert",
    "experts", "factor", "ffn", "gate", "gated", "glu", "group", "groups",
    "head", "heads", "hidden", "image", "indexer", "inner", "intermediate",
    "key", "kv", "latent", "layer", "layernorm", "layers", "linear", "logit",
    "logits", "lora", "mamba", "memory", "mlp", "moe", "mscale", "mtp", "mup",
    "multiplier", "nextn", "norm", "normalization", "parallel", "position",
    "positions", "ppl", "projector", "q", "qk", "qkv", "quant",
    "quantization", "query", "rank", "recurrent", "residual", "rms", "rmsnorm",
    "rope", "rotary", "routed", "router", "scalar", "scale", "scaling",
    "shared", "sink", "sinks", "skip", "sliding", "softcap", "softcapping",
    "softmax", "sparse", "sparsity", "ssm", "state", "temperature", "theta",
    "tie", "tied", "untie", "value", "vision", "window", "yarn"};
// clang-format on

static bool isMeaningful(StringRef key) {
  SmallVector<StringRef> words;
  key.split(words, '_');
  return any_of(words, [](StringRef word) {
    return is_contained(meaningfulWords, StringRef(word.lower()));
  });
}

Error llmc::rejectUnreadHfKeys(Source &source, ArrayRef<StringRef> alsoKnown) {
  SmallVector<StringRef> ignored(alsoKnown);
  append_range(ignored, harmlessHfKeys);
  std::string unknown;
  for (const std::string &key : source.config->getUnread(ignored)) {
    if (isMeaningful(key))
      return source.config->failUnread(key);
    unknown += (unknown.empty() ? "" : ", ") + quote(key);
  }
  if (!unknown.empty())
    source.warn("config.json", "has keys that no model family is known to "
                               "have, and that are not read: " +
                                   unknown);
  return Error::success();
}

/// A number or flag of zero, which switches nothing on.
static bool isOff(const GgufValue &value) {
  return value.type != GgufType::Array && value.type != GgufType::String &&
         all_of(value.bytes, [](uint8_t byte) { return byte == 0; });
}

Error llmc::rejectUnknownGgufKeys(const GgufFile &file, StringRef architecture,
                                  ArrayRef<StringRef> known) {
  for (const auto &[key, value] : file.keys) {
    StringRef suffix = key;
    if (!suffix.consume_front(architecture) || !suffix.consume_front("."))
      continue;
    if (!is_contained(known, suffix) && !isOff(value))
      return fileError(file.fileName, "key " + quote(key),
                       "is not a key that this architecture is known to have");
  }
  return Error::success();
}

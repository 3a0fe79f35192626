//===- CApi.cpp - a compiled model from C ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks pointers and counts, turns failures into a status and a message per
// thread, and lets nothing be thrown across.
//===----------------------------------------------------------------------===//
#include "llmrt/llmrt.h"

#include "llmrt/Artifact.h"
#include "llmrt/ChatTemplate.h"
#include "llmrt/Engine.h"
#include "llmrt/Generator.h"
#include "llmrt/Tokenizer.h"
#include "llmrt/abi.h"

#include <cstring>
#include <dlfcn.h>
#include <new>
#include <sys/auxv.h>

using namespace llmrt;

struct LlmrtProgram {
  Artifact artifact;
  std::optional<Tokenizer> tokenizer;

  bool hasChatTemplate() const {
    return tokenizer && !tokenizer->chatTemplate().empty();
  }
};

struct LlmrtSession {
  const LlmrtProgram *program;
  std::unique_ptr<Engine> engine;
};

struct LlmrtSampler {
  Sampler sampler;
};

namespace {

thread_local std::string lastError;

LlmrtStatus failure(LlmrtStatus code, std::string message) {
  lastError = std::move(message);
  return code;
}

LlmrtStatus statusOf(const Status &status) {
  return status ? LLMRT_OK : failure(LLMRT_FAILED, status.message());
}

LlmrtStatus nullArgument(const char *name) {
  return failure(LLMRT_INVALID_ARGUMENT, std::string(name) + " is null");
}

/// Runs `body`; memory that is missing becomes a status.
template <typename Body> LlmrtStatus guarded(Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    lastError.clear(); // a message would need memory
    return LLMRT_OUT_OF_MEMORY;
  } catch (...) {
    lastError.clear();
    return LLMRT_FAILED;
  }
}

/// Copies `count` elements to a caller's buffer of `capacity`.
template <typename T>
LlmrtStatus copyOut(const T *from, size_t count, T *to, size_t capacity,
                    size_t *needed) {
  *needed = count;
  if (count > capacity)
    return failure(LLMRT_BUFFER_TOO_SMALL, "the result has " +
                                               std::to_string(count) +
                                               " elements, the buffer holds " +
                                               std::to_string(capacity));
  if (count > 0)
    std::memcpy(to, from, count * sizeof(T));
  return LLMRT_OK;
}

/// The file that this code was loaded from.
std::string ownFile() {
  Dl_info own, program;
  const auto *programHeaders = reinterpret_cast<void *>(getauxval(AT_PHDR));
  const void *model = &llmrt_model;
  // The program's own name may be relative to a folder it has left.
  if (!dladdr(model, &own) ||
      (dladdr(programHeaders, &program) && own.dli_fbase == program.dli_fbase))
    return "/proc/self/exe";
  return own.dli_fname;
}

SamplerOptions samplerOptions(const LlmrtSamplerOptions *options) {
  SamplerOptions result;
  if (!options)
    return result;
  result.temperature = options->temperature;
  result.topK = options->topK;
  result.topP = options->topP == 0 ? 1.0f : options->topP;
  result.minP = options->minP;
  if (options->repetitionPenalty != 0)
    result.repetitionPenalty = options->repetitionPenalty;
  result.repetitionWindow = options->repetitionWindow;
  result.seed = options->seed;
  return result;
}

LlmrtStatus noTokenizer() {
  return failure(LLMRT_FAILED, "this model has no tokenizer");
}

/// Tokens and their text to the caller's function.
class Listener {
public:
  Listener(const LlmrtProgram &program, LlmrtOnToken onToken, void *user)
      : onToken(onToken), user(user) {
    if (program.tokenizer)
      detokenizer.emplace(*program.tokenizer);
  }
  bool push(int32_t token) {
    std::string text = detokenizer ? detokenizer->push(token) : std::string();
    stopped = onToken(user, token, text.data(), text.size()) == 0;
    return !stopped;
  }
  void finish() {
    std::string text = detokenizer ? detokenizer->flush() : std::string();
    if (!stopped && !text.empty())
      onToken(user, -1, text.data(), text.size());
  }

private:
  LlmrtOnToken onToken;
  void *user;
  std::optional<Detokenizer> detokenizer;
  bool stopped = false;
};

} // namespace

const char *llmrt_last_error(void) { return lastError.c_str(); }

LlmrtStatus llmrt_program_open(const char *path, LlmrtProgram **program) {
  if (!program)
    return nullArgument("program");
  return guarded([&] {
    auto artifact = Artifact::open(path ? std::string(path) : ownFile());
    if (!artifact)
      return statusOf(artifact.status());
    auto opened = std::make_unique<LlmrtProgram>();
    opened->artifact = std::move(*artifact);
    auto blob = opened->artifact.section(LLMRT_SECTION_TOKENIZER);
    if (!blob.empty()) {
      auto tokenizer = Tokenizer::open(std::as_bytes(blob));
      if (!tokenizer)
        return failure(LLMRT_FAILED,
                       opened->artifact.path() +
                           ": tokenizer section: " + tokenizer.message());
      opened->tokenizer.emplace(std::move(*tokenizer));
    }
    *program = opened.release();
    return LLMRT_OK;
  });
}

void llmrt_program_close(LlmrtProgram *program) { delete program; }

LlmrtStatus llmrt_program_limits(const LlmrtProgram *program,
                                 LlmrtLimits *limits) {
  if (!program || !limits)
    return nullArgument(program ? "limits" : "program");
  const auto &tokenizer = program->tokenizer;
  *limits = {llmrt_model.vocabulary,
             llmrt_model.maxContext,
             llmrt_model.maxBatch,
             llmrt_model.rowsPerStep,
             tokenizer.has_value(),
             program->hasChatTemplate(),
             tokenizer ? tokenizer->bosId() : -1,
             tokenizer ? tokenizer->eosId() : -1};
  return LLMRT_OK;
}

LlmrtStatus llmrt_program_verify(const LlmrtProgram *program) {
  if (!program)
    return nullArgument("program");
  return guarded([&] { return statusOf(program->artifact.verify()); });
}

LlmrtStatus llmrt_tokenize(const LlmrtProgram *program, const char *text,
                           size_t textBytes, int flags, int32_t *ids,
                           size_t capacity, size_t *count) {
  if (!program || !text || !count || (!ids && capacity > 0))
    return nullArgument("an argument of llmrt_tokenize");
  if (!program->tokenizer)
    return noTokenizer();
  return guarded([&] {
    auto encoded = program->tokenizer->encode(
        {text, textBytes},
        {(flags & LLMRT_ADD_SPECIAL) != 0, (flags & LLMRT_PARSE_SPECIAL) != 0});
    if (!encoded)
      return statusOf(encoded.status());
    return copyOut(encoded->data(), encoded->size(), ids, capacity, count);
  });
}

LlmrtStatus llmrt_detokenize(const LlmrtProgram *program, const int32_t *ids,
                             size_t count, char *text, size_t capacity,
                             size_t *textBytes) {
  if (!program || (!ids && count > 0) || !textBytes || (!text && capacity > 0))
    return nullArgument("an argument of llmrt_detokenize");
  if (!program->tokenizer)
    return noTokenizer();
  return guarded([&] {
    auto decoded =
        program->tokenizer->decode({ids, count}, /*skipSpecial=*/true);
    if (!decoded)
      return statusOf(decoded.status());
    return copyOut(decoded->data(), decoded->size(), text, capacity, textBytes);
  });
}

int llmrt_is_end(const LlmrtProgram *program, int32_t token) {
  return program && program->tokenizer && program->tokenizer->isEnd(token);
}

LlmrtStatus llmrt_chat_prompt(const LlmrtProgram *program,
                              const LlmrtMessage *messages, size_t count,
                              char *text, size_t capacity, size_t *textBytes) {
  if (!program || (!messages && count > 0) || !textBytes ||
      (!text && capacity > 0))
    return nullArgument("an argument of llmrt_chat_prompt");
  if (!program->hasChatTemplate())
    return failure(LLMRT_FAILED, "this model has no chat template");
  return guarded([&] {
    std::vector<ChatMessage> list;
    for (size_t i = 0; i < count; ++i) {
      if (!messages[i].role || !messages[i].content)
        return nullArgument("a message's role or content");
      list.push_back({messages[i].role, messages[i].content});
    }
    const Tokenizer &tokenizer = *program->tokenizer;
    auto parsed = ChatTemplate::parse(tokenizer.chatTemplate());
    if (!parsed)
      return statusOf(parsed.status());
    ChatOptions options;
    options.bosToken = tokenizer.tokenBytes(tokenizer.bosId());
    options.eosToken = tokenizer.tokenBytes(tokenizer.eosId());
    auto prompt = parsed->render(list, options);
    if (!prompt)
      return statusOf(prompt.status());
    return copyOut(prompt->data(), prompt->size(), text, capacity, textBytes);
  });
}

LlmrtStatus llmrt_session_create(const LlmrtProgram *program,
                                 const LlmrtSessionOptions *options,
                                 LlmrtSession **session) {
  if (!program || !session)
    return nullArgument(program ? "session" : "program");
  return guarded([&] {
    EngineOptions wanted;
    if (options)
      wanted = {options->batch, options->context, options->rowsPerStep,
                options->logitRows, options->threads};
    wanted.otherBytes = static_cast<int64_t>(
        program->artifact.section(LLMRT_SECTION_TOKENIZER).size());
    auto engine = Engine::create(
        llmrt_model, program->artifact.section(LLMRT_SECTION_WEIGHTS), wanted);
    if (!engine)
      return statusOf(engine.status());
    *session = new LlmrtSession{program, std::move(*engine)};
    return LLMRT_OK;
  });
}

void llmrt_session_destroy(LlmrtSession *session) { delete session; }

LlmrtStatus llmrt_session_memory(const LlmrtSession *session,
                                 LlmrtMemory *memory) {
  if (!session || !memory)
    return nullArgument(session ? "memory" : "session");
  const MemoryContract contract = session->engine->contract();
  *memory = {contract.total(), contract.weights, contract.kv,   contract.arena,
             contract.tables,  contract.logits,  contract.fixed};
  return LLMRT_OK;
}

LlmrtStatus llmrt_sequence_open(LlmrtSession *session, int32_t *sequence) {
  if (!session || !sequence)
    return nullArgument(session ? "sequence" : "session");
  return guarded([&] {
    auto opened = session->engine->open();
    if (opened)
      *sequence = *opened;
    return statusOf(opened.status());
  });
}

LlmrtStatus llmrt_sequence_fork(LlmrtSession *session, int32_t sequence,
                                int32_t *copy) {
  if (!session || !copy)
    return nullArgument(session ? "copy" : "session");
  return guarded([&] {
    auto forked = session->engine->fork(sequence);
    if (forked)
      *copy = *forked;
    return statusOf(forked.status());
  });
}

LlmrtStatus llmrt_sequence_truncate(LlmrtSession *session, int32_t sequence,
                                    int64_t length) {
  if (!session)
    return nullArgument("session");
  return guarded(
      [&] { return statusOf(session->engine->truncate(sequence, length)); });
}

LlmrtStatus llmrt_sequence_length(const LlmrtSession *session, int32_t sequence,
                                  int64_t *length) {
  if (!session || !length)
    return nullArgument(session ? "length" : "session");
  if (!session->engine->kvCache().isOpen(sequence))
    return failure(LLMRT_FAILED,
                   "sequence " + std::to_string(sequence) + " is not open");
  *length = session->engine->length(sequence);
  return LLMRT_OK;
}

LlmrtStatus llmrt_sequence_close(LlmrtSession *session, int32_t sequence) {
  if (!session)
    return nullArgument("session");
  return guarded([&] { return statusOf(session->engine->close(sequence)); });
}

LlmrtStatus llmrt_prefill(LlmrtSession *session, int32_t sequence,
                          const int32_t *tokens, size_t count) {
  if (!session || (!tokens && count > 0))
    return nullArgument(session ? "tokens" : "session");
  return guarded([&] {
    return statusOf(session->engine->prefill(sequence, {tokens, count}));
  });
}

LlmrtStatus llmrt_step(LlmrtSession *session, const int32_t *sequences,
                       const int32_t *tokens, size_t count) {
  if (!session || ((!sequences || !tokens) && count > 0))
    return nullArgument(session ? "sequences or tokens" : "session");
  return guarded([&] {
    std::vector<StepPart> parts;
    parts.reserve(count);
    for (size_t i = 0; i < count; ++i)
      parts.push_back({sequences[i], {&tokens[i], 1}, LogitRows::Last});
    return statusOf(session->engine->step(parts));
  });
}

LlmrtStatus llmrt_logits(const LlmrtSession *session, int64_t row,
                         const float **logits) {
  if (!session || !logits)
    return nullArgument(session ? "logits" : "session");
  const int64_t rows = session->engine->logitRowCount();
  if (row < 0 || row >= rows)
    return failure(LLMRT_FAILED,
                   "row " + std::to_string(row) +
                       " of the logits was asked for: the last step has " +
                       std::to_string(rows));
  *logits = session->engine->logits(row).data();
  return LLMRT_OK;
}

LlmrtStatus llmrt_sampler_create(const LlmrtProgram *program,
                                 const LlmrtSamplerOptions *options,
                                 LlmrtSampler **sampler) {
  if (!program || !sampler)
    return nullArgument(program ? "sampler" : "program");
  return guarded([&] {
    auto created = Sampler::create(static_cast<int32_t>(llmrt_model.vocabulary),
                                   samplerOptions(options));
    if (!created)
      return statusOf(created.status());
    *sampler = new LlmrtSampler{std::move(*created)};
    return LLMRT_OK;
  });
}

void llmrt_sampler_destroy(LlmrtSampler *sampler) { delete sampler; }

LlmrtStatus llmrt_sample(LlmrtSampler *sampler, const LlmrtSession *session,
                         int64_t row, int32_t *token) {
  if (!sampler || !token)
    return nullArgument(sampler ? "token" : "sampler");
  const float *logits;
  if (LlmrtStatus status = llmrt_logits(session, row, &logits))
    return status;
  return guarded([&] {
    auto sampled = sampler->sampler.sample(
        {logits, static_cast<size_t>(llmrt_model.vocabulary)});
    if (sampled)
      *token = *sampled;
    return statusOf(sampled.status());
  });
}

LlmrtStatus llmrt_sampler_accept(LlmrtSampler *sampler, int32_t token) {
  if (!sampler)
    return nullArgument("sampler");
  if (token < 0 || token >= llmrt_model.vocabulary)
    return failure(LLMRT_INVALID_ARGUMENT,
                   "token " + std::to_string(token) +
                       " is not in the vocabulary of " +
                       std::to_string(llmrt_model.vocabulary));
  return guarded([&] {
    sampler->sampler.accept(token);
    return LLMRT_OK;
  });
}

LlmrtStatus llmrt_generate(LlmrtSession *session, const int32_t *prompt,
                           size_t promptTokens, int64_t maxTokens,
                           const LlmrtSamplerOptions *options,
                           LlmrtOnToken onToken, void *user) {
  if (!session || !onToken || (!prompt && promptTokens > 0))
    return nullArgument("an argument of llmrt_generate");
  if (maxTokens < -1)
    return failure(LLMRT_INVALID_ARGUMENT, "asked for " +
                                               std::to_string(maxTokens) +
                                               " tokens: it is at least -1");
  return guarded([&] {
    const LlmrtProgram &program = *session->program;
    std::vector<int32_t> endIds;
    if (program.tokenizer)
      endIds.assign(program.tokenizer->endIds().begin(),
                    program.tokenizer->endIds().end());
    const GenerationRequest request = {
        {prompt, prompt + promptTokens}, maxTokens, samplerOptions(options)};
    Listener listener(program, onToken, user);
    Generator generator(*session->engine, std::move(endIds));
    Status status = generator.run({&request, 1}, [&](size_t, int32_t token) {
      return listener.push(token);
    });
    if (status)
      listener.finish();
    return statusOf(status);
  });
}

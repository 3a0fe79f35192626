//===- CApi.cpp - a compiled model from C ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks pointers and counts, turns failures into a status and a message per
// thread, and lets nothing be thrown across: every function runs in `guarded`.
//===----------------------------------------------------------------------===//
#include "CApi.h"
#include "llmrt/Licenses.h"
#include "llmrt/abi.h"

#include <algorithm>
#include <cstdio>

using namespace llmrt;
using namespace llmrt::capi;

namespace {

thread_local std::string lastMessage;
thread_local char lastException[256]; // what is said where memory may be short
thread_local const char *lastError = "";

/// Row `row` of the last step's logits.
Expected<std::span<const float>> logitsOf(const LlmrtSession &session,
                                          int64_t row) {
  const int64_t rows = session.engine->logitRowCount();
  if (row < 0 || row >= rows)
    return Status::error("row " + std::to_string(row) +
                         " of the logits was asked for: the last step has " +
                         std::to_string(rows));
  return session.engine->logits(row);
}

/// Of LLMRT_ON_*.
Device deviceOf(int64_t wanted) {
  return wanted == LLMRT_ON_CUDA  ? Device::Cuda
         : wanted == LLMRT_ON_CPU ? Device::Cpu
                                  : Device::Auto;
}

} // namespace

LlmrtStatus capi::failure(LlmrtStatus code, std::string message) {
  lastMessage = std::move(message);
  lastError = lastMessage.c_str();
  return code;
}

LlmrtStatus capi::exceptionFailure(LlmrtStatus code, const char *what) {
  std::snprintf(lastException, sizeof lastException, "%s", what);
  lastError = lastException;
  return code;
}

SamplerOptions capi::samplerOptions(const LlmrtSamplerOptions *options) {
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

const char *llmrt_last_error(void) { return lastError; }

const char *llmrt_licenses(void) { return llmrt::licenses(); }

LlmrtStatus llmrt_program_open(const char *path, LlmrtProgram **program) {
  return guardedWith(__func__, {program}, [&] {
    auto opened = Program::open(llmrt_model, path ? path : "");
    if (opened)
      *program = new LlmrtProgram{std::move(*opened)};
    return statusOf(opened.status());
  });
}

void llmrt_program_close(LlmrtProgram *program) { delete program; }

LlmrtStatus llmrt_program_limits(const LlmrtProgram *program,
                                 LlmrtLimits *limits) {
  return guardedWith(__func__, {program, limits}, [&] {
    const Tokenizer *tokenizer = program->program.tokenizer();
    *limits = {llmrt_model.vocabulary,
               llmrt_model.maxContext,
               llmrt_model.maxBatch,
               llmrt_model.rowsPerStep,
               tokenizer != nullptr,
               program->program.hasChatTemplate(),
               tokenizer ? tokenizer->bosId() : -1,
               tokenizer ? tokenizer->eosId() : -1};
    return LLMRT_OK;
  });
}

LlmrtStatus llmrt_program_verify(const LlmrtProgram *program) {
  return guardedWith(__func__, {program},
                     [&] { return statusOf(program->program.verify()); });
}

LlmrtStatus llmrt_tokenize(const LlmrtProgram *program, const char *text,
                           size_t textBytes, int flags, int32_t *ids,
                           size_t capacity, size_t *count) {
  return guardedWith(
      __func__, {program, text, count, buffer(ids, capacity)},
      [&]() -> LlmrtStatus {
        auto tokenizer = program->program.needTokenizer();
        if (!tokenizer)
          return statusOf(tokenizer.status());
        auto encoded = (*tokenizer)
                           ->encode({text, textBytes},
                                    {(flags & LLMRT_ADD_SPECIAL) != 0,
                                     (flags & LLMRT_PARSE_SPECIAL) != 0});
        if (!encoded)
          return statusOf(encoded.status());
        return copyOut(encoded->data(), encoded->size(), ids, capacity, count);
      });
}

LlmrtStatus llmrt_detokenize(const LlmrtProgram *program, const int32_t *ids,
                             size_t count, char *text, size_t capacity,
                             size_t *textBytes) {
  return guardedWith(
      __func__,
      {program, textBytes, buffer(ids, count), buffer(text, capacity)},
      [&]() -> LlmrtStatus {
        auto tokenizer = program->program.needTokenizer();
        if (!tokenizer)
          return statusOf(tokenizer.status());
        auto decoded = (*tokenizer)->decode({ids, count}, /*skipSpecial=*/true);
        if (!decoded)
          return statusOf(decoded.status());
        return copyOut(decoded->data(), decoded->size(), text, capacity,
                       textBytes);
      });
}

int llmrt_is_end(const LlmrtProgram *program, int32_t token) {
  const Tokenizer *tokenizer = program ? program->program.tokenizer() : nullptr;
  return tokenizer && tokenizer->isEnd(token);
}

LlmrtStatus llmrt_chat_prompt(const LlmrtProgram *program,
                              const LlmrtMessage *messages, size_t count,
                              char *text, size_t capacity, size_t *textBytes) {
  return guardedWith(
      __func__,
      {program, textBytes, buffer(messages, count), buffer(text, capacity)},
      [&]() -> LlmrtStatus {
        auto conversation = Conversation::create(program->program);
        if (!conversation)
          return statusOf(conversation.status());
        for (size_t i = 0; i < count; ++i) {
          if (!messages[i].role || !messages[i].content)
            return failure(LLMRT_INVALID_ARGUMENT,
                           "a message's role or content is null");
          conversation->add(messages[i].role, messages[i].content);
        }
        auto prompt = conversation->text();
        if (!prompt)
          return statusOf(prompt.status());
        return copyOut(prompt->data(), prompt->size(), text, capacity,
                       textBytes);
      });
}

LlmrtStatus llmrt_chat_prompt_json(const LlmrtProgram *program,
                                   const char *json, char *text,
                                   size_t capacity, size_t *textBytes) {
  return guardedWith(
      __func__, {program, json, textBytes, buffer(text, capacity)},
      [&]() -> LlmrtStatus {
        auto conversation = Conversation::create(program->program);
        if (!conversation)
          return statusOf(conversation.status());
        auto prompt = conversation->textOfJson(json);
        if (!prompt)
          return statusOf(prompt.status());
        return copyOut(prompt->data(), prompt->size(), text, capacity,
                       textBytes);
      });
}

LlmrtStatus llmrt_session_create(const LlmrtProgram *program,
                                 const LlmrtSessionOptions *options,
                                 LlmrtSession **session) {
  return guardedWith(__func__, {program, session}, [&]() -> LlmrtStatus {
    EngineOptions wanted;
    if (options) {
      wanted.batch = options->batch;
      wanted.context = options->context;
      wanted.rowsPerStep = options->rowsPerStep;
      wanted.logitRows = options->logitRows;
      wanted.threads = options->threads;
      if (options->device < LLMRT_ON_AUTO || options->device > LLMRT_ON_CUDA)
        return failure(LLMRT_INVALID_ARGUMENT,
                       "device " + std::to_string(options->device) +
                           " is none of LLMRT_ON_AUTO, _CPU and _CUDA");
      wanted.device = deviceOf(options->device);
    }
    auto engine = program->program.createEngine(wanted);
    if (!engine)
      return statusOf(engine.status());
    *session = new LlmrtSession{&program->program, std::move(*engine)};
    return LLMRT_OK;
  });
}

void llmrt_session_destroy(LlmrtSession *session) { delete session; }

LlmrtStatus llmrt_session_memory(const LlmrtSession *session,
                                 LlmrtMemory *memory) {
  return guardedWith(__func__, {session, memory}, [&] {
    const MemoryContract contract = session->engine->contract();
    *memory = {contract.total(), contract.weights, contract.kv,
               contract.arena,   contract.tables,  contract.logits,
               contract.fixed,   contract.device};
    return LLMRT_OK;
  });
}

LlmrtStatus llmrt_session_device(const LlmrtSession *session, int64_t *device,
                                 const char **variant, const char **notice) {
  return guardedWith(__func__, {session}, [&] {
    const RunPlace &place = session->engine->place();
    if (device)
      *device = place.device == Device::Cuda ? LLMRT_ON_CUDA : LLMRT_ON_CPU;
    if (variant)
      *variant = place.variant->name;
    if (notice)
      *notice = place.notice.c_str();
    return LLMRT_OK;
  });
}

LlmrtStatus llmrt_sequence_open(LlmrtSession *session, int32_t *sequence) {
  return guardedWith(__func__, {session, sequence}, [&] {
    auto opened = session->engine->open();
    if (opened)
      *sequence = *opened;
    return statusOf(opened.status());
  });
}

LlmrtStatus llmrt_sequence_fork(LlmrtSession *session, int32_t sequence,
                                int32_t *copy) {
  return guardedWith(__func__, {session, copy}, [&] {
    auto forked = session->engine->fork(sequence);
    if (forked)
      *copy = *forked;
    return statusOf(forked.status());
  });
}

LlmrtStatus llmrt_sequence_truncate(LlmrtSession *session, int32_t sequence,
                                    int64_t length) {
  return guardedWith(__func__, {session}, [&] {
    return statusOf(session->engine->truncate(sequence, length));
  });
}

LlmrtStatus llmrt_sequence_length(const LlmrtSession *session, int32_t sequence,
                                  int64_t *length) {
  return guardedWith(__func__, {session, length}, [&]() -> LlmrtStatus {
    if (!session->engine->kvCache().isOpen(sequence))
      return failure(LLMRT_FAILED,
                     "sequence " + std::to_string(sequence) + " is not open");
    *length = session->engine->length(sequence);
    return LLMRT_OK;
  });
}

LlmrtStatus llmrt_sequence_close(LlmrtSession *session, int32_t sequence) {
  return guardedWith(__func__, {session}, [&] {
    return statusOf(session->engine->close(sequence));
  });
}

LlmrtStatus llmrt_prefill(LlmrtSession *session, int32_t sequence,
                          const int32_t *tokens, size_t count) {
  return guardedWith(__func__, {session, buffer(tokens, count)}, [&] {
    return statusOf(readPrompt(*session->engine, sequence, {tokens, count}));
  });
}

LlmrtStatus llmrt_prefill_logits(LlmrtSession *session, int32_t sequence,
                                 const int32_t *tokens, size_t count,
                                 float *logits, size_t capacity) {
  return guardedWith(
      __func__, {session, buffer(tokens, count), buffer(logits, capacity)},
      [&]() -> LlmrtStatus {
        const auto columns = static_cast<size_t>(llmrt_model.vocabulary);
        if (capacity / columns < count)
          return failure(LLMRT_BUFFER_TOO_SMALL,
                         std::to_string(count) + " rows of " +
                             std::to_string(columns) +
                             " logits were asked for, the buffer holds " +
                             std::to_string(capacity) + " floats");
        auto copyRows = [&](std::span<const int32_t> chunk) {
          for (size_t row = 0; row < chunk.size(); ++row) {
            auto from = session->engine->logits(static_cast<int64_t>(row));
            if (!from)
              return from.status();
            logits = std::copy(from->begin(), from->end(), logits);
          }
          return Status::ok();
        };
        return statusOf(readPrompt(*session->engine, sequence, {tokens, count},
                                   LogitRows::All, copyRows));
      });
}

LlmrtStatus llmrt_step(LlmrtSession *session, const int32_t *sequences,
                       const int32_t *tokens, size_t count) {
  return guardedWith(__func__,
                     {session, buffer(sequences, count), buffer(tokens, count)},
                     [&] {
                       std::vector<StepPart> parts;
                       parts.reserve(count);
                       for (size_t i = 0; i < count; ++i)
                         parts.push_back({sequences[i],
                                          {&tokens[i], 1},
                                          LogitRows::Last,
                                          LLMRT_PHASE_GENERATED});
                       return statusOf(session->engine->step(parts));
                     });
}

LlmrtStatus llmrt_logits(const LlmrtSession *session, int64_t row,
                         const float **logits) {
  return guardedWith(__func__, {session, logits}, [&] {
    auto found = logitsOf(*session, row);
    if (found)
      *logits = found->data();
    return statusOf(found.status());
  });
}

LlmrtStatus llmrt_sampler_create(const LlmrtProgram *program,
                                 const LlmrtSamplerOptions *options,
                                 LlmrtSampler **sampler) {
  return guardedWith(__func__, {program, sampler}, [&] {
    auto created = Sampler::create(static_cast<int32_t>(llmrt_model.vocabulary),
                                   samplerOptions(options));
    if (created)
      *sampler = new LlmrtSampler{std::move(*created)};
    return statusOf(created.status());
  });
}

void llmrt_sampler_destroy(LlmrtSampler *sampler) { delete sampler; }

LlmrtStatus llmrt_sample(LlmrtSampler *sampler, const LlmrtSession *session,
                         int64_t row, int32_t *token) {
  return guardedWith(__func__, {sampler, session, token}, [&] {
    auto logits = logitsOf(*session, row);
    if (!logits)
      return statusOf(logits.status());
    auto sampled = session->engine->sample(row, sampler->sampler);
    if (sampled)
      *token = *sampled;
    return statusOf(sampled.status());
  });
}

LlmrtStatus llmrt_sampler_accept(LlmrtSampler *sampler, int32_t token) {
  return guardedWith(__func__, {sampler}, [&]() -> LlmrtStatus {
    if (token < 0 || token >= llmrt_model.vocabulary)
      return failure(LLMRT_INVALID_ARGUMENT,
                     "token " + std::to_string(token) +
                         " is not in the vocabulary of " +
                         std::to_string(llmrt_model.vocabulary));
    sampler->sampler.accept(token);
    return LLMRT_OK;
  });
}

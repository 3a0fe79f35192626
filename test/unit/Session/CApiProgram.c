/*===- CApiProgram.c - a program in C99 that embeds a model ------------------===
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * usage: llmc_c_api_test ARTIFACT; prints what it generates, exits 0.
 *===----------------------------------------------------------------------===*/
#include "llmrt/llmrt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(LlmrtStatus status, const char *what) {
  if (status == LLMRT_OK)
    return;
  fprintf(stderr, "%s: status %d: %s\n", what, (int)status, llmrt_last_error());
  exit(1);
}

static void require(int condition, const char *what) {
  if (condition)
    return;
  fprintf(stderr, "wrong: %s (last error: %s)\n", what, llmrt_last_error());
  exit(1);
}

struct Heard {
  size_t tokens;
  char text[256];
  size_t textBytes;
};

static int onToken(void *user, int32_t token, const char *text, size_t bytes) {
  struct Heard *heard = (struct Heard *)user;
  if (token >= 0)
    ++heard->tokens;
  if (heard->textBytes + bytes < sizeof heard->text) {
    memcpy(heard->text + heard->textBytes, text, bytes);
    heard->textBytes += bytes;
  }
  return heard->tokens < 10;
}

static void testErrors(const LlmrtProgram *program) {
  LlmrtProgram *none = NULL;
  LlmrtSession *session = NULL;
  LlmrtSessionOptions tooLarge = {100, 0, 0, 0, 0, LLMRT_ON_AUTO};
  size_t count = 0;
  int32_t ids[2];
  require(llmrt_program_open("/nonexistent", &none) == LLMRT_FAILED && !none,
          "a missing file");
  require(strstr(llmrt_last_error(), "/nonexistent") != NULL,
          "the message names it");
  require(llmrt_program_open("x", NULL) == LLMRT_INVALID_ARGUMENT,
          "a null result");
  require(llmrt_session_create(program, &tooLarge, &session) == LLMRT_FAILED,
          "a large batch");
  require(llmrt_session_create(NULL, NULL, &session) == LLMRT_INVALID_ARGUMENT,
          "no program");
  require(llmrt_tokenize(program, "abc", 3, 0, ids, 2, &count) ==
                  LLMRT_BUFFER_TOO_SMALL &&
              count == 3,
          "a small buffer");
}

static void testSteps(const LlmrtProgram *program, const int32_t *ids,
                      size_t count) {
  LlmrtSessionOptions options = {2, 128, 0, 0, 2, LLMRT_ON_CPU};
  LlmrtSession *session;
  LlmrtSampler *sampler;
  LlmrtLimits limits;
  LlmrtMemory memory;
  const float *logits;
  float before;
  int32_t sequences[2], tokens[2];
  int64_t length;
  check(llmrt_program_limits(program, &limits), "limits");
  check(llmrt_session_create(program, &options, &session), "session");
  check(llmrt_session_memory(session, &memory), "memory");
  require(memory.total == memory.weights + memory.kv + memory.arena +
                              memory.tables + memory.logits + memory.fixed,
          "the memory's sum");
  require(llmrt_logits(session, 0, &logits) == LLMRT_FAILED,
          "logits before a step");
  check(llmrt_sequence_open(session, &sequences[0]), "open");
  check(llmrt_prefill(session, sequences[0], ids, count), "prefill");
  check(llmrt_logits(session, 0, &logits), "logits");
  require(isfinite(logits[limits.vocabulary - 1]), "finite logits");
  check(llmrt_sampler_create(program, NULL, &sampler), "sampler");
  check(llmrt_sample(sampler, session, 0, &tokens[0]), "sample");
  require(tokens[0] >= 0 && tokens[0] < limits.vocabulary, "a token");
  check(llmrt_sampler_accept(sampler, tokens[0]), "accept");
  require(llmrt_sampler_accept(sampler, -1) == LLMRT_INVALID_ARGUMENT,
          "no such token");
  check(llmrt_sequence_fork(session, sequences[0], &sequences[1]), "fork");
  tokens[1] = tokens[0];
  check(llmrt_step(session, sequences, tokens, 2), "step");
  check(llmrt_logits(session, 0, &logits), "logits of row 0");
  before = logits[7];
  check(llmrt_logits(session, 1, &logits), "logits of row 1");
  require(before == logits[7], "equal sequences give equal logits");
  check(llmrt_sequence_truncate(session, sequences[1], 1), "truncate");
  check(llmrt_sequence_length(session, sequences[1], &length), "length");
  require(length == 1, "the length after truncation");
  check(llmrt_sequence_close(session, sequences[1]), "close");
  require(llmrt_sequence_length(session, sequences[1], &length) == LLMRT_FAILED,
          "a closed sequence");
  require(llmrt_prefill(session, 77, ids, count) == LLMRT_FAILED,
          "no such sequence");
  llmrt_sampler_destroy(sampler);
  llmrt_session_destroy(session);
}

static void testGenerate(const LlmrtProgram *program, const int32_t *ids,
                         size_t count) {
  struct Heard heard = {0, "", 0};
  LlmrtSamplerOptions options = {0.8f, 40, 0.95f, 0, 0, 0, 3};
  LlmrtSession *session;
  check(llmrt_session_create(program, NULL, &session), "session");
  check(llmrt_generate(session, ids, count, 20, &options, onToken, &heard),
        "generate");
  require(heard.tokens > 0 && heard.tokens <= 10, "it stops when told");
  require(llmrt_generate(session, ids, 0, 20, NULL, onToken, &heard) ==
              LLMRT_FAILED,
          "an empty prompt");
  require(llmrt_generate(session, ids, count, -2, NULL, onToken, &heard) ==
              LLMRT_INVALID_ARGUMENT,
          "-2 tokens");
  printf("%zu tokens: %.*s\n", heard.tokens, (int)heard.textBytes, heard.text);
  llmrt_session_destroy(session);
}

/* Asked for token by token, a generation says what a callback hears. */
static void testPulled(const LlmrtProgram *program, const int32_t *ids,
                       size_t count) {
  struct Heard heard = {0, "", 0}, pulled = {0, "", 0};
  LlmrtSamplerOptions options = {0.8f, 40, 0.95f, 0, 0, 0, 3};
  LlmrtSession *session;
  LlmrtGeneration *generation = NULL;
  LlmrtPiece piece;
  int32_t sequence;
  check(llmrt_session_create(program, NULL, &session), "session");
  check(llmrt_generate(session, ids, count, 8, &options, onToken, &heard),
        "generate");
  require(llmrt_generation_begin(session, ids, 0, 8, NULL, &generation) ==
                  LLMRT_FAILED &&
              !generation,
          "an empty prompt, pulled");
  require(llmrt_generation_begin(session, ids, count, -2, NULL, &generation) ==
              LLMRT_INVALID_ARGUMENT,
          "-2 tokens, pulled");
  check(llmrt_generation_begin(session, ids, count, 8, &options, &generation),
        "begin");
  do {
    check(llmrt_generation_next(generation, &piece), "next");
    onToken(&pulled, piece.token, piece.text, piece.textBytes);
  } while (!piece.ended);
  require(piece.token == -1, "the end is no token");
  require(pulled.tokens == heard.tokens &&
              pulled.textBytes == heard.textBytes &&
              memcmp(pulled.text, heard.text, heard.textBytes) == 0,
          "the same tokens and text");
  check(llmrt_generation_next(generation, &piece), "next after the end");
  require(piece.ended && piece.token == -1 && piece.textBytes == 0,
          "nothing follows the end");
  llmrt_generation_end(generation);
  check(llmrt_generation_begin(session, ids, count, 8, NULL, &generation),
        "begin again");
  check(llmrt_generation_next(generation, &piece), "its first token");
  llmrt_generation_end(generation);
  check(llmrt_sequence_open(session, &sequence), "its sequence is free");
  llmrt_generation_end(NULL);
  llmrt_session_destroy(session);
}

/* The same message in JSON gives the same prompt; what is no conversation none. */
static void testConversation(LlmrtProgram *program, const char *prompt,
                             size_t promptBytes) {
  char text[256];
  size_t bytes;
  check(llmrt_chat_prompt_json(
            program,
            "{\"messages\": [{\"role\": \"user\", \"content\": \"hello\"}],"
            " \"tools\": [], \"enable_thinking\": false}",
            text, sizeof text, &bytes),
        "chat prompt of JSON");
  require(bytes == promptBytes && memcmp(text, prompt, bytes) == 0,
          "JSON is read as messages are");
  require(llmrt_chat_prompt_json(program, "[]", text, sizeof text, &bytes) ==
                  LLMRT_FAILED &&
              strstr(llmrt_last_error(), "JSON object"),
          "an error that says what is wanted");
}

int main(int argc, char **argv) {
  const LlmrtMessage message = {"user", "hello"};
  LlmrtProgram *program;
  int32_t ids[64];
  char text[256];
  size_t count, bytes;
  if (argc != 2)
    return 2;
  check(llmrt_program_open(argv[1], &program), "open");
  check(llmrt_program_verify(program), "verify");
  check(llmrt_chat_prompt(program, &message, 1, text, sizeof text, &bytes),
        "chat prompt");
  require(bytes > 5, "a prompt");
  testConversation(program, text, bytes);
  check(llmrt_tokenize(program, text, bytes, LLMRT_PARSE_SPECIAL, ids, 64,
                       &count),
        "tokenize");
  check(llmrt_tokenize(program, "hello", 5, 0, ids, 64, &count), "tokenize");
  check(llmrt_detokenize(program, ids, count, text, sizeof text, &bytes),
        "detokenize");
  require(bytes == 5 && memcmp(text, "hello", 5) == 0, "text survives");
  testErrors(program);
  testSteps(program, ids, count);
  testGenerate(program, ids, count);
  testPulled(program, ids, count);
  llmrt_program_close(program);
  return 0;
}

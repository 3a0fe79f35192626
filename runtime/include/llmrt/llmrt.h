/*===- llmrt.h - a compiled model from C -------------------------------------===
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * For programs that embed a compiled model (`llmc compile --emit=so`) or that
 * are linked with its object. C99, no exceptions, no output.
 *
 * Every function that can fail returns a status; what was wrong is then in
 * llmrt_last_error(): one sentence with what was asked and what there is.
 * Handles may be used by one thread at a time; different sessions of one
 * program may run at the same time. Tokens are ids, 0 <= id < vocabulary.
 *===----------------------------------------------------------------------===*/
#ifndef LLMRT_LLMRT_H
#define LLMRT_LLMRT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum LlmrtStatus {
  LLMRT_OK = 0,
  LLMRT_FAILED = 1,           /* see llmrt_last_error() */
  LLMRT_INVALID_ARGUMENT = 2, /* a null pointer, a negative count */
  LLMRT_BUFFER_TOO_SMALL = 3, /* the size needed was stored; call again */
  LLMRT_OUT_OF_MEMORY = 4
} LlmrtStatus;

/* The last failure on this thread; "" where there was none. Valid until the
 * next call on this thread. */
const char *llmrt_last_error(void);

/*===----------------------------------------------------------------------===
 * The program: code, weights, tokenizer
 *===----------------------------------------------------------------------===*/

typedef struct LlmrtProgram LlmrtProgram;

/* Opens the model that was loaded with this code; `path` is null. With a path:
 * the one in that file, which must be a copy of it. Code that others than llmc
 * linked opens the one it is given. Weights are mapped, not read. */
LlmrtStatus llmrt_program_open(const char *path, LlmrtProgram **program);
/* All its sessions and samplers must be gone. Null is allowed. */
void llmrt_program_close(LlmrtProgram *program);

typedef struct LlmrtLimits {
  int64_t vocabulary;  /* V, values of one row of logits */
  int64_t maxContext;  /* tokens of one sequence */
  int64_t maxBatch;    /* sequences at once */
  int64_t rowsPerStep; /* tokens of one step */
  int32_t hasTokenizer;
  int32_t hasChatTemplate;
  int32_t bosId, eosId; /* -1: none */
} LlmrtLimits;
LlmrtStatus llmrt_program_limits(const LlmrtProgram *program,
                                 LlmrtLimits *limits);

/* The notices that whoever distributes this code passes on; UTF-8 text. */
const char *llmrt_licenses(void);

/* Compares the checksums of code and model with their file; reads all of it. */
LlmrtStatus llmrt_program_verify(const LlmrtProgram *program);

/*===----------------------------------------------------------------------===
 * Text
 *===----------------------------------------------------------------------===*/

enum {
  LLMRT_ADD_SPECIAL = 1,  /* put the model's own tokens (BOS) around the text */
  LLMRT_PARSE_SPECIAL = 2 /* read "<|im_end|>" in the text as that token */
};

/* UTF-8 to ids. Stores at most `capacity` ids and in `count` how many there
 * are; LLMRT_BUFFER_TOO_SMALL where they did not fit. `ids` may be null with a
 * capacity of 0. */
LlmrtStatus llmrt_tokenize(const LlmrtProgram *program, const char *text,
                           size_t textBytes, int flags, int32_t *ids,
                           size_t capacity, size_t *count);

/* Ids to UTF-8, without special tokens and without a final 0. `textBytes`
 * receives the size, as above. */
LlmrtStatus llmrt_detokenize(const LlmrtProgram *program, const int32_t *ids,
                             size_t count, char *text, size_t capacity,
                             size_t *textBytes);

/* 1 where the token ends a generation, else 0. */
int llmrt_is_end(const LlmrtProgram *program, int32_t token);

typedef struct LlmrtMessage {
  const char *role;    /* "system", "user", "assistant" */
  const char *content; /* UTF-8, ends with 0 */
} LlmrtMessage;

/* The prompt of a conversation by the model's chat template, up to where the
 * assistant answers; tokenize it with LLMRT_PARSE_SPECIAL alone. Sizes as in
 * llmrt_detokenize. */
LlmrtStatus llmrt_chat_prompt(const LlmrtProgram *program,
                              const LlmrtMessage *messages, size_t count,
                              char *text, size_t capacity, size_t *textBytes);

/* The same for a conversation with tools, contents in parts or variables of the
 * template, a JSON object: {"messages": [{"role": "user", "content": "Hi"}],
 * "tools": [...], "enable_thinking": false}. UTF-8, ends with 0. */
LlmrtStatus llmrt_chat_prompt_json(const LlmrtProgram *program,
                                   const char *conversation, char *text,
                                   size_t capacity, size_t *textBytes);

/*===----------------------------------------------------------------------===
 * Sessions: sequences in, logits out
 *===----------------------------------------------------------------------===*/

typedef struct LlmrtSession LlmrtSession;

/* Where a session computes. */
enum {
  LLMRT_ON_AUTO =
      0, /* a GPU that the program has code for, if it is there and has
                        the memory; else the processor */
  LLMRT_ON_CPU = 1,
  LLMRT_ON_CUDA = 2 /* an NVIDIA GPU */
};

/* 0 anywhere takes the default. */
typedef struct LlmrtSessionOptions {
  int64_t batch;       /* sequences at once; default 1 */
  int64_t context;     /* tokens of one sequence; default: the compiled limit */
  int64_t rowsPerStep; /* tokens of one step; default: the compiled limit */
  int64_t logitRows;   /* rows of logits of one step; default: batch */
  int64_t threads;     /* default: the physical cores available */
  int64_t device;      /* LLMRT_ON_* */
} LlmrtSessionOptions;

/* Takes all memory of the session; nothing is allocated by later steps.
 * `options` may be null. */
LlmrtStatus llmrt_session_create(const LlmrtProgram *program,
                                 const LlmrtSessionOptions *options,
                                 LlmrtSession **session);
void llmrt_session_destroy(LlmrtSession *session);

/* Bytes that the process will at most have resident for this session (with the
 * program's weights and a fixed part), and the parts of this sum. */
typedef struct LlmrtMemory {
  int64_t total, weights, kv, arena, tables, logits, fixed;
  int64_t
      device; /* beside the sum: bytes on a GPU, which then has weights, kv and
                     arena */
} LlmrtMemory;
LlmrtStatus llmrt_session_memory(const LlmrtSession *session,
                                 LlmrtMemory *memory);

/* Where it computes: LLMRT_ON_CPU or LLMRT_ON_CUDA; the name of the code in use, and
 * why it is not a GPU that the program has code for, or "". The texts live as long as
 * the session; each pointer may be null. */
LlmrtStatus llmrt_session_device(const LlmrtSession *session, int64_t *device,
                                 const char **variant, const char **notice);

/* A sequence is a small number, 0 <= sequence < batch. */
LlmrtStatus llmrt_sequence_open(LlmrtSession *session, int32_t *sequence);
/* Another sequence with the same content; memory is shared until they differ. */
LlmrtStatus llmrt_sequence_fork(LlmrtSession *session, int32_t sequence,
                                int32_t *copy);
/* Forgets the tokens from `length` on. Fails, changing nothing, where the model has
 * layers with a window, which keep the last positions alone, and what row `length`
 * reads of them is gone; to a length of 0 it never fails. */
LlmrtStatus llmrt_sequence_truncate(LlmrtSession *session, int32_t sequence,
                                    int64_t length);
LlmrtStatus llmrt_sequence_length(const LlmrtSession *session, int32_t sequence,
                                  int64_t *length);
LlmrtStatus llmrt_sequence_close(LlmrtSession *session, int32_t sequence);

/* Appends `count` tokens to a sequence, in as many steps as it takes. Row 0 of
 * the logits is then the last token's. Fails, changing nothing, where the
 * context has no room or a token is not in the vocabulary. */
LlmrtStatus llmrt_prefill(LlmrtSession *session, int32_t sequence,
                          const int32_t *tokens, size_t count);

/* As llmrt_prefill, and stores the logits of every row: `logits` receives [count,
 * V] floats, `capacity` is at least their number. In steps of as many rows as
 * the session has `logitRows`. */
LlmrtStatus llmrt_prefill_logits(LlmrtSession *session, int32_t sequence,
                                 const int32_t *tokens, size_t count,
                                 float *logits, size_t capacity);

/* Appends tokens[i] to sequences[i] for all i < count in one step; each sequence
 * once. Row i of the logits is then that of sequences[i]. */
LlmrtStatus llmrt_step(LlmrtSession *session, const int32_t *sequences,
                       const int32_t *tokens, size_t count);

/* Row `row` of the last step's logits: V floats, valid until the next step. */
LlmrtStatus llmrt_logits(const LlmrtSession *session, int64_t row,
                         const float **logits);

/*===----------------------------------------------------------------------===
 * Sampling and generation
 *===----------------------------------------------------------------------===*/

typedef struct LlmrtSampler LlmrtSampler;

typedef struct LlmrtSamplerOptions {
  float temperature;        /* 0: the largest logit */
  int32_t topK;             /* 0: all */
  float topP;               /* 1: all; 0 is read as 1 */
  float minP;               /* 0: all */
  float repetitionPenalty;  /* 1: off; 0 is read as 1 */
  int32_t repetitionWindow; /* tokens back; 0: all */
  uint64_t seed;
} LlmrtSamplerOptions;

/* `options` may be null: greedy. */
LlmrtStatus llmrt_sampler_create(const LlmrtProgram *program,
                                 const LlmrtSamplerOptions *options,
                                 LlmrtSampler **sampler);
void llmrt_sampler_destroy(LlmrtSampler *sampler);
/* A token from row `row` of the session's logits. */
LlmrtStatus llmrt_sample(LlmrtSampler *sampler, const LlmrtSession *session,
                         int64_t row, int32_t *token);
/* Tells the repetition penalty of a token, of the prompt or sampled. */
LlmrtStatus llmrt_sampler_accept(LlmrtSampler *sampler, int32_t token);

/* Hears every generated token and the text that it completes (whole UTF-8
 * characters, maybe none; after the last token once more with token -1 and what
 * was held back). Returns 0 to stop. */
typedef int (*LlmrtOnToken)(void *user, int32_t token, const char *text,
                            size_t textBytes);

/* Continues `prompt` by up to `maxTokens` tokens (-1: until an end token or a
 * full context) in a sequence of its own. Text is empty where the model has no
 * tokenizer. A callback that throws ends the generation: LLMRT_FAILED. However
 * it ends, the sequence is closed. */
LlmrtStatus llmrt_generate(LlmrtSession *session, const int32_t *prompt,
                           size_t promptTokens, int64_t maxTokens,
                           const LlmrtSamplerOptions *options,
                           LlmrtOnToken onToken, void *user);

/* The same without a callback: the caller asks for one token after the other.
 * It has a sequence of the session's, which must outlive it. */
typedef struct LlmrtGeneration LlmrtGeneration;
LlmrtStatus llmrt_generation_begin(LlmrtSession *session, const int32_t *prompt,
                                   size_t promptTokens, int64_t maxTokens,
                                   const LlmrtSamplerOptions *options,
                                   LlmrtGeneration **generation);

typedef struct LlmrtPiece {
  int32_t token; /* -1: it has ended */
  int32_t ended; /* 1: nothing follows */
  const char
      *text; /* whole UTF-8 characters, maybe none; until the next call */
  size_t textBytes;
} LlmrtPiece;
/* The next token and the text that it completes; after the last one `ended`, with
 * what was held back. */
LlmrtStatus llmrt_generation_next(LlmrtGeneration *generation,
                                  LlmrtPiece *piece);
/* At any time; null is allowed. */
void llmrt_generation_end(LlmrtGeneration *generation);

/*===----------------------------------------------------------------------===
 * Function programs: tensors in, tensors out
 *===----------------------------------------------------------------------===*/

/* Only programs that were compiled from a function on tensors have one. */
typedef struct LlmrtFunction LlmrtFunction;

/* 0 threads: the physical cores available. */
LlmrtStatus llmrt_function_create(const LlmrtProgram *program, int64_t threads,
                                  LlmrtFunction **function);
void llmrt_function_destroy(LlmrtFunction *function);

/* A tensor that a function takes or gives; pointers live as long as the program. */
typedef struct LlmrtTensorInfo {
  const char *name;
  const char *dtype;          /* as NumPy says: "float32" */
  int64_t elementBytes;       /* of one element */
  int64_t rank;               /* number of dimensions */
  const int64_t *sizes;       /* [rank], -1: each call decides */
  const char *const *symbols; /* [rank], name of a size that a call decides: the
                                 same name is the same number; "": none */
} LlmrtTensorInfo;
LlmrtStatus llmrt_function_counts(const LlmrtFunction *function, size_t *inputs,
                                  size_t *outputs);
LlmrtStatus llmrt_function_input(const LlmrtFunction *function, size_t index,
                                 LlmrtTensorInfo *tensor);
LlmrtStatus llmrt_function_output(const LlmrtFunction *function, size_t index,
                                  LlmrtTensorInfo *tensor);

/* Plans the next calls: `inputSizes` holds `count` sizes, those of all inputs one
 * behind the other. Stores those of all outputs in the same way, at most `capacity`
 * of them, in `needed` how many there are (LLMRT_BUFFER_TOO_SMALL where they did
 * not fit), and in `workspaceBytes`, which may be null, the memory of a call beside
 * its buffers. */
LlmrtStatus llmrt_function_plan(LlmrtFunction *function,
                                const int64_t *inputSizes, size_t count,
                                int64_t *outputSizes, size_t capacity,
                                size_t *needed, int64_t *workspaceBytes);

/* The elements of a tensor in row-major order, aligned to their size. */
typedef struct LlmrtInput {
  const void *data;
  size_t bytes; /* at least as many as its sizes need */
} LlmrtInput;
typedef struct LlmrtOutput {
  void *data;
  size_t bytes;
} LlmrtOutput;
/* Runs a call as it was planned, on the caller's buffers, in the order of the
 * signature. Outputs overlap nothing. */
LlmrtStatus llmrt_function_call(LlmrtFunction *function,
                                const LlmrtInput *inputs, size_t inputCount,
                                const LlmrtOutput *outputs, size_t outputCount);

/*===----------------------------------------------------------------------===
 * Encoders: texts in, vectors out
 *===----------------------------------------------------------------------===*/

/* A function program from token ids to hidden states, with its tokenizer and what
 * makes one vector of a text's states: what `app embed` runs, to the bit. */
typedef struct LlmrtEncoder LlmrtEncoder;

/* Which states a text's vector is made of. */
enum {
  LLMRT_POOL_MODEL = 0, /* as the model's files say, else their mean */
  LLMRT_POOL_MEAN = 1,
  LLMRT_POOL_CLS = 2 /* the first token's */
};

/* Whether vectors have the length 1. */
enum {
  LLMRT_NORMALIZE_MODEL = 0, /* as the model's files say, else not */
  LLMRT_NORMALIZE_NO = 1,
  LLMRT_NORMALIZE_YES = 2
};

/* 0 anywhere takes the default. */
typedef struct LlmrtEncoderOptions {
  int64_t pooling;   /* LLMRT_POOL_* */
  int64_t normalize; /* LLMRT_NORMALIZE_* */
  int64_t
      truncate;  /* 1: of a text that is too long its beginning; 0: an error */
  int64_t batch; /* texts computed at once; default 32 */
  int64_t threads; /* default: the physical cores available */
} LlmrtEncoderOptions;

/* `options` may be null. Fails where the program completes text, takes other inputs
 * than token ids, masks, types and positions, gives no float32 [batch, sequence, E],
 * or has no tokenizer, and where the model pools in a way that is neither of these. */
LlmrtStatus llmrt_encoder_create(const LlmrtProgram *program,
                                 const LlmrtEncoderOptions *options,
                                 LlmrtEncoder **encoder);
/* Before its program is closed. Null is allowed. */
void llmrt_encoder_destroy(LlmrtEncoder *encoder);

/* E, the numbers of a vector, and the tokens of the longest text, 0 where no limit is
 * known. */
LlmrtStatus llmrt_encoder_sizes(const LlmrtEncoder *encoder, int64_t *columns,
                                int64_t *maxTokens);

/* The vectors of `count` texts in UTF-8: `vectors` receives [count, E] floats,
 * `capacity` is at least their number. Text i has textBytes[i] bytes; with a null
 * `textBytes` each ends with 0. Texts of like length are computed as one batch. Fails,
 * naming the text, on one with no tokens or, without `truncate`, with too many; the
 * vectors are then undefined. */
LlmrtStatus llmrt_embed(LlmrtEncoder *encoder, const char *const *texts,
                        const size_t *textBytes, size_t count, float *vectors,
                        size_t capacity);

#ifdef __cplusplus
}
#endif
#endif /* LLMRT_LLMRT_H */

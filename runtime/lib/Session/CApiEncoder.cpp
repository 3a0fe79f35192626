//===- CApiEncoder.cpp - the vectors of texts from C ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CApi.h"

#include "llmrt/Embedder.h"

using namespace llmrt;
using namespace llmrt::capi;

struct LlmrtEncoder {
  std::unique_ptr<Embedder> embedder;
};

/// What was asked, checked; null: all defaults.
static Expected<EmbedderOptions>
readOptions(const LlmrtEncoderOptions *options) {
  EmbedderOptions read;
  if (!options)
    return read;
  if (options->pooling < LLMRT_POOL_MODEL || options->pooling > LLMRT_POOL_CLS)
    return Status::error("pooling is one of LLMRT_POOL_*: " +
                         std::to_string(options->pooling) + " is none");
  if (options->normalize < LLMRT_NORMALIZE_MODEL ||
      options->normalize > LLMRT_NORMALIZE_YES)
    return Status::error("normalize is one of LLMRT_NORMALIZE_*: " +
                         std::to_string(options->normalize) + " is none");
  if (options->batch < 0 || options->threads < 0)
    return Status::error("batch and threads are 0 or more");
  if (options->pooling != LLMRT_POOL_MODEL)
    read.pooling =
        options->pooling == LLMRT_POOL_CLS ? Pooling::Cls : Pooling::Mean;
  if (options->normalize != LLMRT_NORMALIZE_MODEL)
    read.normalize = options->normalize == LLMRT_NORMALIZE_YES;
  read.truncate = options->truncate != 0;
  if (options->batch > 0)
    read.batch = options->batch;
  read.threads = options->threads;
  return read;
}

LlmrtStatus llmrt_encoder_create(const LlmrtProgram *program,
                                 const LlmrtEncoderOptions *options,
                                 LlmrtEncoder **encoder) {
  return guardedWith(__func__, {program, encoder}, [&]() -> LlmrtStatus {
    auto read = readOptions(options);
    if (!read)
      return failure(LLMRT_INVALID_ARGUMENT, read.message());
    auto created = Embedder::create(program->program, std::move(*read));
    if (!created)
      return statusOf(created.status());
    *encoder = new LlmrtEncoder{std::move(*created)};
    return LLMRT_OK;
  });
}

void llmrt_encoder_destroy(LlmrtEncoder *encoder) { delete encoder; }

LlmrtStatus llmrt_encoder_sizes(const LlmrtEncoder *encoder, int64_t *columns,
                                int64_t *maxTokens) {
  return guardedWith(__func__, {encoder, columns, maxTokens}, [&] {
    *columns = encoder->embedder->columns();
    *maxTokens = encoder->embedder->mostTokens();
    return LLMRT_OK;
  });
}

LlmrtStatus llmrt_embed(LlmrtEncoder *encoder, const char *const *texts,
                        const size_t *textBytes, size_t count, float *vectors,
                        size_t capacity) {
  return guardedWith(
      __func__, {encoder, buffer(texts, count), buffer(vectors, capacity)},
      [&]() -> LlmrtStatus {
        const auto width = static_cast<size_t>(encoder->embedder->columns());
        if (count > capacity / width)
          return failure(LLMRT_BUFFER_TOO_SMALL,
                         std::to_string(count) + " vectors of " +
                             std::to_string(width) +
                             " numbers were asked for: the buffer holds " +
                             std::to_string(capacity) + " numbers");
        std::vector<std::string> all;
        for (size_t i = 0; i < count; ++i) {
          if (!texts[i])
            return failure(LLMRT_INVALID_ARGUMENT,
                           "text " + std::to_string(i) + " is null");
          all.push_back(textBytes ? std::string(texts[i], textBytes[i])
                                  : std::string(texts[i]));
        }
        return statusOf(
            encoder->embedder->embed(all, {vectors, count * width}));
      });
}

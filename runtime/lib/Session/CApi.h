//===- CApi.h - what the files of the C API share -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The handles, and the way of every function: null pointers and counts are checked,
// failures become a status and a message per thread, nothing is thrown across.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_SESSION_CAPI_H
#define LLMRT_SESSION_CAPI_H

#include "llmrt/Session.h"
#include "llmrt/llmrt.h"

#include <cstring>
#include <cxxabi.h>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>

struct LlmrtProgram {
  llmrt::Program program;
};

struct LlmrtSession {
  const llmrt::Program *program;
  std::unique_ptr<llmrt::Engine> engine;
};

struct LlmrtSampler {
  llmrt::Sampler sampler;
};

namespace llmrt::capi {

/// Stores the message for llmrt_last_error.
LlmrtStatus failure(LlmrtStatus code, std::string message);
/// The same without taking memory; a long message is cut.
LlmrtStatus exceptionFailure(LlmrtStatus code, const char *what);

inline LlmrtStatus statusOf(const Status &status) {
  return status ? LLMRT_OK : failure(LLMRT_FAILED, status.message());
}

/// Runs `body`; what it throws, a callback's exception too, becomes a status.
template <typename Body> LlmrtStatus guarded(Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return exceptionFailure(LLMRT_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return exceptionFailure(LLMRT_FAILED, error.what());
  } catch (const abi::__forced_unwind &) {
    throw; // this thread is being cancelled
  } catch (...) {
    return exceptionFailure(LLMRT_FAILED, "an exception of unknown type");
  }
}

/// As `guarded`, where none of the arguments is null.
template <typename Body>
LlmrtStatus guardedWith(const char *function,
                        std::initializer_list<const void *> arguments,
                        Body body) {
  return guarded([&]() -> LlmrtStatus {
    for (const void *argument : arguments)
      if (!argument)
        return failure(LLMRT_INVALID_ARGUMENT,
                       std::string("an argument of ") + function + " is null");
    return body();
  });
}

/// A buffer of nothing may be null.
inline const void *buffer(const void *data, size_t count) {
  static const char nothing = 0;
  return count == 0 ? &nothing : data;
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

/// Null: greedy.
SamplerOptions samplerOptions(const LlmrtSamplerOptions *options);

} // namespace llmrt::capi

#endif // LLMRT_SESSION_CAPI_H

//===- Npy.h - NumPy's array files ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only what `logits` reads and writes: token ids in, float32 out. The format is
// NEP 1: magic, version, header length, a Python dictionary, the elements.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_NPY_H
#define LLMRT_APP_NPY_H

#include "llmrt/Status.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt::app {

/// The ids of an int64 or int32 array of shape [1, T] or [T] in C order. `name`
/// stands in errors.
Expected<std::vector<int32_t>> parseNpyIds(std::string_view bytes,
                                           const std::string &name);

/// The bytes before the elements of a float32 array, a multiple of 64.
std::string npyHeader(std::span<const int64_t> shape);

/// Writes a file under another name and gives it its own at the end: a failure
/// leaves no half file. Errors name the file.
class PendingOutput {
public:
  static Expected<PendingOutput> create(const std::string &path);
  PendingOutput(PendingOutput &&other) noexcept;
  ~PendingOutput(); // removes the file unless it was kept

  Status write(std::string_view bytes);
  Status keep();

private:
  PendingOutput() = default;
  Status failure(const char *what) const;

  std::string path;
  std::string temporary;
  int descriptor = -1;
};

} // namespace llmrt::app

#endif // LLMRT_APP_NPY_H

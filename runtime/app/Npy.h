//===- Npy.h - NumPy's array files ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `logits` reads and writes, token ids in, float32 out; and any array, for
// `call`. The format is NEP 1: magic, version, header length, a Python dictionary,
// the elements.
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

/// An array whose elements lie in the bytes that it was read from. How many there
/// are is not checked: that depends on their type.
struct NpyArray {
  std::string type; // "<f4"
  std::vector<int64_t> shape;
  bool columnsFirst = false; // the order of Fortran
  std::string_view elements;
};
Expected<NpyArray> parseNpy(std::string_view bytes, const std::string &name);

/// The bytes before the elements of an array, a multiple of 64.
std::string npyHeader(std::span<const int64_t> shape,
                      std::string_view type = "<f4");

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

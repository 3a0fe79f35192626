//===- Distributions.h - what a build predicts, to compare with -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file of them: "llmckld1"; vocabulary, context and windows as i64; the ids of all
// windows as i32; then a row per scored token: the greatest log-probability (f32),
// the step of its codes (f32), the likeliest token (i32), four zeros, and a code of
// 16 bits per token of the vocabulary. A token's log-probability is the greatest one
// less code times step; what lies 24 nats or more below it has the last code. All in
// little endian.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_DISTRIBUTIONS_H
#define LLMRT_APP_DISTRIBUTIONS_H

#include "Npy.h"
#include "llmrt/Status.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace llmrt::app {

/// log of the sum of exp of a row of logits.
double logSumExp(std::span<const float> logits);

/// Bytes of one row of a file.
size_t distributionBytes(int64_t vocabulary);
void encodeDistribution(std::span<const float> logits, std::span<char> row);

struct Divergence {
  double nats; // Kullback-Leibler, of the logits from the row; 0 or more
  bool sameLikeliest;
};
Divergence compareDistribution(std::span<const char> row,
                               std::span<const float> logits);

/// Of which text and windows the rows are.
struct ScoredText {
  int64_t vocabulary, context, windows;
  std::span<const int32_t> ids; // of all windows
};

/// The start of a file that gets rows. Errors name the file.
Expected<PendingOutput> createDistributions(const std::string &path,
                                            const ScoredText &text);

/// A file whose rows are read one after the other.
class DistributionReader {
public:
  /// Fails where it is another file, ends early, or is of another text.
  static Expected<DistributionReader> open(const std::string &path,
                                           const ScoredText &text);
  Status read(std::span<char> rows);

private:
  struct Close {
    void operator()(std::FILE *file) const { std::fclose(file); }
  };
  std::string path;
  std::unique_ptr<std::FILE, Close> file;

  Status check(const ScoredText &text);
  Status error(const std::string &what) const;
};

} // namespace llmrt::app

#endif // LLMRT_APP_DISTRIBUTIONS_H

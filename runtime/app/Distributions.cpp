//===- Distributions.cpp - what a build predicts, to compare with ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Distributions.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <sys/stat.h>
#include <vector>

using namespace llmrt;
using namespace llmrt::app;

namespace {

static_assert(std::endian::native == std::endian::little);
constexpr char magic[] = {'l', 'l', 'm', 'c', 'k', 'l', 'd', '1'};
constexpr double deepest = 24; // nats; e^-24 is 4e-11
constexpr uint16_t lastCode = 65535;

struct FileHeader {
  char magic[8];
  int64_t vocabulary, context, windows;
};

struct RowHeader {
  float greatest, step;
  int32_t likeliest, zero;
};

FileHeader headerOf(const ScoredText &text) {
  FileHeader header{{}, text.vocabulary, text.context, text.windows};
  std::memcpy(header.magic, magic, sizeof magic);
  return header;
}

/// As Eval scores them: the second half of each window but for its last token.
int64_t rowsOf(const ScoredText &text) {
  return text.windows * (text.context - text.context / 2 - 1);
}

template <typename T> std::string_view bytesOf(const T &value) {
  return {reinterpret_cast<const char *>(&value), sizeof value};
}

std::string_view bytesOf(std::span<const int32_t> ids) {
  return {reinterpret_cast<const char *>(ids.data()), ids.size_bytes()};
}

} // namespace

double app::logSumExp(std::span<const float> logits) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float logit : logits)
    sum += std::exp(logit - largest);
  return std::log(sum) + largest;
}

size_t app::distributionBytes(int64_t vocabulary) {
  return sizeof(RowHeader) + vocabulary * sizeof(uint16_t);
}

void app::encodeDistribution(std::span<const float> logits,
                             std::span<char> row) {
  // The first of equal ones, as compareDistribution finds it.
  auto largest = std::max_element(logits.begin(), logits.end());
  auto least = std::min_element(logits.begin(), logits.end());
  const double range =
      std::fmin(static_cast<double>(*largest) - *least, deepest);
  const RowHeader header{static_cast<float>(*largest - logSumExp(logits)),
                         static_cast<float>(range / lastCode),
                         static_cast<int32_t>(largest - logits.begin()), 0};
  std::memcpy(row.data(), &header, sizeof header);
  char *to = row.data() + sizeof header;
  for (float logit : logits) {
    double below = static_cast<double>(*largest) - logit;
    double code = header.step > 0 ? std::round(below / header.step) : 0;
    auto stored = static_cast<uint16_t>(std::fmin(code, lastCode));
    std::memcpy(to, &stored, sizeof stored);
    to += sizeof stored;
  }
}

Divergence app::compareDistribution(std::span<const char> row,
                                    std::span<const float> logits) {
  RowHeader header;
  std::memcpy(&header, row.data(), sizeof header);
  const char *from = row.data() + sizeof header;
  const double all = logSumExp(logits);
  // Codes are rounded, so their sum is not quite 1: the divergence of measures,
  // p log(p/q) - p + q, is 0 or more for each token.
  double nats = 0;
  for (float logit : logits) {
    uint16_t code;
    std::memcpy(&code, from, sizeof code);
    from += sizeof code;
    const double q = logit - all;
    double p = header.greatest - static_cast<double>(code) * header.step;
    if (code == lastCode) // that, or less
      p = std::fmin(p, q);
    const double share = std::exp(p);
    nats += (share > 0 ? share * (p - q) : 0) - share + std::exp(q);
  }
  const auto likeliest =
      std::max_element(logits.begin(), logits.end()) - logits.begin();
  return {nats, likeliest == header.likeliest};
}

Expected<PendingOutput> app::createDistributions(const std::string &path,
                                                 const ScoredText &text) {
  auto output = PendingOutput::create(path);
  if (!output)
    return output;
  const FileHeader header = headerOf(text);
  if (Status status = output->write(bytesOf(header)); !status)
    return status;
  if (Status status = output->write(bytesOf(text.ids)); !status)
    return status;
  return output;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

Status DistributionReader::error(const std::string &what) const {
  return Status::error(path + ": " + what);
}

Expected<DistributionReader> DistributionReader::open(const std::string &path,
                                                      const ScoredText &text) {
  DistributionReader reader;
  reader.path = path;
  reader.file.reset(std::fopen(path.c_str(), "rbe"));
  if (!reader.file)
    return reader.error(std::string("cannot open it: ") + std::strerror(errno));
  if (Status status = reader.check(text); !status)
    return status;
  return reader;
}

Status DistributionReader::check(const ScoredText &text) {
  FileHeader found;
  if (std::fread(&found, sizeof found, 1, file.get()) != 1 ||
      std::memcmp(found.magic, magic, sizeof magic) != 0)
    return error("is no file of distributions: make one with eval --kl-base");
  const std::pair<const char *, std::pair<int64_t, int64_t>> numbers[] = {
      {"vocabulary", {found.vocabulary, text.vocabulary}},
      {"context", {found.context, text.context}},
      {"number of windows", {found.windows, text.windows}}};
  for (const auto &[name, sizes] : numbers)
    if (sizes.first != sizes.second)
      return error("its " + std::string(name) + " is " +
                   std::to_string(sizes.first) + ", here it is " +
                   std::to_string(sizes.second) +
                   ": measure both alike (--context, --windows)");
  struct stat status;
  const int64_t size =
      static_cast<int64_t>(sizeof found + text.ids.size_bytes()) +
      rowsOf(text) * static_cast<int64_t>(distributionBytes(text.vocabulary));
  if (fstat(fileno(file.get()), &status) == 0 && status.st_size != size)
    return error("has " + std::to_string(status.st_size) + " bytes, not " +
                 std::to_string(size) + ": make it again with eval --kl-base");
  std::vector<int32_t> ids(text.ids.size());
  if (Status status = read(
          {reinterpret_cast<char *>(ids.data()), ids.size() * sizeof(int32_t)});
      !status)
    return status;
  auto [theirs, ours] = std::mismatch(ids.begin(), ids.end(), text.ids.begin());
  if (theirs != ids.end())
    return error("is of another text: its token " +
                 std::to_string(theirs - ids.begin()) + " is " +
                 std::to_string(*theirs) + ", this one's " +
                 std::to_string(*ours));
  return Status::ok();
}

Status DistributionReader::read(std::span<char> rows) {
  if (std::fread(rows.data(), 1, rows.size(), file.get()) == rows.size())
    return Status::ok();
  return error(std::ferror(file.get())
                   ? std::string("cannot read it: ") + std::strerror(errno)
                   : "ends early");
}

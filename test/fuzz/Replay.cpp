//===- Replay.cpp - runs a corpus through a fuzz target -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: [LLMC_TEST_SWEEP=N] fuzz-NAME FILE_OR_FOLDER...
// What libFuzzer does with a corpus before it mutates, for builds without it.
// Then N damaged copies of it, the same in every run: cut off, or bits flipped.
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <sys/time.h>
#include <unistd.h>

using Bytes = std::vector<uint8_t>;

/// What runs at the moment, for whoever looks at a failure.
static char current[4096];

extern "C" __attribute__((weak)) void
__sanitizer_set_death_callback(void (*callback)());

static void tellCurrent() {
  (void)!::write(STDERR_FILENO, current, std::strlen(current));
}

static void endBySignal(int signal) {
  tellCurrent();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

static void run(const Bytes &bytes) {
  // Seconds of the processor: a machine that does other work is no hang.
  constexpr itimerval longest = {{}, {60, 0}};
  ::setitimer(ITIMER_PROF, &longest, nullptr);
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

static Bytes read(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

static std::vector<std::filesystem::path> list(int argc, char **argv) {
  std::vector<std::filesystem::path> inputs;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      inputs.emplace_back(argv[i]);
      continue;
    }
    for (const auto &entry : std::filesystem::directory_iterator(argv[i]))
      inputs.push_back(entry.path());
  }
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

/// By turns a beginning of `bytes`, and all of them but for one to four bits.
static Bytes damage(Bytes bytes, size_t number, std::mt19937 &random) {
  if (bytes.empty())
    return bytes;
  if (number % 2 == 0) {
    bytes.resize(random() % bytes.size());
    return bytes;
  }
  for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
    bytes[random() % bytes.size()] ^= uint8_t(1u << random() % 8);
  return bytes;
}

int main(int argc, char **argv) {
  if (__sanitizer_set_death_callback)
    __sanitizer_set_death_callback(tellCurrent);
  else
    for (int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
      std::signal(signal, endBySignal);
  std::signal(SIGPROF, endBySignal);
  std::vector<std::filesystem::path> inputs = list(argc, argv);
  std::vector<Bytes> corpus;
  for (const std::filesystem::path &input : inputs) {
    std::snprintf(current, sizeof(current), "%s\n", input.c_str());
    corpus.push_back(read(input));
    run(corpus.back());
  }
  LLVMFuzzerTestOneInput(nullptr, 0);
  const char *wanted = std::getenv("LLMC_TEST_SWEEP");
  size_t count = wanted && !corpus.empty() ? std::stoull(wanted) : 0;
  std::mt19937 random(1);
  for (size_t number = 0; number < count; ++number) {
    size_t which = number / 2 % corpus.size();
    std::snprintf(current, sizeof(current), "damaged copy %zu, of %s\n", number,
                  inputs[which].c_str());
    run(damage(corpus[which], number, random));
  }
  std::printf("%zu inputs, %zu damaged copies\n", inputs.size(), count);
  return inputs.empty() ? 1 : 0;
}

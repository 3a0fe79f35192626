//===- Replay.cpp - runs a corpus through a fuzz target -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: fuzz-NAME FILE_OR_FOLDER...
// What libFuzzer does with a corpus before it mutates, for builds without it.
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include <filesystem>
#include <fstream>
#include <iterator>

static void replay(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot be read\n");
    std::exit(1);
  }
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(bytes.data()),
                         bytes.size());
}

int main(int argc, char **argv) {
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
  for (const std::filesystem::path &input : inputs) {
    std::fprintf(stderr, "%s\n", input.c_str()); // the last one is the culprit
    replay(input);
  }
  LLVMFuzzerTestOneInput(nullptr, 0);
  std::printf("%zu inputs\n", inputs.size());
  return inputs.empty() ? 1 : 0;
}

//===- Seeds.cpp - writes the seeds whose layout is our own ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: fuzz-seeds FOLDER TOKENIZER_JSON...
// FOLDER/blob gets each tokenizer's section, FOLDER/artifact a program around
// it. Made by the build, so that they never lag behind the layouts.
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/Tokenizer.h"
#include "llmrt/TokenizerModel.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace llmrt;

static std::string readFile(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

static void writeFile(const std::filesystem::path &path,
                      const std::string &bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

int main(int argc, char **argv) {
  for (int i = 2; i < argc; ++i) {
    // As in the corpus: tokenizer_config.json behind a byte 0, if any.
    std::string text = readFile(argv[i]);
    size_t end = std::min(text.find('\0'), text.size());
    Expected<TokenizerModel> model = parseHuggingFaceTokenizer(
        text.substr(0, end), end < text.size() ? text.substr(end + 1) : "");
    Expected<std::string> blob =
        model ? serializeTokenizer(*model) : model.status();
    if (!blob) {
      std::fprintf(stderr, "%s: %s\n", argv[i], blob.message().c_str());
      return 1;
    }
    std::string name = "tokenizer-" + std::to_string(i - 1);
    std::filesystem::path folder = argv[1];
    writeFile(folder / "blob" / name, *blob);
    writeFile(folder / "artifact" / name,
              test::programBytes(
                  {std::string(64, '\x3c'), *blob, "{\"name\": \"seed\"}"}));
  }
  return argc > 2 ? 0 : 2;
}

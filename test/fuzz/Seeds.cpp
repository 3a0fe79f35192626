//===- Seeds.cpp - writes the seeds whose layout is our own ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: fuzz-seeds FOLDER TOKENIZER_JSON...
// FOLDER/blob gets each tokenizer's section, FOLDER/artifact a program around
// it. Made by the build, so that they never lag behind the layouts.
//===----------------------------------------------------------------------===//
#include "llmrt/Checksum.h"
#include "llmrt/Tokenizer.h"
#include "llmrt/TokenizerModel.h"
#include "llmrt/abi.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
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

/// A program as the compiler writes it, without the code and with few weights.
static std::string makeArtifact(const std::string &tokenizer) {
  const std::pair<uint32_t, std::string> parts[] = {
      {LLMRT_SECTION_CODE, "\x7f"
                           "ELF"},
      {LLMRT_SECTION_WEIGHTS, std::string(64, '\x3c')},
      {LLMRT_SECTION_TOKENIZER, tokenizer},
      {LLMRT_SECTION_INFO, "{\"name\": \"seed\"}"}};
  std::string file;
  std::vector<LlmrtSection> table;
  for (const auto &[kind, bytes] : parts) {
    constexpr size_t align = LLMRT_SECTION_ALIGN;
    file.resize((file.size() + align - 1) / align * align);
    table.push_back({kind, 0, file.size(), bytes.size(),
                     checksum(bytes.data(), bytes.size())});
    file += bytes;
  }
  std::rotate(table.begin(), table.begin() + 1, table.end()); // the code: last
  file.resize((file.size() + 7) / 8 * 8);
  size_t tableBytes = table.size() * sizeof(LlmrtSection);
  LlmrtTrailer trailer = {};
  std::memcpy(trailer.magic, LLMRT_TRAILER_MAGIC, sizeof(trailer.magic));
  trailer.abiVersion = LLMRT_ABI_VERSION;
  trailer.sectionCount = uint32_t(table.size());
  trailer.tableOffset = file.size();
  trailer.fileBytes = file.size() + tableBytes + sizeof(trailer);
  trailer.checksum = checksum(table.data(), tableBytes);
  file.append(reinterpret_cast<const char *>(table.data()), tableBytes);
  file.append(reinterpret_cast<const char *>(&trailer), sizeof(trailer));
  return file;
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
    writeFile(folder / "artifact" / name, makeArtifact(*blob));
  }
  return argc > 2 ? 0 : 2;
}

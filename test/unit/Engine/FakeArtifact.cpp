//===- FakeArtifact.cpp - the fake model's file ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/TokenizerModel.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace llmrt;
using namespace llmrt::test;

/// GPT-2's byte alphabet: printable bytes stand for themselves, the others for
/// the code points from 256 on.
static std::string byteLetter(int byte) {
  auto printable = [](int b) {
    return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  };
  int code = byte;
  if (!printable(byte)) {
    code = 256;
    for (int b = 0; b < byte; ++b)
      code += !printable(b);
  }
  if (code < 0x80)
    return std::string(1, static_cast<char>(code));
  return {static_cast<char>(0xc0 | (code >> 6)),
          static_cast<char>(0x80 | (code & 63))};
}

std::string llmrt::test::fakeTokenizer(bool chat, bool begins) {
  TokenizerModel model;
  for (int byte = 0; byte < 256; ++byte) {
    model.tokens.push_back(byteLetter(byte));
    model.types.push_back(TokenType::Normal);
  }
  const char *specials[] = {"<|im_start|>", "<|im_end|>", "<|endoftext|>"};
  for (const char *text : specials) {
    AddedToken added;
    added.id = static_cast<int32_t>(model.tokens.size());
    added.content = text;
    model.addedTokens.push_back(added);
    model.tokens.push_back(text);
    model.types.push_back(TokenType::Control);
  }
  model.steps.push_back({});
  model.bosId = fakeStart;
  if (begins)
    model.prefixIds = {fakeStart};
  model.eosId = fakeEnd;
  model.endIds = {fakeEnd, fakeEndOfText};
  if (chat)
    model.chatTemplate =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + "
        "'\\n' + "
        "message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if "
        "add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
  auto blob = serializeTokenizer(model);
  if (!blob) {
    std::fprintf(stderr, "fake tokenizer: %s\n", blob.message().c_str());
    std::abort();
  }
  return *blob;
}

Sections llmrt::test::fakeSections() {
  auto weights = fakeWeights();
  return {{reinterpret_cast<const char *>(weights.data()), weights.size()},
          fakeTokenizer(),
          R"({"name": "fake", "architecture": "hash"})",
          /*devices=*/{}};
}

TemporaryFile::TemporaryFile(const std::string &bytes, const char *name) {
  folder =
      (std::filesystem::temp_directory_path() / "llmrt-test-XXXXXX").string();
  if (!mkdtemp(folder.data()))
    std::abort();
  filePath = folder + "/" + name;
  if (!bytes.empty())
    std::ofstream(filePath, std::ios::binary) << bytes;
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

std::string TemporaryFile::read() const {
  std::ostringstream text;
  text << std::ifstream(filePath, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> TemporaryFile::neighbours() const {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  return names;
}

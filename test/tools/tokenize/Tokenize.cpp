//===- Tokenize.cpp - the tokenizer as a filter ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   llmrt-tokenize --hf DIR | --gguf-fields FILE [--no-add-special]
//                  [--special-as-text] [--skip-special] [--stats]
//
// stdin: records of a uint32 length and that many bytes of text. stdout, per
// record: a uint32 count and that many int32 ids, then a uint32 length and the
// bytes that the ids decode to. Every run goes through the artifact's blob.
// --hf reads tokenizer.json and, if there, tokenizer_config.json of a folder;
// --gguf-fields reads a JSON dump of a GGUF file's tokenizer keys.
//===----------------------------------------------------------------------===//
#include "llmrt/Tokenizer.h"
#include "llmrt/TokenizerModel.h"

#include <nlohmann/json.hpp>

#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

using namespace llmrt;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

struct Arguments {
  std::string huggingFace;
  std::string ggufFields;
  std::string sentencePiece;
  EncodeOptions encode;
  bool skipSpecial = false;
  bool stats = false;
};

double millisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin)
      .count();
}

[[noreturn]] void fail(const std::string &message, int code = 1) {
  std::fprintf(stderr, "llmrt-tokenize: %s\n", message.c_str());
  std::exit(code);
}

std::string readFile(const std::string &path, bool optional = false) {
  std::ifstream in(path, std::ios::binary);
  if (!in && !optional)
    fail("cannot read '" + path + "'");
  return {std::istreambuf_iterator<char>(in), {}};
}

Arguments parseArguments(int argc, char **argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    if (flag == "--hf" && i + 1 < argc)
      arguments.huggingFace = argv[++i];
    else if (flag == "--gguf-fields" && i + 1 < argc)
      arguments.ggufFields = argv[++i];
    else if (flag == "--model" && i + 1 < argc)
      arguments.sentencePiece = argv[++i];
    else if (flag == "--no-add-special")
      arguments.encode.addSpecial = false;
    else if (flag == "--special-as-text")
      arguments.encode.parseSpecial = false;
    else if (flag == "--skip-special")
      arguments.skipSpecial = true;
    else if (flag == "--stats")
      arguments.stats = true;
    else
      fail("unknown argument '" + flag + "'", 2);
  }
  if (arguments.huggingFace.empty() + arguments.ggufFields.empty() +
          arguments.sentencePiece.empty() !=
      2)
    fail("wants one of --hf DIR, --gguf-fields FILE and --model FILE", 2);
  return arguments;
}

Expected<TokenizerModel> readGgufFields(const std::string &path) {
  Json json = Json::parse(readFile(path));
  GgufTokenizerFields fields;
  fields.model = json.at("model");
  fields.pre = json.value("pre", "");
  fields.tokens = json.at("tokens").get<std::vector<std::string>>();
  fields.tokenTypes = json.at("token_type").get<std::vector<int32_t>>();
  fields.scores = json.value("scores", std::vector<float>());
  fields.merges = json.value("merges", std::vector<std::string>());
  fields.bosId = json.value("bos_token_id", -1);
  fields.eosId = json.value("eos_token_id", -1);
  fields.padId = json.value("padding_token_id", -1);
  fields.unknownId = json.value("unknown_token_id", -1);
  fields.separatorId = json.value("seperator_token_id", -1);
  fields.addBos = json.value("add_bos_token", -1);
  fields.addEos = json.value("add_eos_token", -1);
  fields.addSpacePrefix = json.value("add_space_prefix", -1);
  fields.chatTemplate = json.value("chat_template", "");
  return buildGgufTokenizer(fields);
}

Expected<TokenizerModel> readModel(const Arguments &arguments) {
  if (!arguments.ggufFields.empty())
    return readGgufFields(arguments.ggufFields);
  if (!arguments.sentencePiece.empty())
    return parseSentencePiece(readFile(arguments.sentencePiece), "");
  return parseHuggingFaceTokenizer(
      readFile(arguments.huggingFace + "/tokenizer.json"),
      readFile(arguments.huggingFace + "/tokenizer_config.json",
               /*optional=*/true));
}

bool readWord(uint32_t &value) {
  return std::fread(&value, sizeof value, 1, stdin) == 1;
}

void writeWord(uint32_t value) { std::fwrite(&value, sizeof value, 1, stdout); }

void runRecord(const Tokenizer &tokenizer, const Arguments &arguments,
               const std::string &text) {
  Expected<std::vector<int32_t>> ids = tokenizer.encode(text, arguments.encode);
  if (!ids)
    fail(ids.message());
  Expected<std::string> decoded = tokenizer.decode(*ids, arguments.skipSpecial);
  if (!decoded)
    fail(decoded.message());
  writeWord(uint32_t(ids->size()));
  std::fwrite(ids->data(), sizeof(int32_t), ids->size(), stdout);
  writeWord(uint32_t(decoded->size()));
  std::fwrite(decoded->data(), 1, decoded->size(), stdout);
}

} // namespace

int main(int argc, char **argv) {
  Arguments arguments = parseArguments(argc, argv);
  Expected<TokenizerModel> model = readModel(arguments);
  if (!model)
    fail(model.message());
  Expected<std::string> blob = serializeTokenizer(*model);
  if (!blob)
    fail(blob.message());

  size_t heapBefore = mallinfo2().uordblks;
  Clock::time_point begin = Clock::now();
  Expected<Tokenizer> tokenizer =
      Tokenizer::open(std::as_bytes(std::span(*blob)));
  if (!tokenizer)
    fail(tokenizer.message());
  double openTime = millisecondsSince(begin);
  size_t heap = mallinfo2().uordblks - heapBefore;

  size_t bytes = 0;
  begin = Clock::now();
  for (uint32_t length; readWord(length);) {
    std::string text(length, '\0');
    if (std::fread(text.data(), 1, length, stdin) != length)
      fail("stdin ends within a record");
    bytes += length;
    runRecord(*tokenizer, arguments, text);
  }
  if (arguments.stats)
    std::fprintf(
        stderr,
        "blob %zu bytes, open %.3f ms and %zu bytes of heap, %zu bytes "
        "in %.1f ms\n",
        blob->size(), openTime, heap, bytes, millisecondsSince(begin));
  return 0;
}

//===- MeasureTest.cpp - bench, eval and info -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AppTesting.h"
#include "Tolerances.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <map>

using namespace llmrt;
using namespace llmrt::test;
using Json = nlohmann::json;

namespace {

Json jsonOf(const Outcome &result) {
  EXPECT_EQ(result.code, 0) << result.err;
  Json json = Json::parse(result.out, nullptr, false);
  EXPECT_TRUE(json.is_object()) << result.out;
  return json;
}

TEST(Bench, reportsSpeedAndMemory) {
  Json json =
      jsonOf(FakeApp()({"bench", "-p", "100", "-n", "10", "-d", "20", "-b", "3",
                        "-r", "2", "--threads", "2", "--json"}));
  for (const char *key : {"prefill_tokens_per_s", "decode_tokens_per_s",
                          "decode_sampled_tokens_per_s",
                          "time_to_first_token_s", "peak_memory_bytes"}) {
    ASSERT_TRUE(json[key].is_number()) << key;
    EXPECT_GT(json[key].get<double>(), 0) << key;
  }
  EXPECT_EQ(json["threads"], 2);
}

/// Rows of prompts take a route of their own: what decodes must not be one.
TEST(Bench, decodesRowsThatAreGenerated) {
  static int64_t rows[2]; // by phase
  LlmrtVariant spy = llmrt_model.variants[1];
  spy.step = [](const LlmrtStep *step, int64_t worker, int64_t workers) {
    for (int64_t i = 0; worker == 0 && i < step->rangeCount; ++i)
      rows[step->ranges[i].phase == LLMRT_PHASE_GENERATED] +=
          step->ranges[i].rows;
    llmrt_model.variants[1].step(step, worker, workers);
  };
  LlmrtModel model = llmrt_model;
  model.variants = &spy;
  model.variantCount = 1;
  FakeApp app(fakeSections(), model);
  ASSERT_EQ(app({"bench", "-p", "7", "-n", "5", "-r", "1"}).code, 0);
  // Once to warm up; tokens with sampling and without.
  EXPECT_EQ(rows[0], 2 * 7);
  EXPECT_EQ(rows[1], 2 * 2 * 5);
}

/// Three sequences of 100 tokens behind 20 make four steps of at most 96 rows; a
/// row sees all tokens up to itself, at most 110.
TEST(Bench, profilesEachKernel) {
  Json json = jsonOf(FakeApp()({"bench", "-p", "100", "-n", "10", "-d", "20",
                                "-b", "3", "-r", "1", "--profile", "--json"}));
  std::map<std::string, Json> prefill, decode;
  for (const Json &kernel : json["prefill_kernels"]["kernels"])
    prefill[kernel["kernel"]] = kernel;
  for (const Json &kernel : json["decode_kernels"]["kernels"])
    decode[kernel["kernel"]] = kernel;
  const int64_t steps = 4, keys = 3 * (90 * (21 + 110) / 2 + 10 * 110);
  EXPECT_EQ(json["prefill_kernels"]["steps"], steps);
  EXPECT_EQ(json["prefill_kernels"]["rows"], 300);
  EXPECT_EQ(prefill["write_keys"]["calls"], 2 * steps);
  EXPECT_EQ(prefill["write_keys"]["bytes"], 2 * (steps * 5000 + 300 * 70));
  EXPECT_EQ(prefill["write_keys"]["operations"], 2 * 300 * 11);
  EXPECT_EQ(prefill["attend"]["bytes"], 2 * (300 * 3 + keys * 8));
  EXPECT_EQ(prefill["attend"]["operations"], 2 * keys * 2);
  EXPECT_EQ(prefill["write_logits"]["calls"], steps);
  EXPECT_EQ(prefill["write_logits"]["operations"], 3 * 600);
  EXPECT_EQ(json["decode_kernels"]["steps"], 10);
  EXPECT_EQ(decode["write_logits"]["bytes"], 10 * 900 + 30 * 40);
  for (const auto &[name, kernel] : decode)
    EXPECT_GT(kernel["seconds"].get<double>(), 0) << name;
}

TEST(Bench, aProfileIsATableForEachTest) {
  Outcome both = FakeApp()({"bench", "-p", "9", "-n", "2", "--profile"});
  EXPECT_EQ(both.code, 0) << both.err;
  for (const char *text :
       {"\nprefill: 1 steps, 9 rows\n",
        "\ndecode with sampling: 2 steps, 2 rows\n", "\nattend "})
    EXPECT_NE(both.out.find(text), std::string::npos) << both.out;
  Outcome one = FakeApp()({"bench", "-p", "0", "-n", "2", "--profile"});
  EXPECT_EQ(one.out.find("\nprefill: "), std::string::npos) << one.out;
}

TEST(Bench, whatIsNotMeasuredIsNull) {
  FakeApp app;
  Json json = jsonOf(app({"bench", "-p", "0", "-n", "4", "-r", "1", "--json"}));
  EXPECT_TRUE(json["prefill_tokens_per_s"].is_null());
  EXPECT_TRUE(json["decode_tokens_per_s"].is_number());
  json = jsonOf(app({"bench", "-p", "4", "-n", "0", "-r", "1", "--json"}));
  EXPECT_TRUE(json["decode_tokens_per_s"].is_null());
  EXPECT_TRUE(json["decode_sampled_tokens_per_s"].is_null());
  EXPECT_EQ(app({"bench", "-p", "0", "-n", "0"}).code, 1);
}

TEST(Bench, moreThreadsThanProcessorsRunWithAWarning) {
  const int64_t processors = ThreadPool::availableProcessors();
  auto bench = [](int64_t threads) {
    return FakeApp()({"bench", "-p", "4", "-n", "4", "-r", "1", "--json", "-t",
                      std::to_string(threads)});
  };
  Outcome many = bench(processors + 1);
  EXPECT_EQ(jsonOf(many)["threads"], processors + 1);
  EXPECT_EQ(many.err.find("warning: " + std::to_string(processors + 1) +
                          " threads on " + std::to_string(processors) +
                          " processors"),
            0u)
      << many.err;
  EXPECT_EQ(many.err.find("warning", 1), std::string::npos) << many.err;
  EXPECT_EQ(bench(processors).err, "");
}

TEST(Bench, refusesMoreThanTheContext) {
  Outcome result = FakeApp()({"bench", "-p", "200", "-d", "400"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "error: depth and tokens need a context of 600: this "
                        "program was compiled for 512 at most; lower -d, -p or "
                        "-n\n");
}

/// The perplexity of the second halves, by its definition.
double expectedPerplexity(const std::vector<int32_t> &ids, size_t context,
                          size_t windows) {
  double sum = 0;
  size_t count = 0;
  for (size_t w = 0; w < windows; ++w)
    for (size_t i = context / 2; i + 1 < context; ++i, ++count) {
      auto logits = expectedLogits(std::span(ids).subspan(w * context, i + 1));
      double all = 0;
      for (float logit : logits)
        all += std::exp(static_cast<double>(logit));
      sum += std::log(all) - logits[ids[w * context + i + 1]];
    }
  return std::exp(sum / static_cast<double>(count));
}

TEST(Eval, scoresTheSecondHalfOfEachWindow) {
  std::string text;
  for (int32_t token : someTokens(1000))
    text += static_cast<char>('a' + token % 26);
  TemporaryFile file(text);
  FakeApp app;
  Json json = jsonOf(app({"eval", "--text", file.path(), "--context", "300",
                          "--json", "--threads", "2"}));
  EXPECT_EQ(json["tokens"], 3 * 149);
  EXPECT_NEAR(json["perplexity"].get<double>(),
              expectedPerplexity(bytesOf(text), 300, 3),
              llmc::test::tolerance::perplexity);
  Outcome two = app({"eval", "--text", file.path(), "--context", "300",
                     "--windows", "2", "--json"});
  EXPECT_EQ(jsonOf(two)["tokens"], 2 * 149);
  EXPECT_NEAR(jsonOf(two)["perplexity"].get<double>(),
              expectedPerplexity(bytesOf(text), 300, 2),
              llmc::test::tolerance::perplexity);
  EXPECT_NE(two.err.find("window 2 of 2"), std::string::npos);
}

/// As texts of the model do: the first token of a window gives way to BOS.
TEST(Eval, windowsBeginWithBos) {
  Sections sections = fakeSections();
  sections.tokenizer = fakeTokenizer(/*chat=*/true, /*begins=*/true);
  std::string text;
  for (int32_t token : someTokens(1000))
    text += static_cast<char>('a' + token % 26);
  TemporaryFile file(text);
  Json json = jsonOf(FakeApp(sections)(
      {"eval", "--text", file.path(), "--context", "300", "--json"}));
  std::vector<int32_t> ids = bytesOf(text);
  ids.insert(ids.begin(), fakeStart);
  for (size_t at = 0; at < ids.size(); at += 300)
    ids[at] = fakeStart;
  EXPECT_EQ(json["text_tokens"], 1001);
  EXPECT_NEAR(json["perplexity"].get<double>(), expectedPerplexity(ids, 300, 3),
              llmc::test::tolerance::perplexity);
}

TEST(Eval, aTextWithoutAWindowIsAnError) {
  TemporaryFile file("short");
  FakeApp app;
  EXPECT_NE(app({"eval", "--text", file.path()})
                .err.find("has 5 tokens: one window needs 512"),
            std::string::npos);
  EXPECT_NE(
      app({"eval", "--text", file.path(), "--context", "4", "--windows", "3"})
          .err.find("has 1 windows of 4 tokens: 3 were asked for"),
      std::string::npos);
}

TEST(Info, saysWhatTheProgramHolds) {
  FakeApp app;
  Json json =
      jsonOf(app({"info", "--json", "--batch", "2", "--context", "128"}));
  EXPECT_EQ(json["model"]["name"], "fake");
  EXPECT_EQ(json["vocabulary"], 259);
  EXPECT_EQ(json["memory"]["kv_bytes"], 2 * 2 * 1024);
  EXPECT_EQ(json["memory"]["pages"], 4);
  EXPECT_EQ(json["sections"].size(), 4u);
  EXPECT_EQ(json["chat_template"], true);
  Outcome text = app({"info", "--verify"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_NE(text.out.find("name: fake\n"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("checksums: as written\n"), std::string::npos)
      << text.out;
}

TEST(Info, verifyFindsAChangedByte) {
  std::string bytes = programBytes(fakeSections());
  bytes[artifactOffset(bytes) + LLMRT_SECTION_ALIGN + 100] ^= 1;
  TemporaryFile changed(bytes), out, err;
  int descriptors[] = {open(out.path().c_str(), O_WRONLY | O_CREAT, 0600),
                       open(err.path().c_str(), O_WRONLY | O_CREAT, 0600)};
  app::Host host;
  host.artifact = changed.path(), host.model = &llmrt_model;
  host.out = descriptors[0], host.err = descriptors[1];
  const char *argv[] = {"app", "info", "--verify"};
  EXPECT_EQ(app::runApp(3, argv, host), 1);
  EXPECT_NE(
      err.read().find("section weights of 8192 bytes has another checksum"),
      std::string::npos)
      << err.read();
  close(descriptors[0]), close(descriptors[1]);
}

TEST(Info, brokenModelDescriptionIsAnError) {
  Sections sections = fakeSections();
  sections.info = "{\"name\": ";
  EXPECT_NE(
      FakeApp(sections)({"info"}).err.find("info section: not a JSON object"),
      std::string::npos);
}

TEST(Info, deepNestingIsAnError) {
  Sections sections = fakeSections();
  sections.info =
      "{\"a\": " + std::string(500000, '[') + std::string(500000, ']') + "}";
  Outcome result = FakeApp(sections)({"info"});
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("brackets nest too deeply"), std::string::npos);
}

TEST(Info, controlCharactersAreNotPrinted) {
  Sections sections = fakeSections();
  sections.info = R"({"name": "a\u001b[31mb\nc [[[[\"{"})";
  Outcome result = FakeApp(sections)({"info"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("name: a\\x1b[31mb c [[[["), std::string::npos);
}

TEST(Info, namesTheFilesOfTheModel) {
  Sections sections = fakeSections();
  sections.info = R"({"model_files": [{"file": "a.gguf", "bytes": 94200000,
                      "sha256": "c0ffee"}, 3]})";
  Outcome result = FakeApp(sections)({"info"});
  EXPECT_NE(result.out.find("made of: a.gguf, 94.2 MB, SHA-256 c0ffee\n"),
            std::string::npos)
      << result.out << result.err;
}

TEST(Info, hasALineForEachWayOfRounding) {
  Sections sections = fakeSections();
  sections.info = R"({"rounding": ["inputs of 7 products: f32", 3]})";
  Outcome result = FakeApp(sections)({"info"});
  EXPECT_NE(
      result.out.find("rounding: inputs of 7 products: f32\nrounding: 3\n"),
      std::string::npos)
      << result.out << result.err;
}

TEST(Version, namesTheModelTheOptionsAndTheCompiler) {
  Sections sections = fakeSections();
  sections.info = R"json({"name": "Fake\u001b[1m", "architecture": "llama",
    "llmc_version": "1.2.3 (c0ffee)", "activations": "i8", "weights": "keep",
    "kv": "f16", "cpu": "avx2"})json";
  Outcome result = FakeApp(sections)({"--version"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out.substr(0, result.out.find("llmrt")),
            "Fake\\x1b[1m (llama), compiled by llmc 1.2.3 (c0ffee)\n"
            "activations i8, weights keep, cache f16, cpu avx2, up to 512 "
            "positions and 8 sequences\n");
}

TEST(Version, isKnownWithoutAModel) {
  TemporaryFile file("just a program"), out;
  app::Host host;
  host.artifact = file.path(), host.model = &llmrt_model;
  host.out = open(out.path().c_str(), O_WRONLY | O_CREAT, 0600);
  const char *argv[] = {"app", "-V"};
  EXPECT_EQ(app::runApp(2, argv, host), 0);
  EXPECT_NE(out.read().find("has no model"), std::string::npos) << out.read();
  close(host.out);
}

TEST(Licenses, areTheModelsAndOfWhatCameWithIt) {
  Sections sections = fakeSections();
  sections.info = R"({"name": "Fake", "license": "apache-2.0"})";
  Outcome result = FakeApp(sections)({"--licenses"});
  EXPECT_EQ(result.code, 0) << result.err;
  for (const char *part :
       {"The model in this program, Fake: license apache-2.0, as its files say",
        "PCRE2", "University of Cambridge", "Niels Lohmann", "Yann Collet",
        "University of Cincinnati", "Unicode, Inc.", "SLJIT", "libstdc++"})
    EXPECT_NE(result.out.find(part), std::string::npos) << part;
  EXPECT_NE(FakeApp()({"--licenses"}).out.find("files name no license"),
            std::string::npos);
}

} // namespace

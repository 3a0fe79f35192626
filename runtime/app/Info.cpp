//===- Info.cpp - what a compiled program holds ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Description.h"
#include "Report.h"

#include "llmrt/Console.h"
#include "llmrt/Cpu.h"

using namespace llmrt;
using namespace llmrt::app;

Json app::sectionsOf(const Artifact &artifact) {
  Json sections = Json::array();
  for (const LlmrtSection &section : artifact.sections())
    sections.push_back({{"kind", sectionName(section.kind)},
                        {"offset", section.offset},
                        {"bytes", section.bytes}});
  return sections;
}

static std::string_view deviceOf(const LlmrtVariant &variant) {
  return deviceName(variant.device == LLMRT_DEVICE_CUDA ? Device::Cuda
                                                        : Device::Cpu);
}

/// "avx2 avx512", or "compute capability 8.0 or later".
static std::string needsOf(const LlmrtVariant &variant) {
  if (variant.device != LLMRT_DEVICE_CUDA)
    return cpuFeatureNames(variant.features);
  const auto capability = static_cast<uint32_t>(variant.features);
  return "compute capability " + std::to_string(capability / 10) + "." +
         std::to_string(capability % 10) +
         (variant.features & LLMRT_CUDA_EXACT ? "" : " or later");
}

Json app::variantsOf(const LlmrtModel &model) {
  Json variants = Json::array();
  for (uint32_t i = 0; i < model.variantCount; ++i)
    variants.push_back({{"name", model.variants[i].name},
                        {"device", deviceOf(model.variants[i])},
                        {"features", needsOf(model.variants[i])}});
  return variants;
}

static std::string textLine(const std::string &name, const std::string &value) {
  return name + ": " + value + "\n";
}

std::string app::describeFacts(const Json &info) {
  std::string text;
  for (const auto &[key, value] : info.items())
    if (key == "model_files")
      for (const Json &file : value)
        text += textLine("made of", describeFile(file));
    else if (key == "rounding")
      for (const Json &line : value)
        text += textLine(key, asLine(line));
    else if (value != "") // an option that nobody set
      text += textLine(asLine(key), asLine(value));
  return text;
}

std::string app::describeCode(const Application &program) {
  std::string text;
  const LlmrtModel &model = program.model();
  for (uint32_t i = 0; i < model.variantCount; ++i)
    text +=
        textLine("variant", std::string(model.variants[i].name) + " (needs " +
                                needsOf(model.variants[i]) + ")");
  text += textLine("this processor", cpuFeatureNames(cpuFeatures()));
  for (const LlmrtSection &section : program.artifact().sections())
    text += textLine("section " + std::string(sectionName(section.kind)),
                     formatBytes(section.bytes));
  return text;
}

static Json contractOf(const MemoryContract &contract,
                       const EngineOptions &options) {
  return {{"batch", options.batch},
          {"context", options.context},
          {"rows_per_step", options.rowsPerStep},
          {"logit_rows", options.logitRows},
          {"pages", options.pages},
          {"weight_bytes", contract.weights},
          {"kv_bytes", contract.kv},
          {"arena_bytes", contract.arena},
          {"table_bytes", contract.tables},
          {"logit_bytes", contract.logits},
          {"fixed_bytes", contract.fixed},
          {"device_bytes", contract.device},
          {"total_bytes", contract.total()}};
}

/// Of each cache the positions that its layers see, and its pages.
static Json jsonOfCaches(const KvGeometry &geometry) {
  Json caches = Json::array();
  for (const PoolGeometry &pool : geometry.pools)
    caches.push_back({{"window", pool.window},
                      {"pages", pool.pages},
                      {"page_bytes", pool.bytesPerPage}});
  return caches;
}

static std::string describeCaches(const KvGeometry &geometry) {
  std::string text;
  for (const PoolGeometry &pool : geometry.pools)
    text += textLine(pool.window ? "cache (window of " +
                                       std::to_string(pool.window) + ")"
                                 : "cache",
                     std::to_string(pool.pages) + " pages of " +
                         std::to_string(LLMRT_PAGE_TOKENS) + " tokens, " +
                         formatBytes(pool.bytes()));
  return text;
}

/// Where it would run, and why not elsewhere.
static Json placeOf(const Expected<RunPlace> &place) {
  if (!place)
    return {{"error", place.message()}};
  Json json = {{"device", deviceName(place->device)},
               {"variant", place->variant->name}};
  if (!place->name.empty())
    json["name"] = place->name;
  if (!place->notice.empty())
    json["notice"] = place->notice;
  return json;
}

static std::string describePlace(const Expected<RunPlace> &place) {
  if (!place)
    return "nowhere: " + place.message();
  return std::string(place->variant->name) + " on " +
         (place->name.empty() ? "this processor" : asLine(place->name)) +
         (place->notice.empty() ? "" : ": " + place->notice);
}

static std::string jsonReport(const Application &program, const Json &info,
                              const Expected<RunPlace> &place,
                              const EngineOptions &options, bool verified) {
  const LlmrtModel &model = program.model();
  Json all = {{"model", info},
              {"loaded_bytes", program.artifact().loadedBytes()},
              {"sections", sectionsOf(program.artifact())},
              {"variants", variantsOf(model)},
              {"cpu_features", cpuFeatureNames(cpuFeatures())},
              {"runs_on", placeOf(place)},
              {"vocabulary", model.vocabulary},
              {"context_length", model.contextLength},
              {"max_context", model.maxContext},
              {"max_batch", model.maxBatch},
              {"rows_per_step", model.rowsPerStep},
              {"tokenizer", program.hasTokenizer()},
              {"chat_template", program.hasChatTemplate()},
              {"memory", contractOf(memoryContract(model, options), options)},
              {"caches", jsonOfCaches(kvGeometry(model, options))}};
  if (verified)
    all["verified"] = true;
  return all.dump(2, ' ', false, Json::error_handler_t::replace);
}

static std::string textReport(const Application &program, const Json &info,
                              const Expected<RunPlace> &place,
                              const EngineOptions &options, bool verified) {
  const LlmrtModel &model = program.model();
  std::string text = describeFacts(info);
  auto line = [&text](const char *name, const std::string &value) {
    text += textLine(name, value);
  };
  if (!info.contains("vocabulary"))
    line("vocabulary", std::to_string(model.vocabulary));
  line("context", std::to_string(model.maxContext) + " of " +
                      std::to_string(model.contextLength));
  line("batch", "up to " + std::to_string(model.maxBatch));
  line("rows per step", "up to " + std::to_string(model.rowsPerStep));
  text += describeCode(program);
  line("runs on", describePlace(place));
  line("tokenizer", program.hasTokenizer() ? "yes" : "none");
  line("chat template", program.hasChatTemplate() ? "yes" : "none");
  text += textLine("memory (batch " + std::to_string(options.batch) +
                       ", context " + std::to_string(options.context) + ")",
                   describeContract(memoryContract(model, options)));
  text += describeCaches(kvGeometry(model, options));
  if (verified)
    line("checksums", "as written");
  return text;
}

Status app::info(Application &program, const InfoOptions &options) {
  auto info = modelInfo(program);
  if (!info)
    return info.status();
  if (program.isFunction())
    return functionInfo(program, options, *info);
  const auto place = choosePlace(program.model(), options.device);
  auto resolved = resolveOptions(
      program.model(), {.batch = options.batch,
                        .context = options.context,
                        .otherBytes = program.otherBytes(),
                        .device = place ? place->device : options.device});
  if (!resolved)
    return resolved.status();
  if (options.verify)
    if (Status status = program.verify(); !status)
      return status;
  return program.out.write(
      options.json
          ? jsonReport(program, *info, place, *resolved, options.verify) + "\n"
          : textReport(program, *info, place, *resolved, options.verify));
}

//===- Info.cpp - what a compiled program holds ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Report.h"

#include "llmrt/Cpu.h"

#include <nlohmann/json.hpp>

using namespace llmrt;
using namespace llmrt::app;

using Json = nlohmann::ordered_json;

/// Whether brackets nest no deeper than a description ever does; printing JSON
/// is recursive.
static bool isShallow(std::string_view json) {
  constexpr int mostDepth = 32;
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < json.size(); ++i) {
    if (inString && json[i] == '\\')
      ++i;
    else if (json[i] == '"')
      inString = !inString;
    else if (!inString && (json[i] == '[' || json[i] == '{'))
      ++depth;
    else if (!inString && (json[i] == ']' || json[i] == '}'))
      --depth;
    if (depth > mostDepth)
      return false;
  }
  return true;
}

/// What the compiler wrote about the model.
static Expected<Json> modelInfo(const Application &program) {
  if (program.infoJson().empty())
    return Json::object();
  if (!isShallow(program.infoJson()))
    return Status::error(program.artifact().path() +
                         ": info section: brackets nest too deeply");
  Json info =
      Json::parse(program.infoJson(), nullptr, /*allow_exceptions=*/false);
  if (!info.is_object())
    return Status::error(program.artifact().path() +
                         ": info section: not a JSON object");
  return info;
}

static Json sectionsOf(const Artifact &artifact) {
  Json sections = Json::array();
  for (const LlmrtSection &section : artifact.sections())
    sections.push_back({{"kind", sectionName(section.kind)},
                        {"offset", section.offset},
                        {"bytes", section.bytes}});
  return sections;
}

static Json variantsOf(const LlmrtModel &model) {
  Json variants = Json::array();
  for (uint32_t i = 0; i < model.variantCount; ++i)
    variants.push_back(
        {{"name", model.variants[i].name},
         {"features", cpuFeatureNames(model.variants[i].features)}});
  return variants;
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
          {"total_bytes", contract.total()}};
}

static std::string jsonReport(const Application &program, const Json &info,
                              const EngineOptions &options, bool verified) {
  const LlmrtModel &model = program.model();
  Json all = {{"model", info},
              {"file_bytes", program.artifact().fileBytes()},
              {"sections", sectionsOf(program.artifact())},
              {"variants", variantsOf(model)},
              {"cpu_features", cpuFeatureNames(cpuFeatures())},
              {"vocabulary", model.vocabulary},
              {"context_length", model.contextLength},
              {"max_context", model.maxContext},
              {"max_batch", model.maxBatch},
              {"rows_per_step", model.rowsPerStep},
              {"tokenizer", program.hasTokenizer()},
              {"chat_template", program.hasChatTemplate()},
              {"memory", contractOf(memoryContract(model, options), options)}};
  if (verified)
    all["verified"] = true;
  return all.dump(2, ' ', false, Json::error_handler_t::replace);
}

/// A line's value: control characters are no part of one.
static std::string printable(const Json &value) {
  std::string text =
      value.is_string()
          ? value.get<std::string>()
          : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (char &c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return text;
}

static std::string textReport(const Application &program, const Json &info,
                              const EngineOptions &options, bool verified) {
  const LlmrtModel &model = program.model();
  std::string text;
  auto line = [&text](const std::string &name, const std::string &value) {
    text += name + ": " + value + "\n";
  };
  for (const auto &[key, value] : info.items())
    line(printable(key), printable(value));
  line("vocabulary", std::to_string(model.vocabulary));
  line("context", std::to_string(model.maxContext) + " of " +
                      std::to_string(model.contextLength));
  line("batch", "up to " + std::to_string(model.maxBatch));
  line("rows per step", "up to " + std::to_string(model.rowsPerStep));
  for (uint32_t i = 0; i < model.variantCount; ++i)
    line("variant", std::string(model.variants[i].name) + " (needs " +
                        cpuFeatureNames(model.variants[i].features) + ")");
  line("this processor", cpuFeatureNames(cpuFeatures()));
  for (const LlmrtSection &section : program.artifact().sections())
    line("section " + std::string(sectionName(section.kind)),
         std::to_string(section.bytes) + " bytes at " +
             std::to_string(section.offset));
  line("tokenizer", program.hasTokenizer() ? "yes" : "none");
  line("chat template", program.hasChatTemplate() ? "yes" : "none");
  line("memory (batch " + std::to_string(options.batch) + ", context " +
           std::to_string(options.context) + ")",
       describeContract(memoryContract(model, options)));
  if (verified)
    line("checksums", "as written");
  return text;
}

Status app::info(Application &program, const InfoOptions &options) {
  auto info = modelInfo(program);
  if (!info)
    return info.status();
  auto resolved =
      resolveOptions(program.model(), {.batch = options.batch,
                                       .context = options.context,
                                       .otherBytes = program.otherBytes()});
  if (!resolved)
    return resolved.status();
  if (options.verify)
    if (Status status = program.artifact().verify(); !status)
      return status;
  return program.out.write(
      options.json
          ? jsonReport(program, *info, *resolved, options.verify) + "\n"
          : textReport(program, *info, *resolved, options.verify));
}

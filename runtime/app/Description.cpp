//===- Description.cpp - what the compiler wrote about the model ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Description.h"

#include "llmrt/Console.h"
#include "llmrt/Licenses.h"

using namespace llmrt;
using namespace llmrt::app;

std::string app::asLine(const Json &value) {
  std::string text =
      value.is_string()
          ? value.get<std::string>()
          : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (char &c : text)
    if (c == '\n' || c == '\t')
      c = ' ';
  return printable(text);
}

std::string app::describeFile(const Json &file) {
  auto part = [&](const char *key) {
    return file.is_object() && file.contains(key) ? file[key] : Json();
  };
  const Json bytes = part("bytes");
  return asLine(part("file")) + ", " +
         (bytes.is_number_unsigned() ? formatBytes(bytes.get<uint64_t>())
                                     : "size unknown") +
         ", SHA-256 " + asLine(part("sha256"));
}

/// The value of a key as one line; `otherwise` where there is none.
static std::string valueOf(const Json &info, const char *key,
                           const std::string &otherwise) {
  return info.contains(key) ? asLine(info[key]) : otherwise;
}

/// What the compiler was asked.
static std::string describeOptions(const Application &program,
                                   const Json &info) {
  const std::string cpu = "cpu " + valueOf(info, "cpu", "?");
  if (program.isFunction())
    return "a function, " + cpu;
  return "activations " + valueOf(info, "activations", "?") + ", weights " +
         valueOf(info, "weights", "?") + ", cache " + valueOf(info, "kv", "?") +
         ", " + cpu + ", up to " + std::to_string(program.model().maxContext) +
         " positions and " + std::to_string(program.model().maxBatch) +
         " sequences";
}

std::string app::describeVersion(const Application &program) {
  auto known = modelInfo(program);
  const Json info = known ? *known : Json::object();
  const std::string compiler = valueOf(info, "llmc_version", "");
  return valueOf(info, "name", "a model without a name") + " (" +
         valueOf(info, "architecture", "unknown architecture") +
         "), compiled by llmc" + (compiler.empty() ? "" : " " + compiler) +
         "\n" + describeOptions(program, info) +
         "\nllmrt " LLMRT_VERSION ", layout " +
         std::to_string(LLMRT_ABI_VERSION);
}

std::string app::describeLicenses(const Application &program) {
  auto known = modelInfo(program);
  const Json info = known ? *known : Json::object();
  return "The model in this program, " +
         valueOf(info, "name", "which has no name") + ": " +
         (info.contains("license")
              ? "license " + asLine(info["license"]) + ", as its files say.\n"
              : "its files name no license; ask who published it.\n") +
         "What else is in it:\n\n" + licenses();
}

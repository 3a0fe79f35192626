//===- Program.cpp - a compiled model, opened -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Program.h"

#include <dlfcn.h>
#include <sys/auxv.h>

using namespace llmrt;

/// The file that `model` was loaded from.
static std::string ownFile(const LlmrtModel &model) {
  Dl_info own, program;
  const auto *programHeaders = reinterpret_cast<void *>(getauxval(AT_PHDR));
  // The program's own name may be relative to a folder it has left.
  if (!dladdr(&model, &own) ||
      (dladdr(programHeaders, &program) && own.dli_fbase == program.dli_fbase))
    return "/proc/self/exe";
  return own.dli_fname;
}

Expected<Program> Program::open(const LlmrtModel &model,
                                const std::string &path) {
  const std::string ownPath = ownFile(model);
  auto artifact = Artifact::open(path.empty() ? ownPath : path);
  if (!artifact)
    return artifact.status();
  if (!path.empty())
    // Code without sections of its own was linked into another program.
    if (auto own = Artifact::open(ownPath); own && !artifact->equals(*own))
      return Status::error(path + ": holds another model than the code of " +
                           ownPath + ", which opens only itself");
  Program program(model, std::move(*artifact));
  if (Status status = program.openTokenizer(); !status)
    return status;
  return program;
}

Status Program::openTokenizer() {
  auto blob = file.section(LLMRT_SECTION_TOKENIZER);
  if (blob.empty())
    return Status::ok();
  auto opened = Tokenizer::open(std::as_bytes(blob));
  if (!opened)
    return Status::error(file.path() +
                         ": tokenizer section: " + opened.message());
  words.emplace(std::move(*opened));
  return Status::ok();
}

Expected<const Tokenizer *> Program::needTokenizer() const {
  if (!words)
    return Status::error("this model has no tokenizer");
  return &*words;
}

Expected<std::vector<int32_t>> Program::encode(std::string_view text,
                                               bool addSpecial) const {
  auto needed = needTokenizer();
  if (!needed)
    return needed.status();
  return (*needed)->encode(text, {addSpecial, /*parseSpecial=*/true});
}

std::vector<int32_t> Program::endIds() const {
  if (!words)
    return {};
  auto ids = words->endIds();
  return {ids.begin(), ids.end()};
}

std::string_view Program::infoJson() const {
  auto bytes = file.section(LLMRT_SECTION_INFO);
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

int64_t Program::otherBytes(const SamplerOptions &sampler,
                            int64_t samplers) const {
  return static_cast<int64_t>(file.section(LLMRT_SECTION_TOKENIZER).size()) +
         samplers * samplerBytes(sampler, code->vocabulary);
}

Expected<std::unique_ptr<Engine>>
Program::createEngine(EngineOptions options, const SamplerOptions &sampler,
                      int64_t samplers) const {
  options.otherBytes = otherBytes(sampler, samplers);
  return Engine::create(*code, file.section(LLMRT_SECTION_WEIGHTS), options);
}

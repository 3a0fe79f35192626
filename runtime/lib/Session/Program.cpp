//===- Program.cpp - a compiled model, opened -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Program.h"

#include <cstdio>
#include <dlfcn.h>
#include <fstream>
#include <string>
#include <sys/auxv.h>
#include <vector>

using namespace llmrt;

/// The file that the system mapped at `address`; empty without /proc.
static std::string mappedFile(const void *address) {
  std::ifstream maps("/proc/self/maps");
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  std::string line;
  while (std::getline(maps, line)) {
    uintptr_t begin, end;
    int name = 0;
    if (std::sscanf(line.c_str(), "%zx-%zx %*s %*s %*s %*s %n", &begin, &end,
                    &name) >= 2 &&
        name > 0 && begin <= wanted && wanted < end)
      return line.substr(size_t(name));
  }
  return {};
}

/// Names of the file that this code was loaded from, the surest first.
static std::vector<std::string> ownFiles() {
  Dl_info own, program;
  const auto *programHeaders = reinterpret_cast<void *>(getauxval(AT_PHDR));
  if (!dladdr(&llmrt_artifact, &own))
    return {"/proc/self/exe"};
  std::vector<std::string> names;
  if (!dladdr(programHeaders, &program) || own.dli_fbase == program.dli_fbase) {
    // The link follows the file when it is moved, but names the loader where
    // this was started as `ld-linux-x86-64.so.2 ./app`.
    names.emplace_back("/proc/self/exe");
    names.push_back(mappedFile(&llmrt_artifact));
    if (const auto *started = reinterpret_cast<char *>(getauxval(AT_EXECFN)))
      names.emplace_back(started);
  }
  // May be relative to a folder that the process has left.
  names.emplace_back(own.dli_fname);
  std::erase(names, "");
  return names;
}

Expected<Program> Program::open(const LlmrtModel &model,
                                const std::string &path) {
  auto own = Artifact::loaded();
  auto artifact = path.empty() ? std::move(own) : Artifact::open(path);
  if (!artifact)
    return artifact.status();
  // Code without a model of its own was linked into another program.
  if (!path.empty() && own && !artifact->equals(*own))
    return Status::error(path + ": holds another model than the code of " +
                         own->path() + ", which opens only itself");
  Program program(model, std::move(*artifact));
  if (Status status = program.openTokenizer(); !status)
    return status;
  return program;
}

Status Program::verify() const {
  // In memory the code is relocated and its data written.
  if (file.isFile())
    return file.verify();
  Status first = Status::ok();
  for (const std::string &name : ownFiles()) {
    auto artifact = Artifact::open(name);
    if (artifact && artifact->equals(file))
      return artifact->verify();
    if (first)
      first = artifact ? Status::error(name + ": is not what this program was "
                                              "loaded from")
                       : artifact.status();
  }
  return Status::error(first.message() +
                       ": verifying reads the program's file: do it as a user "
                       "who may read it");
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
  if (text.size() > longestPrompt())
    return promptTooLong(std::to_string(text.size()));
  return (*needed)->encode(text, {addSpecial, /*parseSpecial=*/true});
}

size_t Program::longestPrompt() const {
  return words ? words->longestText(code->maxContext) : 0;
}

Status Program::promptTooLong(const std::string &bytes) const {
  return Status::error(
      "a prompt of " + bytes + " bytes does not fit: the context holds " +
      std::to_string(code->maxContext) + " tokens, which spell at most " +
      std::to_string(longestPrompt()) +
      " bytes; shorten the prompt, or allow a larger context");
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
  ModelSections sections(file.section(LLMRT_SECTION_WEIGHTS));
  sections.images = file.deviceImages();
  sections.isFile = true;
  return Engine::create(*code, sections, options);
}

//===- Description.h - what the compiler wrote about the model --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_DESCRIPTION_H
#define LLMRT_APP_DESCRIPTION_H

#include "App.h"

#include "llmrt/ModelInfo.h"

namespace llmrt::app {

/// A value as part of a line: nothing in it ends the line or commands a
/// terminal.
std::string asLine(const Json &value);

/// A file that the model was read from: name, size, SHA-256.
std::string describeFile(const Json &file);

/// The parts of what `info` says as JSON.
Json sectionsOf(const Artifact &artifact);
Json variantsOf(const LlmrtModel &model);

/// Parts of what it says as text: what the compiler wrote; variants and sections.
std::string describeFacts(const Json &info);
std::string describeCode(const Application &program);

/// `info` of a function program: what it takes and gives.
Status functionInfo(Application &program, const InfoOptions &options,
                    const Json &info);

/// What --version says: model, compiler, options, runtime.
std::string describeVersion(const Application &program);

/// What --licenses says: the model's, and of everything that came with it.
std::string describeLicenses(const Application &program);

} // namespace llmrt::app

#endif // LLMRT_APP_DESCRIPTION_H

//===- NotAModel.h - what a path leads to instead of a model ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nine of ten first tries that fail give something that is no model: a page
// instead of the download, a pointer of git-lfs, a pickle, a name of a web site.
// Each is recognised by its first bytes or its files and told the way from
// there to a model.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_NOTAMODEL_H
#define LLMC_WEIGHTS_NOTAMODEL_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llmc {

/// A path where nothing is: a URL, a name of the Hugging Face Hub, a file that
/// is called a little otherwise.
llvm::Error explainNoSuchModel(llvm::StringRef path);

/// A file that is no GGUF, by its contents.
llvm::Error explainNoModelFile(llvm::StringRef path, llvm::StringRef bytes);

/// A folder without config.json or without *.safetensors, by its files.
llvm::Error explainNoModelFolder(llvm::StringRef folder);

/// What a failed download leaves under the name of any file of a model: nothing,
/// a web page, a pointer of git-lfs. With the remedy; empty if it is none.
std::string describeFailedDownload(llvm::StringRef bytes);

/// What a file is, by its contents, with the remedy; never empty.
std::string describeFile(llvm::StringRef path, llvm::StringRef bytes);

} // namespace llmc

#endif // LLMC_WEIGHTS_NOTAMODEL_H

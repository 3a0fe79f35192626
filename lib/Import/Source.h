//===- Source.h - a model's files, opened and checked -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the architecture builders read, whichever format it came from: tensors
// by name, and either GGUF keys or a config.json.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_SOURCE_H
#define LLMC_LIB_IMPORT_SOURCE_H

#include "HfConfig.h"

#include "llmc/Weights/Files.h"
#include "llmc/Weights/GgufParts.h"
#include "llmc/Weights/WeightStore.h"
#include "llmrt/TokenizerModel.h"

#include <optional>

namespace llmc {

enum class SourceKind { Gguf, HuggingFace, Onnx };

struct Source {
  Source(SourceKind kind, llvm::StringRef path)
      : kind(kind), path(path.str()) {}

  SourceKind kind;
  std::string path;               // as the user gave it
  std::string architecture;       // "llama"
  int64_t maxContext = 0;         // of the program; 0: the model's
  std::string license;            // as the model names it; empty: it does not
  std::vector<std::string> files; // that were read
  std::string name; // what the model calls itself, else the path's last part
  std::optional<GgufFile> gguf;       // of kind Gguf
  std::optional<HfConfig> config;     // of kind HuggingFace
  std::optional<HfConfig> generation; // generation_config.json, where there
  WeightStore weights;
  llvm::StringMap<std::string> fileOfTensor; // sharded folders only
  // Tensor to what it has instead of a type that can be read, as a complaint.
  llvm::StringMap<std::string> unreadable;
  llvm::StringSet<> meaningless; // tensors that change nothing
  std::optional<llmrt::TokenizerModel> tokenizer;
  // Of a graph, which may have no use for it: why it has none though files do.
  std::string unreadableTokenizer;
  // What was read otherwise than the files say, for people.
  std::vector<std::string> warnings;

  void warn(const llvm::Twine &place, const llvm::Twine &message);

  /// The file that holds a tensor, for errors.
  llvm::StringRef fileOf(llvm::StringRef tensor) const;
};

/// Whether a Hugging Face model that ties its head has an `lm_head.weight` that
/// is not the same as the embedding table: a fine-tune or a merge that untied
/// them. Such a head is used, with a warning. False without either tensor.
bool hasOtherHead(Source &source, llvm::StringRef table);

/// `preTokenizer`: counts instead of tokenizer.ggml.pre, unless empty.
llvm::Expected<Source> openGguf(llvm::StringRef path,
                                mlir::MLIRContext &context,
                                llvm::StringRef preTokenizer);
/// The same of files that are open already.
llvm::Expected<Source> readOpenedGguf(OpenedGguf opened, llvm::StringRef path,
                                      mlir::MLIRContext &context,
                                      llvm::StringRef preTokenizer);
llvm::Expected<Source> openHuggingFace(llvm::StringRef folder,
                                       mlir::MLIRContext &context);

/// Reads what says nothing of weights from a folder, as far as it is there:
/// tokenizer.json (else tokenizer.model or vocab.txt), tokenizer_config.json,
/// chat_template.jinja and generation_config.json. With a config the tokens that end a text are its.
llvm::Error readHuggingFaceTexts(Source &source, llvm::StringRef folder);

/// The ONNX model that a path leads to: the file itself, or the only one of a
/// folder without model.safetensors; empty if it leads to none.
std::string findOnnxFile(llvm::StringRef path);

/// Opens an ONNX file and the texts beside it, and emits its graph as `@main`.
llvm::Expected<Source> openOnnx(llvm::StringRef path, mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_SOURCE_H

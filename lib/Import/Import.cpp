//===- Import.cpp - a model's files become llm IR -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Import/Import.h"

#include "Architectures.h"
#include "EmbeddingDefaults.h"
#include "SamplingDefaults.h"
#include "Source.h"

#include "dialects/onnx/ONNXDialect.h"
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/NotAModel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <utility>

using namespace llvm;
using namespace llmc;

/// Opens the model, whichever format it is in.
static Expected<Source> openSource(StringRef path, mlir::MLIRContext &context,
                                   const ImportOptions &options) {
  if (sys::fs::is_directory(path))
    return openHuggingFace(path, context);
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  if ((*buffer)->getBuffer().starts_with("GGUF"))
    return openGguf(path, context, options.preTokenizer);
  return explainNoModelFile(path, (*buffer)->getBuffer());
}

/// Ids that the tokenizer makes must have a row in the embedding table.
static Error checkVocabulary(const Source &source, mlir::ModuleOp module) {
  if (!source.tokenizer)
    return Error::success();
  auto model = module->getAttrOfType<mlir::DictionaryAttr>("llm.model");
  int64_t rows = model.getAs<mlir::IntegerAttr>("vocabulary").getInt();
  int64_t tokens = source.tokenizer->tokens.size();
  if (tokens <= rows)
    return Error::success();
  return fileError(source.path, "tokenizer",
                   "has " + Twine(tokens) +
                       " tokens, but the embedding table " + Twine(rows) +
                       " rows");
}

/// Why a folder has no tokenizer, and how it gets one; empty for a file.
static std::pair<std::string, std::string>
describeMissingTokenizer(const Source &source) {
  if (source.kind != SourceKind::HuggingFace)
    return {};
  return {" (the folder has no tokenizer.json, tokenizer.model or vocab.txt)",
          "; transformers writes one: AutoTokenizer.from_pretrained(...)"
          ".save_pretrained(FOLDER)"};
}

/// Says at compile time what would fail, or be missing, in every program that
/// reads texts.
static void warnOfTexts(Source &source) {
  if (!source.tokenizer) {
    auto [why, remedy] = describeMissingTokenizer(source);
    source.warn("", "has no tokenizer" + why +
                        ": the program takes and gives token ids only" +
                        remedy);
    return;
  }
  for (const std::string &warning : source.tokenizer->warnings)
    source.warn("tokenizer", warning);
  if (source.tokenizer->chatTemplate.empty())
    return;
  if (llmrt::Status status = llmrt::tryChatTemplate(*source.tokenizer); !status)
    source.warn("", "the model's " + status.message() +
                        "; the program can complete texts (run) but not chat");
}

/// Adds an entry to `llm.model`, if there is one.
static Error addFacts(mlir::ModuleOp module, StringRef name,
                      Expected<mlir::DictionaryAttr> facts) {
  if (!facts || !*facts)
    return facts.takeError();
  mlir::NamedAttrList model(
      module->getAttrOfType<mlir::DictionaryAttr>("llm.model"));
  model.set(name, *facts);
  module->setAttr("llm.model", model.getDictionary(module.getContext()));
  return Error::success();
}

/// What the model's files say about sampling, and about embeddings.
static Error addDefaults(Source &source, mlir::ModuleOp module) {
  mlir::MLIRContext &context = *module.getContext();
  if (Error error =
          addFacts(module, "sampling", readSamplingDefaults(source, context)))
    return error;
  StringRef folder = source.path;
  if (source.kind == SourceKind::Onnx)
    folder = sys::path::parent_path(folder);
  if (source.kind == SourceKind::Gguf)
    return Error::success();
  return addFacts(
      module, "embedding",
      readEmbeddingDefaults(source, folder.empty() ? "." : folder, context));
}

/// Runs the verifier, with its message as the error.
static Error verifyModule(const Source &source, mlir::ModuleOp module) {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(module.getContext(),
                                        [&](mlir::Diagnostic &diagnostic) {
                                          if (message.empty())
                                            message = diagnostic.str();
                                        });
  if (succeeded(mlir::verify(module)))
    return Error::success();
  return fileError(source.path, "", "gives invalid IR: " + message);
}

/// Opens the model and emits its step, or the graph that one is raised from.
static Expected<Source> buildModel(StringRef path, mlir::ModuleOp module,
                                   const ImportOptions &options) {
  if (std::string graph = findOnnxFile(path); !graph.empty())
    return openOnnx(graph, module);
  Expected<Source> source = openSource(path, *module.getContext(), options);
  if (!source)
    return source.takeError();
  source->maxContext = options.maxContext;
  if (Error error = buildArchitecture(*source, module))
    return error;
  if (Error error = checkVocabulary(*source, module))
    return error;
  return source;
}

Expected<ImportedModel> llmc::importModel(StringRef path,
                                          mlir::MLIRContext &context,
                                          const ImportOptions &options) {
  context.loadDialect<mlir::llm::LLMDialect, mlir::arith::ArithDialect,
                      mlir::func::FuncDialect, mlir::onnx::ONNXDialect,
                      mlir::tensor::TensorDialect>();
  ImportedModel model; // from here on it watches
  model.module = mlir::ModuleOp::create(
      mlir::NameLoc::get(mlir::StringAttr::get(&context, path)));
  Expected<Source> source = buildModel(path, *model.module, options);
  if (!source)
    return source.takeError();
  if (Error error = addDefaults(*source, *model.module))
    return error;
  if (Error error = verifyModule(*source, *model.module))
    return error;
  if (Error error = model.watch.check())
    return error;
  model.warnings = std::exchange(source->warnings, {});
  warnOfTexts(*source);
  model.textWarnings = std::move(source->warnings);
  model.weights = std::move(source->weights);
  model.tokenizer = std::move(source->tokenizer);
  model.unreadableTokenizer = std::move(source->unreadableTokenizer);
  model.files = std::move(source->files);
  return model;
}

//===- Config.cpp - fuzzes the import of a model by what it says of itself ===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An input is a GGUF file, or a config.json.
//===----------------------------------------------------------------------===//
#include "Fuzz.h"
#include "FuzzContext.h"

#include "lib/Import/Architectures.h"
#include "lib/Import/Source.h"
#include "llmc/Weights/Json.h"
#include "llmc/Weights/Safetensors.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/StringExtras.h"

using namespace llmc;

/// The tensors of the tiny llama, whose config.json is a seed.
static const std::vector<SafeTensor> &getTensors() {
  static const std::string path =
      LLMC_TEST_INPUTS "/models/llama/model.safetensors";
  static const auto buffer = llvm::cantFail(openFile(path));
  static const auto tensors =
      llvm::cantFail(parseSafetensors(path, bytesOf(*buffer)));
  return tensors;
}

static llvm::Error build(Source &source, mlir::MLIRContext &context) {
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  return buildArchitecture(source, *module);
}

static llvm::Error importConfig(llvm::StringRef text,
                                mlir::MLIRContext &context) {
  auto object = parseJsonObject("config.json", text);
  if (!object)
    return object.takeError();
  Source source(SourceKind::HuggingFace, "model");
  source.name = "model";
  source.config = HfConfig("config.json", std::move(*object));
  // Every family's keys are read before its tensors are missed.
  auto architecture = source.config->getString("model_type", "llama");
  if (!architecture)
    return architecture.takeError();
  source.architecture = *architecture;
  for (const SafeTensor &tensor : getTensors())
    llvm::cantFail(source.weights.addTensor(
        {tensor.name, tensor.shape,
         getSafetensorsEncoding(tensor.dtype, &context), tensor.bytes}));
  return build(source, context);
}

static llvm::Error importGguf(llvm::StringRef bytes,
                              mlir::MLIRContext &context) {
  auto file = parseGguf("model.gguf", llvm::arrayRefFromStringRef(bytes));
  if (!file)
    return file.takeError();
  OpenedGguf opened;
  opened.paths = {"model.gguf"};
  opened.partOf.resize(file->tensors.size());
  opened.file = std::move(*file);
  auto source = readOpenedGguf(std::move(opened), "model.gguf", context, "");
  if (!source)
    return source.takeError();
  return build(*source, context);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mlir::MLIRContext &context =
      fuzz::getContext<mlir::llm::LLMDialect, mlir::arith::ArithDialect,
                       mlir::func::FuncDialect, mlir::tensor::TensorDialect>();
  llvm::StringRef input = fuzz::textOf(data, size);
  if (llvm::Error error = input.starts_with("GGUF")
                              ? importGguf(input, context)
                              : importConfig(input, context))
    fuzz::checkMessage(llvm::toString(std::move(error)));
  return 0;
}

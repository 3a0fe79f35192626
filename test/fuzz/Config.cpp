//===- Config.cpp - fuzzes the import of a model by its config.json ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto object = parseJsonObject("config.json", fuzz::textOf(data, size));
  if (!object) {
    llvm::consumeError(object.takeError());
    return 0;
  }
  mlir::MLIRContext &context =
      fuzz::getContext<mlir::llm::LLMDialect, mlir::arith::ArithDialect,
                       mlir::func::FuncDialect, mlir::tensor::TensorDialect>();
  Source source(SourceKind::HuggingFace, "model");
  source.name = "model";
  source.config = HfConfig("config.json", std::move(*object));
  // Every family's keys are read before its tensors are missed.
  auto architecture = source.config->getString("model_type", "llama");
  if (!architecture) {
    llvm::consumeError(architecture.takeError());
    return 0;
  }
  source.architecture = *architecture;
  for (const SafeTensor &tensor : getTensors())
    llvm::cantFail(source.weights.addTensor(
        {tensor.name, tensor.shape,
         getSafetensorsEncoding(tensor.dtype, &context), tensor.bytes}));
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  if (llvm::Error error = buildArchitecture(source, *module))
    fuzz::checkMessage(llvm::toString(std::move(error)));
  return 0;
}

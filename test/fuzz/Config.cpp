//===- Config.cpp - fuzzes the import of a model by its config.json ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "lib/Import/Architectures.h"
#include "lib/Import/Source.h"
#include "llmc/Weights/Json.h"
#include "llmc/Weights/Safetensors.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;

/// The tensors of the tiny llama, whose config.json is a seed.
static WeightStore openWeights(mlir::MLIRContext &context) {
  std::string path = LLMC_TEST_INPUTS "/models/llama/model.safetensors";
  auto buffer = llvm::cantFail(openFile(path));
  auto tensors = llvm::cantFail(parseSafetensors(path, bytesOf(*buffer)));
  WeightStore weights;
  for (SafeTensor &tensor : tensors)
    llvm::cantFail(weights.addTensor(
        {tensor.name, tensor.shape,
         getSafetensorsEncoding(tensor.dtype, &context), tensor.bytes}));
  weights.addBuffer(std::move(buffer));
  return weights;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto object = parseJsonObject("config.json", fuzz::textOf(data, size));
  if (!object) {
    llvm::consumeError(object.takeError());
    return 0;
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::llm::LLMDialect, mlir::arith::ArithDialect,
                      mlir::func::FuncDialect, mlir::tensor::TensorDialect>();
  mlir::ScopedDiagnosticHandler quiet(
      &context, [](mlir::Diagnostic &) { return mlir::success(); });
  Source source(SourceKind::HuggingFace, "model");
  source.architecture = "llama";
  source.name = "model";
  source.config = HfConfig("config.json", std::move(*object));
  source.weights = openWeights(context);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  if (llvm::Error error = buildArchitecture(source, *module))
    fuzz::checkMessage(llvm::toString(std::move(error)));
  return 0;
}

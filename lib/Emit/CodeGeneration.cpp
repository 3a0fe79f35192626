//===- CodeGeneration.cpp - LLVM dialect to what LLVM writes ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CodeGeneration.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Target/LLVMIR/LLVMTranslationInterface.h"

#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/DeadStoreElimination.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/GVN.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopRotation.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"

using namespace llmc;

namespace {
/// Weights are named beside the code for whoever writes their bytes; they are
/// no code.
struct WeightTranslation : mlir::LLVMTranslationDialectInterface {
  using LLVMTranslationDialectInterface::LLVMTranslationDialectInterface;

  mlir::LogicalResult
  convertOperation(mlir::Operation *op, llvm::IRBuilderBase &,
                   mlir::LLVM::ModuleTranslation &) const override {
    if (mlir::isa<mlir::llm::WeightOp>(op))
      return mlir::success();
    return op->emitError("'") << op->getName() << "' is not lowered";
  }
};
} // namespace

/// Translates, turning MLIR's diagnostics into the error.
static llvm::Expected<std::unique_ptr<llvm::Module>>
translate(mlir::ModuleOp module, llvm::LLVMContext &context) {
  mlir::MLIRContext *mlirContext = module.getContext();
  mlir::DialectRegistry registry;
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  registry.addExtension(
      +[](mlir::MLIRContext *, mlir::llm::LLMDialect *dialect) {
        dialect->addInterfaces<WeightTranslation>();
      });
  mlirContext->appendDialectRegistry(registry);

  std::string message;
  mlir::ScopedDiagnosticHandler handler(
      mlirContext, [&](mlir::Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error &&
            message.empty())
          message = diagnostic.str();
        return mlir::success();
      });
  std::unique_ptr<llvm::Module> result =
      mlir::translateModuleToLLVMIR(module, context, "llmc");
  if (result)
    return result;
  return llvm::createStringError("translation to LLVM IR failed: %s",
                                 message.empty() ? "no diagnostic"
                                                 : message.c_str());
}

llvm::Expected<std::unique_ptr<llvm::Module>>
llmc::translateModule(mlir::ModuleOp module, llvm::LLVMContext &context,
                      llvm::TargetMachine &machine) {
  auto translated = translate(module, context);
  if (!translated)
    return translated.takeError();
  llvm::Module &code = **translated;
  code.setTargetTriple(machine.getTargetTriple());
  code.setDataLayout(machine.createDataLayout());
  std::string message;
  llvm::raw_string_ostream messageStream(message);
  if (llvm::verifyModule(code, &messageStream))
    return llvm::createStringError("internal error: invalid LLVM IR: %s",
                                   message.c_str());
  return translated;
}

/// Kernels come with their loops tiled, unrolled and of vectors, their helpers inlined and
/// their scalars in registers. What is left to LLVM is what lowering repeats: addresses,
/// bounds and invariants. Its default pipeline took half as long again for the whole
/// compile and made no program faster.
static llvm::ModulePassManager createKernelPipeline() {
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::SimplifyCFGPass());
  // Where the condition comes last, what every round computes leaves the loop, and
  // fewer values live through it.
  llvm::LoopPassManager loops;
  loops.addPass(llvm::LoopRotatePass());
  loops.addPass(llvm::LICMPass(llvm::LICMOptions()));
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(loops),
                                                       /*UseMemorySSA=*/true));
  passes.addPass(llvm::GVNPass());
  passes.addPass(llvm::DSEPass());
  llvm::ModulePassManager pipeline;
  pipeline.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(passes)));
  return pipeline;
}

void llmc::optimizeCode(llvm::Module &code, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  // Threads of a GPU run scalar loops, which LLVM does unroll.
  auto pipeline =
      machine.getTargetTriple().isNVPTX()
          ? builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
          : createKernelPipeline();
  pipeline.run(code, modules);
}

/// The first error of LLVM's, which otherwise prints it and ends the process.
static void noteError(const llvm::DiagnosticInfo *info, void *text) {
  auto &message = *static_cast<std::string *>(text);
  if (info->getSeverity() != llvm::DS_Error || !message.empty())
    return;
  llvm::raw_string_ostream stream(message);
  llvm::DiagnosticPrinterRawOStream printer(stream);
  info->print(printer);
}

llvm::Expected<llvm::SmallVector<char, 0>>
llmc::generateCode(llvm::Module &code, llvm::TargetMachine &machine,
                   llvm::CodeGenFileType kind) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager codegen;
  if (machine.addPassesToEmitFile(codegen, stream, nullptr, kind))
    return llvm::createStringError("LLVM cannot write this kind of file for " +
                                   machine.getTargetTriple().str());
  std::string message;
  code.getContext().setDiagnosticHandlerCallBack(noteError, &message);
  codegen.run(code);
  code.getContext().setDiagnosticHandlerCallBack(nullptr);
  if (!message.empty())
    return llvm::createStringError("LLVM generates no code: " + message);
  return bytes;
}

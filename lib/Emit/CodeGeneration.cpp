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

void llmc::optimizeCode(llvm::Module &code, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  // Loops of a CPU's kernels are unrolled by those who emit them. LLVM only looks at
  // each, for a third of the time that compiling takes.
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = machine.getTargetTriple().isNVPTX();
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(code, modules);
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

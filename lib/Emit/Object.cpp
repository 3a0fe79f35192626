//===- Object.cpp - LLVM dialect to an optimised x86-64 object ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One object holds the step for several instruction sets: every function names
// its own target-cpu and target-features, and the target machine itself stays
// at the x86-64 baseline, so nothing outside those functions needs more.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"
#include "llmc/Emit/Emit.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Target/LLVMIR/LLVMTranslationInterface.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include <mutex>

using namespace llmc;

static const char *const targetTriple = "x86_64-unknown-linux-gnu";

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine() {
  static std::once_flag registered;
  std::call_once(registered, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
  });
  llvm::Triple triple(targetTriple);
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return llvm::createStringError("this LLVM has no x86-64 code generator: %s",
                                   message.c_str());
  llvm::TargetOptions options;
  options.FunctionSections =
      true; // so that the linker drops what no variant calls
  options.DataSections = true;
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, "x86-64", "", options, llvm::Reloc::PIC_, llvm::CodeModel::Small,
      llvm::CodeGenOptLevel::Aggressive));
  if (!machine)
    return llvm::createStringError("LLVM cannot generate code for %s",
                                   targetTriple);
  return machine;
}

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

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
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
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

llvm::Expected<llvm::SmallVector<char, 0>>
llmc::emitObject(mlir::ModuleOp module, ObjectKind kind) {
  auto machine = createTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto translated = translate(module, context);
  if (!translated)
    return translated.takeError();
  llvm::Module &code = **translated;
  code.setTargetTriple(llvm::Triple(targetTriple));
  code.setDataLayout((*machine)->createDataLayout());
  code.setPICLevel(llvm::PICLevel::BigPIC);

  std::string message;
  llvm::raw_string_ostream messageStream(message);
  if (llvm::verifyModule(code, &messageStream))
    return llvm::createStringError("internal error: invalid LLVM IR: %s",
                                   message.c_str());
  optimize(code, **machine);

  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  if (kind == ObjectKind::llvmIR) {
    code.print(stream, nullptr);
    return bytes;
  }
  llvm::legacy::PassManager codegen;
  if ((*machine)->addPassesToEmitFile(codegen, stream, nullptr,
                                      kind == ObjectKind::assembly
                                          ? llvm::CodeGenFileType::AssemblyFile
                                          : llvm::CodeGenFileType::ObjectFile))
    return llvm::createStringError("LLVM cannot write this kind of file for %s",
                                   targetTriple);
  codegen.run(code);
  return bytes;
}

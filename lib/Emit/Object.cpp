//===- Object.cpp - LLVM dialect to an optimised x86-64 object ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One object holds the step for several instruction sets: every function names
// its own target-cpu and target-features, and the target machine itself stays
// at the x86-64 baseline, so nothing outside those functions needs more.
//===----------------------------------------------------------------------===//
#include "CodeGeneration.h"
#include "llmc/Emit/Emit.h"

#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"

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

llvm::Expected<llvm::SmallVector<char, 0>>
llmc::emitObject(mlir::ModuleOp module, ObjectKind kind) {
  auto machine = createTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto code = translateModule(module, context, **machine);
  if (!code)
    return code.takeError();
  (*code)->setPICLevel(llvm::PICLevel::BigPIC);
  optimizeCode(**code, **machine);
  if (kind != ObjectKind::llvmIR)
    return generateCode(**code, **machine,
                        kind == ObjectKind::assembly
                            ? llvm::CodeGenFileType::AssemblyFile
                            : llvm::CodeGenFileType::ObjectFile);
  llvm::SmallVector<char, 0> text;
  llvm::raw_svector_ostream stream(text);
  (*code)->print(stream, nullptr);
  return text;
}

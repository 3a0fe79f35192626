//===- Object.cpp - LLVM dialect to an optimised x86-64 object ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One object holds the step for several instruction sets: every function names
// its own target-cpu and target-features, and the target machine itself stays
// at the x86-64 baseline, so nothing outside those functions needs more.
//===----------------------------------------------------------------------===//
#include "CodeGeneration.h"
#include "Parts.h"
#include "llmc/Emit/Emit.h"

#include "mlir/IR/Threading.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
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

/// Position-independent LLVM IR, not yet optimised.
static llvm::Expected<std::unique_ptr<llvm::Module>>
translate(mlir::ModuleOp module, llvm::LLVMContext &context,
          llvm::TargetMachine &machine) {
  auto code = translateModule(module, context, machine);
  if (code)
    (*code)->setPICLevel(llvm::PICLevel::BigPIC);
  return code;
}

llvm::Expected<llvm::SmallVector<char, 0>>
llmc::emitObject(mlir::ModuleOp module, ObjectKind kind) {
  auto machine = createTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto code = translate(module, context, **machine);
  if (!code)
    return code.takeError();
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

/// A module as bitcode to an object, with a context of its own.
static llvm::Expected<llvm::SmallVector<char, 0>>
emitPart(llvm::StringRef bitcode) {
  auto machine = createTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto code = llvm::parseBitcodeFile({bitcode, "llmc"}, context);
  if (!code)
    return code.takeError();
  optimizeCode(**code, **machine);
  return generateCode(**code, **machine, llvm::CodeGenFileType::ObjectFile);
}

llvm::Expected<std::vector<llvm::SmallVector<char, 0>>>
llmc::emitObjects(mlir::ModuleOp module) {
  auto machine = createTargetMachine();
  if (!machine)
    return machine.takeError();
  std::vector<llvm::SmallVector<char, 0>> bitcodes;
  {
    llvm::LLVMContext context;
    auto code = translate(module, context, **machine);
    if (!code)
      return code.takeError();
    for (const std::unique_ptr<llvm::Module> &part : splitByTarget(**code)) {
      llvm::raw_svector_ostream stream(bitcodes.emplace_back());
      llvm::WriteBitcodeToFile(*part, stream);
    }
  }
  std::vector<llvm::SmallVector<char, 0>> objects(bitcodes.size());
  std::vector<std::string> errors(bitcodes.size());
  mlir::parallelFor(module.getContext(), 0, bitcodes.size(), [&](size_t part) {
    const llvm::SmallVector<char, 0> &bitcode = bitcodes[part];
    auto object = emitPart({bitcode.data(), bitcode.size()});
    if (object)
      objects[part] = std::move(*object);
    else
      errors[part] = llvm::toString(object.takeError());
  });
  for (const std::string &error : errors)
    if (!error.empty())
      return llvm::createStringError(error);
  return objects;
}

//===- Ptx.cpp - a device's kernels to PTX ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX is text, which the CUDA driver compiles for the GPU that is there. No toolkit
// is asked: its library of functions would be missing where there is none, so what
// the lowering left to a library is an error here and not at the user's.
//===----------------------------------------------------------------------===//
#include "CodeGeneration.h"
#include "llmc/Emit/Emit.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace llmc;

/// The version of PTX: the oldest that has what the kernels use, which most drivers know; empty for
/// LLVM's, the oldest that has the GPU. Products of 2:4 (`mma.sp::ordered_metadata`) came with 8.5.
static std::string chooseVersion(mlir::ModuleOp device, llvm::StringRef gpu) {
  bool isSparse = false;
  device.walk([&](mlir::LLVM::CallIntrinsicOp call) {
    isSparse |= call.getIntrin().starts_with("llvm.nvvm.mma.sp.");
  });
  int capability = 0;
  gpu.consume_front("sm_");
  gpu.consumeInteger(10, capability);
  // Later GPUs came with later versions.
  return isSparse && capability <= 90 ? "+ptx85" : "";
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(llvm::StringRef gpu, llvm::StringRef version) {
  static std::once_flag registered;
  std::call_once(registered, [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
  });
  llvm::Triple triple("nvptx64-nvidia-cuda");
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return llvm::createStringError("this LLVM has no code generator for PTX: " +
                                   message);
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, gpu, version, llvm::TargetOptions(), std::nullopt, std::nullopt,
      llvm::CodeGenOptLevel::Aggressive));
  if (!machine)
    return llvm::createStringError("LLVM cannot generate code for " + gpu);
  return machine;
}

/// What the kernels call and nobody defines.
static llvm::Error checkComplete(const llvm::Module &code) {
  std::vector<std::string> missing;
  for (const llvm::Function &function : code)
    if (function.isDeclaration() && !function.isIntrinsic() &&
        !function.use_empty())
      missing.push_back(function.getName().str());
  if (missing.empty())
    return llvm::Error::success();
  return llvm::createStringError(
      "no lowering yet for a device of what its kernels call: " +
      llvm::join(missing, ", "));
}

llvm::Expected<std::string> llmc::emitPtx(mlir::ModuleOp device) {
  llvm::StringRef gpu = device.getSymName().value_or("");
  auto machine = createTargetMachine(gpu, chooseVersion(device, gpu));
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto code = translateModule(device, context, **machine);
  if (!code)
    return code.takeError();
  for (llvm::Function &function : **code)
    if (!function.isDeclaration())
      function.setCallingConv(llvm::CallingConv::PTX_Kernel);
  optimizeCode(**code, **machine);
  if (llvm::Error error = checkComplete(**code))
    return error;
  auto text =
      generateCode(**code, **machine, llvm::CodeGenFileType::AssemblyFile);
  if (!text)
    return text.takeError();
  return std::string(text->begin(), text->end());
}

//===- EmitTesting.h - modules and folders for the tests of Emit --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_UNIT_EMIT_EMITTESTING_H
#define LLMC_TEST_UNIT_EMIT_EMITTESTING_H

#include "llmc/Emit/Emit.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <gtest/gtest.h>

namespace llmc::testing {

/// A context with the dialects that Emit meets.
struct Context : mlir::MLIRContext {
  Context() {
    loadDialect<mlir::LLVM::LLVMDialect, mlir::llm::LLMDialect>();
    allowUnregisteredDialects();
  }
  mlir::OwningOpRef<mlir::ModuleOp> parse(llvm::StringRef text) {
    return mlir::parseSourceString<mlir::ModuleOp>(text, this);
  }
};

/// A folder that goes away with the test.
class Folder {
public:
  Folder() {
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("llmc-emit-test", path));
  }
  ~Folder() { llvm::sys::fs::remove_directories(path); }
  std::string file(llvm::StringRef name) const {
    return (path + "/" + name).str();
  }
  /// Names in the folder, in no order.
  std::vector<std::string> entries() const {
    std::vector<std::string> names;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator it(path, code), end; it != end;
         it.increment(code))
      names.push_back(llvm::sys::path::filename(it->path()).str());
    return names;
  }
  llvm::SmallString<128> path;
};

/// The message of a failure; empty on success.
inline std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : "";
}

} // namespace llmc::testing

#endif // LLMC_TEST_UNIT_EMIT_EMITTESTING_H

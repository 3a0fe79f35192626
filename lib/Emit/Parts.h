//===- Parts.h - code of several instruction sets in parts --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_EMIT_PARTS_H
#define LLMC_LIB_EMIT_PARTS_H

#include "llvm/IR/Module.h"

#include <memory>
#include <vector>

namespace llmc {

/// The functions of each target (its processor and features) as a module of their own,
/// in the order of their first; what asks for none and what other objects see is in
/// the first. Nothing that one target's functions have to themselves leaves them: they
/// become the code that they would be together. A constant is wherever it is used; a
/// function that another part names is a hidden symbol.
std::vector<std::unique_ptr<llvm::Module>> splitByTarget(llvm::Module &code);

} // namespace llmc

#endif // LLMC_LIB_EMIT_PARTS_H

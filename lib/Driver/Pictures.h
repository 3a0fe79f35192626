//===- Pictures.h - a compiled model, drawn ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_PICTURES_H
#define LLMC_LIB_DRIVER_PICTURES_H

#include "llmc/Driver/Compiler.h"

namespace llmc {

/// One SVG page of a scheduled model: its memory against context and batch, its
/// weights layer by layer, and the kernels of a step with what flows between them.
llvm::Expected<std::string> drawModel(Compiler &compiler);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_PICTURES_H

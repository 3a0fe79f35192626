//===- Licenses.h - the notices of what is in every program -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_LICENSES_H
#define LLMRT_LICENSES_H

namespace llmrt {

/// The notices that binaries with this runtime must carry, UTF-8 text.
const char *licenses();

} // namespace llmrt

#endif // LLMRT_LICENSES_H

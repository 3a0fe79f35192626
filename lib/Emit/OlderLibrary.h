//===- OlderLibrary.h - the C library as an older one -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// glibc keeps every version of a function that it ever had; linking takes the
// newest, and the program then asks for it wherever it is carried. A copy of the
// library in which only old versions can be found gives programs that start
// under every glibc from that version on.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_EMIT_OLDERLIBRARY_H
#define LLMC_LIB_EMIT_OLDERLIBRARY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llmc {

/// The glibc that programs need at least: 2.<this>. Debian 11, Ubuntu 20.04 and
/// Red Hat 9 have it or a newer one. README.md says so.
constexpr unsigned oldestGlibcMinor = 31;

/// A copy of the shared library `bytes` for linking against: of every symbol the
/// newest version of GLIBC_2.<minor> or before is the one that a link finds, and
/// none where all are newer. Fails where the file is no shared library with
/// symbol versions.
llvm::Expected<std::string> makeOlderLibrary(llvm::StringRef bytes,
                                             unsigned minor);

} // namespace llmc

#endif // LLMC_LIB_EMIT_OLDERLIBRARY_H

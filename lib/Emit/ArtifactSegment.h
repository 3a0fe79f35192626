//===- ArtifactSegment.h - the artifact as a loaded segment -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The link leaves a segment without bytes behind all others (ArtifactPlace.cpp
// of the runtime). It becomes the artifact when the weights stand in the file, so
// that the linker never sees them.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_EMIT_ARTIFACTSEGMENT_H
#define LLMC_LIB_EMIT_ARTIFACTSEGMENT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace llmc {

/// Edits the headers of a linked program, of which `linked` is the beginning
/// with all of them, so that the empty segment has the `bytes` bytes at `offset`
/// of the file. Fails where the link left no such segment.
llvm::Error placeArtifact(llvm::MutableArrayRef<char> linked, uint64_t offset,
                          uint64_t bytes);

} // namespace llmc

#endif // LLMC_LIB_EMIT_ARTIFACTSEGMENT_H

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

/// Of x86-64. A file system that keeps so much of a file in one piece has it mapped by
/// one entry where its place in the file and its address are as far from a multiple.
constexpr uint64_t hugePageBytes = 2 << 20;

/// The address of the empty segment of a linked program, of which `linked` is the
/// beginning with all headers. Fails where the link left no such segment.
llvm::Expected<uint64_t> getArtifactAddress(llvm::ArrayRef<char> linked);

/// Edits the headers so that the empty segment has the `bytes` bytes at `offset` of the
/// file. Fails as above.
llvm::Error placeArtifact(llvm::MutableArrayRef<char> linked, uint64_t offset,
                          uint64_t bytes);

} // namespace llmc

#endif // LLMC_LIB_EMIT_ARTIFACTSEGMENT_H

//===- ArtifactPlace.cpp - where the link makes room for the model --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A section without bytes in the file that a linker keeps apart from the code
// ("l", as large): llmc has it placed behind everything else, as a segment of
// its own, and turns this segment into the artifact when the weights are
// written. Elsewhere it stays zeros. Compilers know no such section, the
// assembler does.
//===----------------------------------------------------------------------===//
#include "llmrt/abi.h"

asm(".pushsection .llmrt.artifact,\"al\",@nobits\n"
    ".globl llmrt_artifact\n"
    ".hidden llmrt_artifact\n"
    ".type llmrt_artifact,@object\n"
    ".size llmrt_artifact,4096\n"
    ".balign 4096\n"
    "llmrt_artifact:\n"
    ".zero 4096\n"
    ".popsection\n");

static_assert(sizeof(LlmrtArtifact) == 4096 && LLMRT_SECTION_ALIGN == 4096,
              "as the assembler has it");

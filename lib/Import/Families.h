//===- Families.h - the decoders that can be imported -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_FAMILIES_H
#define LLMC_LIB_IMPORT_FAMILIES_H

#include "Decoder.h"
#include "DecoderKeys.h"

#include <functional>

namespace llmc {

/// Fills in some of a decoder's fields, from keys or because it is so.
using Feature = std::function<void(DecoderKeys &, Decoder &)>;

/// What a config calls the activation of its MLP.
inline constexpr Key activationKey = {
    "hidden_activation|hidden_act|activation_function|activation", ""};

/// One row of the registry: a `model_type` of config.json, the architecture
/// that converters to GGUF make of it, and what it differs in from llama. Nothing
/// in a file says which dims are rotated together; converters permute the rows
/// of some.
struct Family {
  llvm::StringLiteral name; // "" where GGUF alone has it
  llvm::StringLiteral gguf; // "" where converters do not know it
  mlir::llm::Pairing pairing, ggufPairing;
  const NameTable *names;
  std::vector<Feature> features;
};

llvm::ArrayRef<Family> getFamilies();

/// Reads all that tells the model from others of its family; fails on a value
/// out of range, and on a key that could change the meaning and is not read.
llvm::Expected<Decoder> readDecoder(Source &source, const Family &family);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_FAMILIES_H

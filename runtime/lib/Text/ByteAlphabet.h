//===- ByteAlphabet.h - GPT-2's printable names for the 256 bytes ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Byte-level vocabularies spell tokens with one printable character per byte,
// so that a JSON file can hold any byte string: printable Latin-1 stands for
// itself, the other 68 bytes are U+0100 and up, in order (a space is U+0120).
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_BYTEALPHABET_H
#define LLMRT_TEXT_BYTEALPHABET_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmrt::text {

/// The character that stands for `byte`.
uint32_t byteToCharacter(uint8_t byte);

/// `bytes` spelled in the alphabet, as UTF-8.
std::string spellBytes(std::string_view bytes);

/// The bytes that `text` spells; nothing if a character is not of the alphabet.
std::optional<std::string> unspellBytes(std::string_view text);

/// The bytes a token adds to the output. As the reference does, a token with
/// any character outside the alphabet stands for its own UTF-8.
std::string tokenToBytes(std::string_view token);

} // namespace llmrt::text

#endif // LLMRT_TEXT_BYTEALPHABET_H

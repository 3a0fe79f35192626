//===- ByteAlphabet.cpp - GPT-2's printable names for the 256 bytes -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two tables are computed at compile time: 256 entries out, 324 back.
//===----------------------------------------------------------------------===//
#include "ByteAlphabet.h"

#include "Utf8.h"

#include <array>

using namespace llmrt;
using namespace llmrt::text;

namespace {

struct Alphabet {
  std::array<uint16_t, 256> toCharacter{};
  std::array<int16_t, 0x144> toByte{};

  constexpr Alphabet() {
    for (int16_t &byte : toByte)
      byte = -1;
    uint16_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      bool printable = (byte >= 0x21 && byte <= 0x7E) ||
                       (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
      uint16_t character = printable ? uint16_t(byte) : next++;
      toCharacter[byte] = character;
      toByte[character] = int16_t(byte);
    }
  }
};

constexpr Alphabet alphabet;
static_assert(alphabet.toCharacter[' '] == 0x120);
static_assert(alphabet.toCharacter[0xAD] == 0x143);

} // namespace

uint32_t text::byteToCharacter(uint8_t byte) {
  return alphabet.toCharacter[byte];
}

std::string text::spellBytes(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes)
    appendUtf8(out, alphabet.toCharacter[byte]);
  return out;
}

std::optional<std::string> text::unspellBytes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t position = 0; position < text.size();) {
    Utf8Step step = readUtf8(text.substr(position));
    if (step.kind != Utf8Step::Valid ||
        step.codePoint >= alphabet.toByte.size() ||
        alphabet.toByte[step.codePoint] < 0)
      return std::nullopt;
    out += char(alphabet.toByte[step.codePoint]);
    position += step.length;
  }
  return out;
}

std::string text::tokenToBytes(std::string_view token) {
  std::optional<std::string> bytes = unspellBytes(token);
  return bytes ? *bytes : std::string(token);
}

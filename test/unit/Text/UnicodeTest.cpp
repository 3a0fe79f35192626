//===- UnicodeTest.cpp - character tables, NFC, the byte alphabet -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Unicode.h"

#include "ByteAlphabet.h"
#include "Normalize.h"
#include "Utf8.h"

#include <gtest/gtest.h>

using namespace llmrt::text;

static std::string nfc(std::string_view text) {
  return normalizeUnicode(text, UnicodeForm::C);
}

TEST(Unicode, NumericCoversDigitsLettersAndFractions) {
  for (uint32_t code : {0x30u, 0x39u, 0xB2u, 0xBDu, 0x661u, 0x967u, 0x2167u,
                        0x1D7D8u, 0x11F50u})
    EXPECT_TRUE(isNumeric(code)) << std::hex << code;
  for (uint32_t code : {0x2Fu, 0x3Au, 0x41u, 0x4E00u, 0x1F600u, 0x10FFFFu})
    EXPECT_FALSE(isNumeric(code)) << std::hex << code;
}

TEST(Unicode, WordCharactersAreLettersMarksDigitsConnectors) {
  for (uint32_t code : {0x61u, 0x5Fu, 0x39u, 0xE9u, 0x301u, 0x4E00u, 0x203Fu})
    EXPECT_TRUE(isWordCharacter(code)) << std::hex << code;
  for (uint32_t code : {0x20u, 0x2Du, 0x1F600u, 0x2028u})
    EXPECT_FALSE(isWordCharacter(code)) << std::hex << code;
}

TEST(Unicode, StandInsKeepTheLength) {
  std::string out;
  std::string text = "a\U00031350b\u1C89\U00011F50"; // Unicode 15 and 16
  ASSERT_TRUE(replaceNewCharacters(text, out));
  EXPECT_EQ(out.size(), text.size());
  EXPECT_NE(out, text);
  std::string again;
  EXPECT_FALSE(replaceNewCharacters(out, again));
  EXPECT_FALSE(replaceNewCharacters("plain é 中 😀", again));
}

TEST(Normalize, ComposesAsUnicodeSays) {
  // unicodedata.normalize('NFC', …) of Python 3.11.
  const std::pair<std::string, std::string> cases[] = {
      {"e\u0301", "é"},
      {"\u212B", "Å"},
      {"a\u0323\u0308", "\u1EA1\u0308"},
      {"a\u0308\u0323", "\u1EA1\u0308"},
      {"q\u0323\u0307", "q\u0323\u0307"},
      {"q\u0307\u0323", "q\u0323\u0307"},
      {"\u1112\u1161\u11AB", "한"},
      {"\u1112\u1161", "하"},
      {"하\u11AB", "한"},
      {"\u0958", "\u0915\u093C"},
      {"\u1E9B\u0323", "\u1E9B\u0323"},
      {"\u0344", "\u0308\u0301"},
      {"\uFB01", "\uFB01"},
      {"e\u0301\u0301", "é\u0301"},
      {"\u0301e", "\u0301e"},
      {"", ""},
  };
  for (const auto &[text, expected] : cases)
    EXPECT_EQ(nfc(text), expected) << text;
}

// unicodedata.normalize("NFC", ...) of Python 3.11.
static const std::pair<std::u32string_view, std::u32string_view>
    compositions[] = {
        {U"\U0000AC00\U000110BA\U0000030A\U0000212B\U00001EA1",
         U"\U0000AC00\U000110BA\U0000030A\U000000C5\U00001EA1"},
        {U"\U00000308\U00001EA1\U00000302\U00003099",
         U"\U00000308\U00001EAD\U00003099"},
        {U"\U0000212B\U00000308\U00000303\U00000302",
         U"\U000000C5\U00000308\U00000303\U00000302"},
        {U"\U0000006F\U00011099\U000110BA\U00003099",
         U"\U0000006F\U0001109A\U00003099"},
        {U"\U00000041\U000110BA\U0000030A\U00000915",
         U"\U000000C5\U000110BA\U00000915"},
        {U"\U00000345\U0000093C\U0000030A\U00000345\U00001100",
         U"\U0000093C\U0000030A\U00000345\U00000345\U00001100"},
        {U"\U000005BC\U00000323\U00000301\U000005B7\U00000303",
         U"\U000005B7\U000005BC\U00000323\U00000301\U00000303"},
        {U"\U00000345\U000110BA", U"\U000110BA\U00000345"},
        {U"\U00000302\U00000327\U00000345\U000000E9",
         U"\U00000327\U00000302\U00000345\U000000E9"},
        {U"\U000005D0\U0000AC00\U00000303\U00000F73",
         U"\U000005D0\U0000AC00\U00000F71\U00000F72\U00000303"},
        {U"\U00000300\U00003099\U00000065\U000005BC",
         U"\U00003099\U00000300\U00000065\U000005BC"},
        {U"\U00000300\U00000323\U000110BA", U"\U000110BA\U00000323\U00000300"},
        {U"\U00000327\U000005BC", U"\U000005BC\U00000327"},
        {U"\U00000F73\U00011099", U"\U00000F71\U00000F72\U00011099"},
        {U"\U0000030A\U0000093C", U"\U0000093C\U0000030A"},
        {U"\U00000F73\U00001100\U0000030A",
         U"\U00000F71\U00000F72\U00001100\U0000030A"},
        {U"\U00000308\U00000328\U0000093C", U"\U0000093C\U00000328\U00000308"},
        {U"\U00000065\U00001100\U00000302\U00000327",
         U"\U00000065\U00001100\U00000327\U00000302"},
        {U"\U00000345\U000110BA\U00000303", U"\U000110BA\U00000303\U00000345"},
        {U"\U00000915\U00000307\U00000323\U00000065\U00000300",
         U"\U00000915\U00000323\U00000307\U000000E8"},
        {U"\U00000307\U000005D0\U00000F73\U00000345\U00003099",
         U"\U00000307\U000005D0\U00003099\U00000F71\U00000F72\U00000345"},
        {U"\U00000323\U00000065\U00000F73",
         U"\U00000323\U00000065\U00000F71\U00000F72"},
        {U"\U00000345\U00000303", U"\U00000303\U00000345"},
        {U"\U00000323\U0000030A\U000005B7", U"\U000005B7\U00000323\U0000030A"},
        {U"\U0000212B\U00000F73\U000005D0\U00000323\U00003099",
         U"\U000000C5\U00000F71\U00000F72\U000005D0\U00003099\U00000323"},
        {U"\U000011A8\U00000303\U000005D0\U0000212B\U000005B7",
         U"\U000011A8\U00000303\U000005D0\U000000C5\U000005B7"},
        {U"\U00000323\U000110BA\U00000328\U00011099",
         U"\U000110BA\U00000328\U00000323\U00011099"},
        {U"\U00000065\U00000328\U00000F73", U"\U00000119\U00000F71\U00000F72"},
        {U"\U00000915\U00001161\U000000E9\U00000328\U000110BA",
         U"\U00000915\U00001161\U00000119\U000110BA\U00000301"},
        {U"\U00000303\U0000212B\U00000041\U00000303\U000110BA",
         U"\U00000303\U000000C5\U000000C3\U000110BA"},
        {U"\U00000041\U0000093C\U00000F73",
         U"\U00000041\U0000093C\U00000F71\U00000F72"},
        {U"\U00000300\U00000328\U0000212B\U00001EA1",
         U"\U00000328\U00000300\U000000C5\U00001EA1"},
        {U"\U00000F73\U00000307\U0000AC00\U00000065\U00000F73",
         U"\U00000F71\U00000F72\U00000307\U0000AC00\U00000065\U00000F71"
         U"\U00000F72"},
        {U"\U00000302\U000005B7\U0000093C", U"\U0000093C\U000005B7\U00000302"},
        {U"\U00003099\U00000F73\U0000AC00\U00001EA1",
         U"\U00003099\U00000F71\U00000F72\U0000AC00\U00001EA1"},
        {U"\U000005BC\U0000093C", U"\U0000093C\U000005BC"},
        {U"\U0000006F\U00001EA1\U00000F73\U000011A8",
         U"\U0000006F\U00001EA1\U00000F71\U00000F72\U000011A8"},
        {U"\U0000030A\U00003099", U"\U00003099\U0000030A"},
        {U"\U00000328\U00000303\U0000212B\U0000030A\U00000328",
         U"\U00000328\U00000303\U00000104\U0000030A\U0000030A"},
        {U"\U00000300\U0000006F\U00000300\U000110BA\U0000093C",
         U"\U00000300\U000000F2\U000110BA\U0000093C"},
        {U"\U0000006F\U000005D0\U00000F73\U00011099\U00000303",
         U"\U0000006F\U000005D0\U00000F71\U00000F72\U00011099\U00000303"},
        {U"\U0000212B\U0000AC00", U"\U000000C5\U0000AC00"},
        {U"\U000005BC\U00000301\U00000323", U"\U000005BC\U00000323\U00000301"},
        {U"\U0000304B\U00000323\U00000308\U0000AC00\U00000F73",
         U"\U0000304B\U00000323\U00000308\U0000AC00\U00000F71\U00000F72"},
        {U"\U0000212B\U000005BC\U0000093C\U00001161\U000011A8",
         U"\U000000C5\U0000093C\U000005BC\U00001161\U000011A8"},
        {U"\U0000304B\U0000030A\U00000327\U00000307\U00001EA1",
         U"\U0000304B\U00000327\U0000030A\U00000307\U00001EA1"},
        {U"\U000110BA\U0000304B\U000011A8\U0000212B",
         U"\U000110BA\U0000304B\U000011A8\U000000C5"},
        {U"\U00001EA1\U0000093C\U00000327\U000005B7",
         U"\U00001EA1\U0000093C\U000005B7\U00000327"},
};

TEST(Normalize, ComposesMixturesAsPythonDoes) {
  auto toUtf8 = [](std::u32string_view characters) {
    std::string text;
    for (char32_t character : characters)
      appendUtf8(text, character);
    return text;
  };
  for (auto [text, composed] : compositions)
    EXPECT_EQ(nfc(toUtf8(text)), toUtf8(composed));
}

TEST(Normalize, IsIdempotentOnEveryCharacter) {
  for (uint32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000)
      continue;
    std::string text;
    appendUtf8(text, code);
    std::string once = nfc(text);
    ASSERT_EQ(nfc(once), once) << std::hex << code;
    if (isQuicklyNfc(text)) {
      ASSERT_EQ(once, text) << std::hex << code;
    }
  }
}

TEST(Normalize, OrdersALongRunOfMarksQuickly) {
  std::string text = "a";
  for (int i = 0; i < 200000; ++i)
    text += i % 2 ? "\u0323" : "\u0307";
  std::string composed = nfc(text);
  EXPECT_EQ(composed.substr(0, 3), "ạ");
  EXPECT_EQ(composed.size(), text.size());
}

TEST(ByteAlphabet, SpellsEveryByteAndBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes += char(byte);
  EXPECT_EQ(unspellBytes(spellBytes(bytes)), bytes);
  EXPECT_EQ(spellBytes(" \n"), "ĠĊ");
  EXPECT_EQ(byteToCharacter(0xAD), 0x143u);
}

TEST(ByteAlphabet, TokensOutsideItStandForThemselves) {
  EXPECT_EQ(unspellBytes("a b"), std::nullopt);
  EXPECT_EQ(tokenToBytes("<|x y|>"), "<|x y|>");
  EXPECT_EQ(tokenToBytes("▁a"), "▁a");
  EXPECT_EQ(tokenToBytes("Ġa"), " a");
}

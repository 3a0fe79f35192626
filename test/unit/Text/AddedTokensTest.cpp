//===- AddedTokensTest.cpp - tokens cut out of the text -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The expected cuts are those of Hugging Face tokenizers 0.23, printed by it:
// [0] is the first added token, everything else the bytes that are left.
//===----------------------------------------------------------------------===//

#include "TestSupport.h"

using namespace llmrt;
using namespace llmrt::test;

namespace {

/// Letters of `flags`: l and r strip, s stands alone, n is searched for in the
/// normalised text, t is text and not special.
AddedToken added(const char *content, std::string_view flags) {
  auto has = [&](char flag) { return flags.find(flag) != flags.npos; };
  AddedToken token;
  token.content = content;
  token.special = !has('n') && !has('t');
  token.lstrip = has('l');
  token.rstrip = has('r');
  token.singleWord = has('s');
  token.normalized = has('n');
  return token;
}

struct AddedCase {
  std::vector<AddedToken> tokens;
  const char *text;
  const char *cut;
  bool nfc = false;
};

std::string cut(const AddedCase &test) {
  TokenizerModel model = makeModel();
  if (test.nfc)
    model.normalizers.emplace_back().kind = NormalizerStep::Kind::Nfc;
  for (AddedToken token : test.tokens) {
    token.id = int32_t(model.tokens.size());
    model.tokens.push_back(token.content);
    model.types.push_back(token.special ? TokenType::Control
                                        : TokenType::UserDefined);
    model.addedTokens.push_back(token);
  }
  OpenTokenizer tokenizer = openModel(model);
  Expected<std::vector<int32_t>> ids = tokenizer->encode(test.text);
  std::string out;
  for (int32_t id : *ids)
    out += id < 256 ? std::string(1, char(id))
                    : "[" + std::to_string(id - 256) + "]";
  return out;
}

} // namespace

TEST(AddedTokens, AreCutAsHuggingFaceCutsThem) {
  const AddedCase cases[] = {
      {{added("<s>", "")}, "a<s>b", "a[0]b"},
      {{added("<s>", "")}, "<s><s>", "[0][0]"},
      {{added("<s>", "l")}, "a  <s> b", "a[0] b"},
      {{added("<s>", "r")}, "a <s>  b", "a [0]b"},
      {{added("<s>", "lr")}, " \n<s>\t x", "[0]x"},
      {{added("<s>", "l")}, "<s>", "[0]"},
      {{added("<s>", "l"), added("<t>", "r")}, "a <t>  <s> b", "a [1][0] b"},
      {{added("<s>", "lr"), added("<t>", "lr")}, "a <s> <t> b", "a[0][1]b"},
      {{added("<s>", "l")}, "a\u3000\u00A0<s>", "a[0]"},
      {{added("<s>", "r")}, "<s>\n\n", "[0]"},
      {{added("mid", "s")}, "mid amid midst mid", "[0] amid midst [0]"},
      {{added("mid", "s")}, "mid-mid_mid", "[0]-mid_mid"},
      {{added("mid", "s")}, "émid midé mid", "émid midé [0]"},
      {{added("mid", "s")}, "(mid) 1mid mid2", "([0]) 1mid mid2"},
      {{added("mid", "sl")}, "a mid b amid", "a[0] b amid"},
      {{added("mid", "sr")}, "a mid b midst", "a [0]b midst"},
      {{added("ab", ""), added("abc", "")}, "abcab", "[1][0]"},
      {{added("abc", ""), added("ab", "")}, "abcab", "[0][1]"},
      {{added("aa", ""), added("aaa", "")}, "aaaaaaa", "[1][1]a"},
      {{added("  ", "t")}, "a    b   c", "a[0][0]b[0] c"},
      {{added("<s", ""), added("<s>", "")}, "<s<s>", "[0][1]"},
      {{added("né", "n")}, "anéb ne\u0301", "a[0]b [0]", true},
      {{added("x\u212B", "n")}, "x\u212B xÅ xå", "[0] [0] xå", true},
      {{added("<s>", "n")}, "a<s>b", "a[0]b", true},
      {{added("aß", "t")}, "Straße", "Str[0]e"},
      {{added("中文", "t")}, "中中文文", "中[0]文"},
      {{added("😀", "")}, "a😀😀b", "a[0][0]b"},
      {{added("<|x|>", ""), added("<|xy|>", "")}, "<|xy|><|x|>", "[1][0]"},
  };
  for (const AddedCase &test : cases)
    EXPECT_EQ(cut(test), test.cut) << test.text;
}

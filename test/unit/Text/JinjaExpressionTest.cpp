//===- JinjaExpressionTest.cpp - expressions of chat templates -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The expected texts are those of jinja2 3.1 in the sandbox that
// utils/make-chat-goldens.py sets up, printed by it, not by this interpreter.
//===----------------------------------------------------------------------===//

#include "JinjaTesting.h"

using namespace llmrt::test;

static const TemplateCase precedence[] = {
    {"1 + 2 * 3", "7"},
    {"(1 + 2) * 3", "9"},
    {"2 * 3 % 4", "2"},
    {"7 - 2 - 1", "4"},
    {"-2 + 5", "3"},
    {"- (2 + 5)", "-7"},
    {"not 1 == 2", "True"},
    {"not true and false", "False"},
    {"true or false and false", "True"},
    {"1 < 2 and 2 < 3", "True"},
    {"1 + 1 ~ 2 * 2", nullptr},
    {"1 ~ 2 + 3", nullptr},
    {"\"a\" ~ 1 + 1 ~ \"b\"", "a11b"},
    {"1 if 0 else 2 if 0 else 3", "3"},
    {"-7 // 2", "-4"},
    {"\"x\" in \"xyz\" and 1", "1"},
    {"not \"x\" in \"xyz\"", "False"},
    {"2 > 1 == true", "True"},
    {"[1, 2] + [3] == [1, 2, 3]", "True"},
    {"-1 | abs", "1"},
    {"(-1) | abs", "1"},
    {"1 - -1", "2"},
    {"1 + 2 | string ~ \"a\"", nullptr},
};

TEST(JinjaExpression, Precedence) { expectExpressions(precedence); }

static const TemplateCase arithmetic[] = {
    {"7 // 2", "3"},
    {"-7 // 2", "-4"},
    {"7 // -2", "-4"},
    {"7 % 3", "1"},
    {"-7 % 3", "2"},
    {"7 % -3", "-2"},
    {"7 / 2", "3.5"},
    {"6 / 2", "3.0"},
    {"1.5 + 1", "2.5"},
    {"1.5 * 2", "3.0"},
    {"7.5 // 2", "3.0"},
    {"-7.5 // 2", "-4.0"},
    {"7.5 % 2", "1.5"},
    {"-7.5 % 2", "0.5"},
    {"7.5 % -2", "-0.5"},
    {"0.1 + 0.2", "0.30000000000000004"},
    {"1e3", "1000.0"},
    {"1.0", "1.0"},
    {"100000000000000000.0", "1e+17"},
    {"1e16", "1e+16"},
    {"1e-5", "1e-05"},
    {"0.0001", "0.0001"},
    {"123456789.125", "123456789.125"},
    {"1e22", "1e+22"},
    {"true + true", "2"},
    {"true * 3", "3"},
    {"3 - true", "2"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775807 - 1", "-9223372036854775808"},
    {"1_000 + 1", "1001"},
    {"0.5 - 0.5", "0.0"},
    {"-0.0", "-0.0"},
    {"1 / 3", "0.3333333333333333"},
    {"2 / 3.0", "0.6666666666666666"},
};

TEST(JinjaExpression, Arithmetic) { expectExpressions(arithmetic); }

static const TemplateCase comparisons[] = {
    {"1 == 1.0", "True"},
    {"1 == true", "True"},
    {"0 == false", "True"},
    {"\"1\" == 1", "False"},
    {"none == none", "True"},
    {"[1] == [1.0]", "True"},
    {"(1, 2) == [1, 2]", "False"},
    {"{\"a\": 1} == {\"a\": 1}", "True"},
    {"{\"a\": 1, \"b\": 2} == {\"b\": 2, \"a\": 1}", "True"},
    {"1 < 1.5", "True"},
    {"\"a\" < \"b\"", "True"},
    {"\"a\" < \"B\"", "False"},
    {"\"ab\" < \"b\"", "True"},
    {"1 <= 1", "True"},
    {"2 >= 3", "False"},
    {"1 != 2", "True"},
    {"1 < 2 < 3", "True"},
    {"1 < 3 < 2", "False"},
    {"1 < 2 > 1", "True"},
    {"9007199254740993 > 9007199254740992", "True"},
    {"\"a\" != \"a\"", "False"},
    {"none != 0", "True"},
    {"undefined_name == none", "False"},
    {"undefined_name == undefined_other", "True"},
    {"[] == false", "False"},
    {"\"\" == none", "False"},
};

TEST(JinjaExpression, Comparisons) { expectExpressions(comparisons); }

static const TemplateCase membership[] = {
    {"1 in [1, 2]", "True"},
    {"3 in [1, 2]", "False"},
    {"1.0 in [1]", "True"},
    {"\"a\" in {\"a\": 1}", "True"},
    {"\"b\" in {\"a\": 1}", "False"},
    {"1 in {\"a\": 1}", "False"},
    {"\"ell\" in \"hello\"", "True"},
    {"\"\" in \"hello\"", "True"},
    {"\"a\" not in \"b\"", "True"},
    {"2 not in [1]", "True"},
    {"(1, 2) in [(1, 2)]", "True"},
    {"none in [none]", "True"},
    {"\"x\" in undefined_name", "False"},
};

TEST(JinjaExpression, Membership) { expectExpressions(membership); }

static const TemplateCase logic[] = {
    {"1 and 2", "2"},
    {"0 and 2", "0"},
    {"\"\" or \"x\"", "x"},
    {"\"a\" or \"x\"", "a"},
    {"none or 0", "0"},
    {"not none", "True"},
    {"not \"\"", "True"},
    {"not \"a\"", "False"},
    {"not []", "True"},
    {"not [0]", "False"},
    {"not {}", "True"},
    {"not 0.0", "True"},
    {"[] and 1", "[]"},
    {"true and none", "None"},
    {"false or undefined_name is defined", "False"},
    {"1 if \"\" else 2", "2"},
    {"\"y\" if [1] else \"n\"", "y"},
    {"\"y\" if undefined_name else \"n\"", "n"},
    {"1 if 1", "1"},
    {"(1 if 0) is defined", "False"},
};

TEST(JinjaExpression, Logic) { expectExpressions(logic); }

static const TemplateCase texts[] = {
    {"\"hello\"[0]", "h"},
    {"\"hello\"[-1]", "o"},
    {"\"hello\"[1:3]", "el"},
    {"\"hello\"[::-1]", "olleh"},
    {"\"hello\"[::2]", "hlo"},
    {"\"hello\"[-3:]", "llo"},
    {"\"hello\"[:-1]", "hell"},
    {"\"hello\"[10:]", ""},
    {"\"hello\"[4:1]", ""},
    {"\"hello\"[4:1:-1]", "oll"},
    {"\"grüße\"[2]", "ü"},
    {"\"grüße\"[1:4]", "rüß"},
    {"\"grüße\"[::-1]", "eßürg"},
    {"\"😀a\"[0]", "😀"},
    {"\"a\" * 3", "aaa"},
    {"\"ab\" * 0", ""},
    {"\"ab\" * -1", ""},
    {"\"a\" + \"b\"", "ab"},
    {"\"a\" ~ none", "aNone"},
    {"\"a\" ~ true", "aTrue"},
    {"\"a\" ~ 1.5", "a1.5"},
    {"\"a\" ~ [1, \"b\"]", "a[1, 'b']"},
    {"\"tab\\there\"", "tab\there"},
    {"\"quote\\\"d\"", "quote\"d"},
    {"'it\\'s'", "it's"},
    {"\"back\\\\slash\"", "back\\slash"},
    {"\"\\u00e9\"", "é"},
    {"\"\\x41\"", "A"},
    {"\"new\\nline\"", "new\nline"},
    {"\"hello\"[undefined_name] is defined", "False"},
    {"\"hello\"[9] is defined", "False"},
    {"\"a\" \"b\"", "ab"},
};

TEST(JinjaExpression, Texts) { expectExpressions(texts); }

static const TemplateCase lists[] = {
    {"[1, 2, 3][0]", "1"},
    {"[1, 2, 3][-1]", "3"},
    {"[1, 2, 3][1:]", "[2, 3]"},
    {"[1, 2, 3][::-1]", "[3, 2, 1]"},
    {"[1, 2, 3][5] is defined", "False"},
    {"[1] * 3", "[1, 1, 1]"},
    {"[1, \"a\", none, true, 1.5]", "[1, 'a', None, True, 1.5]"},
    {"[\"a'b\"]", "[\"a'b\"]"},
    {"[\"a\\\"b\"]", "['a\"b']"},
    {"[\"it's \\\"x\\\"\"]", "['it\\'s \"x\"']"},
    {"[\"\\n\\t\\\\\"]", "['\\n\\t\\\\']"},
    {"[[], [[]]]", "[[], [[]]]"},
    {"()", "()"},
    {"(1,)", "(1,)"},
    {"(1, 2)", "(1, 2)"},
    {"[(1, \"a\")]", "[(1, 'a')]"},
    {"[\"é\"]", "['é']"},
    {"[1, 2] + [3]", "[1, 2, 3]"},
    {"(1,) + (2,)", "(1, 2)"},
    {"[{\"a\": [1]}]", "[{'a': [1]}]"},
    {"(1, 2)[0]", "1"},
    {"[1, 2, 3, 4][1:3]", "[2, 3]"},
    {"[1, 2, 3, 4][3:0:-2]", "[4, 2]"},
    {"[1, 2, 3, 4][-2:]", "[3, 4]"},
    {"[1,]", "[1]"},
};

TEST(JinjaExpression, Lists) { expectExpressions(lists); }

static const TemplateCase dicts[] = {
    {"{\"a\": 1}", "{'a': 1}"},
    {"{\"a\": 1}.a", "1"},
    {"{\"a\": 1}[\"a\"]", "1"},
    {"{\"a\": 1}.b is defined", "False"},
    {"{\"a\": {\"b\": 2}}.a.b", "2"},
    {"{\"a\": 1}.get(\"a\")", "1"},
    {"{\"a\": 1}.get(\"b\")", "None"},
    {"{\"a\": 1}.get(\"b\", 3)", "3"},
    {"{\"a\": 1, \"b\": 2}.keys() | list", "['a', 'b']"},
    {"{\"a\": 1, \"b\": 2}.values() | list", "[1, 2]"},
    {"{\"a\": 1, \"b\": 2}.items() | list", "[('a', 1), ('b', 2)]"},
    {"{}", "{}"},
    {"{\"a\": 1, \"a\": 2}", "{'a': 2}"},
    {"{\"a\": none, \"b\": true}", "{'a': None, 'b': True}"},
    {"{\"a\": 1} | length", "1"},
    {"{\"a\": 1, \"b\": 2} | list", "['a', 'b']"},
    {"{\"a\": 1} | items | list", "[('a', 1)]"},
    {"dict(a=1, b=\"x\")", "{'a': 1, 'b': 'x'}"},
    {"dict(a=1).a", "1"},
    {"{\"it's\": \"x\"}", "{\"it's\": 'x'}"},
    {"{\"a\": (1,)}", "{'a': (1,)}"},
};

TEST(JinjaExpression, Dicts) { expectExpressions(dicts); }

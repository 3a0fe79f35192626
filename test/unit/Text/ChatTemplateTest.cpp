//===- ChatTemplateTest.cpp - errors and limits of chat templates -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestSupport.h"

#include "llmrt/ChatTemplate.h"

#include <nlohmann/json.hpp>

#include <random>

using namespace llmrt;
using namespace llmrt::test;

namespace {

const std::vector<ChatMessage> hello = {{"user", "Hello"}};

Expected<std::string> render(const std::string &source,
                             const ChatOptions &options = {}) {
  Expected<ChatTemplate> chat = ChatTemplate::parse(source);
  if (!chat)
    return chat.status();
  return chat->render(hello, options);
}

void expectFailure(const std::string &source, const char *what) {
  Expected<std::string> prompt = render(source);
  ASSERT_FALSE(prompt) << source.substr(0, 80) << " gave " << *prompt;
  EXPECT_NE(prompt.message().find(what), std::string::npos) << prompt.message();
  EXPECT_EQ(prompt.message().find("chat template"), 0u) << prompt.message();
}

std::string repeat(const std::string &text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i)
    out += text;
  return out;
}

} // namespace

TEST(ChatTemplate, UnsupportedConstructsAreNamedWithTheirLine) {
  expectFailure("a\n{% include 'other.jinja' %}",
                "line 2: statement 'include'");
  expectFailure("{% call 5 %}{% endcall %}", "expected a call of a macro");
  expectFailure("{% macro f(a=1, b) %}{% endmacro %}",
                "a parameter without a default");
  expectFailure("{% include 'x' %}", "'include'");
  expectFailure("{% raw %}{% endraw %}", "'raw'");
  expectFailure("\n\n{{ x | urlize }}", "line 3: filter 'urlize'");
  expectFailure("{{ x is matching }}", "test 'matching'");
  expectFailure("{{ 2 ** 3 }}", "'**'");
  expectFailure("{{ f(*x) }}", "'*'");
  expectFailure("{% for x in y recursive %}{% endfor %}", "recursive");
  expectFailure("{{ 'a'.encode() }}", "method 'encode'");
  expectFailure("{{ messages.append(1) }}", "method 'append'");
  expectFailure("{{ range('1') }}", "'range' wants one to three integers");
  expectFailure("{{ ''.__class__.__mro__ }}", "undefined");
}

TEST(ChatTemplate, AMacroThatCallsItselfForEverIsStopped) {
  expectFailure("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "nested too deeply");
  expectFailure("{% macro f(n) %}{% call g(n) %}{% endcall %}{% endmacro %}"
                "{% macro g(n) %}{{ caller() }}{{ f(n + [n]) }}{% endmacro %}"
                "{{ f([]) }}",
                "line 1");
}

TEST(ChatTemplate, AMacroThatOutlivesItsScopeSeesTheTemplate) {
  Expected<std::string> prompt =
      render("{% set ns = namespace() %}{% set a = 1 %}{% for i in [1, 2] %}"
             "{% macro f() %}{{ a }}{{ i is defined }}{% endmacro %}"
             "{% set ns.f = f %}{% endfor %}{{ ns.f() }}");
  ASSERT_TRUE(prompt) << prompt.message();
  EXPECT_EQ(*prompt, "1False");
}

TEST(ChatTemplate, IsTriedAsAProgramWillUseIt) {
  TokenizerModel model;
  model.tokens = {"<s>"};
  model.bosId = 0;
  model.chatTemplate = "{{ bos_token }}{{ strftime_now('%Y') }}{{ messages }}";
  EXPECT_TRUE(tryChatTemplate(model));
  for (const char *bad :
       {"{% include 'x' %}", "{{ nope.x }}", "{{ raise_exception('no') }}"}) {
    model.chatTemplate = bad;
    EXPECT_FALSE(tryChatTemplate(model)) << bad;
  }
}

TEST(ChatTemplate, SyntaxErrorsAreNamedWithTheirLine) {
  expectFailure("{% if x %}", "'endif' before the end");
  expectFailure("\n{% for x in y %}", "line 2: expected 'endfor'");
  expectFailure("{% endif %}", "statement 'endif'");
  expectFailure("{{ 1 + }}", "expected an expression");
  expectFailure("{{ (1 }}", "expected ')'");
  expectFailure("{{ 'a }}", "closing quote");
  expectFailure("{{ 1 ", "without its end");
  expectFailure("{# a", "'#}'");
  expectFailure("{{ a ? b }}", "'?'");
  expectFailure("{{ 1) }}", "unexpected ')'");
  expectFailure("{% break %}", "outside a loop");
  expectFailure("{{ 99999999999999999999 }}", "64 bits");
  expectFailure("{{ '\\ud800' }}", "names no character");
  expectFailure("{% set 5 = 6 %}", "the name of a variable");
}

TEST(ChatTemplate, MistakesWhileRenderingAreNamed) {
  expectFailure("\n{{ nobody.content }}", "line 2: 'nobody' is undefined");
  expectFailure("{{ 'a' + 1 }}", "'+' does not work on str and int");
  expectFailure("{{ 1 // 0 }}", "division by zero");
  expectFailure("{{ 9223372036854775807 + 1 }}", "64 bits");
  expectFailure("{{ (0 - 9223372036854775807 - 1) // -1 }}", "64 bits");
  expectFailure("{{ nothing() }}", "'nothing' is undefined");
  expectFailure("{% for a, b in [1] %}{% endfor %}", "cannot unpack");
  expectFailure("{% set messages.x = 1 %}", "not a namespace");
  expectFailure("{{ 'ä' | upper }}", "beyond ASCII");
}

TEST(ChatTemplate, ExceptionsOfTheTemplateAreItsErrors) {
  expectFailure("{{ raise_exception('roles must alternate') }}",
                "refuses these messages: roles must alternate");
}

TEST(ChatTemplate, DatesComeFromTheCaller) {
  const char *source = "{{ strftime_now('%Y') if strftime_now is defined "
                       "else 'none' }}";
  EXPECT_EQ(*render(source), "none");
  std::tm date{};
  date.tm_year = 126;
  ChatOptions options;
  options.now = &date;
  EXPECT_EQ(*render(source, options), "2026");
}

TEST(ChatTemplate, InvalidBytesOfMessagesAreRepaired) {
  Expected<ChatTemplate> chat =
      ChatTemplate::parse("{{ messages[0].content }}");
  std::vector<ChatMessage> messages = {{"user", "a\xFF"}};
  EXPECT_EQ(*chat->render(messages, {}), "a\uFFFD");
}

TEST(ChatTemplate, ManyLongMessagesAreWithinTheLimits) {
  Expected<ChatTemplate> chat = ChatTemplate::parse(
      "{% for m in messages %}{{ m.role + ': ' + m.content | trim }}"
      "{% if loop.index == messages | length %}!{% endif %}\n{% endfor %}");
  std::vector<ChatMessage> messages(2000, {"user", std::string(10000, 'x')});
  Expected<std::string> prompt = chat->render(messages, {});
  ASSERT_TRUE(prompt) << prompt.message();
  EXPECT_EQ(prompt->size(), 2000u * 10006 + 1);
}

TEST(ChatTemplate, RefusesDeepNesting) {
  expectFailure("{{ " + repeat("(", 50000) + repeat(")", 50000) + "}}",
                "nested deeper");
  expectFailure("{{ " + repeat("[", 50000) + repeat("]", 50000) + "}}",
                "nested deeper");
  expectFailure("{{ " + repeat("{1:", 50000) + repeat("}", 50000) + " }}",
                "nested deeper");
  expectFailure("{{ " + repeat("-", 100000) + "1 }}", "nested deeper");
  expectFailure("{{ " + repeat("not ", 100000) + "1 }}", "nested deeper");
  expectFailure("{{ 1" + repeat(" + 1", 100000) + " }}", "nested deeper");
  expectFailure("{{ 1" + repeat(" or 1", 100000) + " }}", "nested deeper");
  expectFailure("{{ a" + repeat(".b", 100000) + " }}", "nested deeper");
  expectFailure("{{ a" + repeat("[0]", 100000) + " }}", "nested deeper");
  expectFailure("{{ a" + repeat("|trim", 100000) + " }}", "nested deeper");
  expectFailure("{{ " + repeat("f(", 50000) + repeat(")", 50000) + "}}",
                "nested deeper");
  expectFailure("{{ " + repeat("a if b else ", 50000) + "c }}",
                "nested deeper");
  expectFailure(repeat("{% if 1 %}", 100000), "nested deeper");
  expectFailure(repeat("{% for a in b %}", 50000), "nested deeper");
  expectFailure(std::string(2 << 20, ' '), "1 MiB");
}

TEST(ChatTemplate, HostileTemplatesRunOutOfBudget) {
  const char *loop = "{% for a in range(100000) %}";
  expectFailure(repeat(loop, 3) + repeat("{% endfor %}", 3), "limit of work");
  expectFailure("{% for a in range(1000000) %}{% endfor %}", "100000 numbers");
  expectFailure("{{ 'x' * 9000000000 }}", "limit of work");
  expectFailure("{{ [0] * 900000000 }}", "limit of work");
  expectFailure("{% set ns = namespace(x='ab') %}" + std::string(loop) +
                    "{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "limit of work");
  expectFailure("{% set ns = namespace(x='ab') %}" + std::string(loop) +
                    "{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "limit of work");
  expectFailure("{% set ns = namespace(x=[1]) %}" + std::string(loop) +
                    "{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "limit of work");
  expectFailure("{% set x = 'x' * 100000 %}{{ x | replace('x', x) }}",
                "limit of work");
  expectFailure(std::string(loop) + "{{ 'x' * 1000 }}{% endfor %}", "64 MiB");
}

/// Work ends at every place of every operation: between the parts of a list that
/// one filter makes for another, too.
TEST(ChatTemplate, WorkMayEndAnywhere) {
  const std::string values = "{% set d = {'b': 1, 'a': [2, 'x']} %}"
                             "{% set l = [3, 1, 2] %}{% set s = ' a b,c ' %}";
  const std::string operations =
      "{{ d | dictsort }}{{ d | dictsort(false, 'key', true) }}"
      "{{ l | sort }}{{ l | sort(reverse=true) }}{{ l | unique }}"
      "{{ l | sum }}{{ l | min }}{{ l | max }}{{ l | list }}{{ s | list }}"
      "{{ l | join(',') }}{{ l | first }}{{ l | last }}{{ l | length }}"
      "{{ l | reverse | list }}{{ d | items | list }}{{ d | tojson }}"
      "{{ [d] | tojson(indent=2) }}{{ s | trim | upper }}{{ s | title }}"
      "{{ s | replace('a', 'bb') }}{{ s | indent(2) }}{{ s | string }}"
      "{{ [d, d] | map(attribute='b') | list }}"
      "{{ l | map('string') | list }}{{ [d] | selectattr('b') | list }}"
      "{{ [d] | rejectattr('b') | list }}{{ l | select('odd') | list }}"
      "{{ '%s-%s' | format(1, d) }}{{ '%s %s' % (l, d) }}"
      "{{ s.split(',') }}{{ s.strip() }}{{ s.replace('a', 'b') }}"
      "{{ s.upper() }}{{ s.startswith((' ', 'x')) }}{{ d.items() | list }}"
      "{{ d.keys() | list }}{{ d.values() | list }}{{ d.get('a') }}"
      "{{ l + [4] }}{{ l * 2 }}{{ s ~ l ~ d }}{{ s * 3 }}{{ l[1:] }}"
      "{{ s[::-1] }}{{ 3 in l }}{{ 'a' in s }}{{ d == {'b': 1} }}"
      "{{ 'a' < s }}{{ (1, d) }}{{ dict(a=1) }}{{ range(3) | list }}"
      "{% for k, v in d | dictsort %}{{ k }}{{ v }}{% endfor %}"
      "{% set n = namespace(x=[]) %}{% set n.x = n.x + [d] %}"
      "{% macro m(a, b=l) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}"
      "{% filter upper %}{{ s }}{% endfilter %}";
  Expected<std::string> whole = render(values + operations);
  ASSERT_TRUE(whole) << whole.message();
  Expected<ChatTemplate> endless = ChatTemplate::parse(
      values + "{% for i in range(40) %}" + operations + "{% endfor %}");
  ASSERT_TRUE(endless);
  for (uint64_t limit = 0; limit < 100000; limit += 8) {
    ChatOptions options;
    options.workLimit = limit;
    Expected<std::string> prompt = endless->render(hello, options);
    ASSERT_FALSE(prompt) << limit;
    ASSERT_NE(prompt.message().find("limit of work"), std::string::npos)
        << limit << ": " << prompt.message();
  }
}

TEST(ChatTemplate, TwinsOfTwinsAreNotPrinted) {
  // 2^60 elements in 60 lists: small in memory, endless to walk.
  std::string twins = "{% set ns = namespace(x=['a']) %}"
                      "{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
                      "{% endfor %}";
  expectFailure(twins + "{{ ns.x }}", "limit of work");
  expectFailure(twins + "{{ ns.x | tojson }}", "limit of work");
  expectFailure(twins + "{{ ns.x == [ns.x[0], ns.x[0]] }}", "limit of work");
  expectFailure(twins + "{{ 'a' in ns.x }}", "limit of work");
  expectFailure(twins + "{{ ns.x | join }}", "limit of work");
  expectFailure(twins + "{{ ns.x ~ '' }}", "limit of work");
}

TEST(ChatTemplate, EveryPrimitivePaysForWhatItReads) {
  // Each would take minutes or gigabytes if only its own step were counted.
  for (const char *work :
       {"s | length", "s is lower", "s[1:2]", "s == s ~ ''", "s < t", "t in s",
        "s.find(t)", "s.count(t)", "s.split(t)", "s.replace(t, '')",
        "s.strip(t)", "s | int", "s | tojson", "none[s]", "[] | join(s)",
        "{'a': 1}[s]", "[{}] | map(attribute=s) | list", "s.startswith(t)"})
    expectFailure("{% set s = 'ab' * 4000000 %}{% set t = 'ab' * 2000000 %}"
                  "{% for i in range(100000) %}{% if " +
                      std::string(work) + " %}{% endif %}{% endfor %}",
                  "limit of work");
  expectFailure("{{ (',' * 20000000).split(',') | length }}", "limit of work");
  expectFailure("{{ ('\n' * 20000000).splitlines() | length }}",
                "limit of work");
  expectFailure("{{ [[[[[1] * 300000]]]] | tojson(indent=64) }}",
                "limit of work");
  expectFailure("{% set ns = namespace(x=[0]) %}{% for i in range(60) %}"
                "{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
                "{{ ns.x | tojson(indent=64) }}",
                "limit of work");
}

TEST(ChatTemplate, ManyVariablesAreWorkToFind) {
  std::string many;
  for (int i = 0; i < 20000; ++i)
    many += "{% set v" + std::to_string(i) + " = 1 %}";
  expectFailure(many + "{% for i in range(100000) %}{% if v19999 %}{% endif %}"
                       "{% endfor %}",
                "limit of work");
}

TEST(ChatTemplate, ValuesCannotNestWithoutEndOrHoldThemselves) {
  expectFailure("{% set ns = namespace(x=[]) %}{% for i in range(1000) %}"
                "{% set ns.x = [ns.x] %}{% endfor %}",
                "nested deeper");
  expectFailure("{% set ns = namespace() %}{% set ns.x = ns %}", "namespace");
  expectFailure("{% set ns = namespace() %}{% set ns.x = [ns] %}", "namespace");
  expectFailure("{% set ns = namespace() %}{{ {'a': ns} }}", "namespace");
}

TEST(ChatTemplate, RandomDamageNeverHangs) {
  auto goldens = nlohmann::json::parse(readInput("chat/goldens.json"));
  std::mt19937 bits(5);
  double begin = processorSeconds();
  size_t rendered = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string source = goldens[bits() % goldens.size()].at("template");
    for (unsigned i = 1 + bits() % 3; i > 0 && !source.empty(); --i) {
      size_t at = bits() % source.size();
      if (bits() % 2)
        source[at] = "{}%#[]()'\"|.-+~ \n0a"[bits() % 19];
      else
        source.erase(at, 1 + bits() % 6);
    }
    rendered += bool(render(source));
  }
  EXPECT_GT(rendered, 100u);
  EXPECT_LT(processorSeconds() - begin, 60.0);
}

TEST(ChatTemplate, SeesTheVariablesOfTheCaller) {
  const char *source = "{{ enable_thinking }} {{ tools | tojson }} "
                       "{{ bos_token }} {{ messages | length }} {{ nope }}";
  ChatOptions options;
  options.bosToken = "<s>";
  options.variables = R"({"enable_thinking": false, "tools": [{"z": 1, "a": 2}],
                          "bos_token": "B", "messages": []})";
  Expected<ChatTemplate> chat = ChatTemplate::parse(source);
  ASSERT_TRUE(chat) << chat.message();
  ChatMessage hello{"user", "Hello"};
  EXPECT_EQ(*chat->render({&hello, 1}, options),
            R"(False [{"z": 1, "a": 2}] B 1 )");
  EXPECT_TRUE(ChatTemplate::checkVariables(options.variables));
  for (const char *wrong : {"[]", "{", "enable_thinking=false"}) {
    options.variables = wrong;
    EXPECT_FALSE(ChatTemplate::checkVariables(wrong));
    EXPECT_NE(chat->render({&hello, 1}, options)
                  .message()
                  .find("the template's variables"),
              std::string::npos);
  }
}

TEST(ChatTemplate, RendersAConversationInJson) {
  const char *source =
      "{% for m in messages %}{{ m.role }}:{% if m.content is string %}"
      "{{ m.content }}{% else %}{% for part in m.content %}"
      "{{ '<image>' if part.type == 'image' else part.text }}{% endfor %}"
      "{% endif %}{{ m.tool_calls | tojson if m.tool_calls }};{% endfor %}"
      "{{ enable_thinking }}{{ add_generation_prompt }}";
  Expected<ChatTemplate> chat = ChatTemplate::parse(source);
  ASSERT_TRUE(chat) << chat.message();
  ChatOptions options;
  const char *conversation = R"({"messages": [
    {"role": "user", "content": [{"type": "image"},
                                 {"type": "text", "text": "What?"}]},
    {"role": "assistant", "content": "", "tool_calls": [{"id": 7}]}],
    "enable_thinking": true, "add_generation_prompt": false})";
  EXPECT_EQ(*chat->renderJson(conversation, options),
            "user:<image>What?;assistant:[{\"id\": 7}];TrueFalse");
  options.variables = R"({"enable_thinking": 0})"; // counts more
  EXPECT_TRUE(chat->renderJson(conversation, options)->ends_with(";0False"));
  for (const char *wrong : {"", "[]", "{}", R"({"messages": 5})", "{"})
    EXPECT_NE(chat->renderJson(wrong, {}).message().find("the conversation"),
              std::string::npos)
        << wrong;
}

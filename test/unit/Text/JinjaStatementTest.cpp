//===- JinjaStatementTest.cpp - loops, scopes and white space of chat templates ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The expected texts are those of jinja2 3.1 in the sandbox that
// utils/make-chat-goldens.py sets up, printed by it, not by this interpreter.
//===----------------------------------------------------------------------===//

#include "JinjaTesting.h"

using namespace llmrt::test;

static const TemplateCase loops[] = {
    {"{% for x in [1, 2, 3] %}{{ x }}{% endfor %}", "123"},
    {"{% for x in [] %}{{ x }}{% else %}none{% endfor %}", "none"},
    {"{% for x in [1, 2, 3] if x > 1 %}{{ x }}{% endfor %}", "23"},
    {"{% for x in [1, 2] if x > 5 %}{{ x }}{% else %}none{% endfor %}", "none"},
    {"{% for a, b in [(1, 2), (3, 4)] %}{{ a }}-{{ b }};{% endfor %}",
     "1-2;3-4;"},
    {"{% for k, v in {\"a\": 1, \"b\": 2}.items() %}{{ k }}={{ v }};{% endfor "
     "%}",
     "a=1;b=2;"},
    {"{% for k in {\"a\": 1, \"b\": 2} %}{{ k }}{% endfor %}", "ab"},
    {"{% for c in \"grüß\" %}[{{ c }}]{% endfor %}", "[g][r][ü][ß]"},
    {"{% for x in [5, 6, 7] %}{{ loop.index }}{{ loop.index0 }}{{ "
     "loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ "
     "loop.length }};{% endfor %}",
     "1032TrueFalse3;2121FalseFalse3;3210FalseTrue3;"},
    {"{% for x in [1, 2, 3] %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} "
     "{% endfor %}",
     "<1>2 1<2>3 2<3> "},
    {"{% for x in [1, 2] %}{% for y in [3, 4] %}{{ loop.index }}{{ x }}{{ y }} "
     "{% endfor %}{{ loop.index }};{% endfor %}",
     "113 214 1;123 224 2;"},
    {"{% for x in [1, 2, 3, 4] %}{% if x == 3 %}{% break %}{% endif %}{{ x "
     "}}{% endfor %}",
     "12"},
    {"{% for x in [1, 2, 3, 4] %}{% if x % 2 %}{% continue %}{% endif %}{{ x "
     "}}{% endfor %}",
     "24"},
    {"{% for x in undefined_name %}{{ x }}{% else %}empty{% endfor %}",
     "empty"},
    {"{% for x in range(3) %}{{ \",\" if not loop.last }}{% endfor %}", ",,"},
    {"{% for x in [[1, 2], [3]] %}{% for y in x %}{{ y }}{% endfor %}{% endfor "
     "%}",
     "123"},
    {"{% for x in [1, 2] %}{{ loop.previtem is defined }}{{ loop.nextitem is "
     "defined }} {% endfor %}",
     "FalseTrue TrueFalse "},
};

TEST(JinjaStatement, Loops) { expectTemplates(loops); }

static const TemplateCase scopes[] = {
    {"{% set x = 1 %}{{ x }}", "1"},
    {"{% set x = 1 %}{% for i in [1, 2] %}{% set x = i %}{% endfor %}{{ x }}",
     "1"},
    {"{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}", "2"},
    {"{% set ns = namespace(n=0) %}{% for i in [1, 2, 3] %}{% set ns.n = ns.n "
     "+ i %}{% endfor %}{{ ns.n }}",
     "6"},
    {"{% for x in [1] %}{% endfor %}{{ x is defined }}", "False"},
    {"{% set a, b = (1, 2) %}{{ a }}{{ b }}", "12"},
    {"{% set x %}a{{ 1 + 1 }}b{% endset %}[{{ x }}]", "[a2b]"},
    {"{% set loop = 5 %}{{ loop }}", "5"},
    {"{% set ns = namespace(found=false) %}{% for m in messages %}{% if m.role "
     "== \"user\" %}{% set ns.found = true %}{% endif %}{% endfor %}{{ "
     "ns.found }}",
     "True"},
    {"{% set x = 1 %}{% for i in [1] %}{{ x }}{% endfor %}", "1"},
    {"{% if undefined_name is defined %}a{% else %}b{% endif %}", "b"},
    {"{% if 0 %}a{% elif 0 %}b{% elif 1 %}c{% else %}d{% endif %}", "c"},
    {"{% if 0 %}a{% elif 0 %}b{% endif %}", ""},
    {"{% set x = [] %}{% if x %}a{% else %}b{% endif %}", "b"},
    {"{% set messages = [1] %}{{ messages | length }}", "1"},
    {"{% for i in [1, 2] %}{% set y = i %}{{ y }}{% endfor %}{{ y is defined "
     "}}",
     "12False"},
};

TEST(JinjaStatement, Scopes) { expectTemplates(scopes); }

static const TemplateCase whiteSpace[] = {
    {"a\n{% if true %}\nb\n{% endif %}\nc\n", "a\nb\nc"},
    {"a\n  {% if true %}\n  b\n  {% endif %}\nc", "a\n  b\nc"},
    {"a  {%- if true %}  b  {%- endif %}  c", "a  b  c"},
    {"a {{- 1 -}} b", "a1b"},
    {"a {{ 1 }} b", "a 1 b"},
    {"a\n{{ 1 }}\nb", "a\n1\nb"},
    {"  {%+ if true %}a{% endif %}", "  a"},
    {"{% if true +%}\na{% endif %}", "\na"},
    {"a {# comment #} b", "a  b"},
    {"a\n{# comment #}\nb", "a\nb"},
    {"a {#- comment -#} b", "ab"},
    {"  {# c #}x", "x"},
    {"{{ \"a\" }}\n\n{{ \"b\" }}\n", "a\n\nb"},
    {"{% set x = 1 -%}\n\n  a", "a"},
    {"{%- set x = 1 %}\n\n  a", "\n  a"},
    {"a\n\n", "a\n"},
    {"a\n", "a"},
    {"\n", ""},
    {"{% if true -%}   a   {%- endif %}", "a"},
    {"x\t{%- if 1 %}y{% endif %}", "xy"},
    {"{{ \"{{\" }}", "{{"},
    {"{{ \"%}\" }}", "%}"},
    {"{{ '}}' }}", "}}"},
    {"{% if \"%}\" %}a{% endif %}", "a"},
    {"a\r\nb", "a\nb"},
    {"a\r\n{% if 1 %}\r\nb{% endif %}", "a\nb"},
    {"{{ 1 }}{# a #}{{ 2 }}", "12"},
    {"{%if 1%}a{%endif%}", "a"},
    {"{{1}}", "1"},
    {"{%- for x in [1, 2] -%}\n {{ x }} \n{%- endfor -%}\n", "12"},
    {"{% for x in [1, 2] %}\n{{ x }}\n{% endfor %}\n", "1\n2\n"},
    {"a{ b } % #", "a{ b } % #"},
};

TEST(JinjaStatement, WhiteSpace) { expectTemplates(whiteSpace); }

static const TemplateCase conversation[] = {
    {"{{ messages[0].role }}: {{ messages[0][\"content\"] }}", "user: Hello"},
    {"{{ messages[-1].content }}", "Hello"},
    {"{{ messages | length }}", "1"},
    {"{{ messages[0].tool_calls is defined }}", "False"},
    {"{{ messages[0].get(\"name\", \"nobody\") }}", "nobody"},
    {"{{ bos_token }}{{ eos_token }}", "<s></s>"},
    {"{% if add_generation_prompt %}yes{% endif %}", "yes"},
    {"{{ (messages | first).role }}", "user"},
    {"{{ messages | map(attribute=\"role\") | join(\",\") }}", "user"},
    {"{{ messages | selectattr(\"role\", \"equalto\", \"system\") | list | "
     "length }}",
     "0"},
    {"{% if messages[0].role == \"system\" %}s{% else %}{{ \"default\" }}{% "
     "endif %}",
     "default"},
    {"{% for message in messages %}{{ loop.index0 }}{{ message.role | "
     "capitalize }}: {{ message.content | trim }}{{ eos_token if not loop.last "
     "}}{% endfor %}",
     "0User: Hello"},
    {"{{ messages[1:] | length }}", "0"},
    {"{{ messages[0] }}", "{'role': 'user', 'content': 'Hello'}"},
    {"{{ messages }}", "[{'role': 'user', 'content': 'Hello'}]"},
    {"{{ tools }}", "None"},
    {"{{ tools is none }}", "True"},
    {"{% if tools %}a{% else %}b{% endif %}", "b"},
};

TEST(JinjaStatement, Conversation) { expectTemplates(conversation); }

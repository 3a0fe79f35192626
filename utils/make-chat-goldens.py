#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes test/Inputs/chat/goldens.json and shapes.json: what chat templates must
render to; the first construct by construct, the second in the shapes of
published ones (chat_shapes.py), with tools and variables.

Each case is rendered by jinja2 in the sandbox that transformers sets up for
apply_chat_template. Needs the PyPI package `jinja2`.

  make-chat-goldens.py [--render FILE …] [OUTPUT]

With --render, prints the cases of these template files instead.
"""

import datetime
import json
import os
import sys

from jinja2 import TemplateError
from jinja2.exceptions import UndefinedError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

import chat_shapes

# The clock of every case, in ChatTemplateGoldenTest.cpp too.
NOW = datetime.datetime(2024, 7, 26, 13, 5, 9)


class Generation(Extension):
    """transformers' {% generation %}, which renders its body."""

    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(["name:endgeneration"], drop_needle=True)


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])

    def raise_exception(message):
        raise TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def render(source, messages, generate=True, **variables):
    """The prompt, or None where the template fails."""
    try:
        template = environment().from_string(source)
        return template.render(**{**dict(messages=messages, add_generation_prompt=generate, bos_token="<s>",
                                         eos_token="</s>", tools=None, documents=None), **variables})
    except (TemplateError, UndefinedError, TypeError, ValueError, ZeroDivisionError, LookupError):
        return None


def say(*turns):
    return [{"role": role, "content": content} for role, content in turns]


CONVERSATIONS = [
    say(("user", "Hello")),
    say(("system", "Be brief."), ("user", "Hi  there\n"), ("assistant", " Yes? "), ("user", "Grüße 😀\u3000")),
    say(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")),
    say(("system", ""), ("user", "")),
    say(("user", "<|im_end|> {{ x }} {% y %}"), ("assistant", "</think>\n\nsure")),
    say(("user", "one"), ("user", "two")),
    say(("assistant", "first")),
    [],
]

# Templates in the manner of the model families, one construct after another.
FAMILIES = {
    "smollm2": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
               "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
               "<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
               "'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
               "{% endif %}",
    "chatml": """{% for message in messages %}
{{'<|im_start|>' + message.role + '\\n' + message.content | trim + '<|im_end|>\\n'}}
{%- endfor %}
{% if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{% endif %}
""",
    "qwen2.5": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}
            {{- '\\n' + message.content }}
        {%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' + tool_call.name + '"}' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
    "qwen3": """{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else '' %}
    {%- set reasoning_content = '' %}
    {%- if message.role == "assistant" and '</think>' in content %}
        {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
    {%- endif %}
    {%- if loop.index0 > ns.last_query_index and (loop.last or reasoning_content) %}
        {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content }}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + content }}
    {%- endif %}
    {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    "llama3": "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = "
              "'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + "
              "'<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
              "{{ content }}{% endfor %}{% if add_generation_prompt %}"
              "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    "llama3.2": """{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{#- The system message comes first, a comment says. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    "gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
             "{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
             "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
             "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}"
             "{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | "
             "trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}"
             "{% endif %}",
    "phi3": "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}"
            "{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}"
            "{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}"
            "{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
    "mistral": """{%- if messages and messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or message.role == "tool_results" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("After the optional system message, conversation roles must alternate user/assistant/user/assistant/...") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST]" + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST]" + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional system message!") }}
    {%- endif %}
{%- endfor %}
{{- user_messages|length }}
""",
    "zephyr": """{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>\\n'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}""",
    "vicuna": "{% if messages[0].role == 'system' %}{{ messages[0].content | trim }}\n{% endif %}"
              "{% for m in messages if m.role != 'system' %}{% if m.role == 'user' %}USER: {{ m.content }}"
              "{% else %} ASSISTANT: {{ m.content ~ eos_token }}\n{% endif %}{% else %}nothing{% endfor %}"
              "{% if add_generation_prompt %} ASSISTANT:{% endif %}",
    "tool-macros": """{%- macro json_type(spec, depth=0) -%}
    {%- if spec.type == "array" -%}
        {{- json_type(spec["items"], depth + 1) ~ "[]" -}}
    {%- elif spec.type == "object" -%}
        {{- "{" -}}
        {%- for name, inner in spec.properties | dictsort -%}
            {{- name ~ ("" if name in spec.get("required", []) else "?") ~ ": " ~ json_type(inner, depth=depth + 1) -}}
            {%- if not loop.last %}, {% endif -%}
        {%- endfor -%}
        {{- "}" -}}
    {%- else -%}
        {{- {"string": "str", "integer": "int"}.get(spec.type, "any") -}}
    {%- endif -%}
{%- endmacro -%}
{%- macro turn(role, end=eos_token) -%}
<|{{ role }}|>
{{ caller(role | upper) }}{{ end }}
{% endmacro -%}
{%- set spec = {"type": "object", "required": ["b"], "properties": {"b": {"type": "array", "items": {"type": "integer"}}, "A": {"type": "string"}}} -%}
{{- json_type(spec) }} on {{ strftime_now("%d %B %Y, %H:%M") }}
{% for message in messages -%}
    {% call(name) turn(message.role) %}[{{ name }}] {{ message.content | trim }}{% endcall %}
{% endfor -%}
{% filter trim | replace("x", "y") %}  {{ messages | map(attribute="role") | unique | sort | join("/") }} {% endfilter %}
{%- if add_generation_prompt %}<|assistant|>
{% endif -%}
""",
    "generation-marks": "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}"
                        "{{ eos_token }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}\n{% endfor %}",
}

# One construct each, rendered once.
EXPRESSIONS = r"""
{{ 1 + 2 * 3 - 4 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 6 / 4 }} {{ 4 / 2 }}
{{ 1.5 + 1 }} {{ 1e20 }} {{ 1e16 }} {{ 1e15 }} {{ 0.0001 }} {{ 0.00001 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 1_000 }}
{{ 'a' ~ 1 ~ none ~ true ~ 1.0 ~ undefined_name ~ [1, 'x'] }}
{{ not true and false or true }} {{ not (true and false) }} {{ 1 and 0 or 'z' }} {{ '' or 'b' }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'a' < 'b' }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' != 'b' }} {{ [1, 2] == [1, 2] }}
{{ 'b' in 'abc' }} {{ 'x' not in 'abc' }} {{ 2 in [1, 2] }} {{ 'k' in {'k': 1} }} {{ 1 in (1, 2) }} {{ 'a' in nope }}
{{ 'yes' if 1 else 'no' }} {{ 'yes' if 0 else 'no' }} {{ 'yes' if 0 }}| {{ 'a' if 0 else 'b' if 0 else 'c' }}
{{ [1, 2, 3][1] }} {{ [1, 2, 3][-1] }} {{ [1][5] }}| {{ 'häß'[1] }} {{ 'abc'[-1] }} {{ {'a': 5}['a'] }} {{ {'a': 5}.a }}
{{ [1, 2, 3, 4][1:3] }} {{ [1, 2, 3, 4][::-1] }} {{ 'hällo'[1:3] }} {{ 'abc'[::-1] }} {{ 'abc'[-2:] }} {{ 'abcdef'[4:1:-2] }}
{{ [1, 2, 3][-100:100] }} {{ 'abc'[5:] }}| {{ 'abc'[2:1] }}| {{ [1, 2, 3][:-1] }} {{ (1, 2)[0] }} {{ [[1, 2], [3]].0.1 }}
{{ 'ab' * 3 }} {{ [0] * 3 }} {{ [1] + [2] }} {{ -3 | abs }} {{ - 3 }} {{ +3 }} {{ -(2 + 3) }}
{{ "q'uote" }} {{ ["q'uote", 'd"q', 'n\n', 'tab\t', '\\'] }} {{ {'a': none, 'b': [true, 1.5]} }}
{{ 'es\x41c \u00e9 \101 \q \'x\' "y"' }} {{ 'two ' 'parts' }}
{{ '  x '|trim }}| {{ 'xxaxx'|trim('x') }} {{ ' \u3000a\u00a0'|trim }}| {{ 'abc'|length }} {{ 'häß'|length }} {{ [1, 2]|count }}
{{ nope|default('d') }} {{ ''|default('d') }}| {{ ''|default('d', true) }} {{ none|d('x') }} {{ nope|d }}| {{ 0|default(1, boolean=true) }}
{{ 'AbC'|lower }} {{ 'AbC'|upper }} {{ 'hello WORLD'|capitalize }} {{ 'hello world'|title }} {{ "it's a-b"|title }}
{{ [1, 2]|join(', ') }} {{ ['a', 'b']|join }} {{ 'abc'|join('-') }} {{ [{'n': 1}, {'n': 2}]|join('+', attribute='n') }}
{{ [3, 4]|first }} {{ [3, 4]|last }} {{ []|first }}| {{ 'abc'|first }} {{ [1, 2]|reverse|list }} {{ 'abc'|reverse }}
{{ 'a-b-c'|replace('-', '+') }} {{ 'a-b-c'|replace('-', '', 1) }} {{ '5'|int + 1 }} {{ 'x'|int(7) }} {{ '2.7'|int }} {{ 3.9|int }}
{{ '1.5'|float }} {{ 2|float }} {{ 42|string + '!' }} {{ 'a\nb\n\nc'|indent }} {{ 'a\nb'|indent(2, true) }} {{ 'abc'|list }}
{{ {'a': 1, 'b': 'x'}|tojson }} {{ [1, none, true, 'ü"\n<&>']|tojson }} {{ 'ä\u2028\x07'|tojson }} {{ {'a': [1, {'b': []}]}|tojson(indent=2) }}
{{ {'a': 1}|items|list }} {{ {'x': 1}.items()|list }} {{ {'x': 1}.keys()|list }} {{ {'x': 1}.values()|list }} {{ {'x': 1}.get('x') }} {{ {'x': 1}.get('y', 2) }} {{ {'x': 1}.get('y') }}
{{ [{'r': 'u'}, {'r': 'a'}]|selectattr('r', 'equalto', 'u')|list }} {{ [{'r': 'u'}, {}]|rejectattr('r')|list }} {{ [{'r': 'u'}, {}]|selectattr('r', 'defined')|list|length }}
{{ [1, 2, 3, 4]|select('even')|list }} {{ [1, 0, 2]|reject|list }} {{ [1, 2]|map('string')|join('/') }} {{ [{'a': {'b': 1}}]|map(attribute='a.b')|list }} {{ ['a ', ' b']|map('trim')|join }}
{{ x is defined }} {{ x is not defined }} {{ x is undefined }} {{ none is none }} {{ 'a' is string }} {{ 1 is string }} {{ {} is mapping }} {{ [] is iterable }} {{ 'a' is iterable }} {{ 1 is iterable }} {{ 1 is number }} {{ true is number }}
{{ [] is sequence }} {{ 1 is integer }} {{ true is integer }} {{ true is boolean }} {{ 1.0 is float }} {{ true is true }} {{ 1 is true }} {{ false is false }} {{ 3 is odd }} {{ 4 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }}
{{ 1 is eq 1 }} {{ 1 is equalto 2 }} {{ 1 is ne 2 }} {{ 2 is gt 1 }} {{ 'a' is in ['a'] }} {{ 'a' is lower }} {{ 'A' is upper }} {{ raise_exception is defined }} {{ range is callable }} {{ none is not none and true }}
{{ ' a '.strip() }}| {{ 'xxa'.lstrip('x') }} {{ 'axx'.rstrip('x') }} {{ 'abc'.startswith('ab') }} {{ 'abc'.endswith('x') }} {{ 'a,b,c'.split(',') }} {{ 'a,b,c'.split(',', 1)[1] }} {{ ' a  b '.split() }} {{ 'a b  c d'.split(none, 2) }}
{{ 'abc'.upper() }} {{ 'ABC'.lower() }} {{ 'ab cd'.title() }} {{ 'ab'.capitalize() }} {{ 'aXbX'.replace('X', '-') }} {{ 'häab'.find('b') }} {{ 'x'.find('y') }} {{ ','.join(['a', 'b']) }} {{ 'a\nb\r\nc'.splitlines() }} {{ 'banana'.count('an') }}
{{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.txt'.removesuffix('.txt') }} {{ range(3)|list }} {{ range(1, 7, 2)|list }} {{ range(3, 0, -1)|list }} {{ dict(a=1).a }} {{ range(0)|list }}
{% set a = 1 %}{% for i in [1, 2] %}{% set a = a + i %}{{ a }}{% endfor %}{{ a }}
{% set ns = namespace(n=0, l=[]) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% set ns.l = ns.l + [i] %}{% endfor %}{{ ns.n }}{{ ns.l }}
{% for i in 'abc' %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }} {% endfor %}
{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}{% for k in {'a': 1} %}{{ k }}{% endfor %}{% for x in [] %}{% else %}none{% endfor %}{% for x in nope %}{% else %}empty{% endfor %}
{% for i in range(10) if i is odd %}{% if i == 7 %}{% break %}{% endif %}{% if i == 3 %}{% continue %}{% endif %}{{ i }}{{ loop.index }}{% endfor %}
{% for i in [1, 2] %}{% for j in [3, 4] %}{{ i }}{{ j }}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}{% for (a, b) in [(1, 2)] %}{{ a }}{{ b }}{% endfor %}
{% set x %}block {{ 1 + 1 }} text{% endset %}{{ x | upper }}{% set a, b = 1, 2 %}{{ a }}{{ b }}{% if x %}{% set y = 5 %}{% endif %}{{ y }}
{% if 0 %}a{% elif 1 %}b{% else %}c{% endif %}{% if none %}a{% elif '' %}b{% else %}c{% endif %}{# comment {{ 1 }} #}!
A {%- if true -%} B {%- endif -%} C {{- 1 -}} D {{ 2 -}}   E{# x -#}   F   {#- y #} G
{%+ if true %} kept{%+ endif +%} ${{ '{{' }} {{ '}}' }} {{ {'a': {'b': 1}}['a']['b'] }} {{ {'a': {'b': {}}} }}
{{ (messages|map(attribute='role')|list) ~ '' }} {{ messages|length }} {{ messages[-1].content }} {{ messages[0]['nope'] is defined }} {{ messages[0].get('content') }}
{{ 'a' 'b' }}{{ true }}{{ True }}{{ None }}{{ none }}{{ false or False }}
{% macro f(a, b='B', c=a) %}{{ a }}{{ b }}{{ c }}|{% endmacro %}{{ f(1) }}{{ f(1, 2) }}{{ f(b=3, a=4) }}{{ f(1, 2, c=none) }}{{ f() }}{{ f(f(1)) }}
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }} {{ f is callable }} {{ f(2) | length }}
{% set v = 1 %}{% macro f() %}{{ v }}{% set v2 = 9 %}{% endmacro %}{% set v = 2 %}{{ f() }}{{ v2 is defined }}{% for v in [7] %}{{ f() }}{{ v }}{% endfor %}
{% macro f(a) %}{{ a }}{{ varargs | join('+') }}{{ kwargs | dictsort }}{% endmacro %}{{ f(1, 2, 3, k=4, j=5) }}{{ f(1) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, a=2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ g }}|{{ f }}
{% macro f(t) %}<{{ t }}>{{ caller() }}{{ caller() }}</{{ t }}>{% endmacro %}{% set o = 'o' %}{% call f('b') %}in{{ o }}{% endcall %}{% for i in [1, 2] %}{% call f(i) %}{{ i * 2 }}{% endcall %}{% endfor %}
{% macro f() %}{{ caller is defined }}{{ caller('x', y=2) if caller is defined }}{% endmacro %}{{ f() }}{% call(x, y=1) f() %}{{ x }}{{ y }}{% endcall %}
{% macro f() %}a{% endmacro %}{% call f() %}b{% endcall %}
{% filter upper %}a{{ 'b' }}{% if true %}c{% endif %}{% endfilter %}{% filter replace('a', 'b') | trim %} banana {% endfilter %}|{% set x | upper | trim %} y {% endset %}{{ x }}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% set c = 3 %}{{ c }}{% endwith %}{{ a is defined }}{{ c is defined }}{% with %}{% set d = 1 %}{% endwith %}{{ d is defined }}
{% for i in [1, 2, 3] %}{% macro f(x) %}{{ x }}{{ i }}{% endmacro %}{{ f('i') }}{{ loop.cycle('a', 'b') }}{{ loop.depth }}{% endfor %}
{% for i in [1, 2, 3] %}{% macro f() %}{% for j in [1, 2] %}{% if j == 2 %}{% break %}{% endif %}{{ j }}{% endfor %}{% endmacro %}{% if i == 3 %}{% break %}{% endif %}{{ f() }}{% endfor %}
{{ [3, 1, 2] | sort }} {{ ['b', 'A', 'c'] | sort }} {{ ['b', 'A', 'c'] | sort(case_sensitive=true) }} {{ [1, 3, 2] | sort(reverse=true) }} {{ [1, 3, 2] | sort(true) | join }} {{ [2.5, 1, true] | sort }}
{{ [{'n': 'b', 'k': 1}, {'n': 'a', 'k': 2}, {'n': 'A', 'k': 0}] | sort(attribute='n') | map(attribute='k') | list }} {{ [{'n': 'b', 'k': 1}, {'n': 'a', 'k': 2}, {'n': 'A', 'k': 0}] | sort(attribute='n,k') | map(attribute='k') | list }}
{{ ['a', 'A', 'b', 'a'] | unique | list }} {{ ['a', 'A', 'b', 'a'] | unique(true) | list }} {{ [1, 1.0, true, 2] | unique | list }} {{ [{'r': 'u'}, {'r': 'u'}, {'r': 'a'}] | unique(attribute='r') | map(attribute='r') | join }}
{{ {'b': 1, 'A': 3, 'c': 2} | dictsort }} {{ {'b': 1, 'A': 3} | dictsort(true) }} {{ {'b': 1, 'A': 3} | dictsort(by='value', reverse=true) }} {% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %}
{{ [3, 1, 2] | min }} {{ [3, 1, 2] | max }} {{ [] | max }}| {{ ['b', 'A'] | min }} {{ [{'n': 3}, {'n': 5}] | max(attribute='n') }} {{ [2, 2.0] | max }} {{ 'bca' | max }} {{ messages | map(attribute='content') | map('length') | max }}
{{ [1, 2, 3] | sum }} {{ [1.5, 2] | sum }} {{ [] | sum }} {{ [{'n': 3}, {'n': 5}] | sum(attribute='n') }} {{ [1, 2] | sum(start=10) }} {{ [{'n': 1}] | sum('n', 2) }}
{{ 42.55 | round }} {{ 42.55 | round(1, 'floor') }} {{ 42 | round }} {{ 2.5 | round }} {{ 3.5 | round }} {{ -2.5 | round }} {{ 0.125 | round(2) }} {{ 2.675 | round(2) }} {{ 41.2 | round(0, 'ceil') }} {{ 7 | round(1, 'ceil') }} {{ 2.5 | round | int }}
{{ '%s is %d years' | format('x', 3) }} {{ '%(a)s-%(b)05.1f' | format(a=1, b=2) }} {{ '%5s|%-5s|%05d|%+d|% d|%x|%X|%#x|%o|%%' % ('a', 'b', 42, 7, 8, 255, 255, 255, 8) }} {{ '%.2f %e %g %5.1f' % (3.14159, 12345.678, 0.0001, 2) }}
{{ '%s' % 'one' }} {{ '%d' % 3.9 }} {{ '%r %s' % ('q', none) }} {{ '%(k)s' % {'k': 5} }} {{ '%.1s' % 'abc' }} {{ '%s' % [1, 2] }} {{ '%3c|' % 'x' }} {{ '%d%%' % 50 }} {{ '%x' % -255 }} {{ '%5d|%-5d|' % (-3, -4) }}
{{ '%s' % ('a', 'b') }}
{{ '%s %s' % 'a' }}
{{ '%d' % 'a' }}
{{ 'no %' % 1 }}
{{ '{} and {}'.format('a', 1) }} {{ '{1}{0}{1}'.format('a', 'b') }} {{ '{n}!{{}}'.format(n='x') }} {{ '{}'.format(none) }}
{{ '{} {}'.format(1) }}
{{ [1, 'a'] | sort }}
{{ ['a'] | sum }}
{{ 'abc'.rfind('c') }} {{ 'abcabc'.rfind('b') }} {{ 'abc'.index('c') }} {{ 'a1'.isdigit() }} {{ '12'.isdigit() }} {{ ''.isdigit() }} {{ ' '.isspace() }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.endswith(('x', 'a')) }}
{{ strftime_now('%Y-%m-%d') }} {{ strftime_now('%d %b %Y') }} {{ strftime_now('%A, %B %d, %H:%M:%S %p %j') }} {{ strftime_now is callable }}
{{ {'b': 1, 'a': [1, 2]} | tojson(separators=(',', ':')) }} {{ {'b': 1, 'a': {'d': 0, 'c': 1}} | tojson(sort_keys=true) }} {{ 'é😀' | tojson(ensure_ascii=true) }} {{ {'a': 1} | tojson(indent=2, separators=(',', ': ')) }}
{% set f = namespace() %}{% macro g(x) %}({{ x }}){% endmacro %}{% set f.g = g %}{{ f.g(1) }}{% set d = {'g': g} %}{{ d.g(2) }}{{ d['g'](3) }}{{ [g][0](4) }}
{% set d = {1: 'a', 'b': 2, -3: [], 1: 'c'} %}{{ d }} {{ d[1] }}{{ d[-3] }}{{ d['1'] is defined }} {{ 1 in d }}{{ '1' in d }} {{ d | tojson }} {% for k in d %}{{ k }};{% endfor %}{{ d.items() | list }} {{ d.get(1) }}{{ d.keys() | list }}
{{ {10: 'x', 9: 'y'} | dictsort }} {{ {10: 'x'} == {10: 'x'} }} {{ {10: 'x'} == {'10': 'x'} }}
{{ nope.member }}
{{ nope() }}
{{ 1 + 'a' }}
{{ 'a' < 1 }}
{{ 1 // 0 }}
{{ raise_exception('stop ' ~ 1) }}
{% for x in 5 %}{% endfor %}
{{ none + 'a' }}
{{ {'a': 1}|tojson|length }} {{ 'a'.nope is defined }} {{ none.x is defined }} {{ 'abc' is string and 'b' in 'abc' }} {{ 5 if x is defined else 6 }} {{ (1 if true else 2) + 3 }}
""".strip("\n").split("\n")

WHITESPACE = [
    "  {% if true %}\n  a\n  {% endif %}\n  b\n",
    "a\n\n  {%- if true %}\n  b\n  {%- endif %}\nc",
    "x {% if true %} y {% endif %} z\n",
    "  {{ 1 }}\n  {{ 2 }}\n",
    "{% for i in [1, 2] %}\n\n{{ i }}\n{% endfor %}\n\n",
    "  {# c #}\n  a {# d #}\n b\n  {#- e #}\n",
    "a\r\nb\r{% if true %}\r\nc{% endif %}\n",
    "\t {%+ if true %}x{% endif %}\n\n",
    "{% if true -%}\n\n  a  \n{%- endif %}\n b\n\n\n",
    "{% if true %}\n{% if true %}\n   {% if true %}x{% endif %}\n{% endif %}\n{% endif %}y",
    "{{ 'a' }}\n{{ 'b' -}}\n\n c {{- 'd' }} e",
    "a {% set x = 1 %}\n b {% set y = 2 -%}\n c\n    {% set z = 3 %}    \nd",
    "{#- a -#}  b {#+ c +#}\n d",
    "text only\n",
    "\n",
    "",
    "{",
    "a { b } c %} }} #}",
]


def case(name, source, messages, generate):
    return {"name": name, "template": source, "messages": messages, "generate": generate,
            "prompt": render(source, messages, generate)}


def cases_of(name, source):
    return [case(name, source, messages, generate) for messages in CONVERSATIONS for generate in (True, False)]


def shapes():
    """Each shape's prompt of every conversation."""
    return {"conversations": chat_shapes.CONVERSATIONS,
            "shapes": [{"name": name, "template": source,
                        "prompts": [render(source, **c) for c in chat_shapes.CONVERSATIONS]}
                       for name, source in chat_shapes.SHAPES.items()]}


def main(arguments):
    if arguments[:1] == ["--render"]:
        cases = [c for path in arguments[1:] for c in cases_of(os.path.basename(path), open(path).read())]
        json.dump(cases, sys.stdout, ensure_ascii=False)
        return
    cases = [c for name, source in FAMILIES.items() for c in cases_of(name, source)]
    cases += [case("expression %d" % (i + 1), e, CONVERSATIONS[1], True) for i, e in enumerate(EXPRESSIONS)]
    cases += [case("white space %d" % (i + 1), w, CONVERSATIONS[0], True) for i, w in enumerate(WHITESPACE)]
    path = arguments[0] if arguments else "test/Inputs/chat/goldens.json"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]\n")
    with open(os.path.join(os.path.dirname(path), "shapes.json"), "w") as out:
        json.dump(shapes(), out, ensure_ascii=False, indent=0)
        out.write("\n")


if __name__ == "__main__":
    main(sys.argv[1:])

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Chat templates in the shapes that are published, for make-chat-goldens.py.

Written for this project: the control tokens and the constructs are those of the
model families, the wording of system prompts is ours.
"""

WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "The weather of a place, \"now\" or later.",
    "parameters": {"type": "object", "required": ["place"], "properties": {
        "place": {"type": "string", "description": "A city <&'>"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        "days": {"type": "array", "items": {"type": "integer"}, "default": [1]}}}}}
CLOCK = {"type": "function", "function": {"name": "clock", "description": "", "parameters": {
    "type": "object", "properties": {}}}}

CALLS = [
    {"role": "system", "content": "Use tools."},
    {"role": "user", "content": "Weather in Größe?"},
    {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "id": "call12345", "function": {
        "name": "get_weather", "arguments": {"place": "Größe", "days": [1, 2], "exact": True, "unit": None}}}]},
    {"role": "tool", "name": "get_weather", "tool_call_id": "call12345", "content": "{\"t\": 21.5}"},
    {"role": "assistant", "content": "It is 21.5."},
    {"role": "user", "content": "And the time?"},
]
THOUGHT = [
    {"role": "user", "content": "2+2?"},
    {"role": "assistant", "content": "<think>\nTwo and two.\n</think>\n\nFour.", "reasoning_content": "Two and two."},
    {"role": "user", "content": "Sure? /no_think"},
]
PICTURE = [
    {"role": "system", "content": [{"type": "text", "text": "See."}]},
    {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " What is this? "}, {"type": "image"}]},
    {"role": "assistant", "content": [{"type": "text", "text": "A cat."}]},
    {"role": "user", "content": [{"type": "text", "text": "And now?"}]},
]

# What is rendered: messages, and the variables of the template.
CONVERSATIONS = [
    {"messages": [{"role": "user", "content": "Hello"}]},
    {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " Hi\n"},
                  {"role": "assistant", "content": "Yes? "}, {"role": "user", "content": "Bye 😀"}]},
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
     "add_generation_prompt": False},
    {"messages": CALLS, "tools": [WEATHER, CLOCK]},
    {"messages": CALLS[:4], "tools": [WEATHER], "enable_thinking": False},
    {"messages": THOUGHT, "enable_thinking": True},
    {"messages": THOUGHT, "enable_thinking": False, "thinking": True, "reasoning_effort": "high"},
    {"messages": PICTURE, "add_vision_id": True},
    {"messages": [{"role": "user", "content": "Who?"}], "date_string": "1 May 2025",
     "documents": [{"title": "T", "text": "It was him.", "doc_id": 3}], "citations": True},
]

CHATML_END = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
TOOL_TURN = r"""
    {%- elif message.role == "tool" %}
        {%- if loop.first or loop.previtem.role != "tool" %}{{- '<|im_start|>user' }}{% endif %}
        {{- '\n<tool_response>\n' + message.content + '\n</tool_response>' }}
        {%- if loop.last or loop.nextitem.role != "tool" %}{{- '<|im_end|>\n' }}{% endif %}
"""
TOOL_CALLS = r"""
        {%- for call in message.tool_calls %}
            {%- if call.function %}{% set call = call.function %}{% endif %}
            {{- '\n<tool_call>\n{"name": "' + call.name + '", "arguments": ' }}
            {{- call.arguments if call.arguments is string else call.arguments | tojson }}
            {{- '}\n</tool_call>' }}
        {%- endfor %}
"""

SHAPES = {
    "chatml": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}" + CHATML_END,
    "qwen2.5-tools": r"""
{%- if tools %}
    {{- '<|im_start|>system\n' }}{{- messages[0].content if messages[0].role == 'system' else 'You help.' }}
    {{- "\n\n# Tools\n<tools>" }}{% for tool in tools %}{{- "\n" }}{{- tool | tojson }}{% endfor %}
    {{- "\n</tools><|im_end|>\n" }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == "user" or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}{% if message.content %}{{- '\n' + message.content }}{% endif %}
""" + TOOL_CALLS + r"""        {{- '<|im_end|>\n' }}
""" + TOOL_TURN + r"""    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{% endif %}
""",
    "qwen3-think": r"""
{%- set ns = namespace(last=messages | length - 1, open=true) %}
{%- for message in messages[::-1] %}
    {%- set index = messages | length - 1 - loop.index0 %}
    {%- if ns.open and message.role == 'user' and message.content is string and not message.content.startswith('<tool_response>') %}
        {%- set ns.open = false %}{% set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}{% set content = message.content %}{% else %}{% set content = '' %}{% endif %}
    {%- if message.role in ['user', 'system'] %}
        {{- '<|im_start|>' + message.role + '\n' + content + '<|im_end|>\n' }}
    {%- elif message.role == 'assistant' %}
        {%- set thought = '' %}
        {%- if message.reasoning_content is string %}
            {%- set thought = message.reasoning_content %}
        {%- endif %}
        {%- if '</think>' in content %}
            {%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or (not loop.last and thought)) %}
            {{- '<|im_start|>assistant\n<think>\n' ~ thought.strip('\n') ~ '\n</think>\n\n' ~ content }}
        {%- else %}
            {{- '<|im_start|>assistant\n' ~ content }}
        {%- endif %}
""" + TOOL_CALLS + r"""        {{- '<|im_end|>\n' }}
""" + TOOL_TURN + r"""    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\n\n</think>\n\n' }}{% endif %}
{%- endif %}""",
    "qwen3-coder": r"""
{%- macro extra(object, known) %}
    {%- if object is mapping %}
        {%- for key in object if key not in known %}
            {%- if object[key] is mapping or (object[key] is iterable and object[key] is not string) %}
                {{- '\n<' ~ key ~ '>' ~ (object[key] | tojson | safe) ~ '</' ~ key ~ '>' }}
            {%- else %}
                {{- '\n<' ~ key ~ '>' ~ (object[key] | string) ~ '</' ~ key ~ '>' }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
{%- if tools %}
    {{- "<|im_start|>system\n<tools>" }}
    {%- for tool in tools %}
        {%- if tool.function is defined %}{% set tool = tool.function %}{% endif %}
        {{- "\n<function>\n<name>" ~ tool.name ~ "</name>" }}
        {%- if tool.description %}{{- '\n<description>' ~ (tool.description | trim) ~ '</description>' }}{% endif %}
        {%- for name, field in tool.parameters.properties | items %}
            {{- '\n<parameter>\n<name>' ~ name ~ '</name>' }}{{- extra(field, ['description']) }}{{- '\n</parameter>' }}
        {%- endfor %}
        {{- extra(tool.parameters, ['type', 'properties']) }}{{- '\n</function>' }}
    {%- endfor %}
    {{- "\n</tools><|im_end|>\n" }}
{%- endif %}
{%- for message in messages %}
    {{- '<|im_start|>' ~ message.role }}
    {%- if message.content is string and message.content | trim | length > 0 %}{{- '\n' ~ message.content | trim }}{% endif %}
    {%- for call in message.tool_calls or [] %}
        {{- '\n<function=' ~ call.function.name ~ '>\n' }}
        {%- for name, value in call.function.arguments | items %}
            {{- '<parameter=' ~ name ~ '>\n' ~ (value if value is string else value | tojson) ~ '\n</parameter>\n' }}
        {%- endfor %}
        {{- '</function>' }}
    {%- endfor %}
    {{- '<|im_end|>\n' }}
{%- endfor %}
""",
    "qwen2-vl": r"""{% set images = namespace(value=0) %}{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system
You help.<|im_end|>
{% endif %}<|im_start|>{{ message['role'] }}
{% if message['content'] is string %}{{ message['content'] }}<|im_end|>
{% else %}{% for part in message['content'] %}{% if part['type'] == 'image' or 'image' in part or 'image_url' in part %}{% set images.value = images.value + 1 %}{% if add_vision_id %}Picture {{ images.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}<|im_end|>
{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}""",
    "deepseek-r1": r"""{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, is_output_first=true, system_prompt='') %}{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}{{ bos_token }}{{ ns.system_prompt }}{%- for message in messages %}{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}{{ '<｜User｜>' + message['content'] }}{%- endif %}{%- if message['role'] == 'assistant' and message['tool_calls'] is defined and message['content'] is none or message['tool_calls'] %}{%- set ns.is_tool = false -%}{%- for tool in message['tool_calls'] %}{%- if not ns.is_first %}{{ '<｜Assistant｜><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>' + tool['type'] + '<｜tool▁sep｜>' + tool['function']['name'] + '\n' + '```json' + '\n' ~ tool['function']['arguments'] ~ '\n' + '```' + '<｜tool▁call▁end｜>' }}{%- set ns.is_first = true -%}{%- else %}{{ '\n' + '<｜tool▁call▁begin｜>' + tool['type'] }}{%- endif %}{%- endfor %}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] %}{%- set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{ '<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>' }}{%- endif %}{%- if message['role'] == 'tool' %}{%- set ns.is_tool = true -%}{%- if ns.is_output_first %}{{ '<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>' + message['content'] + '<｜tool▁output▁end｜>' }}{%- set ns.is_output_first = false %}{%- else %}{{ '\n<｜tool▁output▁begin｜>' + message['content'] }}{%- endif %}{%- endif %}{%- endfor -%}{% if ns.is_tool %}{{ '<｜tool▁outputs▁end｜>' }}{% endif %}{% if add_generation_prompt and not ns.is_tool %}{{ '<｜Assistant｜><think>\n' }}{% endif %}""",
    "deepseek-v3.1": r"""{% if not thinking is defined %}{% set thinking = false %}{% endif %}{% set ns = namespace(last_user=false) %}{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}{% elif m.role == 'user' %}{% set ns.last_user = true %}<｜User｜>{{ m.content }}{% elif m.role == 'assistant' %}{% if ns.last_user %}<｜Assistant｜></think>{% endif %}{% set ns.last_user = false %}{{ m.content.split('</think>', 1)[1] if '</think>' in m.content else m.content }}<｜end▁of▁sentence｜>{% endif %}{% endfor %}{% if add_generation_prompt and ns.last_user %}<｜Assistant｜>{{ '<think>' if thinking else '</think>' }}{% endif %}""",
    "deepseek-coder": "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{%- set ns = namespace(found=false) -%}{%- for message in messages -%}{%- if message['role'] == 'system' -%}{%- set ns.found = true -%}{%- endif -%}{%- endfor -%}{{ bos_token }}{%- if not ns.found -%}{{ 'You program.\n' }}{%- endif %}{%- for message in messages %}{%- if message['role'] == 'system' %}{{ message['content'] }}{%- else %}{%- if message['role'] == 'user' %}{{ '### Instruction:\n' + message['content'] + '\n' }}{%- else %}{{ '### Response:\n' + message['content'] + '\n<|EOT|>\n' }}{%- endif %}{%- endif %}{%- endfor %}{% if add_generation_prompt %}{{ '### Response:' }}{% endif %}",
    "llama2": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "llama3.1-tools": r"""
{{- bos_token }}
{%- if custom_tools is defined %}{% set tools = custom_tools %}{% endif %}
{%- if not tools_in_user_message is defined %}{% set tools_in_user_message = true %}{% endif %}
{%- if not date_string is defined %}{% set date_string = "26 Jul 2024" %}{% endif %}
{%- if not tools is defined %}{% set tools = none %}{% endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] | trim if messages[0]['content'] is string else messages[0]['content'][0]['text'] | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
{%- if builtin_tools is defined or tools is not none %}{{- "Environment: ipython\n" }}{% endif %}
{%- if builtin_tools is defined %}{{- "Tools: " + builtin_tools | reject('equalto', 'code_interpreter') | join(", ") + "\n\n" }}{% endif %}
{{- "Today Date: " + date_string + "\n\n" }}{{- system_message }}{{- "<|eot_id|>" }}
{%- if tools_in_user_message and not tools is none %}
    {%- if messages | length != 0 %}
        {%- set first_user_message = messages[0]['content'] | trim %}{% set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("No first user message") }}
    {%- endif %}
    {{- '<|start_header_id|>user<|end_header_id|>\n\n' }}
    {%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\n\n" }}{% endfor %}
    {{- first_user_message + "<|eot_id|>" }}
{%- endif %}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}
        {%- if message.content is string %}{{- message.content | trim }}{% else %}{% for part in message.content %}{{- '<|image|>' if part.type == 'image' else part.text }}{% endfor %}{% endif %}
        {{- '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls | length == 1 %}{{- raise_exception("One call at once") }}{% endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {%- if builtin_tools is defined and tool_call.name in builtin_tools %}
            {%- for arg_name, arg_val in tool_call.arguments | items %}{{- arg_name + '="' + arg_val + '"' }}{% endfor %}
        {%- else %}
            {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' -}}
            {{- '{"name": "' + tool_call.name + '", "parameters": ' }}{{- tool_call.arguments | tojson }}{{- "}" }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\n\n" }}
        {%- if message.content is mapping or message.content is iterable and message.content is not string %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
""",
    "llama4": r"""{{- bos_token }}{%- for message in messages %}{{- '<|header_start|>' + message.role + '<|header_end|>\n\n' }}{%- if message.content is string %}{{- message.content | trim }}{%- else %}{%- for part in message.content %}{%- if part.type == 'image' %}{{- '<|image|>' }}{%- elif part.type == 'text' %}{{- part.text | trim }}{%- endif %}{%- endfor %}{%- endif %}{%- if 'tool_calls' in message and message.tool_calls | length > 0 %}{{- '<|python_start|>' }}{%- for c in message.tool_calls %}{{- c.function.name ~ '(' }}{%- for param in c.function.arguments %}{{- param ~ '=' ~ ('"%s"' | format(c.function.arguments[param])) }}{% if not loop.last %}, {% endif %}{%- endfor %}{{- ')' }}{%- endfor %}{{- '<|python_end|>' }}{%- endif %}{{- '<|eot|>' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|header_start|>assistant<|header_end|>\n\n' }}{%- endif %}""",
    "mistral-v3": r"""
{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}{% set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}{% set tools = none %}{% endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}{{- '"' + key + '": "' + val + '"' }}{% else %}{{- '"' + key + '": ' + val | tojson }}{% endif %}
                    {%- if not loop.last %}{{- ", " }}{% endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}{{- ", " }}{% else %}{{- "]" }}{% endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\n\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function | tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id | length != 9 %}{{- raise_exception("Ids have 9 characters") }}{% endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}{{- ", " }}{% else %}{{- "]" + eos_token }}{% endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"] | trim + eos_token }}
    {%- elif message["role"] == "tool_results" or message["role"] == "tool" %}
        {%- if message.content is defined and message.content.content is defined %}{% set content = message.content.content %}{% else %}{% set content = message.content %}{% endif %}
        {{- '[TOOL_RESULTS] {"content": ' + content | string + ", " }}{{- '"call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- else %}
        {{- raise_exception("Only user and assistant roles") }}
    {%- endif %}
{%- endfor %}
""",
    "mistral-small": r"""{%- set today = strftime_now("%Y-%m-%d") %}{%- set default = "You help. Today is " + today + "." %}{{- bos_token }}{%- if messages[0]['role'] == 'system' %}{%- if messages[0]['content'] is string %}{%- set system_message = messages[0]['content'] %}{%- else %}{%- set system_message = messages[0]['content'][0]['text'] %}{%- endif %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set system_message = default %}{%- set loop_messages = messages %}{%- endif %}{{- '[SYSTEM_PROMPT]' + system_message + '[/SYSTEM_PROMPT]' }}{%- for message in loop_messages %}{%- if message['role'] == 'user' %}{%- if message['content'] is string %}{{- '[INST]' + message['content'] + '[/INST]' }}{%- else %}{{- '[INST]' }}{%- for block in message['content'] %}{%- if block['type'] == 'text' %}{{- block['text'] }}{%- elif block['type'] in ['image', 'image_url'] %}{{- '[IMG]' }}{%- else %}{{- raise_exception('Only text and image blocks') }}{%- endif %}{%- endfor %}{{- '[/INST]' }}{%- endif %}{%- elif message['role'] == 'assistant' %}{%- if message['content'] is string %}{{- message['content'] + eos_token }}{%- else %}{{- message['content'][0]['text'] + eos_token }}{%- endif %}{%- else %}{{- raise_exception('Only user, system and assistant roles') }}{%- endif %}{%- endfor %}""",
    "mixtral": "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}{% else %}{{ raise_exception('Only user and assistant') }}{% endif %}{% endfor %}",
    "gemma3": r"""{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\n\n' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}{%- set role = "model" -%}{%- else -%}{%- set role = message['role'] -%}{%- endif -%}
    {{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}{{ '<start_of_image>' }}{%- elif item['type'] == 'text' -%}{{ item['text'] | trim }}{%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}
""",
    "phi3.5": "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>\n' + message['content'] | string + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] | string + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] | string + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
    "phi4": "{% for message in messages %}{% if (message['role'] == 'system') %}{{'<|im_start|>system<|im_sep|>' + message['content'] | string + '<|im_end|>'}}{% elif (message['role'] == 'user') %}{{'<|im_start|>user<|im_sep|>' + message['content'] | string + '<|im_end|>'}}{% elif (message['role'] == 'assistant') %}{{'<|im_start|>assistant<|im_sep|>' + message['content'] | string + '<|im_end|>'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}",
    "phi4-mini": "{% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and message['tools'] is not none %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|><|end|>' }}{% else %}{{ '<|' + message['role'] + '|>' ~ message['content'] ~ '<|end|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}",
    "command-r": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% elif false == true %}{% set loop_messages = messages %}{% set system_message = 'You help.' %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% if system_message != false %}{{ '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>' ~ system_message ~ '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% if documents %}{% for document in documents %}{{ '\nDocument: ' }}{{ loop.index0 }}\n{% for key, value in document.items() %}{{ key }}: {{ value }}\n{% endfor %}{% endfor %}{% endif %}{% for message in loop_messages %}{% set content = message['content'] %}{% if message['role'] == 'user' %}{{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>' ~ content ~ '<|END_OF_TURN_TOKEN|>' }}{% elif message['role'] == 'assistant' %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' ~ content ~ '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{% endif %}",
    "command-r-tools": r"""{{ bos_token }}
{%- macro json_to_python_type(json_spec) %}
{%- set basic = {"string": "str", "number": "float", "integer": "int", "boolean": "bool"} %}
{%- if basic[json_spec.type] is defined %}
    {{- basic[json_spec.type] }}
{%- elif json_spec.type == "array" %}
    {{- "List[" + json_to_python_type(json_spec["items"]) + "]" }}
{%- elif json_spec.type == "object" %}
    {{- "Dict[str, " + json_to_python_type(json_spec.additionalProperties) + ']' }}
{%- elif json_spec.type is iterable %}
    {{- "Union[" }}{% for t in json_spec.type %}{{- json_to_python_type({"type": t}) }}{% if not loop.last %}{{- "," }}{% endif %}{% endfor %}{{- "]" }}
{%- else %}
    {{- "Any" }}
{%- endif %}
{%- endmacro %}
{%- for tool in tools or [] %}
{%- set tool = tool.function %}
{{- '\n```python\ndef ' + tool.name + '(' }}
{%- for name, fields in tool.parameters.properties | items %}
    {%- if not loop.first %}{{- ", " }}{% endif %}
    {{- name + ": " }}
    {%- if not name in (tool.parameters.required or []) %}{{- "Optional[" + json_to_python_type(fields) + "] = None" }}{% else %}{{- json_to_python_type(fields) }}{% endif %}
{%- endfor %}
{{- ') -> List[Dict]:\n    \'\'\'' }}{{- tool.description }}
{%- if tool.parameters.properties | length != 0 %}
    {{- "\n\n    Args:\n        " }}
    {%- for name, fields in tool.parameters.properties | items %}
        {%- if not loop.first %}{{- "\n        " }}{% endif %}
        {{- name + " (" }}{{- json_to_python_type(fields) }}{{- ")" }}{%- if fields.description %}{{- ": " + fields.description }}{% endif %}
    {%- endfor %}
{%- endif %}
{{- '\n    \'\'\'\n    pass\n```' }}
{%- endfor %}
{%- for message in messages %}
    {%- if message.tool_calls is defined %}
        {{- '<|CHATBOT_TOKEN|>Action: ```json\n[\n' }}
        {%- for tool_call in message.tool_calls %}
            {{- "    {\n" }}{{- '        "tool_name": "' }}{{- tool_call.function.name + '",\n        "parameters": ' }}
            {{- tool_call.function.arguments | tojson(indent=4) | replace('\n', '\n        ') }}{{- '\n    }' }}{% if not loop.last %}{{- ',\n' }}{% endif %}
        {%- endfor %}
        {{- "\n]```" }}
    {%- elif message.role == 'tool' %}
        {{- '<results>' ~ loop.index0 ~ ': ' ~ message.content ~ '</results>' }}
    {%- else %}
        {{- '<|' ~ message.role | upper ~ '_TOKEN|>' ~ message.content }}
    {%- endif %}
{%- endfor %}""",
    "granite3": r"""{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set system_message = "Today's Date: " + strftime_now('%B %d, %Y') + ".\nYou help." %}
    {%- if tools and documents %}{%- set system_message = system_message + " Tools and documents." %}
    {%- elif tools %}{%- set system_message = system_message + " Tools." %}
    {%- elif documents %}{%- set system_message = system_message + " Documents." %}
    {%- elif thinking %}{%- set system_message = system_message + " Think." %}{%- endif %}
    {%- if citations and documents %}{%- set system_message = system_message + '\n\nCite.' %}{%- endif %}
    {%- set loop_messages = messages %}
{%- endif %}
{{- '<|start_of_role|>system<|end_of_role|>' ~ system_message ~ '<|end_of_text|>\n' }}
{%- if tools %}{{- '<|start_of_role|>tools<|end_of_role|>' }}{{- tools | tojson(indent=4) }}{{- '<|end_of_text|>\n' }}{%- endif %}
{%- if documents %}
    {{- '<|start_of_role|>documents<|end_of_role|>' }}
    {%- for document in documents %}
        {{- 'Document ' + loop.index0 | string + '\n' }}{{- document['text'] }}
        {%- if not loop.last %}{{- '\n\n' }}{%- else %}{{- '<|end_of_text|>\n' }}{%- endif %}
    {%- endfor %}
{%- endif %}
{%- for message in loop_messages %}
    {{- '<|start_of_role|>' ~ message['role'] ~ '<|end_of_role|>' ~ message['content'] ~ '<|end_of_text|>\n' }}
    {%- if loop.last and add_generation_prompt %}
        {{- '<|start_of_role|>assistant' }}{%- if controls %}{{- ' ' + controls | tojson() }}{%- endif %}{{- '<|end_of_role|>' }}
    {%- endif %}
{%- endfor %}""",
    "smollm3": r"""{# defaults #}
{%- if enable_thinking is not defined %}{%- set enable_thinking = true %}{%- endif %}
{%- if messages[0].role == "system" %}
    {%- set system_message = messages[0].content if messages[0].content is string else messages[0].content[0].text %}
    {%- if "/no_think" in system_message %}{%- set reasoning_mode = "/no_think" %}
    {%- elif "/think" in system_message %}{%- set reasoning_mode = "/think" %}
    {%- else %}{%- set reasoning_mode = "/think" if enable_thinking else "/no_think" %}{%- endif %}
    {%- set custom_instructions = system_message.replace("/no_think", "").replace("/think", "").rstrip() %}
{%- else %}
    {%- set reasoning_mode = "/think" if enable_thinking else "/no_think" %}
{%- endif %}
{{- "<|im_start|>system\n" -}}
{%- if custom_instructions and "/system_override" in custom_instructions %}
    {{- custom_instructions.replace("/system_override", "").rstrip() + "<|im_end|>\n" -}}
{%- else %}
    {{- "## Metadata\n\nToday: " ~ strftime_now("%d %B %Y") ~ "\nReasoning Mode: " + reasoning_mode + "\n\n" -}}
    {%- if custom_instructions %}{{- custom_instructions + "\n\n" -}}{%- elif reasoning_mode == "/think" -%}{{- "Think first.\n\n" -}}{%- else %}{{- "You help.\n\n" -}}{%- endif %}
    {%- if xml_tools or python_tools or tools %}
        {{- "### Tools\n\n" -}}
        {%- if xml_tools or tools %}
            {%- if tools %}{%- set xml_tools = tools %}{%- endif %}
            {%- set ns = namespace(text="<tools>\n") %}
            {%- for tool in xml_tools[:] %}{%- set ns.text = ns.text ~ (tool | string) ~ "\n" %}{%- endfor %}
            {{- ns.text + "</tools>\n\n" -}}
        {%- endif %}
    {%- endif %}
    {{- "<|im_end|>\n" -}}
{%- endif %}
{%- for message in messages -%}
    {%- set content = message.content if message.content is string else "" %}
    {%- if message.role == "user" -%}
        {{ "<|im_start|>" + message.role + "\n" + content + "<|im_end|>\n" }}
    {%- elif message.role == "assistant" -%}
        {% generation %}
        {%- if reasoning_mode == "/think" -%}
            {{ "<|im_start|>assistant\n" + content.lstrip("\n") + "<|im_end|>\n" }}
        {%- else -%}
            {{ "<|im_start|>assistant\n" + "<think>\n\n</think>\n" + content.lstrip("\n") + "<|im_end|>\n" }}
        {%- endif %}
        {% endgeneration %}
    {%- elif message.role == "tool" -%}
        {{ "<|im_start|>" + "user\n" + content + "<|im_end|>\n" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt -%}
    {%- if reasoning_mode == "/think" -%}{{ "<|im_start|>assistant\n" }}{%- else -%}{{ "<|im_start|>assistant\n" + "<think>\n\n</think>\n" }}{%- endif %}
{%- endif -%}
""",
    "gpt-oss": r"""
{%- macro render_type(spec, required, is_nullable=false) -%}
    {%- if spec.type == "array" -%}
        {%- if spec['items'] -%}{%- if spec['items']['type'] == "string" -%}{{- "string[]" }}{%- elif spec['items']['type'] in ["number", "integer"] -%}{{- "number[]" }}{%- else -%}{{- render_type(spec['items'], required) + "[]" }}{%- endif -%}{%- else -%}{{- "any[]" }}{%- endif -%}
        {%- if is_nullable -%}{{- " | null" }}{%- endif -%}
    {%- elif spec.type is defined and spec.type is iterable and spec.type is not string and spec.type is not mapping and spec.type[0] is defined -%}
        {{- spec.type | join(" | ") }}
    {%- elif spec.oneOf -%}
        {%- for variant in spec.oneOf -%}{{- render_type(variant, required) -}}{%- if not loop.last -%}{{- " | " }}{%- endif -%}{%- endfor -%}
    {%- elif spec.type == "string" -%}
        {%- if spec.enum -%}{{- '"' + spec.enum | join('" | "') + '"' -}}{%- else -%}{{- "string" }}{%- endif -%}
    {%- elif spec.type in ["number", "integer"] -%}{{- "number" }}
    {%- elif spec.type == "object" -%}
        {%- if spec.properties -%}{{- "{\n" }}{%- for name, inner in spec.properties.items() -%}{{- name -}}{%- if name not in (spec.required or []) -%}{{- "?" }}{%- endif -%}{{- ": " }}{{ render_type(inner, spec.required or []) }}{%- if not loop.last -%}{{- ", " }}{%- endif -%}{%- endfor -%}{{- "}" }}{%- else -%}{{- "object" }}{%- endif -%}
    {%- else -%}{{- "any" }}{%- endif -%}
{%- endmacro -%}
{%- macro render_tools(space, tools) -%}
    {{- "## " + space + "\n\nnamespace " + space + " {\n\n" }}
    {%- for tool in tools %}
        {%- set tool = tool.function %}
        {{- "// " + tool.description + "\ntype " + tool.name + " = " }}
        {%- if tool.parameters and tool.parameters.properties %}
            {{- "(_: {\n" }}
            {%- for name, spec in tool.parameters.properties.items() %}
                {%- if spec.description %}{{- "// " + spec.description + "\n" }}{%- endif %}
                {{- name }}{%- if name not in (tool.parameters.required or []) -%}{{- "?" }}{%- endif -%}{{- ": " }}{{- render_type(spec, tool.parameters.required or []) }}
                {%- if spec.default is defined -%}
                    {%- if spec.enum %}{{- ", // default: " + spec.default }}{%- elif spec.oneOf %}{{- "// default: " + spec.default }}{%- else %}{{- ", // default: " + spec.default | tojson }}{%- endif %}
                {%- endif -%}
                {%- if not loop.last %}{{- ",\n" }}{%- else %}{{- ",\n" }}{%- endif -%}
            {%- endfor %}
            {{- "}) => any;\n\n" }}
        {%- else -%}{{- "() => any;\n\n" }}{%- endif -%}
    {%- endfor %}
    {{- "} // namespace " + space }}
{%- endmacro -%}
{%- if reasoning_effort is not defined %}{%- set reasoning_effort = "medium" %}{%- endif %}
{{- "<|start|>system<|message|>" }}{{- "Current date: " + strftime_now("%Y-%m-%d") + "\n\nReasoning: " + reasoning_effort + "<|end|>" }}
{%- if messages[0].role == "developer" or messages[0].role == "system" %}{%- set developer = messages[0].content %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set developer = "" %}{%- set loop_messages = messages %}{%- endif %}
{%- if developer or tools %}
    {{- "<|start|>developer<|message|>" }}{%- if developer %}{{- "# Instructions\n\n" ~ developer ~ "\n\n" }}{%- endif %}{%- if tools -%}{{- "# Tools\n\n" }}{{- render_tools("functions", tools) }}{%- endif -%}{{- "<|end|>" }}
{%- endif %}
{%- set last_tool_call = namespace(name=none) %}
{%- for message in loop_messages -%}
    {%- if message.role == 'assistant' -%}
        {%- if "tool_calls" in message %}
            {%- set future = namespace(found=false) %}
            {%- for after in loop_messages[loop.index:] %}{%- if after.role == 'assistant' and "tool_calls" not in after %}{%- set future.found = true %}{%- endif %}{%- endfor %}
            {%- set call = message.tool_calls[0].function %}
            {{- "<|start|>assistant to=" }}{{- "functions." + call.name + "<|channel|>commentary json<|message|>" }}{{- call.arguments | tojson }}{{- "<|call|>" ~ future.found }}
            {%- set last_tool_call.name = call.name %}
        {%- elif loop.last and not add_generation_prompt %}
            {{- "<|start|>assistant<|channel|>final<|message|>" + message.content + "<|return|>" }}
        {%- else %}
            {{- "<|start|>assistant<|channel|>final<|message|>" ~ message.content ~ "<|end|>" }}{%- set last_tool_call.name = none %}
        {%- endif %}
    {%- elif message.role == 'tool' -%}
        {%- if last_tool_call.name is none %}{{- raise_exception("No call before the result") }}{%- endif %}
        {{- "<|start|>functions." + last_tool_call.name }}{{- " to=assistant<|channel|>commentary<|message|>" + message.content | tojson + "<|end|>" }}
    {%- elif message.role == 'user' -%}
        {{- "<|start|>user<|message|>" ~ message.content ~ "<|end|>" }}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|start|>assistant{%- endif -%}
""",
    "hermes2": r"""{%- macro json_type(spec) %}{%- set basic = {"string": "str", "integer": "int"} %}{%- if basic[spec.type] is defined %}{{- basic[spec.type] }}{%- elif spec.type == "array" %}{{- "list[" + json_type(spec["items"]) + "]" }}{%- elif spec.type == "object" %}{%- if spec.additionalProperties is defined %}{{- "dict[str, " + json_type(spec.additionalProperties) + ']' }}{%- else %}{{- "dict" }}{%- endif %}{%- else %}{{- "Any" }}{%- endif %}{%- endmacro %}{{- bos_token }}{{- '<|im_start|>system\nYou call functions. <tools> ' }}{%- for tool in tools or [] %}{%- if tool.function is defined %}{%- set tool = tool.function %}{%- endif %}{{- '{"type": "function", "function": {"name": "' + tool.name + '", "description": "' + tool.name + '(' }}{%- for param_name, param_fields in tool.parameters.properties | items %}{{- param_name + ": " + json_type(param_fields) }}{%- if not loop.last %}{{- ", " }}{%- endif %}{%- endfor %}{{- ")" }}{%- if tool.return is defined %}{{- " -> " + json_type(tool.return) }}{%- endif %}{{- '", "parameters": ' }}{%- if tool.parameters.properties | length == 0 %}{{- "{}" }}{%- else %}{{- tool.parameters | tojson }}{%- endif %}{{- "}}" }}{%- if not loop.last %}{{- "\n" }}{%- endif %}{%- endfor %}{{- " </tools><|im_end|>\n" }}{%- for message in messages %}{%- if message.role == "user" or message.role == "system" or (message.role == "assistant" and message.tool_calls is not defined) %}{{- '<|im_start|>' + message.role + '\n' ~ message.content ~ '<|im_end|>' + '\n' }}{%- elif message.role == "assistant" %}{{- '<|im_start|>' + message.role }}{%- for tool_call in message.tool_calls %}{{- '\n<tool_call>\n' }}{%- if tool_call.function is defined %}{%- set tool_call = tool_call.function %}{%- endif %}{{- '{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}{{- tool_call.arguments | tojson }}{{- '}\n</tool_call>' }}{%- endfor %}{{- '<|im_end|>\n' }}{%- elif message.role == "tool" %}{%- if loop.previtem and loop.previtem.role != "tool" %}{{- '<|im_start|>tool\n' }}{%- endif %}{{- '<tool_response>\n' }}{{- message.content }}{%- if not loop.last %}{{- '\n</tool_response>\n' }}{%- else %}{{- '\n</tool_response>' }}{%- endif %}{%- if not loop.last and loop.nextitem.role != "tool" %}{{- '<|im_end|>' }}{%- elif loop.last %}{{- '<|im_end|>' }}{%- endif %}{%- endif %}{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}""",
    "glm4": r"""[gMASK]<sop>{% for item in messages %}{% if item['tools'] is defined and item['tools'] is not none %}<|system|>
{% set content = item['content'] %}{{ content }}{% for tool in item['tools'] %}{{ tool['function']['name'] }}{% endfor %}{% endif %}{% if item['content'] %}<|{{ item['role'] }}|>{{ item['metadata'] }}
{{ item['content'] }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>
{% endif %}""",
    "glm4.5": r"""[gMASK]<sop>
{%- if tools -%}
<|system|>
# Tools
{% for tool in tools %}
{{ tool | tojson(ensure_ascii=False) }}
{% endfor %}
</tools>{%- endif -%}
{%- macro visible_text(content) -%}
    {%- if content is string -%}{{- content }}
    {%- elif content is iterable and content is not mapping -%}
        {%- for item in content -%}{%- if item is mapping and item.type == 'text' -%}{{- item.text }}{%- elif item is string -%}{{- item }}{%- endif -%}{%- endfor -%}
    {%- else -%}{{- content }}{%- endif -%}
{%- endmacro -%}
{%- set ns = namespace(last_user_index=-1) %}
{%- for m in messages %}{%- if m.role == 'user' %}{% set ns.last_user_index = loop.index0 -%}{%- endif %}{%- endfor %}
{% for m in messages %}
{%- if m.role == 'user' -%}<|user|>
{{ visible_text(m.content) }}
{{- '/nothink' if (enable_thinking is defined and not enable_thinking and not visible_text(m.content).endswith("/nothink")) else '' -}}
{%- elif m.role == 'assistant' -%}
<|assistant|>
{%- set reasoning_content = '' %}
{%- set content = visible_text(m.content) %}
{%- if m.reasoning_content is string %}{%- set reasoning_content = m.reasoning_content %}{%- elif '</think>' in content %}{%- set reasoning_content = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}{%- set content = content.split('</think>')[-1].lstrip('\n') %}{%- endif %}
{%- if loop.index0 > ns.last_user_index and reasoning_content -%}
{{ '\n<think>' + reasoning_content.strip() + '</think>'}}
{%- else -%}
{{ '\n<think></think>' }}
{%- endif -%}
{%- if content.strip() -%}
{{ '\n' + content.strip() }}
{%- endif -%}
{% if m.tool_calls %}
{% for tc in m.tool_calls %}
{%- if tc.function %}{%- set tc = tc.function %}{%- endif %}
{{ '\n<tool_call>' + tc.name }}
{% set _args = tc.arguments %}
{% for k, v in _args.items() %}
<arg_key>{{ k }}</arg_key>
<arg_value>{{ v | tojson(ensure_ascii=False) if v is not string else v }}</arg_value>
{% endfor %}
</tool_call>{% endfor %}
{% endif %}
{%- elif m.role == 'tool' -%}
{%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
    {{- '<|observation|>' }}
{%- endif %}
{{- '\n<tool_response>\n' }}{{- m.content }}{{- '\n</tool_response>' }}
{%- elif m.role == 'system' -%}
<|system|>
{{ visible_text(m.content) }}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
    <|assistant|>{{- '\n<think></think>' if (enable_thinking is defined and not enable_thinking) else '' -}}
{%- endif -%}""",
    "internlm2": "{{ bos_token }}{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' ~ message['content'] ~ '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "yi": "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% if messages[0]['role'] == 'system' %}{% set system_message = messages[0]['content'] %}{% endif %}{% if system_message is defined %}{{ system_message }}{% endif %}{% for message in messages %}{% set content = message['content'] %}{% if message['role'] == 'user' %}{{ '<|im_start|>user\\n' ~ content ~ '<|im_end|>\\n<|im_start|>assistant\\n' }}{% elif message['role'] == 'assistant' %}{{ content ~ '<|im_end|>' + '\\n' }}{% endif %}{% endfor %}",
    "openchat": "{{ bos_token }}{% for message in messages %}{{ 'GPT4 Correct ' + message['role'].title() + ': ' ~ message['content'] ~ '<|end_of_turn|>'}}{% endfor %}{% if add_generation_prompt %}{{ 'GPT4 Correct Assistant:' }}{% endif %}",
    "alpaca": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'].strip() + '\n\n' %}{% else %}{% set loop_messages = messages %}{% set system_message = '' %}{% endif %}{{ bos_token + system_message }}{% for message in loop_messages %}{% if message['role'] == 'user' %}{{ '### Instruction:\n' + message['content'].strip() + '\n\n' }}{% elif message['role'] == 'assistant' %}{{ '### Response:\n' + message['content'].strip() + eos_token + '\n\n' }}{% endif %}{% if loop.last and message['role'] == 'user' and add_generation_prompt %}{{ '### Response:\n' }}{% endif %}{% endfor %}",
    "solar": "{% for message in messages %}{% if message['role'] == 'system' %}{% if message['content']%}{{'### System:\n' ~ message['content'] ~ '\n\n'}}{% endif %}{% elif message['role'] == 'user' %}{{'### User:\n' ~ message['content'] ~ '\n\n'}}{% elif message['role'] == 'assistant' %}{{'### Assistant:\n' ~ message['content']}}{% endif %}{% if loop.last and add_generation_prompt %}{{ '### Assistant:\n' }}{% endif %}{% endfor %}",
    "stablelm2": "{% for message in messages %}{{'<|' ~ message.role ~ '|>\n'}}{{ message.content if message.content is string else message.content | map(attribute='text') | select('defined') | join }}{{ eos_token if message.role == 'assistant' else '<|endoftext|>' }}\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
    "tulu": "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>\n' ~ message['content'] ~ '\n' }}{% elif message['role'] == 'user' %}{{ '<|user|>\n' ~ message['content'] ~ '\n' }}{% elif message['role'] == 'assistant' %}{% if not loop.last %}{{ '<|assistant|>\n' ~ message['content'] ~ eos_token + '\n' }}{% else %}{{ '<|assistant|>\n' ~ message['content'] ~ eos_token }}{% endif %}{% endif %}{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}",
    "falcon3": "{% if tools %}{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>\n' + message['content'] + '\nTools: ' + tools | tojson(indent=2) + '\n' }}{% elif message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] + '\n' }}{% elif message['role'] == 'tool' %}{{ '<tool_response>' ~ message['content'] ~ '</tool_response>\n' }}{% endif %}{% endfor %}{% else %}{% for message in messages %}{{ '<|' ~ message.role ~ '|>\n' ~ message.content ~ ('' if message.role != 'assistant' else eos_token) ~ '\n' }}{% endfor %}{% endif %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}",
    "olmo2": "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>\n' ~ message['content'] ~ '\n' }}{% elif message['role'] == 'user' %}{{ '<|user|>\n' ~ message['content'] ~ '\n' }}{% elif message['role'] == 'assistant' %}{{ '<|assistant|>\n' ~ message['content'] ~ eos_token ~ ('\n' if not loop.last else '') }}{% endif %}{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}",
    "exaone": "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}{{ '[|system|][|endofturn|]\n' }}{% endif %}{{ '[|' + message['role'] + '|]' ~ message['content'] }}{% if message['role'] == 'user' %}{{ '\n' }}{% else %}{{ '[|endofturn|]\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '[|assistant|]' }}{% endif %}",
    "nemotron": r"""{{- bos_token }}{%- set ns = namespace(system="") -%}{%- for m in messages if m.role == "system" -%}{%- set ns.system = ns.system ~ m.content -%}{%- endfor -%}<extra_id_0>System
{{ ns.system }}
{% for m in messages if m.role != "system" %}{% if m.role == "tool" %}<extra_id_1>Tool
{{ m.content }}
{% else %}<extra_id_1>{{ m.role | capitalize }}
{{ m.content }}
{% endif %}{% endfor %}{% if add_generation_prompt %}<extra_id_1>Assistant
{{ "detailed thinking " ~ ("on" if enable_thinking | default(true) else "off") }}
{% endif %}""",
    "minicpm": "{% for message in messages %}{% if message['role'] == 'user' %}{{'<用户>' + (message['content'] | string).strip() + '<AI>'}}{% else %}{{(message['content'] | string).strip()}}{% endif %}{% endfor %}",
    "jamba": r"""{{- bos_token }}{%- set ns = namespace(index=0) -%}{%- for message in messages %}{%- set role = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>", "tool": "<|tool|>"}[message.role] -%}{{- "<|bom|>" ~ role ~ " " }}{%- if message.role == "assistant" and message.tool_calls is defined %}{{- "<tool_calls>[" }}{%- for c in message.tool_calls %}{{- {"name": c.function.name, "arguments": c.function.arguments} | tojson }}{{- ", " if not loop.last }}{%- endfor %}{{- "]</tool_calls>" }}{%- else %}{{- message.content }}{%- endif %}{{- "<|eom|>" }}{%- endfor %}{%- if add_generation_prompt %}{{- "<|bom|><|assistant|>" }}{%- endif %}""",
    "dbrx": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = 'You help.' %}{% endif %}{% for message in loop_messages %}{% if loop.index0 == 0 %}{% if system_message != false %}{{ '<|im_start|>system\n' ~ (system_message | string | trim) ~ '<|im_end|>\n'}}{% endif %}{{ '<|im_start|>' + message['role'] + '\n' ~ message['content'] ~ '<|im_end|>' }}{% else %}{{ '\n' + '<|im_start|>' + message['role'] + '\n' ~ message['content'] ~ '<|im_end|>' }}{% endif %}{% if (add_generation_prompt == true and loop.last) %}{{ '\n' + '<|im_start|>' + 'assistant' + '\n' }}{% elif (message['role'] == 'assistant') %}{{ eos_token }}{% endif %}{% endfor %}",
    "aya": "{{ bos_token }}{% set names = {'user': 'USER', 'assistant': 'CHATBOT', 'system': 'SYSTEM'} %}{% for m in messages if m.role in names %}<|START_OF_TURN_TOKEN|><|{{ names[m.role] }}_TOKEN|>{{ m.content }}<|END_OF_TURN_TOKEN|>{% endfor %}{% if add_generation_prompt %}<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>{% endif %}",
    "kimi-k2": r"""{%- if tools -%}<|im_system|>tool_declare<|im_middle|>{{ tools | tojson(separators=(',', ':')) }}<|im_end|>{%- endif -%}{% for message in messages %}{%- if loop.first and messages[0]['role'] != 'system' -%}<|im_system|>system<|im_middle|>You help.<|im_end|>{%- endif -%}{%- set role_name = message.get('name') or message['role'] -%}{%- if message['role'] == 'user' -%}<|im_user|>{{ role_name }}<|im_middle|>{%- elif message['role'] == 'assistant' -%}<|im_assistant|>{{ role_name }}<|im_middle|>{%- else -%}<|im_system|>{{ role_name }}<|im_middle|>{%- endif -%}{%- if message['role'] == 'assistant' and message.get('tool_calls') -%}{%- if message['content'] -%}{{ message['content'] }}{%- endif -%}<|tool_calls_section_begin|>{%- for tool_call in message['tool_calls'] -%}{%- set func_name = tool_call['function']['name'] -%}{%- set formatted_id = 'functions.' + func_name + ':' + loop.index0 | string -%}<|tool_call_begin|>{{ formatted_id }}<|tool_call_argument_begin|>{% if tool_call['function']['arguments'] is string %}{{ tool_call['function']['arguments'] }}{% else %}{{ tool_call['function']['arguments'] | tojson }}{% endif %}<|tool_call_end|>{%- endfor -%}<|tool_calls_section_end|>{%- elif message['role'] == 'tool' -%}## Return of {{ message.tool_call_id }}
{{ message['content'] }}{%- elif message['content'] is string -%}{{ message['content'] }}{%- elif message['content'] is not none -%}{% for content in message['content'] -%}{% if content['type'] == 'image' or 'image' in content or 'image_url' in content -%}<|media_start|>image<|media_content|><|media_pad|><|media_end|>{% else -%}{{ content['text'] }}{%- endif -%}{%- endfor -%}{%- endif -%}<|im_end|>{%- endfor -%}{%- if add_generation_prompt -%}<|im_assistant|>assistant<|im_middle|>{%- endif -%}""",
    "hunyuan": "{% set loop_messages = messages %}{% if tools %}{% set weekday_map = {'Monday': 'Mo', 'Friday': 'Fr'} %}{{ weekday_map[strftime_now('%A')] }}{% endif %}{% for message in loop_messages %}{% set content = message['content'] | string %}{% if loop.index0 == 0 %}{% set content = '<|startoftext|>' + content %}{% endif %}{% if message['role'] == 'system' %}{{ content + '<|extra_4|>' }}{% elif message['role'] == 'user' %}{{ content + '<|extra_0|>' }}{% else %}{{ content.split('</think>')[-1].strip() + '<|eos|>' }}{% endif %}{% endfor %}{% if enable_thinking is defined and not enable_thinking %}{{ '<think>\n\n</think>\n' }}{% endif %}",
    "seed-oss": r"""{%- set bos = bos_token if bos_token is defined else '' -%}{%- set budgets = {0: 0, 512: 128, 1024: 256} -%}{%- if thinking_budget is not defined -%}{%- set thinking_budget = -1 -%}{%- endif -%}{%- set ns = namespace(ratio=-1) -%}{%- for k, v in budgets | dictsort -%}{%- if ns.ratio == -1 and thinking_budget <= k -%}{%- set ns.ratio = v -%}{%- endif -%}{%- endfor -%}{%- macro kind(t) -%}{%- if t == "string" -%}str{%- elif t in ("integer", "long") -%}int{%- elif t == "array" -%}list{%- else -%}Any{%- endif -%}{%- endmacro -%}{%- for item in tools or [] if item.type == "function" -%}
Function:
def {{ item.function.name }}(
{%- for name, param in item.function.parameters.properties | dictsort -%}{{ name }}: {{ kind(param.type) }}{%- if not loop.last -%}, {% endif -%}{%- endfor -%}
):
{%- endfor -%}{%- for message in messages -%}{{ bos ~ message.role }}
{{ message.content | trim if message.content is string else message.content | tojson }}{{ eos_token }}
{%- endfor -%}{%- if add_generation_prompt -%}{{ bos ~ "assistant\n" }}{%- if ns.ratio == 0 -%}<seed:cot_budget_reflect>{%- else -%}{{ "budget " ~ ns.ratio }}{%- endif -%}{%- endif -%}""",
    "lfm2": r"""{{- bos_token -}}{%- set keep_past_thinking = keep_past_thinking | default(false) -%}{%- set ns = namespace(system_prompt="") -%}{%- if messages[0]["role"] == "system" -%}{%- set ns.system_prompt = messages[0]["content"] | string -%}{%- set messages = messages[1:] -%}{%- endif -%}{%- if tools -%}{%- set ns.system_prompt = ns.system_prompt + ("\n" if ns.system_prompt else "") + "List of tools: <|tool_list_start|>[" -%}{%- for tool in tools -%}{%- if tool is not string -%}{%- set tool = tool | tojson -%}{%- endif -%}{%- set ns.system_prompt = ns.system_prompt + tool -%}{%- if not loop.last -%}{%- set ns.system_prompt = ns.system_prompt + ", " -%}{%- endif -%}{%- endfor -%}{%- set ns.system_prompt = ns.system_prompt + "]<|tool_list_end|>" -%}{%- endif -%}{%- if ns.system_prompt -%}{{- "<|im_start|>system\n" + ns.system_prompt + "<|im_end|>\n" -}}{%- endif -%}{%- set ns.last_assistant_index = -1 -%}{%- for message in messages -%}{%- if message["role"] == "assistant" -%}{%- set ns.last_assistant_index = loop.index0 -%}{%- endif -%}{%- endfor -%}{%- for message in messages -%}{{- "<|im_start|>" + message["role"] + "\n" -}}{%- set content = message["content"] -%}{%- if content is not string -%}{%- set content = content | tojson -%}{%- endif -%}{%- if message["role"] == "tool" -%}{%- set content = "<|tool_response_start|>" + content + "<|tool_response_end|>" -%}{%- elif message["role"] == "assistant" and not keep_past_thinking and loop.index0 != ns.last_assistant_index -%}{%- if "</think>" in content -%}{%- set content = content.split("</think>")[-1] | trim -%}{%- endif -%}{%- endif -%}{{- content + "<|im_end|>\n" -}}{%- endfor -%}{%- if add_generation_prompt -%}{{- "<|im_start|>assistant\n" -}}{%- endif -%}""",
    "functionary": r"""{% set has = namespace(code=false) %}{% for m in messages %}{% if m.role == 'tool' %}{% set has.code = true %}{% endif %}{% endfor %}{{ bos_token }}{% if tools %}<|start_header_id|>system<|end_header_id|>

{% for t in tools -%}
// {{ t.function.description }}
type {{ t.function.name }} = (_: {
{%- for n, p in t.function.parameters.properties.items() %}
{% if p.description %}
// {{ p.description }}.
{%- endif %}

{{ n }}{{ '' if n in t.function.parameters.required else '?' }}: {{ p.enum | map('tojson') | join(' | ') if p.enum else p.type }},
{%- endfor %}

}) => any;
{% endfor %}<|eot_id|>{% endif %}{% for m in messages %}{% if m.tool_calls %}{% for c in m.tool_calls %}>>>{{ c.function.name }}
{{ c.function.arguments | tojson }}{% endfor %}<|eot_id|>{% else %}{{ '<|start_header_id|>%s<|end_header_id|>\n\n' | format(m.role) }}{{ m.content }}<|eot_id|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>

>>>{% endif %}{{ has.code }}""",
    "firefunction": "{% for message in messages %}{% set content = message.content %}{% if loop.first %}{% set content = bos_token ~ content %}{% endif %}{{ '<|start_header_id|>' ~ message.role ~ '<|end_header_id|>\n\n' ~ (content | string | trim) }}{% if functions is defined %}{{ functions | trim }}{% endif %}{% if datetime is defined and loop.last %}{{ datetime }}{% endif %}<|eot_id|>{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    "bloomz": "{% for message in messages %}{{ message.content }}{{ eos_token }}{% endfor %}",
    "idefics": "<|begin_of_text|>{% for message in messages %}{{message['role'].capitalize()}}{% if message['content'] is not string and message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}{% endif %}{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}{% endif %}<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}",
    "llava": "{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'][0]['text'] if message['content'] is not string else message['content'] }} {% else %}{{ message['role'].upper() + ': ' }}{% endif %}{# images first #}{% if message['content'] is not string %}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] + ' ' }}{% endfor %}{% elif message['role'] != 'system' %}{{ message['content'] ~ ' ' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}",
}

"""The mistakes of utils/errors.py: what is done, the exit code, and three patterns of a good answer.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from dataclasses import dataclass, field

# Programs that the rows use: name, model, options of llmc compile.
PROGRAMS = [
    ("app", "m.gguf", "--cpu=portable"),
    ("app512", "m.gguf", "--cpu=avx512-vnni"),
    ("notok", "hf-notok", "--cpu=avx2"),
    ("notemplate", "hf-notemplate", "--cpu=avx2"),
]


@dataclass
class Mistake:
    command: str
    exit: int
    patterns: tuple  # given, found or allowed, remedy; one alone where it works
    stdin: bytes = b""
    variables: dict = field(default_factory=dict)


@dataclass
class Row:
    name: str
    what: str
    mistakes: list
    slow: bool = False
    special: bool = False


def row(name, what, command, code, *patterns, stdin=b"", slow=False, special=False, **variables):
    return Row(name, what, [Mistake(command, code, patterns, stdin, variables)], slow or special, special)


def rows(name, what, *mistakes, slow=False):
    return Row(name, what, [Mistake(*each) for each in mistakes], slow)


COMMANDS = r"compile, calibrate, quantize, prune, import, check, inspect, run, eval and bench"
NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups"

# --- llmc: commands and options -------------------------------------------------------------------------------------------

USAGE = [
    row("C1", "`llmc` alone", "llmc", 2, "SUBCOMMAND", "compile +.*model", "Example: llmc compile"),
    row("C2", "`llmc compil m.gguf -o a`", "llmc compil m.gguf -o a", 2, "'compil'", COMMANDS, "did you mean 'compile'"),
    rows("C3", "`llmc serve m.gguf`, `llmc chat m.gguf`, `llmc version`",
         ("llmc serve m.gguf", 2, ("'serve'", "llmc run MODEL", "--help")),
         ("llmc chat m.gguf", 2, ("'chat'", "llmc run MODEL chat", "--help")),
         ("llmc version", 2, ("'version'", "did you mean", "llmc --version"))),
    row("C4", "`llmc m.gguf`", "llmc m.gguf", 2, "'m.gguf'", "no command", "did you mean 'llmc run m.gguf'"),
    rows("C5", "`llmc -V`, `llmc -v`", ("llmc -V", 0, (r"^llmc \d+\.\d+\.\d+.*\nLLVM 22",)),
         ("llmc -v", 2, ("'-v'", "unknown option", "did you mean '-V'"))),
    row("C6", "`llmc compile`", "llmc compile", 2, "compile: MODEL is missing", "An ONNX file, a GGUF file, a Hugging Face folder", "llmc compile --help"),
    row("C32", "`--ouput a`", "llmc compile m.gguf --ouput a", 2, "'--ouput'", "unknown option", "did you mean '--output'"),
    row("C33", "no `-o`", "llmc compile m.gguf", 2, "compile", "-o is required", "llmc compile m.gguf -o app"),
    row("C34", "`--activations=int8`", "llmc compile m.gguf -o a --activations=int8", 2, "'int8'", "f32, i16, mixed, i8, i8-static, i6, i4 or e4m3", "did you mean 'i8'"),
    row("C35", "`--kv=q8_0`", "llmc compile m.gguf -o a --kv=q8_0", 2, "'q8_0'", "--kv takes f32, f16, bf16 or i8", "smallest|--help"),
    row("C36", "`--weights=q4_0`", "llmc compile m.gguf -o a --weights=q4_0", 2, "'q4_0'", "keep or f32", "--quantize=w4"),
    row("C37", "`--emit=dll`", "llmc compile m.gguf -o a --emit=dll", 2, "'dll'", "exe, so, obj", "shared library|--help"),
    row("C38", "`--max-context 1000000`", "llmc compile m.gguf -o a --max-context 1000000", 1, "1000000", "256 positions", "give"),
    rows("C39", "`--max-context -5`, `--max-batch 0`",
         ("llmc compile m.gguf -o a --max-context -5", 2, ("'-5'", "from 1 to", "--help")),
         ("llmc compile m.gguf -o a --max-batch 0", 2, ("'0'", "from 1 to 4096", "--help"))),
    row("C40", "`--max-context 4k`", "llmc compile m.gguf -o a --max-context 4k", 2, "'4k'", "whole number", "write 4096"),
    row("C41", "`--cpu=znver4`", "llmc compile m.gguf -o a --cpu=znver4", 1, "'znver4'", "x86-64-v3, amx, avx512-bf16, avx512-vnni, avx-vnni", "native is this machine"),
    row("C42", "`--compile-to=emit`", "llmc compile m.gguf --compile-to=emit", 2, "'emit'", "import, optimize, schedule or lower", "--help"),
    row("C43", "`-O3`", "llmc compile m.gguf -o a -O3", 2, "'-O3'", "no levels", "leave it out"),
    row("C44", "two models", "llmc compile m.gguf cut.gguf -o a", 2, "'cut.gguf'", "one argument too many", "--help"),
    row("C53", "`llmc run M --activations=i8 --reference`", "llmc run m.gguf --activations=i8 --reference -p x", 2,
        "--activations", "as it was imported", "leave one out"),
    rows("C55", "`--quantize=auto` without a budget; with two; a budget without it",
         ("llmc compile m.gguf -q -o a --quantize=auto", 1, ("--quantize=auto", "--bits-budget=3.5", "--size-budget=60MB or --kl-budget=0.02")),
         ("llmc compile m.gguf -q -o a --quantize=auto --bits-budget=3 --kl-budget=1", 1, ("--bits-budget", "--kl-budget", "leave one out")),
         ("llmc compile m.gguf -q -o a --quantize=w4 --bits-budget=3", 1, ("--bits-budget=3", "--quantize=w4", "give --quantize=auto"))),
    row("C56", "`--size-budget=60MiB`", "llmc compile m.gguf -q -o a --quantize=auto --size-budget=60MiB", 1, "'60MiB'", "B, kB, MB or GB", "60MB"),
    row("C57", "a budget that is not reached", "llmc calibrate m.gguf -q --tokens 256 --context 64 -o s && "
        "llmc compile m.gguf -q -o a --quantize=auto --bits-budget=1 --stats=s", 1, "--bits-budget=1", "less than", "the least is --bits-budget="),
    rows("C58", "`llmc quantize` to the other kind of files",
         ("llmc quantize hf -q --quantize=w4 -o q.gguf", 1, ("'q.gguf'", "of a folder becomes a folder", "convert_hf_to_gguf.py")),
         ("llmc quantize m.gguf -q --quantize=w4 -o q/", 1, ("'q/'", "becomes a GGUF file", "'q/model.gguf'"))),
    row("C59", "`llmc quantize` into a folder that is there", "llmc quantize hf -q --quantize=w4 -o lora", 1, "'lora'", "files in it", "name one to be made"),
    row("C60", "`llmc quantize` of codes that a folder cannot have", "llmc quantize hf -q --quantize='w4,zero=asym;token_embd.weight:keep' -o smaller", 1, "tensor '.*down_proj.weight'",
        "a minimum of each group is none", "take zero=sym"),
    row("C61", "`llmc quantize` of a table into a folder", "llmc quantize hf -q --quantize=w4 -o smaller", 1, "'model.embed_tokens.weight': is a table",
        "codes of linears alone", "';token_embd.weight:keep' behind the SPEC"),
    rows("C62", "`--quantize` of values that there are not; that do not go with the bits, a minimum or a method; of scales that share nothing",
         ("llmc compile m.gguf -q -o a --quantize=values=nf5", 1, ("'nf5'", "uniform, nf4, fp4, iq4_nl, kmeans, mofq, e4m3, e5m2 or 16 numbers .8 of 3 bits", "from -127 to 127")),
         ("llmc compile m.gguf -q -o a --quantize=values=mofq,bits=3", 1, ("values=mofq", "bits=3", "take bits=4, bits=8 or values=uniform")),
         ("llmc compile m.gguf -q -o a --quantize=nf4,bits=3", 1, ("values=nf4", "bits=3", "take bits=4 or values=uniform")),
         ("llmc compile m.gguf -q -o a --quantize=mxfp4,zero=asym", 1, ("values=fp4", "zero=asym", "take zero=sym or values=uniform")),
         ("llmc compile m.gguf -q -o a --quantize=fp8,method=gptq", 1, ("values=e4m3", "only method=rtn", "leave it out or take values=uniform")),
         ("llmc compile m.gguf -q -o a --quantize=w8,group=channel,scale=i8", 1, ("scale=i8", "group=channel", "group=32, or scale=f16"))),
    row("C63", "`llmc quantize` of values into a folder", "llmc quantize hf -q --quantize='nf4;token_embd.weight:keep' -o smaller", 1, "tensor '.*down_proj.weight'",
        "codes that are integers themselves", "take values=uniform"),
    rows("C64", "`--quantize` and `--equalize` of what chooses nothing",
         ("llmc compile m.gguf -q -o a --quantize=w4,outliers-by=column", 1, ("outliers-by=column", "outliers=0", "or leave it out")),
         ("llmc compile m.gguf -q -o a --equalize=lae,alpha=0.5", 1, ("lae", "'alpha=0.5'", "takes from=NUMBER and to=NUMBER"))),
    rows("C65", "`rotate` of a side that there is not; with values that weights decide",
         ("llmc compile m.gguf -q -o a --quantize=w4,rotate=output", 1, ("'output'", "rotate takes", "no, input or both")),
         ("llmc compile m.gguf -q -o a --quantize=w4,values=mofq,rotate=input", 1, ("values=mofq", "rotate makes other numbers", "take values=kmeans, or rotate=no"))),
]

# --- llmc: what is no model -------------------------------------------------------------------------------------------------


def no_model(name, what, model, *patterns, **more):
    return row(name, what, f"llmc compile {model} -q -o a", 1, *patterns, **more)


MODELS = [
    no_model("C7", "missing file", "nosuch.gguf", "nosuch.gguf", "No such file", "give a GGUF file"),
    no_model("C8", "README.md as model", "README.md", "README.md", "text that begins '# A model'", "a model is a GGUF file or"),
    no_model("C9", "empty .gguf", "empty.gguf", "empty.gguf", "0 bytes", "fetch it again"),
    no_model("C10", "HTML page saved as .gguf", "page.gguf", "page.gguf", "HTML", "/resolve/"),
    no_model("C11", "git-lfs pointer as .gguf", "pointer.gguf", "pointer.gguf", "git-lfs pointer", "git lfs pull"),
    no_model("C12", "git-lfs pointer as model.safetensors", "hf-pointer", "model.safetensors", "git-lfs pointer", "git lfs pull"),
    no_model("C13", "empty folder", "nothing", "nothing", "empty folder", "config.json, .*download"),
    no_model("C14", "folder without config.json", "hf-noconfig", "hf-noconfig", "'model.safetensors' but no config.json", "download"),
    no_model("C15", "folder with pytorch_model.bin", "hf-torch", "hf-torch", "'pytorch_model.bin'", "save_pretrained"),
    no_model("C16", "ONNX file cut off", "model.onnx", "model.onnx", "no whole ONNX model", "fetch it again"),
    no_model("C17", "folder of several ONNX models", "hf-onnx", "hf-onnx", "'model.onnx' and 'model_q4.onnx'", "give one"),
    no_model("C18", "model.safetensors instead of its folder", "hf/model.safetensors", "hf/model.safetensors", "alone", "folder, 'hf'"),
    no_model("C19", "LoRA adapter folder", "lora", "lora", "adapter", "merge"),
    rows("C20", "family not supported (rwkv, mamba)",
         ("llmc compile rwkv -q -o a", 1, ("'rwkv'", "llama, mistral", "take a model")),
         ("llmc compile mamba.gguf -q -o a", 1, ("'mamba'", "llama, qwen2", "take a model"))),
    no_model("C21", "broken config.json", "hf-badjson", "config.json", "not valid JSON", "download it again"),
    no_model("C22", "one shard missing", "hf-shard", "index.json", "'model-00002-of-00002.safetensors'.*not in the folder", "download"),
    no_model("C23", "GGUF cut off", "cut.gguf", "cut.gguf", "bytes of data|bytes left", "[Dd]ownload it again"),
    no_model("C24", "safetensors cut off", "hf-cut", "model.safetensors", "bytes", "[Dd]ownload it again"),
    rows("C25", "Q4_K GGUF; a type that is not read",
         ("llmc compile llama-k.gguf -q -o k && ./k run --ids 1,2 -n 1 --print-ids", 0, (r"\d+",)),
         ("llmc compile nvfp4.gguf -q -o a", 1, ("blk.0.attn_q.weight", "NVFP4; the types that can be read are", "take a file in one of"))),
    no_model("C26", "a tokenizer that is not read", "old.gguf", "'rwkv'", "gpt2", "take a model"),
    rows("C27", "GPTQ folder; one quantised in a way that is not read",
         ("llmc compile hf-gptq -q -o q && ./q run --ids 1,2 -n 1 --print-ids", 0, (r"\d+",)),
         ("llmc compile hf-quip -q -o a", 1, ("quantization_config.quant_method", "gptq, awq", "'quip'"))),
    no_model("C28", "config and weights disagree", "hf-wide", "model.embed_tokens.weight", "found", "are the weights those"),
    no_model("C29", "GGUF v1", "v1.gguf", "v1.gguf", "versions 2 and 3, found 1", "convert"),
    no_model("C30", "Hub name", "HuggingFaceTB/SmolLM2-135M-Instruct", "SmolLM2", "Hugging Face Hub", "hf download HuggingFaceTB/SmolLM2"),
    rows("C31", "URL",
         ("llmc compile https://huggingface.co/Qwen/Qwen2.5-0.5B -q -o a", 1, ("https://", "is a URL", "hf download Qwen/Qwen2.5-0.5B")),
         ("llmc compile https://example.org/m.gguf -q -o a", 1, ("https://", "is a URL", "curl -L -O"))),
    row("C48", "unreadable model", f"chmod 000 m-secret.gguf; {NOBODY} llmc compile m-secret.gguf --emit=mlir", 1,
        "m-secret.gguf", "Permission denied", "may read", special=True),
    no_model("C50", "a compiled app as model", "app", "^llmc: error: app", "program that llmc made", "run it"),
    row("C51", "`cat M \\| llmc compile -`", "cat m.gguf | llmc compile - -q -o a", 1, "^llmc: error: -", "standard input", "give its file"),
    rows("C52", "printed IR given to `llmc compile`",
         ("llmc import m.gguf > m.mlir && llmc compile m.mlir --weights-from m.gguf -q -o fromir && ./fromir -V", 0, ("compiled by llmc",)),
         ("llmc import m.gguf > m2.mlir && llmc compile m2.mlir -q -o a", 1, ("m2.mlir", "is made from the tensor", "--weights-from MODEL"))),
    no_model("C54", "tokenizer.model cut off", "hf-spm", "hf-spm: tokenizer", "tokenizer.model is damaged", "download it again"),
]

# --- llmc: the output -------------------------------------------------------------------------------------------------------

OUTPUT = [
    row("C45", "`-o no/such/dir/a`", "llmc compile m.gguf -o no/such/dir/a", 1, "'no/such/dir/a'", "No such file", "mkdir -p"),
    row("C46", "`-o FOLDER`", "llmc compile m.gguf -o nothing", 1, "'nothing'", "not a file", "name one in it, 'nothing/app'"),
    row("C47", "`-o` where nobody may write", f"{NOBODY} llmc compile m.gguf -o /usr/bin/x", 1, "/usr/bin/x", "Permission denied",
        "choose a folder", special=True),
    row("C49", "disk full", "unshare -rm sh -c 'mkdir -p full; mount -t tmpfs -o size=1m tmpfs full && llmc compile m.gguf -q -o full/a'", 1,
        "full/a", "No space left", "make room|[0-9.]+ MB", special=True),
]

# --- programs -----------------------------------------------------------------------------------------------------------------

LONG = "a" * 4000
FLIP = ("cp app flip; ./app info --json | python3 -c 'import json, sys; f = open(sys.argv[1], \"r+b\"); d = f.read(); "
        "start = next(i for i in range(0, len(d), 4096) if d[i:i + 8] == b\"LLMRTART\"); "
        "f.seek(start + [s[\"offset\"] for s in json.load(sys.stdin)[\"sections\"] if s[\"kind\"] == \"weights\"][0]); "
        "f.write(b\"xxxx\")' flip; ./flip info --verify")

APP = [
    row("A1", "`app` without text, no terminal", "./app", 1, "prompt", "empty", "give a text"),
    rows("A2", "`app chta`, `app serve`, `app help`", ("./app chta", 2, ("'chta'", "is no command", "did you mean 'chat'")),
         ("./app serve", 2, ("'serve'", "the commands are run, chat", "To say it to the model")), ("./app help", 2, ("'help'", "the commands are run, chat", "To say it to the model"))),
    row("A3", "`app run` without prompt", "./app run", 1, "prompt", "empty", "give -p TEXT, -f FILE"),
    row("A4", "`app -p hello`", "./app -p hello", 2, "'-p'", "belongs to run", "run -p TEXT"),
    rows("A5", "`--temp -1`, `--top-p 2`", ("./app hi --temp -1", 2, ("'-1'", "0 or more", "--help")),
         ("./app hi --top-p 2", 2, ("'2'", "from 0 to 1", "--help"))),
    row("A6", "`--temp hot`", "./app hi --temp hot", 2, "'hot'", "--temperature takes a number", "--help"),
    rows("A7", "`-n -5`, `-t 0`", ("./app hi -n -5", 2, ("'-5'", "-1 or more", "--help")), ("./app hi -t 0", 2, ("'0'", "from 1 to", "--help"))),
    row("A8", "`-t 1000` on a few cores", "./app run -p hi -n 2 -t 1000", 0, "1000 threads", "processors", "without -t"),
    row("A9", "`-c 100000`", "./app hi -c 100000", 1, "100000", "compiled for 256", "--max-context"),
    row("A10", "prompt too long", f"./app run -p {LONG}", 1, r"prompt of \d{3,} bytes", "holds 256", "shorten"),
    row("A11", "the answer reaches the context", "./app run -p hello -c 8 -n 200 --ignore-eos", 0, "context of 8", "is full", "-c |--max-context"),
    row("A12", "`--ids 1,2,999999`", "./app run --ids 1,2,999999", 1, "999999", "vocabulary of 320", "0 to 319"),
    row("A13", "`--ids a,b`", "./app run --ids a,b", 1, "a,b", "not a token id", "give numbers"),
    row("A14", "prompt file missing", "./app run -f nosuch.txt", 1, "nosuch.txt", "No such file", "give another file"),
    row("A15", "prompt is a binary file", "./app run -f bytes.bin", 1, "bytes.bin", "zero byte at 0", "UTF-8 text"),
    row("A16", "invalid UTF-8 on stdin", "./app run -n 2 < latin.txt", 0, "standard input", "byte 3 is not UTF-8", "iconv"),
    row("A17", "`info --batch 100`", "./app info --batch 100", 1, "batch of 100", "compiled for 8", "--max-batch"),
    rows("A18", "logits: missing file, wrong type",
         ("./app logits --ids nosuch.npy --out o.npy", 1, ("nosuch.npy", "No such file", "give another")),
         ("./app logits --ids ids32.npy --out o.npy", 1, ("ids32.npy", "found '<f4'", "astype")),
         ("./app logits --ids ids32.npy", 2, ("logits", "--out is missing", "--help"))),
    row("A19", "eval of a short text", "./app eval --text README.md -c 200", 1, "README.md: has", "needs 200", "smaller windows"),
    rows("A20", "text for a model without tokenizer", ("./notok hello", 1, ("tokenizer", "has no tokenizer", "--ids 1,2,3")),
         ("./notok chat", 1, ("tokenizer|chat template", "has no", "--ids|use run"))),
    row("A21", "`LLMRT_VARIANT=sse2`", "./app run -p hi -n 1", 1, "sse2", "it has amx, avx512-vnni, avx-vnni, avx2", "unset", LLMRT_VARIANT="sse2"),
    row("A22", "older CPU (as `LLMRT_CPU` says)", "./app run -p hi -n 1", 1, "needs a processor with avx2", "this one has none",
        "newer", LLMRT_CPU="none"),
    row("A23", "app for AVX-512 on an AVX2 machine", "./app512 run -p hi -n 1", 1, "avx512-vnni", "this one has avx2", "another --cpu",
        LLMRT_CPU="avx2"),
    row("A24", "app cut off in download", "head -c -1000 app > cutapp; chmod +x cutapp; ./cutapp run -p hi -n 1", 1, "cutapp",
        "no whole model|cut off", "again"),
    row("A25", "`strip app`", "cp app stripped && strip stripped && ./stripped run -p hi -n 1", 0, "."),
    row("A26", "flipped bytes in the weights", FLIP, 1, "section weights", "changed or damaged", "again"),
    row("A27", "no /proc", "unshare -rm sh -c 'mount -t tmpfs none /proc && ./app run --ids 1,2 -n 1 --print-ids'", 0, r"^\d+$", special=True),
    row("A28", "`hi --temprature 0.2`", "./app hi --temprature 0.2", 2, "'--temprature'", "unknown option", "did you mean '--temperature'"),
    rows("A29", "text that starts with a dash", ("./app '-5 + 3 = ?' -n 2", 0, (".",)),
         ("./app -hello", 2, ("'-hello'", "is no option", "to say it to the model"))),
    row("A30", "`--seed -1`", "./app run -p hi -n 2 --seed -1 --temp 1", 2, "'-1'", "seed takes a whole number, from 0", "--help"),
    rows("A31", "bench deeper than the context; nothing to measure",
         ("./app bench -d 9000", 1, ("9128", "compiled for 256", "lower -d")),
         ("./app bench -p 0 -n 0", 1, ("-p and -n", "both 0", "nothing to measure"))),
    row("A32", "chat of a model without template", "./notemplate chat", 1, "chat", "no chat template", "use run"),
    rows("A33", "`/bye`, `/help`, `/quit` in chat", ("printf '/help\\n/bye\\n' | ./app chat", 0, ("/exit", "/clear", "this list")),
         ("printf '/quit\\n' | ./app chat", 1, ("/quit", "there is no", "did you mean|/help"))),
    row("A34", "arrow keys in chat", "(sleep 1; printf '\\033[D\\033[A'; sleep 1; printf '/exit\\n') | script -qec './app chat' /dev/null", 0, r"\A(?![\s\S]*\^\[\[[AD])",
        special=True),
]

# --- llmc-opt -------------------------------------------------------------------------------------------------------------------

OPT = [
    row("O1", "`llmc-opt --llm-convert-kvs`", "llmc-opt --llm-convert-kvs < /dev/null", 1, "llm-convert-kvs", "Unknown", "Did you mean '--llm-convert-kv'"),
    row("O2", "pipeline without anchor", "echo 'module {}' | llmc-opt --pass-pipeline='cse'", 1, "pass pipeline", "anchor", "builtin.module"),
    row("O3", "`--llm-convert-kv=to=q8`", "llmc import m.gguf | llmc-opt --llm-convert-kv=to=q8", 1, "q8", "f32, f16, bf16 or i8", "takes|is"),
    row("O4", "passes in the wrong order", "llmc import m.gguf | llmc-opt --llm-lower-step 2>&1 | head -c 2000 | tee o4; test $(wc -l < o4) -lt 8 -a -s o4 && exit 1", 1,
        "llm-lower-step|@step", "needs|has", "run |first"),
    rows("O5", "`--llmc-optimize='activations=int8'`, `kv=f17`",
         ("llmc import m.gguf | llmc-opt --llmc-optimize='activations=int8'", 1, ("int8", "f32, i16, mixed, i8, i8-static, i6, i4 or e4m3", "takes")),
         ("llmc import m.gguf | llmc-opt --llmc-optimize='kv=f17'", 1, ("f17", "f32, f16, bf16 or i8", "takes"))),
    row("O6", "GGUF given to llmc-opt", "llmc-opt m.gguf", 1, "m.gguf", "is a model, not IR", "llmc import m.gguf"),
    row("O7", "`--load-pass-plugin` of no plugin", "echo 'module {}' | llmc-opt --load-pass-plugin=nosuch.so", 1, "nosuch.so", "[Nn]o such file|cannot open", "give"),
    row("O8", "`llmc compile --mlir-…`", "llmc compile m.gguf --emit=mlir --compile-to=import --mlir-print-op-generic", 0, "."),
]

ROWS = sorted(USAGE + MODELS + OUTPUT, key=lambda each: int(each.name[1:])) + APP + OPT

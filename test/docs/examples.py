#!/usr/bin/env python3
"""Every mlir block of the pages (docs/, README.md) is IR that llmc-opt parses and
verifies; docs/llm-dialect.md holds the examples of all op descriptions. Every pass
that a page names is in docs/passes.md.

    examples.py LLMC_OPT

A block that holds functions or a module is taken as it stands. Any other is a
fragment of a function: its undefined values become arguments, with the types of
its operations' signatures, and the weights that it names without defining become
weights; an attribute that stands alone becomes one of the function. A fragment
whose types do not follow that way fails: write the function.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^( *)```mlir\n(.*?)^ *```$", re.M | re.S)
NAME = re.compile(r"%[\w.$-]+")
# What signatures leave out: subscripts, and the batch where it is the last operand.
SUBSCRIPT = re.compile(r"\[(%[\w.$-]+)\]")
BATCH = re.compile(r"%batch\b")


class Incomplete(Exception):
    """A fragment whose types cannot be told."""


def split_types(text):
    """The types of a list, at its top level; `value(type)` counts as its type."""
    types, depth, start = [], 0, 0
    for at, character in enumerate(text + ","):
        depth += character in "<([{"
        depth -= character in ">)]}" and text[at - 1:at + 1] != "->"
        if character == "," and depth == 0:
            types.append(text[start:at].strip())
            start = at + 1
    return [re.sub(r"^\w+\((.*)\)$", r"\1", each) for each in types if each]


def operand_types(signature):
    """The types before `->`, or all of them."""
    signature = signature.strip()
    if signature.startswith("("):
        depth = 0
        for at, character in enumerate(signature):
            depth += character == "("
            depth -= character == ")"
            if depth == 0:
                return split_types(signature[1:at])
    return split_types(signature.split(" -> ")[0])


def type_operands(line, types):
    """Adds to `types` what an operation's line says about its operands."""
    loop = re.search(r"iter_args\((.*)\) -> \((.*)\)", line)
    if loop:
        for name, each in zip(re.findall(r"= (%[\w.$-]+)", loop[1]), split_types(loop[2])):
            types.setdefault(name, each)
        return
    text = re.sub(r"^[^=(]*= ", "", line.strip().removesuffix("{"))
    head, colon, signature = text.partition(" : ")
    while "{" in head and head.count("{") > head.count("}"):  # a colon of an attribute
        more, colon, signature = signature.partition(" : ")
        head += " : " + more
    if not colon:
        return
    for name in SUBSCRIPT.findall(head):
        types.setdefault(name, "index")
    for name in BATCH.findall(head):
        types.setdefault(name, "!llm.batch")
    names, found = NAME.findall(head), operand_types(signature)
    if len(names) > len(found):
        names = [name for name in names if name not in types or types[name] not in
                 ("index", "!llm.batch")]
    if len(found) == 1:
        found *= len(names)
    if len(found) == len(names):
        for name, each in zip(names, found):
            types.setdefault(name, each)


def defined_values(text):
    """Results, and the arguments of blocks and regions."""
    results = re.findall(r"^\s*((?:%[\w.$-]+(?::\d+)?(?:, )?)+) = ", text, re.M)
    arguments = re.findall(r"(%[\w.$-]+): ", text)
    iterations = re.findall(r"(%[\w.$-]+) = %", text)
    return {name for each in results for name in NAME.findall(each)} | {*arguments, *iterations}


def missing_symbols(text):
    """Weights and tables that a fragment names but does not define."""
    defined = set(re.findall(r"llm\.weight(?:_table)? (@[\w.]+)", text))
    for name, subscript, kind in re.findall(r"llm\.param (@[\w.]+)(\[%\w+\])? : (.*)", text):
        if name in defined:
            continue
        defined.add(name)
        if subscript:
            yield f'llm.weight {name}.0 : {kind} source "example"'
            yield f"llm.weight_table {name} : {kind} [{name}.0]"
        else:
            yield f'llm.weight {name} : {kind} source "example"'
    for kind, entries in re.findall(r"llm\.weight_table @[\w.]+ : (.*) \[(.*)\]", text):
        for name in re.findall(r"@[\w.]+", entries):
            if name not in defined:
                yield f'llm.weight {name} : {kind} source "example"'


def complete(text):
    """The block as a module."""
    if re.search(r"^\s*(func\.func|module)\b", text, re.M):
        return text
    lines = text.split("\n")
    symbols = [line for line in lines if re.match(r"\s*llm\.weight", line)]
    attributes = [line for line in lines if re.match(r"\s*#", line)]
    body = [line for line in lines if line not in symbols and line not in attributes]
    types = {}
    for line in body:
        type_operands(line, types)
    known, undefined = defined_values(text), []
    for name in NAME.findall(re.sub(r"//.*", "", text)):
        if name not in known and name not in undefined:
            undefined.append(name)
    for name in undefined:
        if name not in types:
            raise Incomplete(f"no signature says what {name} is: write a function")
    arguments = ", ".join(f"{name}: {types[name]}" for name in undefined)
    named = ", ".join(f"example.a{i} = {line.strip()}" for i, line in enumerate(attributes))
    return "\n".join([*symbols, *missing_symbols(text),
                      f"func.func @example({arguments}) attributes {{{named}}} {{",
                      *body, "  return", "}"])


def check(tool, text):
    """An error, or nothing."""
    try:
        module = complete(text)
    except Incomplete as error:
        return str(error)
    result = subprocess.run([tool, "-", "--verify-roundtrip", "-o", "/dev/null"], input=module,
                            capture_output=True, text=True, timeout=60)
    return f"{result.stderr.strip()}\nof\n{module}" if result.returncode else None


def unknown_passes(text, reference):
    """Names of passes in `text` that the generated reference does not have."""
    known = set(re.findall(r"^### `(llm-[a-z0-9-]+)`$", reference, re.M))
    return sorted(set(re.findall(r"`(llm-[a-z0-9-]+)", text)) - known)


def main():
    reference = (ROOT / "docs" / "passes.md").read_text()
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    blocks = wrong = 0
    for page in pages:
        text = page.read_text()
        found = list(BLOCK.finditer(text))
        if len(found) != text.count("```mlir"):
            print(f"{page.relative_to(ROOT)}: an mlir block that does not end")
            wrong += 1
        for name in unknown_passes(text, reference):
            print(f"{page.relative_to(ROOT)}: there is no pass {name}")
            wrong += 1
        for block in found:
            blocks += 1
            error = check(sys.argv[1], block[2])
            if error:
                line = text.count("\n", 0, block.start()) + 1
                print(f"{page.relative_to(ROOT)}:{line}: {error}\n")
                wrong += 1
    print(f"{blocks} blocks, {wrong} wrong")
    return 1 if wrong or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""The files of a new pass or a new op, which build and pass their tests as they are.

usage: utils/scaffold.py pass STAGE NAME "summary"    e.g. pass Optimize FoldScales "scales join weights"
       utils/scaffold.py op NAME "summary"            e.g. op clip "values stay between two bounds"

A pass starts with a loop over linears that declines each; an op starts as the
identity. What is written is printed; what is left to write is said at the end.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAGES = ["Optimize", "Schedule", "Lower"]
SPDX = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"


def fail(message):
    sys.exit(f"error: {message}")


def split_words(name):
    """FoldScales -> [fold, scales]"""
    return [word.lower() for word in re.findall(r"[A-Z][a-z0-9]*", name)]


def header(file, summary):
    start = f"//===- {file} - {summary} "
    return start + "-" * max(4, 79 - len(start) - len("===//")) + "===//"


def create(path, text):
    target = ROOT / path
    if target.exists():
        fail(f"{path} is there already")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    print(f"wrote   {path}")


def insert(path, text, before):
    """Puts `text` before the last line that starts with `before`."""
    target = ROOT / path
    lines = target.read_text(encoding="utf-8").split("\n")
    places = [i for i, line in enumerate(lines) if line.startswith(before)]
    if not places:
        fail(f"{path} has no line that starts with '{before}'")
    lines[places[-1]:places[-1]] = text.split("\n")
    target.write_text("\n".join(lines), encoding="utf-8")
    print(f"changed {path}")


def append(path, text):
    target = ROOT / path
    target.write_text(target.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + text,
                      encoding="utf-8")
    print(f"changed {path}")


def add_source(path, name):
    """Puts a file in the first list of sources, in the order of the alphabet."""
    target = ROOT / path
    text = target.read_text(encoding="utf-8")
    match = re.search(r"llmc_library\(\w+\n((?:  [\w/]+\.cpp\n)+)", text)
    if not match:
        fail(f"{path} has no list of sources")
    sources = sorted(match[1].splitlines() + [f"  {name}.cpp"])
    text = text[:match.start(1)] + "\n".join(sources) + "\n" + text[match.end(1):]
    target.write_text(text, encoding="utf-8")
    print(f"changed {path}")


# ===-----------------------------------------------------------------------===#
# A pass: its file, its entry in Passes.td, its line in CMakeLists.txt, its test
# ===-----------------------------------------------------------------------===#

PASS_SOURCE = """{header}
// {spdx}
//
// Why: the cost that this removes, in units.
//===----------------------------------------------------------------------===//
#include "llmc/{stage}/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {{
#define GEN_PASS_DEF_{upper}
#include "llmc/{stage}/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {{

struct {name} : impl::{name}Base<{name}> {{
  void runOnOperation() override {{
    getOperation().walk([&](LinearOp linear) {{
      decline(linear, getArgument(), "nothing is rewritten yet");
    }});
  }}
}};

}} // namespace
}} // namespace llmc
"""

PASS_DEFINITION = """def {name} : Pass<"llm-{kebab}", "::mlir::ModuleOp"> {{
  let summary = "{summary}";
  let description = [{{
    What becomes what.

    Expects: the IR that it needs. Leaves: the IR that it guarantees.
    Saves: the cost that it removes.
  }}];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}}
"""

PASS_TEST = """// RUN: llmc-opt %s --llm-{kebab} --verify-diagnostics --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-{kebab} | FileCheck %s

// What it must not touch, and why it says so; above it belongs the case that fires.
// CHECK-LABEL: func.func @stays(
// CHECK: llm.linear
func.func @stays(%x: tensor<?x8xf32>, %w: tensor<8x8xf32>) -> tensor<?x8xf32> {{
  // expected-remark @below {{{{nothing is rewritten yet}}}}
  %y = llm.linear %x, %w : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}}
"""


def scaffold_pass(stage, name, summary):
    if stage not in STAGES:
        fail(f"a stage is one of {', '.join(STAGES)}, found '{stage}'")
    words = split_words(name)
    if "".join(word.capitalize() for word in words) != name or not words:
        fail(f"a pass has a name like FoldScales, found '{name}'")
    values = {"name": name, "stage": stage, "summary": summary, "spdx": SPDX,
              "upper": name.upper(), "kebab": "-".join(words),
              "header": header(f"{name}.cpp", summary)}
    create(f"lib/{stage}/{name}.cpp", PASS_SOURCE.format(**values))
    create(f"test/{stage}/{values['kebab']}.mlir", PASS_TEST.format(**values))
    insert(f"include/llmc/{stage}/Passes.td", PASS_DEFINITION.format(**values), "#endif")
    add_source(f"lib/{stage}/CMakeLists.txt", name)
    print("left: its place in lib/Driver/Pipelines.cpp, with what breaks if it moves")


# ===-----------------------------------------------------------------------===#
# An op: definition, verifier, meaning, tests of both
# ===-----------------------------------------------------------------------===#

OP_DEFINITION = """def LLM_{name}Op : LLM_Op<"{snake}", [Pure, Elementwise]> {{
  let summary = "{summary}";
  let description = [{{
    `result[t, e] = input[t, e]`; f32 inside.
    (C1) type(result) == type(input).
    ```mlir
    %y = llm.{snake} %x : tensor<?x576xf32> -> tensor<?x576xf32>
    ```
  }}];
  let arguments = (ins LLM_FloatTensor:$input);
  let results = (outs LLM_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}}
"""

OP_VERIFIER = """LogicalResult {name}Op::verify() {{
  if (getType() == getInput().getType())
    return success();
  return emitOpError("(C1) result has the input's type ")
         << getInput().getType() << ", found " << getType();
}}
"""

OP_MEANING = """static llvm::Error eval{name}(Evaluation &eval, {name}Op op) {{
  Tensor result = eval.tensor(op.getInput());
  Rounder round(op.getType());
  for (float &value : result.floats)
    value = round(value);
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}}
"""

OP_ROUND_TRIP = """// CHECK-LABEL: func.func @{snake}(
func.func @{snake}(%x: tensor<?x8xf32>) {{
  // CHECK: llm.{snake} %{{{{.*}}}} : tensor<?x8xf32> -> tensor<?x8xf32>
  %y = llm.{snake} %x : tensor<?x8xf32> -> tensor<?x8xf32>
  return
}}
"""

OP_INVALID = """// -----

func.func @{snake}(%x: tensor<?x8xf32>) {{
  // expected-error @below {{{{'llm.{snake}' op (C1) result has the input's type 'tensor<?x8xf32>', found 'tensor<?x8xf16>'}}}}
  %y = llm.{snake} %x : tensor<?x8xf32> -> tensor<?x8xf16>
  return
}}
"""


def scaffold_op(snake, summary):
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", snake):
        fail(f"an op has a name like expert_linear, found '{snake}'")
    name = "".join(word.capitalize() for word in snake.split("_"))
    if f"LLM_{name}Op " in (ROOT / "dialects/llm/LLMOps.td").read_text(encoding="utf-8"):
        fail(f"llm.{snake} is there already")
    values = {"name": name, "snake": snake, "summary": summary}
    insert("dialects/llm/LLMOps.td", OP_DEFINITION.format(**values), 'include "LLMTileOps.td"')
    append("dialects/llm/LLMOps.cpp", OP_VERIFIER.format(**values))
    insert("lib/Reference/Rows.cpp", OP_MEANING.format(**values), "void reference::addRowOps")
    insert("lib/Reference/Rows.cpp", f"  table.add(eval{name});", "}")
    append("test/Dialect/llm/ops.mlir", OP_ROUND_TRIP.format(**values))
    append("test/Dialect/llm/invalid.mlir", OP_INVALID.format(**values))
    print("left: its formula and constraints, a test of its meaning in test/unit/Reference, "
          "utils/update-docs.sh, its lowering")


def main(arguments):
    if len(arguments) == 4 and arguments[0] == "pass":
        return scaffold_pass(*arguments[1:])
    if len(arguments) == 3 and arguments[0] == "op":
        return scaffold_op(*arguments[1:])
    sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Every call with which an import reads the files of a model fails once, comes short or finds its file cut (faults.c): the
same module and warnings as without, or exit 1 and one line that names a file of the model; never less than there is, silently.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import errno
import os
import shutil
import sys
from collections import Counter

from harness import MODELS, ROOT, Attack, Wrong, check_error, main

# Of each call what happens to it. A file that another process cuts is half as long from then on.
FAULTS = [(call, what) for call in ("open", "stat", "access", "read", "map") for what in (errno.EIO, "shrink")] + [("read", "short")]
MOST = 200  # calls of a kind


def make_onnx(path):
    """A decoder whose bias is in a file beside it."""
    sys.path.insert(0, str(ROOT / "test" / "e2e"))
    from onnx_files import WIDTH, decoder, node, tensor
    path.write_bytes(decoder([node("Add", ["x", "b"], ["y"])], "y", [tensor("b", [WIDTH], external={"location": "b.data"})]))
    (path.parent / "b.data").write_bytes(bytes(4 * WIDTH))
    shutil.copy(MODELS / "llama" / "config.json", path.parent)


def make_models(folder):
    """A folder for each format, and the model in it: small ones, with all files that their reader knows."""
    for name in ("gguf", "onnx"):
        (folder / name).mkdir()
    shutil.copy(MODELS / "llama-q4_1.gguf", folder / "gguf" / "model.gguf")
    make_onnx(folder / "onnx" / "model.onnx")
    for name, base in (("folder", "llama"), ("shards", "llama-sharded"), ("quantised", "llama-gptq"), ("pieces", "llama")):
        shutil.copytree(MODELS / base, folder / name)
    for unwanted in ("tokenizer.json", "tokenizer_config.json"):
        (folder / "pieces" / unwanted).unlink()
    shutil.copy(ROOT / "test" / "fuzz" / "corpus" / "sentencepiece" / "unigram", folder / "pieces" / "tokenizer.model")
    return {"gguf": "model.gguf", "onnx": "model.onnx", "folder": "", "shards": "", "quantised": "", "pieces": ""}


def attack(t, pristine, file, call, what):
    """One kind of fault, at the first, the second, ... call: how many ended in which way."""
    place, mark = t.work / "under", t.work / "mark"
    whole, ends = None, Counter()
    for number in range(1, MOST):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(pristine, place)
        whole = whole or t.run(t.llmc, "import", place / file, "-o", "-")
        mark.unlink(missing_ok=True)
        result = t.run(t.llmc, "import", place / file, "-o", "-", code=(0, 1), env=dict(
            os.environ, LD_PRELOAD=str(t.faults), LLMC_FAULT=f"{call}:{number}:{what}", LLMC_FAULT_UNDER=f"{place}/",
            LLMC_FAULT_MARK=str(mark)))
        if not mark.exists():
            return ends
        if result.code:
            check_error(result, place)
        elif (result.raw_out, result.raw_err) != (whole.raw_out, whole.raw_err):
            raise Wrong(f"call {number}: something else, and no word of it: {result.err!r}")
        ends[result.code] += 1
    raise Wrong(f"more than {MOST} calls")


def check(t: Attack):
    t.faults = os.path.join(os.path.dirname(os.path.dirname(t.llmc)), "test", "hostile", "faults.so")
    pristine = t.work / "pristine"
    pristine.mkdir()
    ends = Counter()
    for name, file in make_models(pristine).items():
        for call, what in FAULTS:
            try:
                ends += attack(t, pristine / name, file, call, what)
            except Wrong as wrong:
                raise Wrong(f"{name}, {call}, {what}: {wrong}") from None
    if ends[0] < 10 or ends[1] < 50:
        raise Wrong(f"too few faults: {dict(ends)}")


if __name__ == "__main__":
    main(__file__)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""llama.cpp's own quantisers on the same base, text and windows as quantization.py's rows.

Each type is made with an importance matrix, except where it has no use for one, and measured against llama.cpp's own floats: what
differs between two programs in floats is no error of a quantiser.
"""

import re
import time
from pathlib import Path

import measure

# In the order of what one wants to see first.
TYPES = ["Q4_K_M", "IQ4_XS", "Q5_K_M", "Q4_0", "Q3_K_M", "Q6_K", "Q8_0", "Q2_K"]
FIGURES = {
    "perplexity": r"Mean PPL\(Q\)\s*:\s*([\d.]+)",
    "kl_mean": r"Mean\s+KLD:\s*([-\d.]+)",
    "kl_p99": r"99.0%\s+KLD:\s*([-\d.]+)",
    "top1_agreement": r"Same top p:\s*([\d.]+)",
}


class Peer:
    def __init__(self, arguments, texts, window):
        self.arguments, self.texts, self.window = arguments, texts, window
        self.work = Path(arguments.work)
        self.matrix, self.base = self.work / f"{arguments.tokens}.imatrix", self.work / f"llama-{arguments.windows}.logits"

    def program(self, name):
        return Path(self.arguments.llama_bin) / name

    def perplexity(self, model, *options):
        size = ["-c", str(self.window), "--chunks", str(self.arguments.windows), "-t", "2"]
        command = [self.program("llama-perplexity"), "-m", model, "-f", self.texts / "evaluation.txt", *size]
        return measure.run([*command, "--kl-divergence-base", self.base, *options])

    def prepare(self):
        """What all types share, unless an earlier run made it."""
        if not self.matrix.exists():
            size = ["-c", str(self.window), "--chunks", str(self.arguments.tokens // self.window), "-t", "2"]
            command = [self.program("llama-imatrix"), "-m", self.arguments.base, "-f", self.texts / "calibration.txt", *size]
            part = self.matrix.with_suffix(".part")
            measure.run([*command, "-o", part])
            part.rename(self.matrix)
        done = self.base.with_suffix(".done")
        if not done.exists():
            self.perplexity(self.arguments.base)
            done.touch()

    def row(self, name):
        self.prepare()
        model = self.work / f"{name}.gguf"
        begin = time.monotonic()
        measure.run([self.program("llama-quantize"), "--imatrix", self.matrix, self.arguments.base, model, name, "2"])
        minutes = (time.monotonic() - begin) / 60
        figures = read_figures(self.perplexity(model, "--kl-divergence"), model)
        speed = measure.llama_bench(self.program("llama-bench"), model, self.arguments.threads, generate=32, repetitions=3)
        sizes = sizes_of(model)
        model.unlink()
        return {"spec": f"llama.cpp {name}", "minutes": minutes, "decode_tokens_per_s": speed["decode_tokens_per_s"], **sizes, **figures}


def read_figures(said, model):
    figures = {}
    for name, pattern in FIGURES.items():
        found = re.search(pattern, said)
        if not found:
            raise SystemExit(f"error: llama-perplexity does not say {name} of {model}: {said[-500:]}")
        figures[name] = float(found[1])
    figures["top1_agreement"] /= 100
    return figures


def sizes_of(model):
    """Of the tensors alone, as llmc counts its own."""
    import gguf  # noqa: PLC0415: only these rows need it

    tensors = gguf.GGUFReader(model).tensors
    size, count = sum(int(tensor.n_bytes) for tensor in tensors), sum(int(tensor.n_elements) for tensor in tensors)
    return {"weight_bytes": size, "bits_per_weight": 8 * size / count}

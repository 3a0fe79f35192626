"""The programs whose kernels are measured, and with that the kernels that count as shipped: the sizes of the llama of 1 and of 8 billion
weights that most people run, each encoding that has a way of its own on a device. A kernel's PTX holds its sizes as constants, so a
kernel is one of a shape; other models have the same families of them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONE_BILLION = {"hidden": 2048, "feed-forward": 8192, "layers": 16, "heads": 32, "kv-heads": 8, "vocabulary": 128256, "context": 8192}
EIGHT_BILLION = {**ONE_BILLION, "hidden": 4096, "feed-forward": 14336, "layers": 32}
# Nothing that anybody runs: for the simulator.
TINY = {"hidden": 64, "feed-forward": 128, "layers": 1, "heads": 2, "kv-heads": 1, "vocabulary": 300, "context": 128}


@dataclass
class Shape:
    name: str
    sizes: dict
    encoding: str
    activations: str = ""  # the compiler's own choice
    device: str = "sm_80"  # an exact one is measured on GPUs of its kind alone
    more: tuple = ()  # what else llmc compile is asked
    # What `bench` is asked, by the name of each run.
    runs: dict = field(default_factory=dict)
    times_start: bool = False

    def make(self, path, seed=1, hollow=False):
        """A GGUF file of these sizes with random weights, or with a hole in their place."""
        sizes = [word for key, value in self.sizes.items() for word in (f"--{key}", str(value))]
        subprocess.run([sys.executable, ROOT / "utils/make-random-gguf.py", path, "--encoding", self.encoding, "--seed", str(seed),
                        *sizes, *(["--hollow"] if hollow else [])], check=True)

    def options(self, beside=()):
        """What llmc compile is asked; `beside` the device for processors, it is the one that it runs on."""
        how = [f"--activations={self.activations}"] if self.activations else []
        return ["-q", "--target=" + ",".join([*beside, f"cuda:{self.device}"]), *how, *self.more, *(["--cpu=native"] if beside else [])]

    def runs_on(self, capability):
        """On a GPU of this compute capability, 90 is 9.0."""
        wanted = int(self.device.removeprefix("sm_").removesuffix("a"))
        return capability == wanted if self.device.endswith("a") else capability >= wanted


# One sequence, a long context, several sequences.
RUNS = {"": ["-p", 512, "-n", 64, "-r", 3], "8000 before": ["-p", 0, "-n", 32, "-r", 2, "-d", 8000],
        "8 sequences": ["-p", 0, "-n", 32, "-r", 2, "-b", 8]}
# Zeros that need a GPU's sparse tensor cores.
PAIRS = ("--quantize=bits=8,group=64", "--sparsify=2:4-magnitude")
# In the order of what is wanted most: where the time ends, the rest is left.
FULL = [
    Shape("1b-q4_0", ONE_BILLION, "q4_0", runs=RUNS, times_start=True),
    Shape("8b-q4_0", EIGHT_BILLION, "q4_0", runs=RUNS, times_start=True),
    # Launches that overlap; prompts in bf16 through wgmma.
    Shape("8b-q4_0-sm_90a", EIGHT_BILLION, "q4_0", device="sm_90a", runs=RUNS),
    Shape("1b-bf16-sm_90a", ONE_BILLION, "bf16", device="sm_90a", runs=RUNS),
    Shape("8b-q4_k", EIGHT_BILLION, "q4_k", runs={"": RUNS[""]}),
    Shape("1b-q8_0", ONE_BILLION, "q8_0", runs={"": RUNS[""]}),
    Shape("1b-bf16", ONE_BILLION, "bf16", runs=RUNS),
    Shape("1b-f16", ONE_BILLION, "f16", runs={"": RUNS[""]}),
    Shape("1b-2:4", ONE_BILLION, "bf16", "i8", more=PAIRS, runs={"": RUNS[""]}),
]
ONCE = {"": ["-p", 2, "-n", 1, "-r", 1]}
SMALL = [Shape("tiny-q4_0", TINY, "q4_0", runs=ONCE, times_start=True), Shape("tiny-q4_0-sm_90a", TINY, "q4_0", device="sm_90a", runs=ONCE)]
# Sizes at which the simulator answers within a second: what a GPU computes is compared with it, and with the processor.
COMPARED = {**TINY, "hidden": 256, "feed-forward": 512, "layers": 2, "heads": 4}


def compared(small, capability):
    if small:
        return [Shape("tiny-q4_0", TINY, "q4_0")]
    all_kinds = [Shape(f"small-{encoding}{'-' if activations else ''}{activations}", COMPARED, encoding, activations)
                 for encoding, activations in (("q4_0", ""), ("q4_0", "f32"), ("q4_0", "i8"), ("q8_0", ""), ("q5_1", ""), ("q4_k", ""),
                                               ("q6_k", ""), ("iq4_nl", ""), ("f16", ""), ("bf16", ""), ("bf16", "f32"))]
    all_kinds.append(Shape("small-2:4", COMPARED, "bf16", "i8", more=(*PAIRS, "--skip-zeros=smaller")))
    all_kinds += [Shape(f"small-{encoding}-sm_90a", COMPARED, encoding, device="sm_90a") for encoding in ("q4_0", "bf16")]
    return [shape for shape in all_kinds if shape.runs_on(capability)]

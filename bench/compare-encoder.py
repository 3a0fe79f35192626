#!/usr/bin/env python3
"""Compares an encoder compiled by llmc with transformers, by what it computed, and with ONNX Runtime, by time.
usage: compare-encoder.py LLMC FOLDER [--opset 18] [--from-folder] [--shapes 1x128 ...] [--rounds 40] [--threads 2] [--clock process_time]
       [llmc compile options...]
FOLDER is what utils/export-onnx.py --encoder writes; --from-folder: llmc compiles its Hugging Face folder, not the graph. Needs numpy and onnxruntime.

The two take turns, a call each, in processes of their own; who waits is stopped, so that no spinning thread of one takes
processors from the other.
--clock process_time counts processor time of all threads, which other work on the machine hardly changes; take --threads 1.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def load(folder):
    return {path.stem: np.load(path) for path in folder.glob("*.npy")}


def compare_with_transformers(app, states):
    for folder in sorted(states.iterdir(), key=lambda path: [int(x) for x in path.name.split("x")]):
        expected = np.load(folder / "last_hidden_state.npy")
        given = [f"input_ids={folder}/input_ids.npy"]
        if not np.load(folder / "attention_mask.npy").all():  # an absent mask is ones
            given.append(f"attention_mask={folder}/attention_mask.npy")
        with tempfile.TemporaryDirectory() as out:
            subprocess.run([app, "call", *given, "--out", out], check=True, stdout=subprocess.DEVNULL)
            found = np.load(Path(out) / "last_hidden_state.npy")
        print(f"{folder.name}: largest difference {np.abs(found - expected).max():.1e} "
              f"(largest value {np.abs(expected).max():.1f})")


def make_call(peer, model, threads):
    if peer == "llmc":
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
        import llmc
        return llmc.load(model)  # as many threads as processors
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda **feed: session.run(None, feed)


def serve(peer, model, threads, clock):
    """For each line on standard input, BxS, the seconds of one call."""
    os.sched_setaffinity(0, range(threads))
    call, random = make_call(peer, model, threads), np.random.default_rng(1)
    print("ready", flush=True)
    for line in sys.stdin:
        ids = random.integers(3, 1000, [int(x) for x in line.split("x")])
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        start = clock()
        call(**feed)
        print(clock() - start, flush=True)


class Peer:
    def __init__(self, name, model, options):
        self.process = subprocess.Popen([sys.executable, __file__, "--serve", name, str(model), str(options.threads), options.clock],
                                        text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdout.readline()
        self.process.send_signal(signal.SIGSTOP)

    def call(self, shape):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(shape + "\n")
        self.process.stdin.flush()
        seconds = float(self.process.stdout.readline())
        self.process.send_signal(signal.SIGSTOP)
        return seconds

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()


def compare_with_onnx_runtime(library, model, options):
    peers = Peer("onnxruntime", model, options), Peer("llmc", library, options)
    for shape in options.shapes:
        for peer in peers:  # workspaces
            peer.call(shape)
        times = [[peer.call(shape) for peer in peers] for _ in range(options.rounds)]
        theirs, ours = ([1e3 * t for t in column] for column in zip(*times))
        print(f"{shape}, {options.rounds} rounds: ONNX Runtime {min(theirs):.2f} ms (median {statistics.median(theirs):.2f}), "
              f"llmc {min(ours):.2f} ms (median {statistics.median(ours):.2f}), {min(theirs) / min(ours):.2f} times its speed")
    for peer in peers:
        peer.close()


def main():
    if sys.argv[1:2] == ["--serve"]:
        return serve(sys.argv[2], sys.argv[3], int(sys.argv[4]), getattr(time, sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("llmc")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--opset", type=int, default=18)
    parser.add_argument("--from-folder", action="store_true")
    parser.add_argument("--shapes", nargs="*", default=["1x1", "1x17", "1x128", "1x512", "4x128"])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--clock", choices=["perf_counter", "process_time"], default="perf_counter")
    options, compile_options = parser.parse_known_args()
    model = options.folder / f"opset{options.opset}" / "model.onnx"
    source = options.folder / "hf" if options.from_folder else model
    with tempfile.TemporaryDirectory() as folder:
        app, library = Path(folder) / "app", Path(folder) / "app.so"
        for made, kind in ((app, []), (library, ["--emit=so"])):
            subprocess.run([options.llmc, "compile", source, "-o", made, "-q", *kind, *compile_options], check=True)
        compare_with_transformers(app, options.folder / "states")
        compare_with_onnx_runtime(library, model, options)


if __name__ == "__main__":
    main()

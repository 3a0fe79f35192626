#!/usr/bin/env python3
"""What the kernels of a program for a GPU ask of it, without one: the simulator's counters and ptxas's words, as a table.

A model of the given shape with random codes decodes one token on the simulator; per kernel of that step: blocks, instructions of all lanes and
how many of them a weight costs, loads of global memory with the sectors of a request (a warp that reads 4 bytes per lane in one line has 4, with
16 bytes per lane 16) and how much of a sector is used, what was copied to shared memory, registers, shared memory, and the blocks that a multiprocessor can hold.
With --prompt N it reads a prompt of N tokens instead; per kernel, all its launches added up: instructions of warps and which part of them multiply
matrices, bytes read from global memory by loads and by copies, and how many passes over the banks of shared memory there were per fewest.

usage: counters.py --llmc build/bin/llmc [--device sm_80] [--encoding q4_0] [--activations i8] [--hidden 1024] [--feed-forward 4096] [--prompt 128] [--with=--quantize=w8]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import functools
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Of a multiprocessor: registers, threads, blocks; bytes of shared memory.
REGISTERS, THREADS, BLOCKS = 65536, 2048, 32
SHARED = {"sm_80": 164 * 1024, "sm_90a": 228 * 1024}


def run(command, **options):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stderr}")
    return result


def find_ptxas():
    """That of the path, or the one that utils/bootstrap.sh test installs."""
    found = [shutil.which("ptxas")] if shutil.which("ptxas") else []
    found += glob.glob(str(ROOT / ".venv/lib/python3*/site-packages/nvidia/*/bin/ptxas"))
    if not found:
        sys.exit("no ptxas: utils/bootstrap.sh test installs it")
    return found[0]


def count_resources(compiler, device, folder):
    """Kernel -> (registers, bytes of shared memory)."""
    ptx = folder / "kernels.ptx"
    run([*compiler, "--emit=ptx", "-o", ptx])
    text = run([find_ptxas(), f"-arch={device}", "-v", ptx, "-o", folder / "kernels.cubin"]).stderr
    found = {}
    for name, used in re.findall(r"Function properties for (\w+)\n.*\nptxas info\s*: (Used.*)", text):
        registers = int(re.search(r"Used (\d+) registers", used)[1])
        shared = re.search(r"(\d+) bytes smem", used)
        found[name] = registers, int(shared[1]) if shared else 0
    return found


def launch_all(llmc, compiler, folder, ids, tokens):
    """The counters of all launches, in their order."""
    app, counters = folder / "app", folder / "counters"
    run([*compiler, "-o", app])
    environment = {**os.environ, "LLMRT_CUDA_DRIVER": str(Path(llmc).resolve().parent / "libllmc-ptxsim-cuda.so"),
                   "LLMC_PTXSIM_RACES": "0", "LLMC_PTXSIM_COUNTERS": str(counters)}
    run([app, "run", "--ids", ids, "-n", tokens, "--print-ids", "--ignore-eos", "--device", "cuda"], env=environment)
    return list(map(json.loads, counters.read_text().splitlines()))


def resident_blocks(threads, registers, shared, device):
    """Registers are given in units of 8 per thread, to whole warps."""
    per_block = -(-registers // 8) * 8 * threads
    return min(REGISTERS // per_block, SHARED[device] // max(shared + 1024, 1), THREADS // threads, BLOCKS)


def print_decode(launches, resources, weights, device):
    print("| kernel | blocks | lane instructions | per weight | load requests | sectors of one | bytes used of 32 | KB of copies | registers | shared "
          "| blocks of an SM |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for kernel, launch in {launch["kernel"]: launch for launch in launches}.items():
        counters, loads = launch["counters"], launch["counters"]["global_loads"]
        registers, shared = resources[kernel]
        shared += launch["dynamic_shared"]
        kind = re.sub(r"^\w+?_k\d+_", "", kernel)
        each = f"{counters['lane_instructions'] / weights[kind]:.2f}" if kind in weights else ""
        print(f"| {kernel} | {launch['grid'][0]} | {counters['lane_instructions']} | {each} | {loads['requests']} "
              f"| {loads['sectors'] / max(1, loads['requests']):.2f} | {min(32, loads['bytes'] / max(1, loads['sectors'])):.0f} "
              f"| {counters['async']['bytes'] / 1024:.0f} | {registers} | {shared} "
              f"| {resident_blocks(launch['block'][0], registers, shared, device)} |")


def print_prompt(launches, resources, device):
    print("| kernel | launches | blocks of one | warp instructions | of matrices | MB by loads | MB by copies | bank passes | registers | shared | blocks of an SM |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    kernels = {}
    for launch in launches:
        kernels.setdefault(launch["kernel"], []).append(launch)
    for kernel, all_of_it in kernels.items():
        registers, shared = resources[kernel]
        shared += all_of_it[0]["dynamic_shared"]
        counters = [launch["counters"] for launch in all_of_it]

        def total(*keys):
            return sum(functools.reduce(dict.__getitem__, keys, each) for each in counters)

        instructions = total("warp_instructions")
        matrices = sum(count for each in counters for opcode, count in each["opcodes"].items() if opcode.startswith(("mma", "wgmma.mma")))
        passes = total("shared", "passes") / max(1, total("shared", "least_passes"))
        print(f"| {kernel} | {len(all_of_it)} | {all_of_it[0]['grid'][0]} | {instructions} | {100 * matrices / instructions:.1f} % "
              f"| {total('global_loads', 'bytes') / 1e6:.2f} | {total('async', 'bytes') / 1e6:.2f} | {passes:.2f} | {registers} | {shared} "
              f"| {resident_blocks(all_of_it[0]['block'][0], registers, shared, device)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--llmc", required=True)
    parser.add_argument("--encoding", default="q4_0")
    parser.add_argument("--activations", default="i8")
    parser.add_argument("--hidden", type=int, default=1024)
    parser.add_argument("--feed-forward", type=int, default=4096)
    parser.add_argument("--prompt", type=int, default=0)
    parser.add_argument("--device", default="sm_80", choices=list(SHARED))
    parser.add_argument("--with", dest="more", default="", help="what else llmc compile is asked, as --quantize=w8")
    options = parser.parse_args()
    hidden, wide = options.hidden, options.feed_forward
    heads, shared_heads = hidden // 64, hidden // 256
    # How many weights the products of one launch have, by where they stand in a layer.
    weights = {"linear_silu_linear_mulf": 2 * hidden * wide}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "model.gguf"
        run([sys.executable, ROOT / "utils/make-random-gguf.py", model, "--encoding", options.encoding, "--layers", 2,
             "--hidden", hidden, "--feed-forward", wide, "--heads", heads, "--kv-heads", shared_heads, "--vocabulary", 1024])
        ids, tokens = (" ".join(str(1 + i) for i in range(options.prompt)), 1) if options.prompt else ("5", 2)
        compiler = [options.llmc, "compile", model, "-q", f"--target=cuda:{options.device}", f"--activations={options.activations}", *options.more.split()]
        launches = launch_all(options.llmc, compiler, folder, ids, tokens)
        resources = count_resources(compiler, options.device, folder)
    what = f"a prompt of {options.prompt} tokens" if options.prompt else "one token"
    print(f"{options.encoding} {options.more}, activations {options.activations}, {hidden} columns, {wide} of the feed-forward; {what}; {options.device}.\n")
    if options.prompt:
        print_prompt(launches, resources, options.device)
    else:
        print_decode(launches, resources, weights, options.device)


if __name__ == "__main__":
    main()

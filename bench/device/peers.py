#!/usr/bin/env python3
"""What PyTorch takes on this GPU for the products and the attention of the measured programs: cuBLAS and SDPA, in bf16, on random data.

Prints a line of JSON for each. Weights rotate among copies that are more than the L2 holds, as a model's layers do; calls are recorded
as a graph, so that Python is not what is measured. Exit status 3, and why in one line, where there is no PyTorch or no GPU for it.

usage: peers.py [--small]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import statistics
import sys

import shapes

COPY_BYTES = 256 << 20


def median_seconds(torch, calls, repetitions=10):
    """Of one call, all of them one after another in a graph."""
    for call in calls[:2]:
        call()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for call in calls:
            call()
    times = []
    for _ in range(repetitions):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        graph.replay()
        end.record()
        torch.cuda.synchronize()
        times.append(1e-3 * begin.elapsed_time(end) / len(calls))
    return statistics.median(times)


def measure_product(torch, rows, inner, outer):
    count = max(2, min(64, COPY_BYTES // (2 * inner * outer)))
    x = torch.randn(rows, inner, dtype=torch.bfloat16, device="cuda")
    weights = [torch.randn(outer, inner, dtype=torch.bfloat16, device="cuda") for _ in range(count)]
    seconds = median_seconds(torch, [lambda w=w: torch.nn.functional.linear(x, w) for w in weights])
    return {"name": "cublas", "op": "product", "rows": rows, "inner": inner, "outer": outer, "us": 1e6 * seconds,
            "gb_per_s": 2e-9 * inner * outer / seconds, "tflop_per_s": 2e-12 * rows * inner * outer / seconds}


def measure_attention(torch, rows, keys, heads, shared, width):
    """`rows` queries behind `keys` - `rows` tokens; keys of a group of heads are one."""
    query = torch.randn(1, heads, rows, width, dtype=torch.bfloat16, device="cuda")
    caches = [torch.randn(2, 1, shared, keys, width, dtype=torch.bfloat16, device="cuda") for _ in range(8)]
    causal = rows == keys
    seconds = median_seconds(torch, [lambda c=c: torch.nn.functional.scaled_dot_product_attention(
        query, c[0], c[1], is_causal=causal, enable_gqa=True) for c in caches])
    return {"name": "sdpa", "op": "attention", "rows": rows, "keys": keys, "heads": heads, "kv_heads": shared, "width": width,
            "us": 1e6 * seconds, "gb_per_s": 4e-9 * keys * shared * width / seconds}


def main():
    try:
        import torch
    except ImportError:
        print("no torch")
        return 3
    if not torch.cuda.is_available():
        print("torch sees no GPU")
        return 3
    models = [shapes.TINY] if "--small" in sys.argv else [shapes.ONE_BILLION, shapes.EIGHT_BILLION]
    for sizes in models:
        hidden, wide, heads, shared = (sizes[key] for key in ("hidden", "feed-forward", "heads", "kv-heads"))
        kv = hidden // heads * shared
        for rows in (1, 8, 512):
            for inner, outer in ((hidden, hidden), (hidden, kv), (hidden, wide), (wide, hidden), (hidden, sizes["vocabulary"])):
                print(json.dumps(measure_product(torch, rows, inner, outer)), flush=True)
        for rows, keys in ((1, 512), (1, 8192), (512, 512)):
            print(json.dumps(measure_attention(torch, rows, keys, heads, shared, hidden // heads)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

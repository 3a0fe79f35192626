#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure a peer that is a Python package as llama-bench measures: random tokens, a warm-up, medians; prints what `app bench --json` calls its figures.

usage: python_peer.py openvino MODEL.gguf | onnxruntime FOLDER  [--threads 2] [--prompt 128] [--generate 64] [--repetitions 3]

Runs in the environment that install.sh makes.
"""

import argparse
import json
import random
import statistics
import time


class OpenVino:
    """OpenVINO GenAI reads a GGUF file itself. Its own metrics: time to the first token, time of each further one."""

    def __init__(self, model, threads):
        import openvino_genai

        self.genai = openvino_genai
        self.pipeline = openvino_genai.LLMPipeline(model, "CPU", INFERENCE_NUM_THREADS=threads)

    def measure(self, prompt, generate):
        import numpy
        import openvino

        config = self.genai.GenerationConfig()
        config.max_new_tokens = config.min_new_tokens = generate
        config.ignore_eos, config.do_sample = True, False
        ids = openvino.Tensor(numpy.array([prompt], dtype=numpy.int64))
        mask = openvino.Tensor(numpy.ones((1, len(prompt)), dtype=numpy.int64))
        metrics = self.pipeline.generate(self.genai.TokenizedInputs(ids, mask), config).perf_metrics
        return metrics.get_ttft().mean / 1000, metrics.get_tpot().mean / 1000


class OnnxRuntime:
    """ONNX Runtime GenAI reads the folder that its model builder wrote."""

    def __init__(self, model, threads):
        import onnxruntime_genai

        self.genai = onnxruntime_genai
        config = onnxruntime_genai.Config(model)
        options = {"intra_op_num_threads": threads}
        config.overlay(json.dumps({"model": {"decoder": {"session_options": options}}}))
        self.model = onnxruntime_genai.Model(config)

    def measure(self, prompt, generate):
        params = self.genai.GeneratorParams(self.model)
        length = len(prompt) + generate
        params.set_search_options(do_sample=False, min_length=length, max_length=length)
        generator = self.genai.Generator(self.model, params)
        begin = time.monotonic()
        generator.append_tokens(prompt)
        generator.generate_next_token()
        first = time.monotonic()
        for _ in range(generate - 1):
            generator.generate_next_token()
        return first - begin, (time.monotonic() - first) / (generate - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=["openvino", "onnxruntime"])
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--vocabulary", type=int, default=256, help="ids are below it")
    arguments = parser.parse_args()
    begin = time.monotonic()
    peer = (OpenVino if arguments.peer == "openvino" else OnnxRuntime)(arguments.model, arguments.threads)
    load = time.monotonic() - begin
    numbers = random.Random(1)

    def measure(generate):
        # Never the same prompt twice: peers keep what they know of a prefix.
        return peer.measure([numbers.randrange(3, arguments.vocabulary) for _ in range(arguments.prompt)], generate)

    measure(2)
    runs = [measure(max(arguments.generate, 2)) for _ in range(arguments.repetitions)]
    print(json.dumps({
        "load_s": load,
        "prefill_tokens_per_s": arguments.prompt / statistics.median(first for first, _ in runs),
        "decode_tokens_per_s": 1 / statistics.median(each for _, each in runs),
    }))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write the reference results of a GGUF model: what transformers computes in float32 from the same dequantised weights.

usage: make-goldens.py MODEL.gguf OUTDIR [--prompts FILE.json] [--full-logits] [--perplexity TEXT [--windows 64]]

The committed set is test/Inputs/golden/smollm2 (its README says what is in it). Packages: utils/requirements-dev.txt.
"""

import argparse
import hashlib
import json
import math
import pathlib
from importlib.metadata import version

import numpy as np
import torch

import gguf_reference

GENERATED, LOGIT_ROWS, SAMPLED_TOKENS, CONTEXT = 64, 64, 256, 512

PROMPTS = {
    "prose": "The lighthouse keeper had not spoken to anyone for eleven days when, late one evening, he heard",
    "code": "#include <stdio.h>\n\n/* Print the first n prime numbers. */\nvoid print_primes(int n) {\n",
    "chat": "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "<|im_start|>user\nExplain in a few paragraphs why the sky is blue and sunsets are red.<|im_end|>\n<|im_start|>assistant\n",
    "french": "La révolution industrielle a commencé en Angleterre à la fin du XVIIIe siècle. Elle a transformé",
    "list": "Planets of the solar system by distance from the sun (million km):\n1. Mercury: 57.9\n2. Venus: 108.2\n3. Earth: 149.6\n4.",
}
LOGIT_TEXT = (
    "A compiler reads a program in one language and writes it in another. The first ones, in 1952 and after, were built by "
    "people who doubted that a machine could do it; by 1957 the FORTRAN team had shown that the code was nearly as fast as "
    "what a programmer wrote by hand: x = (a + b) * 3.5; and nobody went back to writing it all in assembly."
)


def greedy(model, prompt):
    """64 ids, each the first with the largest logit, and how far the second largest lies below it; end-of-text does not stop it."""
    ids, margins, cache = [], [], None
    step = torch.tensor([prompt])
    for _ in range(GENERATED):
        output = model(step, past_key_values=cache, use_cache=True, logits_to_keep=1)
        cache, logits = output.past_key_values, output.logits[0, -1]
        ids.append(int(logits.argmax()))
        top = torch.topk(logits, 2).values
        margins.append(round(float(top[0] - top[1]), 6))
        step = torch.tensor([[ids[-1]]])
    return ids, margins


def write_greedy(model, tokenizer, prompts, out, source):
    results = []
    for name, text in prompts.items():
        prompt = tokenizer.encode(text).ids
        ids, margins = greedy(model, prompt)
        print(f"{name}: {len(prompt)} ids, least margin {min(margins):.4f}: {tokenizer.decode(ids, skip_special_tokens=False)!r}", flush=True)
        completion = tokenizer.decode(ids, skip_special_tokens=False)
        results.append({"name": name, "text": text, "prompt_ids": prompt, "generated_ids": ids, "margins": margins, "completion": completion})
    prompts_text = ",\n".join(json.dumps(result, ensure_ascii=False) for result in results)
    (out / "greedy.json").write_text(f'{{"source": {json.dumps(source)},\n"prompts": [\n{prompts_text}\n]}}\n', encoding="utf-8")
    return results


def write_logits(model, tokenizer, out):
    ids = tokenizer.encode(LOGIT_TEXT).ids[:LOGIT_ROWS]
    assert len(ids) == LOGIT_ROWS
    logits = model(torch.tensor([ids])).logits[0].numpy().astype(np.float32)  # [64, V]
    sampled = np.arange(SAMPLED_TOKENS, dtype=np.int64) * (logits.shape[1] // SAMPLED_TOKENS)
    np.save(out / "logits_input_ids.npy", np.array([ids], dtype=np.int64))
    np.save(out / "logits_last_row.npy", logits[-1])
    np.save(out / "logits_sampled_ids.npy", sampled)
    np.save(out / "logits_sampled.npy", logits[:, sampled])


def write_full_logits(model, results, out):
    """Per prompt NAME.input_ids.npy, int64 [1, 64] (prompt and continuation), and NAME.logits.npy, float32 [1, 64, V]."""
    for result in results:
        ids = torch.tensor([(result["prompt_ids"] + result["generated_ids"])[:LOGIT_ROWS]])
        np.save(out / f"{result['name']}.input_ids.npy", ids.numpy())
        np.save(out / f"{result['name']}.logits.npy", model(ids).logits.numpy())


def perplexity(model, ids, windows):
    """exp of the mean -log p over positions 257..511 of each window of 512 ids: 255 scored tokens a window, as llama-perplexity counts.

    llama-perplexity (llama.cpp, tools/perplexity) takes first = n_ctx/2 and scores, from the logits of positions
    first..n_ctx-2, the tokens at first+1..n_ctx-1. Windows do not overlap, have no BOS here, and the tail is dropped.
    """
    first, total, count = CONTEXT // 2, 0.0, 0
    for window in range(min(windows, len(ids) // CONTEXT)):
        inputs = torch.tensor(ids[window * CONTEXT : (window + 1) * CONTEXT])
        scores = torch.log_softmax(model(inputs[None]).logits[0, first:-1].double(), -1)
        total -= scores.gather(1, inputs[first + 1 :, None]).sum().item()
        count += CONTEXT - 1 - first
    return math.exp(total / count), count


def write_perplexity(model, tokenizer, text_path, windows, out):
    content = text_path.read_bytes()
    ids = tokenizer.encode(content.decode("utf-8")).ids
    value, count = perplexity(model, ids, windows)
    result = {
        "text": text_path.name,
        "text_sha256": hashlib.sha256(content).hexdigest(),
        "text_tokens": len(ids),
        "context": CONTEXT,
        "windows": count // (CONTEXT - 1 - CONTEXT // 2),
        "tokens": count,
        "perplexity": round(value, 4),
    }
    print(result)
    (out / "perplexity.json").write_text(json.dumps(result, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--prompts", type=pathlib.Path, help="JSON object of name: text, instead of the committed five")
    parser.add_argument("--full-logits", action="store_true", help="every logit of 64 rows of each prompt, 12.6 MB each, instead of samples")
    parser.add_argument("--perplexity", type=pathlib.Path, metavar="TEXT", help="only the perplexity of this text")
    parser.add_argument("--windows", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(False)
    arguments.out.mkdir(parents=True, exist_ok=True)
    gguf = gguf_reference.Gguf(arguments.model)
    model, tokenizer = gguf_reference.load_model(gguf), gguf_reference.load_tokenizer(gguf)
    if arguments.perplexity:
        write_perplexity(model, tokenizer, arguments.perplexity, arguments.windows, arguments.out)
        return
    source = {"model": arguments.model.name, "model_sha256": hashlib.sha256(arguments.model.read_bytes()).hexdigest()}
    source |= {package: version(package) for package in ("gguf", "tokenizers", "torch", "transformers")}
    prompts = json.loads(arguments.prompts.read_text("utf-8")) if arguments.prompts else PROMPTS
    results = write_greedy(model, tokenizer, prompts, arguments.out, source)
    if arguments.full_logits:
        write_full_logits(model, results, arguments.out)
    else:
        write_logits(model, tokenizer, arguments.out)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""SmolLM2-135M-Instruct, compiled: the ids and logits of transformers
(test/Inputs/golden/smollm2/README.md), at any thread count and in any batch.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import re
import struct
import unittest

from support import INPUTS, TOLERANCES, TestCase, read_npy, run, smollm2

GOLDEN = INPUTS / "golden" / "smollm2"


class SmolLM2(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        compiler = cls("compile")
        cls.exact = compiler.compile(smollm2(), "exact", "--activations=f32")
        cls.default = compiler.compile(smollm2(), "default")
        cls.golden = json.loads((GOLDEN / "greedy.json").read_text())

    def test_greedy_ids_are_those_of_transformers(self):
        for prompt in self.golden["prompts"]:
            with self.subTest(text=prompt["text"][:40]):
                expected = prompt["generated_ids"]
                ids = ",".join(map(str, prompt["prompt_ids"]))
                found = self.ids(self.exact, "--ids", ids, "-n", str(len(expected)),
                                 "--ignore-eos")
                self.assertEqual(len(found), len(expected))
                for at, (a, b) in enumerate(zip(found, expected)):
                    if a != b:
                        self.assertLess(prompt["margins"][at], TOLERANCES["greedyMargin"], f"differs at {at}")
                        break

    def test_prompts_become_the_reference_ids(self):
        for prompt in self.golden["prompts"]:
            by_ids = self.ids(self.exact, "--ids", ",".join(map(str, prompt["prompt_ids"])),
                              "-n", "4", "--ignore-eos")
            by_text = self.ids(self.exact, "-p", prompt["text"], "-n", "4", "--ignore-eos")
            self.assertEqual(by_ids, by_text)

    def test_logits_of_a_prompt(self):
        sampled = read_npy(GOLDEN / "logits_sampled.npy")
        columns = read_npy(GOLDEN / "logits_sampled_ids.npy").values
        last = read_npy(GOLDEN / "logits_last_row.npy").values
        for how in ([], ["--step"]):
            found = self.logits(self.exact, GOLDEN / "logits_input_ids.npy", *how)
            rows = sampled.shape[0]
            self.assertEqual(found.shape, (1, rows, len(last)))
            difference = max(abs(found.row(t)[column] - sampled.row(t)[i])
                             for t in range(rows) for i, column in enumerate(columns))
            self.assertLessEqual(difference, TOLERANCES["transformersLogits"])
            difference = max(abs(a - b) for a, b in zip(found.row(rows - 1), last))
            self.assertLessEqual(difference, TOLERANCES["transformersLogits"])

    def test_a_row_is_bit_equal_at_any_thread_count(self):
        ids = GOLDEN / "logits_input_ids.npy"
        for app in (self.exact, self.default):
            one = self.logits(app, ids, "--threads", "1")
            self.assertEqual(one.values, self.logits(app, ids, "--threads", "2").values)

    def test_a_sequence_is_the_same_alone_and_in_a_batch_of_eight(self):
        prompts = [",".join(map(str, prompt["prompt_ids"][:5 + i]))
                   for i, prompt in enumerate((self.golden["prompts"] * 2)[:8])]
        for app in (self.exact, self.default):
            alone = [self.succeed([app, "run", "--print-ids", "--ids", ids, "-n", "12",
                                   "--ignore-eos"]).strip() for ids in prompts]
            flags = [part for ids in prompts for part in ("--ids", ids)]
            batch = self.succeed([app, "run", "--print-ids", "-n", "12", "--ignore-eos", *flags])
            for ids in alone:
                self.assertIn(ids, batch)

    def test_default_activations_stay_close(self):
        last = read_npy(GOLDEN / "logits_last_row.npy").values
        found = self.logits(self.default, GOLDEN / "logits_input_ids.npy")
        row = found.row(found.shape[1] - 1)
        self.assertEqual(max(range(len(row)), key=row.__getitem__),
                         max(range(len(last)), key=last.__getitem__))
        error = sum((a - b) ** 2 for a, b in zip(row, last)) / sum(b * b for b in last)
        self.assertLess(error, TOLERANCES["int8Logits"])

    def test_peak_memory_keeps_the_contract(self):
        report = json.loads(self.succeed(
            [self.default, "bench", "-p", "64", "-n", "8", "-r", "1", "--json"]))
        self.assertLessEqual(report["peak_memory_bytes"], report["memory_contract_bytes"])

    def test_weights_lie_in_the_file_as_in_huge_pages(self):
        data = self.default.read_bytes()[:4096]
        count, = struct.unpack_from("<H", data, 56)
        *_, last = [struct.unpack_from("<IIQQQQQQ", data, 64 + 56 * i) for i in range(count)
                    if data[64 + 56 * i] == 1]  # PT_LOAD
        _, _, offset, address, _, size, _, alignment = last
        self.assertEqual(alignment, 2 << 20)
        self.assertEqual((address - offset) % alignment, 0)
        self.assertEqual(offset + size, self.default.stat().st_size)

    def test_a_profile_names_every_byte_of_the_weights(self):
        report = json.loads(self.succeed(
            [self.default, "bench", "-p", "0", "-n", "4", "-r", "1", "--profile", "--json"]))
        kernels = report["decode_kernels"]["kernels"]
        products = sum(k["bytes"] for k in kernels if "linear" in k["kernel"]) / 4
        weights = json.loads(self.succeed([self.default, "info", "--json"]))["memory"]["weight_bytes"]
        # Besides the products' there are only the norms', and activations are few.
        self.assertAlmostEqual(products / weights, 1, delta=0.03)
        self.assertGreater(sum(k["seconds"] for k in kernels), 0)

    def test_verify_accepts_what_was_written(self):
        self.succeed([self.default, "info", "--verify"])

    def test_verify_finds_one_flipped_bit(self):
        broken = self.folder / "broken"
        data = bytearray(self.default.read_bytes())
        data[len(data) // 2] ^= 4
        self.verify_fails(data, "weights")

    def test_verify_finds_an_even_number_of_top_bits(self):
        data = bytearray(self.default.read_bytes())
        middle = len(data) // 16 * 8
        for word in range(2):
            data[middle + 8 * word + 7] ^= 0x80
        self.verify_fails(data, "weights")

    def test_verify_finds_a_changed_instruction(self):
        data = bytearray(self.default.read_bytes())
        # vpdpbusd on 512 bits: only the generated step has it, and info runs no step.
        # EVEX: map 2, prefix 66, any registers, 512 bits, opcode 50.
        prefixes = bytes(16 * high + 2 for high in range(16)), bytes(8 * high + 5 for high in range(16))
        pattern = b"\x62" + b"".join(b"[" + re.escape(each) + b"]" for each in prefixes) + rb"[\x40-\x5f]\x50"
        instruction = re.search(pattern, data, re.DOTALL)
        data[instruction.start() + 4] ^= 1
        self.verify_fails(data, "code")

    def verify_fails(self, data, section):
        broken = self.folder / "broken"
        broken.write_bytes(data)
        broken.chmod(0o755)
        result = run([broken, "info", "--verify"])
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(result.stderr.strip().split("\n")), 1)
        self.assertIn(f"section {section} of", result.stderr)
        self.assertIn("checksum", result.stderr)


if __name__ == "__main__":
    unittest.main()

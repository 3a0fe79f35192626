#!/usr/bin/env python3
"""What llmc.Model gives is what the program of the same model gives.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import threading

import llmc
import numpy as np
import package

PROMPT = "the assistant answers"
CHAT = [{"role": "user", "content": "the test"}]


class Model(package.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.app = cls("compile").compile(package.MODEL, "app")
        cls.model = llmc.load(cls.library)

    @classmethod
    def tearDownClass(cls):
        cls.model.close()
        super().tearDownClass()

    def app_logits(self, ids):
        np.save(self.folder / "ids.npy", np.asarray([ids], dtype=np.int64))
        self.succeed([self.app, "logits", "--ids", self.folder / "ids.npy", "--out", self.folder / "out.npy"])
        return np.load(self.folder / "out.npy")[0]

    def test_logits_are_those_of_the_program(self):
        for count in (1, 12, 200):
            ids = np.arange(count) * 7 % self.model.vocabulary
            found = self.model.logits(ids)
            self.assertEqual((found.dtype, found.shape), (np.float32, (count, self.model.vocabulary)))
            np.testing.assert_array_equal(found, self.app_logits(ids))

    def test_ids_may_be_of_any_integer_type_and_stride(self):
        ids = np.arange(24, dtype=np.uint16)
        expected = self.model.logits(list(range(0, 24, 2)))
        np.testing.assert_array_equal(self.model.logits(ids[::2]), expected)
        np.testing.assert_array_equal(self.model.logits(ids[::2].astype(np.int64)), expected)

    def test_a_call_takes_and_gives_what_the_signature_says(self):
        inputs, outputs = self.model.signature
        self.assertEqual([(one.name, one.dtype, one.shape) for one in inputs], [("input_ids", "int32", ("T",))])
        self.assertEqual([(one.name, one.dtype, one.shape) for one in outputs],
                         [("logits", "float32", ("T", self.model.vocabulary))])
        found = self.model(input_ids=[5, 6, 7])
        self.assertEqual(list(found), ["logits"])
        np.testing.assert_array_equal(found["logits"], self.model.logits([5, 6, 7]))

    def test_greedy_tokens_are_those_of_the_program(self):
        ids = [token.id for token in self.model.tokens(PROMPT, 16) if token.id >= 0]
        self.assertEqual(ids, self.ids(self.app, "-p", PROMPT, "-n", "16"))

    def test_the_same_seed_gives_the_same_text(self):
        draw = lambda seed: self.model.generate(PROMPT, 24, temperature=1.0, top_k=50, seed=seed)
        self.assertEqual(draw(7), draw(7))
        self.assertGreater(len({draw(seed) for seed in range(5)}), 1)
        said = self.succeed([self.app, "run", "-p", PROMPT, "-n", "24", "--temperature", "1.0", "--top-k", "50",
                             "--seed", "7"])
        self.assertEqual(draw(7), said[:-1])

    def test_without_a_seed_every_draw_is_another(self):
        self.assertGreater(len({self.model.generate(PROMPT, 24, temperature=1.5) for _ in range(4)}), 1)

    def test_a_stream_gives_the_same_text_in_pieces(self):
        for sampling in ({}, {"temperature": 1.0, "seed": 3}):
            pieces = list(self.model.generate(PROMPT, 40, stream=True, **sampling))
            self.assertGreater(len(pieces), 1)
            self.assertEqual("".join(pieces), self.model.generate(PROMPT, 40, **sampling))

    def test_a_stream_that_is_left_frees_its_session(self):
        stream = self.model.generate(PROMPT, 40, stream=True)
        first = next(stream)
        stream.close()
        self.assertTrue(self.model.generate(PROMPT, 40).startswith(first))

    def test_streams_at_the_same_time_do_not_mix(self):
        streams = [self.model.generate(prompt, 20, stream=True) for prompt in (PROMPT, "for (int i")]
        texts = ["", ""]
        for pieces in zip(*streams):
            texts = [text + piece for text, piece in zip(texts, pieces)]
        for text, prompt in zip(texts, (PROMPT, "for (int i")):
            self.assertTrue(self.model.generate(prompt, 20).startswith(text))
            self.assertTrue(text)

    def test_no_tokens_are_no_text(self):
        self.assertEqual(self.model.generate(PROMPT, 0), "")

    def test_text_survives_its_tokens(self):
        for text in ("", PROMPT, "  two  spaces\n\tand a tab", "Où est la Straße? Это 日本語 🙂👩‍👩‍👧", "a\0b"):
            ids = self.model.tokenize(text, add_special=False)
            self.assertEqual(ids.dtype, np.int32)
            self.assertEqual(self.model.detokenize(ids), text)

    def test_special_tokens_are_read_when_asked(self):
        marked = "<|im_start|>user"
        read, plain = (self.model.tokenize(marked, parse_special=which) for which in (True, False))
        self.assertLess(len(read), len(plain))
        self.assertEqual(self.model.detokenize(plain), marked)

    def test_messages_are_put_as_the_template_says(self):
        prompt = self.model.chat_prompt(CHAT)
        self.assertIn("<|im_start|>user\nthe test<|im_end|>", prompt)
        self.assertEqual(self.model.chat_prompt(CHAT, tools=[{"name": "é"}], enable_thinking=False), prompt)
        ids = self.model.tokenize(prompt, add_special=False)
        self.assertEqual(self.model.generate(CHAT, 12), self.model.generate(ids, 12))

    def test_threads_get_what_one_alone_gets(self):
        expected = [self.model.generate([5 + i, 6], 16) for i in range(4)]
        logits = self.model.logits([5, 6, 7])
        found, same = [None] * 4, []

        def work(i):
            for _ in range(3):
                found[i] = self.model.generate([5 + i, 6], 16)
                same.append(np.array_equal(self.model.logits([5, 6, 7]), logits))

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, expected)
        self.assertEqual(same, [True] * 12)

    def test_verify_reads_the_file(self):
        self.model.verify()


if __name__ == "__main__":
    package.main()

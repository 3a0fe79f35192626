#!/usr/bin/env python3
"""When a model goes, and what it gives back.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import gc
import os
import re
import threading
from pathlib import Path

import llmc
import package


def resident():
    """Kilobytes of this process."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1])


def mapped(path):
    return str(path) in Path("/proc/self/maps").read_text()


class Lifetime(package.TestCase):
    def test_a_closed_model_says_so(self):
        with llmc.load(self.library) as model:
            stream = model.generate("a", 30, stream=True)
            next(stream)
        model.close()
        asks = (lambda: model.generate("a"), lambda: model.logits([1]), lambda: model.tokenize("a"), model.verify,
                lambda: model.detokenize([1]), lambda: model.__enter__(), lambda: next(stream))
        for ask in asks:
            with self.assertRaisesRegex(ValueError, "the model is closed"):
                ask()

    def test_a_model_that_nobody_holds_is_unmapped(self):
        path = self.compile(package.MODEL, "held.so", "--emit=so")
        model = llmc.load(path)
        self.assertTrue(mapped(path))
        del model
        gc.collect()
        self.assertFalse(mapped(path))

    def test_a_stream_keeps_its_model(self):
        stream = llmc.load(self.library).generate("a", 8, stream=True)
        gc.collect()
        with llmc.load(self.library) as model:
            self.assertEqual("".join(stream), model.generate("a", 8))

    def test_closing_waits_for_other_threads(self):
        model = llmc.load(self.library)
        begun, results = threading.Event(), []

        def work():
            while True:
                try:
                    results.append(model.logits([5, 6, 7]).sum())
                except ValueError:
                    return
                begun.set()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        begun.wait(60)
        model.close()
        for thread in threads:
            thread.join(60)
            self.assertFalse(thread.is_alive())
        self.assertEqual(len(set(results)), 1)

    def test_nothing_grows(self):
        """Over 200 models that are loaded, asked and closed; the first ones fill the allocator's lists."""
        def ask():
            with llmc.load(self.library) as model:
                model.generate("the", 3)
                model.logits([1, 2, 3])

        for _ in range(20):
            ask()
        gc.collect()
        before, files = resident(), len(os.listdir("/proc/self/fd"))
        for _ in range(200):
            ask()
        gc.collect()
        self.assertLess(resident() - before, 512)
        self.assertEqual(len(os.listdir("/proc/self/fd")), files)

    def test_a_file_that_is_compiled_anew_is_another_model(self):
        path = self.folder / "again.so"
        with llmc.compile(package.MODEL, path, max_context=64) as old:
            with llmc.compile(package.MODEL, path, max_context=128) as new:
                self.assertEqual((old.max_context, new.max_context), (64, 128))
                new.verify()


if __name__ == "__main__":
    package.main()

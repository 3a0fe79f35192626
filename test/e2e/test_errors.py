#!/usr/bin/env python3
"""Bad input to llmc: one clear line, exit code 1, and no output file left.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import os
import shutil
import subprocess
import time
import unittest

from support import LLMC, MODELS, TestCase, run, smollm2

MODEL = MODELS / "llama-q4_1.gguf"


def limit_file_size(size):
    """A child that cannot write files beyond `size` bytes, as on a full disk."""
    import resource
    import signal

    def prepare():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write then fails instead
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return prepare


class Errors(TestCase):
    def setUp(self):
        self.output = self.folder / self.id().split(".")[-1]
        self.output.mkdir()
        self.app = self.output / "app"

    def check_fails(self, *parts, command=None, **options):
        """One line on stderr that names every part; nothing left behind."""
        result = run(command or [LLMC, "compile", self.model, "-q", "-o", self.app], **options)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stdout, "")
        lines = result.stderr.strip().split("\n")
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertTrue(lines[0].startswith("llmc: error: "), lines[0])
        for part in parts:
            self.assertIn(part, lines[0])
        self.assertEqual(os.listdir(self.output), [])

    model = MODEL

    def broken_gguf(self, change):
        data = bytearray(MODEL.read_bytes())
        self.model = self.folder / (self.output.name + ".gguf")
        self.model.write_bytes(bytes(change(data)))

    def broken_folder(self, name, **changes):
        self.model = self.folder / (self.output.name + ".model")
        shutil.copytree(MODELS / name, self.model)
        path = self.model / "config.json"
        config = json.loads(path.read_text())
        config.update(changes)
        path.write_text(json.dumps(config))

    def test_missing_model(self):
        self.model = "no-such-model.gguf"
        self.check_fails("no-such-model.gguf", "No such file")

    def test_empty_file(self):
        self.broken_gguf(lambda data: b"")
        self.check_fails(self.model.name)

    def test_a_file_that_is_no_model(self):
        self.broken_gguf(lambda data: b"hello, world\n" * 100)
        self.check_fails(self.model.name)

    def test_truncated_file(self):
        self.broken_gguf(lambda data: data[:len(data) - 1000])
        self.check_fails(self.model.name)

    def test_gguf_architecture_without_builder(self):
        at = MODEL.read_bytes().index(b"general.architecture") + len("general.architecture") + 12
        self.broken_gguf(lambda data: data[:at] + b"mamba" + data[at + 5:])
        self.check_fails(self.model.name, "mamba")

    def test_folder_architecture_without_builder(self):
        self.broken_folder("llama", architectures=["MambaForCausalLM"], model_type="mamba")
        self.check_fails("amba")

    def test_folder_without_weights(self):
        self.broken_folder("llama")
        (self.model / "model.safetensors").unlink()
        self.check_fails("safetensors")

    def test_context_beyond_the_model(self):
        self.check_fails("--max-context", "256",
                         command=[LLMC, "compile", MODEL, "-q", "-o", self.app,
                                  "--max-context", "100000"])

    def test_integer_activations_of_a_float_model(self):
        self.check_fails("--activations=i8",
                         command=[LLMC, "compile", MODELS / "llama-f32.gguf", "-q", "-o",
                                  self.app, "--activations=i8"])

    def test_unknown_cpu(self):
        self.check_fails("z80", "portable",
                         command=[LLMC, "compile", MODEL, "-q", "-o", self.app, "--cpu=z80"])

    def test_output_in_a_missing_folder(self):
        self.app = self.output / "missing" / "app"
        self.check_fails("cannot write", "missing")

    def test_output_is_a_folder(self):
        self.app = self.folder
        self.check_fails("exists and is not a file")

    def test_output_is_the_model(self):
        self.broken_gguf(lambda data: data)
        before = self.model.read_bytes()
        self.app = self.model
        self.check_fails("is the model itself")
        self.assertEqual(self.model.read_bytes(), before)

    def test_output_is_checked_before_the_work(self):
        """A model that could not be imported is not even looked at."""
        self.model = "no-such-model.gguf"
        self.app = self.output / "missing" / "app"
        self.check_fails("cannot write", "mkdir -p")

    def test_output_is_a_device(self):
        self.app = "/dev/null"
        self.check_fails("exists and is not a file")
        self.assertFalse(os.path.isfile("/dev/null"))

    def test_no_room_for_the_weights(self):
        self.model = smollm2()
        self.check_fails(f"cannot write '{self.app}': File too large",
                         preexec_fn=limit_file_size(32 << 20), restore_signals=False)

    def test_full_disk(self):
        """Too small for the code, then too small for the weights."""
        if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
            self.skipTest("no mount namespaces here; the test above limits the file size")
        script = ('mount -t tmpfs -o size=$4 tmpfs "$1" && "$2" compile "$3" -q -o "$1/app"; '
                  'code=$?; ls -A "$1"; exit $code')
        for size in ("1m", "8m"):
            result = run(["unshare", "-rm", "sh", "-c", script, "sh", self.output, LLMC,
                          smollm2(), size])
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn("No space left on device", result.stderr)
            self.assertEqual(len(result.stderr.strip().split("\n")), 1, result.stderr)
            self.assertEqual(result.stdout, "", "files were left behind")

    def test_interrupt_leaves_nothing(self):
        for number in (2, 15):  # SIGINT, SIGTERM
            process = subprocess.Popen([LLMC, "compile", str(smollm2()), "-q", "-o", str(self.app)])
            while process.poll() is None and not os.listdir(self.output):
                time.sleep(0.01)
            process.send_signal(number)
            self.assertNotEqual(process.wait(timeout=60), 0)
            self.assertEqual(os.listdir(self.output), [])

    def test_an_existing_output_survives_a_failure(self):
        self.app.write_text("keep me")
        self.broken_gguf(lambda data: data[:5000])
        self.assertEqual(run([LLMC, "compile", self.model, "-q", "-o", self.app]).returncode, 1)
        self.assertEqual(self.app.read_text(), "keep me")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""What real model files hold and what people type, with the right answer to each.

Every model here answers "a" with "Hello world"; see tiny.py.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import unittest

import tiny
from support import LLMC, TestCase, needed_versions, run


class Models(TestCase):
    """Files that are not as a specification has them."""

    def compile_warned(self, model, name="app", code=0):
        result = run([LLMC, "compile", model, "-q", "--cpu=avx2", "-o", self.folder / name])
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stderr

    def says(self, model, *says, name="app"):
        """Compiles with warnings that name `says`, and the program generates what its table has."""
        warnings = self.compile_warned(model, name)
        for text in says:
            self.assertIn(text, warnings)
        if not says:
            self.assertEqual(warnings, "")
        app = self.folder / name
        self.assertEqual(self.succeed([app, "run", "-p", "a", "-n", "20"]), tiny.SAYS + "\n")
        return app

    def gguf(self, changes=None, **more):
        return tiny.write_gguf(self.folder / "model.gguf", changes, **more)

    def model_folder(self, **more):
        return tiny.write_folder(self.folder / self.id().split(".")[-1], **more)

    def test_an_id_that_is_no_token_is_as_good_as_none(self):
        for value in (2**32 - 1, ("int32", -1)):
            self.says(self.gguf({"tokenizer.ggml.padding_token_id": value}))
        self.says(self.gguf({"tokenizer.ggml.unknown_token_id": 2**32 - 1, "tokenizer.ggml.bos_token_id": 2**32 - 1}))
        self.says(self.gguf({"tokenizer.ggml.padding_token_id": tiny.ROWS}), "padding_token_id is 320")

    def test_a_marker_ends_the_turn_whatever_its_type(self):
        for kind in (tiny.CONTROL, tiny.USER_DEFINED, tiny.NORMAL):
            self.says(self.gguf({"tokenizer.ggml.eos_token_id": None}, vocab=tiny.vocabulary(end_type=kind)))

    def test_keys_that_tools_leave_behind_are_warned_of(self):
        self.says(self.model_folder(unsloth_fixed=True, unsloth_version="2024.9"), "unsloth_fixed")

    def test_a_key_that_families_give_a_meaning_is_refused(self):
        self.assertIn("attn_logit_softcapping",
                      self.compile_warned(self.model_folder(attn_logit_softcapping=30.0), code=1))

    def test_the_single_file_is_read_beside_an_old_index(self):
        old = tiny.safetensors({tiny.START: 260})
        index = {"weight_map": {name: "old.safetensors" for name, _ in tiny.TENSORS.values()}}
        folder = self.model_folder(files={"old.safetensors": old, "model.safetensors.index.json": index})
        self.says(folder, "model.safetensors.index.json")

    def test_a_head_that_differs_from_the_table_is_used(self):
        self.says(self.model_folder(tie_word_embeddings=True), "lm_head.weight")

    def test_a_file_without_a_splitting_rule_gets_the_default_one(self):
        self.says(self.gguf({"tokenizer.ggml.pre": None}), "tokenizer.ggml.pre")
        self.says(self.gguf({"tokenizer.ggml.pre": "default"}))
        self.says(self.gguf({"tokenizer.ggml.pre": "tekken", "tokenizer.ggml.add_bos_token": None}))
        self.assertIn("'elvish'", self.compile_warned(self.gguf({"tokenizer.ggml.pre": "elvish"}), code=1))

    def test_a_model_without_a_vocabulary_takes_and_gives_ids(self):
        no_words = {key: None for key in ("tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.pre",
                                          "tokenizer.ggml.eos_token_id")}
        for model in ("none", "no_vocab"):
            warnings = self.compile_warned(self.gguf(no_words | {"tokenizer.ggml.model": model}))
            self.assertIn("no tokenizer", warnings)
            self.assertEqual(self.ids(self.folder / "app", "--ids", "97", "-n", "4"), [257, 258, 259, 260])

    def test_a_folder_without_tokenizer_json_is_told_at_once(self):
        folder = self.model_folder(files={"tokenizer.json": None})
        self.assertIn("tokenizer.json", self.compile_warned(folder))

    def test_a_damaged_tokenizer_model_is_told(self):
        folder = self.model_folder(files={"tokenizer.json": None, "tokenizer.model": "sentencepiece"})
        self.assertIn("tokenizer.model is damaged", self.compile_warned(folder, code=1))

    def test_a_pointer_of_git_lfs_is_told(self):
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 512\n"
        message = self.compile_warned(self.model_folder(files={"model.safetensors": pointer}), code=1)
        self.assertIn("model.safetensors", message)
        self.assertIn("git lfs pull", message)

    def test_a_file_size_limit_is_an_error(self):
        import resource
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100 << 10, 100 << 10))
        folder = self.folder / "limited"
        folder.mkdir()
        result = run([LLMC, "compile", self.gguf(), "-q", "-o", folder / "app"], preexec_fn=limit)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(os.strerror(27), result.stderr)  # EFBIG
        self.assertIn("app", result.stderr)
        self.assertEqual(os.listdir(folder), [])


class Templates(TestCase):
    """Chat templates: what programs render, and what they cannot."""

    def compile_with(self, template):
        model = tiny.write_gguf(self.folder / "model.gguf", {"tokenizer.chat_template": template})
        result = run([LLMC, "compile", model, "-q", "--cpu=avx2", "-o", self.folder / "app"])
        self.assertEqual(result.returncode, 0, result.stderr)
        return self.folder / "app", result.stderr

    def test_the_date_is_todays_or_the_one_that_is_set(self):
        # "a" where the date is right; "b", which ends at once, where it is not.
        app, _ = self.compile_with("{{ 'a' if strftime_now('%d %b %Y') == '26 Jul 2024' else 'b' }}")
        fixed = dict(os.environ, SOURCE_DATE_EPOCH="1721999109", TZ="Pacific/Auckland")
        self.assertEqual(self.succeed([app, "a", "-n", "20"], env=fixed), tiny.SAYS + "\n")
        self.assertEqual(self.succeed([app, "a", "-n", "20"]), "\n")

    def test_macros_are_rendered(self):
        app, warnings = self.compile_with(
            "{% macro say(m, end='') %}{{ m.content }}{{ end }}{% endmacro %}"
            "{% for m in messages %}{{ say(m) }}{% endfor %}")
        self.assertEqual(warnings, "")
        self.assertEqual(self.succeed([app, "a", "-n", "20"]), tiny.SAYS + "\n")

    def test_what_a_template_says_does_not_steer_the_terminal(self):
        _, warnings = self.compile_with("{{ raise_exception('\x1b[2J\x9b2J') }}")
        self.assertIn("??2J", warnings)
        self.assertNotRegex(warnings.strip(), "[\x00-\x1f\x7f-\x9f]")

    def test_a_template_that_cannot_be_used_is_told_by_the_compiler(self):
        app, warnings = self.compile_with("{% include 'other.jinja' %}{{ messages[0].content }}")
        self.assertIn("chat template, line 1: statement 'include'", warnings)
        self.assertEqual(self.succeed([app, "run", "-p", "a", "-n", "20"]), tiny.SAYS + "\n")


class OldMachines(TestCase):
    """Programs are carried to machines with an older C library."""

    def test_nothing_is_asked_that_glibc_2_31_lacks(self):
        model = tiny.write_gguf(self.folder / "model.gguf")
        for kind in ("exe", "so"):
            path = self.folder / kind
            self.succeed([LLMC, "compile", model, "-q", f"--emit={kind}", "-o", path])
            versions = {version for _, version in needed_versions(path)}
            self.assertIn("GLIBC_2.2.5", versions)
            for version in versions:
                number = tuple(int(part) for part in version.removeprefix("GLIBC_").split("."))
                self.assertLessEqual(number, (2, 31), f"--emit={kind} asks for {version}")

    def test_errors_unwind_without_the_newest_unwinder(self):
        # The command line is read by code that throws where it is wrong.
        model = tiny.write_gguf(self.folder / "model.gguf")
        app = self.compile(model, "app", "--cpu=avx2")
        result = run([app, "run", "--no-such-option"])
        self.assertEqual(result.returncode, 2, result.stderr)


class CommandLine(TestCase):
    """What people type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        model = tiny.write_gguf(cls.folder / "model.gguf")
        cls.app = cls.folder / "app"
        result = run([LLMC, "compile", model, "-q", "--cpu=avx2", "-o", cls.app])
        assert result.returncode == 0, result.stderr

    def refuses(self, *arguments, says):
        result = run([self.app, *arguments])
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn(says, result.stderr)
        self.assertLess(len(result.stderr), 300)

    def test_an_empty_stop_text_is_refused(self):
        self.refuses("run", "-p", "a", "--stop", "", says="--stop")

    def test_ids_end_before_a_stop_text(self):
        self.assertEqual(self.ids(self.app, "-p", "a", "-n", "20", "--stop", "wor"), [257, 258])

    def test_a_line_end_of_any_kind_is_not_part_of_the_prompt(self):
        for end in ("", "\n", "\r\n"):
            for command in ([], ["run"]):
                text = self.succeed([self.app, *command, "-n", "20"], stdin=None, input="a" + end)
                self.assertEqual(text, tiny.SAYS + "\n", repr(end))

    def test_a_context_of_none_is_one_short_sentence(self):
        self.refuses("run", "-p", "a", "-c", "0", says="--context")

    def test_a_seed_beyond_its_range_is_refused(self):
        for seed in ("-1", str(2**64), "1.5", "x"):
            self.refuses("run", "-p", "a", "--seed", seed, says="--seed")

    def test_a_text_may_begin_with_a_dash(self):
        for text in (["--", "-a"], ["-hello a"], ["--find a"], ["-n", "20", "-x=1 a"], ["- a", "-n", "20"]):
            self.assertEqual(self.succeed([self.app, *text]), tiny.SAYS + "\n", text)
        for text in ("-p a", "-a"):
            self.assertEqual(self.succeed([self.app, "run", "-n", "20", "-p", text]), tiny.SAYS + "\n", text)


    def test_a_word_that_begins_like_a_flag_is_asked_about(self):
        for word in ("-hello", "-h2", "-Vx"):
            self.refuses(word, says=f"'{word}' is no option; to say it to the model: {self.app} -- {word}")
        self.assertEqual(self.succeed([self.app, "--", "-hello a"]), tiny.SAYS + "\n")
        for flag in ("-h", "-help", "--help"):
            self.assertIn("Usage: ", self.succeed([self.app, flag]))


if __name__ == "__main__":
    unittest.main()

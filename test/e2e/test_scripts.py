#!/usr/bin/env python3
"""The scripts that make models, count and measure: a wrong one would prove anything.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import importlib.util
import math
import sys
import unittest

from support import MACHINE, ROOT, TestCase, largest, largest_difference, run, write_npy

MAKE = [sys.executable, ROOT / "utils" / "make-random-gguf.py"]
SMALL = ["--hidden", "256", "--feed-forward", "512", "--layers", "2", "--heads", "4", "--kv-heads", "2",
         "--vocabulary", "300", "--context", "64"]


def load(path):
    """A script as a module, which finds its neighbours as if it ran."""
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Questions(unittest.TestCase):
    def make(self, seed):
        """Of a tokenizer whose tokens are words."""
        self.numbers = {}
        return load(ROOT / "bench" / "questions.py").Questions(
            lambda text, add_special: [self.numbers.setdefault(word, len(self.numbers)) for word in text.split()], 50, seed)

    def test_a_question_is_the_same_for_a_seed(self):
        first, again, other = self.make(1), self.make(1), self.make(2)
        self.assertEqual((first.cloze, first.few_shot), (again.cloze, again.few_shot))
        self.assertNotEqual(first.cloze, other.cloze)
        self.assertEqual((len(first.cloze), len(first.few_shot)), (50, 50))

    def test_what_is_right_comes_first(self):
        asked = self.make(1)
        words = {number: word for word, number in self.numbers.items()}
        text = (ROOT / "bench" / "text" / "evaluation.txt").read_text()
        for ids, choices in asked.cloze:
            self.assertEqual(len(set(choices)), 4)
            self.assertIn(" ".join(words[number] for number in [*ids, choices[0]]), " ".join(text.split()))
        for ids, choices in asked.few_shot:
            line = [words[number] for number in ids[-11:]]
            self.assertEqual((len(ids), line[-1], line[0]), (6 * 12 + 11, "=>", words[choices[0]]))
            self.assertLess({words[number] for number in choices}, set(line))
            self.assertEqual(len(set(choices)), 4)
        self.assertEqual(len({tuple(ids[-11:]) for ids, choices in asked.few_shot}), 50)


class Steps(TestCase):
    def test_what_is_to_be_built_is_counted(self):
        """Of a tree whose files are found by CMake, as ours: a plain dry run stops at the manifest."""
        (self.folder / "CMakeLists.txt").write_text("""
cmake_minimum_required(VERSION 3.20)
project(steps NONE)
file(GLOB found CONFIGURE_DEPENDS *.txt)
foreach(name one two three)
  add_custom_command(OUTPUT ${name} COMMAND ${CMAKE_COMMAND} -E touch ${name} VERBATIM)
endforeach()
add_custom_target(all-three DEPENDS one two three)
""")
        run(["cmake", "-G", "Ninja", "-S", self.folder, "-B", self.folder / "build"])
        build = ["bash", "-c", f". {ROOT}/utils/common.sh; root={self.folder}; build_targets one two three 2>&1"]
        self.assertIn("building one two three: 3 steps, 1 min at most", self.succeed(build))
        self.assertTrue((self.folder / "build" / "three").exists())
        self.assertEqual(self.succeed(build), "")


class RandomGguf(TestCase):
    def make(self, name, *arguments):
        path = self.folder / name
        self.succeed([*MAKE, path, *SMALL, *arguments])
        return path

    def test_every_encoding_computes(self):
        ids = self.folder / "ids.npy"
        write_npy(ids, [4], [0, 65, 66, 299])
        for encoding in ("q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q4_k", "q5_k", "q6_k"):
            with self.subTest(encoding):
                model = self.make("model.gguf", "--encoding", encoding, "--seed", "3")
                exact = self.logits(self.compile(model, "f32", f"--cpu={MACHINE}", "--activations=f32"), ids)
                # With tiles of bf16 prompts would be no bytes, and nearer to f32.
                fast = self.logits(self.compile(model, "i8", "--cpu=avx2", "--activations=i8"), ids)
                self.assertEqual(exact.shape, (1, 4, 300))
                self.assertTrue(all(math.isfinite(value) for value in exact.values))
                self.assertGreater(largest(exact), 0.1)
                self.assertLess(largest_difference(exact, fast), 0.1 * largest(exact))
                fine = self.logits(self.compile(model, "i16", f"--cpu={MACHINE}", "--activations=i16"), ids)
                self.assertLess(largest_difference(exact, fine), 1e-3 * largest(exact))
                self.assertLess(largest_difference(exact, fine), largest_difference(exact, fast) / 20)

    def test_the_same_arguments_write_the_same_file(self):
        first = self.make("a.gguf", "--encoding", "q4_0").read_bytes()
        self.assertEqual(self.make("b.gguf", "--encoding", "q4_0").read_bytes(), first)
        self.assertNotEqual(self.make("c.gguf", "--encoding", "q4_0", "--seed", "2").read_bytes(), first)

    def test_a_hollow_file_has_the_size_and_the_header(self):
        whole = self.make("whole.gguf", "--encoding", "q4_0")
        hollow = self.make("hollow.gguf", "--encoding", "q4_0", "--hollow")
        self.assertEqual(hollow.stat().st_size, whole.stat().st_size)
        written = hollow.read_bytes().rstrip(b"\0")
        self.assertLess(len(written), whole.stat().st_size // 4)
        self.assertEqual(whole.read_bytes()[:len(written)], written)

    def test_a_tied_head_is_not_written(self):
        untied = self.make("untied.gguf", "--encoding", "q4_0")
        tied = self.make("tied.gguf", "--encoding", "q4_0", "--tied")
        self.assertAlmostEqual(untied.stat().st_size - tied.stat().st_size, 300 * 256 // 32 * 18, delta=200)

    def test_its_tokenizer_reads_any_text(self):
        app = self.compile(self.make("model.gguf", "--encoding", "q4_0"), "app")
        out = self.succeed([app, "run", "-p", "a \u00e4\U0001f600\n\t", "-n", "1", "--print-ids"])
        self.assertRegex(out, r"^\d+\s*$")

    def test_impossible_sizes_are_refused(self):
        for arguments, says in ((["--heads", "3"], "--heads must divide"),
                                (["--vocabulary", "256"], "257 tokens"),
                                (["--kv-heads", "3"], "--kv-heads must divide"),
                                (["--encoding", "q9_k"], "invalid choice")):
            result = run([*MAKE, self.folder / "bad.gguf", "--encoding", "q4_0", *SMALL[:-2], *arguments])
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(says, result.stderr)
        result = run([*MAKE, self.folder / "bad.gguf", "--encoding", "q4_k", "--hidden", "576", "--heads", "9",
                      "--kv-heads", "3"])
        self.assertIn("rows of 576 are no multiple of it", result.stderr)


class House(unittest.TestCase):
    """What counts as a function, and as how many lines."""

    house = load(ROOT / "utils" / "house.py")

    def functions(self, text):
        return list(self.house.functions(text))

    def test_functions_from_the_signature_to_the_brace(self):
        self.assertEqual(self.functions("int one() { return 1; }\n"), [(1, 1)])
        self.assertEqual(self.functions("\n\nstatic int\ntwo(int a,\n    int b) {\n  return a + b;\n}\n"), [(3, 7)])

    def test_declarations_and_data_are_none(self):
        self.assertEqual(self.functions("int f(int);\nstruct S { int a = 1; };\nenum E { A, B };\n"), [])
        self.assertEqual(self.functions("int table[] = {\n  1,\n  2,\n};\nint x{3};\n"), [])
        self.assertEqual(self.functions("static const C cases[] = {\n  {\"a\", [] { return f(); }},\n};\n"), [])
        self.assertEqual(self.functions("S s = make({1, 2});\n"), [])

    def test_members_and_namespaces(self):
        text = "namespace a {\nclass B : public C {\npublic:\n  void f() {\n    g();\n  }\n  int h() const { return 1; }\n};\n}\n"
        self.assertEqual(self.functions(text), [(4, 6), (7, 7)])

    def test_lambdas_and_blocks_belong_to_their_function(self):
        text = "void f() {\n  auto g = [&](int x) {\n    if (x) {\n      h();\n    }\n  };\n}\n"
        self.assertEqual(self.functions(text), [(1, 7)])

    def test_constructors_with_braces_in_their_initialisers(self):
        self.assertEqual(self.functions("C::C() : a{1}, b{2} {\n  run();\n}\n"), [(1, 3)])

    def test_braces_in_literals_and_comments_open_nothing(self):
        text = "void f() {\n  g(\"}\"); // }\n  h('{'); /* } */\n  i(R\"(}})\");\n}\nvoid j() {}\n"
        self.assertEqual(self.functions(text), [(1, 5), (6, 6)])

    def test_default_arguments_with_braces(self):
        self.assertEqual(self.functions("void f(S s = {}) {\n  g();\n}\n"), [(1, 3)])


class Lint(unittest.TestCase):
    """Who may include whom, and what a file may say."""

    lint = load(ROOT / "utils" / "lint.py")

    def refusal(self, name, included):
        return self.lint.check_include(name, included)

    def test_stages_see_what_stands_below_them(self):
        self.assertIsNone(self.refusal("lib/Lower/Step.cpp", "llmc/Support/Explain.h"))
        self.assertIsNone(self.refusal("lib/Emit/Emit.cpp", "llmc/Weights/Gguf.h"))
        self.assertIsNone(self.refusal("lib/Driver/Compiler.cpp", "llmc/Lower/Passes.h"))
        self.assertIsNone(self.refusal("lib/Lower/Step.cpp", "dialects/llm/LLMDialect.h"))

    def test_stages_do_not_see_one_another(self):
        for stage, other in (("Lower", "Schedule"), ("Optimize", "Lower"), ("Import", "Driver"),
                             ("Weights", "Import"), ("Support", "Weights"), ("Reference", "Emit")):
            self.assertIn(f"{stage} may not include {other}",
                          self.refusal(f"lib/{stage}/A.cpp", f"llmc/{other}/B.h"))
            self.assertIn(f"{stage} may not include {other}",
                          self.refusal(f"include/llmc/{stage}/A.h", f"llmc/{other}/B.h"))

    def test_the_runtime_knows_no_compiler(self):
        for header in ("llmc/Weights/Gguf.h", "mlir/IR/Builders.h", "llvm/ADT/ArrayRef.h", "dialects/llm/LLMDialect.h"):
            self.assertIsNotNone(self.refusal("runtime/lib/Engine/Engine.cpp", header))
        self.assertIsNone(self.refusal("runtime/lib/Engine/Engine.cpp", "llmrt/abi.h"))

    def test_dialects_know_the_abi_only(self):
        self.assertIsNone(self.refusal("dialects/llm/Layouts.cpp", "llmrt/abi.h"))
        self.assertIsNotNone(self.refusal("dialects/llm/Layouts.cpp", "llmrt/Engine.h"))
        self.assertIsNotNone(self.refusal("dialects/llm/Layouts.cpp", "llmc/Support/Explain.h"))

    def test_files_begin_with_their_header(self):
        def problems(name, text):
            return [problem for _, problem in self.lint.check_source(name, text)]

        good = "//===- A.cpp - what it is ---===//\nint a;\n"
        self.assertEqual(problems("lib/Lower/A.cpp", good), [])
        self.assertIn("names another file", problems("lib/Lower/B.cpp", good)[0])
        self.assertIn("not a file header", problems("lib/Lower/A.cpp", "int a;\n")[0])
        self.assertIn("split it", problems("lib/Lower/A.cpp", good + "\n" * 800)[0])

    def test_paths_of_one_machine_are_found(self):
        for text in ("/ho" + "me/me/x", "see /t" + "mp/a", "(/ro" + "ot/b)"):
            self.assertTrue(self.lint.MACHINE_PATH.search(text), text)
        for text in ("a/home/b", "$HOME/tmp", "/proc/self", "https://a.b/root/x"):
            self.assertFalse(self.lint.MACHINE_PATH.search(text), text)


class Measure(unittest.TestCase):
    """How rounds are run and compared."""

    measure = load(ROOT / "bench" / "measure.py")

    def test_every_other_round_is_in_the_opposite_order(self):
        order = []
        programs = {name: lambda name=name: order.append(name) or {"speed": len(order)} for name in "abc"}
        rounds = self.measure.interleave(programs, 3)
        self.assertEqual("".join(order), "abccbaabc")
        self.assertEqual([sorted(figures) for figures in rounds], [["a", "b", "c"]] * 3)

    def test_ratios_are_of_the_same_round(self):
        rounds = [{"a": {"s": 2.0}, "b": {"s": 1.0}}, {"a": {"s": 9.0}, "b": {"s": 3.0}}, {"a": {"s": 1.0}, "b": {"s": 1.0}}]
        self.assertEqual(self.measure.ratios(rounds, "a", "b", "s"), [2.0, 3.0, 1.0])
        self.assertEqual(self.measure.median(rounds, "a", "s"), 2.0)
        self.assertEqual(self.measure.ratio_cells([2.0, 3.0, 1.0]), ["2.000", "1.000 to 3.000"])

    def test_a_command_that_fails_ends_the_script_with_its_words(self):
        with self.assertRaisesRegex(SystemExit, "exited with 3: no such luck"):
            self.measure.run([sys.executable, "-c", "import sys; sys.stderr.write('no such luck'); sys.exit(3)"])

    def test_another_variant_than_asked_for_is_an_error(self):
        self.measure.run, kept = lambda *_: '{"variant": "avx2", "decode_tokens_per_s": 1}', self.measure.run
        try:
            self.assertEqual(self.measure.app_bench("app", 1, variant="avx2")["decode_tokens_per_s"], 1)
            with self.assertRaisesRegex(SystemExit, "app ran avx2, not avx512-vnni"):
                self.measure.app_bench("app", 1, variant="avx512-vnni")
        finally:
            self.measure.run = kept


class TestTimes(TestCase):
    """The budget of make test."""

    def report(self, elapsed, budget_s, budget_minutes):
        path = self.folder / "times.xml"
        path.write_text("<testsuite>" + "".join(
            f'<testcase name="t{i}" time="{i}"/>' for i in range(1, 31)) + "</testsuite>")
        return run([sys.executable, ROOT / "utils" / "test-times.py", path, elapsed, budget_s,
                    budget_minutes])

    def test_the_slowest_twenty_come_first(self):
        result = self.report(600, 465, 10)
        self.assertEqual(result.returncode, 0, result.stdout)
        lines = result.stdout.strip().split("\n")
        self.assertEqual(lines[0], "the slowest of 30 tests, 465 s in all:")
        self.assertEqual([line.split()[-1] for line in lines[1:]], [f"t{i}" for i in range(30, 10, -1)])

    def test_each_budget_is_an_error_when_it_is_passed(self):
        for arguments, says in (((600, 464, 10), "the tests took 465 s of 464 s"),
                                ((601, 465, 10), "make test took 10 of 10 minutes")):
            result = self.report(*arguments)
            self.assertEqual(result.returncode, 1)
            self.assertIn("error: " + says, result.stdout)


if __name__ == "__main__":
    unittest.main()

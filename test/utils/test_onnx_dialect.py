# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""utils/make-onnx-dialect.py: the generated operators are what the schemas of the pinned onnx package say (which
utils/bootstrap.sh installs; its absence is a failure), and how places, defaults and summaries are spelled."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = "utils/make-onnx-dialect.py"
PYTHON = ROOT / ".venv/bin/python"


def load_script():
    spec = importlib.util.spec_from_file_location("make_onnx_dialect", ROOT / SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = load_script()


class Generated(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = Path(folder.name)
        for name in ["dialects/onnx", "utils"]:
            shutil.copytree(ROOT / name, self.copy / name, ignore=shutil.ignore_patterns("__pycache__"))

    def check(self, python, **environment):
        return subprocess.run([python, SCRIPT, "--check"], cwd=self.copy, check=False, text=True, capture_output=True,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment})

    def test_is_what_the_schemas_say(self):
        self.assertTrue(PYTHON.is_file(), "no .venv: run utils/bootstrap.sh test")
        done = self.check(PYTHON)
        self.assertEqual(done.returncode, 0, done.stderr + "utils/bootstrap.sh test installs the package")

    def test_change_by_hand_is_told(self):
        path = self.copy / "dialects/onnx/ONNXStandardOps.td.inc"
        path.write_text(path.read_text(encoding="utf-8").replace('"Abs", 13', '"Abs", 12'), encoding="utf-8")
        done = self.check(PYTHON)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ONNXStandardOps.td.inc is not what the schemas say: run utils/make-onnx-dialect.py", done.stderr)
        self.assertNotIn("Contributed", done.stderr)

    def test_other_version_is_refused(self):
        (self.copy / "fake").mkdir()
        (self.copy / "fake/onnx.py").write_text('__version__ = "1.0"\n', encoding="utf-8")
        done = self.check(sys.executable, PYTHONPATH=str(self.copy / "fake"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("(ONNX_VERSION of utils/versions.env), found 1.0", done.stderr)


class Spelling(unittest.TestCase):
    def test_floats_are_the_shortest_of_their_value(self):
        self.assertEqual(make.spell_float(0.009999999776482582), "0.01f")
        self.assertEqual(make.spell_float(1.0), "1.0f")
        self.assertEqual(make.spell_float(-10000.0), "-1e+04f")
        self.assertEqual(make.spell_float(1.0507010221481323), "1.050701f")

    def test_optional_place_may_be_none(self):
        place = make.Place("min", "T", ("tensor(float)", "tensor(int64)"), optional=True)
        self.assertEqual(make.spell_type(place), "ONNX_OrNone<[TensorOf<[F32, I64]>]>")
        self.assertEqual(make.spell_place(place), 'ONNX_Place<"min", "T", true>')

    def test_place_without_choice_has_its_type(self):
        self.assertEqual(make.spell_place(make.Place("axes", "tensor(int64)", ("tensor(int64)",))), 'ONNX_Place<"axes", "i64">')

    def test_lists_stand_for_their_members(self):
        self.assertEqual(make.spell_elements(["double", "float", "float16", "bfloat16", "bool"]), "ONNX_Floats # [I1]")
        self.assertEqual(make.spell_elements(["float", "float16"]), "[F32, F16]")

    def test_places_of_one_variable_are_bits(self):
        places = [make.Place("a", "T", ()), make.Place("b", "U", ()), make.Place("c", "T", ())]
        self.assertEqual(make.place_mask(places, "T"), 0b101)

    def test_variadic_place_has_all_bits_from_its_own(self):
        places = [make.Place("a", "U", ()), make.Place("b", "T", (), variadic=True)]
        self.assertEqual(make.place_mask(places, "T"), 2**64 - 2)
        mixed = [make.Place("b", "T", (), variadic=True, uniform=False)]
        self.assertEqual(make.place_mask(mixed, "T"), 0)

    def test_variadic_place_is_the_last(self):
        operator = make.Operator("", "Odd", 1, "", [], [], [], True)
        places = [make.Place("b", "T", (), variadic=True), make.Place("a", "T", ())]
        with self.assertRaisesRegex(SystemExit, "Odd: the variadic 'b' is not the last"):
            make.check_places(operator, places)

    def test_summary_is_the_first_sentence(self):
        self.assertEqual(make.first_sentence("\nOne\n two. Three."), "One two")
        self.assertEqual(make.first_sentence("Long: " + "x" * 200), "Long")
        cut = make.first_sentence("word " * 60)
        self.assertTrue(cut.endswith("word ...") and len(cut) <= make.SUMMARY + 4)
        self.assertEqual(make.first_sentence(None), "")


class Contributed(unittest.TestCase):
    """The table of onnx_contributed.py needs no package."""

    def operator(self, name):
        return next(operator for operator in make.contributed_operators() if operator.name == name)

    def test_places_are_read(self):
        norm = self.operator("SkipLayerNormalization")
        self.assertEqual([place.name for place in norm.inputs], ["input", "skip", "gamma", "beta", "bias"])
        self.assertEqual([place.optional for place in norm.inputs], [False, False, False, True, True])
        self.assertEqual(norm.outputs[1].types, ("tensor(float)",))

    def test_attributes_are_read(self):
        attributes = {attribute.name: attribute for attribute in self.operator("MatMulNBits").attributes}
        self.assertTrue(attributes["K"].required)
        self.assertEqual(attributes["bits"].default, 4)
        scale = next(each for each in self.operator("MultiHeadAttention").attributes if each.name == "scale")
        self.assertTrue(scale.default is None and not scale.required)

    def test_every_attribute_has_a_known_kind(self):
        for operator in make.contributed_operators():
            for attribute in operator.attributes:
                self.assertIn(attribute.kind, make.ATTRIBUTES, operator.name)


if __name__ == "__main__":
    unittest.main()

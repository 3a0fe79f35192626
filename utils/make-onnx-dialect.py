#!/usr/bin/env python3
"""Writes the operators of the onnx dialect from their official schemas, newest versions.

usage: make-onnx-dialect.py [--check]      (--check: only compare)

Standard domain: dialects/onnx/ONNXStandardOps.td.inc; the table of onnx_contributed.py: ONNXContributedOps.td.inc. Needs the
`onnx` package, ONNX_VERSION of versions.env; building llmc does not. Names are the schema's own: none of them is a word of C++.
Places are the schema's too: what is optional may be `none`, what is variadic comes last; other operators are an error here.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import re
import struct
import sys
from pathlib import Path
from typing import NamedTuple, Optional

sys.path.insert(0, str(Path(__file__).resolve().parent))
from onnx_contributed import OPERATORS  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 120
SUMMARY = 140

# Element types of ONNX in TableGen's words, and lists of them in ONNXBase.td.
ELEMENTS = {
    "float": "F32", "float16": "F16", "bfloat16": "BF16", "double": "F64", "bool": "I1", "string": "ONNX_StringType",
    **{f"int{bits}": f"I<{bits}>" if bits < 8 else f"I{bits}" for bits in (2, 4, 8, 16, 32, 64)},
    **{f"uint{bits}": f"UI<{bits}>" if bits < 8 else f"UI{bits}" for bits in (2, 4, 8, 16, 32, 64)},
    "complex64": "Complex<F32>", "complex128": "Complex<F64>",
    "float8e4m3fn": "F8E4M3FN", "float8e4m3fnuz": "F8E4M3FNUZ", "float8e5m2": "F8E5M2", "float8e5m2fnuz": "F8E5M2FNUZ",
    "float8e8m0": "F8E8M0FNU", "float6e2m3": "F6E2M3FN", "float6e3m2": "F6E3M2FN", "float4e2m1": "F4E2M1FN",
}
# Those that stand alone at a place, in MLIR's words; places of others have a variable.
BUILTIN = {"float": "f32", "double": "f64", "int64": "i64", "int32": "i32", "uint8": "ui8", "bool": "i1"}
LISTS = {
    "ONNX_Floats": ("float16", "bfloat16", "float", "double"),
    "ONNX_Floats32": ("float16", "bfloat16", "float"),
    "ONNX_Ints": ("int8", "int16", "int32", "int64"),
    "ONNX_UInts": ("uint8", "uint16", "uint32", "uint64"),
    "ONNX_SmallInts": ("int2", "uint2", "int4", "uint4"),
    "ONNX_Complexes": ("complex64", "complex128"),
    "ONNX_Float8s": ("float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz"),
}
ATTRIBUTES = {
    "INT": "ONNX_Int", "INTS": "DenseI64ArrayAttr", "FLOAT": "ONNX_Float", "FLOATS": "DenseF32ArrayAttr", "STRING": "StrAttr",
    "STRINGS": "StrArrayAttr", "TENSOR": "ElementsAttr", "SPARSE_TENSOR": "ElementsAttr", "TYPE_PROTO": "TypeAttr",
}
# What draws random numbers; operators with a body are as pure as it is.
RANDOM = {"Bernoulli", "Dropout", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}
# The schema of AffineGrid says so although the operator is a plain function.
DETERMINISTIC = {"AffineGrid"}
# What stands beside the schema, by hand: dialects/onnx/ONNXFolds.cpp, ONNXSubgraphs.cpp.
HOOKS = {
    "Cast": ["hasFolder"], "Constant": ["hasCanonicalizeMethod", "hasFolder", "hasVerifier"], "Dropout": ["hasCanonicalizeMethod"],
    "Identity": ["hasFolder"], "If": ["hasRegionVerifier"], "Loop": ["hasRegionVerifier"], "Scan": ["hasRegionVerifier"],
    "SequenceMap": ["hasRegionVerifier"],
}
TRAITS = {"Constant": ["ConstantLike"]}


class Place(NamedTuple):
    name: str
    variable: str  # of its type
    types: tuple  # as ONNX spells them
    optional: bool = False
    variadic: bool = False
    uniform: bool = True  # a variadic place whose values share the variable's type
    minimum: int = 0


class Attribute(NamedTuple):
    name: str
    kind: str  # a key of ATTRIBUTES, or GRAPH
    required: bool
    default: object = None


class Operator(NamedTuple):
    domain: str
    name: str
    version: int
    summary: str
    inputs: list
    outputs: list
    attributes: list
    pure: bool


# ---- from schemas ----

def place_of_schema(parameter, constraints):
    import onnx
    option = onnx.defs.OpSchema.FormalParameterOption
    return Place(parameter.name, parameter.type_str, constraints.get(parameter.type_str, (parameter.type_str,)),
                 parameter.option == option.Optional, parameter.option == option.Variadic, parameter.is_homogeneous,
                 parameter.min_arity)


def attribute_of_schema(attribute):
    import onnx
    kind = str(attribute.type).split(".")[-1]
    default = attribute.default_value
    value = onnx.helper.get_attribute_value(default) if default.type else None
    if isinstance(value, bytes):
        value = value.decode()
    elif value is not None and kind == "STRINGS":
        value = [text.decode() for text in value]
    return Attribute(attribute.name, kind, attribute.required, value)


def first_sentence(doc):
    text = " ".join(re.sub(r"```.*", "", doc or "", flags=re.S).split())
    sentence = re.split(r"(?<=[.!?:])\s", text)[0].rstrip(".:")
    if len(sentence) <= SUMMARY:
        return sentence
    return sentence[: sentence.rindex(" ", 0, SUMMARY)].rstrip(",;:") + " ..."


def operator_of_schema(schema):
    import onnx
    constraints = {c.type_param_str: tuple(c.allowed_type_strs) for c in schema.type_constraints}
    attributes = [attribute_of_schema(schema.attributes[name]) for name in sorted(schema.attributes)]
    random = schema.node_determinism == onnx.defs.OpSchema.NodeDeterminism.NonDeterministic
    has_body = any(attribute.kind == "GRAPH" for attribute in attributes)
    if random and not has_body and schema.name not in RANDOM | DETERMINISTIC:
        sys.exit(f"error: {schema.name} is not deterministic: say in RANDOM or DETERMINISTIC what it is")
    return Operator(schema.domain, schema.name, schema.since_version, first_sentence(schema.doc),
                    [place_of_schema(parameter, constraints) for parameter in schema.inputs],
                    [place_of_schema(parameter, constraints) for parameter in schema.outputs],
                    attributes, schema.name not in RANDOM and not has_body)


def standard_operators():
    import onnx
    newest = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "" and (schema.name not in newest or newest[schema.name].since_version < schema.since_version):
            newest[schema.name] = schema
    return [operator_of_schema(newest[name]) for name in sorted(newest)]


# ---- from the table of contributed operators ----

def place_of_row(text, types):
    name, variable = text.rstrip("?").split(":")
    elements = types.get(variable, variable).split()
    return Place(name, variable, tuple(f"tensor({element})" for element in elements), text.endswith("?"))


def attribute_of_row(text):
    spelled, _, default = text.rstrip("!").partition("=")
    name, kind = spelled.split(":")
    read = {"int": int, "float": float, "string": str}
    return Attribute(name, kind.upper(), text.endswith("!"), read[kind](default) if default else None)


def contributed_operators():
    for row in OPERATORS:
        yield Operator(row.domain, row.name, 1, row.summary.rstrip("."),
                       [place_of_row(text, row.types) for text in row.inputs.split()],
                       [place_of_row(text, row.types) for text in row.outputs.split()],
                       sorted(attribute_of_row(text) for text in row.attributes.split()), True)


# ---- to TableGen ----

def spell_float(value):
    """The shortest decimal that is the same f32."""
    wanted = struct.pack("f", value)
    text = next(text for digits in range(1, 10) if struct.pack("f", float(text := f"{value:.{digits}g}")) == wanted)
    return text + ("f" if "." in text or "e" in text else ".0f")


def spell_default(value):
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return spell_float(value)
    if isinstance(value, list):
        return "{" + ", ".join(f'\\"{item}\\"' if isinstance(item, str) else str(item) for item in value) + "}"
    return str(value)


def spell_elements(elements):
    """Element types as lists of ONNXBase.td where they are complete, the others one by one."""
    left, parts = set(elements), []
    for name, members in LISTS.items():
        if left.issuperset(members):
            parts.append(name)
            left.difference_update(members)
    rest = [ELEMENTS[element] for element in ELEMENTS if element in left]
    return " # ".join(parts + ([f"[{', '.join(rest)}]"] if rest else []))


def spell_type(place):
    tensors = [match[1] for text in place.types if (match := re.fullmatch(r"tensor\((\w+)\)", text))]
    kinds = [f"TensorOf<{spell_elements(tensors)}>"] if tensors else []
    kinds += ["ONNX_SeqType"] if any(text.startswith("seq(") for text in place.types) else []
    kinds += ["ONNX_OptType"] if any(text.startswith("optional(") for text in place.types) else []
    if place.optional:
        return f"ONNX_OrNone<[{', '.join(kinds)}]>"
    spelled = kinds[0] if len(kinds) == 1 else f"AnyTypeOf<[{', '.join(kinds)}]>"
    return f"Variadic<{spelled}>" if place.variadic else spelled


def spell_place(place):
    """With the variable of its element type, or the type itself where there is no choice."""
    only = re.fullmatch(r"tensor\((\w+)\)", place.types[0]) if len(place.types) == 1 else None
    element = BUILTIN.get(only[1], only[1]) if only else place.variable
    return f'ONNX_Place<"{place.name}", "{element}"{", true" if place.optional else ""}>'


def spell_attribute(attribute):
    kind = ATTRIBUTES[attribute.kind]
    if attribute.required:
        return f"{kind}:${attribute.name}"
    if attribute.default is None:
        return f"OptionalAttr<{kind}>:${attribute.name}"
    wrapper = "DefaultValuedStrAttr" if attribute.kind == "STRING" else "DefaultValuedAttr"
    return f'{wrapper}<{kind}, "{spell_default(attribute.default)}">:${attribute.name}'


def check_places(operator, places):
    for place in places[:-1]:
        if place.variadic:
            sys.exit(f"error: {operator.name}: the variadic '{place.name}' is not the last: places need another form")


def place_mask(places, variable):
    """The places of a type variable, one bit each; a variadic one has all bits from its own on."""
    mask = 0
    for index, place in enumerate(places):
        if place.variable == variable and place.uniform:
            mask |= (2**64 - 2**index) if place.variadic else 2**index
    return mask


def same_element_traits(operator):
    places = operator.inputs + operator.outputs
    for variable in dict.fromkeys(place.variable for place in places if "(" not in place.variable):
        inputs, outputs = place_mask(operator.inputs, variable), place_mask(operator.outputs, variable)
        choices = next(place.types for place in places if place.variable == variable)
        if inputs.bit_count() + outputs.bit_count() > 1 and len(choices) > 1:
            yield f'ONNX_SameElementType<"{inputs:#x}", "{outputs:#x}">'


def minimum_trait(operator):
    """What variadic places that may not be empty make of the numbers of values."""
    least = [len(places) - 1 + places[-1].minimum if places and places[-1].variadic and places[-1].minimum else 0
             for places in (operator.inputs, operator.outputs)]
    return [f"ONNX_AtLeast<{least[0]}, {least[1]}>"] if any(least) else []


def wrap(start, items, end):
    """`items` with commas between, lines broken behind one and indented below `start`."""
    lines, line = [], start
    for index, item in enumerate(items):
        text = item + ("," if index + 1 < len(items) else end)
        if len(line) + len(text) + 1 > WIDTH and line.strip() and line != start:
            lines.append(line)
            line = " " * (len(start) - 1)
        line += text if line == start and start.endswith(("[", "<")) else " " + text
    return "\n".join([*lines, line])


def operator_lines(operator):
    check_places(operator, operator.inputs)
    check_places(operator, operator.outputs)
    prefix = "Microsoft" if operator.domain else ""
    bodies = sorted((a for a in operator.attributes if a.kind == "GRAPH"), reverse=True)  # then before else
    traits = ["Pure"] if operator.pure else ["RecursiveMemoryEffects"] if bodies else []
    traits += [] if operator.domain else TRAITS.get(operator.name, [])
    traits += [*minimum_trait(operator), *same_element_traits(operator)]
    yield wrap(f"def ONNX_{prefix}{operator.name}Op : ONNX_Operator<",
               [f'"{operator.domain}"', f'"{operator.name}"', str(operator.version), *f"[{'; '.join(traits)}]".split("; ")], "> {")
    yield f"  let summary = {json.dumps(operator.summary)};"
    arguments = [f"{spell_type(place)}:${place.name}" for place in operator.inputs]
    arguments += [spell_attribute(a) for a in operator.attributes if a.kind != "GRAPH"]
    if arguments:
        yield wrap("  let arguments = (ins", arguments, ");")
    yield wrap("  let results = (outs", [f"{spell_type(place)}:${place.name}" for place in operator.outputs], ");")
    for side, places in (("operand", operator.inputs), ("result", operator.outputs)):
        if places:
            yield wrap(f"  let {side}Places = [", [spell_place(place) for place in places], "];")
        if places and places[-1].variadic:
            yield f"  let {side}sVariadic = true;"
    if bodies:
        yield wrap("  let regions = (region", [f"SizedRegion<1>:${a.name}" for a in bodies], ");")
        yield wrap("  let regionNames = [", [f'"{a.name}"' for a in bodies], "];")
    if not operator.domain:
        yield from (f"  let {hook} = 1;" for hook in HOOKS.get(operator.name, []))
    yield "}"


HEADER = """//===- {name} - {what} {dashes}===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Made by utils/make-onnx-dialect.py: {source}.
//===----------------------------------------------------------------------===//
"""


def page(name, what, source, operators):
    dashes = "-" * max(4, 79 - len(f"//===- {name} - {what} ===//"))
    ops = ["\n".join(operator_lines(operator)) for operator in operators]
    return HEADER.format(name=name, what=what, dashes=dashes, source=source) + "\n" + "\n\n".join(ops) + "\n"


def check_version():
    import onnx
    pins = (ROOT / "utils/versions.env").read_text(encoding="utf-8")
    wanted = re.search(r"^ONNX_VERSION=(\S+)", pins, re.M)[1]
    if onnx.__version__ != wanted:
        sys.exit(f"error: the dialect is of onnx {wanted} (ONNX_VERSION of utils/versions.env), found {onnx.__version__}: "
                 "utils/bootstrap.sh test installs it into .venv")


def pages():
    import onnx
    yield page("ONNXStandardOps.td.inc", "operators of the standard domain",
               f"schemas and first sentences of\n// ONNX {onnx.__version__} (Apache-2.0)", standard_operators())
    yield page("ONNXContributedOps.td.inc", "operators of ONNX Runtime", "the table of onnx_contributed.py", contributed_operators())


def main():
    status = 0
    check_version()
    for text in pages():
        name = re.match(r"//===- (\S+)", text)[1]
        path = ROOT / "dialects/onnx" / name
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"error: {name} is not what the schemas say: run utils/make-onnx-dialect.py", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())

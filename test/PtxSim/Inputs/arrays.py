"""Arrays of tests, by an expression of the element's number k.

    arrays.py make FILE TYPE DIMS EXPRESSION
    arrays.py check FILE TYPE DIMS EXPRESSION

TYPE is NumPy's (<f4, <i4, <u2), DIMS is 8x64; bf16(x) and half(x) give codes, and
in `check` A, B are the flat arrays of further files behind the expression.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import array
import ast
import math
import struct
import sys

CODES = {"<f4": "f", "<i4": "i", "<u4": "I", "<u2": "H", "<i1": "b"}


def bf16(x):
    return struct.unpack("<I", struct.pack("<f", x))[0] >> 16


def half(x):
    return struct.unpack("<H", struct.pack("<e", x))[0]


def real(code):
    """The value of a bf16's code."""
    return struct.unpack("<f", struct.pack("<I", code << 16))[0]


def write(name, kind, shape, values):
    text = str({"descr": kind, "fortran_order": False, "shape": shape})
    text += " " * (-(len(text) + 11) % 64) + "\n"
    with open(name, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode())
        array.array(CODES[kind], values).tofile(file)


def read(name):
    with open(name, "rb") as file:
        data = file.read()
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:10 + length].decode())
    values = array.array(CODES[header["descr"]])
    values.frombytes(data[10 + length:])
    return header, list(values)


def main():
    action, name, kind, dims, expression, *further = sys.argv[1:]
    shape = tuple(int(side) for side in dims.split("x"))
    scope = {"bf16": bf16, "half": half, "real": real, "math": math, "sum": sum, "range": range}
    for letter, other in zip("ABCD", further):
        scope[letter] = read(other)[1]
    code = compile(expression, "expression", "eval")
    expected = [eval(code, {**scope, "k": k}) for k in range(math.prod(shape))]
    if action == "make":
        write(name, kind, shape, expected)
        return 0
    header, found = read(name)
    if header["descr"] != kind or header["shape"] != shape:
        print(f"{name}: {header}")
        return 1
    wrong = [k for k in range(len(expected)) if not abs(found[k] - expected[k]) <= 1e-5 * (1 + abs(expected[k]))]
    for k in wrong[:5]:
        print(f"{name}: element {k} is {found[k]}, expected {expected[k]}")
    print(f"{len(found)} elements, {len(wrong)} wrong")
    return 1 if wrong else 0


sys.exit(main())

"""Writes ONNX files, valid or not: the few fields of the protobuf messages that the tests need, by their numbers.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import struct

FLOAT, UINT8, INT32, INT64, STRING, BOOL, FLOAT16, DOUBLE = 1, 2, 6, 7, 8, 9, 10, 11


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def number(field, value):
    return varint(field << 3) + varint(value)


def data(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def each(field, values):
    return b"".join(data(field, value) for value in values)


def opset(domain, version):
    return data(1, domain) + number(2, version)


def tensor(name, dims, raw=None, type=FLOAT, external=None, more=b""):
    """A tensor of raw bytes, of external data (keys and values), or of what `more` says."""
    out = b"".join(number(1, dim) for dim in dims) + number(2, type) + data(8, name)
    if raw is not None:
        out += data(9, raw)
    if external is not None:
        out += each(13, (data(1, key) + data(2, value) for key, value in external.items())) + number(14, 1)
    return out + more


def floats(name, dims, value=0.5):
    count = 1
    for dim in dims:
        count *= dim
    return tensor(name, dims, struct.pack(f"<{count}f", *(value + i % 7 / 10 for i in range(count))))


def int64s(name, values, dims=None):
    return tensor(name, [len(values)] if dims is None else dims, struct.pack(f"<{len(values)}q", *values), INT64)


def attribute(name, value, ref=None):
    """Its kind by the value: int, float, str, a tensor's or a graph's message as ("t", …) or ("g", …), a list of ints."""
    out = data(1, name)
    if ref is not None:
        return out + data(21, ref) + number(20, 4 if isinstance(value, tuple) else 2)
    if isinstance(value, int):
        return out + number(3, value) + number(20, 2)
    if isinstance(value, float):
        return out + varint(2 << 3 | 5) + struct.pack("<f", value) + number(20, 1)
    if isinstance(value, str):
        return out + data(4, value) + number(20, 3)
    if isinstance(value, tuple):
        field, kind = {"t": (5, 4), "g": (6, 5), "sparse": (22, 11)}[value[0]]
        return out + data(field, value[1]) + number(20, kind)
    return out + b"".join(number(8, item) for item in value) + number(20, 7)


def node(op, inputs, outputs, name="", domain="", **attributes):
    out = each(1, inputs) + each(2, outputs) + data(3, name) + data(4, op)
    out += each(5, (value if isinstance(value, bytes) else attribute(key, value) for key, value in attributes.items()))
    return out + (data(7, domain) if domain else b"")


def value(name, dims, type=FLOAT):
    shape = each(1, (data(2, dim) if isinstance(dim, str) else number(1, dim) for dim in dims))
    return data(1, name) + data(2, data(1, number(1, type) + data(2, shape)))


def function(name, inputs, outputs, nodes, domain="local", attributes=(), defaults=(), more=b""):
    return (data(1, name) + each(4, inputs) + each(5, outputs) + each(6, attributes) + each(7, nodes)
            + data(9, opset("", 23)) + data(10, domain) + each(11, defaults) + more)


def graph(nodes, inputs=(), outputs=(), initializers=(), more=b""):
    return each(1, nodes) + data(2, "graph") + each(5, initializers) + each(11, inputs) + each(12, outputs) + more


def model(graph, opsets=(("", 23),), functions=(), more=b""):
    return (number(1, 8) + data(2, "test") + data(7, graph) + each(8, (opset(*each) for each in opsets))
            + each(25, functions) + more)


WIDTH, ROWS = 8, 16  # columns of the tokens' rows, and tokens
IDS = value("input_ids", ["batch", "seq"], INT64)
LOGITS = value("logits", ["batch", "seq", ROWS])
TABLE, HEAD = floats("table", [ROWS, WIDTH]), floats("head", [WIDTH, ROWS])


def decoder(between=(), rows="x", initializers=(), inputs=(), outputs=(LOGITS,), ids=(IDS,), tables=(TABLE, HEAD), **options):
    """The smallest model that is a decoder: rows of a table, one attention, a head. `between` makes `rows` of the
    attention's, `x`."""
    nodes = [node("Gather", ["table", "input_ids"], ["e"], "embed"),
             node("Attention", ["e", "e", "e"], ["x"], "attend", is_causal=1, q_num_heads=2, kv_num_heads=2), *between,
             node("MatMul", [rows, "head"], ["logits"], "score")]
    return model(graph(nodes, [*ids, *inputs], outputs, [*tables, *initializers]), **options)

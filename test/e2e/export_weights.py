"""The weights of tiny models as their exports refer to them (test/Inputs/onnx/families).

An export keeps its graph alone; its weights are those of the model's folder, which has them in half the bytes. So the
file that it names as its external data is made beside it when it is read: every tensor of model.safetensors in the order
of its bytes, as float32, and behind each matrix the same turned, as exporters write most of them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import array
import json
import math
import shutil
import struct

FILE = "weights.f32"


def widened(data, kind):
    if kind == "F32":
        return array.array("f", data)
    assert kind == "BF16", f"tensors of tiny models are BF16 or F32, not {kind}"
    wide = bytearray(2 * len(data))
    wide[2::4], wide[3::4] = data[0::2], data[1::2]
    return array.array("f", bytes(wide))


def turned(values, shape):
    """Matrices [N, K], one after the other, as [K, N]."""
    rows, columns = shape[-2:]
    made = array.array("f")
    for start in range(0, len(values), rows * columns):
        for column in range(columns):
            made += values[start + column:start + rows * columns:columns]
    return made


def weights(folder):
    data = (folder / "model.safetensors").read_bytes()
    begin = 8 + struct.unpack_from("<Q", data)[0]
    tensors = [entry for name, entry in json.loads(data[8:begin]).items() if name != "__metadata__"]
    made = bytearray()
    for entry in sorted(tensors, key=lambda entry: entry["data_offsets"]):
        first, last = entry["data_offsets"]
        values = widened(data[begin + first:begin + last], entry["dtype"])
        assert len(values) == math.prod(entry["shape"])
        made += values.tobytes()
        if len(entry["shape"]) > 1:
            made += turned(values, entry["shape"]).tobytes()
    return bytes(made)


def lay_out(graph, folder, to):
    """The export as its users have it: the graph, its weights and the model's config.json in a folder."""
    to.mkdir(parents=True)
    shutil.copy(graph, to / "model.onnx")
    shutil.copy(folder / "config.json", to)
    (to / FILE).write_bytes(weights(folder))
    return to / "model.onnx"

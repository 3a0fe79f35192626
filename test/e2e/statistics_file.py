"""What llmc calibrate writes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import array
import json
import struct


def read_statistics(path):
    """The tensors of a file of statistics, by name: shape and flat values."""
    data = path.read_bytes()
    length, = struct.unpack_from("<Q", data)
    tensors = {}
    for name, about in json.loads(data[8:8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = about["data_offsets"]
        piece = data[8 + length + begin:8 + length + end]
        kind = {"F32": "f", "I64": "q", "U8": "B"}[about["dtype"]]
        tensors[name] = (about["shape"], array.array(kind, piece))
    return tensors

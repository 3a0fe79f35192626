"""How decoders become ONNX graphs: what the scripts that export share. Needs torch and onnxscript.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import torch


class Logits(torch.nn.Module):
    """A model as a function from ids to logits."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits


def export_graph(module, given, path, opset, output, **options):
    """A file of the graph from `given`, arrays [batch, seq] by name, any batch and length, to one output."""
    batch, seq = torch.export.Dim("batch"), torch.export.Dim("seq")
    with torch.no_grad():
        torch.onnx.export(module, tuple(given.values()), path, dynamo=True, opset_version=opset, input_names=list(given),
                          output_names=[output], dynamic_shapes={name: {0: batch, 1: seq} for name in given}, **options)

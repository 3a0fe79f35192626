"""Random ONNX graphs of operators that function programs have: tensors with symbolic dims, in all the types that ONNX Runtime computes with.

A number that rounding may move over an edge (to another integer, another branch) goes to no operator with an edge: values are `exact` as
long as nothing rounded them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import random
from typing import NamedTuple

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

OPSET = 22
FLOATS = ("float32", "float16", "float64")
INTEGERS = ("int64", "int32")
CODES = {name: helper.np_dtype_to_tensor_dtype(np.dtype(name)) for name in (*FLOATS, *INTEGERS, "bool")}
MOST_ELEMENTS = 4096
MOST_RANK = 4


class Value(NamedTuple):
    name: str
    dtype: str
    dims: tuple  # numbers, and names of sizes that only a call knows
    exact: bool

    @property
    def rank(self):
        return len(self.dims)


class GraphMaker:
    """One graph of a seed: `model`, and the arrays of a call, `inputs` by name."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.symbols = {name: self.random.randint(1, 6) for name in ("batch", "seq")}
        self.nodes, self.initializers, self.values, self.inputs = [], [], [], {}
        self.given, self.declared = [], []
        for i in range(self.random.randint(1, 3)):
            self.add_input(f"in{i}")
        wanted = self.random.randint(3, 15)
        tries = 0
        while len(self.nodes) < wanted and tries < 200:
            tries += 1
            self.random.choice(OPERATORS)(self)
        self.model = self.finish(seed)

    # What operators are made of.

    def size(self, dims):
        return tuple(self.symbols.get(dim, dim) for dim in dims)

    def array(self, dtype, shape):
        if dtype == "bool":
            return np.asarray(self.numbers.random(shape) < 0.5)
        if dtype in INTEGERS:
            return np.asarray(self.numbers.integers(-9, 10, shape), dtype)
        return np.asarray(self.numbers.standard_normal(shape), dtype)

    def add_input(self, name):
        dtype = self.random.choices(("float32", "float16", "float64", "int64", "int32", "bool"), (12, 2, 2, 2, 1, 1))[0]
        rank = self.random.choices((0, 1, 2, 3, 4), (1, 2, 5, 6, 3))[0]
        dims = tuple(self.random.choice((1, 2, 3, 4, 5, 7, 8, "batch", "seq")) for _ in range(rank))
        self.given.append(helper.make_tensor_value_info(name, CODES[dtype], list(dims)))
        self.inputs[name] = self.array(dtype, self.size(dims))
        self.values.append(Value(name, dtype, dims, True))

    def constant(self, array, dtype=None):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(array, dtype), name))
        return name

    def pick(self, test=lambda value: True, dtypes=None):
        """A value, rather a new one; nothing if there is none."""
        found = [value for value in self.values if (dtypes is None or value.dtype in dtypes) and test(value)]
        if not found:
            return None
        return found[-1 - min(int(self.random.expovariate(0.5)), len(found) - 1)]

    def emit(self, op, operands, dims, dtype, exact, outputs=1, **attributes):
        """A node; nothing where its result would be too large. Of several outputs `dims` is a list."""
        all_dims = dims if outputs > 1 else [dims]
        for one in all_dims:
            if len(one) > MOST_RANK + 1 or np.prod(self.size(one), dtype=np.int64) > MOST_ELEMENTS:
                return None
        names = [f"v{len(self.values) + i}" for i in range(outputs)]
        inputs = [operand.name if isinstance(operand, Value) else operand for operand in operands]
        self.nodes.append(helper.make_node(op, inputs, names, name=f"n{len(self.nodes)}", **attributes))
        made = [Value(name, dtype, tuple(one), exact) for name, one in zip(names, all_dims)]
        self.values.extend(made)
        return made if outputs > 1 else made[0]

    def axis(self, value):
        """An axis and the same as a node may spell it."""
        axis = self.random.randrange(value.rank)
        return axis, axis - value.rank if self.random.random() < 0.4 else axis

    def partner(self, value):
        """Something that broadcasts with a value: another one, or numbers."""
        def fits(other):
            pairs = zip(reversed(value.dims), reversed(other.dims))
            return other.dtype == value.dtype and all(a == b or 1 in (a, b) for a, b in pairs)

        if self.random.random() < 0.6 and (other := self.pick(fits)):
            return other
        kept = value.dims[self.random.randint(0, value.rank):]
        dims = tuple(dim if isinstance(dim, int) and self.random.random() < 0.7 else 1 for dim in kept)
        return Value(self.constant(self.array(value.dtype, dims)), value.dtype, dims, True)

    @staticmethod
    def broadcast(*values):
        rank = max(value.rank for value in values)
        padded = [(1,) * (rank - value.rank) + value.dims for value in values]
        return tuple(next((dim for dim in dims if dim != 1), 1) for dims in zip(*padded))

    def finish(self, seed):
        read = {name for node in self.nodes for name in node.input}
        made = [value for value in self.values if value.name not in self.inputs]
        results = [value for value in made if value.name not in read] or self.values[-1:]
        self.declared = [helper.make_tensor_value_info(value.name, CODES[value.dtype], list(value.dims)) for value in results]
        graph = helper.make_graph(self.nodes, f"seed{seed}", self.given, self.declared, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
        checker.check_model(model)
        return model


# Operators: each adds a node or more, or gives up.

SMOOTH = ("Tanh", "Sigmoid", "Erf", "Sin", "Cos", "Atan", "Softplus", "Softsign", "Elu", "Selu", "Celu", "HardSigmoid", "HardSwish", "Mish",
          "Gelu", "LeakyRelu", "ThresholdedRelu")
HALVES = ("Tanh", "Sigmoid", "Sin", "Cos", "Erf", "LeakyRelu", "Gelu")  # that ONNX Runtime has, or writes in others
DOUBLES = ("Tanh", "Sigmoid", "Sin", "Cos")


def smooth(g):
    if x := g.pick(dtypes=FLOATS):
        ops = {"float32": SMOOTH, "float16": HALVES, "float64": DOUBLES}[x.dtype]
        op = g.random.choice(ops)
        if op == "ThresholdedRelu" and not x.exact:
            return
        g.emit(op, [x], x.dims, x.dtype, False)


def simple(g):
    if x := g.pick(dtypes=(*FLOATS, *INTEGERS)):
        g.emit(g.random.choice(("Neg", "Abs", "Identity") + (("Relu",) if x.dtype in FLOATS else ())), [x], x.dims, x.dtype, x.exact)


def stepped(g):
    if x := g.pick(lambda v: v.exact, FLOATS):
        ops = ("Floor", "Ceil", "Round", "Sign") if x.dtype != "float16" else ("Floor", "Ceil", "Round")
        g.emit(g.random.choice(ops), [x], x.dims, x.dtype, True)


def root(g):
    if x := g.pick(dtypes=FLOATS):
        if (positive := g.emit("Abs", [x], x.dims, x.dtype, x.exact)):
            one = Value(g.constant(1, x.dtype), x.dtype, (), True)
            above = g.emit("Add", [positive, one], x.dims, x.dtype, False)
            g.emit(g.random.choice(("Sqrt", "Log", "Reciprocal") if x.dtype != "float16" else ("Sqrt", "Reciprocal")), [above], x.dims,
                   x.dtype, False)


def pair(g):
    if x := g.pick(dtypes=(*FLOATS, *INTEGERS)):
        y = g.partner(x)
        op = g.random.choice(("Add", "Sub", "Mul", "Max", "Min"))
        exact = x.exact and y.exact and (x.dtype in INTEGERS or op in ("Max", "Min"))
        g.emit(op, g.random.sample([x, y], 2), g.broadcast(x, y), x.dtype, exact)


def quotient(g):
    if x := g.pick(dtypes=(*FLOATS, *INTEGERS)):
        low = g.array(x.dtype, ())
        by = Value(g.constant(np.abs(low) + 1, x.dtype), x.dtype, (), True)
        if x.dtype in FLOATS:
            g.emit("Div", [x, by], x.dims, x.dtype, False)
        elif x.exact:
            g.emit(g.random.choice(("Div", "Mod")), [x, by], x.dims, x.dtype, True)


def compare(g):
    if x := g.pick(lambda v: v.exact, (*FLOATS, *INTEGERS)):
        y = g.partner(x)
        if y.exact:
            g.emit(g.random.choice(("Less", "Greater", "Equal", "LessOrEqual", "GreaterOrEqual")), [x, y], g.broadcast(x, y), "bool", True)


def logic(g):
    if x := g.pick(dtypes=("bool",)):
        if g.random.random() < 0.3:
            g.emit("Not", [x], x.dims, "bool", True)
        else:
            y = g.partner(x)
            g.emit(g.random.choice(("And", "Or", "Xor")), [x, y], g.broadcast(x, y), "bool", True)


def where(g):
    if x := g.pick(dtypes=(*FLOATS, *INTEGERS)):
        y = g.partner(x)
        both = Value("", "", g.broadcast(x, y), True)
        chooser = g.pick(lambda v: all(a == b or 1 in (a, b) for a, b in zip(reversed(both.dims), reversed(v.dims))), ("bool",))
        if not chooser:
            chooser = Value(g.constant(g.array("bool", ())), "bool", (), True)
        g.emit("Where", [chooser, x, y], g.broadcast(chooser, both), x.dtype, x.exact and y.exact)


def cast(g):
    if x := g.pick():
        to = g.random.choice([dtype for dtype in CODES if dtype != x.dtype])
        if to not in FLOATS and x.dtype in FLOATS and not x.exact:
            return
        exact = x.exact and (to not in FLOATS or (to != "float16" and x.dtype != "float64"))
        g.emit("Cast", [x], x.dims, to, exact, to=CODES[to])


def clip(g):
    if x := g.pick(dtypes=FLOATS):
        low, high = sorted(g.numbers.standard_normal(2))
        operands = [x, g.constant(low, x.dtype) if g.random.random() < 0.8 else "", g.constant(high, x.dtype)]
        g.emit("Clip", operands, x.dims, x.dtype, x.exact)


def transpose(g):
    if x := g.pick(lambda v: v.rank > 1):
        order = g.random.sample(range(x.rank), x.rank)
        g.emit("Transpose", [x], [x.dims[d] for d in order], x.dtype, x.exact, perm=order)


def reshape(g):
    """Neighbours become one dim, or a number is split; one size may be -1, or 0 for what it was."""
    x = g.pick(lambda v: v.rank > 0)
    if not x:
        return
    dims, spelled = list(x.dims), [0] * x.rank
    d = g.random.randrange(x.rank)
    if g.random.random() < 0.5 and x.rank > 1:
        d = min(d, x.rank - 2)
        pair_dims = dims[d:d + 2]
        merged = pair_dims[0] * pair_dims[1] if all(isinstance(one, int) for one in pair_dims) else None
        if merged is None and 1 not in pair_dims:
            return
        dims[d:d + 2] = [merged if merged is not None else next(one for one in pair_dims if one != 1)]
        # 0 means the size at the same place of the input.
        spelled = [0] * d + [-1] + [dim if isinstance(dim, int) else None for dim in dims[d + 1:]]
    elif isinstance(dims[d], int) and dims[d] > 1:
        factor = next(f for f in range(2, dims[d] + 1) if dims[d] % f == 0)
        dims[d:d + 1] = [factor, dims[d] // factor]
        spelled = [0] * d + [factor, dims[d + 1]] + [dim if isinstance(dim, int) else None for dim in dims[d + 2:]]
    if spelled.count(None) + spelled.count(-1) > 1:
        return
    spelled = [-1 if one is None else one for one in spelled]
    g.emit("Reshape", [x, g.constant(spelled, "int64")], dims, x.dtype, x.exact)


def reshape_by_sizes(g):
    """Rows as one dim, by what Shape says of another value."""
    x = g.pick(lambda v: v.rank > 1 and isinstance(v.dims[-1], int))
    if not x:
        return
    shape = g.emit("Shape", [x], (1,), "int64", True, start=x.rank - 1)
    ends = g.constant([-1], "int64")
    target = g.emit("Concat", [ends, shape], (2,), "int64", True, axis=0)
    front = [dim for dim in x.dims[:-1] if dim != 1]
    if sum(isinstance(dim, str) for dim in front) > (0 if any(isinstance(dim, int) for dim in front) else 1):
        rows = "rows" + str(len(g.symbols))
        g.symbols[rows] = int(np.prod(g.size(front)))
    else:
        rows = front[0] if any(isinstance(dim, str) for dim in front) else int(np.prod(front, dtype=np.int64))
    g.emit("Reshape", [x, target], (rows, x.dims[-1]), x.dtype, x.exact)


def squeeze(g):
    if x := g.pick(lambda v: 1 in v.dims):
        axis = g.random.choice([d for d, dim in enumerate(x.dims) if dim == 1])
        g.emit("Squeeze", [x, g.constant([axis - g.random.choice((0, x.rank))], "int64")], x.dims[:axis] + x.dims[axis + 1:], x.dtype, x.exact)


def unsqueeze(g):
    if x := g.pick(lambda v: v.rank < MOST_RANK):
        axis = g.random.randint(0, x.rank)
        g.emit("Unsqueeze", [x, g.constant([axis - g.random.choice((0, x.rank + 1))], "int64")], x.dims[:axis] + (1,) + x.dims[axis:], x.dtype,
               x.exact)


def slice_part(g):
    x = g.pick(lambda v: any(isinstance(dim, int) and dim > 1 for dim in v.dims))
    if not x:
        return
    axis = g.random.choice([d for d, dim in enumerate(x.dims) if isinstance(dim, int) and dim > 1])
    size, step = x.dims[axis], g.random.choice((1, 1, 2, -1))
    start, end = g.random.randint(-size - 1, size), g.random.randint(-size - 2, size + 2)
    count = len(range(size)[start:end:step])
    if count == 0:
        return
    operands = [x, *(g.constant([number], "int64") for number in (start, end, axis - g.random.choice((0, x.rank)), step))]
    g.emit("Slice", operands, x.dims[:axis] + (count,) + x.dims[axis + 1:], x.dtype, x.exact)


def concat(g):
    x = g.pick(lambda v: v.rank > 0)
    if not x:
        return
    axis, spelled = g.axis(x)
    if not isinstance(x.dims[axis], int):
        return
    y = g.pick(lambda v: v.dtype == x.dtype and v.rank == x.rank and isinstance(v.dims[axis], int) and
               v.dims[:axis] + v.dims[axis + 1:] == x.dims[:axis] + x.dims[axis + 1:])
    g.emit("Concat", [x, y], x.dims[:axis] + (x.dims[axis] + y.dims[axis],) + x.dims[axis + 1:], x.dtype, x.exact and y.exact, axis=spelled)


def split(g):
    x = g.pick(lambda v: any(isinstance(dim, int) and dim > 1 for dim in v.dims))
    if not x:
        return
    axis = g.random.choice([d for d, dim in enumerate(x.dims) if isinstance(dim, int) and dim > 1])
    first = g.random.randint(1, x.dims[axis] - 1)
    parts = [first, x.dims[axis] - first]
    g.emit("Split", [x, g.constant(parts, "int64")], [x.dims[:axis] + (part,) + x.dims[axis + 1:] for part in parts], x.dtype, x.exact, 2,
           axis=axis)


def gather(g):
    x = g.pick(lambda v: any(isinstance(dim, int) for dim in v.dims))
    if not x:
        return
    axis = g.random.choice([d for d, dim in enumerate(x.dims) if isinstance(dim, int)])
    shape = g.random.choice(((), (2,), (3, 2)))
    indices = g.numbers.integers(-x.dims[axis], x.dims[axis], shape)
    g.emit("Gather", [x, g.constant(indices, "int64")], x.dims[:axis] + shape + x.dims[axis + 1:], x.dtype, x.exact, axis=axis)


def expand(g):
    if x := g.pick(lambda v: v.rank < MOST_RANK and all(isinstance(dim, int) for dim in v.dims)):
        dims = (g.random.randint(1, 3),) + tuple(g.random.randint(2, 3) if dim == 1 else dim for dim in x.dims)
        g.emit("Expand", [x, g.constant(dims, "int64")], dims, x.dtype, x.exact)


def tile(g):
    if x := g.pick(lambda v: v.rank > 0 and v.dtype != "float16"):
        counts = [g.random.randint(1, 2) if isinstance(dim, int) else 1 for dim in x.dims]
        g.emit("Tile", [x, g.constant(counts, "int64")], [dim * n if n > 1 else dim for dim, n in zip(x.dims, counts)], x.dtype, x.exact)


def pad(g):
    x = g.pick(lambda v: v.rank > 0 and v.dtype in ("float32", "float64", "int64", "int32"))
    if not x:
        return
    mode = g.random.choice(("constant", "edge", "reflect"))
    free = [isinstance(dim, int) and (mode != "reflect" or dim > 2) for dim in x.dims]
    before, behind = ([g.random.randint(0, 2) if is_free else 0 for is_free in free] for _ in range(2))
    operands = [x, g.constant(before + behind, "int64")]
    if mode == "constant" and g.random.random() < 0.5:
        operands.append(g.constant(2, x.dtype))
    dims = [dim + a + b if isinstance(dim, int) else dim for dim, a, b in zip(x.dims, before, behind)]
    g.emit("Pad", operands, dims, x.dtype, x.exact, mode=mode)


def triangle(g):
    if x := g.pick(lambda v: v.rank > 1 and v.dtype in ("float32", "float64", "int64", "bool")):
        g.emit("Trilu", [x, g.constant(g.random.randint(-2, 2), "int64")], x.dims, x.dtype, x.exact, upper=g.random.randint(0, 1))


def reduce(g):
    if x := g.pick(lambda v: v.rank > 0, ("float32", "float64", "int64", "int32")):
        axes = sorted(g.random.sample(range(x.rank), g.random.randint(1, x.rank)))
        ops = ["ReduceSum", "ReduceMax", "ReduceMin"] + (["ReduceMean", "ReduceL2", "ReduceSumSquare"] if x.dtype in FLOATS else [])
        op, keep = g.random.choice(ops), g.random.randint(0, 1)
        dims = [1 if d in axes else dim for d, dim in enumerate(x.dims) if keep or d not in axes]
        spelled = g.constant([axis - g.random.choice((0, x.rank)) for axis in axes], "int64")
        exact = x.exact and (x.dtype in INTEGERS or op in ("ReduceMax", "ReduceMin"))
        g.emit(op, [x, spelled], dims, x.dtype, exact, keepdims=keep)


def best(g):
    if x := g.pick(lambda v: v.rank > 0 and v.exact, ("float32", "int32", "int64")):
        axis, spelled = g.axis(x)
        keep = g.random.randint(0, 1)
        g.emit(g.random.choice(("ArgMax", "ArgMin")), [x], x.dims[:axis] + (1,) * keep + x.dims[axis + 1:], "int64", True, axis=spelled,
               keepdims=keep, select_last_index=g.random.randint(0, 1))


def softmax(g):
    if x := g.pick(lambda v: v.rank > 0, FLOATS):
        axis, spelled = g.axis(x)
        g.emit(g.random.choice(("Softmax", "LogSoftmax") if x.dtype != "float16" else ("Softmax",)), [x], x.dims, x.dtype, False, axis=spelled)


def running(g):
    if x := g.pick(lambda v: v.rank > 0, ("float32", "float64", "int64", "int32")):
        axis, spelled = g.axis(x)
        g.emit("CumSum", [x, g.constant(spelled, "int64")], x.dims, x.dtype, x.exact and x.dtype in INTEGERS,
               exclusive=g.random.randint(0, 1), reverse=g.random.randint(0, 1))


def product(g):
    """With weights, or with another value."""
    x = g.pick(lambda v: v.rank > 1, ("float32", "float64"))
    if not x:
        return
    other = g.pick(lambda v: v.rank > 1 and v.dtype == x.dtype and v.dims[-2] == x.dims[-1] and
                   all(a == b or 1 in (a, b) for a, b in zip(reversed(x.dims[:-2]), reversed(v.dims[:-2]))))
    if not other or g.random.random() < 0.4:
        if not isinstance(x.dims[-1], int):
            return
        dims = (x.dims[-1], g.random.choice((1, 3, 8, 16)))
        other = Value(g.constant(g.array(x.dtype, dims)), x.dtype, dims, True)
    batch = g.broadcast(x._replace(dims=x.dims[:-2]), other._replace(dims=other.dims[:-2]))
    g.emit("MatMul", [x, other], batch + (x.dims[-2], other.dims[-1]), x.dtype, False)


def gemm(g):
    x = g.pick(lambda v: v.rank == 2 and isinstance(v.dims[1], int), ("float32", "float64"))
    if x:
        columns, turned = g.random.choice((1, 4, 8)), g.random.randint(0, 1)
        shape = (columns, x.dims[1]) if turned else (x.dims[1], columns)
        operands = [x, g.constant(g.array(x.dtype, shape))]
        if g.random.random() < 0.6:
            operands.append(g.constant(g.array(x.dtype, (columns,))))
        g.emit("Gemm", operands, (x.dims[0], columns), x.dtype, False, transB=turned, alpha=g.random.choice((1.0, 0.5)), beta=g.random.choice((1.0, 2.0)))


def norm(g):
    if x := g.pick(lambda v: v.rank > 0 and isinstance(v.dims[-1], int) and v.dims[-1] > 1, ("float32",)):
        scale, bias = (g.constant(g.array(x.dtype, (x.dims[-1],))) for _ in range(2))
        g.emit("LayerNormalization", [x, scale, bias][:g.random.randint(2, 3)], x.dims, x.dtype, False, epsilon=0.01)


def einsum(g):
    if x := g.pick(lambda v: v.rank == 3 and isinstance(v.dims[2], int), ("float32",)):
        w = g.constant(g.array("float32", (4, x.dims[2])))
        equation, dims = g.random.choice((("bsd,kd->bsk", x.dims[:2] + (4,)), ("bsd,kd->kb", (4, x.dims[0])), ("...d,kd->...k", x.dims[:2] + (4,))))
        g.emit("Einsum", [x, w], dims, "float32", False, equation=equation)


OPERATORS = (smooth, smooth, simple, stepped, root, pair, pair, pair, quotient, compare, logic, where, cast, clip, transpose, transpose, reshape,
             reshape, reshape_by_sizes, squeeze, unsqueeze, slice_part, concat, split, gather, expand, tile, pad, triangle, reduce, reduce,
             best, softmax, running, product, product, gemm, norm, einsum)

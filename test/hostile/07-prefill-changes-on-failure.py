"""llmrt_prefill with a bad token in its third chunk: fails and changes nothing.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import ctypes

from harness import MODELS, Attack, Wrong, main


class Options(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in ("batch", "context", "rows_per_step", "logit_rows", "threads")]


def check(t: Attack):
    path = t.compile(MODELS / "llama-q4_1.gguf", "model.so", "--emit=so")
    library = ctypes.CDLL(str(path))
    program, session, sequence, length = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int32(), ctypes.c_int64(-1)
    options = Options(1, 200, 16, 0, 1)
    if (library.llmrt_program_open(str(path).encode(), ctypes.byref(program)) or
            library.llmrt_session_create(program, ctypes.byref(options), ctypes.byref(session)) or
            library.llmrt_sequence_open(session, ctypes.byref(sequence))):
        raise Wrong("the library does not open its program")
    tokens = (ctypes.c_int32 * 40)(*range(5, 45))
    tokens[35] = 1000000
    if library.llmrt_prefill(session, sequence, tokens, ctypes.c_size_t(40)) == 0:
        raise Wrong("a token beyond the vocabulary is read")
    library.llmrt_sequence_length(session, sequence, ctypes.byref(length))
    if length.value != 0:
        raise Wrong(f"{length.value} tokens stay in the sequence")
    library.llmrt_session_destroy(session)
    library.llmrt_program_close(program)


if __name__ == "__main__":
    main(__file__)

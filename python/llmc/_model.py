"""llmc.Model: what a compiled model can be asked.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import weakref
from types import TracebackType
from typing import Any, Generator, Iterator, Literal, Mapping, NamedTuple, Optional, Sequence, Union, overload

import numpy as np
import numpy.typing as npt

from . import _function
from ._errors import Error
from ._function import Signature, TensorType
from ._library import ADD_SPECIAL, PARSE_SPECIAL, Message, Piece, SamplerOptions, SessionOptions
from ._program import Program

# A text, token ids [T], or messages {"role": ..., "content": ...} for the model's chat template.
Prompt = Union[str, Sequence[int], npt.NDArray[np.integer[Any]], Sequence[Mapping[str, str]]]
# Rows whose logits are held at once: 256 of a vocabulary of 50k are 50 MB.
_MOST_LOGIT_ROWS = 256
# LLMRT_POOL_*
_POOLINGS: dict[Optional[str], int] = {None: 0, "mean": 1, "cls": 2}


class Token(NamedTuple):
    """A generated token and the text that it completes: whole characters, maybe none."""

    id: int  # -1: none, only text that was held back to the end
    text: str


def load(path: Union[str, "os.PathLike[str]"], *, _owned: Any = None) -> Model:
    """Opens a shared object that `llmc.compile` or `llmc compile --emit=so` wrote. Weights are mapped, not read.

    Raises FileNotFoundError, and Error where the file is something else or is damaged.
    """
    return Model(Program(os.fsdecode(path), _owned))


class Model:
    """A compiled model. Close it, or use it as a context manager, to give its memory back.

    Any thread may call any method; what runs at the same time has a session, and so a KV cache, of its own. Every method
    raises ValueError once the model is closed, and llmc.Error where the model cannot do what was asked.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._finalizer = weakref.finalize(self, program.close)
        self._is_function = program.limits.vocabulary == 0
        self._signature = self._read_signature()

    # --- facts --------------------------------------------------------------------------------------------------------

    @property
    def vocabulary(self) -> int:
        """V, the values of one row of logits; ids are 0 <= id < V."""
        return int(self._program.limits.vocabulary)

    @property
    def max_context(self) -> int:
        """The tokens that one sequence holds."""
        return int(self._program.limits.max_context)

    @property
    def signature(self) -> Signature:
        """What calling the model takes and gives. A language model takes T tokens."""
        return self._signature

    def _read_signature(self) -> Signature:
        if not self._is_function:
            return Signature((TensorType("input_ids", "int32", ("T",)),),
                             (TensorType("logits", "float32", ("T", self.vocabulary)),))
        with self._program.function() as function:
            return _function.read_signature(self._program.library, function)

    def _check_language_model(self) -> None:
        self._program.check_open()
        if self._is_function:
            raise Error("this model is a function of tensors, not a language model: call it with its inputs, which "
                        "model.signature lists")

    def verify(self) -> None:
        """Compares the checksums of code and weights with the file, all of which it reads."""
        with self._program.using() as library:
            library.call("llmrt_program_verify", self._program.handle)

    # --- text ---------------------------------------------------------------------------------------------------------

    def tokenize(self, text: str, *, add_special: bool = True, parse_special: bool = True) -> npt.NDArray[np.int32]:
        """The ids of a text, int32 [T].

        add_special: with the tokens that the model wants around a text (BOS); parse_special: "<|im_end|>" in the text is
        that token.
        """
        if not isinstance(text, str):
            raise TypeError(f"a text is a str: this is a {type(text).__name__}")
        encoded = text.encode("utf-8")
        self._check_language_model()
        flags = (ADD_SPECIAL if add_special else 0) | (PARSE_SPECIAL if parse_special else 0)
        with self._program.using() as library:
            ids = library.fill("llmrt_tokenize", ctypes.c_int32, self._program.handle, encoded, len(encoded), flags,
                               guess=len(encoded) + 2)
        return np.array(ids, dtype=np.int32)

    def detokenize(self, ids: Union[Sequence[int], npt.NDArray[np.integer[Any]]]) -> str:
        """The text of ids [T], without special tokens; bytes that are no UTF-8 become U+FFFD."""
        self._check_language_model()
        array = self._ids(ids, least=0)
        with self._program.using() as library:
            text = library.fill("llmrt_detokenize", ctypes.c_char, self._program.handle, _pointer(array), array.size,
                                guess=16 * array.size + 16)
        return bytes(text).decode("utf-8", "replace")

    def chat_prompt(self, messages: Sequence[Mapping[str, Any]], **variables: Any) -> str:
        """The prompt of a conversation by the model's chat template, up to where the assistant answers.

        variables: what else the template sees, tools and enable_thinking for example; with any, messages may have other
        members than role and content, and contents that are lists, as JSON has them. Tokenize it with add_special=False.
        """
        self._check_language_model()
        if variables:
            return self._chat_prompt_json({**variables, "messages": list(messages)})
        array = (Message * len(messages))(*map(_message, messages))
        size = sum(len(one.role) + len(one.content) for one in array)
        with self._program.using() as library:
            text = library.fill("llmrt_chat_prompt", ctypes.c_char, self._program.handle, array, len(messages),
                                guess=2 * size + 1024)
        return bytes(text).decode("utf-8", "replace")

    def _chat_prompt_json(self, conversation: Mapping[str, Any]) -> str:
        encoded = json.dumps(conversation, ensure_ascii=False).encode("utf-8")
        with self._program.using() as library:
            text = library.fill("llmrt_chat_prompt_json", ctypes.c_char, self._program.handle, encoded,
                                guess=2 * len(encoded) + 1024)
        return bytes(text).decode("utf-8", "replace")

    # --- numbers ------------------------------------------------------------------------------------------------------

    def logits(self, ids: Union[Sequence[int], npt.NDArray[np.integer[Any]]]) -> npt.NDArray[np.float32]:
        """The logits after each of the ids [T]: float32 [T, V]. They depend on the ids alone, bit for bit."""
        self._check_language_model()
        array = self._ids(ids, least=1)
        rows = min(array.size, int(self._program.limits.rows_per_step), _MOST_LOGIT_ROWS)
        options = SessionOptions(batch=1, context=array.size, rows_per_step=rows, logit_rows=rows)
        with self._program.session_of(options) as session:
            library, sequence = self._program.library, ctypes.c_int32()
            library.call("llmrt_sequence_open", session, ctypes.byref(sequence))
            result = np.empty((array.size, self.vocabulary), dtype=np.float32)
            library.call("llmrt_prefill_logits", session, sequence, _pointer(array), array.size,
                         result.ctypes.data_as(ctypes.POINTER(ctypes.c_float)), result.size)
        return result

    def __call__(self, **arrays: Any) -> dict[str, npt.NDArray[Any]]:
        """Runs the model on its inputs by name; returns its outputs by name, as `signature` lists them.

        Arrays have the types and shapes of the signature, lists become such; bfloat16 is the uint16 of its bits. An
        attention_mask that is left out is ones, token_type_ids are zeros, of the shape of input_ids. Raises TypeError for
        names and types, ValueError for ranks, Error for sizes that do not go together.
        """
        if not self._is_function:
            _function.check_names(self._signature, arrays)
            return {"logits": self.logits(arrays["input_ids"])}
        self._program.check_open()
        inputs = _function.gather_inputs(self._signature, arrays)
        with self._program.function() as function:
            return _function.call(self._program.library, function, self._signature, inputs)

    def embed(self, texts: Union[str, Sequence[str]], *, pooling: Optional[Literal["mean", "cls"]] = None,
              normalize: Optional[bool] = None, truncate: bool = False, batch: int = 32) -> npt.NDArray[np.float32]:
        """The vectors of texts, float32 [len(texts), E]; of one text [E]. They are those of `app embed`, to the bit.

        pooling: the mean of a text's states, or the first one's; None is as the model's files say, else the mean. normalize:
        vectors of length 1; None is as the files say. truncate: of a text with more tokens than the model reads its
        beginning, else an error. batch: texts at once. Raises TypeError for what are no texts, ValueError for other
        choices, Error where the model is no encoder of texts, or one of them does not fit.
        """
        if pooling not in _POOLINGS:
            raise ValueError(f'pooling is "mean", "cls" or None: {pooling!r} given')
        if batch < 1:
            raise ValueError(f"batch is at least 1: {batch} given")
        many = [texts] if isinstance(texts, str) else list(texts)
        for text in many:
            if not isinstance(text, str):
                raise TypeError(f"a text is a str: this is a {type(text).__name__}")
        encoded = [text.encode("utf-8") for text in many]
        columns, most = ctypes.c_int64(), ctypes.c_int64()
        with self._program.encoder(_POOLINGS[pooling], 0 if normalize is None else 1 + bool(normalize), int(truncate), batch, 0) as encoder:
            library, count = self._program.library, len(encoded)
            library.call("llmrt_encoder_sizes", encoder, ctypes.byref(columns), ctypes.byref(most))
            vectors = np.empty((count, columns.value), dtype=np.float32)
            library.call("llmrt_embed", encoder, (ctypes.c_char_p * count)(*encoded),
                         (ctypes.c_size_t * count)(*map(len, encoded)), count, vectors.ctypes.data, vectors.size)
        return vectors[0] if isinstance(texts, str) else vectors

    # --- generation ---------------------------------------------------------------------------------------------------

    @overload
    def generate(self, prompt: Prompt, max_tokens: Optional[int] = None, *, stream: Literal[False] = False,
                 **sampling: Any) -> str: ...

    @overload
    def generate(self, prompt: Prompt, max_tokens: Optional[int] = None, *, stream: Literal[True],
                 **sampling: Any) -> Iterator[str]: ...

    def generate(self, prompt: Prompt, max_tokens: Optional[int] = None, *, stream: bool = False,
                 **sampling: Any) -> Union[str, Iterator[str]]:
        """The text that continues a prompt: a text, ids [T], or messages, which the model answers.

        max_tokens: None continues until the model ends it or the context is full. stream: an iterator of pieces instead,
        as they come. sampling: as `tokens` has it; the default takes the most likely token.
        """
        self._check_language_model()
        if not self._program.limits.has_tokenizer:
            raise ValueError("this model has no tokenizer, so its tokens have no text: ask model.tokens(ids) for ids")
        pieces = (token.text for token in self.tokens(prompt, max_tokens, **sampling) if token.text)
        return pieces if stream else "".join(pieces)

    def tokens(
        self,
        prompt: Prompt,
        max_tokens: Optional[int] = None,
        *,
        temperature: float = 0.0,
        top_k: int = 0,
        top_p: float = 1.0,
        min_p: float = 0.0,
        repetition_penalty: float = 1.0,
        repetition_window: int = 0,
        seed: Optional[int] = None,
    ) -> Generator[Token, None, None]:
        """As `generate`, the tokens one by one. Closing the iterator ends the generation.

        temperature: 0 takes the most likely token. top_k: that many candidates, 0 all; top_p: the likeliest of that sum of
        probabilities; min_p: those of at least that share of the likeliest; repetition_penalty: for tokens of the last
        repetition_window, 0 all. seed: the same one gives the same tokens; None draws one.
        """
        self._check_language_model()
        options = SamplerOptions(temperature, top_k, top_p, min_p, repetition_penalty, repetition_window,
                                 secrets.randbits(64) if seed is None else _seed(seed))
        run = self._run(self._prompt(prompt), _count(max_tokens), options)
        next(run)  # has begun: what is wrong with the arguments is said here, not with the first token
        return run  # type: ignore[return-value]

    def _run(self, ids: npt.NDArray[np.int32], most: int, options: SamplerOptions) -> Iterator[Optional[Token]]:
        library = self._program.library
        with self._program.session() as session:
            generation = library.create("llmrt_generation_begin", session, _pointer(ids), ids.size, most,
                                        ctypes.byref(options))
            try:
                yield None
                piece = Piece()
                while not piece.ended:
                    self._program.check_open()
                    library.call("llmrt_generation_next", generation, ctypes.byref(piece))
                    text = ctypes.string_at(piece.text, piece.text_bytes).decode("utf-8", "replace")
                    if text or not piece.ended:
                        yield Token(piece.token, text)
            finally:
                library.destroy("llmrt_generation_end", generation)

    # --- arguments ----------------------------------------------------------------------------------------------------

    def _prompt(self, prompt: Prompt) -> npt.NDArray[np.int32]:
        if isinstance(prompt, str):
            return self.tokenize(prompt)
        if isinstance(prompt, Sequence) and len(prompt) > 0 and isinstance(prompt[0], Mapping):
            return self.tokenize(self.chat_prompt(prompt), add_special=False)  # type: ignore[arg-type]
        return self._ids(prompt, least=1)

    def _ids(self, ids: Any, least: int) -> npt.NDArray[np.int32]:
        """Ids as the runtime takes them: int32 [T], dense, in the vocabulary."""
        array = np.asarray(ids)
        if array.size == 0 and array.ndim == 1:
            array = array.astype(np.int32)
        if not np.issubdtype(array.dtype, np.integer):
            raise TypeError(f"token ids are integers: these are {array.dtype}")
        if array.ndim != 1:
            raise ValueError(f"token ids have the shape [T]: these have {list(array.shape)}")
        if array.size < least:
            raise ValueError("there are no token ids: at least one is needed")
        wrong = array[(array < 0) | (array >= self.vocabulary)]
        if wrong.size:
            raise ValueError(f"token id {wrong[0]} is not in the vocabulary of {self.vocabulary}")
        return np.ascontiguousarray(array, dtype=np.int32)

    # --- lifetime -----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Gives memory back, once what other threads still run is done. Closing twice is allowed."""
        self._finalizer()

    def __enter__(self) -> Model:
        self._program.check_open()
        return self

    def __exit__(self, kind: Optional[type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()


def _pointer(ids: npt.NDArray[np.int32]) -> Any:
    return ids.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))


def _message(message: Mapping[str, str]) -> Message:
    parts = []
    for name in ("role", "content"):
        value = message.get(name) if isinstance(message, Mapping) else None
        if not isinstance(value, str):
            raise TypeError(f'a message is {{"role": ..., "content": ...}} of two texts: this is {message!r}')
        if "\0" in value:
            raise ValueError(f"a message's {name} has a character 0 in it, where its text would end")
        parts.append(value.encode("utf-8"))
    return Message(*parts)


def _count(max_tokens: Optional[int]) -> int:
    if max_tokens is None:
        return -1
    if max_tokens < 0:
        raise ValueError(f"max_tokens is at least 0: {max_tokens} given")
    return int(max_tokens)


def _seed(seed: int) -> int:
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"a seed is 0 <= seed < 2**64: {seed} given")
    return int(seed)

"""A reading as an encoder takes it: the tokens that the linear model sees, cut into the pieces of its vocabulary.

So an encoder learns from masked words only, never a handle or a number, and every piece belongs to a token: what it
adds to a decision can be shown as a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifiers.reading import LINK, OFFICE, PERSON, Reading

__all__ = ["Cutter", "Pieces", "words_of"]

Ints = NDArray[np.int64]

_SPOKEN = {OFFICE: "@office", PERSON: "@user", LINK: "http"}
"""How handles and links are said to an encoder, as in the tweets that many were made from (Barbieri et al., 2022)."""

_NOTHING = 0
"""A piece to ask about where a tokenizer makes none, not even marks of begin and end, of an empty post."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The numbers of a post's pieces, and the token of the post that each belongs to; -1: to none."""

    ids: Ints
    token: Ints


class Cutter:
    """Cuts readings into at most ``longest`` pieces; what is beyond is not read."""

    def __init__(self, tokenizer: Tokenizer, longest: int) -> None:
        self._tokenizer = tokenizer
        self._longest = longest
        tokenizer.no_padding()
        tokenizer.enable_truncation(longest)

    def cut(self, reading: Reading) -> Pieces:
        found = self._tokenizer.encode(words_of(reading)[: self._longest], is_pretokenized=True)
        if not found.ids:
            return Pieces(np.array([_NOTHING]), np.array([-1]))
        token = [-1 if word is None else word for word in found.word_ids]
        return Pieces(np.array(found.ids, dtype=np.int64), np.array(token, dtype=np.int64))


def words_of(reading: Reading) -> Sequence[str]:
    """A post's tokens as words, one each."""
    return [_SPOKEN.get(token.form, token.form) for token in reading.tokens]

"""Features of a batch of posts, as array operations over the whole batch.

Eight blocks, each of unit length for a post so that none drowns another:

=========  ==========================================================================================
words      runs of 1 and 2 tokens, as written
keys       runs of 1 to 3 skeletons: what is learnt in one script serves the other
letters    runs of 2 to 5 letters within word bounds
sounds     runs of 3 to 5 letters of the skeletons
cues       a few hundred that travel between departments: cues and pairs of cues in their order, handles, length …
kinds      the kinds of department addressed and the topics in handles' names
topics     the types of complaint that the words speak of, by a lexicon of our own (``classifiers.topics``)
danger     what endangers, and whether it is at hand, by a lexicon of our own (``classifiers.danger``)
=========  ==========================================================================================

A feature is a 64-bit hash, folded into 2**SPACE_BITS numbers; training keeps those that occur often enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.cues import cue_features, feature_hash
from classifiers.danger import danger_features
from classifiers.reading import Reading
from classifiers.topics import handle_features, topic_features

__all__ = ["BLOCKS", "FEATURES_VERSION", "SPACE_BITS", "Features", "extract"]

FEATURES_VERSION = 3
"""Raised with any change of what a feature means: weights of another version are refused."""

SPACE_BITS = 21
BLOCKS = ("words", "keys", "letters", "sounds", "cues", "kinds", "topics", "danger")

_GRAMS = {"letters": (2, 3, 4, 5), "sounds": (3, 4, 5)}
_MIX = np.uint64(0x9E3779B97F4A7C15)
_LETTER = np.uint64(0x100000001B3)
_SECOND = np.uint64(0xC2B2AE3D27D4EB4F)
_SHIFT = np.uint64(64 - SPACE_BITS)
_SPACE = ord(" ")

U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Features:
    """Features of n posts, in order of post and within a post in order of block.

    ``ids`` are numbers below 2**SPACE_BITS; ``post`` and ``block`` say where each belongs; ``token`` is the token that
    it begins in, counted over the tokens of all posts, -1 for the post as a whole.
    """

    n: int
    ids: Ints
    post: Ints
    block: Ints
    token: Ints


def extract(readings: Sequence[Reading]) -> Features:
    """Give the features of posts that were read."""
    n = len(readings)
    lengths = np.array([len(reading.tokens) for reading in readings], dtype=np.int64)
    tokens = [token for reading in readings for token in reading.tokens]
    post = np.repeat(np.arange(n), lengths)
    forms = np.array([token.form_hash for token in tokens], dtype=np.uint64)
    keys = np.array([token.key_hash for token in tokens], dtype=np.uint64)
    blocks = (
        _runs(forms, post, 2, "words"),
        _runs(keys, post, 3, "keys"),
        _grams([token.form for token in tokens], post, "letters"),
        _grams([token.key for token in tokens], post, "sounds"),
        _named([cue_features(reading) for reading in readings], "cues"),
        _named([handle_features(reading) for reading in readings], "kinds"),
        _named([topic_features(reading) for reading in readings], "topics"),
        _named([danger_features(reading) for reading in readings], "danger"),
    )
    ids, posts, places = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    block = np.repeat(np.arange(len(blocks)), [len(part[0]) for part in blocks])
    order = np.argsort(posts, kind="stable")
    return Features(n, ids[order], posts[order], block[order], places[order])


Block = tuple[Ints, Ints, Ints]


def _fold(hashes: U64, block: str, size: int = 0) -> Ints:
    """Fold hashes into the space of feature numbers; runs of another length or block fall elsewhere."""
    salt = np.uint64(feature_hash(f"{block} {size}"))
    return (((hashes ^ salt) * _MIX) >> _SHIFT).astype(np.int64)


def _runs(hashes: U64, post: Ints, longest: int, block: str) -> Block:
    """Runs of 1 to ``longest`` tokens that lie within one post."""
    ids, places = [], []
    run = hashes
    for size in range(1, longest + 1):
        if size > 1:
            run = run[:-1] * _SECOND + hashes[size - 1 :]
        inside = np.flatnonzero(post[: len(run)] == post[size - 1 :])
        ids.append(_fold(run[inside], block, size))
        places.append(inside)
    return _located(ids, places, post)


def _grams(forms: Sequence[str], post: Ints, block: str) -> Block:
    """Runs of letters within a token and the spaces around it (scikit-learn's char_wb), by a rolling hash."""
    if not forms:
        return _located([np.zeros(0, np.int64)], [np.zeros(0, np.int64)], post)
    letters = np.frombuffer(f" {' '.join(forms)} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    space = letters == _SPACE
    spaces = np.flatnonzero(space)
    token = np.cumsum(space) - 1
    next_space = spaces[np.minimum(token + 1, len(spaces) - 1)]
    room = next_space - np.arange(len(letters))
    ids, places = [], []
    run = letters
    for size in range(2, _GRAMS[block][-1] + 1):
        run = run[: len(letters) - size + 1] * _LETTER + letters[size - 1 :]
        if size in _GRAMS[block]:
            inside = np.flatnonzero(room[: len(run)] >= size - 1)
            ids.append(_fold(run[inside], block, size))
            places.append(token[inside])
    return _located(ids, places, post)


def _located(ids: list[Ints], places: list[Ints], post: Ints) -> Block:
    where = np.concatenate(places)
    return np.concatenate(ids), post[where], where


def _named(hashes: Sequence[Sequence[int]], block: str) -> Block:
    flat = np.array([value for values in hashes for value in values], dtype=np.uint64)
    posts = np.repeat(np.arange(len(hashes)), [len(values) for values in hashes])
    return _fold(flat, block), posts, np.full(len(flat), -1, dtype=np.int64)

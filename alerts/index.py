"""A bounded index of wordings: the nearest ones to a new post, in time that does not grow with what it holds.

Slots are a ring: the newest wording takes the place of the oldest. Each lookup key (a stem, or a pair of meanings)
keeps the ``_DEPTH`` slots that had it last; the slots that share most key weight with a post are compared in full.
So a wording costs about 700 bytes whatever its post, and adding or asking costs the same at any size.

Of all that the watch does with a post this costs most, and nearly all of it is the price of calling NumPy: hence one
gather for both sorts of features, and nothing worked out twice.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alerts.likeness import columns, log_odds
from alerts.wording import DIMENSIONS, FIRST_WORD, MAX_LEXICAL, MAX_MEANINGS, Ids, Wording

__all__ = ["CAPACITY", "Index", "Match", "weights"]

CAPACITY = 1 << 16
"""Wordings held: 50,000 live claims, of which some have been told in more than one way."""

_BUCKETS = 1 << 17
_DEPTH = 24
_STEM_KEYS = 10
_PAIRED = 8
_MAX_KEYS = _STEM_KEYS + _PAIRED * (_PAIRED - 1) // 2
_CANDIDATES = 12
_BLOCK = 4096
"""Slots whose norms are worked out at once when a state is put back: some megabytes."""
_FREQUENCIES = Path(__file__).with_name("frequencies.npz")

Floats = NDArray[np.float32]


@cache
def weights() -> Floats:
    """Inverse document frequency of every hashed feature, counted once over the project's own corpus.

    Fixed, so that what a post is like does not depend on what came before it, nor on a restart.
    """
    with np.load(_FREQUENCIES) as stored:
        posts, counts = int(stored["posts"]), np.zeros(DIMENSIONS, np.float32)
        counts[stored["ids"]] = stored["counts"]
    return np.log((posts + 10) / (counts + 2)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Match:
    """``score`` is the log odds that two posts make one claim; ``lexical`` the cosine of their words."""

    slot: int
    score: float
    lexical: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What follows from a wording alone: its buckets, and its squared norms (words, meanings, concepts)."""

    keys: Ids
    norms: Floats


class Index:
    """Rings of slots. Not for several threads."""

    def __init__(self, capacity: int = CAPACITY):
        self.capacity = capacity
        self._features: Ids = np.full((capacity, MAX_LEXICAL + MAX_MEANINGS), -1, np.int32)
        self.lexical: Ids = self._features[:, :MAX_LEXICAL]
        self.meanings: Ids = self._features[:, MAX_LEXICAL:]
        self.numbers = np.zeros(capacity, np.uint64)
        self.keys: Ids = np.full((capacity, _MAX_KEYS), -1, np.int32)
        self.added = 0
        self._norms: Floats = np.zeros((capacity, 3), np.float32)
        self._ring: Ids = np.full((_BUCKETS, _DEPTH), -1, np.int32)
        self._next = np.zeros(_BUCKETS, np.int32)
        self._scratch = np.zeros(DIMENSIONS + 1, np.float32)  # the last one is what -1, no feature, finds

    def add(self, wording: Wording, *, findable: bool = True) -> int:
        """Takes the next slot, the oldest one's once all are taken, and gives its number. One that is not ``findable``
        is never near to anything."""
        slot = self.added % self.capacity
        self.added += 1
        asked, row = _asked(wording), self._features[slot]
        keys = asked.keys if findable else asked.keys[:0]
        row.fill(-1)
        row[: wording.lexical.size] = wording.lexical
        row[MAX_LEXICAL : MAX_LEXICAL + wording.meanings.size] = wording.meanings
        self.numbers[slot] = wording.numbers
        self._norms[slot] = asked.norms
        self.keys[slot] = -1
        self.keys[slot, : keys.size] = keys
        self._post(slot, keys)
        return slot

    def age(self, slot: int) -> int:
        """How many wordings were added after the one in this slot."""
        return (self.added - 1 - slot) % self.capacity

    def nearest(self, wording: Wording, least: float) -> list[Match]:
        """Of the wordings that share most with this one those that score ``least`` or more; in no order, at most a
        dozen."""
        slots, compared = self.compared(wording)
        scores = log_odds(compared)
        return [
            Match(int(slots[at]), float(scores[at]), float(compared[at, 0])) for at in np.flatnonzero(scores >= least)
        ]

    def restore_ring(self) -> None:
        """Posts every slot's keys again, oldest first, after the tables were put back."""
        held = min(self.added, self.capacity)
        for first in range(0, held, _BLOCK):
            block = slice(first, first + _BLOCK)
            self._norms[block] = _norms(self.lexical[block], self.meanings[block])
        for number in range(self.added - held, self.added):
            slot = number % self.capacity
            keys = self.keys[slot]
            self._post(slot, keys[keys >= 0])

    def _post(self, slot: int, keys: Ids) -> None:
        at = self._next[keys]
        self._ring[keys, at] = slot
        self._next[keys] = (at + 1) % _DEPTH

    def _candidates(self, keys: Ids) -> Ids:
        """The slots that share most keys, each once."""
        found = self._ring[keys].ravel()
        if not found.size:
            return found
        found.sort()
        first = np.flatnonzero(found[1:] != found[:-1]) + 1
        bounds = np.concatenate([[0], first, [found.size]])
        slots: Ids = found[bounds[:-1]]
        shared = bounds[1:] - bounds[:-1]
        if slots.size and slots[0] < 0:
            slots, shared = slots[1:], shared[1:]
        if slots.size > _CANDIDATES:
            slots = slots[np.argpartition(-shared, _CANDIDATES)[:_CANDIDATES]]
        return slots

    def compared(self, wording: Wording) -> tuple[Ids, Floats]:
        """The slots that share most with this wording, and how each compares (alerts/likeness.py)."""
        asked = _asked(wording)
        slots = self._candidates(asked.keys)
        features, numbers, own = self._features[slots], self.numbers[slots], np.uint64(wording.numbers)
        shared = self._shared(features, wording)
        meant = shared[:, MAX_LEXICAL:]
        named = (meant * (features[:, MAX_LEXICAL:] >= FIRST_WORD)).sum(axis=1)
        sums = np.empty((slots.size, 3), np.float32)
        shared[:, :MAX_LEXICAL].sum(axis=1, out=sums[:, 0])
        meant.sum(axis=1, out=sums[:, 1])
        np.subtract(sums[:, 1], named, out=sums[:, 2])
        cosines = sums / np.sqrt(np.maximum(self._norms[slots] * asked.norms, 1e-9))
        return slots, columns(
            words=cosines[:, 0],
            meant=cosines[:, 1],
            concepts=cosines[:, 2],
            named=named,
            shared=sums[:, 1],
            common=(meant > 0).sum(axis=1),
            clash=(numbers != 0) & (own != 0) & ((numbers & own) == 0),
        )

    def _shared(self, rows: Ids, wording: Wording) -> Floats:
        """For each feature of each row its squared weight where the post has it too, else 0."""
        squares = _squares()
        for ids in (wording.lexical, wording.meanings):
            self._scratch[ids] = squares[ids]
        shared = self._scratch[rows]
        for ids in (wording.lexical, wording.meanings):
            self._scratch[ids] = 0
        return shared


@cache
def _squares() -> Floats:
    """Squared weights; the last one is what -1, no feature, finds."""
    return np.append(weights() ** 2, np.float32(0))


def _norms(lexical: Ids, meanings: Ids) -> Floats:
    """Squared norms of words, of meanings, and of meanings without words that the lexicon does not know."""
    squares = _squares()
    meant = squares[meanings]
    known = np.where(meanings < FIRST_WORD, meant, 0)
    return np.stack([squares[lexical].sum(axis=-1), meant.sum(axis=-1), known.sum(axis=-1)], axis=-1)


@lru_cache(maxsize=4)
def _asked(wording: Wording) -> _Asked:
    return _Asked(_keys(wording), _norms(wording.lexical, wording.meanings))


def _keys(wording: Wording) -> Ids:
    """Buckets of the rarest stems, and of pairs of the rarest meanings; ascending."""
    buckets = {stem % _BUCKETS for stem in _rarest(wording.stems, _STEM_KEYS)}
    for low, high in combinations(sorted(_rarest(wording.meanings, _PAIRED)), 2):
        buckets.add((low * 1_000_003 + high) % _BUCKETS)
    return np.array(sorted(buckets), np.int32)


def _rarest(ids: Ids, most: int) -> list[int]:
    rarest = ids if ids.size <= most else ids[np.argsort(-weights()[ids], kind="stable")[:most]]
    kept: list[int] = rarest.tolist()
    return kept

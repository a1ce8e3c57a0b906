"""Which posts say the same: a stream of posts in, the claim of each out.

A claim's id is its first post's id. Reposts and quotes join for nothing, exact copies by a digest, others by the
nearest of the claim's tellings: a few wordings that it was told in, so that a claim that drifts keeps its family.
Everything is bounded: claims live ``ttl_seconds`` after they were last told, the oldest wording makes room.
"""

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from alerts.bounded import Bounded
from alerts.index import CAPACITY, Index, Match
from alerts.wording import Wording, said, wording_of

__all__ = ["TTL_SECONDS", "Claims", "Telling", "digest_of"]

TTL_SECONDS = 48 * 3600.0

LINKED = -1.7
"""Log odds from which two posts are one claim: at most 3 % of unrelated posts are linked to anything
(bench/grouping.py)."""

_DIFFERENT = 0.8
"""Cosine of words under which a post is a new telling of its claim rather than a copy of one."""

_TELLINGS = 8
"""Wordings a claim keeps: what it was told in first, and where it drifted."""

_FEWEST_STEMS = 4
"""Fewer words than this are no claim of their own making ("no water since morning"): only exact copies meet."""

_REMEMBERED = 1 << 15
"""Posts and texts whose claim is known without comparing."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One post as the grouping needs it; ``at`` is its event time in seconds."""

    id: str
    text: str
    at: float
    repost_of: str | None = None
    quote_of: str | None = None


class Claims:
    """Groups posts as they come; cost per post does not depend on how many are held. Not for several threads."""

    def __init__(self, capacity: int = CAPACITY, ttl_seconds: float = TTL_SECONDS, linked: float = LINKED):
        self.ttl_seconds = ttl_seconds
        self.linked = linked
        self.index = Index(capacity)
        self.owners: list[str | None] = [None] * capacity
        self.last_told = np.zeros(capacity)
        self.by_post: Bounded[str] = Bounded(_REMEMBERED)
        self.by_text: Bounded[int] = Bounded(_REMEMBERED)
        """Each text's slot; of one that is nearly another's the complement of that one's."""
        self.merged: Bounded[str] = Bounded(_REMEMBERED)
        self.dirty: set[int] = set()
        """Slots written since it was last emptied."""
        self.dirty_told: set[int] = set()
        """Slots whose time changed since it was last emptied."""
        self._tellings: Counter[str] = Counter()

    def join(self, post: Telling) -> str:
        """The claim that a post belongs to: its own id when it is the first of one."""
        claim = self.root(self._of_relative(post) or self._of_text(post) or post.id)
        self.by_post[post.id] = claim
        if post.repost_of is not None and post.repost_of not in self.by_post:
            self.by_post[post.repost_of] = claim
        return claim

    def merge(self, claim: str, into: str) -> None:
        """From now on what joins ``claim`` joins ``into``, as a person decided."""
        root = self.root(into)
        if self.root(claim) != root:
            self.merged[self.root(claim)] = root

    def split(self, claim: str, post: str, digest: str) -> bool:
        """What is worded as ``post`` (whose text has this ``digest``) is a claim of its own from now on, with its name.

        False when the wording is not held any more, is told by another claim, or is nearly the same as another post's.
        """
        slot = self.by_text.get(digest)
        owner = None if slot is None or slot < 0 else self.owners[slot]
        if slot is None or owner is None or self.root(owner) != self.root(claim) or self.root(claim) == post:
            return False
        if post == owner:
            self.merged[post] = post
        else:
            self._give(slot, post)
            self.dirty.add(slot)
        self.by_post[post] = post
        return True

    def root(self, claim: str) -> str:
        while (into := self.merged.get(claim)) is not None and into != claim:
            claim = into
        return claim

    def restored(self) -> "Claims":
        """Itself, once its tables were put back: what follows from them is made anew."""
        self.index.restore_ring()
        self._tellings = Counter(owner for owner in self.owners if owner is not None)
        return self

    def _of_relative(self, post: Telling) -> str | None:
        known = self.by_post.get(post.id)
        for relative in (post.repost_of, post.quote_of):
            known = known or (self.by_post.get(relative) if relative is not None else None)
        return known

    def _of_text(self, post: Telling) -> str | None:
        digest = digest_of(post.text)
        slot = self.by_text.get(digest)
        if slot is not None and self._lives(_slot(slot), post.at):
            return self._told_again(_slot(slot), post.at)
        wording = wording_of(post.text)
        match = self._best(wording, post.at)
        if match is None:
            self.by_text[digest] = self._tell(wording, post.id, post.at)
            return None
        claim = self._told_again(match.slot, post.at)
        if (match.lexical < _DIFFERENT and self._tellings[claim] < _TELLINGS) or self._ages(match.slot):
            self.by_text[digest] = self._tell(wording, claim, post.at)
        else:
            self.by_text[digest] = ~match.slot
        return claim

    def _best(self, wording: Wording, at: float) -> Match | None:
        if not _is_claim(wording):
            return None
        matches = [match for match in self.index.nearest(wording, self.linked) if self._lives(match.slot, at)]
        return max(matches, key=lambda match: (match.score, match.slot), default=None)

    def _tell(self, wording: Wording, claim: str, at: float) -> int:
        slot = self.index.add(wording, findable=_is_claim(wording))
        self._give(slot, claim)
        self.last_told[slot] = at
        self.dirty.add(slot)
        self.dirty_told.add(slot)
        return slot

    def _give(self, slot: int, claim: str) -> None:
        before = self.owners[slot]
        if before is not None:
            self._tellings[before] -= 1
            if not self._tellings[before]:
                del self._tellings[before]
        self.owners[slot] = claim
        self._tellings[claim] += 1

    def _told_again(self, slot: int, at: float) -> str:
        if at > self.last_told[slot]:
            self.last_told[slot] = at
            self.dirty_told.add(slot)
        claim = self.owners[slot]
        assert claim is not None
        return claim

    def _lives(self, slot: int, at: float) -> bool:
        return self.owners[slot] is not None and bool(self.last_told[slot] >= at - self.ttl_seconds)

    def _ages(self, slot: int) -> bool:
        """Whether a slot will soon make room, so that a claim which is still told needs a younger one."""
        return self.index.age(slot) > self.index.capacity // 2


def _is_claim(wording: Wording) -> bool:
    return wording.stems.size >= _FEWEST_STEMS


def _slot(kept: int) -> int:
    return kept if kept >= 0 else ~kept


def digest_of(text: str) -> str:
    """What stands for a text by which exact copies meet."""
    return blake2b(said(text).casefold().encode(), digest_size=12).hexdigest()

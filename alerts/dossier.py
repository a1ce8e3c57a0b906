"""What is known of a claim besides its growth: the evidence that an alert shows. Bounded, and about no person.

It holds nobody's words: what is deleted must leave every file, and saved states are many.
"""

from collections import Counter
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from alerts.spread import Spread
from schemas.events import Observation
from schemas.labels import Stance
from schemas.mention import TIP

__all__ = ["Dossier"]

_FIRST_POSTS = 5
_TIP = f"{TIP}:"
_KINDS = 12
"""Different languages, places, handles and types that are counted; the least common make room."""


@dataclass(slots=True)
class Dossier:
    posts: int = 0
    rumour: float = 0.0
    complaint: float = 0.0
    first: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    countering: Spread | None = None
    questioning: Spread | None = None

    def add(self, post: Observation) -> None:
        """Counts a post of the claim, whatever its stance."""
        if len(self.first) < _FIRST_POSTS:
            self.first.append(post.key)
        self.posts += 1
        self.rumour += post.rumour
        self.complaint += post.complaint
        self._count("language", post.language)
        self._count("type", post.type)
        if post.repost_of is not None:
            self._count("reposted", post.repost_of)
        if post.place is not None:
            self._count("place", post.place)
        if post.key.startswith(_TIP):
            self._count("tip", "")
        if post.by_terms:
            self._count("term", "")
        for handle in post.handles:
            self._count("handle", handle)

    def counts(self, kind: str) -> dict[str, int]:
        """Posts by ``language``, ``type``, ``place`` or addressed ``handle``; reposts by what was ``reposted``; the
        most common first."""
        found = {key.partition(":")[2]: count for key, count in self.counted.items() if key.startswith(f"{kind}:")}
        return dict(Counter(found).most_common())

    @property
    def tips(self) -> int:
        return self.counted.get("tip:", 0)

    @property
    def by_terms(self) -> int:
        return self.counted.get("term:", 0)

    def apart(self, stance: Stance, account: int, interval: int) -> None:
        """Counts an account that denies or questions the claim."""
        if stance is Stance.COUNTERING:
            self.countering = self.countering or Spread()
            self.countering.add(account, interval)
        else:
            self.questioning = self.questioning or Spread()
            self.questioning.add(account, interval)

    def absorb(self, other: "Dossier") -> None:
        """Takes in what is known of a claim that turned out to be this one."""
        self.posts += other.posts
        self.rumour += other.rumour
        self.complaint += other.complaint
        self.first = [*self.first, *other.first][:_FIRST_POSTS]
        for key, count in other.counted.items():
            kind, _, name = key.partition(":")
            self._count(kind, name, by=count)
        self.countering = _united(self.countering, other.countering)
        self.questioning = _united(self.questioning, other.questioning)

    def forget(self, post: str) -> bool:
        """Takes out a post that was deleted. Whether it was here."""
        if post not in self.first:
            return False
        self.first.remove(post)
        return True

    @property
    def mean_rumour(self) -> float:
        return self.rumour / self.posts if self.posts else 0.0

    @property
    def mean_complaint(self) -> float:
        return self.complaint / self.posts if self.posts else 0.0

    def to_state(self) -> list[Any]:
        apart = [spread.to_state() if spread else None for spread in (self.countering, self.questioning)]
        return [self.posts, self.rumour, self.complaint, self.first, self.counted, *apart]

    @classmethod
    def from_state(cls, state: list[Any]) -> "Dossier":
        *plain, countering, questioning = state
        return cls(*plain, *(Spread.from_state(spread) if spread else None for spread in (countering, questioning)))

    def _count(self, kind: str, name: str, by: int = 1) -> None:
        """As in "space saving" (Metwally et al. 2005): a new name takes the place and the count of the least common.

        One map for all kinds: of 50,000 claims most have one post, and each map has its price.
        """
        key = intern(f"{kind}:{name}")
        if key not in self.counted:
            alike = [known for known in self.counted if known.startswith(f"{kind}:")]
            if len(alike) >= _KINDS:
                least = min(alike, key=lambda known: self.counted[known])
                self.counted[key] = self.counted.pop(least)
        self.counted[key] = self.counted.get(key, 0) + by


def _united(spread: Spread | None, other: Spread | None) -> Spread | None:
    if spread is not None and other is not None:
        spread.absorb(other)
    return spread or other

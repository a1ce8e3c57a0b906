"""Which posts belong together without a person having said so: by keys that each can hold once, never by search.

A key is claimed by creating a document with that id; who comes second reads who holds it. So the outcome depends on no
timing, partition or refresh, and two posts meet whichever comes first.
"""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from hashlib import blake2b
from itertools import pairwise

from schemas.mention import Mention, post_key
from schemas.triage import Triage
from text.courtesy import matter
from text.skeleton import skeleton

__all__ = ["JoinKeys", "is_bare_quote", "join_keys", "post_join_key"]

MIN_COPY_WORDS = 6
"""Shorter texts ("no water since morning") are said by many people about many taps: they are no copies."""

MAX_COPY_WORDS = 12
"""Copies agree in so many first words of matter: who passes a text on may add to its end ("now there is smoke")."""

MAX_BARE_WORDS = 2
"""A quote that adds at most so many words of matter says nothing of its own."""

_LOCATIVES = frozenset(skeleton("me mein par pe pas yahan wahan taraf ilake में पर पास यहां इलाके मध्ये madhe").split())
_TOO = frozenset(skeleton("bhi भी सुद्धा suddha देखील dekhil").split())
_ALSO = frozenset({"also", "additionally"})


@dataclass(frozen=True, slots=True)
class JoinKeys:
    """``read`` in order of how strongly they bind; ``claim`` are those that this post leaves for others.

    ``follows`` are the keys by which a post joins a case whatever the classifier says of it: its own conversation,
    the post it repeats.
    """

    read: tuple[str, ...]
    claim: tuple[str, ...]
    follows: frozenset[str]

    def only_follows(self) -> "JoinKeys":
        """For a post that is no complaint: it may follow a case, and leaves nothing for others to join."""
        return JoinKeys(tuple(key for key in self.read if key in self.follows), (), self.follows)


def post_join_key(platform: str, post_id: str) -> str:
    return f"post:{post_key(platform, post_id)}"


def is_bare_quote(mention: Mention, triage: Triage, place: str | None) -> bool:
    """Whether a quote only passes on what it quotes; one that names a place speaks of something else."""
    return mention.quote_of is not None and place is None and len(matter(triage.text)) <= MAX_BARE_WORDS


def join_keys(mention: Mention, triage: Triage, queue: str, place: str | None) -> JoinKeys:
    """The keys of one post that would go to ``queue``."""
    own = _threads(mention, triage, place)
    repeated = mention.repost_of or (mention.quote_of if is_bare_quote(mention, triage, place) else None)
    posts = [post_join_key(mention.platform, repeated)] if repeated else []
    posts.append(post_join_key(mention.platform, mention.id))
    days = _copy_days(mention, triage, queue, place)
    read = tuple(dict.fromkeys([*own, *posts, *days.values()]))
    today = days.get(mention.created_at.astimezone(UTC).date())
    claim = tuple(dict.fromkeys([*own, *posts, *([today] if today else [])]))
    return JoinKeys(read, claim, frozenset([*own, *posts]))


def _threads(mention: Mention, triage: Triage, place: str | None) -> list[str]:
    """The author's own thread; of a reply that complains of another place too, what they say of that place in it."""
    thread, own = (_conversation(mention, id) for id in (mention.conversation_id, mention.id))
    there = [] if place is None else [f"{thread} at {place}"]
    if mention.in_reply_to is None:
        return [thread, own, *there]
    return [*there, own] if there and triage.is_complaint and _says_also(triage.text) else [thread, own]


def _says_also(text: str) -> bool:
    """Whether something is said to be so elsewhere, too: "Lal Bagh me bhi". Not "abhi bhi", which is "still"."""
    words = skeleton(text).split()
    if not _ALSO.isdisjoint(words) or words[-1:] == [skeleton("too")]:
        return True
    return any(one in _LOCATIVES and other in _TOO for one, other in pairwise(words))


def _conversation(mention: Mention, conversation: str) -> str:
    """An author's own thread. The blank cannot be part of an id, so no two threads share a key."""
    return f"conversation:{mention.platform}:{conversation} {mention.author.id}"


def _copy_days(mention: Mention, triage: Triage, queue: str, place: str | None) -> dict[date, str]:
    """The copy keys of the day before, the day and the day after: either of two posts may be filed first."""
    words = matter(triage.text)
    if len(words) < MIN_COPY_WORDS:
        return {}
    digest = blake2b(" ".join(words[:MAX_COPY_WORDS]).encode(), digest_size=12).hexdigest()
    day = mention.created_at.astimezone(UTC).date()
    days = (day + timedelta(days=offset) for offset in (0, -1, 1))
    return {when: f"copy:{queue}:{triage.type}:{place or '-'}:{digest}:{when.isoformat()}" for when in days}

"""Legal hold on what a bundle of evidence holds: its posts stay, whatever is deleted or too old, until it is lifted.

A claim's hold is one record; each post under it is another, by which erasure and retention find it. A tombstone of a
post that is held waits as HELD, and is dug up when the last hold on it is lifted.
"""

from collections.abc import Collection, Sequence

from queues import tombstones
from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from schemas.handling import Hold

__all__ = ["HELD_POST_KIND", "HOLD_KIND", "held", "hold", "hold_on", "lift"]

HOLD_KIND = "claim-hold"
HELD_POST_KIND = "held-post"
_AT_ONCE = 500


def hold(state: StateStore, claim: str, made: Hold, posts: Sequence[str]) -> None:
    """Posts first, so that a kill in between leaves more held than is said, never less; a second hold adds to the
    first and its order counts. Raises StoreDownError."""
    for post in posts:
        _add(state, post, claim)
    known = state.get(HOLD_KIND, claim)
    kept = sorted({*posts, *(known.value["posts"] if known else ())})
    value = {"hold": made.model_dump(mode="json"), "posts": kept}
    if known is None:
        state.create(HOLD_KIND, claim, value)
    else:
        state.replace(known, value)


def hold_on(state: StateStore, claim: str) -> Hold | None:
    known = state.get(HOLD_KIND, claim)
    return None if known is None else Hold(**known.value["hold"])


def lift(state: StateStore, claim: str) -> None:
    """Lets what was to be erased meanwhile be erased; nothing when none is held. Raises StoreDownError."""
    known = state.get(HOLD_KIND, claim)
    if known is None:
        return
    for post in known.value["posts"]:
        _take(state, post, claim)
    while graves := state.scan(tombstones.KIND, state=tombstones.HELD, limit=_AT_ONCE):
        tombstones.dig_up(state, [grave.id for grave in graves])
    state.delete(known)


def held(state: StateStore, posts: Collection[str]) -> frozenset[str]:
    """Those of the posts (at most 10,000) that are under a hold."""
    return frozenset(state.get_many(HELD_POST_KIND, [*posts])) if posts else frozenset()


def _add(state: StateStore, post: str, claim: str) -> None:
    known = state.get(HELD_POST_KIND, post)
    try:
        if known is None:
            state.create(HELD_POST_KIND, post, {"claims": [claim]})
        elif claim not in known.value["claims"]:
            state.replace(known, {"claims": [*known.value["claims"], claim]})
    except (AlreadyExistsError, StaleError):
        _add(state, post, claim)


def _take(state: StateStore, post: str, claim: str) -> None:
    known = state.get(HELD_POST_KIND, post)
    if known is None:
        return
    left = [other for other in known.value["claims"] if other != claim]
    try:
        _write(state, known, left)
    except StaleError:
        _take(state, post, claim)


def _write(state: StateStore, known: StateRecord, claims: list[str]) -> None:
    if claims:
        state.replace(known, {"claims": claims})
    else:
        state.delete(known)

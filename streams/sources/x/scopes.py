"""What is read, as queries of X: who writes to a department's handles, who passes that on, what they answer, and what
the watch looks for by its terms.

Documented under "Build a rule" and "Build a query": the same operators hold for the rules of a stream and for search.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

__all__ = ["FIRST_TO_GO", "SCOPES", "Scope", "queries", "term_queries", "x_handles"]

_X_HANDLE = re.compile(r"[a-z0-9_]{1,15}")


class Scope(StrEnum):
    """``addressed``: posts to a handle; ``reposts``: reposts of such; ``own``: what a handle itself answers, so that
    a reply typed in the app of X is seen; ``terms``: what addresses none, and is for the watch alone. In order of how
    little we can do without them."""

    ADDRESSED = "addressed"
    OWN = "own"
    REPOSTS = "reposts"
    TERMS = "terms"


SCOPES = tuple(Scope)
FIRST_TO_GO = (Scope.REPOSTS, Scope.TERMS)
"""What waits when the rest of the budget is kept for posts to a handle."""

_FORM = {
    Scope.ADDRESSED: ("@{}", "({}) -is:retweet"),
    Scope.REPOSTS: ("@{}", "({}) is:retweet"),
    Scope.OWN: ("from:{}", "({}) is:reply"),
}


def x_handles(handles: Iterable[str]) -> list[str]:
    """Those that can be handles of X, sorted; a directory also names pages of other platforms."""
    return sorted(handle for handle in handles if _X_HANDLE.fullmatch(handle))


def queries(scope: Scope, handles: Sequence[str], most: int) -> list[str]:
    """As few queries of at most ``most`` characters as hold all handles in their order."""
    term, whole = _FORM[scope]
    found: list[str] = []
    terms: list[str] = []
    for each in (term.format(handle) for handle in handles):
        if terms and len(whole.format(" OR ".join([*terms, each]))) > most:
            found.append(whole.format(" OR ".join(terms)))
            terms = []
        terms.append(each)
    return [*found, whole.format(" OR ".join(terms))] if terms else found


def term_queries(places: Sequence[str], words: Sequence[str], most: int) -> list[str]:
    """As few queries of at most ``most`` characters as find every word beside every place (no places: anywhere)."""
    if not places:
        return _either(words, most)
    room = (most - 1) // 2
    return [f"{named} {said}" for named in _either(places, room) for said in _either(words, room)]


def _either(phrases: Sequence[str], most: int) -> list[str]:
    found: list[str] = []
    terms: list[str] = []
    for each in (f'"{phrase}"' for phrase in phrases):
        if terms and len(" OR ".join([*terms, each])) + 2 > most:
            found.append(f"({' OR '.join(terms)})")
            terms = []
        terms.append(each)
    return [*found, f"({' OR '.join(terms)})"] if terms else found

"""The terms of the full-text index: what a case is indexed under, and what a query asks for.

Every term is quoted, so nothing that a user types is ever syntax of FTS5.
"""

import re
from collections.abc import Iterable, Sequence

from queues.search import PREFIX_LETTERS, docket_key, docket_term, docket_terms, searchable
from schemas.case import Case
from text.skeleton import skeleton

__all__ = [
    "all_of",
    "any_of",
    "body",
    "docket_match",
    "handle_match",
    "place_match",
    "post_match",
    "tags",
    "word_matches",
]

_BETWEEN_PARTS = " \ue000 "
"""A private-use sign is a word to the index, and in no skeleton: no phrase reaches over it."""
_ESCAPE = "\ue001"
_ESCAPED = re.compile("[^0-9a-z]")


def body(case: Case) -> str:
    """The skeletons of a case, part by part."""
    return _BETWEEN_PARTS.join(filter(None, map(skeleton, searchable(case))))


def tags(case: Case) -> str:
    """The exact terms of a case: its posts, their authors' handles, its docket number and place."""
    terms = [_tag("post", post.key) for post in case.posts]
    terms += [_tag("handle", post.author.handle) for post in case.posts if post.author.handle]
    terms += [_tag("docket", key) for key in (docket_terms(case.docket) if case.docket else ())]
    terms += [_tag("place", case.place)] if case.place else []
    return " ".join(dict.fromkeys(terms))


def word_matches(words: Sequence[str], phrases: Sequence[str] = (), *, unfinished: bool) -> list[str]:
    """One expression for each word or phrase; none for what holds no letter.

    Words are compared by their skeletons; a "word" that is several to the index (e-mail) is a phrase, and one that
    may be a docket number is looked for as such, too. ``unfinished``: the last of ``words`` may be a beginning.
    """
    last = len(words) - 1
    found = [_word(word, prefix=unfinished and place == last) for place, word in enumerate(words)]
    return [*filter(None, found), *filter(None, map(_word, phrases))]


def post_match(key: str) -> str:
    return _tagged("post", key)


def handle_match(handle: str) -> str:
    return _tagged("handle", handle)


def place_match(place: str) -> str:
    return _tagged("place", place)


def docket_match(docket: str) -> str:
    """For a docket number, with or without dashes and office."""
    return _tagged("docket", docket_key(docket))


def all_of(matches: Iterable[str]) -> str:
    return " AND ".join(f"({match})" for match in dict.fromkeys(matches))


def any_of(matches: Iterable[str]) -> str:
    return " OR ".join(dict.fromkeys(matches))


def _word(word: str, *, prefix: bool = False) -> str:
    key = skeleton(word)
    if not key:
        return ""
    star = " *" if prefix and len(key.rpartition(" ")[2]) >= PREFIX_LETTERS else ""
    match = f"body : {_quoted(key)}{star}"
    docket = docket_term(word)
    return match if docket is None else f"{match} OR {_tagged('docket', docket)}"


def _tagged(kind: str, value: str) -> str:
    return f"tags : {_quoted(_tag(kind, value))}"


def _tag(kind: str, value: str) -> str:
    """One word to the index, a different one for each kind and value: what is no small letter or digit is escaped."""
    return f"{kind}{_ESCAPE}" + _ESCAPED.sub(lambda sign: f"{_ESCAPE}{ord(sign[0]):x}{_ESCAPE}", value)


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'

"""Small features that mean the same to every department: cues and their order, who is addressed, form of the post."""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

from classifiers.reading import CUT, LINK, OFFICE, PERSON, Reading, Token

__all__ = ["cue_features", "feature_hash", "is_bare"]

_FAR = 4
"""Tokens between two cues beyond which they are no pair."""

_LENGTHS = (0, 2, 4, 7, 11, 16, 24, 40, 80)


@lru_cache(maxsize=1 << 14)
def feature_hash(name: str) -> int:
    """The 64-bit hash of a named feature."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def is_bare(reading: Reading) -> bool:
    """Say whether a post is little more than handles, links and pictures: nothing to decide by."""
    return sum(token.is_word for token in reading.tokens) <= 2


def cue_features(reading: Reading) -> list[int]:
    """The hashes of a post's small features, each once."""
    return [feature_hash(name) for name in dict.fromkeys((*_cues(reading), *_addressing(reading), *_form(reading)))]


def _cues(reading: Reading) -> Iterator[str]:
    last: tuple[int, tuple[str, ...]] | None = None
    for place, token in enumerate(reading.tokens):
        if not token.cues:
            continue
        for cue in token.cues:
            yield f"cue {cue}"
            if last is not None and place - last[0] <= _FAR:
                for before in last[1]:
                    yield f"cue {before}>{cue}"
        last = (place, token.cues)
    if last is None:
        yield "no cue"


def _addressing(reading: Reading) -> Iterator[str]:
    """Who is addressed first and whether offices or persons are among them; how many says little of the matter."""
    forms = [token.form for token in reading.tokens]
    yield f"first {_sort(forms[0]) if forms else 'nothing'}"
    if forms:
        yield f"last {_sort(forms[-1])}"
    for name, form in (("office", OFFICE), ("person", PERSON)):
        yield f"{name} {form in reading.addressed}"


def _sort(form: str) -> str:
    return {OFFICE: "office", PERSON: "person", LINK: "link", "#": "tag", "rt": "repost", CUT: "cut"}.get(form, "word")


def _length(tokens: tuple[Token, ...]) -> int:
    words = sum(token.is_word for token in tokens)
    return sum(words > bound for bound in _LENGTHS)


def _form(reading: Reading) -> Iterator[str]:
    forms = [token.form for token in reading.tokens]
    yield f"length {_length(reading.tokens)}"
    for name, form in (("question", "?"), ("exclaim", "!"), ("tag", "#"), ("link", LINK)):
        count = forms.count(form)
        if count:
            yield f"{name} {min(count, 3)}"
    if forms and forms[0] == "rt":
        yield "repost"
    if reading.cut:
        yield "cut"
    for reference in reading.masked.references:
        yield f"reference {reference.kind}"
    for personal in reading.masked.personal:
        yield f"personal {personal.kind}"

"""A post as the model reads it: masked first, then normalised and cut into tokens.

Handles become one of two tokens (an office's, a person's), links one, numbers one for each length, so that nothing of
whom or which number is learnt. What a handle tells is kept apart: the kinds of department addressed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from classifiers.handles import kinds_of_handle
from classifiers.lexicon import cues_of
from schemas.directory import DepartmentKind
from text.mask import Masked, mask
from text.normalise import MARK, MARKS, hashtag_words, normalise, safe
from text.skeleton import skeleton_word

__all__ = ["CUT", "HANDLES", "LINK", "OFFICE", "PERSON", "Reading", "Token", "read"]

LONGEST = 4_000
"""Characters that the model reads of a post; no platform's ordinary posts are longer, and hostile ones stay cheap."""

OFFICE, PERSON, LINK, CUT = "\ue000", "\ue001", "\ue002", "…"
HANDLES = (OFFICE, PERSON)
"""Tokens for a department's handle, any other handle, a link, and a text cut off."""

_TOKEN = re.compile(
    rf"(?:https?://|www\.)\S*|@\w+|#[\w{MARKS}]+|\[[a-z]+\]|<[A-Z]+>|[^\W_]+(?:(?:{MARK}|['’](?=[^\W_]))[^\W_]*)*"
    r"|\.\.\.|[?!…]|[^\w\s,.:;()\[\]{}\"'“”‘’/|*&=+<>~^`$%@#\\-]"
)
_BROKEN_END = re.compile(r"(?<![A-Za-z\u00c0-\u024f])[\u00c2-\u00f4][\u0080-\u00bf\u20ac]{0,2}$")
"""The first bytes of a letter of another script whose rest was cut off, read as Latin letters: "जलà¤"."""

_NAMES_READ = 5
"""Handles of a post whose names are looked at."""

_PLACEHOLDERS = {"[phone]", "[aadhaar]", "[card]", "[pan]", "[email]", "[account]", "[upi]"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: how the model sees it, its skeleton, hashes of both, the cues it gives, and whether it is a word.

    ``name`` is the skeleton with its digits, which only the gazetteer sees.
    """

    form: str
    key: str
    name: str
    form_hash: int
    key_hash: int
    cues: tuple[str, ...]
    is_word: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A post ready for the model.

    ``masked.text`` is what may be shown; ``tokens`` what the model sees, where handles in a row are one; ``addressed``
    has the token of every handle; ``names`` are the words that the names of offices' handles are made of, kept apart
    so that only their topic can be learnt; ``cut`` says that the text ends in the middle.
    """

    masked: Masked
    tokens: tuple[Token, ...]
    addressed: tuple[str, ...]
    kinds: tuple[str, ...]
    names: tuple[Token, ...]
    cut: bool


def read(text: str, kinds: Sequence[str] = (), offices: frozenset[str] = frozenset()) -> Reading:
    """Read one post.

    ``kinds`` are the kinds of department known to be addressed; where none is known they are guessed from the
    handles' names. ``offices`` are handles (lower case) of departments, whatever they are called.
    """
    masked = mask(safe(text), department="railways" if DepartmentKind.RAILWAYS in kinds else None)
    seen = _BROKEN_END.sub(CUT, normalise(masked.text[:LONGEST]))
    found = _TOKEN.findall(seen)
    tokens: list[Token] = []
    addressed: list[str] = []
    guessed: dict[str, None] = {}
    names: list[Token] = []
    for raw in found:
        if raw[0] == "@" and len(raw) > 1:
            known = kinds_of_handle(raw)
            guessed.update(dict.fromkeys(known))
            handle = _OFFICE if known or raw[1:].lower() in offices else _PERSON
            if not tokens or tokens[-1].form not in HANDLES:
                tokens.append(handle)
            addressed.append(handle.form)
            if handle is _OFFICE and len(addressed) <= _NAMES_READ:
                names.extend(_name(raw))
        elif raw[0] == "#" and len(raw) > 1:
            tokens.extend(_hashtag(raw))
        else:
            tokens.append(_token(raw))
    kept = tuple(kinds) or tuple(kind for kind in guessed if kind != "office")
    return Reading(masked, tuple(tokens), tuple(addressed), kept, tuple(names), seen.endswith(("…", "...")))


@lru_cache(maxsize=1 << 15)
def _hashtag(raw: str) -> tuple[Token, ...]:
    return (_HASH, *(_token(word) for word in hashtag_words(raw[1:])))


@lru_cache(maxsize=1 << 12)
def _name(raw: str) -> tuple[Token, ...]:
    return tuple(_token(word) for part in raw[1:].split("_") for word in hashtag_words(part))


@lru_cache(maxsize=1 << 14)
def _token(raw: str) -> Token:
    if raw.startswith(("http://", "https://", "www.")):
        return _LINK
    if raw in _PLACEHOLDERS:
        return _symbol(raw)
    if raw.startswith("<") and len(raw) > 1:
        return _symbol("[number]")
    if raw == "...":
        raw = CUT
    word = raw.lower().replace("’", "'")
    if not word[0].isalnum():
        return _symbol(word)
    if any(letter.isdigit() for letter in word):
        return _number(word)
    plain = word.replace("'", "")
    key = skeleton_word(plain) or plain
    return Token(word, key, key, _hash("w", word), _hash("k", key), cues_of(word), is_word=True)


def _number(word: str) -> Token:
    digits = sum(letter.isdigit() for letter in word)
    letters = len(word) - digits
    shape = f"{min(digits, 6)}n" + ("a" if letters else "")
    return Token(
        "0" * min(digits, 6),
        shape,
        skeleton_word(word),
        _hash("w", shape),
        _hash("k", shape),
        ("number",),
        is_word=False,
    )


def _symbol(form: str) -> Token:
    return Token(form, form, "", _hash("w", form), _hash("k", form), cues_of(form), is_word=False)


def _hash(kind: str, form: str) -> int:
    data = f"{kind}:{form}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


_OFFICE, _PERSON, _LINK, _HASH = (_symbol(form) for form in (OFFICE, PERSON, LINK, "#"))

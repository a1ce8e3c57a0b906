"""The normal form of a post, and the form that is safe to store and show.

Posts are hostile: lone surrogates break UTF-8, NUL breaks C strings, bidi overrides reorder what a reader
sees, and thousands of combining marks on one letter hang a renderer (and make `unicodedata.normalize`
quadratic, so marks are cut before it is called). Every function here takes any `str`, never raises and is
linear in its length.
"""

import re
import unicodedata
from itertools import chain

MAX_MARKS = 4
"""Combining marks that one base may carry; no orthography in use needs more."""


_WHERE_MARKS_ARE = (range(0x20000), range(0xE0000, 0xE1000))
"""Planes 2 and 3 are ideographs, 4 to 13 are unassigned, 15 and 16 private: looking there, too, takes every process a
tenth of a second (tests/text/test_text.py looks)."""


def _marks() -> str:
    """All combining marks (general category M) as the inside of a character class."""
    points = [point for point in chain(*_WHERE_MARKS_ARE) if unicodedata.category(chr(point))[0] == "M"]
    ranges: list[list[int]] = []
    for point in points:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


MARKS = _marks()
"""Every combining mark, written to stand inside a regular expression's character class."""

MARK = rf"(?:(?![\w\s!-~])[{MARKS}])"
"""One combining mark, as a regular expression that looks first at what no mark is: beyond the basic plane MARKS is
compared range by range, which is slow."""

_SURROGATES = "\ud800-\udfff"
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff"
_BIDI_CONTROLS = "\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

_UNSAFE = re.compile(f"[{_SURROGATES}{_CONTROLS}{_BIDI_CONTROLS}]+")
_DROPPED = re.compile(f"[{_SURROGATES}{_CONTROLS}{_BIDI_CONTROLS}{_INVISIBLE}]+")
_ASCII_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]+")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_MARK_FLOOD = re.compile(f"([{MARKS}]{{{MAX_MARKS}}})[{MARKS}]+")
_RAW_MARK_FLOOD = re.compile(f"([{MARKS}]{{{2 * MAX_MARKS}}})[{MARKS}]+")
_STRETCHED = re.compile(r"([^\W\d_])\1\1+")
_REPEATED_MARK = re.compile(f"([{MARKS}])\\1+")
_LIKE_A_FLOOD = re.compile(rf"[^\w\s!-~]{{{MAX_MARKS + 1}}}")
_LIKE_A_REPEAT = re.compile(r"([^\w\s!-~])\1")
"""Where marks can be too many: no mark is a letter, a digit, a space or ASCII."""

_STRETCHED_ASCII = re.compile(r"([A-Za-z])\1\1+")

_WORD = re.compile(rf"[^\W_]+(?:{MARK}[^\W_]*)*")
_ADDRESS = re.compile(
    r"(?=[RHWPTY@])(?:(?<!\S)RT\s+@\w++\s*:?|(?:https?://|www\.)\S++|(?<![\w@.])@\w++"
    r"|\b(?:pic\.twitter\.com|t\.co|youtu\.be|wa\.me)/\S++)",
    re.IGNORECASE,
)
"""Looks first at what an address can begin with: it is tried at every letter."""
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def normalise(text: str) -> str:
    """Give a post's normal form: NFC, nothing invisible, stretched letters cut to two, single spaces.

    Nukta letters have one form (base and nukta, or the composed letter where NFC has one). Digits keep their
    script and letters their case. Idempotent; never raises.
    """
    if text.isascii():
        kept = _ASCII_CONTROLS.sub("", text)
        return " ".join(_STRETCHED_ASCII.sub(r"\1\1", kept).split())
    kept = _DROPPED.sub("", text)
    if _LIKE_A_FLOOD.search(kept):
        kept = _RAW_MARK_FLOOD.sub(r"\1", kept)
    composed = unicodedata.normalize("NFC", kept)
    if _LIKE_A_REPEAT.search(composed):
        composed = _REPEATED_MARK.sub(r"\1", composed)
    composed = _without_floods(composed)
    return " ".join(_STRETCHED.sub(r"\1\1", composed).split())


def safe(text: str) -> str:
    """Remove only what is dangerous or breaks storage; letters, joiners, emoji and line breaks stay.

    Lone surrogates, NUL and other controls, bidi embeddings, overrides and isolates, and mark floods go;
    every kind of line end becomes a newline. Idempotent; never raises.
    """
    # What Python calls printable has no control, surrogate, bidi sign or line end: most posts, told in no time.
    kept = text if text.isprintable() else _UNSAFE.sub("", _LINE_ENDS.sub("\n", text))
    return _without_floods(kept)


def _without_floods(text: str) -> str:
    return _MARK_FLOOD.sub(r"\1", text) if _LIKE_A_FLOOD.search(text) else text


def strip_addresses(text: str) -> str:
    """Remove handles, links and the "RT @name:" of a repost, and collapse the white space they leave.

    An e-mail address is not a handle and stays.
    """
    if "@" in text or "/" in text or "www." in text.lower():  # each address has one of these
        text = _ADDRESS.sub(" ", text)
    return " ".join(text.split())


def hashtag_words(tag: str) -> list[str]:
    """Split a hashtag, with or without its sign, at underscores, capitals and digits; the words keep their case.

    `#WaterCrisisSundarpur` gives Water, Crisis, Sundarpur; `#पानी_नहीं` gives पानी, नहीं.
    """
    return [part for word in _WORD.findall(normalise(tag)) for part in _split_camel(word)]


def words(text: str) -> list[str]:
    """Give the lower-cased words of a normalised text: letters with their combining marks, and digits.

    A word never breaks at a vowel sign. Punctuation, symbols and underscores separate words.
    """
    return _WORD.findall(text.lower())


def _split_camel(word: str) -> list[str]:
    return _CAMEL.findall(word) if word.isascii() and not word.islower() else [word]

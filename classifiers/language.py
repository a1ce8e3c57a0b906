"""The language of a post: by script where that settles it, by the model between languages of one script.

A post of mixed scripts has the language of the Indian script once a fair part of its words are in it: English words
stand inside a Hindi sentence far more often than the other way round. Too short to tell is ``und``, never a guess.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from classifiers.linear import Head
from classifiers.reading import Reading

__all__ = ["LANGUAGE_HEADS", "UNDETERMINED", "language_of", "main_script"]

UNDETERMINED = "und"

LANGUAGE_HEADS = {"Latn": "language Latn", "Deva": "language Deva"}
"""Scripts that several languages share here, and the head that tells them apart."""

_OF_SCRIPT = {
    "Gujr": "gu", "Guru": "pa", "Beng": "bn", "Orya": "or", "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml",
    "Arab": "ur", "Sinh": "si", "Thai": "th", "Cyrl": "ru", "Jpan": "ja", "Hang": "ko", "Hani": "zh", "Olck": "sat",
}  # fmt: skip
_NAMES = {
    "LATIN": "Latn", "DEVANAGARI": "Deva", "GUJARATI": "Gujr", "GURMUKHI": "Guru", "BENGALI": "Beng", "ORIYA": "Orya",
    "TAMIL": "Taml", "TELUGU": "Telu", "KANNADA": "Knda", "MALAYALAM": "Mlym", "ARABIC": "Arab", "SINHALA": "Sinh",
    "THAI": "Thai", "CYRILLIC": "Cyrl", "HIRAGANA": "Jpan", "KATAKANA": "Jpan", "HANGUL": "Hang", "CJK": "Hani",
    "OL": "Olck",
}  # fmt: skip
_ASSAMESE = set("ৰৱ")
_SINDHI = set("ٻڀٺٽٿڃڄڇڊڌڍڏڙڦڪڱڳڻ")

_ENOUGH_INDIAN = 0.3
"""Share of words in an Indian script from which the sentence is taken to be in it."""

_TELLING_WORDS = 2
"""Fewer words than these must be clear by themselves (``_CLEAR``)."""

_CLEAR = 0.85


def language_of(reading: Reading, heads: Mapping[str, Head], shares: Mapping[str, Sequence[float]]) -> str:
    """Give the BCP 47 code of a post's language, from the probabilities of its heads' labels."""
    script, words = main_script(reading)
    if script is None:
        return UNDETERMINED
    head = LANGUAGE_HEADS.get(script)
    if head is None:
        return _within_script(script, reading)
    share, label = max(zip(shares[head], heads[head].labels, strict=True))
    return UNDETERMINED if words < _TELLING_WORDS and share < _CLEAR else label


def main_script(reading: Reading) -> tuple[str | None, int]:
    """Give the script that carries a post and its number of words in it; (None, 0) without words."""
    counts: dict[str, int] = {}
    for token in reading.tokens:
        if token.is_word:
            script = _script(token.form[0])
            counts[script] = counts.get(script, 0) + 1
    total = sum(counts.values())
    if not total:
        return None, 0
    latin = counts.pop("Latn", 0)
    if counts:
        script, words = max(counts.items(), key=lambda item: item[1])
        if words >= _ENOUGH_INDIAN * total or not latin:
            return (script, words) if script in _OF_SCRIPT or script in LANGUAGE_HEADS else (None, 0)
    return "Latn", latin


def _within_script(script: str, reading: Reading) -> str:
    letters = {letter for token in reading.tokens for letter in token.form}
    if script == "Beng" and letters & _ASSAMESE:
        return "as"
    if script == "Arab" and letters & _SINDHI:
        return "sd"
    if script == "Hani" and any(_script(letter) == "Jpan" for letter in letters):
        return "ja"
    return _OF_SCRIPT[script]


@lru_cache(maxsize=1 << 12)
def _script(letter: str) -> str:
    return _NAMES.get(unicodedata.name(letter, "").split(" ")[0], "Zyyy")

"""What a post says, as hashed features: its words and pieces of words, and what they mean.

*Lexical* features are stems and letter triples of skeletons, so that copies, light rewrites and the same words in the
other script meet. *Meanings* are concepts, numbers, and the stems of words that the lexicon does not know (most names
of people and places), so that a claim told in other words or in another language may meet its original.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from alerts.concepts import concepts_of, is_filler, key_of, stem
from text.normalise import normalise, strip_addresses, words

__all__ = ["DIMENSIONS", "FIRST_WORD", "Ids", "Wording", "keys_said", "said", "wording_of"]

DIMENSIONS = 1 << 18
"""Hashed features: 256 k, at which two of a post's features meet once in thousands of posts."""

FIRST_WORD = DIMENSIONS // 2
"""Features from here on are words and letters; those below are concepts and numbers."""

MAX_LEXICAL = 96
MAX_MEANINGS = 32
MAX_WORDS = 80
"""Words of a post that count; a claim is told in fewer, and hostile text stays cheap."""

_CACHED_WORDS = 1 << 15

_FORWARDING = re.compile(
    r"""(?ix) \b(?: forwarded \s+ (?:as \s+ received|many \s+ times|message) | (?:please|pls|plz|kindly) \s+ (?:share|forward|rt|retweet)
    | (?:maximum|max|jyada \s+ se \s+ jyada|zyada \s+ se \s+ zyada) \s+ share (?:\s+ kar\w*)?
    | (?:share|forward|viral) \s+ (?:kar\w*|kijiye|this|to \s+ all|everyone|maximum) (?:\s+ (?:do|den|dein))?
    | (?:sab|sabhi) \s+ ko \s+ (?:bhej\w*|bata\w*) | copied | breaking (?:\s+ news)? | whatsapp \s+ (?:par|pe|pr) \s+ (?:aaya|mila) (?:\s+ hai)? )\b
    | (?:ज्यादा \s+ से \s+ ज्यादा \s+)? (?:शेयर|फॉरवर्ड|वायरल) \s+ (?:करें|करो|करे|कीजिए|करा|करना) | सबको \s+ (?:भेजो|भेजें|बताओ|बताएं)
    | फॉरवर्ड \s+ मैसेज | ब्रेकिंग (?:\s+ न्यूज)? """
)

_FORWARDED = (
    "forward", "share", "retweet", "please", "pls", "plz", "kindly", "viral", "bhej", "bata", "copied", "breaking",
    "whatsapp", "शेयर", "फॉरवर्ड", "वायरल", "सबको", "ब्रेकिंग",
)  # fmt: skip
"""One of these is in each such phrase: looking for them first is far cheaper."""

Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """A post's features, each list ascending and without repeats; ``numbers`` is a mask of those it names.

    Compared by identity, so that what follows from it can be kept while the post is in hand.
    """

    lexical: Ids
    meanings: Ids
    stems: Ids
    numbers: int

    def __bool__(self) -> bool:
        return bool(self.stems.size or self.meanings.size)


@dataclass(frozen=True, slots=True)
class _Word:
    stem: int
    lexical: tuple[int, ...]
    meanings: tuple[int, ...]
    number: str | None


def wording_of(text: str) -> Wording:
    """The features of any text; never raises. Linear in its length."""
    bare = said(text).replace("#", " ").replace("_", " ").lower()
    if any(word in bare for word in _FORWARDED):
        bare = _FORWARDING.sub(" ", bare)
    found = [known for word in words(bare)[:MAX_WORDS] if (known := _word(word)) is not None]
    return Wording(
        lexical=_ids([id for word in found for id in word.lexical], MAX_LEXICAL),
        meanings=_ids([id for word in found for id in word.meanings], MAX_MEANINGS),
        stems=_ids([word.stem for word in found], MAX_MEANINGS),
        numbers=_mask(word.number for word in found if word.number is not None),
    )


@lru_cache(maxsize=256)
def keys_said(text: str) -> frozenset[str]:
    """The keys (alerts/concepts.py) of the words that a post says; asked for several times while it is in hand."""
    return frozenset(map(key_of, words(said(text))[:MAX_WORDS]))


@lru_cache(maxsize=256)
def said(text: str) -> str:
    """A text in its normal form without handles and links; asked for several times while a post is in hand."""
    return strip_addresses(normalise(text))


def _ids(ids: Iterable[int], most: int) -> Ids:
    """The first ``most`` different ones, ascending."""
    kept = list(dict.fromkeys(ids))[:most]
    return np.array(sorted(kept), dtype=np.int32)


def _mask(numbers: Iterable[str]) -> int:
    """A set of numbers in 64 bits."""
    mask = 0
    for number in numbers:
        mask |= 1 << (crc32(number.encode()) % 64)
    return mask


@lru_cache(maxsize=1 << 14)
def _triple(letters: str) -> int:
    return _form(f"t:{letters}")


def _form(feature: str) -> int:
    return FIRST_WORD + crc32(feature.encode()) % FIRST_WORD


def _concept(name: str) -> int:
    return crc32(name.encode()) % FIRST_WORD


@lru_cache(maxsize=_CACHED_WORDS)
def _word(word: str) -> _Word | None:
    """A word counts for the first concept that it may stand for: with all of them two posts that share nothing but a
    place named after a garden, which may also be a tiger, would have three meanings in common."""
    skeleton = key_of(word)
    if not skeleton or is_filler(skeleton):
        return None
    number = str(int(word)) if word.isdecimal() and len(word) < 12 else None
    base = number or stem(skeleton)
    meanings = (number,) if number else concepts_of(skeleton)[:1]
    word_id = _form(f"w:{base}")
    padded = f"^{skeleton}$"
    triples = (_triple(padded[at : at + 3]) for at in range(len(padded) - 2))
    return _Word(
        stem=word_id,
        lexical=(word_id, *triples),
        meanings=tuple(map(_concept, meanings)) or (word_id,),
        number=number or next((name for name in meanings if name.isdecimal()), None),
    )

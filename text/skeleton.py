"""One search key for a word however it is spelt: बिजली, bijli, bijlee and "bijlii" meet in one skeleton.

A word is brought to rough Latin letters (`text.latin`), then folded: long and short vowels are one, so are
aspirated and plain consonants, s/sh, v/w, j/z, p/f and doubled letters; an "a" inside a word goes, since
romanised Hindi writes or drops it at will (karna, krna). Both stores index the same key, so they find the same.

The rules were tuned on tests/text/data/spellings.jsonl (words that must meet) against
tests/text/data/distinct_words.txt (words that must not); the measured shares and their floors stand in
tests/text/test_skeleton.py. `SKELETON_VERSION` must be raised with any change of a key, stores reindex by it.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from text.latin import to_latin
from text.normalise import normalise, words

SKELETON_VERSION = 1

_CACHED_WORDS = 1 << 14
_LONGEST_WORD = 64
"""Letters of a word that count, as key and as input: no word is longer, and hostile text stays cheap."""

# Words whose usual short spellings no general rule can join without joining other words too.
_IRREGULAR = {
    spelling: key
    for key, spellings in {
        "nahi": "nahin nai nhi nhin nahii naahi nahee nahe nhai nehi naheen",
        "raha": "rha rahaa",
        "rahi": "rhi rahee",
        "rahe": "rhe",
        "gaya": "gya gayaa",
        "pahle": "phle",
        "hun": "hu hoon",
        "bank": "baink benk",
        "hai": "hain hei he hein h",
        "mein": "main mei men mai me",
        "kya": "kyaa",
        "kyon": "kyun kyu kyo kyoon",
        "ganv": "gaon gaanv gaav gav",
        "chahiye": "chahie chaiye chahye chiye chaahie",
        "bahut": "bahot bohot bohut bhut bht bahoot",
        "kai": "kayi",
        "nayi": "nayee",
    }.items()
    for spelling in (*spellings.split(), key)
}

_VOWEL = "aeiou"
_CONSONANT = "bcdfghjklmnpqrstvwxyzC"
_REPEATED_LETTERS = re.compile(r"([^\W\d_])\1\1+")

# Each rule in order; "C" stands for ch, so that a later rule does not take its h. The first column is what a word must
# hold for its rule to change anything: looking for that costs a tenth of trying the rule.
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (needed, re.compile(pattern), replacement)
    for needed, pattern, replacement in (
        ("ee", "ee", "i"),
        ("oo", "oo", "u"),
        ("ch", "c+h+", "C"),
        ("ck", "ck", "k"),
        ("c", "c(?=[eiy])", "s"),
        ("c", "c", "k"),
        ("q", "q", "k"),
        ("x", "x", "ks"),
        ("w", "w", "v"),
        ("z", "z", "j"),
        ("f", "f", "p"),
        ("h", r"([bdfgjklmnprstv])h+", r"\1"),
        ("", r"([^\W\d_])\1+", r"\1"),
        ("eh", "eh(?=[bdgj-np-tvyCae])", "ah"),
        ("ah", "ah$", "a"),
        ("m", "m(?=[pb])", "n"),
        ("y", f"(?<=[{_VOWEL}])y(?=[ei])", ""),
        ("aiya", "aiya", "aya"),
        ("iya", "iya", "ia"),
        ("uva", "uv(?=a)", "u"),
        ("e", "y?e?ey?$", "e"),
        ("ou", "ou", "o"),
        ("hum", "^hum", "hm"),
        ("", "ai|ae|ei", "e"),
        ("au", "au", "o"),
        ("d", "(?<=[aeioubgkjmpstv])d(?!$)", "r"),
        ("r", f"([{_VOWEL}][{_CONSONANT}]+)[eo]r$", r"\1ar"),
        ("y", f"(?<=[{_CONSONANT}])y$", "i"),
        ("n", f"(?<=[{_VOWEL}])([{_CONSONANT}]*[{_VOWEL}])n$", r"\1"),
        ("a", r"([bdghj-np-tvyC])a(?!\1|y$)(?=[bdgj-np-tvyC])", r"\1"),
        ("ra", "(?<=[td]r)a$", ""),
    )
)


def skeleton(text: str) -> str:
    """Give the skeletons of a text's words, separated by single spaces.

    Takes any text (it is normalised here). Idempotent: the skeleton of a skeleton is itself.
    """
    return " ".join(filter(None, map(skeleton_word, words(normalise(text)))))


def skeleton_word(word: str) -> str:
    """Give the search key of one lower-cased word; empty when it holds no letter or digit."""
    if word.isascii() and word.isdecimal():  # its own key, and of numbers there is no end that a cache could hold
        return word[:_LONGEST_WORD]
    return _cached_key(word) if len(word) <= _LONGEST_WORD else _key(word)


def _key(word: str) -> str:
    """Fold until nothing changes, so that a key is its own key."""
    folded = _fold(word[:_LONGEST_WORD])
    while folded != word:
        word, folded = folded, _fold(folded[:_LONGEST_WORD])
    return folded


_cached_key: Callable[[str], str] = lru_cache(maxsize=_CACHED_WORDS)(_key)


def _fold(word: str) -> str:
    latin = _REPEATED_LETTERS.sub(r"\1\1", to_latin(word))
    irregular = _IRREGULAR.get(latin)
    if irregular is not None:
        return irregular
    for needed, pattern, replacement in _RULES:
        if needed in latin:
            latin = pattern.sub(replacement, latin)
    return latin.replace("C", "ch")

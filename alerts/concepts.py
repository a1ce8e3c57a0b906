"""What words mean, across languages: "kidnapped", "agva" and "अगवा" are one concept.

A small lexicon of what rumours and daily life are about (`concepts.txt`, hand-written) lets a claim that is told in
other words, or in another language, meet its original. Words are looked up by skeleton, else by stem, so that one
entry stands for scripts, spellings and endings.
"""

from functools import cache, lru_cache
from pathlib import Path

from text.skeleton import skeleton_word

__all__ = ["concepts_of", "is_filler", "key_of", "stem"]

_LEXICON = Path(__file__).with_name("concepts.txt")
_FILLERS = Path(__file__).with_name("fillers.txt")

_ENDINGS = ("kr", "iyon", "iyan", "ing", "ion", "yon", "on", "en", "an", "ed", "es", "at", "la", "li", "le", "s")
_SHORTEST_STEM = 3
_CACHED_WORDS = 1 << 14


@lru_cache(maxsize=_CACHED_WORDS)
def key_of(word: str) -> str:
    """The skeleton of a lower-cased word, an English plural counting as its singular."""
    plural = len(word) > 4 and word.isascii() and word.endswith("s") and not word.endswith("ss")
    return skeleton_word(word[:-1] if plural else word)


def stem(skeleton: str) -> str:
    """A skeleton without its commonest ending and its last vowels; never shorter than three letters."""
    for ending in _ENDINGS if skeleton.endswith(_ENDINGS) else ():
        if skeleton.endswith(ending) and len(skeleton) - len(ending) >= _SHORTEST_STEM:
            skeleton = skeleton[: -len(ending)]
            break
    bare = skeleton.rstrip("aeiouy")
    return bare if len(bare) >= _SHORTEST_STEM else skeleton


@cache
def _fillers() -> frozenset[str]:
    return frozenset(key_of(word) for line in _lines(_FILLERS) for word in line.split())


def is_filler(skeleton: str) -> bool:
    return skeleton in _fillers()


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@cache
def _lexicon() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Concepts by skeleton and by stem."""
    by_skeleton: dict[str, dict[str, None]] = {}
    by_stem: dict[str, dict[str, None]] = {}
    for line in _lines(_LEXICON):
        name, _, words = line.partition(":")
        for word in words.split():
            key = key_of(word)
            by_skeleton.setdefault(key, {})[name] = None
            by_stem.setdefault(stem(key), {})[name] = None
    return _frozen(by_skeleton), _frozen(by_stem)


def _frozen(table: dict[str, dict[str, None]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(names) for key, names in table.items()}


@lru_cache(maxsize=_CACHED_WORDS)
def concepts_of(skeleton: str) -> tuple[str, ...]:
    """The concepts a word may stand for, at most three; none for a word the lexicon does not know."""
    by_skeleton, by_stem = _lexicon()
    return (by_skeleton.get(skeleton) or by_stem.get(stem(skeleton), ()))[:3]

"""Finds the words and phrases of named groups in a post, whatever their script and spelling.

A word list is a text of entries: a word, a stem (``pothole*``), or a phrase (``street_light``). Entries meet a post by
their skeletons; words of up to three letters only as they are written, since their skeletons are too many words'.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from classifiers.reading import Token
from text.skeleton import skeleton_word

__all__ = ["Phrasebook"]

_LONGEST_LITERAL = 3
_SHORTEST_STEM = 3
_MOST_CACHED = 1 << 15
_VOWELS = "aeiou"

Phrase = tuple[tuple[str, ...], str]
Entry = TypeVar("Entry")

_Known = tuple[tuple[str, ...], tuple[Phrase, ...]]
_NOTHING: _Known = ((), ())
"""What most words begin: none of the groups, no phrase."""


class Phrasebook:
    """Groups of words, ready to be found. A word costs one look-up once it was seen."""

    def __init__(self, groups: Mapping[str, str]) -> None:
        self._words: dict[str, tuple[str, ...]] = {}
        self._stems: dict[str, tuple[str, ...]] = {}
        self._phrases: dict[str, tuple[Phrase, ...]] = {}
        self._seen: dict[str, _Known] = {}
        for group, entries in groups.items():
            for entry in entries.split():
                self._add(entry, group)

    def find(self, tokens: Sequence[Token]) -> list[tuple[int, str]]:
        """Give (place of the token, group) for each match, in order of place."""
        seen = self._seen
        met = [(place, known) for place, token in enumerate(tokens) if (known := seen.get(token.form)) is not _NOTHING]
        found: list[tuple[int, str]] = []
        for place, known in met:
            groups, phrases = self._look_up(tokens[place]) if known is None else known
            found.extend((place, group) for group in groups)
            for rest, group in phrases:
                following = tokens[place + 1 : place + 1 + len(rest)]
                if len(following) == len(rest) and all(t.key == key for t, key in zip(following, rest, strict=True)):
                    found.append((place, group))
        return found

    def _add(self, entry: str, group: str) -> None:
        parts = entry.strip("_").split("_")
        if len(parts) > 1:
            keys = tuple(_key(part.rstrip("*")) for part in parts)
            self._phrases[keys[0]] = _with(self._phrases.get(keys[0], ()), (keys[1:], group))
        elif entry.endswith("*"):
            stem = _key(entry[:-1]).rstrip(_VOWELS)
            kept, table = (stem, self._stems) if len(stem) >= _SHORTEST_STEM else (_key(entry[:-1]), self._words)
            table[kept] = _with(table.get(kept, ()), group)
        else:
            key = entry if len(entry) <= _LONGEST_LITERAL else _key(entry)
            self._words[key] = _with(self._words.get(key, ()), group)

    def _look_up(self, token: Token) -> _Known:
        known = self._begun_by(token) if token.is_word else _NOTHING
        if len(self._seen) < _MOST_CACHED:
            self._seen[token.form] = known
        return known

    def _begun_by(self, token: Token) -> _Known:
        short = len(token.form) <= _LONGEST_LITERAL
        groups = dict.fromkeys(self._words.get(token.form if short else token.key, ()))
        for end in range(_SHORTEST_STEM, len(token.key) + 1):
            groups.update(dict.fromkeys(self._stems.get(token.key[:end], ())))
        phrases = self._phrases.get(token.key, ())
        return (tuple(groups), phrases) if groups or phrases else _NOTHING


def _key(word: str) -> str:
    return skeleton_word(word) or word


def _with(have: tuple[Entry, ...], new: Entry) -> tuple[Entry, ...]:
    return have if new in have else (*have, new)

"""Places of the directory that a text may name: names and aliases in any script, wards by number, PIN codes.

Names meet by skeleton, so सुंदरपुर, Sundarpur and "sundarpoor" are one; case endings of Hindi and Marathi written onto
a name (सुंदरपुरात) and one wrong, missing or extra letter are forgiven in longer names. The longest match wins.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from classifiers.lexicon import cues_of
from classifiers.reading import Reading, Token
from schemas.directory import Directory, Place, PlaceKind
from schemas.triage import PlaceCandidate
from text.skeleton import skeleton

__all__ = ["Gazetteer"]

_LONGEST_NAME = 4
_FORGIVING_LENGTH = 6
"""Letters of a skeleton from which a slip or an ending is forgiven; shorter names are too like ordinary words."""

_ENDINGS = (
    "t", "at", "la", "chi", "che", "cha", "chya", "hun", "madhe", "madhil", "madye", "til", "s", "var", "ne", "val",
    "vale", "vali", "vala", "vasi", "kr", "kar",
)  # fmt: skip
_EXACT, _ENDED, _SLIP, _PIN, _WARD = 0.9, 0.75, 0.6, 0.8, 0.9
_AMBIGUOUS = 0.5
"""Factor for a name that several places share, or that is an ordinary word."""

_WORDS_KEPT = 1 << 14
"""Words of which it is remembered whether they are a name with an ending or a slip."""

_NEAR_CUE = 0.06
"""Added where a word such as "near", "पास" or "station" stands beside the name."""

_NARROWEST = {
    kind: rank
    for rank, kind in enumerate(
        (
            PlaceKind.LANDMARK, PlaceKind.STATION, PlaceKind.LOCALITY, PlaceKind.WARD, PlaceKind.VILLAGE,
            PlaceKind.TOWN, PlaceKind.TEHSIL, PlaceKind.DISTRICT,
        )
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    codes: tuple[str, ...]
    confidence: float


class Gazetteer:
    """The places of a directory, ready to be found in texts. Immutable once made."""

    def __init__(self, directory: Directory | None) -> None:
        self._places: dict[str, Place] = dict(directory.place_by_code) if directory else {}
        self._names: dict[tuple[str, ...], tuple[str, ...]] = _index(self._places.values())
        self._first = {name[0] for name in self._names}
        self._slips: dict[str, set[str]] = defaultdict(set)
        for name in self._names:
            if len(name) == 1 and len(name[0]) >= _FORGIVING_LENGTH:
                for shorter in _shortened(name[0]):
                    self._slips[shorter].add(name[0])
        self._meant = lru_cache(maxsize=_WORDS_KEPT)(self._like)
        self._pins: dict[str, list[str]] = defaultdict(list)
        for place in self._places.values():
            for pin in place.pins:
                self._pins[pin].append(place.code)

    def find(self, reading: Reading) -> tuple[PlaceCandidate, ...]:
        """Give the places that a post may name, best first; of equals the narrower one."""
        if not self._places:
            return ()
        best: dict[str, PlaceCandidate] = {}
        for match in (*self._named(reading.tokens), *self._pin_codes(reading)):
            words = " ".join(token.form for token in reading.tokens[match.start : match.end])
            self._keep(best, match, words)
        return tuple(sorted(best.values(), key=self._rank))

    def _keep(self, best: dict[str, PlaceCandidate], match: _Match, words: str) -> None:
        for code in match.codes:
            held = best.get(code)
            if held is None or held.confidence < match.confidence:
                best[code] = PlaceCandidate(code=code, confidence=match.confidence, matched=words)

    def _rank(self, candidate: PlaceCandidate) -> tuple[float, int, str]:
        return -candidate.confidence, _NARROWEST[self._places[candidate.code].kind], candidate.code

    def _named(self, tokens: Sequence[Token]) -> Iterator[_Match]:
        start = 0
        while start < len(tokens):
            match = self._match_at(tokens, start)
            if match is None:
                start += 1
                continue
            yield match
            start = match.end

    def _match_at(self, tokens: Sequence[Token], start: int) -> _Match | None:
        first = tokens[start].name
        if not first:
            return None
        if first in self._first:
            for size in range(min(_LONGEST_NAME, len(tokens) - start), 0, -1):
                name = tuple(token.name for token in tokens[start : start + size])
                codes = self._names.get(name)
                if codes:
                    return self._match(tokens, start, start + size, codes, _EXACT)
        return self._forgiven(tokens, start)

    def _forgiven(self, tokens: Sequence[Token], start: int) -> _Match | None:
        word = tokens[start].name
        if not tokens[start].is_word or len(word) < _FORGIVING_LENGTH:
            return None
        meant = self._meant(word)
        return self._match(tokens, start, start + 1, *meant) if meant else None

    def _like(self, word: str) -> tuple[tuple[str, ...], float] | None:
        """The places whose name a word is but for an ending or a slip, and how surely."""
        for ending in _ENDINGS:
            codes = self._names.get((word.removesuffix(ending),)) if word.endswith(ending) else None
            if codes and len(word) - len(ending) >= _FORGIVING_LENGTH - 1:
                return codes, _ENDED
        for shorter in (word, *_shortened(word)):
            for name in sorted(self._slips.get(shorter, ())):
                if name[0] == word[0]:
                    return self._names[(name,)], _SLIP
        return None

    def _match(
        self, tokens: Sequence[Token], start: int, end: int, codes: tuple[str, ...], confidence: float
    ) -> _Match:
        if len(codes) > 1 or (end - start == 1 and cues_of(tokens[start].form)):
            confidence *= _AMBIGUOUS
        beside = (*tokens[max(0, start - 2) : start], *tokens[end : end + 2])
        if any("where" in token.cues for token in beside):
            confidence += _NEAR_CUE
        return _Match(start, end, codes, min(1.0, confidence))

    def _pin_codes(self, reading: Reading) -> Iterator[_Match]:
        for place, token in enumerate(reading.tokens):
            codes = self._pins.get(token.name)
            if codes:
                share = _PIN if len(codes) == 1 else _PIN * _AMBIGUOUS
                yield _Match(place, place + 1, tuple(codes), share)


def _index(places: Iterable[Place]) -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for place in places:
        for spelling in (place.name.en, place.name.hi, place.name.mr, *place.aliases):
            name = tuple(skeleton(spelling or "").split())[:_LONGEST_NAME]
            if name:
                found[name][place.code] = None
    return {name: tuple(codes) for name, codes in found.items()}


def _shortened(word: str) -> tuple[str, ...]:
    """The word with each one letter left out: two words a slip apart share one of these or one is the other's."""
    return tuple(word[:place] + word[place + 1 :] for place in range(len(word)))

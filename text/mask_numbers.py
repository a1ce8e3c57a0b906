"""Judge every number of a text: a reference, a personal number, or neither."""

import re
from collections.abc import Iterator, Sequence

from text.cues import JOURNEY_WORDS, cue_of
from text.mask_context import Announced, announced_after, announced_before, tokens_of
from text.mask_forms import continues_list, reference_at, vehicle_at
from text.mask_personal import personal_at
from text.mask_spans import Span

RAILWAYS = "railways"

_DIGIT = re.compile(r"\d")
_CODE_LETTERS = re.compile(r"(?<![A-Za-z\d])[A-Za-z][A-Za-z/_-]*\Z")
_LONGEST_CODE_LETTERS = 16
_WORDS_REACH = 56
"""Characters before a number in which its words are sought."""
_OWN_MEANING = 4
"""Digits from which a number ends the words that count for the next; a shorter one is too common."""
_READ_FOR_DEPARTMENT = 4000
"""Characters in which words are sought that keep a lone number in a railway post from being a PNR."""


def find_numbers(text: str, walls: Sequence[Span], department: str | None) -> Iterator[Span]:
    """Give the references and personal numbers of a text outside its walls, in order of place."""
    start = 0
    for wall in (*walls, Span(len(text), len(text), "", "")):
        yield from _Stretch(text, start, wall.start, railways=department == RAILWAYS).spans()
        start = wall.end


class _Stretch:
    """The part of a text between two walls, read from left to right."""

    def __init__(self, text: str, start: int, end: int, *, railways: bool) -> None:
        self._text = text
        self._end = end
        self._railways = railways
        self._position = start  # all before it is judged
        self._words_from = start  # words before it belong to an earlier number
        self._last = Span(start, start, "", "")

    def spans(self) -> Iterator[Span]:
        """Give what is a reference or personal; numbers that are neither are passed over."""
        while found := _DIGIT.search(self._text, self._position, self._end):
            span = self._judge(found.start())
            if span.kind:
                yield span
            if span.kind or span.end - span.start >= _OWN_MEANING:
                self._words_from = span.end
                self._last = span
            self._position = span.end

    def _judge(self, start: int) -> Span:
        text, end = self._text, self._end
        vehicle = vehicle_at(text, self._position, start, end)
        if vehicle is not None:
            return vehicle
        code_start = self._code_start(start)
        announced = self._announced(code_start, start)
        for each in announced:
            reference = reference_at(each, text, (code_start, start), end)
            if reference is not None:
                return reference
        span = personal_at(text, code_start, start, end, announced[0].kind if announced else "")
        return span if announced else self._perhaps_pnr(span)

    def _code_start(self, start: int) -> int:
        """Give where the letters of a code such as CMP/2024/1 begin; a cue written on to its number is not in it."""
        letters = _CODE_LETTERS.search(self._text, max(self._position, start - _LONGEST_CODE_LETTERS), start)
        if letters is None:
            return start
        cue = cue_of(letters[0].rstrip("_-").lower())
        return start if cue is not None and not cue.weak else letters.start()

    def _announced(self, code_start: int, start: int) -> list[Announced]:
        """Give what the words beside a number say it is, the most trusted first."""
        text = self._text
        before = announced_before(text[max(self._words_from, code_start - _WORDS_REACH) : code_start], self._railways)
        if before is None and continues_list(self._last.kind, text[self._last.end : code_start]):
            before = Announced(self._last.kind, numbered=True, listed=True)
        if before is not None and before.kind not in {"ward", "pole", "fir"}:
            return [before]
        after = announced_after(text, start, self._end)
        return [each for each in (before, after) if each is not None]

    def _perhaps_pnr(self, span: Span) -> Span:
        """Read a ten-digit number that no word explains, in a post to the railways, as the PNR it mostly is.

        One that could be a mobile number needs a word about a journey, and a text that speaks of phones has no PNR
        but those it names.
        """
        if not self._railways or len(span.value) != 10 or span.value[0] not in "2345678":
            return span
        heard = tokens_of(self._text[:_READ_FOR_DEPARTMENT])
        if any(cue is not None and cue.kind in {"phone", "pnr"} for cue in map(cue_of, heard)):
            return span
        if span.kind == "phone" and JOURNEY_WORDS.isdisjoint(heard):
            return span
        return Span(span.start, span.end, "pnr", span.value)

"""Mask personal numbers in a post and name the numbers an office works with.

A number is a typed reference (PNR, consumer number, ward …) when its form and a word beside it say so; it stays.
Phone, Aadhaar, card, PAN, account, e-mail and UPI values are replaced by a placeholder such as "[phone]".
A long number that nothing explains is masked: a lost reference costs a question, a leaked number cannot be undone.
Digits of any script, and digits split by spaces, dots, dashes or invisible characters, are read as digits;
numbers spelt in words ("nine eight …") are out of scope.

Each number is judged by the words between it and its neighbours, which masking does not change: so masking a
masked text changes nothing. All work is bounded for each number, so the whole is linear in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from text.mask_addresses import find_addresses
from text.mask_numbers import find_numbers
from text.mask_spans import Span


@dataclass(frozen=True, slots=True)
class Reference:
    """A number an office works with.

    `kind` is pnr, consumer, application, complaint, utr, fir, docket, vehicle, pole, ward, train or pin (postal
    code). `value` has ASCII digits, capitals and no inner spaces; `start` and `end` count characters of the masked
    text.
    """

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Personal:
    """A value that was masked: `kind` is phone, aadhaar, card, pan, email, account or upi.

    `value` is compact (no separators, ASCII digits) and left out of the repr, which ends up in logs.
    """

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal numbers, the references that stayed in it, and what was taken out, in order."""

    text: str
    references: tuple[Reference, ...]
    personal: tuple[Personal, ...]


_WORTH_READING = re.compile(r"\d|[\w.]@")


def mask(text: str, *, department: str | None = None) -> Masked:
    """Mask the personal numbers of a text and type the references in it.

    `department` is a department's code; "railways" lets a lone ten-digit number be a PNR. Idempotent on its own
    output; never raises; linear in the length of the text.
    """
    if _WORTH_READING.search(text) is None:
        return Masked(text, (), ())
    personal: list[Personal] = []
    while True:
        spans = _find(text, department)
        found = [span for span in spans if span.personal]
        if not found:
            break
        personal.extend(Personal(span.kind, span.value) for span in found)
        text = "".join(_pieces(text, found))
    return Masked(
        text, tuple(Reference(span.kind, span.value, span.start, span.end) for span in spans), tuple(personal)
    )


def _find(text: str, department: str | None) -> list[Span]:
    walls = find_addresses(text)
    return sorted(
        [span for span in walls if span.personal] + list(find_numbers(text, walls, department)),
        key=lambda span: span.start,
    )


def _pieces(text: str, found: list[Span]) -> Iterator[str]:
    end = 0
    for span in found:
        yield text[end : span.start]
        yield f"[{span.kind}]"
        end = span.end
    yield text[end:]

"""How a classifier does on parts of the rows, and what it gets wrong."""

from collections.abc import Iterable, Iterator, Sequence

from classifiers.corpus import Row
from classifiers.reading import read
from classifiers.report import Part, Wrong
from schemas.triage import Triage

__all__ = ["by_kind", "by_language", "errors_of"]

NO_KIND = "none named"


def by_language(rows: Sequence[Row], triages: Sequence[Triage]) -> dict[str, Part]:
    """By the language that rows are labelled with, most rows first."""
    return _parts(rows, triages, ((row.language,) if row.language else () for row in rows))


def by_kind(rows: Sequence[Row], triages: Sequence[Triage]) -> dict[str, Part]:
    """By the kinds of department that the handles in a post speak of; a post counts for each that it names."""
    return _parts(rows, triages, (read(row.text).kinds or (NO_KIND,) for row in rows))


def errors_of(rows: Sequence[Row], triages: Sequence[Triage]) -> tuple[Wrong, ...]:
    """Wrong complaint decisions, then wrong types of complaints; the surest first."""
    numbered = [(number, *one) for number, one in enumerate(zip(rows, triages, strict=True), 1)]
    found = (list(wrong(numbered)) for wrong in (_wrong_complaints, _wrong_types))
    return tuple(error for errors in found for error in sorted(errors, key=lambda each: (-each.share, each.row)))


def _parts(rows: Sequence[Row], triages: Sequence[Triage], names: Iterable[Sequence[str]]) -> dict[str, Part]:
    found: dict[str, list[tuple[Row, Triage]]] = {}
    for row, triage, its in zip(rows, triages, names, strict=True):
        for name in its:
            found.setdefault(name, []).append((row, triage))
    return {name: _part(ones) for name, ones in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))}


def _part(ones: Sequence[tuple[Row, Triage]]) -> Part:
    known = [((row.complaint == "yes") is triage.is_complaint, triage) for row, triage in ones if row.complaint]
    return Part(
        rows=len(ones),
        complaint_right=_mean([right for right, _ in known]),
        type_right=_mean([row.type == triage.type for row, triage in ones if row.complaint == "yes" and row.type]),
        decided=_mean([not triage.needs_human for _, triage in ones]) or 0.0,
        decided_right=_mean([right for right, triage in known if not triage.needs_human]),
    )


def _mean(held: Sequence[bool]) -> float | None:
    return sum(held) / len(held) if held else None


def _wrong_complaints(numbered: Iterable[tuple[int, Row, Triage]]) -> Iterator[Wrong]:
    for number, row, triage in numbered:
        said = "yes" if triage.is_complaint else "no"
        if row.complaint is not None and row.complaint != said:
            share = triage.complaint if triage.is_complaint else 1 - triage.complaint
            yield _wrong(number, triage, ("complaint", row.complaint, said), share)


def _wrong_types(numbered: Iterable[tuple[int, Row, Triage]]) -> Iterator[Wrong]:
    for number, row, triage in numbered:
        if row.complaint == "yes" and row.type is not None and row.type != triage.type:
            yield _wrong(number, triage, ("type", row.type, triage.type), triage.type_confidence)


def _wrong(row: int, triage: Triage, what: tuple[str, str, str], share: float) -> Wrong:
    head, label, said = what
    return Wrong(row=row, head=head, label=label, said=said, share=share, text=triage.text, because=triage.because)

"""To whom a case that nobody has is given. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.case import Case
from schemas.directory import Directory
from schemas.offices import AssignBy, Assignment

__all__ = ["Officer", "chosen"]


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody on duty. ``queues`` None: all; of ``places`` and ``languages`` nothing known: any. ``sealed``:
    they may have sealed cases."""

    name: str
    queues: frozenset[str] | None = None
    places: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    sealed: bool = False


def chosen(  # noqa: PLR0913, PLR0917 - all that a choice depends on
    case: Case,
    officers: Sequence[Officer],
    loads: Mapping[str, int],
    rule: Assignment,
    directory: Directory,
    last: str,
) -> Officer | None:
    """Who gets the case; None when nobody who fits has room. ``loads`` are open cases by officer, ``last`` is who had
    the last turn. Of those who fit, the ones who cover the innermost place, or speak the language, come first."""
    able = [o for o in officers if loads.get(o.name, 0) < rule.capacity]
    able = [o for o in able if (o.queues is None or case.queue in o.queues) and (o.sealed or not case.is_sealed)]
    if "place" in rule.fit:
        able = _nearest(able, directory.around(case.place))
    if "language" in rule.fit:
        able = _speaking(able, case.language)
    if not able:
        return None
    if rule.by is AssignBy.ROUND_ROBIN:
        return min(able, key=lambda officer: (officer.name <= last, officer.name))
    return min(able, key=lambda officer: (loads.get(officer.name, 0), officer.name))


def _nearest(officers: Sequence[Officer], around: Sequence[str]) -> list[Officer]:
    """Of a place that is not known everybody may be nearest."""
    if not around:
        return [*officers]
    steps = {
        officer.name: next((step for step, place in enumerate(around) if place in officer.places), None)
        for officer in officers
    }
    least = min((step for step in steps.values() if step is not None), default=None)
    return [o for o in officers if steps[o.name] == least and (least is not None or not o.places)]


def _speaking(officers: Sequence[Officer], language: str) -> list[Officer]:
    base = language.partition("-")[0]
    if base == "und":
        return [*officers]
    able = [officer for officer in officers if base in officer.languages]
    return able or [officer for officer in officers if not officer.languages]

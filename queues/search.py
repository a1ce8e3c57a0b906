"""The one box that people search with: words, "phrases", -exclusions and filters such as ``type:roads``.

``-word`` and ``-"two words"`` leave out. Without ``status:`` or ``is:any`` only open cases are found. A value may
stand in double quotes, and several in a row with commas: ``type:roads,sanitation``.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any

from queues.store import CaseQuery, Sort
from schemas.case import OPEN_STATUSES, Case, Status
from schemas.clocks import Promise
from schemas.labels import ComplaintType, Urgency
from text.normalise import safe

__all__ = [
    "FILTERS",
    "LONGEST_QUERY",
    "MOST_PARTS",
    "PREFIX_LETTERS",
    "QueryError",
    "docket_key",
    "docket_term",
    "docket_terms",
    "parse_query",
    "searchable",
]

LONGEST_QUERY = 1000
"""Characters."""
MOST_PARTS = 50
"""Words, phrases and filters."""
PREFIX_LETTERS = 3
"""From so many letters the last word also finds longer ones: somebody is still typing it."""
_SHOWN = 60
_OFFERED = 40
_INDEXED_CHARACTERS = 5000
"""Of each post: more than any platform's ordinary post, so that one hostile post cannot slow an index down."""

_DOCKET = re.compile(r"[a-z]{0,6}[0-9a-z]{12}")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


class QueryError(ValueError):
    """What somebody typed is no query; the message names the part and what would be allowed."""


def docket_key(docket: str) -> str:
    """A docket number as it is compared: without dashes, blanks and case."""
    return _NOT_ALPHANUMERIC.sub("", docket).lower()


def docket_terms(docket: str) -> tuple[str, str]:
    """What finds a docket number besides words: its key with and without the office before it."""
    return docket_key(docket), docket_key(docket.partition("-")[2])


def docket_term(word: str) -> str | None:
    """The term for a word that may be a docket number, with or without dashes and office; None when it cannot."""
    key = docket_key(word)
    return key if _DOCKET.fullmatch(key) else None


def searchable(case: Case) -> Iterator[str]:
    """The parts of a case in which words are looked for, by their skeletons; a phrase never spans two of them."""
    for post in case.posts:
        yield post.text[:_INDEXED_CHARACTERS]
    if case.place is not None:
        yield case.place


_PART = re.compile(
    r"""
    (?P<minus>-?)
    (?:(?P<filter>[A-Za-z]+):(?!//))?          # not the colon of an address
    (?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+)|(?P<nothing>(?<=:)))
    """,
    re.VERBOSE,
)
_OPEN = tuple(status for status in Status if status in OPEN_STATUSES)
_HANDLE = re.compile(r"[a-z0-9_.\-]{1,64}")
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}")


@dataclass(slots=True)
class _Reading:
    """What was understood so far."""

    zone: tzinfo
    now: datetime | None
    queues: Collection[str] | None
    places: Collection[str] | None
    found: dict[str, list[Any]] = field(default_factory=dict)
    single: dict[str, Any] = field(default_factory=dict)
    any_status: bool = False

    def add(self, name: str, *values: object) -> None:
        kept = self.found.setdefault(name, [])
        kept.extend(value for value in values if value not in kept)

    def set(self, name: str, value: object) -> None:
        if self.single.setdefault(name, value) != value:
            raise QueryError("it can be given only once")


def parse_query(
    text: str,
    *,
    zone: tzinfo = UTC,
    now: datetime | None = None,
    queues: Collection[str] | None = None,
    places: Collection[str] | None = None,
) -> CaseQuery:
    """Reads what somebody typed. Days are those of ``zone``; ``before:`` a day is until it begins, ``after:`` from
    its beginning on. ``is:late`` is measured by ``now`` (None: it is refused). ``queues`` and ``places`` are the codes
    that may be named; None: any.

    Raises QueryError, and nothing else, whatever ``text`` holds.
    """
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"the query has {len(text)} characters; at most {LONGEST_QUERY} are read")
    parts = [match for match in _PART.finditer(text) if match.group().strip()]
    if len(parts) > MOST_PARTS:
        raise QueryError(f"the query has {len(parts)} words and filters; at most {MOST_PARTS} are read")
    reading = _Reading(zone, now, queues, places)
    for part in parts:
        try:
            _read(part, reading)
        except QueryError as error:
            raise QueryError(f"{safe(part.group())[:_SHOWN]}: {error}") from None
    fields: dict[str, Any] = {name: tuple(values) for name, values in reading.found.items()} | reading.single
    if not reading.any_status:
        fields.setdefault("statuses", _OPEN)
    return CaseQuery(**fields)


def _read(part: re.Match[str], reading: _Reading) -> None:
    name, quoted, bare = part["filter"], part["quoted"], part["bare"]
    value = bare if quoted is None else quoted
    if name is not None:
        _read_filter(name.lower(), value or "", reading, minus=bool(part["minus"]))
    elif part["minus"]:
        reading.add("without", value)
    elif quoted is not None:
        reading.add("phrases", value)
    elif bare.startswith("@") and _HANDLE.fullmatch(bare[1:].lower()):
        reading.set("handle", bare[1:].lower())
    else:
        reading.add("text", value)


def _read_filter(name: str, value: str, reading: _Reading, *, minus: bool) -> None:
    if name not in FILTERS:
        raise QueryError(f"there is no filter {name}:; allowed are {', '.join(f'{known}:' for known in FILTERS)}")
    if minus:
        raise QueryError("only words and phrases can be left out with -, not filters")
    values = [part.strip() for part in value.split(",") if part.strip()]
    if not values:
        raise QueryError("a value is missing after the colon")
    for each in values:
        FILTERS[name](each, reading)


def _one_of(labels: type[StrEnum], name: str) -> Callable[[str, _Reading], None]:
    def read(value: str, reading: _Reading) -> None:
        try:
            reading.add(name, labels(value.lower()))
        except ValueError:
            raise QueryError(f"allowed are {', '.join(labels)}") from None

    return read


def _read_queue(value: str, reading: _Reading) -> None:
    reading.add("queues", _code(value, reading.queues))


def _read_place(value: str, reading: _Reading) -> None:
    reading.add("places", _code(value, reading.places))


def _code(value: str, known: Collection[str] | None) -> str:
    code = value.lower()
    if known is not None and code not in known:
        raise QueryError(f"allowed are {', '.join(sorted(known)[:_OFFERED])}{', …' if len(known) > _OFFERED else ''}")
    if not _CODE.fullmatch(code):
        raise QueryError("a code is small letters, digits and dashes, such as ward-12")
    return code


def _read_language(value: str, reading: _Reading) -> None:
    code = value.lower()
    if not _LANGUAGE.fullmatch(code):
        raise QueryError("a language is a code such as hi, hi-Latn or en")
    first, *rest = code.split("-")
    reading.add("languages", "-".join([first, *(part.title() if len(part) == 4 else part.upper() for part in rest)]))


def _read_handle(value: str, reading: _Reading) -> None:
    handle = value.removeprefix("@").lower()
    if not _HANDLE.fullmatch(handle):
        raise QueryError("a handle is letters, digits, dots and underscores, such as @ramu_k")
    reading.set("handle", handle)


def _read_before(value: str, reading: _Reading) -> None:
    reading.set("received_before", _moment(value, reading.zone))


def _read_after(value: str, reading: _Reading) -> None:
    reading.set("received_after", _moment(value, reading.zone))


def _moment(value: str, zone: tzinfo) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise QueryError("a day is written 2026-07-01, a moment 2026-07-01T18:30") from None


def _read_is(value: str, reading: _Reading) -> None:
    match value.lower():
        case "open":
            reading.add("statuses", *_OPEN)
        case "any":
            reading.any_status = True
        case "late" if reading.now is not None:
            reading.set("deadline_before", reading.now)
        case "unassigned":
            reading.set("unassigned", True)
        case "kept":
            reading.add("promises", Promise.KEPT)
        case "missed":
            reading.add("promises", Promise.MISSED)
        case _:
            raise QueryError("allowed are open, any, late, unassigned, kept, missed")


def _read_holder(value: str, reading: _Reading) -> None:
    name = value.lower()
    if not _HANDLE.fullmatch(name):
        raise QueryError("a user name is letters, digits, dots and dashes")
    reading.set("assignee", name)


def _read_sort(value: str, reading: _Reading) -> None:
    if value.lower() not in _SORTS:
        raise QueryError(f"allowed are {', '.join(_SORTS)}")
    reading.set("sort", _SORTS[value.lower()])


_SORTS = {
    "pressing": Sort.PRESSING,
    "deadline": Sort.DEADLINE,
    "newest": Sort.NEWEST,
    "oldest": Sort.OLDEST,
    "people": Sort.COMPLAINANTS,
}


FILTERS: Mapping[str, Callable[[str, _Reading], None]] = {
    "type": _one_of(ComplaintType, "types"),
    "queue": _read_queue,
    "status": _one_of(Status, "statuses"),
    "lang": _read_language,
    "place": _read_place,
    "before": _read_before,
    "after": _read_after,
    "handle": _read_handle,
    "urgency": _one_of(Urgency, "urgencies"),
    "with": _read_holder,
    "is": _read_is,
    "sort": _read_sort,
}
"""Each filter with what reads its value."""

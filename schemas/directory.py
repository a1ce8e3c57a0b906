"""The directory of an office: departments, their handles and queues, places, service levels.

It names offices, queues and roles, never people. ``queues/directory_file.py`` reads it from YAML and says
file, line and key of what is wrong; the rules that span several entries are checked here.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from schemas.base import Probability, Value
from schemas.labels import ComplaintType, Urgency

__all__ = [
    "Department",
    "DepartmentKind",
    "Directory",
    "Level",
    "Name",
    "Place",
    "PlaceKind",
    "Queue",
    "Retention",
    "ServiceLevel",
    "Source",
]

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


class Strict(Value):
    """An entry of the directory: an unknown key is a mistake, not a newer version."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(Strict):
    """A name in the languages of the place; ``en`` is required, others by BCP 47 code."""

    en: str
    hi: str | None = None
    mr: str | None = None


class DepartmentKind(StrEnum):
    """What sort of office it is: text masking and classification take a hint from it."""

    POLICE = "police"
    MUNICIPALITY = "municipality"
    ELECTRICITY = "electricity"
    WATER = "water"
    RAILWAYS = "railways"
    DISTRICT_MAGISTRATE = "district_magistrate"
    OTHER = "other"


class Level(StrEnum):
    """How far an office reaches; of two that own a type, the more local one leads."""

    LOCAL = "local"
    DISTRICT = "district"
    STATE = "state"
    NATIONAL = "national"


class PlaceKind(StrEnum):
    DISTRICT = "district"
    TEHSIL = "tehsil"
    TOWN = "town"
    WARD = "ward"
    LOCALITY = "locality"
    VILLAGE = "village"
    LANDMARK = "landmark"
    STATION = "station"


class Place(Strict):
    """A place of the gazetteer. ``within`` is the code of the place around it; ``aliases`` any spelling
    in any script; ``pins`` postal codes that lie in it."""

    code: Code
    name: Name
    kind: PlaceKind
    within: Code | None = None
    aliases: tuple[str, ...] = ()
    pins: tuple[Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$")], ...] = ()


class Queue(Strict):
    """A queue of work. ``types`` it owns; ``places`` it is bounded by (empty: all of the district);
    ``handles`` that lead straight to it."""

    code: Code
    name: Name
    types: tuple[ComplaintType, ...] = ()
    places: tuple[Code, ...] = ()
    handles: tuple[str, ...] = ()


class Department(Strict):
    """A department with its handles and queues. ``default_queue`` takes what none of its queues owns."""

    code: Code
    name: Name
    kind: DepartmentKind
    level: Level = Level.DISTRICT
    handles: tuple[str, ...] = ()
    queues: tuple[Queue, ...] = Field(min_length=1)
    default_queue: Code


class ServiceLevel(Strict):
    """Hours from receipt until somebody must have acted; the first entry that fits counts.

    ``types`` and ``urgencies`` empty: any.
    """

    hours: Annotated[float, Field(gt=0, le=24 * 366)]
    types: tuple[ComplaintType, ...] = ()
    urgencies: tuple[Urgency, ...] = ()


class Retention(Strict):
    """How long is kept what, in days. ``topics``: raw events and dead letters."""

    topics: Annotated[int, Field(ge=1, le=90)] = 7


class Thresholds(Strict):
    """From which probability the machine decides by itself. ``route`` bounds complaint and type both;
    between ``dismiss`` and ``route`` a human looks."""

    dismiss: Probability = 0.35
    route: Probability = 0.6
    type: Probability = 0.35


class Source(Strict):
    """Who may send posts over HTTP. The secret itself comes from ``SUNWAI_SOURCE_{CODE}_KEY``, never from here."""

    code: Code
    name: Name
    platform: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")] = "x"


class Directory(Strict):
    """A whole office, checked as one: a value that exists is consistent."""

    version: Literal[1]
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,6}$")]
    name: Name
    timezone: str = "Asia/Kolkata"
    departments: tuple[Department, ...] = Field(min_length=1)
    review_queue: Code
    oversight_queue: Code
    places: tuple[Place, ...] = ()
    service_levels: tuple[ServiceLevel, ...] = Field(min_length=1)
    thresholds: Thresholds = Thresholds()
    retention: Retention = Retention()
    sources: tuple[Source, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"no such time zone: {zone}") from error
        return zone

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = [*self._duplicates(), *self._dangling(), *self._loops()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _duplicates(self) -> Iterator[str]:
        yield from _repeated("departments.code", (d.code for d in self.departments))
        yield from _repeated("queues.code", (q.code for q in self._all_queues()))
        yield from _repeated("places.code", (p.code for p in self.places))
        yield from _repeated("sources.code", (s.code for s in self.sources))
        yield from _repeated("handles", (handle for handle, _, _ in self._all_handles()))

    def _dangling(self) -> Iterator[str]:
        yield from self._dangling_queues()
        yield from self._dangling_places()
        if not any(not level.types and not level.urgencies for level in self.service_levels):
            yield "service_levels: one entry must fit any case (no types, no urgencies)"

    def _dangling_queues(self) -> Iterator[str]:
        for key, code in (("review_queue", self.review_queue), ("oversight_queue", self.oversight_queue)):
            if code not in {queue.code for queue in self._all_queues()}:
                yield f"{key}: no queue has the code {code}"
        for department in self.departments:
            if department.default_queue not in {queue.code for queue in department.queues}:
                yield f"departments.{department.code}.default_queue: {department.default_queue} is none of its queues"

    def _dangling_places(self) -> Iterator[str]:
        places = {place.code for place in self.places}
        for queue in self._all_queues():
            for code in queue.places:
                if code not in places:
                    yield f"queues.{queue.code}.places: no place has the code {code}"
        for place in self.places:
            if place.within is not None and place.within not in places:
                yield f"places.{place.code}.within: no place has the code {place.within}"

    def _loops(self) -> Iterator[str]:
        within = {place.code: place.within for place in self.places}
        for code in within:
            seen = {code}
            around = within.get(code)
            while around is not None and around in within:
                if around in seen:
                    yield f"places.{code}.within: a place lies within itself"
                    break
                seen.add(around)
                around = within[around]

    def _all_queues(self) -> Iterator[Queue]:
        for department in self.departments:
            yield from department.queues

    def _all_handles(self) -> Iterator[tuple[str, Department, Queue | None]]:
        for department in self.departments:
            for handle in department.handles:
                yield handle.lower().lstrip("@"), department, None
            for queue in department.queues:
                for handle in queue.handles:
                    yield handle.lower().lstrip("@"), department, queue

    @cached_property
    def queues(self) -> dict[str, Queue]:
        """Every queue by its code."""
        return {queue.code: queue for queue in self._all_queues()}

    @cached_property
    def department_of_queue(self) -> dict[str, Department]:
        """The department that holds each queue, by the queue's code."""
        return {queue.code: department for department in self.departments for queue in department.queues}

    @cached_property
    def by_handle(self) -> dict[str, tuple[Department, Queue | None]]:
        """Department, and queue where the handle leads straight to one, by lower-case handle."""
        return {handle: (department, queue) for handle, department, queue in self._all_handles()}

    @cached_property
    def place_by_code(self) -> dict[str, Place]:
        return {place.code: place for place in self.places}

    def around(self, code: str | None) -> tuple[str, ...]:
        """The place and those around it, innermost first; empty for None or an unknown code."""
        chain: list[str] = []
        while code is not None and code in self.place_by_code:
            chain.append(code)
            code = self.place_by_code[code].within
        return tuple(chain)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def _repeated(what: str, values: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield f"{what}: {value} is there twice"
        seen.add(value)

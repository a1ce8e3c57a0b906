"""The directory of an office: departments, their handles and queues, places, service levels.

It names offices, queues and roles, never people. ``queues/directory_file.py`` reads it from YAML and says
file, line and key of what is wrong; the rules that span several entries are checked here.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, field_validator, model_validator

from schemas.entry import Code, Name, Strict
from schemas.keeping import Retention, Source, Subscriber, Thresholds
from schemas.labels import ComplaintType, Urgency
from schemas.offices import Arbiter, Department, DepartmentKind, Level, OutsideOffice, Place, PlaceKind, Queue
from schemas.platforms import XPlan
from schemas.replies import Replies
from schemas.service import Calendar, Ladder, Rank, Rung, ServiceLevel, Times
from schemas.terms import TermRule

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
    "Thresholds",
]

PLAIN_LADDER = Ladder(
    code="plain", rungs=(Rung(after_hours=0, to=Rank.OFFICER), Rung(after_hours=24, to=Rank.IN_CHARGE))
)
"""For a directory that names no ladder."""


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
    calendars: tuple[Calendar, ...] = ()
    calendar: Code | None = None
    ladders: tuple[Ladder, ...] = ()
    ladder: Code | None = None
    times: Times = Times()
    replies: Replies = Replies()
    arbiters: tuple[Arbiter, ...] = ()
    outside: tuple[OutsideOffice, ...] = ()
    thresholds: Thresholds = Thresholds()
    retention: Retention = Retention()
    sources: tuple[Source, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    x: XPlan = XPlan()
    watch_terms: tuple[TermRule, ...] = ()

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
        yield from _repeated("calendars.code", (c.code for c in self.calendars))
        yield from _repeated("outside.code", (office.code for office in self.outside))
        yield from _repeated("ladders.code", (ladder.code for ladder in self.ladders))
        yield from _repeated("sources.code", (s.code for s in self.sources))
        yield from _repeated("subscribers.code", (s.code for s in self.subscribers))
        yield from _repeated("handles", (handle for handle, _, _ in self._all_handles()))

    def _dangling(self) -> Iterator[str]:
        yield from self._dangling_queues()
        yield from self._dangling_places()
        yield from self._dangling_promises()
        yield from self._dangling_rules()
        yield from self._dangling_connections()
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
        for rule in self.watch_terms:
            for code in rule.places:
                if code not in places:
                    yield f"watch_terms.places: no place has the code {code}"

    def _dangling_promises(self) -> Iterator[str]:
        calendars = {calendar.code for calendar in self.calendars}
        ladders = {ladder.code for ladder in self.ladders}
        for what, known in (("calendar", calendars), ("ladder", ladders)):
            named = [(what, getattr(self, what))]
            named += [(f"queues.{queue.code}.{what}", getattr(queue, what)) for queue in self._all_queues()]
            yield from (f"{at}: no {what} has the code {code}" for at, code in named if code and code not in known)
        if self.calendar is None:
            for level in self.service_levels:
                if any(target.office for target in (level, level.acknowledge, level.answer, level.interim) if target):
                    yield "service_levels: office hours need the key calendar, beside this one"
                    break

    def _dangling_rules(self) -> Iterator[str]:
        for rule in self.retention.queues:
            if rule.queue not in {queue.code for queue in self._all_queues()}:
                yield f"retention: no queue has the code {rule.queue}"
        for days in (self.retention.case, *(rule.case for rule in self.retention.queues)):
            if days is not None and days * 24 <= self.times.appeal:
                yield f"retention: a case would go after {days} days, within the time for an appeal (times.appeal)"
        for arbiter in self.arbiters:
            if arbiter.queue not in {queue.code for queue in self._all_queues()}:
                yield f"arbiters: no queue has the code {arbiter.queue}"
            for code in arbiter.between:
                if code not in {department.code for department in self.departments}:
                    yield f"arbiters: no department has the code {code}"

    def _dangling_connections(self) -> Iterator[str]:
        for subscriber in self.subscribers:
            for code in subscriber.queues:
                if code not in {queue.code for queue in self._all_queues()}:
                    yield f"subscribers.{subscriber.code}.queues: no queue has the code {code}"
        for source in self.sources:
            for handle in source.pages.values():
                if handle.lower().lstrip("@") not in {known for known, _, _ in self._all_handles()}:
                    yield f"sources.{source.code}.pages: no department or queue has the handle {handle}"

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

    def names_of(self, places: Iterable[str]) -> tuple[str, ...]:
        """Every name and alias of the places and of those within them, each once."""
        wanted = {*places}
        named = [place for place in self.places if not wanted.isdisjoint(self.around(place.code))]
        return tuple(dict.fromkeys(name for place in named for name in (*place.name.all, *place.aliases)))

    @cached_property
    def _calendars(self) -> dict[str, Calendar]:
        return {calendar.code: calendar for calendar in self.calendars}

    @cached_property
    def _ladders(self) -> dict[str, Ladder]:
        return {ladder.code: ladder for ladder in self.ladders}

    def calendar_of(self, queue: str) -> Calendar | None:
        """The calendar of a queue, else the office's; None where the office keeps none."""
        own = self.queues[queue].calendar if queue in self.queues else None
        code = own or self.calendar
        return None if code is None else self._calendars[code]

    def ladder_of(self, queue: str) -> Ladder:
        """The ladder of a queue, else the office's, else the plain one: the officer, the in-charge a day later."""
        own = self.queues[queue].ladder if queue in self.queues else None
        code = own or self.ladder
        return PLAIN_LADDER if code is None else self._ladders[code]

    def arbiter_of(self, one: str, other: str) -> str:
        """The queue that decides between two queues; where none is named, the oversight queue."""
        both = {self.department_of_queue[one].code, self.department_of_queue[other].code}
        fits = (a.queue for a in self.arbiters if not a.between or both <= set(a.between))
        return next(fits, self.oversight_queue)

    def level_for(self, type: ComplaintType, urgency: Urgency) -> ServiceLevel:
        """The first service level that fits."""
        for level in self.service_levels:
            if (not level.types or type in level.types) and (not level.urgencies or urgency in level.urgencies):
                return level
        raise AssertionError("a directory always has a service level that fits any case")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def _repeated(what: str, values: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield f"{what}: {value} is there twice"
        seen.add(value)

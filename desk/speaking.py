"""All that a page says about a case, in one language: names for codes, dates, time left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desk.labels import (
    ACT_LABELS,
    ALERT_KIND_LABELS,
    CLOCK_LABELS,
    ENTRY_LABELS,
    FIELD_LABELS,
    FIELD_RESULT_LABELS,
    FIGURE_LABELS,
    GRADE_LABELS,
    GROUPING_LABELS,
    MONTH_FIGURE_LABELS,
    OBSTACLE_LABELS,
    OUTBOX_LABELS,
    POST_KIND_LABELS,
    REFERENCE_LABELS,
    ROLE_LABELS,
    ROW_LABELS,
    SCOPE_LABELS,
    SENSITIVITY_LABELS,
    STATUS_LABELS,
    TYPE_LABELS,
    UPLOAD_STATE_LABELS,
    URGENCY_LABELS,
    VERB_LABELS,
)
from desk.languages import Language, language_name
from desk.names import department_name, name_in, place_name, queue_name
from desk.reasons import say_reason
from queues.ordering import milliseconds
from queues.reporting import Grouping
from schemas.directory import Directory
from schemas.entry import Name
from schemas.offices import OutsideOffice

__all__ = ["Due", "Speaker"]

_SOON = timedelta(hours=4)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_LABELS: dict[str, str] = {}
_OF_CASES = (STATUS_LABELS, URGENCY_LABELS, TYPE_LABELS, SENSITIVITY_LABELS, POST_KIND_LABELS, ROLE_LABELS)
_OF_CLAIMS = (ALERT_KIND_LABELS, GRADE_LABELS, VERB_LABELS)
_OF_WORK = (
    OBSTACLE_LABELS,
    OUTBOX_LABELS,
    ENTRY_LABELS,
    CLOCK_LABELS,
    SCOPE_LABELS,
    FIGURE_LABELS,
    MONTH_FIGURE_LABELS,
    FIELD_RESULT_LABELS,
)
_OF_TABLES = (UPLOAD_STATE_LABELS, ROW_LABELS)
for _labels in (*_OF_CASES, *_OF_CLAIMS, *_OF_WORK, *_OF_TABLES):
    _LABELS |= {f"{type(code).__name__}.{code}": label for code, label in _labels.items()}


@dataclass(frozen=True, slots=True)
class Due:
    """Time left as a chip: ``state`` is late, soon, fine or none; colour is never alone, ``text`` says it too."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Speaks ``language`` of what ``directory`` names, at the moment ``now``."""

    language: Language
    directory: Directory
    now: datetime

    def label(self, code: StrEnum) -> str:
        """What a status, type, urgency, role or kind of post is called."""
        return self.language.gettext(_LABELS[f"{type(code).__name__}.{code}"])

    def type(self, code: str) -> str:
        """What a type of complaint is called; an unknown one stands for itself."""
        return self.language.gettext(_LABELS.get(f"ComplaintType.{code}", code))

    def entry(self, code: str) -> str:
        """What a kind of reply is called; an unknown one stands for itself."""
        return self.language.gettext(_LABELS.get(f"EntryKind.{code}", code))

    def text(self, message: str) -> str:
        """A marked message in this language."""
        return self.language.gettext(message)

    def grouping(self, by: Grouping) -> str:
        """What a line of a month's report is about."""
        return self.language.gettext(GROUPING_LABELS[by])

    def act(self, act: str) -> str:
        return self.language.gettext(ACT_LABELS[act]) if act in ACT_LABELS else act

    def reference(self, kind: str) -> str:
        return self.language.gettext(REFERENCE_LABELS[kind]) if kind in REFERENCE_LABELS else kind

    def reason(self, reason: str) -> str | None:
        """The reason in this language; None when it can only be shown as it was recorded, in English."""
        return say_reason(reason, self.language, self.directory)

    def by(self, by: str) -> str:
        """Who did it: ``model:…`` and the machine's other names are spelled out, people stay as they are."""
        kind, _, rest = by.partition(":")
        if by == "filing" or kind == "model":
            return self.language.gettext("Automatic")
        if by == "clock":
            return self.language.gettext("Clock")
        if kind == "citizen":
            return self.language.gettext("The citizen")
        if kind == "field":
            return self.language.gettext("In the field")
        return f"@{rest}" if kind == "handle" else by

    def post_language(self, code: str) -> str:
        return language_name(code, self.language.code)

    def office(self) -> str:
        return name_in(self.directory.name, self.language.code)

    def place(self, code: str) -> str:
        return place_name(code, self.language.code, self.directory)

    def queue(self, code: str) -> str:
        return queue_name(code, self.language.code, self.directory)

    def department(self, queue: str) -> str:
        return department_name(queue, self.language.code, self.directory)

    def moment(self, at: datetime) -> str:
        return self.language.moment(at, self.directory.zone)

    def clock(self, at: datetime) -> str:
        """The time of day to the second: for what ends soon."""
        return f"{at.astimezone(self.directory.zone):%H:%M:%S}"

    def name(self, name: Name) -> str:
        return name_in(name, self.language.code)

    def outcome(self, queue: str, code: str) -> str:
        department = self.directory.department_of_queue.get(queue)
        kinds = () if department is None else department.outcomes
        return next((self.name(kind.name) for kind in kinds if kind.code == code), code)

    def outside(self, code: str) -> str:
        return next((self.name(office.name) for office in self.directory.outside if office.code == code), code)

    def field(self, code: str) -> str:
        """What an outcome asks for; a code that has no name here stands for itself."""
        return self.language.gettext(FIELD_LABELS[code]) if code in FIELD_LABELS else code.replace("_", " ")

    # For lists to choose from: (code, what it is called).

    def labelled(self, codes: Iterable[StrEnum]) -> list[tuple[str, str]]:
        return [(str(code), self.label(code)) for code in codes]

    def languages(self, codes: Iterable[str]) -> list[tuple[str, str]]:
        return [(code, self.post_language(code)) for code in codes]

    def places(self, codes: Iterable[str]) -> list[tuple[str, str]]:
        return sorted(((code, self.place(code)) for code in codes), key=lambda pair: pair[1])

    def queues(self, codes: Iterable[str]) -> list[tuple[str, str]]:
        return [(code, f"{self.queue(code)} ({self.department(code)})") for code in codes]

    def named(self, offices: Iterable[OutsideOffice]) -> list[tuple[str, str]]:
        return [(office.code, self.name(office.name)) for office in offices]

    def plain(self, names: Iterable[str]) -> list[tuple[str, str]]:
        return [(name, name) for name in names]

    def stamp(self, moment: datetime) -> int:
        """For scripts: milliseconds since 1970 UTC."""
        return milliseconds(moment) // 1000

    def number(self, number: int) -> str:
        return self.language.number(number)

    def people(self, number: int) -> str:
        return self._counted("%(n)s person", "%(n)s people", number)

    def cases(self, number: int) -> str:
        return self._counted("%(n)s case", "%(n)s cases", number)

    def accounts(self, number: int) -> str:
        return self._counted("%(n)s account", "%(n)s accounts", number)

    def due(self, due_at: datetime | None) -> Due:
        if due_at is None:
            return Due(self.language.gettext("No deadline"), "none")
        left = due_at - self.now
        if left >= timedelta(0):
            return Due(self._left(left), "soon" if left < _SOON else "fine")
        return Due(self._late(-left), "late")

    def _left(self, left: timedelta) -> str:
        if left < _HOUR:
            return self._counted("%(n)s min left", "%(n)s min left", left // _MINUTE)
        if left < 2 * _DAY:
            return self._counted("%(n)s h left", "%(n)s h left", left // _HOUR)
        return self._counted("%(n)s day left", "%(n)s days left", left // _DAY)

    def _late(self, late: timedelta) -> str:
        if late < _HOUR:
            return self._counted("%(n)s min late", "%(n)s min late", late // _MINUTE)
        if late < _DAY:
            return self._counted("%(n)s h late", "%(n)s h late", late // _HOUR)
        return self._counted("%(n)s day late", "%(n)s days late", late // _DAY)

    def _counted(self, one: str, many: str, number: int) -> str:
        return self.language.ngettext(one, many, number) % {"n": self.number(number)}

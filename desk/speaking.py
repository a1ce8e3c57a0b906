"""All that a page says about a case, in one language: names for codes, dates, time left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desk.labels import (
    ACT_LABELS,
    POST_KIND_LABELS,
    REFERENCE_LABELS,
    ROLE_LABELS,
    SENSITIVITY_LABELS,
    STATUS_LABELS,
    TYPE_LABELS,
    URGENCY_LABELS,
)
from desk.languages import Language, language_name
from desk.names import department_name, name_in, place_name, queue_name
from desk.reasons import say_reason
from schemas.directory import Directory

__all__ = ["Due", "Speaker"]

_SOON = timedelta(hours=4)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_LABELS: dict[str, str] = {}
for _labels in (STATUS_LABELS, URGENCY_LABELS, TYPE_LABELS, SENSITIVITY_LABELS, POST_KIND_LABELS, ROLE_LABELS):
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

    def number(self, number: int) -> str:
        return self.language.number(number)

    def people(self, number: int) -> str:
        return self._counted("%(n)s person", "%(n)s people", number)

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

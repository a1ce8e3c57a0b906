"""What a form was filled in upon, and what the case is now: shown side by side when they differ."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.labels import STATUS_LABELS, TYPE_LABELS, URGENCY_LABELS
from desk.refusal import mark
from desk.shapes import CaseDetail
from desk.speaking import Speaker
from text.normalise import safe

__all__ = ["Difference", "differences", "seen_of"]

_LONGEST = 2000
_LONGEST_VALUE = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that differs: as it was read, and as it stands."""

    name: str
    then: str
    now: str


def seen_of(case: CaseDetail) -> str:
    """What a form carries of the case as it was shown."""
    return json.dumps({name: value for name, value in _facts(case).items() if value is not None})


def differences(seen: str, case: CaseDetail, say: Speaker) -> Sequence[Difference]:
    """What has changed since; nothing when ``seen``, which comes back from a browser, is not what ``seen_of`` made."""
    then, now = _read(seen), _facts(case)
    return [
        Difference(say.text(name), spoken(then.get(key), say), spoken(now[key], say))
        for key, (name, spoken) in _SPOKEN.items()
        if then and then.get(key) != now[key]
    ]


def _facts(case: CaseDetail) -> dict[str, str | None]:
    return {name: None if getattr(case, name) is None else str(getattr(case, name)) for name in _SPOKEN}


def _read(seen: str) -> Mapping[str, str]:
    if len(seen) > _LONGEST:
        return {}
    try:
        found = json.loads(seen)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: safe(value)[:_LONGEST_VALUE] for key, value in found.items() if isinstance(value, str)}


_Spoken = Callable[[str | None, Speaker], str]


def _labelled(labels: Mapping[Any, str]) -> _Spoken:
    named = {str(code): label for code, label in labels.items()}
    return lambda value, say: say.text(named[value]) if value in named else value or ""


_SPOKEN: Mapping[str, tuple[str, _Spoken]] = {
    "status": (mark("Status"), _labelled(STATUS_LABELS)),
    "queue": (mark("Queue"), lambda value, say: say.queue(value or "")),
    "assignee": (mark("With"), lambda value, say: value or say.text(mark("Nobody yet"))),
    "type": (mark("Type"), _labelled(TYPE_LABELS)),
    "urgency": (mark("Urgency"), _labelled(URGENCY_LABELS)),
    "place": (mark("Place"), lambda value, say: say.place(value) if value else say.text(mark("not known"))),
    "language": (mark("Language"), lambda value, say: say.post_language(value or "")),
    "post_count": (mark("Posts"), lambda value, say: value or ""),
}
"""The facts that are compared, each with its name and how its value is said."""

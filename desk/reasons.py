"""Reasons in the reader's language.

Routing and filing record why they decided, in English sentences of a few forms, with codes in them. Here each form is
recognised and said again as a translated sentence with names for codes; what has no such form is shown as recorded.
"""

import re
from collections.abc import Callable, Mapping

from desk.labels import NO_COMPLAINT_LABELS, TYPE_LABELS, URGENCY_LABELS
from desk.languages import Language, language_name
from desk.names import place_name, queue_name
from desk.refusal import mark
from schemas.directory import Directory
from schemas.labels import ComplaintType, Urgency

__all__ = ["say_reason"]

_HANDLE = r"@(?P<handle>[A-Za-z0-9_.\-]+)"
_TYPE = r"(?P<type>[a-z_]+)"
_PLACE = r"(?P<place>[a-z0-9\-]+)"

_ADDRESSED = (
    (rf"{_HANDLE} was addressed", mark("@%(handle)s was addressed")),
    (r"of the offices addressed the most local", mark("The most local of the offices addressed")),
)
_QUEUES = (
    (r"", mark("%(who)s.")),
    (r" and leads straight to this queue", mark("%(who)s; that leads straight to this queue.")),
    (rf"; its queue for {_TYPE}", mark("%(who)s; this is its queue for “%(type)s”.")),
    (rf"; its queue for {_TYPE} at {_PLACE}", mark("%(who)s; this is its queue for “%(type)s” at %(place)s.")),
    (
        rf"; none of its queues owns {_TYPE}, so its default queue",
        mark("%(who)s; no queue of it owns “%(type)s”, so this is its default queue."),
    ),
)
_WHOLE = (
    (
        rf"{_TYPE} goes to the oversight queue, whoever is addressed",
        mark("“%(type)s” goes to the oversight queue, whoever is addressed."),
    ),
    (
        r"no known office addressed and the type is unsure",
        mark("No known office was addressed, and the type is unsure."),
    ),
    (
        rf"no known office addressed and no queue owns {_TYPE}",
        mark("No known office was addressed, and no queue owns “%(type)s”."),
    ),
    (
        rf"no known office addressed and no queue owns {_TYPE} at {_PLACE}",
        mark("No known office was addressed, and no queue owns “%(type)s” at %(place)s."),
    ),
    (
        rf"no known office addressed; the queue for {_TYPE}",
        mark("No known office was addressed; this is the queue for “%(type)s”."),
    ),
    (
        rf"no known office addressed; the queue for {_TYPE} nearest to {_PLACE}",
        mark("No known office was addressed; this is the queue for “%(type)s” nearest to %(place)s."),
    ),
    (r"to (?P<queue>[a-z0-9\-]+): (?P<words>.+)", mark("To the queue “%(queue)s”: %(words)s")),
    (r"to (?P<name>[a-z0-9._\-]+)", mark("To %(name)s.")),
    (r"the citizen has written", mark("The citizen has written.")),
    (r"with (?P<case>[a-z0-9]{16})", mark("Case %(case)s became a part of it.")),
    (r"into (?P<case>[a-z0-9]{16})", mark("It became a part of case %(case)s.")),
    (r"without (?P<case>[a-z0-9]{16})", mark("Case %(case)s stands by itself again.")),
    (r"out of (?P<case>[a-z0-9]{16})", mark("Out of case %(case)s.")),
    (r"(?P<post>[^ ]+) is a case of its own: (?P<case>[a-z0-9]{16})", mark("The post is case %(case)s now.")),
    *((re.escape(label), label) for label in NO_COMPLAINT_LABELS.values()),
    (rf"by direction of {_HANDLE}", mark("By direction of @%(handle)s.")),
    (r"[^ ]+: to (?P<queue>[a-z0-9\-]+)", mark("To the queue “%(queue)s”.")),
    (r"(?P<case>[a-z0-9]+) speaks of the same post", mark("Case %(case)s speaks of the same post.")),
    (r"into (?P<case>[a-z0-9]+): it speaks of the same post", mark("Into case %(case)s: it speaks of the same post.")),
    (r"(?P<urgency>[a-z]+) by a new post", mark("“%(urgency)s”, by a new post.")),
)

_Form = tuple[re.Pattern[str], str, str | None]


def _forms() -> list[_Form]:
    """(pattern, sentence, how the sentence begins) of every reason."""
    forms: list[_Form] = [(re.compile(pattern), sentence, None) for pattern, sentence in _WHOLE]
    for who, beginning in _ADDRESSED:
        forms += [(re.compile(who + rest), sentence, beginning) for rest, sentence in _QUEUES]
    return forms


_FORMS = _forms()


def say_reason(reason: str, language: Language, directory: Directory) -> str | None:
    """``reason`` in ``language``, with names for its codes; None when it has no known form."""
    corrected = _corrected(reason, language, directory)
    if corrected is not None:
        return corrected
    for pattern, sentence, beginning in _FORMS:
        match = pattern.fullmatch(reason)
        if match is not None:
            return _said(match, sentence, beginning, _names(language, directory), language)
    return None


_CORRECTED = re.compile(r"(?P<field>type|urgency|language|place): (?P<old>[A-Za-z0-9_-]+) to (?P<new>[A-Za-z0-9_-]+)")


def _corrected(reason: str, language: Language, directory: Directory) -> str | None:
    """``type: roads to water_supply; place: None to ward-4``, with names; None for anything else."""
    parts = [_CORRECTED.fullmatch(part) for part in reason.split("; ")]
    names = _names(language, directory) | {"language": lambda code: language_name(code, language.code)}
    said = []
    for part in parts:
        if part is None:
            return None
        name = names[part["field"]]
        old = language.gettext(mark("not known")) if part["old"] == "None" else name(part["old"])
        said.append(language.gettext(mark("“%(old)s” became “%(new)s”.")) % {"old": old, "new": name(part["new"])})
    return " ".join(said)


def _said(
    match: re.Match[str],
    sentence: str,
    beginning: str | None,
    names: Mapping[str, Callable[[str], str]],
    language: Language,
) -> str:
    values = {key: names[key](value) if key in names else value for key, value in match.groupdict().items()}
    if beginning is not None:
        values["who"] = language.gettext(beginning) % values
    return language.gettext(sentence) % values


def _names(language: Language, directory: Directory) -> dict[str, Callable[[str], str]]:
    def of_type(code: str) -> str:
        return language.gettext(TYPE_LABELS[ComplaintType(code)]) if code in set(ComplaintType) else code

    def of_urgency(code: str) -> str:
        return language.gettext(URGENCY_LABELS[Urgency(code)]) if code in set(Urgency) else code

    return {
        "type": of_type,
        "urgency": of_urgency,
        "place": lambda code: place_name(code, language.code, directory),
        "queue": lambda code: queue_name(code, language.code, directory),
    }

"""What a search has found, by its facts, each a link that narrows the search to it, or widens it again."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from desk.accounts import User
from desk.authorise import visibility
from desk.labels import STATUS_LABELS, TYPE_LABELS, URGENCY_LABELS
from desk.parts import Desk
from desk.refusal import mark
from desk.speaking import Speaker
from queues.store import CaseQuery, Facet

__all__ = ["Choice", "Group", "Sorting", "found_by", "sortings"]

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """One value: how many cases have it, and the search with or without it."""

    name: str
    number: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """``more``: the numbers are of the first so many, and there are others."""

    total: int
    more: bool
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Sorting:
    title: str
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class _Fact:
    facet: Facet
    filter: str
    title: str
    said: Callable[[Speaker, str], str]


_FACTS = (
    _Fact(Facet.STATUS, "status", mark("Status"), lambda say, code: _of(STATUS_LABELS, say, code)),
    _Fact(Facet.URGENCY, "urgency", mark("Urgency"), lambda say, code: _of(URGENCY_LABELS, say, code)),
    _Fact(Facet.QUEUE, "queue", mark("Queue"), lambda say, code: say.queue(code)),
    _Fact(Facet.TYPE, "type", mark("Type"), lambda say, code: _of(TYPE_LABELS, say, code)),
    _Fact(Facet.PLACE, "place", mark("Place"), lambda say, code: say.place(code)),
    _Fact(Facet.LANGUAGE, "lang", mark("Language"), lambda say, code: say.post_language(code)),
    _Fact(Facet.ASSIGNEE, "with", mark("With"), lambda _, code: code),
)
_SORTS = (
    ("", mark("Most pressing")),
    ("deadline", mark("Least time left")),
    ("newest", mark("Newest")),
    ("oldest", mark("Oldest")),
    ("people", mark("Most people")),
)


def found_by(desk: Desk, user: User, text: str, query: CaseQuery, say: Speaker) -> Found:
    """What ``query``, which was read from ``text``, finds."""
    tally = desk.store.tally(query, visibility(user), [fact.facet for fact in _FACTS])
    groups = []
    for fact in _FACTS:
        counted = sorted(tally.by[fact.facet].items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
        choices = [_choice(fact, code, number, text, say) for code, number in counted]
        if len(choices) > 1 or any(choice.chosen for choice in choices):
            groups.append(Group(say.text(fact.title), tuple(choices)))
    return Found(tally.total, tally.more, tuple(groups))


def sortings(text: str, say: Speaker) -> Sequence[Sorting]:
    """The orders in which ``text`` can be shown."""
    plain = re.sub(r"(?<!\S)sort:\S*", "", text, flags=re.IGNORECASE)
    chosen = re.search(r"(?<!\S)sort:(\S*)", text, re.IGNORECASE)
    now = chosen[1].lower() if chosen else ""
    return [
        Sorting(say.text(title), _address(f"{plain} sort:{code}" if code else plain), code == now)
        for code, title in _SORTS
    ]


def _choice(fact: _Fact, code: str, number: int, text: str, say: Speaker) -> Choice:
    filter = f"{fact.filter}:{code}"
    own = re.compile(rf"(?<!\S){re.escape(filter)}(?!\S)", re.IGNORECASE)
    chosen = own.search(text) is not None
    return Choice(fact.said(say, code), number, _address(own.sub("", text) if chosen else f"{text} {filter}"), chosen)


def _address(text: str) -> str:
    return f"/search?{urlencode({'q': ' '.join(text.split())})}"


def _of(labels: object, say: Speaker, code: str) -> str:
    assert isinstance(labels, dict)
    return say.text({str(key): label for key, label in labels.items()}[code])

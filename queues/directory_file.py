"""Reads a directory from YAML and says file, line and key of every mistake, and what would be right."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from queues.yaml_document import Document, DocumentError, KeyPath, read_document
from schemas.directory import Directory
from schemas.entry import Name
from schemas.labels import ComplaintType

__all__ = ["DirectoryError", "check_directory", "load_directory"]

_FORMS = {
    "^[a-z][a-z0-9-]{0,63}$": "a small letter, then small letters, digits and hyphens, as in city-roads",
    "^[1-9][0-9]{5}$": 'six digits in quotes, as in "299001"',
    "^[A-Z]{2,6}$": "two to six capital letters, as in SPR",
    "^([01][0-9]|2[0-3]):[0-5][0-9]$": 'hours and minutes in quotes, as in "10:00"',
    "^(mon|tue|wed|thu|fri|sat|sun)(-[1-5])?$": "a day as in sun, or as in sat-2 the second Saturday of a month",
    "^[a-z][a-z0-9_]{0,31}$": "a small letter, then small letters, digits and _, as in x or fir_number",
}
_LISTS: Mapping[str, tuple[str, ...]] = {
    "departments": ("departments",),
    "queues": ("departments", "queues"),
    "places": ("places",),
    "calendars": ("calendars",),
    "ladders": ("ladders",),
    "outside": ("outside",),
    "sources": ("sources",),
}
"""Where the entries of a kind lie."""


class DirectoryError(ValueError):
    """A directory that cannot be used; one line for each mistake: ``file:line: key: what is wrong``."""


def load_directory(path: Path) -> Directory:
    """The directory in a file. Raises DirectoryError."""
    return _load(path)[0]


def check_directory(path: Path) -> tuple[Directory, tuple[str, ...]]:
    """The directory, and warnings, in the same form, of what is allowed but seldom meant. Raises DirectoryError."""
    directory, document = _load(path)
    return directory, tuple(document.said(at, what) for at, what in _warnings(directory, document.value))


def _load(path: Path) -> tuple[Directory, Document]:
    try:
        document = read_document(path)
    except DocumentError as error:
        raise DirectoryError(str(error)) from error
    try:
        return Directory.model_validate(document.value), document
    except ValidationError as error:
        raise DirectoryError("\n".join(_mistakes(document, error))) from error


def _mistakes(document: Document, error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_url=False):
        at = tuple(item["loc"])
        if _only_follows(item):
            continue
        if at:
            yield document.said(at, _explained(item))
            continue
        for part in item["msg"].removeprefix("Value error, ").split("; "):
            path, _, what = part.partition(": ")
            yield document.said(_place_of(path, what, document.value), what)


def _only_follows(item: ErrorDetails) -> bool:
    """A list is also called too short when its entries have mistakes: those are said themselves."""
    return item["type"] == "too_short" and len(item["input"]) > 0


def _explained(item: ErrorDetails) -> str:
    """What is wrong, and what would be right."""
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        return f"no such key; there are {', '.join(_keys_beside(tuple(item['loc'])))}"
    if kind == "missing":
        return "is missing"
    if kind == "string_type":
        return "must be a text: write it in quotes"
    if kind == "string_pattern_mismatch":
        return f"must be {_FORMS.get(str(context.get('pattern')), context.get('pattern'))}"
    return item["msg"].removeprefix("Value error, ").replace("Input should be", "must be")


def _keys_beside(at: KeyPath) -> list[str]:
    """The keys that may stand where this one does."""
    model: type[BaseModel] = Directory
    for part in at[:-1]:
        if isinstance(part, str):
            model = _model_within(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_within, getattr(annotation, "__args__", ()))), None)


def _place_of(path: str, what: str, value: Any) -> KeyPath:
    """Where the entry lies that a rule over several entries names: ``places.sadar.within``, or, of what is there twice,
    the second one: ``places.code: sadar is there twice``."""
    kind, _, rest = path.partition(".")
    code, _, key = rest.partition(".")
    twice = what.removesuffix(" is there twice")
    if kind == "handles":
        return _nth([at for at, handle in _handles(value) if handle == twice], 1) or ("departments",)
    if kind in _LISTS and twice != what:
        return (*(_nth(_places(value, kind, twice), 1) or (kind,)), "code")
    if kind in _LISTS and key:
        return (*(_nth(_places(value, kind, code), 0) or (kind,)), key)
    return (kind,)


def _nth(found: list[KeyPath], index: int) -> KeyPath | None:
    return found[index] if len(found) > index else None


def _places(value: Any, kind: str, code: str) -> list[KeyPath]:
    return [at for at, entry in _entries(value, _LISTS[kind]) if entry.get("code") == code]


def _entries(value: Any, keys: tuple[str, ...], at: KeyPath = ()) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    """The entries of nested lists: ("departments", "queues") gives every queue."""
    for number, entry in enumerate(value.get(keys[0]) or ()):
        here = (*at, keys[0], number)
        if len(keys) == 1:
            yield here, entry
        else:
            yield from _entries(entry, keys[1:], here)


def _handles(value: Any) -> Iterator[tuple[KeyPath, str]]:
    """In the order in which the directory looks at them: of each department its own, then those of its queues."""
    for at, department in _entries(value, ("departments",)):
        for here, entry in chain([(at, department)], _entries(department, ("queues",), at)):
            for number, handle in enumerate(entry.get("handles") or ()):
                yield (*here, "handles", number), str(handle).lower().lstrip("@")


def _warnings(directory: Directory, value: Any) -> Iterator[tuple[KeyPath, str]]:
    special = {directory.review_queue, directory.oversight_queue} | {d.default_queue for d in directory.departments}
    for at, entry in _entries(value, ("departments", "queues")):
        queue = directory.queues[entry["code"]]
        if not queue.types and not queue.handles and queue.code not in special:
            yield at, f"{queue.code} owns no type and no handle leads to it: no post will come to it"
    owned = {type for queue in directory.queues.values() for type in queue.types}
    for type in ComplaintType:
        if type not in owned:
            where = directory.review_queue
            yield ("departments",), f"no queue owns {type}: such complaints to no known handle go to {where}"
    for at, entry in _entries(value, ("places",)):
        place = directory.place_by_code[entry["code"]]
        scripts = {text.isascii() for text in (*_spellings(place.name), *place.aliases)}
        if len(scripts) == 1:
            yield at, f"{place.code} is spelled in one script only: add the other to its aliases"


def _spellings(name: Name) -> list[str]:
    return [text for text in (name.en, name.hi, name.mr) if text]

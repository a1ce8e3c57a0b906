"""Reads a directory from YAML and says file, line and key of every mistake."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from schemas.directory import Directory, Name
from schemas.labels import ComplaintType

__all__ = ["DirectoryError", "check_directory", "load_directory"]

MAX_BYTES = 4 * 1024 * 1024
MAX_NODES = 200_000
"""A file within MAX_BYTES can still unfold without end through anchors: it is refused when it grows past this."""

Lines = Mapping[tuple[str | int, ...], int]


class DirectoryError(ValueError):
    """A directory that cannot be used; one line for each mistake: ``file:line: key: what is wrong``."""


def load_directory(path: Path) -> Directory:
    """The directory in a file. Raises DirectoryError."""
    root = _composed(path)
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        value = _Unfolding(path, lines).value(root, ())
        return Directory.model_validate(value)
    except RecursionError as error:
        raise DirectoryError(f"{path}: nested too deeply, or an anchor that holds itself") from error
    except ValidationError as error:
        raise DirectoryError("\n".join(_mistakes(path, error, value, lines))) from error


def check_directory(path: Path) -> tuple[Directory, tuple[str, ...]]:
    """The directory, and warnings of what is allowed but seldom meant. Raises DirectoryError."""
    directory = load_directory(path)
    return directory, tuple(f"{path}: {warning}" for warning in _warnings(directory))


def _composed(path: Path) -> yaml.Node:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DirectoryError(f"{path}: larger than {MAX_BYTES} bytes")
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise DirectoryError(f"{path}: {error.strerror}: name the office's file with --directory") from error
    except UnicodeDecodeError as error:
        raise DirectoryError(f"{path}: not UTF-8 at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DirectoryError(f"{path}:{line}: {error.problem}") from error
    except RecursionError as error:
        raise DirectoryError(f"{path}: nested too deeply") from error
    if not isinstance(root, yaml.MappingNode):
        raise DirectoryError(f"{path}:1: a mapping of keys is needed")
    return root


class _Unfolding:
    """YAML nodes to plain values, noting the line of every key path; scalars as the safe loader reads them."""

    def __init__(self, path: Path, lines: dict[tuple[str | int, ...], int]):
        self._path = path
        self._lines = lines
        self._nodes = 0
        self._scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, at: tuple[str | int, ...]) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise DirectoryError(f"{self._path}: unfolds to more than {MAX_NODES} values: fewer anchors")
        self._lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*at, place)) for place, child in enumerate(node.value)]
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise DirectoryError(f"{self._path}:{node.start_mark.line + 1}: {_dotted(at)}: not readable") from error

    def _mapping(self, node: yaml.MappingNode, at: tuple[str | int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, child in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in found:
                raise DirectoryError(f"{self._path}:{line}: {_dotted((*at, key))}: there twice")
            self._lines[*at, key] = line
            found[key] = self.value(child, (*at, key))
        return found


def _mistakes(path: Path, error: ValidationError, value: Any, lines: Lines) -> Iterator[str]:
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        at = tuple(item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if at:
            yield f"{path}:{_line(at, lines)}: {_dotted(at)}: {message}"
            continue
        for part in message.split("; "):
            named = _named(part.partition(":")[0], value)
            yield f"{path}:{_line(named, lines)}: {part}"


def _line(at: Sequence[str | int], lines: Lines) -> int:
    """The line of the deepest part of a key path that the file has."""
    for length in range(len(at), -1, -1):
        found = lines.get(tuple(at[:length]))
        if found is not None:
            return found
    return 1


def _named(path: str, value: Any) -> tuple[str | int, ...]:
    """Key path of an entry that a rule over several entries names by its code: ``places.sadar.within``."""
    kind, _, rest = path.partition(".")
    code, _, key = rest.partition(".")
    if kind in ("departments", "places"):
        for place, entry in enumerate(_entries(value, kind)):
            if entry.get("code") == code:
                return (kind, place, key)
    if kind == "queues":
        for place, department in enumerate(_entries(value, "departments")):
            for inner, entry in enumerate(_entries(department, "queues")):
                if entry.get("code") == code:
                    return ("departments", place, "queues", inner, key)
    return (kind,)


def _entries(value: Any, key: str) -> list[dict[str, Any]]:
    found = value.get(key) if isinstance(value, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _dotted(at: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in at) or "file"


def _warnings(directory: Directory) -> Iterator[str]:
    special = {directory.review_queue, directory.oversight_queue} | {d.default_queue for d in directory.departments}
    owned = {type for queue in directory.queues.values() for type in queue.types}
    for code, queue in directory.queues.items():
        if not queue.types and not queue.handles and code not in special:
            yield f"queues.{code}: owns no type and nobody's posts come to it"
    for type in ComplaintType:
        if type not in owned:
            yield f"types: no queue owns {type}; such complaints without a known handle go to {directory.review_queue}"
    for place in directory.places:
        spellings = [*_spellings(place.name), *place.aliases]
        if not any(map(_is_latin, spellings)) or all(map(_is_latin, spellings)):
            yield f"places.{place.code}: spelled in one script only"


def _spellings(name: Name) -> list[str]:
    return [text for text in (name.en, name.hi, name.mr) if text]


def _is_latin(text: str) -> bool:
    return text.isascii()

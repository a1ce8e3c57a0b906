"""A YAML file as plain values, with the line of every key: so that a mistake can be pointed at.

Only what the safe loader knows is read. Anchors may be used, as far as the values that they unfold to stay few.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Document", "DocumentError", "KeyPath", "dotted", "read_document"]

MAX_BYTES = 4 * 1024 * 1024
MAX_NODES = 200_000
"""A file within MAX_BYTES can still unfold without end through anchors."""

KeyPath = tuple[str | int, ...]
_MAP, _SEQUENCE, _MERGE = (f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "merge"))


class DocumentError(ValueError):
    """A file that is no readable YAML; each line of the message is ``file:line: what is wrong``."""


@dataclass(frozen=True)
class Document:
    """``value`` is a mapping; ``lines`` the line of each key path in it, from 1."""

    path: Path
    value: dict[str, Any]
    lines: dict[KeyPath, int]

    def line(self, at: KeyPath) -> int:
        """The line of the deepest part of a key path that the file has."""
        return next((self.lines[at[:length]] for length in range(len(at), -1, -1) if at[:length] in self.lines), 1)

    def said(self, at: KeyPath, what: str) -> str:
        """``file:line: key: what``."""
        return f"{self.path}:{self.line(at)}: {dotted(at)}: {what}"


def dotted(at: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in at) or "file"


def read_document(path: Path) -> Document:
    """Raises DocumentError."""
    root = _composed(path, _text(path))
    unfolding = _Unfolding(path)
    try:
        value = unfolding.value(root, ())
    except RecursionError as error:
        raise DocumentError(f"{path}: nested too deeply, or an anchor that holds itself") from error
    if unfolding.mistakes:
        raise DocumentError("\n".join(unfolding.mistakes))
    return Document(path, value, unfolding.lines)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise DocumentError(f"{path}: larger than {MAX_BYTES} bytes")
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DocumentError(f"{path}:{line}: not UTF-8") from error


def _composed(path: Path, text: str) -> yaml.MappingNode:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DocumentError(f"{path}:{line}: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise DocumentError(f"{path}:{line}: a character that YAML does not allow") from error
    except RecursionError as error:
        raise DocumentError(f"{path}: nested too deeply") from error
    if not isinstance(root, yaml.MappingNode):
        raise DocumentError(f"{path}:1: a mapping of keys is needed")
    return root


@dataclass
class _Unfolding:
    """Nodes to values. ``mistakes`` are those of single nodes, in the order of the file."""

    path: Path
    lines: dict[KeyPath, int] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    _nodes: int = 0
    _scalars: yaml.SafeLoader = field(default_factory=lambda: yaml.SafeLoader(""))

    def value(self, node: yaml.Node, at: KeyPath) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise DocumentError(f"{self.path}: unfolds to more than {MAX_NODES} values: use fewer anchors")
        self.lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
            return dict(self._pairs(node, at))
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQUENCE:
            return [self.value(child, (*at, place)) for place, child in enumerate(node.value)]
        return self._scalar(node, at)

    def _pairs(self, node: yaml.MappingNode, at: KeyPath) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, child in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            line = key_node.start_mark.line + 1
            if not key or key_node.tag == _MERGE:
                self._wrong(key_node, at, "a key is a plain word here; a merge key (<<) is not read")
            elif key in seen:
                self._wrong(key_node, (*at, key), f"there twice, first in line {self.lines[*at, key]}: leave one out")
            else:
                seen.add(key)
                self.lines[*at, key] = line
                yield key, self.value(child, (*at, key))

    def _scalar(self, node: yaml.Node, at: KeyPath) -> Any:
        try:
            if isinstance(node, yaml.ScalarNode):
                return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            pass
        self._wrong(node, at, f"cannot be read as {node.tag.removeprefix('tag:yaml.org,2002:')}")
        return None

    def _wrong(self, node: yaml.Node, at: KeyPath, what: str) -> None:
        self.mistakes.append(f"{self.path}:{node.start_mark.line + 1}: {dotted(at)}: {what}")

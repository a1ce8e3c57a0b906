"""Labelled posts: the shipped corpus and the rows that users bring, read line by line with errors that say where.

Batches whose name begins with "t" are the frozen test set: written apart, never trained on.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from schemas.base import Value
from schemas.labels import ComplaintType, Sensitivity, Stance, Urgency
from text.normalise import normalise, strip_addresses
from text.skeleton import skeleton

__all__ = [
    "CORPUS",
    "STREAMS",
    "CorpusError",
    "Row",
    "content_hash",
    "near_duplicates",
    "read_rows",
    "shipped_test",
    "shipped_training",
]

CORPUS = Path(__file__).parent / "corpus"

STREAMS = frozenset({"s00", "b08", "b10", "b12", "b16", "v01", "v03", "v04", "w01", "w02", "w03", "w05", "w06"})
"""Batches written to resemble a mention stream with all its noise; others keep to complaints and their near twins."""

YesNo = Literal["yes", "no"]


class CorpusError(ValueError):
    """A labelled file cannot be used; the message names file, line and field."""


class Row(Value):
    """One labelled post. None means that the label is not known; such a row says nothing to that head.

    ``type`` and ``urgency`` are of complaints only. ``places`` are written as in the text. ``to`` is the handle
    addressed first.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)

    text: str = Field(min_length=1)
    complaint: YesNo | None = None
    type: ComplaintType | None = None
    urgency: Urgency | None = None
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?$")
    rumour: YesNo | None = None
    stance: Stance | None = None
    sensitivity: tuple[Sensitivity, ...] | None = None
    places: tuple[str, ...] = ()
    to: str | None = None
    tricky: bool = False
    batch: str = "own"


def read_rows(paths: Iterable[Path]) -> list[Row]:
    """Read labelled JSONL files, in the order given. Blank lines are skipped.

    Raises CorpusError for a file that cannot be read and for a line that is no row.
    """
    return [row for path in paths for row in _rows_of(path)]


def shipped_training() -> list[Row]:
    """The rows that the shipped model is trained on."""
    return read_rows(_batches(test=False))


def shipped_test() -> list[Row]:
    """The frozen test set."""
    return read_rows(_batches(test=True))


def content_hash(rows: Iterable[Row]) -> str:
    """SHA-256 over the rows in their order: names the corpus that a model was made from."""
    digest = sha256()
    for row in rows:
        digest.update(row.model_dump_json().encode())
        digest.update(b"\n")
    return digest.hexdigest()


def near_duplicates(left: Sequence[Row], right: Sequence[Row], *, likeness: float = 0.6) -> list[tuple[int, int]]:
    """Pairs (index in left, index in right) whose skeletons share most of their runs of three words.

    Likeness is the Jaccard index of those runs; handles and links do not count. Texts of fewer than five words are
    compared as wholes, and short ones ("please look into this") are everybody's: below three words none is a copy.
    """
    shingled = [_shingles(row.text) for row in right]
    holders: dict[str, list[int]] = defaultdict(list)
    for index, shingles in enumerate(shingled):
        for shingle in shingles:
            holders[shingle].append(index)
    pairs: list[tuple[int, int]] = []
    for index, row in enumerate(left):
        own = _shingles(row.text)
        shared: dict[int, int] = defaultdict(int)
        for shingle in own:
            for other in holders.get(shingle, ()):
                shared[other] += 1
        pairs += [(index, other) for other, n in shared.items() if n / len(own | shingled[other]) >= likeness]
    return pairs


def _shingles(text: str) -> frozenset[str]:
    words = skeleton(strip_addresses(normalise(text))).split()
    if len(words) < 3:
        return frozenset()
    if len(words) < 5:
        return frozenset({" ".join(words)})
    return frozenset(" ".join(words[start : start + 3]) for start in range(len(words) - 2))


def _batches(*, test: bool) -> list[Path]:
    return sorted(path for path in CORPUS.glob("*.jsonl") if path.name.startswith("t") is test)


def _rows_of(path: Path) -> Iterator[Row]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(path, number, line)


def _row(path: Path, number: int, line: str) -> Row:
    try:
        values = json.loads(line)
    except ValueError as error:
        raise CorpusError(f"{path}, line {number}: not JSON: {error}") from error
    try:
        return Row.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "row"
        raise CorpusError(f"{path}, line {number}, {field}: {first['msg']}") from error

"""The indices and their fields. A field that is not named here is refused (``dynamic: strict``).

``doc`` holds the whole value as JSON text and is not indexed; every other field is there to be searched, sorted or
counted by, and follows from it. Raise ``version`` with any change: see ``indices``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["CASES", "CLAIMS", "COMPLAINANTS", "INDICES", "MENTIONS", "STATE", "Index"]

_WORD = {"type": "keyword"}
_NUMBER = {"type": "long"}
_DATE = {"type": "date"}
_KEPT = {"type": "keyword", "index": False, "doc_values": False}


@dataclass(frozen=True, slots=True)
class Index:
    """``name`` is the last part of its alias."""

    name: str
    version: int
    fields: Mapping[str, Mapping[str, Any]]

    @property
    def mappings(self) -> dict[str, Any]:
        return {"dynamic": "strict", "_meta": {"version": self.version}, "properties": dict(self.fields)}


CASES = Index(
    "cases",
    2,
    {
        "doc": _KEPT,
        "id": _WORD,
        "dockets": _WORD,
        "status": _WORD,
        "queue": _WORD,
        "seen_by": _WORD,
        "type": _WORD,
        "language": _WORD,
        "urgency": {"type": "byte"},
        "place": _WORD,
        "assignee": _WORD,
        "handles": _WORD,
        "posts": _WORD,
        "merged": {"type": "boolean"},
        "complainants": _NUMBER,
        "due": _NUMBER,
        "deadline": _NUMBER,
        "promise": _WORD,
        "received": _NUMBER,
        "due_at": _DATE,
        "received_at": _DATE,
        "changed_at": _DATE,
        # The gap is wider than any phrase, so that none reaches from one post into the next.
        "words": {"type": "text", "analyzer": "whitespace", "position_increment_gap": 10_000, "norms": False},
    },
)
MENTIONS = Index(
    "mentions",
    1,
    {
        "doc": _KEPT,
        "key": _WORD,
        "author": _WORD,
        "disposition": _WORD,
        "case": _WORD,
        "created": _NUMBER,
        "created_at": _DATE,
    },
)
COMPLAINANTS = Index("complainants", 1, {"case": _WORD, "author": _WORD})
CLAIMS = Index("claims", 1, {"key": _KEPT, "case": _KEPT})
STATE = Index("state", 1, {"doc": _KEPT, "kind": _WORD, "id": _WORD, "state": _WORD, "version": _NUMBER})

INDICES = (CASES, MENTIONS, COMPLAINANTS, CLAIMS, STATE)

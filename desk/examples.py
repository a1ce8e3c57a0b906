"""Examples for OpenAPI, of the invented district of Sundarpur; a test holds that each is what its schema says."""

from pydantic import ConfigDict, JsonValue

__all__ = ["CASE", "CASE_DETAIL", "CASE_LINE", "DOCKET", "example"]

CASE = "7k3m9qx2ht4d0e5g"
DOCKET = "SPR-7K3M-9QX2-HT4D"

CASE_LINE: dict[str, JsonValue] = {
    "id": CASE,
    "docket": DOCKET,
    "status": "in_progress",
    "queue": "nigam-water",
    "assignee": "asha",
    "type": "water_supply",
    "language": "hi-Latn",
    "urgency": "normal",
    "place": "sundarpur-nagar",
    "sensitivity": [],
    "excerpt": "Teen din se nal mein paani nahi aa raha",
    "post_count": 1,
    "complainants": 1,
    "received_at": "2026-03-02T05:40:00Z",
    "due_at": "2026-03-03T05:40:00Z",
    "historic": False,
    "changed_at": "2026-03-02T06:05:00Z",
    "revision": 1,
}
CASE_DETAIL: dict[str, JsonValue] = CASE_LINE | {
    "is_open": True,
    "watching": [],
    "reason": "@SundarpurNagar was addressed; water_supply in sundarpur-nagar is this queue's.",
    "because": ["nal", "paani"],
    "directed_by": None,
    "merged_into": None,
    "accepted_by": None,
    "answered_at": None,
    "resolved_at": None,
    "waiting_until": None,
    "outcome": None,
    "outside": None,
    "dispute": None,
    "hold": None,
    "feedback": None,
    "merged": [],
    "linked": [],
    "clocks": [{"kind": "answer", "due_at": "2026-03-03T05:40:00Z", "met_at": None}],
    "replies": [],
    "posts": [
        {
            "key": "x:1800000000000000001",
            "kind": "original",
            "author": {"handle": "nagarik_7", "name": None},
            "text": "Teen din se nal mein paani nahi aa raha",
            "cut": False,
            "created_at": "2026-03-02T05:40:00Z",
            "url": "https://x.com/i/status/1800000000000000001",
            "media": 0,
            "pictures": [],
            "erased": False,
            "references": [],
            "masked_phone": False,
            "version_of": None,
            "replaced": False,
        }
    ],
    "history": [{"at": "2026-03-02T06:05:00Z", "by": "asha", "act": "take", "detail": ""}],
    "field_requests": [],
    "acts": ["release", "answer", "transfer", "note", "undo"],
    "undo_until": "2026-03-02T06:35:00Z",
    "obstacle": None,
    "answer_at": None,
}


def example(**values: JsonValue) -> ConfigDict:
    """The configuration of a value that shows one such in OpenAPI."""
    return ConfigDict(json_schema_extra={"examples": [values]})

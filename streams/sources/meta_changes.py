"""What a notification of Meta tells: posts, deletions, and what cannot be read of it.

Documented under "Webhooks for Pages" (``feed``, ``mention``) and "Instagram Platform: Webhooks, examples"
(``comments``, ``live_comments``, ``mentions``). What something was edited to is a post of its own that answers it: what
was said first stands, and officers see what it became, each time. Of a mention on Instagram only the ids are told;
``look_up`` asks for its words ("Instagram Platform: Mentions"). Likes, reactions and insights say nothing; direct
messages are private and not taken.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from schemas.directory import Source
from schemas.events import Deletion, DeletionTarget

__all__ = ["EDITED", "InstagramMention", "LookUp", "LookUpError", "Told", "entries", "no_look_up", "seconds", "told_by"]

EDITED = ".edited-"
"""Behind the id of what was edited, before the moment and a hash of the words: what it became then."""

_MILLISECONDS = 10**11
"""From here on a moment is in milliseconds: changes come in seconds, messages in milliseconds."""
_APART = 1e-6
"""Seconds between changes that are told with one moment, in their order."""
_WRITTEN = frozenset({"comment", "post", "status", "photo", "video", "share"})
"""Items of a feed that people write."""

Told = dict[str, Any] | Deletion | str
"""A post as a flat object, a deletion, or why something cannot be read."""


@dataclass(frozen=True, slots=True)
class _Change:
    """``page`` is the page or account it happened at, ``at`` when Meta told of it, in seconds since 1970."""

    source: Source
    page: str
    field: str
    value: Mapping[str, Any]
    at: float
    now: datetime
    look_up: "LookUp"


@dataclass(frozen=True, slots=True)
class InstagramMention:
    """Where an account was mentioned: in a comment, or, without one, in the caption of a medium."""

    account: str
    media: str
    comment: str | None


LookUp = Callable[[InstagramMention], Mapping[str, Any]]
"""The fields ``id``, ``text`` or ``caption``, ``username``, ``timestamp`` of a mention. Raises LookUpError."""


class LookUpError(Exception):
    """The words of a mention cannot be had now; the message says why, without any of them."""


def no_look_up(mention: InstagramMention) -> Mapping[str, Any]:
    raise LookUpError("Instagram tells only the ids of a mention; look at it there")


def told_by(source: Source, payload: Mapping[str, Any], now: datetime, look_up: LookUp = no_look_up) -> Iterator[Told]:
    read = _of_page if source.platform == "facebook" else _of_instagram
    for entry in entries(payload):
        at = seconds(entry.get("time")) or now.timestamp()
        changes = entry.get("changes")
        for number, change in enumerate(changes if isinstance(changes, list) else [entry]):
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict):
                page, field = str(entry.get("id", "")), str(change.get("field", ""))
                yield from read(_Change(source, page, field, value, at + number * _APART, now, look_up))


def entries(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = payload.get("entry")
    return (entry for entry in found if isinstance(entry, dict)) if isinstance(found, list) else iter(())


def seconds(value: Any) -> float:
    """A moment of Meta in seconds since 1970; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return value / 1000 if value >= _MILLISECONDS else float(value)


def _of_page(change: _Change) -> Iterator[Told]:
    value = change.value
    if change.field not in ("feed", "mention") or str(value.get("item")) not in _WRITTEN:
        return
    id = value.get("comment_id") or value.get("post_id")
    if value.get("verb") == "remove":
        if id:
            yield Deletion(target=DeletionTarget.POST, platform="facebook", id=str(id), at=change.now)
        return
    if not value.get("message"):
        return  # a picture without a word, a share
    edited = value.get("verb") == "edited" and id
    by = _mapping(value.get("from")) or {"id": value.get("sender_id"), "name": value.get("sender_name")}
    is_comment = value.get("item") == "comment"
    yield _post(
        change,
        {
            "id": _version(id, change.at, value["message"]) if edited else id,
            "version_of": id if edited else None,
            "text": value["message"],
            "author": _author(change, by.get("id"), None, by.get("name")),
            "conversation_id": value.get("post_id"),
            "in_reply_to": id if edited else (value.get("parent_id") or value.get("post_id")) if is_comment else None,
            "created_at": change.at if edited else value.get("created_time") or change.at,
            "url": _mapping(value.get("post")).get("permalink_url"),
        },
    )


def _version(id: Any, at: float, words: Any) -> str:
    """The same whenever it is told again: which changes come together may differ then."""
    return f"{id}{EDITED}{at:.0f}-{blake2b(str(words).encode(), digest_size=4).hexdigest()}"


def _of_instagram(change: _Change) -> Iterator[Told]:
    value = change.value
    if change.field == "mentions":
        yield _mentioned(change)
    if change.field not in ("comments", "live_comments"):
        return
    by, media = _mapping(value.get("from")), _mapping(value.get("media")).get("id")
    yield _post(
        change,
        {
            "id": value.get("id"),
            "text": value.get("text"),
            "author": _author(change, by.get("id"), by.get("username"), None),
            "conversation_id": media,
            "in_reply_to": value.get("parent_id") or media,
            "created_at": change.at,
        },
    )


def _mentioned(change: _Change) -> Told:
    media, comment = change.value.get("media_id"), change.value.get("comment_id")
    try:
        found = change.look_up(InstagramMention(change.page, str(media), None if comment is None else str(comment)))
    except LookUpError as error:
        return f"text: {error}"
    handle = found.get("username")
    return _post(
        change,
        {
            "id": str(comment or media),
            "text": found.get("text") or found.get("caption"),
            "author": _author(change, f"name-{handle}" if handle else None, handle, None),
            "conversation_id": str(media),
            "in_reply_to": None if comment is None else str(media),
            "created_at": found.get("timestamp") or change.at,
            "url": found.get("permalink"),
        },
    )


def _author(change: _Change, id: Any, handle: Any, name: Any) -> dict[str, Any]:
    """The page itself bears its handle of the directory: what it writes is the office's own."""
    own = change.source.pages.get(change.page) if str(id) == change.page else None
    return {"id": None if id is None else str(id), "handle": own or handle, "name": name}


def _post(change: _Change, post: dict[str, Any]) -> dict[str, Any]:
    """What is written on a page addresses it."""
    handle = change.source.pages.get(change.page)
    named = {"platform": change.source.platform, "handles": [handle] if handle else []}
    return {name: value for name, value in (post | named).items() if value is not None}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

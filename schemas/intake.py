"""Reads posts in the forms in which they come, and says which field is wrong when it cannot.

Forms: X API v2 as documented under "Fields", "Expansions" and "Filtered stream" of the X developer platform (one
post, a page with ``includes``, a line of the stream), and a flat object of which only ``id`` and ``text`` are
required. A Mention written by Sunwai itself is a flat object too.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import ValidationError

from schemas.mention import MAX_MENTION_BYTES, Mention

__all__ = ["IntakeError", "describe", "read_bytes", "read_mention", "split_page"]

MAX_HANDLES = 50
_HANDLE = re.compile(r"(?<![\w@.])@([A-Za-z0-9_]{1,30})")
_REFERENCE = {"replied_to": "in_reply_to", "retweeted": "repost_of", "quoted": "quote_of"}
_ALIASES = {
    "created_at": ("created_at", "ts", "timestamp", "date"),
    "in_reply_to": ("in_reply_to", "in_reply_to_id"),
    "handles": ("handles", "to"),
}


class IntakeError(ValueError):
    """A post that cannot be read; the message names the field."""


def describe(error: ValidationError) -> str:
    """A validation error in one line, each part led by its field; never the value, which is a person's words."""
    parts = []
    for item in error.errors(include_url=False, include_context=False, include_input=False)[:5]:
        field = ".".join(str(part) for part in item["loc"]) or "post"
        parts.append(f"{field}: {item['msg'].removeprefix('Value error, ')}")
    return "; ".join(parts)


def read_bytes(raw: bytes, *, most: int = MAX_MENTION_BYTES) -> Any:
    """JSON bytes to a value. Raises IntakeError for what is no JSON or longer than ``most`` bytes."""
    if len(raw) > most:
        raise IntakeError(f"post: {len(raw)} bytes are more than the {most} that a post may have")
    try:
        return json.loads(raw)
    except UnicodeDecodeError as error:
        raise IntakeError(f"post: not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise IntakeError("post: nested too deeply") from error
    except ValueError as error:
        raise IntakeError(f"post: not JSON: {error}") from error


def split_page(payload: Any) -> Iterator[Any]:
    """The posts of a payload: each element of a list or of an X page (with the page's ``includes``), else itself."""
    if isinstance(payload, list):
        for element in payload:
            yield from split_page(element)
    elif isinstance(payload, dict) and isinstance(payload.get("data"), list):
        for element in payload["data"]:
            yield {"data": element, "includes": payload.get("includes")}
    else:
        yield payload


def read_mention(payload: Any, *, received_at: datetime, platform: str = "x") -> Mention:
    """One post to a Mention. ``received_at`` and ``platform`` hold where the post does not say.

    Raises IntakeError.
    """
    if not isinstance(payload, Mapping):
        raise IntakeError(f"post: an object is needed, this is {_json_type(payload)}")
    fields = _from_x(payload) if _is_x(payload) else _from_flat(payload)
    fields.setdefault("platform", platform)
    fields.setdefault("received_at", received_at)
    try:
        return Mention.model_validate(_complete(fields))
    except ValidationError as error:
        raise IntakeError(describe(error)) from error


def _is_x(payload: Mapping[str, Any]) -> bool:
    return isinstance(payload.get("data"), Mapping) or "edit_history_tweet_ids" in payload


def _from_x(payload: Mapping[str, Any]) -> dict[str, Any]:
    wrapped = payload.get("data")
    post: Mapping[str, Any] = wrapped if isinstance(wrapped, Mapping) else payload
    includes = _mapping(payload.get("includes"))
    fields: dict[str, Any] = {
        "id": _identifier(post, "id"),
        "text": _long_text(post),
        "author": _x_author(post, includes),
        "conversation_id": _x_conversation(post),
        "version_of": _x_first_version(post),
        "created_at": _moment(post.get("created_at")),
        "handles": _x_handles(post),
        "media": _x_media(post, includes),
        "place": _x_place(post, includes),
        "metrics": {k: v for k, v in _mapping(post.get("public_metrics")).items() if isinstance(v, int)},
    }
    for reference in _mappings(post.get("referenced_tweets")):
        name = _REFERENCE.get(str(reference.get("type")))
        if name:
            fields[name] = _identifier(reference, "id")
    if fields.get("repost_of"):
        _take_original(fields, includes)
    return _without_none(fields)


def _x_conversation(post: Mapping[str, Any]) -> Any:
    """An edited post is a new one ("Edit Posts"): where it begins a conversation, that is its first version's."""
    conversation, first = _identifier(post, "conversation_id"), _x_first_version(post)
    return conversation if first is None or conversation not in (None, _identifier(post, "id")) else first


def _x_first_version(post: Mapping[str, Any]) -> Any:
    """None for a post that is the first one itself."""
    versions = post.get("edit_history_tweet_ids")
    first = _identifier({"first": versions[0]}, "first") if isinstance(versions, list) and versions else None
    return first if isinstance(first, str) and first != _identifier(post, "id") else None


def _take_original(fields: dict[str, Any], includes: Mapping[str, Any]) -> None:
    """A repost repeats its original cut off: where the original came along, its whole text is taken."""
    for post in _mappings(includes.get("tweets")):
        if _identifier(post, "id") == fields["repost_of"]:
            fields["text"] = _long_text(post)
            fields["handles"] = [*(fields["handles"] or ()), *(_x_handles(post) or ())]


def _long_text(post: Mapping[str, Any]) -> Any:
    note = _mapping(post.get("note_tweet")).get("text")
    return note if isinstance(note, str) else post.get("text")


def _x_author(post: Mapping[str, Any], includes: Mapping[str, Any]) -> dict[str, Any] | None:
    author_id = _identifier(post, "author_id")
    if author_id is None:
        return None
    for user in _mappings(includes.get("users")):
        if _identifier(user, "id") == author_id:
            return {"id": author_id, "handle": user.get("username"), "name": user.get("name")}
    return {"id": author_id}


def _x_handles(post: Mapping[str, Any]) -> list[str] | None:
    entities = _mapping(post.get("entities"))
    if "mentions" not in entities:
        return None
    return [str(mention.get("username", "")) for mention in _mappings(entities["mentions"])]


def _x_media(post: Mapping[str, Any], includes: Mapping[str, Any]) -> list[dict[str, str]]:
    keys = _mapping(post.get("attachments")).get("media_keys") or ()
    by_key = {str(medium.get("media_key")): medium for medium in _mappings(includes.get("media"))}
    found = []
    for key in keys if isinstance(keys, list) else ():
        medium = by_key.get(key, {}) if isinstance(key, str) else {}
        address = medium.get("url") or medium.get("preview_image_url") or ""
        found.append({"kind": str(medium.get("type", "unknown")), "url": str(address)})
    return found


def _x_place(post: Mapping[str, Any], includes: Mapping[str, Any]) -> Any:
    place_id = _mapping(post.get("geo")).get("place_id")
    for place in _mappings(includes.get("places")):
        if place_id is not None and place.get("id") == place_id:
            return place.get("full_name")
    return None


def _from_flat(payload: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": _identifier(payload, "id"),
        "text": payload.get("text"),
        "author": _flat_author(payload),
        "created_at": _moment(_first(payload, "created_at")),
        "received_at": _moment(payload.get("received_at")),
        "handles": _flat_handles(_first(payload, "handles")),
        "media": _flat_media(payload.get("media")),
        "in_reply_to": _identifier(payload, *_ALIASES["in_reply_to"]),
    }
    for name in ("conversation_id", "repost_of", "quote_of", "version_of"):
        fields[name] = _identifier(payload, name)
    for name in ("platform", "url", "place", "metrics", "historic", "by_terms", "created_at_assumed"):
        fields[name] = payload.get(name)
    return _without_none(fields)


def _flat_author(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    author = payload.get("author")
    if isinstance(author, Mapping):
        return {"id": _identifier(author, "id"), "handle": author.get("handle"), "name": author.get("name")}
    handle = author if isinstance(author, str) else payload.get("author_handle")
    author_id = _identifier(payload, "author_id")
    if author_id is None and not handle:
        return None
    return {"id": author_id, "handle": handle, "name": payload.get("author_name")}


def _flat_handles(value: Any) -> Any:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _flat_media(value: Any) -> Any:
    if isinstance(value, list):
        return [{"kind": "unknown", "url": item} if isinstance(item, str) else item for item in value]
    return value


def _complete(fields: dict[str, Any]) -> dict[str, Any]:
    """Fills in what the other fields imply, and makes handles comparable."""
    text = fields.get("text")
    if isinstance(text, str):
        fields["text"] = text = _repaired(text)
    if fields.get("handles") is None:
        fields["handles"] = _HANDLE.findall(text)[:MAX_HANDLES] if isinstance(text, str) else ()
    if isinstance(fields["handles"], Sequence):
        fields["handles"] = _distinct(fields["handles"])
    fields["author"] = _author(fields.get("author"), fields.get("id"))
    fields.setdefault("conversation_id", fields.get("in_reply_to") or fields.get("id"))
    if "created_at" not in fields:
        fields["created_at"] = fields["received_at"]
        fields["created_at_assumed"] = True
    return fields


def _author(author: Any, post_id: Any) -> dict[str, Any]:
    """An unknown author is one of its own: ``unknown-{post id}``, so that no two are taken for one."""
    known = dict(author or {})
    handle = known.get("handle")
    if isinstance(handle, str):
        known["handle"] = handle = _repaired(handle).strip().lstrip("@").lower() or None
    if isinstance(known.get("name"), str):
        known["name"] = _repaired(known["name"])[:256]
    if known.get("id") is None:
        known["id"] = f"handle-{handle}" if handle else f"unknown-{post_id}"[:128]
    return known


def _distinct(handles: Sequence[Any]) -> Sequence[Any]:
    """Clean and each once; what is no string is left for the model to refuse by its place."""
    if not all(isinstance(handle, str) for handle in handles):
        return handles
    clean = (handle.strip().lstrip("@").lower() for handle in handles[:MAX_HANDLES])
    return [*dict.fromkeys(handle for handle in clean if handle)]


def _repaired(text: str) -> str:
    """Lone surrogates (a post cut through an emoji) become U+FFFD: the rest of what was said is worth reading."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _moment(value: Any) -> datetime | None:
    """ISO 8601, the form of X's first interface, or seconds or milliseconds since 1970; no zone means UTC."""
    if value is None or value == "":
        return None
    try:
        moment = _parsed(value)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise IntakeError("created_at: not a date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parsed(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool):
        raise TypeError("a date is neither true nor false")
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / 1000 if abs(value) >= 1e11 else value, UTC)
    if not isinstance(value, str):
        raise TypeError("a date is a string or a number")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    try:
        return datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        return parsedate_to_datetime(value)


def _identifier(payload: Mapping[str, Any], *names: str) -> Any:
    """An id as a string; numbers are taken, since exports write ids as numbers."""
    for name in names:
        value = payload.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None and value != "":
            return value
    return None


def _first(payload: Mapping[str, Any], name: str) -> Any:
    return next((payload[alias] for alias in _ALIASES[name] if payload.get(alias) not in (None, "")), None)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    return (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else iter(())


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _json_type(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "something else")

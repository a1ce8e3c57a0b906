"""The archive that X gives an account of its own posts: ``data/tweets.js``, beside it ``data/account.js``.

Documented by the archive's own README.txt: each file is JSON behind ``window.YTD.NAME.part0 =``, posts in the form of
X's first interface. All of them are of the account that asked for it.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["ARCHIVE", "archive_posts"]

ARCHIVE = b"window.YTD."
_BEFORE = re.compile(rb"\s*window\.YTD\.[\w.]{1,100}\s*=\s*")
_MOST_ACCOUNT_BYTES = 64 * 1024


def archive_posts(raw: bytes, path: Path) -> list[Any]:
    """Each post as a flat object; what is none is left as it is, and becomes a dead letter. Raises ValueError for what
    is no JSON behind the name."""
    elements = _value(raw)
    author = _author(path.parent / "account.js")
    return [_flat(each, author) for each in elements] if isinstance(elements, list) else [elements]


def _value(raw: bytes) -> Any:
    found = _BEFORE.match(raw)
    return json.loads(raw[found.end() :] if found else raw)


def _author(path: Path) -> dict[str, str]:
    """Whose archive it is; nobody where the file is missing or says nothing."""
    try:
        with path.open("rb") as file:
            value = _value(file.read(_MOST_ACCOUNT_BYTES))
        account = value[0]["account"]
        return {"author_id": str(account["accountId"]), "author_handle": str(account["username"])}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _flat(element: Any, author: Mapping[str, str]) -> Any:
    post = element.get("tweet", element) if isinstance(element, dict) else element
    if not isinstance(post, dict) or "full_text" not in post:
        return element
    entities = post.get("entities")
    mentions = entities.get("user_mentions") if isinstance(entities, dict) else None
    names = [str(each.get("screen_name")) for each in mentions or () if isinstance(each, dict)]
    flat = {
        "id": post.get("id_str") or post.get("id"),
        "text": post["full_text"],
        "created_at": post.get("created_at"),
        "in_reply_to": post.get("in_reply_to_status_id_str") or post.get("in_reply_to_status_id"),
        "handles": names or None,
    }
    return {name: value for name, value in {**flat, **author}.items() if value is not None}

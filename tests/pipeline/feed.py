"""A seeded stream of posts, as a town writes them: fresh complaints and chatter, replies, reposts, copies."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from classifiers.corpus import shipped_training

__all__ = ["make_feed", "write_feed"]

_HANDLES = ("SundarpurPolice", "SundarpurNagarNigam", "PurviBijliSPR", "DMSundarpur", "RatnaRailway")


def make_feed(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """``count`` posts with distinct ids; about a fifth answer, repeat or copy an earlier one."""
    source = random.Random(seed)
    texts = [row.text for row in shipped_training()]
    recent: list[dict[str, Any]] = []
    for number in range(count):
        post = _next_post(str(10_000_000 + number), source, texts, recent)
        recent = [*recent[-199:], post]
        yield post


def _next_post(id: str, source: random.Random, texts: list[str], recent: list[dict[str, Any]]) -> dict[str, Any]:
    author = str(source.randrange(1, 5000))
    fresh = {"id": id, "author_id": author, "conversation_id": id, "text": _text(id, source, texts)}
    if not recent or source.random() < 0.8:
        return fresh
    earlier = source.choice(recent)
    kind = source.choice(("reply", "repost", "copy"))
    if kind == "reply":
        thread = {"in_reply_to": earlier["id"], "conversation_id": earlier["conversation_id"]}
        return fresh | thread | {"author_id": earlier["author_id"]}
    if kind == "repost":
        return fresh | {"text": earlier["text"], "repost_of": earlier["id"]}
    return fresh | {"text": earlier["text"]}


def _text(id: str, source: random.Random, texts: list[str]) -> str:
    return f"@{source.choice(_HANDLES)} {source.choice(texts)} {id}"


def write_feed(path: Path, count: int, seed: int = 1) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for post in make_feed(count, seed):
            file.write(json.dumps(post, ensure_ascii=False) + "\n")
    return path

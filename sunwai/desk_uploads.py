"""Tables of posts as the desk takes them (desk/tables.py): read row by row, published like any other post."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from queues.state import StoreDownError
from schemas.mention import Mention
from schemas.upload import RowFault
from streams.dead_letters import Origin
from streams.log import EventLog, LogDownError
from streams.sources.publish import Publisher
from streams.sources.upload import read_upload

__all__ = ["LogUploads"]


@dataclass(frozen=True)
class LogUploads:
    """``log`` opens the event log when it is first needed: the desk does without it until then."""

    log: Callable[[], EventLog]
    clock: Callable[[], datetime]
    zone: ZoneInfo

    def read(self, content: bytes, platform: str) -> Iterator[tuple[int, Mapping[str, Any] | RowFault]]:
        return read_upload(content, platform=platform, now=self.clock(), zone=self.zone)

    def publish(self, upload: str, posts: Sequence[Mapping[str, Any]], *, historic: bool) -> None:
        def marked(post: Mention) -> Mention:
            return post.model_copy(update={"historic": historic})

        try:
            publisher = Publisher(self.log(), self.clock, source="upload")
            raw = [json.dumps(post).encode() for post in posts]
            taken = [
                publisher.take_parsed(each, post, Origin(f"upload/{upload}", 0, number), marked)
                for number, (each, post) in enumerate(zip(raw, posts, strict=True))
            ]
            publisher.append([event for each in taken for event in each.events])
        except LogDownError as error:
            raise StoreDownError(str(error)) from error  # to the desk it is one thing: wait, nothing is lost

"""From what X delivers to the log: each post once, whatever the way on which it came."""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from schemas.intake import IntakeError, read_bytes
from schemas.mention import Mention
from streams.dead_letters import Origin
from streams.log import Event
from streams.sources.publish import Publisher, Taken
from streams.sources.x.progress import Progress
from streams.sources.x.scopes import Scope

__all__ = ["FIELDS", "SEARCH", "STREAM", "Intake"]

STREAM, SEARCH = "x/stream", "x/search"
"""Ways in, as dead letters and recordings name them."""

FIELDS = {
    "tweet.fields": "id,text,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,attachments,geo,"
    "in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets",
    "expansions": "author_id,attachments.media_keys,geo.place_id,referenced_tweets.id",
    "user.fields": "id,name,username",
    "media.fields": "media_key,type,url,preview_image_url",
    "place.fields": "id,full_name",
}
"""What is asked for of each post ("Fields" and "Expansions")."""

REMEMBERED = 50_000
"""Posts that are known to have come, so that a second copy is not read again: half an hour of the busiest stream."""

_log = structlog.get_logger()


@dataclass
class Intake:
    """May be used by several threads. The publisher waits for a log that is down. A line that rules with ``terms_tag``
    alone have brought is for the watch alone (no tag: none is), and so is what a search for terms finds and addresses
    none of ``handles``, nor is by one of them."""

    publisher: Publisher
    progress: Progress
    terms_tag: str = ""
    handles: frozenset[str] = frozenset()
    _seen: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _number: int = 0

    def take_lines(self, lines: Sequence[bytes]) -> int:
        """Publishes what lines of a stream hold; returns the highest id among them, 0 if there is none."""
        with self._lock:
            taken = [(line, part) for line in lines if (part := self._line(line)) is not None]
            newest = self._publish([part for _, part in taken])
            self.publisher.keep(STREAM, [line for line, _ in taken])
            return newest

    def take_page(self, page: Mapping[str, Any], scope: Scope) -> int:
        """Publishes the posts of a page of a search; returns how many of them were new."""
        with self._lock:
            fresh = [post for post in page.get("data") or () if self._is_new(_id_of(post))]
            self._note_errors(page)
            if fresh:
                payload = {"data": fresh, "includes": page.get("includes")}
                raw = json.dumps(payload).encode()
                change = self._unless_addressed if scope is Scope.TERMS else _as_it_is
                self._publish([self.publisher.take_parsed(raw, payload, self._origin(SEARCH), change)])
                self.publisher.keep(SEARCH, [raw])
            return len(fresh)

    def _line(self, line: bytes) -> Taken | None:
        try:
            payload = read_bytes(line)
        except IntakeError as error:
            return self.publisher.reject(line, str(error), self._origin(STREAM))
        if not isinstance(payload, dict) or "data" not in payload:
            self._note_errors(payload if isinstance(payload, dict) else {})
            return None  # a message of the stream itself: new kinds of them may come at any time
        if not self._is_new(_id_of(payload["data"])):
            return None
        self._note_errors(payload)
        for_watch = self.terms_tag and _tags(payload) == {self.terms_tag}
        change = _for_the_watch if for_watch else _as_it_is
        return self.publisher.take_parsed(line, payload, self._origin(STREAM), change)

    def _unless_addressed(self, post: Mention) -> Mention:
        ours = not self.handles.isdisjoint((*post.handles, post.author.handle or ""))
        return post if ours else _for_the_watch(post)

    def _publish(self, parts: Sequence[Taken]) -> int:
        events: list[Event] = [event for part in parts for event in part.events]
        mentions = [mention for part in parts for mention in part.mentions]
        self.publisher.append_patiently(events)
        if events:
            self.progress.took(len(events), max((mention.created_at for mention in mentions), default=None))
        return max((int(mention.id) for mention in mentions if mention.id.isdigit()), default=0)

    def _is_new(self, id: str) -> bool:
        """Whether a post has not come yet; from now on it has."""
        if id in self._seen:
            return False
        self._seen[id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def _note_errors(self, payload: Mapping[str, Any]) -> None:
        """Partial errors: a post came, but not all that belongs to it (its author was suspended, its original is
        protected). The post is read with what there is."""
        errors = payload.get("errors")
        if isinstance(errors, list) and errors:
            self.progress.partial += 1
            kinds = sorted({str(error.get("title", ""))[:60] for error in errors if isinstance(error, dict)})
            _log.info("x_partial_errors", kinds=kinds)

    def _origin(self, name: str) -> Origin:
        self._number += 1
        return Origin(name, 0, self._number)


def _tags(payload: Mapping[str, Any]) -> set[Any]:
    """Those of the rules that have brought a line ("matching_rules")."""
    rules = payload.get("matching_rules")
    return {rule.get("tag") for rule in rules if isinstance(rule, dict)} if isinstance(rules, list) else set()


def _as_it_is(post: Mention) -> Mention:
    return post


def _for_the_watch(post: Mention) -> Mention:
    return post.model_copy(update={"by_terms": True})


def _id_of(post: Any) -> str:
    return str(post.get("id", "")) if isinstance(post, dict) else ""

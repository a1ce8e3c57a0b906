"""Answers below comments on Facebook and Instagram, as the page or account on which they were written.

Documented under "Graph API: Comment, comments", "Instagram Platform: Comment moderation" and "Graph API: Handling
errors", "Rate limits". Whether something went out of which no answer came is looked up below the comment itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx
import structlog

from queues.sending import same_words
from schemas.mention import post_key
from streams.replies import LostError, NotSentError, NotYetError, Outgoing, RefusedError
from streams.senders.pace import Pace
from streams.sources.meta_changes import EDITED

__all__ = ["GRAPH", "MetaAccount", "MetaSender", "asked_of_graph", "graph_client"]

GRAPH = "https://graph.facebook.com/v26.0"
_EDGES = {"facebook": ("comments", "message", 8000), "instagram": ("replies", "text", 2200)}
"""Below what answers stand, what their words are called there, and how many characters they may have."""

_LIMITED = frozenset({4, 17, 32, 613, 80001, 80002})
_WINDOW = timedelta(hours=1)
"""Meta counts calls over an hour."""
_TEMPORARY = frozenset({1, 2})
_TOKEN = 190
_DUPLICATE = 506
_ANSWER_SECONDS = 10.0
_PAGE = 100

_log = structlog.get_logger()


def graph_client(token: str, base: str = GRAPH, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """The token goes in a header, never in an address."""
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "Sunwai"}
    return httpx.Client(base_url=base, headers=headers, timeout=_ANSWER_SECONDS, transport=transport)


@dataclass(frozen=True)
class MetaAccount:
    """A page or account: its id, and a client that speaks as it."""

    id: str
    client: httpx.Client = field(repr=False)


@dataclass(frozen=True)
class MetaSender:
    """``accounts`` by lower-case handle of the directory."""

    platform: Literal["facebook", "instagram"]
    accounts: Mapping[str, MetaAccount]
    pace: Pace
    clock: Callable[[], datetime]

    def send(self, reply: Outgoing) -> str:
        """See ``streams.replies.Sender``."""
        post, account = self._checked(reply)
        self.pace.keep(f"{self.platform}:{account.id}")
        edge, _, _ = _EDGES[self.platform]
        answer = asked_of_graph(
            self.platform, account, self.clock, "POST", f"/{post}/{edge}", data={"message": reply.text}
        )
        if not answer.get("id"):
            raise LostError("Meta did not say as what it was published")
        return post_key(self.platform, str(answer["id"]))

    def was_sent(self, reply: Outgoing) -> str | None:
        """See ``streams.replies.Sender``."""
        post, account = self._checked(reply)
        edge, words, _ = _EDGES[self.platform]
        asked = {"fields": f"id,{words},from", "limit": _PAGE}
        for mine in (
            asked_of_graph(self.platform, account, self.clock, "GET", f"/{post}/{edge}", params=asked).get("data") or ()
        ):
            own = str((mine.get("from") or {}).get("id")) == account.id
            if own and same_words(str(mine.get(words, "")), reply.text):
                return post_key(self.platform, str(mine["id"]))
        return None

    def _checked(self, reply: Outgoing) -> tuple[str, MetaAccount]:
        """The comment's id, and who answers it. Raises RefusedError."""
        platform, _, key = reply.in_reply_to.partition(":")
        post = key.partition(EDITED)[0]
        account = next((self.accounts[handle] for handle in reply.reply_as if handle in self.accounts), None)
        most = _EDGES[self.platform][2]
        if platform != self.platform or not post.replace("_", "").isdigit():
            raise RefusedError(f"the post is not one of {self.platform}")
        if account is None:
            raise RefusedError("there is no page or account to answer as")
        if len(reply.text) > most:
            raise RefusedError(f"{len(reply.text)} characters, {most} are allowed")
        return post, account


def asked_of_graph(
    platform: str, account: MetaAccount, clock: Callable[[], datetime], method: str, path: str, **more: Any
) -> dict[str, Any]:
    """What Meta answers. Raises LostError, NotYetError, NotSentError, RefusedError."""
    try:
        answer = account.client.request(method, path, **more)
        content = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise LostError(f"the answer of Meta was lost ({type(error).__name__})") from error
    found: dict[str, Any] = content if isinstance(content, dict) else {}
    if not answer.is_success:
        raise _fault(platform, clock(), answer.status_code, found.get("error"))
    return found


def _fault(platform: str, now: datetime, status: int, error: Any) -> Exception:
    code = error.get("code") if isinstance(error, dict) else None
    if status == httpx.codes.TOO_MANY_REQUESTS or code in _LIMITED:
        return NotYetError(now + _WINDOW)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or code in _TEMPORARY or code == _DUPLICATE:
        return LostError(f"Meta cannot say ({status}, code {code})")
    if code == _TOKEN:
        _log.error("meta_account_refused", platform=platform)  # to be mended by the operator: tried again
        return NotSentError("Meta does not take the token of the account")
    return RefusedError(f"Meta refuses ({status}, code {code})")

"""Answers on X, as the handle that the citizen addressed.

Documented under "Create Post", "User Posts timeline" and "OAuth 1.0a". A plan that is not Enterprise may answer only a
post whose author mentions or quotes the answering account ("Changelog", February 2026): that refusal is final. Whether
something went out of which no answer came is looked up in the account's own timeline before anything else is done.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from oauthlib.oauth1 import Client as Signer

from queues.sending import same_words
from schemas.mention import post_key
from schemas.platforms import XPlan
from streams.replies import Outgoing, RefusedError
from streams.senders.pace import Pace
from streams.senders.x_errors import looking_up, sending
from streams.sources.x.client import XClient
from text.post_length import links, post_length

__all__ = ["Account", "Signature", "XSender"]

POSTS = "/2/tweets"
_PAGE = 100
_PAGES = 3
_FORBIDDEN = "X does not let us answer this post (its author must mention or quote the account)"


class Signature(httpx.Auth):
    """Signs each request as an account (OAuth 1.0a, HMAC-SHA1); a JSON body is no part of it."""

    def __init__(self, app: tuple[str, str], account: tuple[str, str]):
        self._signer = Signer(app[0], app[1], account[0], account[1])

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        _, headers, _ = self._signer.sign(str(request.url), request.method)
        request.headers["Authorization"] = headers["Authorization"]
        yield request


@dataclass(frozen=True)
class Account:
    """An account of the office: its id on X, and a client that signs as it."""

    id: str
    client: XClient = field(repr=False)


@dataclass(frozen=True)
class XSender:
    """``accounts`` by lower-case handle."""

    accounts: Mapping[str, Account]
    plan: XPlan
    pace: Pace
    clock: Callable[[], datetime]

    def send(self, reply: Outgoing) -> str:
        """See ``streams.replies.Sender``."""
        post, account, handle = self._checked(reply)
        self.pace.keep(f"x:{handle}")
        body = {"text": reply.text, "reply": {"in_reply_to_tweet_id": post}}
        with sending(self.clock, forbidden=_FORBIDDEN):
            answer = account.client.ask("POST", POSTS, body=body)
            return post_key("x", str(answer["data"]["id"]))

    def was_sent(self, reply: Outgoing) -> str | None:
        """See ``streams.replies.Sender``."""
        post, account, _ = self._checked(reply)
        with looking_up(self.clock, where="the timeline of the account"):
            for mine in self._timeline(account, since=post):
                if _answers(mine, post) and same_words(str(mine.get("text", "")), reply.text):
                    return post_key("x", str(mine["id"]))
        return None

    def _checked(self, reply: Outgoing) -> tuple[str, Account, str]:
        """The post's id on X, the account that answers, and its handle. Raises RefusedError."""
        platform, _, post = reply.in_reply_to.partition(":")
        handle = next((handle for handle in reply.reply_as if handle in self.accounts), None)
        if platform != "x" or not post.isdigit():
            raise RefusedError("the post is not one of X")
        if handle is None:
            named = ", ".join(f"@{handle}" for handle in reply.reply_as)
            raise RefusedError(f"no account to answer as ({named or 'the post names no handle of ours'})")
        if (length := post_length(reply.text)) > self.plan.answer_length:
            raise RefusedError(f"{length} characters as X counts them, {self.plan.answer_length} are allowed")
        if links(reply.text) and not self.plan.links:
            raise RefusedError("it holds a link, which the directory does not allow")
        return post, self.accounts[handle], handle

    def _timeline(self, account: Account, *, since: str) -> Iterator[Mapping[str, Any]]:
        """The account's own posts after a post, newest first, as far back as a few pages go."""
        asked = {"max_results": _PAGE, "since_id": since, "tweet.fields": "text,note_tweet,referenced_tweets"}
        token: dict[str, str] = {}
        for _ in range(_PAGES):
            page = account.client.ask("GET", f"/2/users/{account.id}/tweets", params=asked | token)
            yield from page.get("data") or ()
            if (following := page.get("meta", {}).get("next_token")) is None:
                return
            token = {"pagination_token": str(following)}


def _answers(mine: Mapping[str, Any], post: str) -> bool:
    references = mine.get("referenced_tweets") or ()
    return any(each.get("type") == "replied_to" and str(each.get("id")) == post for each in references)

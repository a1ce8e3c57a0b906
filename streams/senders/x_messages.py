"""Private messages on X, as the handle that the citizen addressed.

Documented under "Manage Direct Messages" and "Direct Messages lookup" (docs.x.com): one-to-one conversations by the
other's id, in the name of an account whose app may read and write direct messages. Whether a message of which no answer
came has gone out is looked up in the conversation itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx
import structlog

from queues.sending import same_words
from schemas.mention import post_key
from streams.replies import LostError, NotSentError, NotYetError, Outgoing, RefusedError
from streams.senders.pace import Pace
from streams.senders.x import Account, limit_ends
from streams.sources.x.client import XDownError, XError, XLimitedError, XLostError, XRefusedError

__all__ = ["XMessages"]

_LONGEST = 10_000
_PAGE = 100
_ASKED = {"max_results": _PAGE, "event_types": "MessageCreate", "dm_event.fields": "id,text,sender_id"}

_log = structlog.get_logger()


@dataclass(frozen=True)
class XMessages:
    """``accounts`` by lower-case handle."""

    accounts: Mapping[str, Account]
    pace: Pace
    clock: Callable[[], datetime]

    def send(self, reply: Outgoing) -> str:
        """See ``streams.replies.Sender``."""
        to, account, handle = self._checked(reply)
        self.pace.keep(f"x:{handle}")
        try:
            answer = account.client.ask("POST", f"{_conversation(to)}/messages", body={"text": reply.text})
            return _key(answer["data"]["dm_event_id"])
        except XLimitedError as error:
            raise NotYetError(limit_ends(error, self.clock())) from error
        except XRefusedError as error:
            raise _refusal(error) from error
        except (XLostError, XDownError, LookupError, TypeError) as error:
            raise LostError("the answer of X was lost") from error

    def was_sent(self, reply: Outgoing) -> str | None:
        """See ``streams.replies.Sender``."""
        to, account, _ = self._checked(reply)
        try:
            found = account.client.ask("GET", f"{_conversation(to)}/dm_events", params=_ASKED)
        except XLimitedError as error:
            raise NotYetError(limit_ends(error, self.clock())) from error
        except XError as error:
            raise LostError("the conversation cannot be read") from error
        for mine in found.get("data") or ():
            if str(mine.get("sender_id")) == account.id and same_words(str(mine.get("text", "")), reply.text):
                return _key(mine["id"])
        return None

    def _checked(self, reply: Outgoing) -> tuple[str, Account, str]:
        """The citizen's id on X, the account that writes, and its handle. Raises RefusedError."""
        handle = next((handle for handle in reply.reply_as if handle in self.accounts), None)
        if reply.to is None or not reply.to.isdigit() or not reply.in_reply_to.startswith("x:"):
            raise RefusedError("the author has no account on X that is known")
        if handle is None:
            raise RefusedError("no account to write as")
        if len(reply.text) > _LONGEST:
            raise RefusedError(f"{len(reply.text)} characters, {_LONGEST} are allowed")
        return reply.to, self.accounts[handle], handle


def _conversation(to: str) -> str:
    return f"/2/dm_conversations/with/{to}"


def _key(event: object) -> str:
    return post_key("x", f"message-{event}")


def _refusal(error: XRefusedError) -> Exception:
    if error.status in (httpx.codes.UNAUTHORIZED, httpx.codes.PAYMENT_REQUIRED):
        _log.error("x_account_refused", status=error.status)  # to be mended by the operator: tried again
        return NotSentError(str(error))
    if error.status == httpx.codes.FORBIDDEN:
        return RefusedError("X does not let us write to this account: it takes no messages from us")
    return RefusedError(str(error))

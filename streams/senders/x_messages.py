"""Private messages on X, as the handle that the citizen addressed.

Documented under "Manage Direct Messages" and "Direct Messages lookup" (docs.x.com): one-to-one conversations by the
other's id, in the name of an account whose app may read and write direct messages. Whether a message of which no answer
came has gone out is looked up in the conversation itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from queues.sending import same_words
from schemas.mention import post_key
from streams.replies import Outgoing, RefusedError
from streams.senders.pace import Pace
from streams.senders.x import Account
from streams.senders.x_errors import looking_up, sending

__all__ = ["XMessages"]

_LONGEST = 10_000
_PAGE = 100
_ASKED = {"max_results": _PAGE, "event_types": "MessageCreate", "dm_event.fields": "id,text,sender_id"}
_FORBIDDEN = "X does not let us write to this account: it takes no messages from us"


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
        with sending(self.clock, forbidden=_FORBIDDEN):
            answer = account.client.ask("POST", f"{_conversation(to)}/messages", body={"text": reply.text})
            return _key(answer["data"]["dm_event_id"])

    def was_sent(self, reply: Outgoing) -> str | None:
        """See ``streams.replies.Sender``."""
        to, account, _ = self._checked(reply)
        with looking_up(self.clock, where="the conversation"):
            found = account.client.ask("GET", f"{_conversation(to)}/dm_events", params=_ASKED)
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

"""Private replies on Facebook and Instagram: one message to who wrote a comment, within seven days.

Documented under "Messenger Platform: Private Replies" and "Instagram Platform: Private Replies". A second one to the
same comment is refused (10900), so a message of which no answer came is not looked up: it is left to a person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from schemas.mention import post_key
from streams.replies import LostError, Outgoing, RefusedError
from streams.senders.meta import MetaAccount, asked_of_graph
from streams.senders.pace import Pace
from streams.sources.meta_changes import EDITED

__all__ = ["MetaMessages"]

_LONGEST = 1000
"""Characters that both platforms take."""


@dataclass(frozen=True)
class MetaMessages:
    """``accounts`` by lower-case handle of the directory."""

    platform: Literal["facebook", "instagram"]
    accounts: Mapping[str, MetaAccount]
    pace: Pace
    clock: Callable[[], datetime]

    def send(self, reply: Outgoing) -> str:
        """See ``streams.replies.Sender``."""
        platform, _, key = reply.in_reply_to.partition(":")
        comment = key.partition(EDITED)[0]
        account = next((self.accounts[handle] for handle in reply.reply_as if handle in self.accounts), None)
        if platform != self.platform or not comment.replace("_", "").isdigit():
            raise RefusedError(f"the post is not one of {self.platform}")
        if account is None:
            raise RefusedError("there is no page or account to write as")
        if len(reply.text) > _LONGEST:
            raise RefusedError(f"{len(reply.text)} characters, {_LONGEST} are allowed")
        self.pace.keep(f"{self.platform}:{account.id}")
        body: dict[str, Any] = {"recipient": {"comment_id": comment}, "message": {"text": reply.text}}
        answer = asked_of_graph(self.platform, account, self.clock, "POST", f"/{account.id}/messages", json=body)
        if not answer.get("message_id"):
            raise LostError("Meta did not say as what it was sent")
        return post_key(self.platform, f"message-{answer['message_id']}"[:128])

    def was_sent(self, reply: Outgoing) -> str | None:
        """Meta does not tell."""
        return None

"""The words of a mention on Instagram, asked for in the name of the account that was mentioned.

Documented under "Instagram Platform: Mentions" (``mentioned_comment``, ``mentioned_media``); an account is told only
of itself, so each has a client of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from streams.sources.meta_changes import InstagramMention, LookUpError

__all__ = ["MentionLookUp"]

_COMMENT = "id,text,timestamp,username"
_MEDIA = "id,caption,timestamp,username,permalink"


@dataclass(frozen=True, slots=True)
class MentionLookUp:
    """``client_of`` gives the client of an account by its id; None for one that has no token."""

    client_of: Callable[[str], httpx.Client | None]

    def __call__(self, mention: InstagramMention) -> Mapping[str, Any]:
        client = self.client_of(mention.account)
        if client is None:
            raise LookUpError("Instagram tells only the ids of a mention, and this account has no token to ask with")
        if not mention.media.isdigit() or not (mention.comment or "0").isdigit():
            raise LookUpError("the ids of the mention are no ids")
        name, fields = (
            (f"mentioned_media.media_id({mention.media})", _MEDIA)
            if mention.comment is None
            else (f"mentioned_comment.comment_id({mention.comment})", _COMMENT)
        )
        try:
            answer = client.get(f"/{mention.account}", params={"fields": f"{name}{{{fields}}}"})
            found = answer.json().get(name.partition(".")[0]) if answer.is_success else None
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            raise LookUpError(f"Instagram did not tell the words of a mention ({type(error).__name__})") from error
        if not isinstance(found, Mapping):
            raise LookUpError(f"Instagram does not tell the words of a mention ({answer.status_code})")
        return found

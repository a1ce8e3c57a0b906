"""From a triaged mention to what the watch may see of it."""

from schemas.directory import Directory
from schemas.events import Observation
from schemas.mention import Mention, post_key
from schemas.triage import Triage

__all__ = ["observation_of"]


def observation_of(mention: Mention, triage: Triage, author_hash: str, directory: Directory) -> Observation:
    """``author_hash`` stands for the author; event time is the earlier of written and received."""
    return Observation(
        key=mention.key,
        author_hash=author_hash,
        at=min(mention.created_at, mention.received_at),
        text=triage.text,
        language=triage.language,
        type=triage.type,
        complaint=triage.complaint,
        rumour=triage.rumour,
        stance=triage.stance,
        place=triage.places[0].code if triage.places else None,
        repost_of=_key(mention, mention.repost_of),
        quote_of=_key(mention, mention.quote_of),
        handles=tuple(handle for handle in mention.handles if handle in directory.by_handle),
        by_terms=mention.by_terms,
    )


def _key(mention: Mention, post_id: str | None) -> str | None:
    return None if post_id is None else post_key(mention.platform, post_id)

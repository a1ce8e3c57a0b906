"""What becomes of each mention of a batch: a case of its own, a part of another, or a record and no more."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b

from queues.joining import JoinKeys, is_bare_quote, join_keys, post_join_key
from queues.naming import case_id
from queues.routing import Route, route
from queues.store import CaseStore
from schemas.case import Disposition, MentionRecord, PostKind
from schemas.directory import Directory
from schemas.mention import Mention
from schemas.triage import Triage, TriagedMention

__all__ = ["REVIEW_SAMPLE", "Deciding", "is_filed"]

REVIEW_SAMPLE = 100
"""One in so many posts that are no complaint goes to review all the same, so that what is missed is seen."""


def is_filed(key: str, triage: Triage) -> bool:
    """Whether a post becomes a case if it joins none: a complaint, an unsure one, or one of the sample."""
    return triage.is_complaint or triage.needs_human or _is_sampled(key)


def _is_sampled(key: str) -> bool:
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), "big") % REVIEW_SAMPLE == 0


class Deciding:
    """Decides one batch in its order. ``claims`` are the join keys to be claimed for what was decided;
    ``unite`` the cases that a post has shown to be one."""

    def __init__(self, directory: Directory, now: datetime, buried: Iterable[str]):
        self._directory = directory
        self._now = now
        self._buried = frozenset(buried)
        self._held: dict[str, str] = {}
        self._root: dict[str, str] = {}
        self.claims: dict[str, str] = {}
        self.unite: list[tuple[str, ...]] = []

    def decide(self, store: CaseStore, items: Sequence[TriagedMention]) -> list[MentionRecord]:
        routed = [(item, self._route(item.mention, item.triage)) for item in items]
        keys = [self._keys(item, where) for item, where in routed]
        self._held = dict(store.holders([*{key for its in keys for key in its.read}]))
        self._root = root_ids(store, [*set(self._held.values())])
        return [self._decide(item, where, its) for (item, where), its in zip(routed, keys, strict=True)]

    def _route(self, mention: Mention, triage: Triage) -> Route:
        return route(mention.handles, triage, self._directory)

    def _keys(self, item: TriagedMention, where: Route) -> JoinKeys:
        """The keys that bind this post; a direction binds to the post that it answers."""
        keys = join_keys(item.mention, item.triage, where.queue, where.place)
        parent = item.mention.in_reply_to or item.mention.quote_of
        if not self._is_official(item.mention):
            return keys if is_filed(item.mention.key, item.triage) else keys.only_follows()
        if parent is None:
            return JoinKeys((), (), frozenset())
        answered = post_join_key(item.mention.platform, parent)
        own = post_join_key(item.mention.platform, item.mention.id)
        return JoinKeys((answered, own), (answered, own), frozenset((answered, own)))

    def _decide(self, item: TriagedMention, where: Route, keys: JoinKeys) -> MentionRecord:
        mention = item.mention
        if mention.key in self._buried:
            return self._record(item, where, Disposition.DELETED, None, PostKind.ORIGINAL)
        if self._is_official(mention):
            return self._decide_official(item, where, keys)
        target = self._target(keys)
        if target is None and not is_filed(mention.key, item.triage):
            return self._record(item, where, Disposition.NOT_COMPLAINT, None, _kind(mention))
        return self._filed(item, where, keys, target, _kind(mention))

    def _decide_official(self, item: TriagedMention, where: Route, keys: JoinKeys) -> MentionRecord:
        """A department's own post is recorded; only one that answers a post and tags another office directs."""
        directed = self._directed(item.mention, item.triage)
        target = self._target(keys)
        if directed is None:
            return self._record(item, where, Disposition.OFFICIAL, target, PostKind.OFFICIAL)
        return self._filed(item, directed, keys, target, PostKind.DIRECTION)

    def _directed(self, mention: Mention, triage: Triage) -> Route | None:
        if mention.in_reply_to is None and mention.quote_of is None:
            return None
        own = self._directory.by_handle[mention.author.handle or ""]
        tagged = [
            handle
            for handle in mention.handles
            if handle in self._directory.by_handle and self._directory.by_handle[handle] != own
        ]
        if not tagged:
            return None
        there = route(tagged, triage, self._directory)
        return Route(there.queue, there.watching, there.place, f"by direction of @{mention.author.handle}")

    def _filed(
        self, item: TriagedMention, where: Route, keys: JoinKeys, target: str | None, kind: PostKind
    ) -> MentionRecord:
        own = case_id(item.mention.key)
        target = target or own
        for key in keys.claim:
            if key not in self._held:
                self._held[key] = self.claims[key] = target
        disposition = Disposition.CASE if target == own else Disposition.JOINED
        if kind is PostKind.ORIGINAL and disposition is Disposition.JOINED:
            kind = self._kind_of_joined(keys)
        return self._record(item, where, disposition, target, kind)

    def _kind_of_joined(self, keys: JoinKeys) -> PostKind:
        return PostKind.ORIGINAL if any(key in keys.follows for key in self._found(keys)) else PostKind.COPY

    def _found(self, keys: JoinKeys) -> list[str]:
        return [key for key in keys.read if key in self._held]

    def _target(self, keys: JoinKeys) -> str | None:
        """The case that the strongest of its keys leads to; others that it leads to are to be united with it."""
        roots = tuple(dict.fromkeys(self._root_of(self._held[key]) for key in self._found(keys)))
        if len(roots) > 1:
            self.unite.append(roots)
        return roots[0] if roots else None

    def _root_of(self, id: str) -> str:
        return self._root.get(id, id)

    def _is_official(self, mention: Mention) -> bool:
        return mention.author.handle is not None and mention.author.handle in self._directory.by_handle

    def _record(
        self, item: TriagedMention, where: Route, disposition: Disposition, case: str | None, kind: PostKind
    ) -> MentionRecord:
        deleted = disposition is Disposition.DELETED
        return MentionRecord(
            key=item.mention.key,
            author_key=item.mention.author_key,
            disposition=disposition,
            case_id=case,
            kind=kind,
            queue=None if deleted else where.queue,
            watching=() if deleted else where.watching,
            decided_by=f"model:{item.triage.model}",
            reason="deleted before it was filed" if deleted else where.reason,
            mention=None if deleted else item.mention,
            triage=None if deleted else item.triage,
            sealed=None if deleted else item.sealed,
            recorded_at=self._now,
        )


def root_ids(store: CaseStore, ids: Sequence[str]) -> dict[str, str]:
    """The id at the end of each case's chain of merges; an id without a case yet is its own root."""
    into = _merged_into(store, ids)
    return {id: _end(id, into) for id in ids}


def _merged_into(store: CaseStore, ids: Sequence[str]) -> Mapping[str, str]:
    into: dict[str, str] = {}
    unread = [*ids]
    while unread:
        merged = {id: v.case.merged_into for id, v in store.cases(unread).items() if v.case.merged_into is not None}
        into |= merged
        unread = [id for id in merged.values() if id not in into]
    return into


def _end(id: str, into: Mapping[str, str]) -> str:
    while id in into:
        id = into[id]
    return id


def _kind(mention: Mention) -> PostKind:
    if mention.repost_of is not None or is_bare_quote(mention):
        return PostKind.REPOST
    return PostKind.REPLY if mention.in_reply_to is not None else PostKind.ORIGINAL

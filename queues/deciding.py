"""What becomes of each mention of a batch: a case of its own, a part of another, or a record and no more."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b

from queues.acts.ending import is_in_time
from queues.following import Word, word_of
from queues.joining import JoinKeys, is_bare_quote, join_keys, post_join_key
from queues.naming import case_id
from queues.routing import Route, route
from queues.store import CaseStore, Versioned
from schemas.case import Case, Disposition, MentionRecord, PostKind, Status
from schemas.directory import Directory
from schemas.mention import Mention, post_key
from schemas.triage import Triage, TriagedMention

__all__ = ["REVIEW_SAMPLE", "Deciding", "is_filed", "read_roots"]

REVIEW_SAMPLE = 100
"""One in so many posts that are no complaint goes to review all the same, so that what is missed is seen."""

_ASKING = frozenset({Word.APPEALS, Word.ASKS})
"""What opens a new case when the old one is over."""


def is_filed(mention: Mention, triage: Triage) -> bool:
    """Whether a post becomes a case if it joins none: a complaint, an unsure one, or one of the sample."""
    return triage.is_complaint or triage.needs_human or _is_sampled(mention)


def _is_sampled(mention: Mention) -> bool:
    """A repost is in the sample when what it repeats is: else who comes first would say whether they are together."""
    key = post_key(mention.platform, mention.repost_of or mention.id)
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
        self._cases: dict[str, Case] = {}
        self._after: dict[str, str] = {}
        self.claims: dict[str, str] = {}
        self.unite: list[tuple[str, ...]] = []

    def decide(self, store: CaseStore, items: Sequence[TriagedMention]) -> list[MentionRecord]:
        routed = [(item, self._route(item.mention, item.triage)) for item in items]
        keys = [self._keys(item, where) for item, where in routed]
        self._held = dict(store.holders([*{key for its in keys for key in its.read}]))
        chains, self._root = read_roots(store, [*set(self._held.values())])
        self._cases = {root: chains[root].case for root in self._root.values() if root in chains}
        over = [after_key(id) for id, case in self._cases.items() if self._is_over(case)]
        self._after = dict(store.holders(over)) if over else {}
        return [self._decide(item, where, its) for (item, where), its in zip(routed, keys, strict=True)]

    def _route(self, mention: Mention, triage: Triage) -> Route:
        return route(mention.handles, triage, self._directory)

    def _keys(self, item: TriagedMention, where: Route) -> JoinKeys:
        """The keys that bind this post; a direction binds to the post that it answers."""
        keys = join_keys(item.mention, item.triage, where.queue, where.place)
        parent = item.mention.in_reply_to or item.mention.quote_of
        if not self._is_official(item.mention):
            return keys if is_filed(item.mention, item.triage) else keys.only_follows()
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
        target = self._split_off(mention, self._target(keys))
        if target is None and not is_filed(mention, item.triage):
            return self._record(item, where, Disposition.NOT_COMPLAINT, None, _kind(mention, item.triage, where.place))
        if target in self._cases and self._is_over(self._cases[target]) and word_of(item.triage) in _ASKING:
            return self._following(item, where, keys, target)
        return self._filed(item, where, keys, target, _kind(mention, item.triage, where.place))

    def _is_over(self, case: Case) -> bool:
        """Whether the citizen can no longer come back to it."""
        return case.status in {Status.RESOLVED, Status.CLOSED} and not is_in_time(case, self._directory, self._now)

    def _following(self, item: TriagedMention, where: Route, keys: JoinKeys, over: str) -> MentionRecord:
        """A word about a case that is over: the first opens a new one, linked with it, and later ones join that."""
        own = case_id(item.mention.key)
        key = after_key(over)
        target = self._after.setdefault(key, own)
        if target == own:
            self.claims[key] = own
        record = self._filed(item, where, keys, target, _kind(item.mention, item.triage, where.place))
        return record.model_copy(update={"follows": over}) if target == own else record

    def _split_off(self, mention: Mention, target: str | None) -> str | None:
        """The case of a post that was taken out of ``target`` by hand, for what answers or repeats that post."""
        case = self._cases.get(target) if target is not None else None
        if case is None or not case.split_off:
            return target
        about = (mention.in_reply_to, mention.conversation_id, mention.repost_of, mention.quote_of)
        named = [post_key(mention.platform, id) for id in about if id is not None]
        return next((case_id(key) for key in named if key in case.split_off and key not in case.held), target)

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


def after_key(id: str) -> str:
    """The join key of what is written about a case that is over."""
    return f"after:{id}"


def read_roots(store: CaseStore, ids: Sequence[str]) -> tuple[dict[str, Versioned], dict[str, str]]:
    """Every case of these and of those that they were merged into, and for each of ``ids`` the one at the end of its
    chain of merges; an id without a case yet is its own root."""
    found: dict[str, Versioned] = {}
    unread = [*ids]
    while unread:
        read = store.cases(unread)
        found |= read
        unread = [into for each in read.values() if (into := each.case.merged_into) and into not in found]
    return found, {id: _end(id, found) for id in ids}


def _end(id: str, chains: Mapping[str, Versioned]) -> str:
    while id in chains and (into := chains[id].case.merged_into) is not None:
        id = into
    return id


def _kind(mention: Mention, triage: Triage, place: str | None) -> PostKind:
    if mention.repost_of is not None or is_bare_quote(mention, triage, place):
        return PostKind.REPOST
    return PostKind.REPLY if mention.in_reply_to is not None else PostKind.ORIGINAL

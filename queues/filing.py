"""Filing: triaged mentions become cases, join one, or are recorded as no complaint. Nothing else.

The protocol, in this order, each step idempotent, so that it can be killed anywhere and done again:

0. *claim*: the join keys of a batch, each kept by whoever claimed it first;
1. *record*: each mention's record, created only if absent: its decision stands from then on;
2. *complainant*: one document for each account in each case, created only if absent;
3. *case*: one versioned write for each case, its counters set from a fresh count;
4. *unite*: cases that one post has shown to be one are merged;
5. the caller acknowledges.

A record that stands already skips the decision and repeats the later steps, which change nothing when they were done.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from queues import tombstones
from queues.answering import answered_elsewhere
from queues.audit import write_cases
from queues.casework import absorb, add_posts, open_case, readable
from queues.deciding import Deciding, read_roots
from queues.following import followed_up
from queues.joining import join_keys
from queues.regrouping import COMPLAINING, totals_of
from queues.replies import acknowledged
from queues.revising import ContentionError
from queues.routing import likely_place
from queues.sealing import seal_merged
from queues.sla import settled
from queues.state import StateStore
from queues.store import CaseStore, Versioned
from schemas.case import Case, Complainant, Disposition, MentionRecord
from schemas.directory import Directory
from schemas.triage import TriagedMention

__all__ = ["Filing"]

_MAX_ROUNDS = 50
"""Rounds of compare-and-set before giving up on a batch: others change the same cases without end."""


class Filing:
    """Files batches. Every method raises StoreDownError when the store is down: file the same batch again later."""

    def __init__(self, store: CaseStore, state: StateStore, directory: Directory, clock: Callable[[], datetime]):
        self._store = store
        self._state = state
        self._directory = directory
        self._clock = clock

    def file(self, batch: Sequence[TriagedMention]) -> Mapping[Disposition, int]:
        """Files up to 1,000 mentions in their order. Returns how many records were new, by disposition."""
        triaged = {item.mention.key: item for item in batch}
        standing = self._store.mentions([*triaged])
        fresh, unite = self._decide([item for key, item in triaged.items() if key not in standing])
        records = [*standing.values(), *self._store.create_mentions(fresh)]
        self._store.create_complainants([*_complainants(records)])
        self._write_cases(_by_case(records))
        self._unite([*unite, *self._parted(standing.values())])
        self._look_back(batch)
        return Counter(record.disposition for record in fresh)

    def _decide(self, items: Sequence[TriagedMention]) -> tuple[list[MentionRecord], list[tuple[str, ...]]]:
        graves = tombstones.buried(self._state, [item.mention for item in items])
        for _ in range(_MAX_ROUNDS):
            deciding = Deciding(self._directory, self._clock(), graves)
            records = deciding.decide(self._store, items)
            if self._store.claim_keys(deciding.claims) == deciding.claims:
                return records, deciding.unite
        raise ContentionError("join keys were claimed by others in every round")

    def _look_back(self, batch: Sequence[TriagedMention]) -> None:
        """A tombstone written while the batch was being filed was seen by nobody: its sweep must come again."""
        graves = tombstones.buried(self._state, [item.mention for item in batch])
        tombstones.dig_up(self._state, [grave.id for grave in graves.values()])

    def _write_cases(self, pending: Mapping[str, list[MentionRecord]]) -> None:
        for _ in range(_MAX_ROUNDS):
            if not pending:
                return
            pending = self._write_round(pending)
        raise ContentionError("cases were changed by others in every round")

    def _write_round(self, pending: Mapping[str, list[MentionRecord]]) -> Mapping[str, list[MentionRecord]]:
        """Writes each case once; returns what was stale."""
        known, roots = read_roots(self._store, [*pending])
        grouped: dict[str, list[MentionRecord]] = {}
        for id, records in pending.items():
            grouped.setdefault(roots[id], []).extend(records)
        totals = totals_of(self._store, {id: known[id].case if id in known else None for id in grouped})
        changes: list[tuple[Case, str | None]] = []
        for id, records in grouped.items():
            before = known.get(id)
            after = self._changed(id, before, records, totals[id])
            if after is not None:
                changes.append((after, before.version if before else None))
        for case, _ in changes:
            seal_merged(self._store, self._directory, case)
        written = write_cases(self._store, changes)
        return {case.id: grouped[case.id] for (case, _), ok in zip(changes, written, strict=True) if not ok}

    def _changed(
        self, id: str, before: Versioned | None, records: Sequence[MentionRecord], totals: tuple[int, int]
    ) -> Case | None:
        """The case with these posts; None when nothing changes, or when nothing is left to make it from."""
        posts = readable(records)
        now = self._clock()
        if before is not None:
            after = add_posts(before.case, posts, totals, self._directory, now)
            if before.case.docket is None and after.docket is not None:  # directed out of review
                after = settled(acknowledged(after, self._directory, now), self._directory)
            after = followed_up(before.case, after, posts, self._directory, now)
            after = answered_elsewhere(after, posts, self._directory, now, self._read)
            return None if after is before.case else after
        if not posts:
            return None
        opened = add_posts(open_case(id, posts[0], self._directory, now), posts, totals, self._directory, now)
        return settled(acknowledged(opened, self._directory, now), self._directory)

    def _read(self, id: str) -> Case | None:
        found = self._store.cases([id]).get(id)
        return None if found is None else found.case

    def _parted(self, standing: Iterable[MentionRecord]) -> Iterator[tuple[str, ...]]:
        """Cases that a post filed before leads to, in case its batch was killed before it united them."""
        posts = [post for post in readable(standing) if post.record.case_id is not None]
        keys = {
            post.record.key: join_keys(
                post.mention, post.triage, post.record.queue or "", likely_place(post.triage)
            ).read
            for post in posts
        }
        held = self._store.holders([*{key for its in keys.values() for key in its}])
        for its in keys.values():
            ids = tuple(dict.fromkeys(held[key] for key in its if key in held))
            if len(ids) > 1:
                yield ids

    def _unite(self, groups: Iterable[Sequence[str]]) -> None:
        for group in dict.fromkeys(map(tuple, groups)):
            for other in group[1:]:
                self._merge(group[0], other)

    def _merge(self, one: str, other: str) -> None:
        """The kept case is written first: killed between the two, both are still roots and are merged again."""
        for _ in range(_MAX_ROUNDS):
            found, roots = read_roots(self._store, [one, other])
            if roots[one] == roots[other] or not {roots[one], roots[other]} <= {*found}:
                return
            united = absorb(found[roots[one]].case, found[roots[other]].case, self._directory, self._clock())
            if united is None:
                return
            kept, gone = united
            if all(write_cases(self._store, [(kept, found[kept.id].version)])) and all(
                write_cases(self._store, [(gone, found[gone.id].version)])
            ):
                seal_merged(self._store, self._directory, kept)
                self._write_cases({kept.id: []})
                return
        raise ContentionError("cases to be merged were changed by others in every round")


def _by_case(records: Iterable[MentionRecord]) -> dict[str, list[MentionRecord]]:
    grouped: dict[str, list[MentionRecord]] = {}
    for record in records:
        if record.case_id is not None:
            grouped.setdefault(record.case_id, []).append(record)
    return grouped


def _complainants(records: Iterable[MentionRecord]) -> Iterator[Complainant]:
    for record in records:
        if record.case_id is not None and record.kind in COMPLAINING:
            yield Complainant(case_id=record.case_id, author_key=record.author_key)

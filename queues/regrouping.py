"""Merging, parting and splitting cases in a store: two documents each, the first one first, so that a kill between the
two is mended by doing it again. Counts are set afresh from the records."""

from collections.abc import Callable, Mapping
from datetime import datetime

from queues.acts import joining
from queues.acts.base import NotPossibleError
from queues.audit import write_cases
from queues.casework import readable
from queues.lifecycle import Actor
from queues.naming import case_id
from queues.replies import acknowledged
from queues.revising import revise
from queues.sealing import seal_merged
from queues.sla import settled
from queues.store import EVERYTHING, CaseStore, Versioned
from schemas.case import Case, PostKind
from schemas.directory import Directory

__all__ = ["COMPLAINING", "Regrouping", "totals_of"]

COMPLAINING = frozenset({PostKind.ORIGINAL, PostKind.REPLY, PostKind.REPOST, PostKind.COPY})
_MOST_POSTS = 10_000
"""Records that are read to count a case out of which posts were taken; no such case is expected to be larger."""


def totals_of(store: CaseStore, groups: Mapping[str, Case | None]) -> dict[str, tuple[int, int]]:
    """(posts, distinct complainants) of each case, those merged into it included, those split off left out.

    One count in the store for all; a case with posts split off, or held, is counted from its records, linear in their
    number.
    """
    ids = {id: (id, *case.merged) if case is not None else (id,) for id, case in groups.items()}
    totals = dict(store.case_totals(ids))
    for id, case in groups.items():
        if case is not None and (case.split_off or case.held):
            totals[id] = _recounted(store, case)
    return totals


def _recounted(store: CaseStore, case: Case) -> tuple[int, int]:
    gone = {*case.split_off} - {*case.held}
    ids = (case.id, *case.merged)  # of the case as it will be: the store may still have it otherwise
    found = (record for id in ids for record in store.case_mentions(id, EVERYTHING, limit=_MOST_POSTS))
    records = {record.key: record for record in found if record.case_id in ids}
    records |= store.mentions([key for key in case.held if key not in records])
    own = [record for key, record in records.items() if key not in gone]
    return len(own), len({record.author_key for record in own if record.kind in COMPLAINING})


class Regrouping:
    """Every method may raise ActError, ContentionError, StoreDownError."""

    def __init__(self, store: CaseStore, directory: Directory, clock: Callable[[], datetime]):
        self._store = store
        self._directory = directory
        self._clock = clock

    def merge(self, kept: str, gone: str, actor: Actor) -> Case:
        """``gone`` becomes a part of ``kept``; nothing moves."""
        now = self._clock()
        other = self._read(gone).case
        whole = self._revise(kept, lambda case: joining.take_in(case, other, actor, now))
        self._revise(gone, lambda case: joining.merge_into(case, kept, actor, now))
        seal_merged(self._store, self._directory, whole)
        return whole

    def unmerge(self, gone: str, actor: Actor) -> Case:
        """``gone`` stands by itself again; returns it."""
        kept = self._read(gone).case.merged_into
        if kept is None:
            raise NotPossibleError(f"case {gone} was not merged into another")
        return self._parted(kept, gone, actor)

    def _parted(self, kept: str, gone: str, actor: Actor) -> Case:
        """The one that leaves is written first: killed between the two, both show what it holds, where the other way
        about neither did; taking its post out of ``kept`` ends it."""
        now = self._clock()
        parted = self._revise(gone, lambda case: joining.leave(case, actor, now))
        self._revise(kept, lambda case: joining.take_out(case, parted, actor, now))
        return parted

    def split(self, id: str, key: str, actor: Actor) -> Case:
        """The post ``key`` of case ``id`` becomes a case of its own; returns that. A post that had opened a case which
        was merged into this one gets that case back."""
        now = self._clock()
        case = self._read(id).case
        own = case_id(key)
        if own in case.merged:
            return self._parted(id, own, actor)
        if key in case.split_off:
            return self._read(own).case
        made = self._made(case, key, actor, now)
        self._revise(id, lambda standing: joining.split_off(standing, key, actor, now))
        return made

    def _made(self, case: Case, key: str, actor: Actor, now: datetime) -> Case:
        """The new case is written first: killed after that, splitting again finds it there."""
        record = self._store.mentions([key]).get(key)
        posts = readable([record] if record is not None else [])
        if not posts or posts[0].record.case_id not in {case.id, *case.merged}:
            raise NotPossibleError(f"{key} is no post of case {case.id} that can still be read")
        joining.split_off(case, key, actor, now)  # refused before anything is written
        made = acknowledged(joining.new_case(case, posts[0], actor, now, self._directory), self._directory, now)
        made = self._counted(settled(made, self._directory))
        write_cases(self._store, [(made, None)])  # False: it is there already
        return made

    def _revise(self, id: str, change: Callable[[Case], Case]) -> Case:
        """Count and change are one write."""

        def counted(case: Case) -> Case:
            after = change(case)
            return case if after is case else self._counted(after)

        return revise(self._store, self._directory, lambda: self._read(id), counted)

    def _counted(self, case: Case) -> Case:
        posts, complainants = totals_of(self._store, {case.id: case})[case.id]
        return case.model_copy(update={"post_count": posts, "complainants": complainants})

    def _read(self, id: str) -> Versioned:
        found = self._store.cases([id])
        if id not in found:
            raise NotPossibleError(f"there is no case {id}")
        return found[id]

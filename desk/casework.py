"""Acts on cases with compare-and-set: read, decide by ``queues/acts``, write if nothing has changed since."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from desk.accounts import Role, User, find_account
from desk.act_forms import Assign, Merge, Nothing, Picture, Split
from desk.authorise import Right, actor_of, authorise, authorise_act, may, may_work, visibility
from desk.case_acts import CASE_ACTS, CaseAct, Change
from desk.labels import CONDITION_LABELS
from desk.metrics import DeskMetrics
from desk.refusal import Refusal, mark, not_found
from queues import acts
from queues.corrections import keep_correction, withdraw_correction
from queues.lifecycle import Act, Condition
from queues.naming import case_id
from queues.post_records import post_of
from queues.regrouping import Regrouping
from queues.revising import ContentionError, revise, revise_each
from queues.state import StateStore
from queues.store import CaseQuery, CaseStore, Versioned
from schemas.case import Case, Status
from schemas.directory import Directory

__all__ = ["Casework", "Taken", "Unmet"]

_UNTAKEN = (Status.REVIEW, Status.NEW)
"""A case with nobody has one of these, since who takes a new one makes it assigned."""

_AT_ONCE = 20
"""Cases that are read at a time in looking for one that is free: mostly the first is."""

_FIELDS = {
    Condition.OUTCOME: "outcome",
    Condition.OTHER_QUEUE: "to",
    Condition.AHEAD: "review_on",
    Condition.JOINED_POST: "post",
    Condition.BOTH_ROOTS: "into",
    Condition.AWAITED: "entry",
}
"""The part of a form that a condition is about."""

_log = structlog.get_logger("desk")


class Taken(Refusal):
    """Somebody else has the case: ``by``, since ``since``; ``id`` is the case's."""

    def __init__(self, id: str, error: acts.AlreadyTakenError):
        super().__init__(409, "taken", mark("%(by)s has this case; you did not take it."), params={"by": error.by})
        self.id = id
        self.by = error.by
        self.since = error.since


class Unmet(Refusal):
    """A condition of the act does not hold: people are told in their language, programs also what exactly is missing
    (``detail``, in English)."""

    def __init__(self, error: acts.ConditionError):
        super().__init__(409, "condition", CONDITION_LABELS[error.condition], field=_FIELDS.get(error.condition))
        self.detail = str(error)

    def __str__(self) -> str:
        return f"{self.message} ({self.detail})"


class Casework:
    def __init__(
        self,
        store: CaseStore,
        state: StateStore,
        directory: Directory,
        clock: Callable[[], datetime],
        metrics: DeskMetrics,
    ):
        self._store = store
        self._state = state
        self._directory = directory
        self._clock = clock
        self._metrics = metrics
        self._regrouping = Regrouping(store, directory, clock)

    def do(self, user: User, id: str, kind: CaseAct, given: Any, *, revision: int | None = None) -> Case:
        """Does ``kind`` with what was ``given`` (of its form) to the case (id or docket). Returns the case on which
        work goes on. ``revision``: refused unless the case still has it.

        Raises Taken, Unmet, and Refusal for what is not there, not allowed, not possible or changed.
        """
        with _refusing(id):
            return self._done(user, id, kind, given, revision)

    def take(self, user: User, id: str) -> Case:
        """Gives the case to ``user``. Raises as ``do`` does."""
        return self.do(user, id, CASE_ACTS["take"], Nothing())

    def take_next(self, user: User, queue: str) -> Case | None:
        """The most pressing case of ``queue`` that nobody has; None when somebody has each."""
        authorise(user, queue, Right.WORK)
        query = CaseQuery(queues=(queue,), statuses=_UNTAKEN, limit=_AT_ONCE)
        while True:
            page = self._store.search(query, visibility(user))
            for found in page.cases:
                taken = self._taken_if_free(user, found.case)
                if taken is not None:
                    return taken
            if page.cursor is None:
                return None
            query = CaseQuery(queues=(queue,), statuses=_UNTAKEN, limit=_AT_ONCE, cursor=page.cursor)

    def told(self, id: str, change: Callable[[Case, datetime], Case]) -> None:
        """What nobody who is signed in has done: a citizen, by a link. Goes to the case on which work goes on."""

        revise_each(self._store, self._directory, {id: lambda case: change(case, self._clock())})

    def apply(
        self, user: User, id: str, act: Act, change: Callable[[Case], Case], *, revision: int | None = None
    ) -> Case:
        """``change`` as ``act`` of ``user``: for what has a view of its own, beside the table. Raises as ``do``."""

        def changed(case: Case) -> Case:
            authorise_act(user, case, act)
            after = change(case)
            _check_revision(case, revision)
            return after

        with _refusing(id):
            after = revise(self._store, self._directory, lambda: self._seen(user, id, act), changed)
        self._metrics.acts.labels(act=act).inc()
        _log.info("case_act", act=act, case=after.id, queue=after.queue, revision=after.revision)
        return after

    def _taken_if_free(self, user: User, case: Case) -> Case | None:
        """None when somebody has it, or got it in between: then the next one will do."""
        if case.assignee is not None:
            return None
        try:
            return self.take(user, case.id)
        except Refusal as refusal:
            if refusal.status in {404, 409}:
                return None
            raise

    def _done(self, user: User, id: str, kind: CaseAct, given: Any, revision: int | None) -> Case:
        if kind.change is not None:
            return self._changed(user, id, kind, kind.change, given, revision)
        case = self._seen(user, id, kind.act).case
        authorise_act(user, case, kind.act)
        _check_revision(case, revision)
        after = self._regrouped(user, case, given)
        self._count(kind, after)
        return after

    def _regrouped(self, user: User, case: Case, given: Any) -> Case:
        match given:
            case Merge(into=into):
                kept = self._seen(user, into, Act.MERGE).case
                authorise_act(user, kept, Act.MERGE)
                return self._regrouping.merge(kept.id, case.id, actor_of(user))
            case Split(post=post) if post in case.split_off:  # done already: that case may have gone elsewhere since
                return self._seen(user, case_id(post), Act.SPLIT).case
            case Split(post=post):
                return self._regrouping.split(case.id, post, actor_of(user))
        return self._regrouping.unmerge(case.id, actor_of(user))

    def _changed(self, user: User, id: str, kind: CaseAct, change: Change, given: Any, revision: int | None) -> Case:  # noqa: PLR0913, PLR0917 - an act has these parts
        before: list[Case] = []

        def changed(case: Case) -> Case:
            if not _is_own_undo(user, case, kind.act):
                authorise_act(user, case, kind.act)
            if isinstance(given, Assign):
                self._check_colleague(case, given.to)
            if isinstance(given, Picture):
                self._check_picture(case, given)
            now, actor = self._clock(), actor_of(user)
            after = change(case, actor, now, given, self._directory)
            # RFC 9110, 13.2.1: a precondition only counts where the answer would be a success without it.
            _check_revision(case, revision)
            before[:] = [case]
            return case if after is case else acts.undoable(kind.act, case, after, actor, now, self._directory)

        after = revise(self._store, self._directory, lambda: self._seen(user, id, kind.act), changed)
        if after is not before[0]:
            self._keep_correction(kind.act, before[0], after, user)
            self._count(kind, after)
        return after

    def _count(self, kind: CaseAct, after: Case) -> None:
        self._metrics.acts.labels(act=kind.slug).inc()
        _log.info("case_act", act=kind.slug, case=after.id, queue=after.queue, revision=after.revision)

    def _keep_correction(self, act: Act, before: Case, after: Case, user: User) -> None:
        if act is Act.UNDO:
            withdraw_correction(self._state, after, before.revision)
        else:
            keep_correction(self._state, act, before, after, user.name)

    def _check_colleague(self, case: Case, name: str) -> None:
        """Raises Refusal unless ``name`` is somebody who can work on the case."""
        account = find_account(self._state, name)
        if account is None or not account.active or not may_work(account.user, case):
            raise Refusal(409, "no_colleague", mark("Nobody of that name works in this queue."), field="to")

    def _check_picture(self, case: Case, given: Picture) -> None:
        """Raises Refusal unless a post of the case has that picture."""
        record = post_of(self._store, case, given.post)
        if record is None or record.mention is None or given.number >= len(record.mention.media):
            raise Refusal(409, "no_picture", mark("This case has no such picture."), field="number")

    def _seen(self, user: User, id: str, act: Act) -> Versioned:
        """Who has sent a case away may still take that back, unless it was sealed meanwhile."""
        seen = visibility(user)
        found = self._store.case(id, replace(seen, queues=None) if act is Act.UNDO else seen)
        if found is None or not (_sees(user, found.case) or _is_own_undo(user, found.case, act)):
            raise not_found()
        return found


@contextmanager
def _refusing(id: str) -> Iterator[None]:
    """Says what an act could not do as a Refusal."""
    try:
        yield
    except ContentionError as error:
        message = mark("Others change this case without pause. Try again.")
        raise Refusal(503, "busy", message, headers={"Retry-After": "1"}) from error
    except acts.ActError as error:
        raise _refusal(id, error) from error


def _sees(user: User, case: Case) -> bool:
    return any(may(user, queue, Right.SEE) for queue in (case.queue, *case.watching))


def _is_own_undo(user: User, case: Case, act: Act) -> bool:
    works = user.role in {Role.OFFICER, Role.SUPERVISOR}
    return works and act is Act.UNDO and case.undo is not None and case.undo.by == user.name


def _check_revision(case: Case, revision: int | None) -> None:
    if revision is not None and revision != case.revision:
        raise Refusal(
            412,
            "stale",
            mark("The case has changed since you read it: it is at revision %(revision)s."),
            field="If-Match",
            params={"revision": str(case.revision)},
            headers={"ETag": f'"{case.revision}"'},
        )


def _refusal(id: str, error: acts.ActError) -> Refusal:
    match error:
        case acts.AlreadyTakenError():
            return Taken(id, error)
        case acts.ClosedError():
            return Refusal(409, "closed", mark("This case is no longer open."))
        case acts.NotHeldError():
            return Refusal(409, "not_held", mark("This case is not with you."))
        case acts.ConditionError():
            return Unmet(error)
    return Refusal(409, "not_possible", mark("As this case stands, that cannot be done."))

"""Acts on cases with compare-and-set: read, decide by ``queues/acts.py``, write if nothing has changed since."""

from collections.abc import Callable
from datetime import datetime

import structlog

from desk.accounts import User
from desk.authorise import Act, authorise, visibility
from desk.metrics import DeskMetrics
from desk.refusal import Refusal, mark, not_found
from queues import acts
from queues.store import CaseQuery, CaseStore, Versioned
from schemas.case import Case, Status

__all__ = ["Casework", "Taken"]

_ROUNDS = 50
"""Filing may change a case between reading and writing, any number of times; giving up is for what never ends."""

_UNTAKEN = (Status.REVIEW, Status.NEW)
"""A case with nobody has one of these, since who takes a new one makes it assigned."""

_AT_ONCE = 20
"""Cases that are read at a time in looking for one that is free: mostly the first is."""

_log = structlog.get_logger("desk")


class Taken(Refusal):
    """Somebody else has the case: ``by``, since ``since``; ``id`` is the case's."""

    def __init__(self, id: str, error: acts.AlreadyTakenError):
        super().__init__(409, "taken", mark("%(by)s has this case; you did not take it."), params={"by": error.by})
        self.id = id
        self.by = error.by
        self.since = error.since


class Casework:
    def __init__(self, store: CaseStore, clock: Callable[[], datetime], metrics: DeskMetrics):
        self._store = store
        self._clock = clock
        self._metrics = metrics

    def take(self, user: User, id: str, *, revision: int | None = None) -> Case:
        """Gives the case (id or docket) to ``user``. ``revision``: refused unless the case still has it.

        Raises Taken, and Refusal for what is not there, not allowed, closed or changed.
        """
        return self._act(user, id, Act.TAKE, acts.take, revision)

    def release(self, user: User, id: str, *, revision: int | None = None) -> Case:
        """Takes the case from ``user``, for others to take. Raises as ``take`` does."""
        return self._act(user, id, Act.RELEASE, acts.release, revision)

    def take_next(self, user: User, queue: str) -> Case | None:
        """The most pressing case of ``queue`` that nobody has; None when somebody has each."""
        authorise(user, queue, Act.TAKE)
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

    def _act(
        self, user: User, id: str, act: Act, change: Callable[[Case, str, datetime], Case], revision: int | None
    ) -> Case:
        for _ in range(_ROUNDS):
            found = self._seen(user, id)
            authorise(user, found.case.queue, act)
            after = _changed(found.case, user, change, self._clock())
            # RFC 9110, 13.2.1: a precondition only counts where the answer would be a success without it.
            if revision is not None and revision != found.case.revision:
                raise _stale(found.case)
            if after is found.case:
                return after
            if all(self._store.write_cases([(after, found.version)])):
                self._metrics.acts.labels(act=act).inc()
                _log.info("case_act", act=str(act), case=after.id, queue=after.queue, revision=after.revision)
                return after
        message = mark("Others change this case without pause. Try again.")
        raise Refusal(503, "busy", message, headers={"Retry-After": "1"})

    def _seen(self, user: User, id: str) -> Versioned:
        found = self._store.case(id, visibility(user))
        if found is None:
            raise not_found()
        return found


def _changed(case: Case, user: User, change: Callable[[Case, str, datetime], Case], now: datetime) -> Case:
    try:
        return change(case, user.name, now)
    except acts.AlreadyTakenError as error:
        raise Taken(case.id, error) from error
    except acts.ClosedError as error:
        raise Refusal(409, "closed", mark("This case is no longer open.")) from error
    except acts.NotHeldError as error:
        raise Refusal(409, "not_held", mark("This case is not with you.")) from error


def _stale(case: Case) -> Refusal:
    return Refusal(
        412,
        "stale",
        mark("The case has changed since you read it: it is at revision %(revision)s."),
        field="If-Match",
        params={"revision": str(case.revision)},
        headers={"ETag": f'"{case.revision}"'},
    )

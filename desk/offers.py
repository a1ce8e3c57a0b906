"""What somebody may do with a case now: only that is offered. The acts themselves still check everything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from desk.accounts import User
from desk.authorise import actor_of, may_act
from desk.case_acts import CASE_ACTS
from queues.acts.ending import is_in_time
from queues.acts.moving import sent_here_by
from queues.lifecycle import Act, is_possible
from queues.outbox import NOTICES
from queues.routing import OVERSIGHT_TYPES
from schemas.case import Case
from schemas.directory import Directory
from schemas.labels import Urgency
from schemas.outbox import EntryState

__all__ = ["Standing", "offered", "undo_until"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as ``user`` meets it at ``now``."""

    case: Case
    user: User
    directory: Directory
    now: datetime

    @property
    def is_mine(self) -> bool:
        return self.case.assignee == self.user.name

    @property
    def is_accepted(self) -> bool:
        return self.case.urgency is not Urgency.CRITICAL or self.case.accepted_by is not None

    @property
    def is_guarded(self) -> bool:
        """Whether only a supervisor of another queue may say that it is no complaint."""
        return self.case.docket is not None or self.case.type in OVERSIGHT_TYPES


def _is_arbiter(s: Standing) -> bool:
    dispute, queues = s.case.dispute, s.user.queues
    return dispute is not None and (queues is None or dispute.arbiter in queues)


def _dismisses(s: Standing) -> bool:
    return not s.is_guarded or s.user.queues is None or bool({*s.user.queues} - {s.case.queue})


def _waits_for_approval(s: Standing) -> bool:
    return any(e.state is EntryState.HELD and e.by != s.user.name for e in s.case.outbox)


def _can_be_called_back(s: Standing) -> bool:
    return any(e.kind not in NOTICES and e.state is not EntryState.SENDING for e in s.case.outbox)


def _may_have_pictures(s: Standing) -> bool:
    return s.case.post_count > len(s.case.posts) or any(post.media for post in s.case.posts)


_ONLY_IF: Mapping[Act, Callable[[Standing], bool]] = {
    Act.TAKE: lambda s: s.case.assignee is None,
    Act.RELEASE: lambda s: s.is_mine,
    Act.ACCEPT: lambda s: not s.is_accepted,
    Act.HAND_OVER: lambda s: not s.is_accepted,
    Act.START: lambda s: s.is_accepted,
    Act.WAIT: lambda s: s.is_accepted,
    Act.TRANSFER_OUT: lambda s: s.is_accepted and bool(s.directory.outside),
    Act.RESOLVE: lambda s: s.is_accepted and s.case.answered_at is not None,
    Act.CLOSE: lambda s: s.case.answered_at is not None,
    Act.DISMISS: _dismisses,
    Act.TRANSFER: lambda s: s.case.dispute is None,
    Act.SEND_BACK: lambda s: s.case.dispute is None and sent_here_by(s.case) is not None,
    Act.ARBITRATE: _is_arbiter,
    Act.APPROVE: _waits_for_approval,
    Act.CALL_BACK: _can_be_called_back,
    Act.REOPEN: lambda s: is_in_time(s.case, s.directory, s.now),
    Act.UNMERGE: lambda s: s.case.merged_into is not None,
    Act.SPLIT: lambda s: len(s.case.posts) > 1,
    Act.WITHDRAW: lambda s: any(request.is_awaited for request in s.case.field_requests),
    Act.VEIL: _may_have_pictures,
    Act.UNVEIL: lambda s: not s.case.is_sealed and _may_have_pictures(s),
    Act.HOLD: lambda s: s.case.hold is None,
    Act.LIFT_HOLD: lambda s: s.case.hold is not None,
    Act.UNDO: lambda s: undo_until(s) is not None,
}
"""Conditions that a look at the case decides."""


def offered(standing: Standing) -> tuple[str, ...]:
    """The acts (``desk/case_acts.py``) that can be done, by the last part of their address."""
    case, user = standing.case, standing.user
    return tuple(
        slug
        for slug, kind in CASE_ACTS.items()
        if may_act(user, case, kind.act)
        and is_possible(kind.act, case, actor_of(user).party)
        and (kind.act not in _ONLY_IF or _ONLY_IF[kind.act](standing))
    )


def undo_until(standing: Standing) -> datetime | None:
    """Until when the user's last act can be taken back; None when it cannot."""
    last = standing.case.undo
    own = last is not None and last.by == standing.user.name and last.revision == standing.case.revision
    return last.until if last is not None and own and standing.now <= last.until else None

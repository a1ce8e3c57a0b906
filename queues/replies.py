"""What a case has to say to its citizen, in the citizen's language, from the directory's templates. Pure.

A case about a sexual offence, a child or self-harm is never answered in public by a machine.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from queues.outbox import with_entries
from queues.sla import met
from schemas.case import Case, PostKind
from schemas.clocks import ClockKind
from schemas.directory import Directory
from schemas.entry import Name
from schemas.labels import Sensitivity
from schemas.outbox import Entry, EntryKind, EntryState

__all__ = [
    "QUIET",
    "acknowledged",
    "latest_own_post",
    "needs_approval",
    "prepared",
    "with_answer",
    "with_final",
    "with_private_message",
]

CITIZEN = "citizen"
QUIET = frozenset({Sensitivity.SEXUAL_OFFENCE, Sensitivity.CHILD, Sensitivity.SELF_HARM})


def acknowledged(case: Case, directory: Directory, now: datetime) -> Case:
    """The case with its acknowledgement to be sent, once, where the directory has that done by itself: for a case with
    a docket that is open and not historic.

    That stops the clock of acknowledgement; it goes on when the reply is called back or cannot be sent (queues/sla.py).
    """
    if not directory.replies.acknowledge or case.acknowledged_at is not None:
        return case
    if case.docket is None or not case.is_open or case.historic or QUIET & {*case.sensitivity}:
        return case
    text = directory.replies.acknowledgement.said(case.language, **_values(case, directory, ""))
    said = _with(case, "acknowledgement", EntryKind.ACKNOWLEDGEMENT, text, directory, now)
    return said.model_copy(
        update={"acknowledged_at": now, "clocks": met(said, frozenset({ClockKind.ACKNOWLEDGE}), now)}
    )


def with_answer(case: Case, text: str, by: str, directory: Directory, now: datetime) -> Case:
    """The case with an officer's own words to be sent."""
    return _with(case, f"answer:{case.revision}", EntryKind.INTERIM, text, directory, now, by=by)


def needs_approval(case: Case, directory: Directory) -> bool:
    """Whether what is said in this case waits for a supervisor."""
    return bool({*directory.replies.approval} & {*case.sensitivity})


def prepared(case: Case, directory: Directory) -> Sequence[tuple[str, Name, str]]:
    """(code, name, text in the citizen's language) of what an officer can begin a reply with."""
    values = _values(case, directory, "")
    return [(each.code, each.name, each.text.said(case.language, **values)) for each in directory.replies.prepared]


def with_private_message(case: Case, id: str, text: str, by: str, directory: Directory, now: datetime) -> Case:  # noqa: PLR0913, PLR0917 - as ``_with``
    """The case with a message to be sent to its citizen alone."""
    return _with(case, f"private:{id}", EntryKind.PRIVATE, text, directory, now, by=by)


def with_final(case: Case, by: str, directory: Directory, now: datetime) -> Case:
    """The case with how it ended to be sent; nothing for a case that is answered in private."""
    if case.outcome is None or QUIET & {*case.sensitivity}:
        return case
    kinds = {kind.code: kind.name for kind in directory.department_of_queue[case.queue].outcomes}
    outcome = _in_language(kinds[case.outcome.kind], case.language)
    text = directory.replies.final.said(case.language, **_values(case, directory, outcome))
    return _with(case, f"final:{case.revision}", EntryKind.FINAL, text, directory, now, by=by)


def _with(  # noqa: PLR0913, PLR0917 - what an entry has
    case: Case, id: str, kind: EntryKind, text: str, directory: Directory, now: datetime, by: str = ""
) -> Case:
    held = kind is not EntryKind.ACKNOWLEDGEMENT and needs_approval(case, directory)
    entry = Entry(
        id=id,
        kind=kind,
        to=CITIZEN,
        text=text,
        below=latest_own_post(case),
        by=by,
        not_before=now + timedelta(hours=directory.times.undo),
        state=EntryState.HELD if held else EntryState.PENDING,
    )
    return with_entries(case, entry)


def latest_own_post(case: Case) -> str:
    """The key of the post below which the citizen is answered."""
    own = [post for post in case.posts if post.kind in {PostKind.ORIGINAL, PostKind.REPLY} and not post.erased]
    return max(own, key=lambda post: (post.created_at, post.key), default=case.posts[0]).key


def _values(case: Case, directory: Directory, outcome: str) -> dict[str, str]:
    office = _in_language(directory.department_of_queue[case.queue].name, case.language)
    return {"docket": case.docket or case.id, "office": office, "outcome": outcome}


def _in_language(name: Name, language: str) -> str:
    base = language.partition("-")[0]
    return (getattr(name, base, None) if base in Name.model_fields else None) or name.en

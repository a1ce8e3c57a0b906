"""Compare-and-set, once: read, decide, write if nothing has changed since, else read and decide again."""

from collections.abc import Callable, Mapping

from queues.audit import write_cases
from queues.sla import settled
from queues.store import CaseStore, Versioned
from schemas.case import Case
from schemas.directory import Directory

__all__ = ["ROUNDS", "ContentionError", "revise", "revise_each"]

ROUNDS = 50
"""Filing may change a case between reading and writing, any number of times; giving up is for what never ends."""


class ContentionError(RuntimeError):
    """Others changed the same document in every round."""


def revise(
    store: CaseStore, directory: Directory, read: Callable[[], Versioned], change: Callable[[Case], Case]
) -> Case:
    """The case as ``change`` makes it, written with its next moment; as it was when ``change`` gives back the same.

    What ``read`` and ``change`` raise passes through. Raises ContentionError, StoreDownError.
    """
    for _ in range(ROUNDS):
        found = read()
        after = change(found.case)
        if after is found.case:
            return after
        after = settled(after, directory)
        if all(write_cases(store, [(after, found.version)])):
            return after
    raise ContentionError("the case was changed by others in every round")


def revise_each(store: CaseStore, directory: Directory, changes: Mapping[str, Callable[[Case], Case]]) -> None:
    """``revise`` for many cases by id, in one read and one write of them all; one that is not there is left out."""
    left = dict(changes)
    for _ in range(ROUNDS):
        found = store.cases([*left])
        after = {id: settled(left[id](each.case), directory) for id, each in found.items()}
        written = write_cases(store, [(case, found[id].version) for id, case in after.items()])
        left = {id: left[id] for id, done in zip(after, written, strict=True) if not done}
        if not left:
            return
    raise ContentionError("cases were changed by others in every round")

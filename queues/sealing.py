"""What is merged with a sealed case is sealed with it: its own posts are about the same victim. It stays so when it is
taken out again, as the case does that it was merged with."""

from functools import partial

from queues.revising import revise_each
from queues.store import CaseStore
from schemas.case import SEALED, Case
from schemas.directory import Directory

__all__ = ["seal_merged"]


def seal_merged(store: CaseStore, directory: Directory, root: Case) -> None:
    """Seals the cases merged into ``root`` where that is sealed; doing it again changes nothing. Cost: one read where
    it has any. May raise ContentionError, StoreDownError."""
    if not (root.is_sealed and root.merged):
        return
    still_open = [id for id, found in store.cases(root.merged).items() if not found.case.is_sealed]
    if still_open:
        revise_each(store, directory, dict.fromkeys(still_open, partial(_sealed_like, root)))


def _sealed_like(root: Case, case: Case) -> Case:
    seals = (mark for mark in root.sensitivity if mark in SEALED)
    return case.model_copy(update={"sensitivity": tuple(dict.fromkeys([*case.sensitivity, *seals]))})

"""Versioned writes of cases: one document each, so state and history change together or not at all."""

from collections.abc import Sequence

from queues.bounds import at_most
from queues.elastic.cluster import Cluster
from queues.elastic.documents import case_source, split_version
from queues.elastic.generations import writes_alias
from queues.elastic.mappings import CASES
from queues.elastic.operations import Operation, document_id
from queues.state import StoreDownError
from schemas.case import Case

__all__ = ["write_cases"]


def write_cases(
    cluster: Cluster, changes: Sequence[tuple[Case, str | None]], *, refresh: bool = False
) -> Sequence[bool]:
    """See CaseStore.write_cases. A case that is given twice is stale the second time.

    An answer that is lost may hide a write that was done: the next attempt then finds it, and calls its own stale.
    """
    at_most(len(changes), "cases")
    operations: dict[int, Operation] = {}
    ids: set[str] = set()
    for place, (case, version) in enumerate(changes):
        operation = None if case.id in ids else _operation(cluster, case, version)
        ids.add(case.id)
        if operation is not None:
            operations[place] = operation
    written = [False] * len(changes)
    statuses = cluster.bulk([*operations.values()], refresh=refresh)
    for (place, operation), status in zip(operations.items(), statuses, strict=True):
        if status == 404 and operation.action == "create":
            raise StoreDownError(f"{operation.index} is not there: start again to make it")
        written[place] = status < 300
    return written


def _operation(cluster: Cluster, case: Case, version: str | None) -> Operation | None:
    """None for a version that no case of ours has."""
    alias = cluster.alias(CASES.name)
    id, source = document_id(case.id), case_source(case)
    if version is None:
        return Operation("create", alias, id, source)
    parts = split_version(version)
    if parts is None:
        return None
    generation, standing = parts
    return Operation("index", writes_alias(f"{alias}-{generation}"), id, source, standing)

"""Making the indices of an office at start, whichever of its processes comes first."""

import time
from collections.abc import Callable

from queues.elastic.cluster import Cluster
from queues.elastic.generations import Generation, create, current, writes_alias
from queues.elastic.mappings import CASES, INDICES, Index
from queues.elastic.reindexing import reindex, release
from queues.state import StoreRefusedError

__all__ = ["prepare"]

_HELD_SECONDS = 10.0
"""No reindex that lives holds writers up so long."""
_LOOK_SECONDS = 0.5


def prepare(cluster: Cluster, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Makes what is not there, carries an older mapping over, and lets searches see all that was written before.

    Raises StoreRefusedError for indices that a newer program has made.
    """
    for index in INDICES:
        _carry_over(cluster, index, _made(cluster, index), pause)
    cluster.refresh(*(cluster.alias(index.name) for index in INDICES))


def _made(cluster: Cluster, index: Index) -> Generation:
    found = current(cluster, index.name)
    if found is not None:
        return found
    alias = cluster.alias(index.name)
    refused: StoreRefusedError | None = None
    try:
        create(cluster, index, 1, [alias, writes_alias(f"{alias}-1")])
    except StoreRefusedError as error:
        refused = error  # another process may have made it in between
    found = current(cluster, index.name)
    if found is None:
        raise refused or StoreRefusedError(f"{alias} was made and is gone again")
    return found


def _carry_over(cluster: Cluster, index: Index, found: Generation, pause: Callable[[float], None]) -> None:
    if found.mapping > index.version:
        raise StoreRefusedError(
            f"{found.index} has format {found.mapping}; this program knows formats up to {index.version}: "
            "use a newer Sunwai"
        )
    if found.blocked:
        _unblock(cluster, index, pause)
    if found.mapping == index.version:
        return
    if index is CASES:
        for _ in reindex(cluster):
            pass
    else:
        cluster.ask("PUT", f"/{found.index}/_mapping", index.mappings)


def _unblock(cluster: Cluster, index: Index, pause: Callable[[float], None]) -> None:
    """Writers are held up by a reindex in its last moment, or by one that was killed there: waiting shows which."""
    for _ in range(round(_HELD_SECONDS / _LOOK_SECONDS)):
        pause(_LOOK_SECONDS)
        now = current(cluster, index.name)
        if now is not None and not now.blocked:
            return
    release(cluster, index)

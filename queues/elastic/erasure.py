"""Taking the text of posts out of the indices, for good."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_core import to_json

from queues.bounds import at_most
from queues.elastic.cluster import Cluster
from queues.elastic.documents import versioned
from queues.elastic.mappings import CASES, MENTIONS
from queues.elastic.operations import Found, Operation, document_id, well_formed
from queues.elastic.writing import write_cases
from queues.forgetting import without_posts, without_text
from schemas.case import MentionRecord

__all__ = ["erase_mentions"]

_BATCH = 200
_PAGE = 200
_MENTION_FIELDS = ("doc", "key", "author", "disposition", "case", "created", "created_at")


def erase_mentions(cluster: Cluster, keys: Sequence[str]) -> bool:
    """See CaseStore.erase_mentions. In batches; each is done again until nothing is left to do, so what others write
    in between is seen. Returns whether there was anything to erase."""
    at_most(len(keys), "mention keys")
    erased = False
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        while _erase_records(cluster, batch) or _erase_in_cases(cluster, batch):
            erased = True
    return erased


def _erase_records(cluster: Cluster, keys: Sequence[str]) -> bool:
    """Whether there was anything to erase."""
    alias = cluster.alias(MENTIONS.name)
    ids = [*dict.fromkeys(map(document_id, keys))]
    found = cluster.get(alias, ids, fields=_MENTION_FIELDS)
    operations = [
        operation
        for id, document in zip(ids, found, strict=True)
        if document is not None and (operation := _erased(alias, id, document)) is not None
    ]
    cluster.bulk(operations, refresh=True)
    return bool(operations)


def _erased(alias: str, id: str, document: Found) -> Operation | None:
    """None when nothing is left to erase. The fields stay: the record keeps its place among a case's posts."""
    before = MentionRecord.model_validate_json(document.source["doc"])
    after = without_text(before)
    if after == before:
        return None
    source = to_json({**document.source, "doc": after.model_dump_json()})
    return Operation("index", alias, id, source, document.version)


def _erase_in_cases(cluster: Cluster, keys: Sequence[str]) -> bool:
    """Whether there was anything to erase."""
    cluster.refresh(cluster.alias(CASES.name))
    found = False
    for hits in _holding(cluster, keys):
        before = [versioned(Found.hit(hit)) for hit in hits]
        after = [without_posts(each.case, frozenset(keys)) for each in before]
        changes = [(case, each.version) for case, each in zip(after, before, strict=True) if case != each.case]
        write_cases(cluster, changes, refresh=True)
        found = found or bool(changes)
    return found


def _holding(cluster: Cluster, keys: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """The cases that hold one of these posts, merged ones too."""
    body: dict[str, Any] = {
        "query": {"terms": {"posts": [well_formed(key) for key in keys]}},
        "sort": [{"id": "asc"}],
        "size": _PAGE,
        "track_total_hits": False,
        "seq_no_primary_term": True,
        "_source": ["doc"],
    }
    while True:
        hits = cluster.search(cluster.alias(CASES.name), body)["hits"]["hits"]
        yield hits
        if len(hits) < _PAGE:
            return
        body["search_after"] = hits[-1]["sort"]

"""The filing side of the case store: claims, mention records, complainants and their counts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import to_json

from queues.bounds import MANY, at_most
from queues.elastic.cluster import Cluster
from queues.elastic.documents import mention_source
from queues.elastic.mappings import CLAIMS, COMPLAINANTS, MENTIONS
from queues.elastic.operations import Operation, document_id, well_formed
from queues.state import StoreDownError
from schemas.case import Complainant, Disposition, MentionRecord

__all__ = ["FilingIndices"]

_BUCKETS = 10_000


class FilingIndices:
    """See CaseStore (queues/store.py) for what each method promises. Each costs one or two requests for a thousand
    items; counting refreshes two indices first."""

    def __init__(self, cluster: Cluster):
        self._cluster = cluster
        self._claims = cluster.alias(CLAIMS.name)
        self._mentions = cluster.alias(MENTIONS.name)
        self._complainants = cluster.alias(COMPLAINANTS.name)

    def claim_keys(self, claims: Mapping[str, str]) -> Mapping[str, str]:
        at_most(len(claims), "join keys")
        lost = self._create(self._claims, {key: _claim(key, case) for key, case in claims.items()})
        held = self.holders(lost)
        if len(held) < len(lost):
            raise StoreDownError("a join key was taken and is not there: the index was changed from outside")
        return {key: held.get(key, case) for key, case in claims.items()}

    def holders(self, keys: Sequence[str]) -> Mapping[str, str]:
        at_most(len(keys), "join keys")
        found = self._cluster.get(self._claims, [document_id(key) for key in keys], fields=("case",))
        return {key: document.source["case"] for key, document in zip(keys, found, strict=True) if document is not None}

    def create_mentions(self, records: Sequence[MentionRecord]) -> Sequence[MentionRecord]:
        at_most(len(records), "mention records")
        first: dict[str, MentionRecord] = {}
        for record in records:
            first.setdefault(record.key, record)
        standing = self.mentions(
            self._create(self._mentions, {key: mention_source(record) for key, record in first.items()})
        )
        return [standing.get(record.key) or first[record.key] for record in records]

    def mentions(self, keys: Sequence[str]) -> Mapping[str, MentionRecord]:
        at_most(len(keys), "mention keys")
        found = self._cluster.get(self._mentions, [document_id(key) for key in keys])
        return {
            key: MentionRecord.model_validate_json(document.source["doc"])
            for key, document in zip(keys, found, strict=True)
            if document is not None
        }

    def create_complainants(self, complainants: Sequence[Complainant]) -> None:
        at_most(len(complainants), "complainants")
        sources = {
            f"{each.case_id} {each.author_key}": to_json({"case": each.case_id, "author": each.author_key})
            for each in complainants
        }
        self._create(self._complainants, sources)

    def case_totals(self, groups: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[int, int]]:
        at_most(sum(len(ids) for ids in groups.values()), "cases")
        ids = [*dict.fromkeys(id for group in groups.values() for id in group)]
        if not ids:
            return dict.fromkeys(groups, (0, 0))
        self._cluster.refresh(self._mentions, self._complainants)
        posts, people = self._documents(self._mentions, ids), self._documents(self._complainants, ids)
        return {
            name: (
                sum(posts.get(id, 0) for id in set(group)),
                people.get(group[0], 0) if len(set(group)) == 1 else self._distinct(group),
            )
            for name, group in groups.items()
        }

    def dispositions(self) -> Mapping[Disposition, int]:
        self._cluster.refresh(self._mentions)
        counted = self._terms(self._mentions, {"match_all": {}}, "disposition", len(Disposition))
        return {disposition: counted.get(disposition, 0) for disposition in Disposition}

    def mentions_by_author(self, author_key: str) -> Sequence[str]:
        self._cluster.refresh(self._mentions)
        return [*self._keys_of(author_key)]

    def _create(self, index: str, sources: Mapping[str, bytes]) -> list[str]:
        """Creates documents, each under the id that its key gives; returns the keys of those that stood already."""
        operations = [Operation("create", index, document_id(key), source) for key, source in sources.items()]
        statuses = self._cluster.bulk(operations)
        if 404 in statuses:
            raise StoreDownError(f"{index} is not there: start again to make it")
        return [key for key, status in zip(sources, statuses, strict=True) if status == 409]

    def _documents(self, index: str, ids: Sequence[str]) -> Mapping[str, int]:
        """How many documents each case has."""
        return self._terms(index, {"terms": {"case": ids}}, "case", len(ids))

    def _terms(self, index: str, query: Mapping[str, Any], field: str, size: int) -> Mapping[str, int]:
        body = {"size": 0, "query": query, "aggs": {"by": {"terms": {"field": field, "size": size}}}}
        buckets = self._cluster.search(index, body)["aggregations"]["by"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    def _distinct(self, ids: Sequence[str]) -> int:
        """Distinct complainants of several cases, exactly: linear in them, ten thousand a request."""
        by: dict[str, Any] = {"sources": [{"author": {"terms": {"field": "author"}}}], "size": _BUCKETS}
        total = 0
        while ids:
            body = {"size": 0, "query": {"terms": {"case": [*ids]}}, "aggs": {"by": {"composite": by}}}
            answer = self._cluster.search(self._complainants, body)["aggregations"]["by"]
            total += len(answer["buckets"])
            if len(answer["buckets"]) < _BUCKETS:
                break
            by["after"] = answer["after_key"]
        return total

    def _keys_of(self, author_key: str) -> Iterator[str]:
        body: dict[str, Any] = {
            "query": {"term": {"author": author_key}},
            "sort": [{"key": "asc"}],
            "size": MANY,
            "track_total_hits": False,
            "_source": False,
        }
        while True:
            hits = self._cluster.search(self._mentions, body)["hits"]["hits"]
            yield from (hit["sort"][0] for hit in hits)
            if len(hits) < MANY:
                return
            body["search_after"] = hits[-1]["sort"]


def _claim(key: str, case: str) -> bytes:
    return to_json({"key": well_formed(key), "case": case})

"""The case store on Elasticsearch."""

from collections.abc import Iterator, Mapping, Sequence

from queues.bounds import MANY, at_most
from queues.elastic.cluster import Cluster
from queues.elastic.compaction import Compaction
from queues.elastic.counting import count
from queues.elastic.documents import versioned
from queues.elastic.erasure import erase_mentions
from queues.elastic.everything import every_document
from queues.elastic.filing import FilingIndices
from queues.elastic.finding import find_page, heads, visible
from queues.elastic.mappings import CASES, CLAIMS, COMPLAINANTS, MENTIONS
from queues.elastic.operations import document_id
from queues.elastic.preparing import prepare
from queues.elastic.reindexing import reindex
from queues.elastic.removal import release_keys, remove_cases, remove_filed
from queues.elastic.writing import write_cases
from queues.search import docket_key
from queues.store import CaseCounts, CaseQuery, Facet, Page, Tally, Versioned, Visibility
from schemas.case import Case, Complainant, Disposition, MentionRecord, Status
from schemas.case_head import CaseHead

__all__ = ["ElasticCaseStore"]

_MOST_QUEUES = 10_000


class ElasticCaseStore:
    """Keeps the CaseStore protocol (queues/store.py) in indices of a cluster, for any number of threads and processes.

    What is asked for by id is as it stands; what is searched or counted is as of the last refresh, which follows a
    write within ``refresh_seconds`` of the cluster's options, or at once when ``for_people``: who acts and looks
    again must see what they did.
    """

    def __init__(self, cluster: Cluster, *, for_people: bool = False):
        """Makes the indices where they are not there yet. Raises StoreDownError, StoreRefusedError."""
        self._cluster = cluster
        self._for_people = for_people
        self._cases = cluster.alias(CASES.name)
        self._filing = FilingIndices(cluster)
        self._compaction = Compaction(cluster)
        prepare(cluster)

    def claim_keys(self, claims: Mapping[str, str]) -> Mapping[str, str]:
        return self._filing.claim_keys(claims)

    def holders(self, keys: Sequence[str]) -> Mapping[str, str]:
        return self._filing.holders(keys)

    def create_mentions(self, records: Sequence[MentionRecord]) -> Sequence[MentionRecord]:
        return self._filing.create_mentions(records)

    def mentions(self, keys: Sequence[str]) -> Mapping[str, MentionRecord]:
        return self._filing.mentions(keys)

    def create_complainants(self, complainants: Sequence[Complainant]) -> None:
        self._filing.create_complainants(complainants)

    def case_totals(self, groups: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[int, int]]:
        return self._filing.case_totals(groups)

    def cases(self, ids: Sequence[str]) -> Mapping[str, Versioned]:
        at_most(len(ids), "case ids")
        found = self._cluster.get(self._cases, [document_id(id) for id in ids])
        return {id: versioned(document) for id, document in zip(ids, found, strict=True) if document is not None}

    def write_cases(self, changes: Sequence[tuple[Case, str | None]]) -> Sequence[bool]:
        return write_cases(self._cluster, changes, refresh=self._for_people)

    def case(self, id_or_docket: str, visibility: Visibility) -> Versioned | None:
        """A docket number is looked up as of the last refresh; the case that it leads to is as it stands."""
        found = self.cases([id_or_docket]) or self.cases(self._ids_of_docket(id_or_docket))
        return next((each for each in found.values() if visibility.sees(each.case)), None)

    def search(self, query: CaseQuery, visibility: Visibility) -> Page:
        """Also raises ValueError for a moment without a time zone."""
        return find_page(self._cluster, query, visibility)

    def heads(self, query: CaseQuery, visibility: Visibility) -> Iterator[CaseHead]:
        """Also raises ValueError for a moment without a time zone."""
        return heads(self._cluster, query, visibility)

    def counts(self, visibility: Visibility) -> CaseCounts:
        by_status = {"terms": {"field": "status", "size": len(Status)}}
        body = {
            "size": 0,
            "query": {"bool": {"filter": [visible(visibility), {"term": {"merged": False}}]}},
            "aggs": {"queue": {"terms": {"field": "queue", "size": _MOST_QUEUES}, "aggs": {"status": by_status}}},
        }
        queues = self._cluster.search(self._cases, body)["aggregations"]["queue"]["buckets"]
        return CaseCounts(
            {
                queue["key"]: {Status(status["key"]): status["doc_count"] for status in queue["status"]["buckets"]}
                for queue in queues
            }
        )

    def tally(self, query: CaseQuery, visibility: Visibility, by: Sequence[Facet]) -> Tally:
        """Also raises ValueError for a moment without a time zone."""
        return count(self._cluster, query, visibility, by)

    def case_mentions(self, case_id: str, visibility: Visibility, *, limit: int = 500) -> Sequence[MentionRecord]:
        """Those of the cases merged into it, too. Raises ValueError for a limit outside 1..10,000."""
        if not 1 <= limit <= MANY:
            raise ValueError(f"limit {limit} is not between 1 and {MANY}")
        found = self.cases([case_id]).get(case_id)
        if found is None or not visibility.sees(found.case):
            return []
        body = {
            "query": {"terms": {"case": [case_id, *found.case.merged]}},
            "sort": [{"created": "asc"}, {"key": "asc"}],
            "size": limit,
            "track_total_hits": False,
            "_source": ["doc"],
        }
        hits = self._cluster.search(self._cluster.alias(MENTIONS.name), body)["hits"]["hits"]
        return [MentionRecord.model_validate_json(hit["_source"]["doc"]) for hit in hits]

    def every_claim(self) -> Iterator[tuple[str, str]]:
        return ((source["key"], source["case"]) for source in every_document(self._cluster, CLAIMS))

    def every_mention(self) -> Iterator[MentionRecord]:
        found = every_document(self._cluster, MENTIONS)
        return (MentionRecord.model_validate_json(source["doc"]) for source in found)

    def every_complainant(self) -> Iterator[Complainant]:
        found = every_document(self._cluster, COMPLAINANTS)
        return (Complainant(case_id=source["case"], author_key=source["author"]) for source in found)

    def every_case(self) -> Iterator[Case]:
        return (Case.model_validate_json(source["doc"]) for source in every_document(self._cluster, CASES))

    def dispositions(self) -> Mapping[Disposition, int]:
        return self._filing.dispositions()

    def mentions_by_author(self, author_key: str) -> Sequence[str]:
        return self._filing.mentions_by_author(author_key)

    def erase_mentions(self, keys: Sequence[str]) -> None:
        if erase_mentions(self._cluster, keys):
            self._compaction.begin()

    def remove_cases(self, removals: Sequence[tuple[str, str]]) -> Sequence[bool]:
        removed = remove_cases(self._cluster, removals)
        self._compaction.begin()
        return removed

    def remove_filed(self, cases: Sequence[str], keys: Sequence[str] = ()) -> None:
        remove_filed(self._cluster, cases, keys)
        self._compaction.begin()

    def release_keys(self, keys: Sequence[str]) -> None:
        release_keys(self._cluster, keys)
        self._compaction.begin()

    def compact(self) -> bool:
        return self._compaction.run()

    def reindex(self) -> Iterator[tuple[int, int]]:
        return reindex(self._cluster)

    def close(self) -> None:
        """Closes the connections of the cluster, which may be another store's too; nothing is used afterwards."""
        self._cluster.close()

    def _ids_of_docket(self, docket: str) -> list[str]:
        key = docket_key(docket)
        if not key:
            return []
        body = {"query": {"term": {"dockets": key}}, "sort": [{"id": "asc"}], "size": 1, "_source": ["id"]}
        return [hit["_source"]["id"] for hit in self._cluster.search(self._cases, body)["hits"]["hits"]]

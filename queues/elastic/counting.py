"""How many cases a query finds and of what they are.

What a query asks of queues and statuses alone is counted whole: the index answers that from its lists of documents,
and from its cache until something is written. All else is counted no further than MOST_COUNTED.
"""

from collections.abc import Sequence
from typing import Any

from queues.elastic.cluster import Cluster
from queues.elastic.finding import Clause, clauses_of
from queues.elastic.mappings import CASES
from queues.ordering import QUARTER_MICROSECONDS, URGENCY_RANKS
from queues.store import MOST_COUNTED, MOST_VALUES, CaseQuery, Facet, Tally, Visibility, asks_of_queues_only

__all__ = ["count"]

_URGENCIES = {str(rank): str(urgency) for urgency, rank in URGENCY_RANKS.items()}


def count(cluster: Cluster, query: CaseQuery, visibility: Visibility, by: Sequence[Facet]) -> Tally:
    """See CaseStore.tally. The one shard of the index stops collecting at the bound."""
    whole = asks_of_queues_only(query)
    body: dict[str, Any] = {
        "query": clauses_of(query, visibility),
        "size": 0,
        "track_total_hits": True,
        **({} if whole else {"terminate_after": MOST_COUNTED + 1}),
        "aggs": {str(facet): _aggregation(facet) for facet in by},
    }
    answer = cluster.search(cluster.alias(CASES.name), body)
    total = answer["hits"]["total"]["value"]
    found = answer.get("aggregations", {})
    return Tally(
        total if whole else min(total, MOST_COUNTED),
        not whole and total > MOST_COUNTED,
        {facet: {_named(facet, each["key"]): each["doc_count"] for each in found[facet]["buckets"]} for facet in by},
    )


def _aggregation(facet: Facet) -> Clause:
    if facet is Facet.QUARTER:
        return {"histogram": {"field": "received", "interval": QUARTER_MICROSECONDS, "min_doc_count": 1}}
    return {"terms": {"field": str(facet), "size": MOST_VALUES}}


def _named(facet: Facet, key: Any) -> str:
    if facet is Facet.QUARTER:
        return str(round(key / QUARTER_MICROSECONDS))
    return _URGENCIES[str(key)] if facet is Facet.URGENCY else str(key)

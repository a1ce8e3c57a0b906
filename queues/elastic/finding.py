"""From a CaseQuery to one page of cases.

Every condition is a filter (nothing is scored), and every value is data of a JSON body: nothing that a user types is
ever syntax of a query language.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from queues.cursors import decode, encode
from queues.elastic.cluster import Cluster
from queues.elastic.documents import versioned
from queues.elastic.mappings import CASES
from queues.elastic.operations import Found, well_formed
from queues.ordering import URGENCY_RANKS, microseconds, milliseconds
from queues.search import PREFIX_LETTERS, docket_term
from queues.store import MAX_PAGE, SEALED_KEY, CaseQuery, Page, Sort, Visibility
from schemas.case_head import CaseHead
from text.skeleton import skeleton

__all__ = ["Clause", "clauses_of", "find_page", "heads", "visible"]

Clause = dict[str, Any]

_ORDERS: dict[Sort, tuple[tuple[str, ...], str]] = {
    Sort.PRESSING: (("urgency", "deadline", "received"), "asc"),
    Sort.DEADLINE: (("deadline", "received"), "asc"),
    Sort.DUE: (("due", "received"), "asc"),
    Sort.NEWEST: (("received",), "desc"),
    Sort.OLDEST: (("received",), "asc"),
    Sort.CHANGED: (("changed_at",), "asc"),
    Sort.COMPLAINANTS: (("complainants", "received"), "desc"),
}
"""The numbers of each sort, before the id that makes it one order, and their direction."""

_EXPANSIONS = 10_000
"""Words that the beginning of one may stand for at the end of a phrase."""
_HEADS = 2000
"""Cases a request where all that are found are wanted: some megabytes."""
_LONGEST_TERM = 8000


def find_page(cluster: Cluster, query: CaseQuery, visibility: Visibility) -> Page:
    """See CaseStore.search. Cost: linear in the cases that fit, as each page sorts them by doc values."""
    if not 1 <= query.limit <= MAX_PAGE:
        raise ValueError(f"limit {query.limit} is not between 1 and {MAX_PAGE}")
    fields, direction = _ORDERS[query.sort]
    body: dict[str, Any] = {
        "query": clauses_of(query, visibility),
        "sort": [{field: direction} for field in (*fields, "id")],
        "size": query.limit + 1,
        "track_total_hits": False,
        "seq_no_primary_term": True,
        "_source": ["doc"],
    }
    if query.cursor is not None:
        body["search_after"] = decode(query.cursor, query.sort, (*[int] * len(fields), str))
    hits = cluster.search(cluster.alias(CASES.name), body)["hits"]["hits"]
    shown = hits[: query.limit]
    cursor = encode(query.sort, shown[-1]["sort"]) if len(hits) > len(shown) else None
    return Page(tuple(versioned(Found.hit(hit)) for hit in shown), cursor)


def heads(cluster: Cluster, query: CaseQuery, visibility: Visibility) -> Iterator[CaseHead]:
    """See CaseStore.heads. The sort is on an indexed number, by which the server skips what was shown before."""
    body: dict[str, Any] = {
        "query": clauses_of(query, visibility),
        "sort": [{"received": "asc"}, {"id": "asc"}],
        "size": _HEADS,
        "track_total_hits": False,
        "_source": ["doc"],
    }
    while True:
        hits = cluster.search(cluster.alias(CASES.name), body)["hits"]["hits"]
        yield from (CaseHead.model_validate_json(hit["_source"]["doc"]) for hit in hits)
        if len(hits) < _HEADS:
            return
        body["search_after"] = hits[-1]["sort"]


def clauses_of(query: CaseQuery, visibility: Visibility) -> Clause:
    """What a case must be to be found."""
    return {"bool": {"filter": [*_conditions(query, visibility)], "must_not": [*_unwanted(query)]}}


def visible(visibility: Visibility) -> Clause:
    """The condition that a reader may see a case."""
    if visibility.keys is not None:
        return _any_of("seen_by", visibility.keys)
    if visibility.sealed:
        return {"match_all": {}}
    return {"bool": {"must_not": [{"prefix": {"seen_by": SEALED_KEY}}]}}


def _conditions(query: CaseQuery, visibility: Visibility) -> Iterator[Clause]:
    yield visible(visibility)
    for field, wanted in (
        ("queue", query.queues),
        ("status", query.statuses),
        ("type", query.types),
        ("urgency", [URGENCY_RANKS[urgency] for urgency in query.urgencies]),
        ("language", query.languages),
        ("promise", query.promises),
        ("place", query.places),
        ("assignee", () if query.assignee is None else (query.assignee,)),
        ("handles", () if query.handle is None else (query.handle,)),
    ):
        if wanted:
            yield _any_of(field, wanted)
    if not query.merged:
        yield {"term": {"merged": False}}
    for field, sign, moment in (
        ("deadline", "lt", query.deadline_before),
        ("due", "lt", query.due_before),
        ("received", "gte", query.received_after),
        ("received", "lt", query.received_before),
    ):
        if moment is not None:
            yield {"range": {field: {sign: microseconds(moment)}}}
    if query.changed_after is not None:
        yield {"range": {"changed_at": {"gte": milliseconds(query.changed_after) // 1000, "format": "epoch_millis"}}}
    last = len(query.text) - 1
    yield from _unique(_word(word, prefix=place == last) for place, word in enumerate(query.text))
    yield from _unique(map(_word, query.phrases))


def _unwanted(query: CaseQuery) -> Iterator[Clause]:
    if query.unassigned:
        yield {"exists": {"field": "assignee"}}
    yield from _unique(map(_word, query.without))


def _word(word: str, *, prefix: bool = False) -> Clause | None:
    """For a word or phrase by its skeleton; None when it holds no letter. One that may be a docket number is looked
    for as such, too."""
    key = skeleton(word)
    if not key:
        return None
    found = _beginning(key) if prefix and len(key.rpartition(" ")[2]) >= PREFIX_LETTERS else _phrase(key)
    docket = docket_term(word)
    if docket is None:
        return found
    return {"bool": {"should": [found, {"term": {"dockets": docket}}]}}


def _phrase(key: str) -> Clause:
    return {"match_phrase": {"words": key}} if " " in key else {"term": {"words": key}}


def _beginning(key: str) -> Clause:
    if " " in key:
        return {"match_phrase_prefix": {"words": {"query": key, "max_expansions": _EXPANSIONS}}}
    return {"prefix": {"words": key}}


def _any_of(field: str, values: Sequence[str | int]) -> Clause:
    """A value that is longer than any that is kept fits nothing."""
    kept = [well_formed(value) if isinstance(value, str) else value for value in values]
    return {"terms": {field: [value for value in kept if isinstance(value, int) or len(value) <= _LONGEST_TERM]}}


def _unique(clauses: Iterator[Clause | None]) -> Iterator[Clause]:
    seen: list[Clause] = []
    for clause in clauses:
        if clause is not None and clause not in seen:
            seen.append(clause)
            yield clause

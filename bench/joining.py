"""How long a post takes to join its campaign among many cases: ``python -m bench.joining --cases 1000000``.

Fills an office once for each ``--folder`` (bench/filled_office.py), then files posts as the pipeline does, each by
itself and durable when it returns: reposts and copies of any open case, and a campaign that grows by thousands. At
last a surge in batches, as a busy pipeline files it. Prints milliseconds from handing a post over until it is part of
its case, and the processor's share of them.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random

from bench.desk_plan import filled, settings_of
from queues.filing import Filing
from queues.joining import MIN_COPY_WORDS
from queues.store import EVERYTHING, CaseQuery, CaseStore, Sort
from schemas.case import OPEN_STATUSES, Case, Disposition, MentionRecord
from schemas.mention import Author, Mention
from schemas.triage import TriagedMention
from sunwai.assembly import Office
from text.courtesy import matter

_CAMPAIGN = 2400
_BATCH = 500
_FIRST_ID = 3_000_000_000_000_000_000
"""Beyond every post that the office was filled with."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures how a post joins its campaign.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--posts", type=int, default=1000, help="of each kind")
    parser.add_argument("--store", default="", help="http://… of an Elasticsearch; SQLite otherwise")
    parser.add_argument("--folder", type=Path, help="keeps what was filled for the next run")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sunwai-bench-")))
        settings = settings_of(folder, asked.store, asked.cases)
        print(filled(settings, asked.cases), flush=True)
        office = Office(settings)
        _measure(office, asked.posts)
        office.close()


def _measure(office: Office, count: int) -> None:
    joining = Joining(office)
    cases = _some_open(office.store, Random(0))
    one_by_one = Times()
    one_by_one.file(joining, [[joining.repost(case)] for case in islice(cases, count)])
    print(f"a repost of any open case: {one_by_one}", flush=True)
    long = (case for case in cases if len(matter(case.posts[0].text)) >= MIN_COPY_WORDS)
    one_by_one = Times()
    one_by_one.file(joining, [[joining.copy(case)] for case in islice(long, count)])
    print(f"a copy of any open case: {one_by_one}", flush=True)
    campaign, surge = islice(cases, 2)
    joining.file([joining.repost(campaign) for _ in range(_CAMPAIGN)])
    one_by_one = Times()
    one_by_one.file(joining, [[joining.repost(campaign)] for _ in range(count)])
    print(f"a repost of a case that has {_CAMPAIGN:,} and more: {one_by_one}", flush=True)
    batches = Times()
    batches.file(joining, [[joining.repost(surge) for _ in range(_BATCH)] for _ in range(4)])
    print(f"{_BATCH} reposts of one case at once: {batches}; a post {batches.median() / _BATCH:.2f} ms", flush=True)


def _some_open(store: CaseStore, random: Random) -> Iterator[Case]:
    """Open cases from all over the year, each once."""
    query = CaseQuery(statuses=tuple(sorted(OPEN_STATUSES)), sort=Sort.OLDEST, limit=1)
    first = store.search(query, EVERYTHING).cases[0].case.received_at
    last = store.search(CaseQuery(sort=Sort.NEWEST, limit=1), EVERYTHING).cases[0].case.received_at
    seen: set[str] = set()
    while True:
        at = first + (last - first) * random.random()
        near = CaseQuery(statuses=query.statuses, sort=Sort.OLDEST, received_after=at, limit=1)
        for found in store.search(near, EVERYTHING).cases:
            if found.case.id not in seen:
                seen.add(found.case.id)
                yield found.case


class Joining:
    """Makes posts that belong to cases of an office, each of an account of its own, and files them."""

    def __init__(self, office: Office):
        self._store = office.store
        self._filing = Filing(office.store, office.state, office.directory, office.clock)
        self._now = office.clock()
        self._number = 0
        self._records: dict[str, MentionRecord] = {}

    def repost(self, case: Case) -> TriagedMention:
        record = self._record(case)
        assert record.mention is not None
        return self._post(record, repost_of=record.mention.id, created_at=self._now)

    def copy(self, case: Case) -> TriagedMention:
        """The same words by another account, an hour later."""
        return self._post(self._record(case), created_at=case.posts[0].created_at + timedelta(hours=1))

    def file(self, posts: Sequence[TriagedMention]) -> None:
        """Fails unless every one has joined a case that was there."""
        done = self._filing.file(posts)
        assert done == {Disposition.JOINED: len(posts)}, done

    def _record(self, case: Case) -> MentionRecord:
        key = case.posts[0].key
        if key not in self._records:
            self._records |= self._store.mentions([key])
        return self._records[key]

    def _post(self, record: MentionRecord, **about: object) -> TriagedMention:
        assert record.mention is not None and record.triage is not None
        self._number += 1
        id = str(_FIRST_ID + self._number + int(self._now.timestamp()) * 1_000_000)
        own = {"id": id, "conversation_id": id, "author": Author(id=f"joining-{id}"), "received_at": self._now}
        mention: Mention = record.mention.model_copy(update=own | about)
        return TriagedMention(mention=mention, triage=record.triage)


class Times:
    """Milliseconds of each filing, and the processor's part of all."""

    def __init__(self) -> None:
        self._wall: list[float] = []
        self._processor = 0.0

    def file(self, joining: Joining, batches: Sequence[Sequence[TriagedMention]]) -> None:
        before = time.process_time()
        for batch in batches:
            started = time.perf_counter()
            joining.file(batch)
            self._wall.append((time.perf_counter() - started) * 1000)
        self._processor = (time.process_time() - before) * 1000

    def median(self) -> float:
        return self._quantile(0.5)

    def __str__(self) -> str:
        quantiles = (("p95", 0.95), ("p99", 0.99), ("most", 1))
        figures = ", ".join(f"{name} {self._quantile(quantile):.1f}" for name, quantile in quantiles)
        return f"median {self.median():.1f}, {figures} ms; processor {self._processor / len(self._wall):.1f} ms"

    def _quantile(self, quantile: float) -> float:
        return sorted(self._wall)[min(len(self._wall) - 1, int(quantile * len(self._wall)))]


if __name__ == "__main__":
    main()

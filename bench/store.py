"""How quick the stores are, and whether they stay so as they grow.

``python -m bench.store --mentions 100000`` (on Elasticsearch with ``--store http://127.0.0.1:9200``) files made-up
posts in batches, step by step as queues/filing.py does, and prints microseconds a mention for each step and for each
tenth of the run; then what readers wait for, in milliseconds.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import uuid4

from queues.elastic import Cluster, ClusterOptions
from queues.elastic.mappings import INDICES
from queues.naming import case_id, docket_number
from queues.state import StateStore
from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore, Sort, Visibility
from schemas.case import MAX_POSTS, OPEN_STATUSES, Case, CasePost, Complainant, Disposition, MentionRecord, Status
from schemas.labels import ComplaintType, Urgency
from schemas.mention import Author, Mention
from schemas.triage import Triage
from sunwai.settings import Settings
from sunwai.stores import open_stores

Result = TypeVar("Result")

BATCH = 500
START = datetime(2026, 1, 1, tzinfo=UTC)
QUEUES = [f"queue-{number}" for number in range(40)]
PLACES = [f"ward-{number}" for number in range(200)]
OPEN = tuple(sorted(OPEN_STATUSES))


@dataclass(frozen=True, slots=True)
class Filed:
    """One post and the case it goes to; ``opens`` says that the case is new."""

    record: MentionRecord
    opens: bool


class Posts:
    """A stream of made-up posts: 60 % open a case, 20 % join one of the latest 2,000, 20 % are no complaint."""

    def __init__(self, seed: int):
        self._random = Random(seed)
        syllables = [c + v for c in "bcdghjklmnprstvy" for v in ("a", "aa", "i", "ee", "u", "o")]
        self._words = ["".join(self._random.choices(syllables, k=self._random.randint(1, 4))) for _ in range(20_000)]
        self._words += ["पानी", "बिजली", "सड़क", "नाली", "नहीं"]
        self._number = 0
        self._recent: list[tuple[str, str]] = []

    def batch(self, size: int) -> list[Filed]:
        return [self._next() for _ in range(size)]

    def _next(self) -> Filed:
        self._number += 1
        draw = self._random.random()
        mention = self._mention()
        if draw >= 0.8:
            return Filed(self._record(mention, Disposition.NOT_COMPLAINT, None, None), opens=False)
        if draw >= 0.6 and self._recent:
            case, queue = self._random.choice(self._recent[-2000:])
            return Filed(self._record(mention, Disposition.JOINED, case, queue), opens=False)
        case, queue = case_id(mention.key), self._random.choice(QUEUES)
        self._recent.append((case, queue))
        return Filed(self._record(mention, Disposition.CASE, case, queue), opens=True)

    def _mention(self) -> Mention:
        # The square makes some words common and most of them rare, as in any language.
        words = [
            self._words[int(self._random.random() ** 2 * len(self._words))] for _ in range(self._random.randint(8, 30))
        ]
        author = self._random.randint(1, 200_000)
        created = START + timedelta(seconds=20 * self._number)
        id = str(2_000_000_000_000_000_000 + self._number * 83_886_080)
        return Mention(
            id=id,
            text=" ".join(words),
            author=Author(id=str(author), handle=f"handle_{author}", name=f"Name {author}"),
            handles=("sundarpur",),
            conversation_id=id,
            created_at=created,
            received_at=created + timedelta(seconds=3),
            url=f"https://x.example/i/{id}",
        )

    def _record(self, mention: Mention, disposition: Disposition, case: str | None, queue: str | None) -> MentionRecord:
        triage = Triage(
            language="hi-Latn",
            complaint=0.9,
            is_complaint=case is not None,
            type=self._random.choice([*ComplaintType]),
            type_confidence=0.8,
            urgency=self._random.choices([*Urgency], [3, 90, 7])[0],
            rumour=0.01,
            text=mention.text,
            needs_human=False,
            because=("paani", "nahi"),
            model="linear-1",
        )
        return MentionRecord(
            key=mention.key,
            author_key=mention.author_key,
            disposition=disposition,
            case_id=case,
            queue=queue,
            decided_by="model:linear-1",
            reason="owns the type",
            mention=mention,
            triage=triage,
            recorded_at=mention.received_at,
        )


class Filer:
    """Files batches and adds up the seconds of each step."""

    def __init__(self, store: CaseStore, random: Random):
        self._store = store
        self._random = random
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def file(self, batch: Sequence[Filed]) -> None:
        store = self._store
        records = [filed.record for filed in batch]
        keys = {record.key: _join_keys(record) for record in records}
        self._timed("mentions", lambda: store.mentions([*keys]))
        self._timed("holders", lambda: store.holders([key for each in keys.values() for key in each]))
        claims = {key: record.case_id for record in records if record.case_id for key in keys[record.key]}
        self._timed("claim_keys", lambda: store.claim_keys(claims))
        self._timed("create_mentions", lambda: store.create_mentions(records))
        in_case = [record for record in records if record.case_id is not None]
        complainants = [Complainant(case_id=r.case_id or "", author_key=r.author_key) for r in in_case]
        self._timed("create_complainants", lambda: store.create_complainants(complainants))
        by_case: dict[str, list[MentionRecord]] = {}
        for record in in_case:
            by_case.setdefault(record.case_id or "", []).append(record)
        standing = self._timed("cases", lambda: store.cases([*by_case]))
        totals = self._timed("case_totals", lambda: store.case_totals({id: (id,) for id in by_case}))
        changes = [
            (
                self._case(id, of_case, standing[id].case if id in standing else None, totals[id]),
                standing[id].version if id in standing else None,
            )
            for id, of_case in by_case.items()
        ]
        assert all(self._timed("write_cases", lambda: store.write_cases(changes)))

    def _timed(self, step: str, act: Callable[[], Result]) -> Result:
        started = time.perf_counter()
        result = act()
        self.seconds[step] += time.perf_counter() - started
        return result

    def _case(self, id: str, records: Sequence[MentionRecord], case: Case | None, totals: tuple[int, int]) -> Case:
        posts = [_post(record) for record in records]
        if case is not None:
            posts = [*case.posts, *posts]
            changes = {"posts": tuple(posts[:MAX_POSTS]), "post_count": totals[0], "complainants": totals[1]}
            return case.model_copy(update=changes)
        first = records[0]
        assert first.triage is not None
        received = posts[0].created_at
        ended = self._random.random() < 0.8
        return Case(
            id=id,
            docket=docket_number("SPR", id),
            status=Status.CLOSED if ended else self._random.choice(OPEN),
            queue=first.queue or QUEUES[0],
            watching=(self._random.choice(QUEUES),) if self._random.random() < 0.1 else (),
            type=first.triage.type,
            language="hi-Latn",
            urgency=first.triage.urgency,
            place=self._random.choice(PLACES) if self._random.random() < 0.5 else None,
            posts=tuple(posts[:MAX_POSTS]),
            post_count=totals[0],
            complainants=totals[1],
            reason="owns the type",
            received_at=received,
            changed_at=received,
            due_at=None if ended else received + timedelta(hours=self._random.randint(1, 200)),
        )


def _join_keys(record: MentionRecord) -> list[str]:
    """As many and as long as filing has them."""
    return [
        f"conversation:x:{record.key[2:]} {record.author_key[2:]}",
        f"post:{record.key}",
        f"copy:{record.queue}:roads:-:{case_id(record.key)}{case_id(record.author_key)[:8]}:{record.recorded_at:%F}",
    ]


def _post(record: MentionRecord) -> CasePost:
    assert record.mention is not None
    return CasePost(
        key=record.key,
        kind=record.kind,
        author=record.mention.author,
        text=record.mention.text,
        created_at=record.mention.created_at,
        url=record.mention.url,
    )


def file_all(store: CaseStore, mentions: int, seed: int) -> None:
    """Prints a line for each tenth of the run."""
    posts, random, total = Posts(seed), Random(seed), 0
    window = max(BATCH, mentions // 10 // BATCH * BATCH)
    while total < mentions:
        filer = Filer(store, random)
        for _ in range(window // BATCH):
            filer.file(posts.batch(BATCH))
        total += window
        steps = "  ".join(f"{step} {seconds / window * 1e6:.1f}" for step, seconds in filer.seconds.items())
        print(
            f"{total:>9,} mentions  {sum(filer.seconds.values()) / window * 1e6:6.1f} us/mention  ({steps})", flush=True
        )


def read_all(store: CaseStore, size: Callable[[], float]) -> None:
    """Prints what readers wait for, the best of three in milliseconds."""
    three, late = Visibility(frozenset(QUEUES[:3])), START + timedelta(days=1)
    is_open = CaseQuery(statuses=OPEN)
    queries: dict[str, tuple[CaseQuery, Visibility]] = {
        "an officer's open cases (3 of 40 queues)": (is_open, three),
        "an officer's next 500": (replace(is_open, limit=MAX_PAGE), three),
        "all open, most pressing": (is_open, EVERYTHING),
        "all of any status, most pressing": (CaseQuery(), EVERYTHING),
        "newest of any status": (CaseQuery(sort=Sort.NEWEST), three),
        "most complainants": (replace(is_open, sort=Sort.COMPLAINANTS), EVERYTHING),
        "due in the first day (the clock)": (replace(is_open, due_before=late, sort=Sort.DUE), EVERYTHING),
        "a common word": (CaseQuery(text=("paani",)), EVERYTHING),
        "a common word, open, officer": (replace(is_open, text=("ba",)), three),
        "two words": (CaseQuery(text=("बिजली", "sadak")), EVERYTHING),
        "the beginning of a word": (CaseQuery(text=("bij",)), three),
        "a phrase": (CaseQuery(phrases=("paani bijli",)), EVERYTHING),
        "a handle": (CaseQuery(handle="handle_77"), EVERYTHING),
        "a place and a type": (CaseQuery(places=("ward-7",), types=(ComplaintType.ROADS,)), three),
        "nothing fits": (CaseQuery(places=("ward-7",), languages=("ta",), types=(ComplaintType.ROADS,)), EVERYTHING),
    }
    for name, (query, visibility) in queries.items():
        _report(name, lambda query=query, visibility=visibility: store.search(query, visibility))  # type: ignore[misc]
    _report("counts, all", lambda: store.counts(EVERYTHING))
    _report("counts, 3 queues", lambda: store.counts(three))
    _report("dispositions", store.dispositions)
    started = time.perf_counter()
    (*_, (done, _)) = store.reindex()
    print(f"reindex {done:,} cases: {time.perf_counter() - started:.1f} s")
    started = time.perf_counter()
    store.erase_mentions([record.key for record in store.case_mentions(_some_case(store), EVERYTHING)])
    print(f"erase the posts of a case and compact: {time.perf_counter() - started:.2f}", end=" + ")
    started = time.perf_counter()
    while not store.compact():
        time.sleep(0.5)
    print(f"{time.perf_counter() - started:.2f} s; {size():,.0f} MB")


def count_state(state: StateStore, records: int) -> None:
    created = min(records, 2000)
    started = time.perf_counter()
    for number in range(created):
        state.create("tombstone", f"post:x:{number}", {"at": number}, state="new")
    print(f"state: create {(time.perf_counter() - started) / created * 1e6:.0f} us (one transaction each)")
    _report("state: count", lambda: state.count("tombstone", state="new"))
    _report("state: get_many of 500", lambda: state.get_many("tombstone", [f"post:x:{n}" for n in range(500)]))


def _some_case(store: CaseStore) -> str:
    return store.search(CaseQuery(sort=Sort.COMPLAINANTS, limit=1), EVERYTHING).cases[0].case.id


def _report(name: str, act: Callable[[], object]) -> None:
    def times() -> Iterator[float]:
        for _ in range(3):
            started = time.perf_counter()
            act()
            yield time.perf_counter() - started

    print(f"{name:<42} {min(times()) * 1e3:8.2f} ms", flush=True)


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.iterdir()) / 1e6


class Indices:
    """The indices of one run, to be measured and removed."""

    def __init__(self, settings: Settings):
        self._cluster = Cluster(ClusterOptions(settings.store, namespace=settings.namespace))
        self._all = ",".join(self._cluster.alias(index.name) for index in INDICES)

    def megabytes(self) -> float:
        self._cluster.ask("POST", f"/{self._all}/_flush")
        for name, about in self._cluster.ask("GET", f"/{self._all}/_stats/store,docs")["indices"].items():
            size, documents = about["primaries"]["store"]["size_in_bytes"], about["primaries"]["docs"]["count"]
            print(f"  {name}: {documents:,} documents, {size / max(1, documents):,.0f} bytes each")
        store = self._cluster.ask("GET", f"/{self._all}/_stats/store")["_all"]["primaries"]["store"]
        return float(store["size_in_bytes"]) / 1e6

    def remove(self) -> None:
        for index in self._cluster.ask("GET", f"/{self._all}", query={"features": "aliases"}):
            self._cluster.ask("DELETE", f"/{index}")
        self._cluster.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the stores.")
    parser.add_argument("--store", default="", help="address of Elasticsearch, by http; the embedded store by default")
    parser.add_argument("--mentions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to put the file; a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        namespace = f"bench-{uuid4().hex[:8]}" if options.store else ""
        settings = Settings(data=Path(name), store=options.store, namespace=namespace, store_replicas=0)
        indices = Indices(settings) if options.store else None
        size = indices.megabytes if indices else lambda: _megabytes(settings.data)
        stores = open_stores(settings)
        try:
            file_all(stores.cases, options.mentions, options.seed)
            megabytes = size()
            print(f"{megabytes:,.0f} MB, {megabytes * 1e6 / options.mentions:,.0f} bytes a mention")
            read_all(stores.cases, size)
            count_state(stores.state, options.mentions)
        finally:
            stores.close()
            if indices:
                indices.remove()


if __name__ == "__main__":
    main()
